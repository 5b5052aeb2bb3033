/*
 * Walking a tree that its owner may change, or have made to be in the way: no recursion, bounded depth, memory and
 * descriptors, no links, no other mounts. getdents(2), statx(2)
 */
#include "walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"

enum {
	NAMES = 8192,                   /* bytes of entries that are read at once */
	TURN = 128,                     /* entries between two looks at the clock */
	SLOTS = 2 * WALK_LINKS,
};

/* A directory that is being read. */
struct level {
	int fd;
	ssize_t at, size;               /* in names */
	char names[NAMES] __attribute__((aligned(8)));
};

static struct level levels[WALK_DEPTH];
static uint64_t *links;                 /* inodes with several names that were met, in an open hash; 0: free */
static size_t n_links;

/* A tree is on one file system, so that an inode's number is all there is to know. */
static bool
is_new(uint64_t inode)
{
	size_t slot = (size_t)((inode * 0x9e3779b97f4a7c15) >> 32) % SLOTS;

	while (links[slot] != 0 && links[slot] != inode)
		slot = (slot + 1) % SLOTS;
	if (links[slot] == inode)
		return false;
	links[slot] = inode;
	n_links++;
	return true;
}

static void
forget_links(void)
{
	if (links == NULL)
		links = must_zero(SLOTS * sizeof *links);
	if (n_links > 0)
		memset(links, 0, SLOTS * sizeof *links);
	n_links = 0;
}

/* Works for its share of the time: reading, and waiting for the disk, count as work. */
static void
pause_for(unsigned share, int64_t *since)
{
	int64_t worked = clock_nanoseconds() - *since, rest;

	if (share >= 100)
		return;
	rest = worked * (100 - share) / share;
	nanosleep(&(struct timespec){ rest / 1000000000, rest % 1000000000 }, NULL);
	*since = clock_nanoseconds();
}

/* A file once, however many names it has; where there is no more room to remember them, not at all. */
static void
count(const struct statx *st, struct walked *sum)
{
	if (st->stx_nlink > 1 && !S_ISDIR(st->stx_mode)) {
		if (n_links == WALK_LINKS) {
			sum->complete = false;
			return;
		}
		if (!is_new(st->stx_ino))
			return;
	}
	sum->bytes += (double)st->stx_blocks * 512;
	sum->inodes++;
}

static int
look(int dir, const char *name, int flags, struct statx *st)
{
	return statx(dir, name, flags | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
	    STATX_TYPE | STATX_NLINK | STATX_INO | STATX_BLOCKS, st);
}

static bool
is_elsewhere(const struct statx *st, const struct statx *top)
{
	return st->stx_dev_major != top->stx_dev_major || st->stx_dev_minor != top->stx_dev_minor ||
	    (st->stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/* One level down, if it can be entered; that it has gone is no loss. */
static void
enter(size_t *depth, const char *name, struct walked *sum)
{
	struct level *below = &levels[*depth + 1];

	if (*depth + 1 == WALK_DEPTH) {
		sum->complete = false;
		return;
	}
	below->fd = openat(levels[*depth].fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	below->at = below->size = 0;
	if (below->fd >= 0)
		++*depth;
	else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
		sum->complete = false;
}

/* The next name of a directory, but for itself and the one above; NULL at its end, or where it cannot be read on. */
static const char *
next_name(struct level *l, struct walked *sum)
{
	const struct dirent64 *entry;

	for (;;) {
		if (l->at == l->size) {
			l->at = 0;
			l->size = getdents64(l->fd, l->names, sizeof l->names);
			if (l->size < 0 && errno != ENOENT)
				sum->complete = false;
			if (l->size <= 0)
				return NULL;
		}
		entry = (const struct dirent64 *)(const void *)(l->names + l->at);
		l->at += entry->d_reclen;
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return entry->d_name;
	}
}

static void
take(size_t *depth, const char *name, const struct statx *top, struct walked *sum)
{
	struct statx st;

	if (look(levels[*depth].fd, name, 0, &st) != 0) {
		if (errno != ENOENT)
			sum->complete = false;
		return;
	}
	if (is_elsewhere(&st, top))
		return;
	count(&st, sum);
	if (S_ISDIR(st.stx_mode))
		enter(depth, name, sum);
}

/* Everything below the first level, which is open. */
static void
descend(const struct walk_limits *limits, const struct statx *top, struct walked *sum)
{
	int64_t since = clock_nanoseconds();
	size_t depth = 0, entries = 0;
	const char *name;

	for (;;) {
		while ((name = next_name(&levels[depth], sum)) == NULL) {
			close(levels[depth].fd);
			if (depth-- == 0)
				return;
		}
		if (entries++ == limits->entries)
			break;
		take(&depth, name, top, sum);
		if (entries % TURN == 0)
			pause_for(limits->share, &since);
	}
	sum->complete = false;
	for (size_t i = 0; i <= depth; i++)
		close(levels[i].fd);
}

void
walk_tree(int dir, const struct walk_limits *limits, struct walked *sum)
{
	struct level *first = &levels[0];
	struct statx top;

	*sum = (struct walked){ 0 };
	first->at = first->size = 0;
	first->fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (first->fd < 0)
		return;
	if (look(first->fd, "", AT_EMPTY_PATH, &top) != 0) {
		close(first->fd);
		return;
	}
	forget_links();
	sum->complete = true;
	count(&top, sum);
	descend(limits, &top, sum);
}
