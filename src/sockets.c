/* Adding up the sockets of a network. */
#include "sockets.h"

#include <errno.h>

#include "file.h"

static int
add(const struct scope *s, struct page *p, const char *file, sockets_line *line, const struct metric *metrics, int n)
{
	struct sockets sum = { 0 };
	int err;

	place_note(s, file);
	if ((err = file_lines(s->dir, file, line, &sum)) != 0)
		return err;
	for (int i = 0; i < n; i++)
		page_add(p, &metrics[i], 0, sum.figures[i]);
	return sum.garbled ? -EINVAL : 0;
}

int
sockets_add(const struct scope *s, struct page *p, const char *const files[2], sockets_line *line,
    const struct metric *metrics, int n)
{
	int v4 = add(s, p, files[0], line, metrics, n), v6 = add(s, p, files[1], line, metrics + n, n);

	return v4 != 0 || v6 == -ENOENT ? v4 : v6;
}
