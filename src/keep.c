/* Files that stay open. */
#include "keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "file.h"
#include "text.h"

static unsigned budget = 1024, n_open;

const struct flag keep_flags[] = {
	{ "container.open-files", NUMBER, &budget,
	    "How many files of cgroups stay open between scrapes. Each saves time, and takes 5 kB of kernel memory." },
	{ 0 },
};

/* Half of what may be open is left for all else. */
static bool
is_room(const struct keep *k)
{
	static rlim_t half;
	struct rlimit limit;

	if (half == 0)
		half = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur / 2 + 1 : 1;
	return k->n < KEEP_MAX && (!k->counts || (n_open < budget && n_open < half));
}

static void
let_go(struct keep *k, struct kept_file *f)
{
	close(f->fd);
	free(f->path);
	*f = k->files[--k->n];
	n_open -= k->counts;
}

static struct kept_file *
find(struct keep *k, const char *path)
{
	struct kept_file *f;
	uint32_t hash;

	if (k->n == 0)
		return NULL;
	f = &k->files[k->next < k->n ? k->next : 0];
	if (strcmp(f->path, path) != 0) {
		hash = text_hash(path);
		for (f = k->files; f < k->files + k->n && (f->hash != hash || strcmp(f->path, path) != 0); f++)
			;
		if (f == k->files + k->n)
			return NULL;
	}
	k->next = (size_t)(f - k->files) + 1;
	return f;
}

/* False for the first time, of most paths: much of sysfs is read once and never again. */
static bool
was_read(const char *path)
{
	static bool read[4096];
	bool *this = &read[text_hash(path) % COUNT(read)], before = *this;

	*this = true;
	return before;
}

/* What cannot be read any more, because its cgroup or controller has gone, may be there again under its name. */
ssize_t
keep_read(struct keep *k, int dir, const char *path, enum file_end end, struct buf *b)
{
	struct kept_file *f = find(k, path);
	ssize_t n;
	int fd;

	if (f != NULL) {
		if ((n = file_reread(f->fd, end, b)) >= 0)
			return n;
		let_go(k, f);
	}
	if ((fd = openat(dir, path, O_RDONLY | O_CLOEXEC)) < 0)
		return -errno;
	n = file_reread(fd, end, b);
	if (n < 0 || !is_room(k) || (!k->counts && !was_read(path))) {
		close(fd);
		return n;
	}
	k->files = must_grow(k->files, k->n, &k->room, sizeof *k->files);
	k->files[k->n++] = (struct kept_file){ must_copy(path), text_hash(path), fd };
	n_open += k->counts;
	return n;
}

void
keep_close(struct keep *k)
{
	while (k->n > 0)
		let_go(k, &k->files[k->n - 1]);
	free(k->files);
	k->files = NULL;
	k->room = 0;
}
