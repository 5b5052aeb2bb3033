/* Directories that are listed again. getdents(2) */
#include "listing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 4096 };                  /* bytes of entries that are asked for at once */

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(const struct dirent64 *const *)a)->d_name, (*(const struct dirent64 *const *)b)->d_name);
}

static void
find_entries(struct listing *l)
{
	const struct dirent64 *e;

	l->n = 0;
	for (size_t at = 0; at < l->text.size; at += e->d_reclen) {
		e = (const void *)(l->text.data + at);
		if (e->d_name[0] == '.')
			continue;
		l->entries = must_grow(l->entries, l->n, &l->room, sizeof *l->entries);
		l->entries[l->n++] = e;
	}
	if (l->n > 0)
		qsort(l->entries, l->n, sizeof *l->entries, by_name);
}

/* An inode's number is not used again soon, so that an entry made anew under its old name is told apart. */
static int
list(struct listing *l)
{
	static struct buf now;
	ssize_t n;

	now.size = 0;
	while ((n = getdents64(l->fd, buf_reserve(&now, PIECE), PIECE)) > 0)
		now.size += (size_t)n;
	if (n < 0)
		return -errno;
	if (now.size == l->text.size && memcmp(now.data, l->text.data, now.size) == 0)
		return 0;
	l->text.size = 0;
	buf_add(&l->text, now.data, now.size);
	find_entries(l);
	return 1;
}

int
listing_open(struct listing *l, int dir, const char *path)
{
	int result;

	l->fd = dir < 0 ? (errno = ENOENT, -1) : openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->fd < 0)
		return -errno;
	if ((result = list(l)) < 0)
		listing_close(l);
	return result;
}

void
listing_close(struct listing *l)
{
	close(l->fd);
	l->fd = -1;
}

void
listing_free(struct listing *l)
{
	free(l->entries);
	buf_free(&l->text);
}
