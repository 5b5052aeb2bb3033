/* The node's directories. */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <linux/magic.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cgroup.h"
#include "file.h"
#include "keep.h"
#include "log.h"
#include "text.h"

static const char *rootfs = "/", *procfs, *sysfs, *udev, *cgroupfs;

const struct flag place_flags[] = {
	{ "path.rootfs", TEXT, &rootfs,
	    "Where the node's root file system is mounted. The other places are looked for beneath it." },
	{ "path.procfs", TEXT, &procfs, "The node's procfs.", "<rootfs>/proc" },
	{ "path.sysfs", TEXT, &sysfs, "The node's sysfs.", "<rootfs>/sys" },
	{ "path.udev.data", TEXT, &udev, "udev's properties of devices.", "<rootfs>/run/udev/data" },
	{ "path.cgroupfs", TEXT, &cgroupfs, "The node's cgroup v2 tree.", "found" },
	{ NULL },
};

static char *paths[PLACES];
static struct scope scopes[PLACES];
static struct keep kept[PLACES];        /* of procfs, sysfs and the network */

static void
open_at(enum place which, const char *directory, const char *below)
{
	struct buf b = { 0 };

	buf_print(&b, "%s%s", directory, below);
	while (b.size > 0 && b.data[b.size - 1] == '/')
		b.size--;
	b.data[b.size] = '\0';
	free(paths[which]);
	paths[which] = b.data;
	scopes[which].dir = file_directory(AT_FDCWD, b.size == 0 ? "/" : b.data);
}

static void
open_place(enum place which, const char *flag, const char *below)
{
	open_at(which, flag != NULL ? flag : paths[ROOT], flag != NULL ? "" : below);
}

/* A copy may have files of the first process, and all else in its own net. */
static void
open_network(void)
{
	const int proc = scopes[PROC].dir;
	struct stat st;
	bool copied = !place_is_live(PROC) && fstatat(proc, "net", &st, 0) == 0;

	open_at(NET, paths[PROC], !copied && fstatat(proc, "1/net/dev", &st, 0) == 0 ? "/1/net" : "/net");
}

bool
place_open(void)
{
	open_place(ROOT, rootfs, "");
	open_place(PROC, procfs, "/proc");
	open_place(SYS, sysfs, "/sys");
	for (enum place which = 0; which < PLACES; which++)
		keep_close(&kept[which]);
	scopes[PROC].keep = &kept[PROC];
	scopes[SYS].keep = &kept[SYS];
	scopes[NET].keep = &kept[NET];
	scopes[SYS].records = true;
	open_place(UDEV, udev, "/run/udev/data");
	if (scopes[PROC].dir < 0) {
		log_line(LOG_ERROR, "no procfs: is the node's root mounted where --path.rootfs says?",
		    "path", paths[PROC], "err", strerror(-scopes[PROC].dir), NULL);
		return false;
	}
	open_network();
	return true;
}

const struct scope *
place(enum place which)
{
	return &scopes[which];
}

const char *
place_path(enum place which)
{
	return paths[which];
}

const char *
place_cgroupfs(void)
{
	return cgroupfs;
}

/* A directory keeps its file system. */
bool
place_is_live(enum place which)
{
	static bool live[PLACES];
	static int asked[PLACES];       /* of which directory, as descriptor + 1 */
	struct statfs fs;

	if (asked[which] != scopes[which].dir + 1) {
		live[which] = fstatfs(scopes[which].dir, &fs) == 0 &&
		    fs.f_type == (which == PROC ? PROC_SUPER_MAGIC : SYSFS_MAGIC);
		asked[which] = scopes[which].dir + 1;
	}
	return live[which];
}

/* Files of one network have the same inode in every view of procfs. */
bool
place_is_our_network(void)
{
	static int dir = -1;
	static bool known;     /* where it was asked, and the answer: a process keeps its network */
	struct stat node, own;

	if (dir == scopes[NET].dir)
		return known;
	dir = scopes[NET].dir;
	known = place_is_live(PROC) && fstatat(scopes[NET].dir, "dev", &node, 0) == 0 &&
	    stat("/proc/self/net/dev", &own) == 0 && node.st_ino == own.st_ino;
	return known;
}

/* One collection runs at a time, so that one buffer serves all. */
static struct buf text;

static const char *noted_where = "";    /* a scope may be gone when it is told */
static char noted[192];
static bool blamed;
static int failure;

void
place_blame_none(void)
{
	blamed = false;
	failure = 0;
	noted_where = "";
	noted[0] = '\0';
}

void
place_note(const struct scope *s, const char *path)
{
	size_t n = strnlen(path, sizeof noted - 1);

	if (blamed)
		return;
	noted_where = s != NULL && s->container != NULL ? s->container->path : "";
	for (size_t i = 0; i < PLACES; i++)
		if (s == &scopes[i])
			noted_where = paths[i];
	memcpy(noted, path, n);
	noted[n] = '\0';
}

void
place_blame(void)
{
	blamed = true;
}

void
place_fail(int err)
{
	if (err == 0 || err == -ENOENT || failure != 0)
		return;
	failure = err;
	place_blame();
}

int
place_failure(void)
{
	return failure;
}

void
place_blamed(char *path, size_t size)
{
	snprintf(path, size, "%s%s%s", noted_where,
	    *noted_where == '\0' || strcmp(noted_where, "/") == 0 ? "" : "/", noted);
}

static char *
result(ssize_t n)
{
	if (n >= 0)
		return text.data;
	errno = (int)-n;
	return NULL;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Of procfs and the network: files that are printed at once, or in short rows. */
static const struct ending {
	const char *name;
	enum file_end end;
} endings[] = {
	{ "arp", END_ROOM }, { "dev", END_ROOM }, { "diskstats", END_ROOM }, { "loadavg", END_SHORT }, { "meminfo", END_SHORT },
	{ "netstat", END_SHORT }, { "snmp", END_SHORT }, { "snmp6", END_SHORT }, { "sockstat", END_SHORT },
	{ "sockstat6", END_SHORT }, { "softnet_stat", END_ROOM }, { "stat", END_SHORT }, { "stat/nf_conntrack", END_ROOM },
	{ "udp", END_ROOM }, { "udp6", END_ROOM }, { "uptime", END_SHORT }, { "vmstat", END_ROOM },
};

static int
by_ending(const void *path, const void *ending)
{
	return strcmp(path, ((const struct ending *)ending)->name);
}

static enum file_end
end_of(const struct scope *s, const char *path)
{
	const struct ending *found;

	if (s->records)
		return strcmp(path, "cgroup.procs") == 0 ? END_EMPTY : END_SHORT;
	if (s != &scopes[PROC] && s != &scopes[NET])
		return END_EMPTY;
	if (text_starts(path, "sys/") || text_starts(path, "pressure/"))
		return END_SHORT;
	found = bsearch(path, endings, COUNT(endings), sizeof *endings, by_ending);
	return found == NULL ? END_EMPTY : found->end;
}

ssize_t
place_read_to(const struct scope *s, const char *path, struct buf *b)
{
	place_note(s, path);
	if (s->dir < 0)
		return -ENOENT;
	if (s->keep != NULL)
		return keep_read(s->keep, s->dir, path, end_of(s, path), b);
	return file_read_until(s->dir, path, end_of(s, path), b);
}

char *
place_read(const struct scope *s, const char *path)
{
	return result(place_read_to(s, path, &text));
}

char *
place_readf(const struct scope *s, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(path, sizeof path, format, args);
	va_end(args);
	return n < (int)sizeof path ? place_read(s, path) : result(-ENAMETOOLONG);
}

int
place_number(const struct scope *s, const char *path, double *value)
{
	char *word = place_read(s, path);

	if (word == NULL)
		return -errno;
	return text_number(text_trim(word), value) ? 0 : -EINVAL;
}

double
place_value(const struct scope *s, const char *path)
{
	double value;

	return place_number(s, path, &value) == 0 ? value : NAN;
}

char *
place_read_inside(const struct scope *s, const char *path)
{
	place_note(s, path);
	return result(s->dir < 0 ? -ENOENT : file_read_inside(s->dir, path, &text));
}

/* Names that are asked for, as they are found. */
struct listed {
	const char *glob;
	bool directories;
	char **list;
	size_t n, room;
};

/* A copy of sysfs may not tell what is a directory. */
static void
take_name(const struct dirent64 *e, void *to)
{
	struct listed *l = to;

	if (e->d_name[0] == '.' || fnmatch(l->glob, e->d_name, 0) != 0 ||
	    (l->directories && e->d_type != DT_DIR && e->d_type != DT_UNKNOWN))
		return;
	l->list = must_grow(l->list, l->n, &l->room, sizeof *l->list);
	l->list[l->n++] = must_copy(e->d_name);
}

static int
list(const struct scope *s, const char *path, const char *glob, bool directories, char ***names)
{
	int fd = s->dir < 0 ? (errno = ENOENT, -1) : openat(s->dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct listed found = { .glob = glob, .directories = directories };

	*names = NULL;
	if (fd < 0)
		return -errno;
	file_entries(fd, take_name, &found);
	close(fd);
	if (found.n > 0)
		qsort(found.list, found.n, sizeof *found.list, by_text);
	*names = found.list;
	return (int)found.n;
}

int
place_list(const struct scope *s, const char *path, const char *glob, char ***names)
{
	return list(s, path, glob, false, names);
}

int
place_list_directories(const struct scope *s, const char *path, const char *glob, char ***names)
{
	return list(s, path, glob, true, names);
}

void
place_list_free(char **names, int n)
{
	while (n > 0)
		free(names[--n]);
	free(names);
}
