/*
 * Open files of processes: /proc/<pid>/fd, which since Linux 6.2 has their number as its size, and /proc/<pid>/limits.
 * proc_pid_fd(5), proc_pid_limits(5)
 */
#include "../collector.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../census.h"
#include "../cgroup.h"
#include "../file.h"
#include "../text.h"

enum { FILES, SOCKETS, LIMIT };

static const struct metric metrics[] = {
	[FILES] = { "", GAUGE, ONE, "container_file_descriptors", "Open files of all processes." },
	[SOCKETS] = { "", GAUGE, ONE, "container_sockets", "Open sockets of all processes." },
	[LIMIT] = { "", GAUGE, ONE, "container_ulimits_soft", "Soft limits of the first process; -1 is no limit.",
	    { { "ulimit", "max_open_files" } } },
	{ 0 },
};

static bool listing;                    /* whether files are listed, which is the only way to tell sockets */
static bool sized;                      /* whether the size of fd is the number of files */

/* What the processes of a container have open; NAN if it is not to be had. */
struct open_files {
	double files, sockets;
};

static void
prepare(void)
{
	struct stat st;

	sized = place_is_live(PROC) && fstatat(place(PROC)->dir, "self/fd", &st, 0) == 0 && st.st_size > 0;
}

static bool
is_socket(DIR *dir, const char *file)
{
	char target[16];
	ssize_t n = readlinkat(dirfd(dir), file, target, sizeof target);

	if (n < 0)
		return false;
	return (size_t)n >= strlen("socket:") && memcmp(target, "socket:", strlen("socket:")) == 0;
}

/* Whose files they are we may see before what they are: that takes the right to trace the process. */
static void
list(DIR *dir, struct open_files *u)
{
	struct dirent *entry;

	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		u->files++;
		errno = 0;
		if (isnan(u->sockets))
			continue;
		if (is_socket(dir, entry->d_name))
			u->sockets++;
		else if (errno == EACCES || errno == EPERM)
			u->sockets = NAN;
	}
}

/* A process that ended meanwhile has nothing open. */
static void
look(struct member *m, struct open_files *u)
{
	char path[32];
	struct stat st;
	DIR *dir;
	int fd;

	snprintf(path, sizeof path, "%d/fd", m->pid);
	if (!listing) {
		if (fstatat(place(PROC)->dir, path, &st, 0) != 0)
			return;
		u->files += (double)st.st_size;
		m->bare = st.st_size == 0;
		return;
	}
	fd = openat(place(PROC)->dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && (dir = fdopendir(fd)) != NULL) {
		list(dir, u);
		closedir(dir);
	} else if (errno == EACCES || errno == EPERM) {
		*u = (struct open_files){ NAN, NAN };
	}
}

/* "Max open files   1024   524288   files": soft limit, hard limit. */
static void
read_limit(struct member *m)
{
	static const char key[] = "Max open files";
	static struct buf text;
	char path[32], *at;

	snprintf(path, sizeof path, "%d/limits", m->pid);
	m->max_files = NAN;
	if (file_read(place(PROC)->dir, path, &text) <= 0 || (at = strstr(text.data, key)) == NULL)
		return;
	at += strlen(key);
	at = text_word(&at, " ");
	if (at != NULL && !text_number(at, &m->max_files))
		m->max_files = strcmp(at, "unlimited") == 0 ? -1 : NAN;
}

/* That of the first one that has not ended meanwhile. */
static void
add_limit(struct page *p, struct member *m)
{
	for (; m != NULL; m = census_next(m)) {
		if (!m->limited)
			read_limit(m);
		m->limited = true;
		if (isnan(m->max_files))
			continue;
		page_add(p, &metrics[LIMIT], 0, m->max_files);
		return;
	}
}

/* Those of a container may be in inner cgroups, where they cannot be seen. */
static bool
has_none(const struct scope *s)
{
	double threads = 0;
	const char *list = place_read(s, "cgroup.procs");

	if (list == NULL || *list != '\0')
		return false;
	return s->container->kind != CGROUP_CONTAINER || place_number(s, "pids.current", &threads) != 0 || threads == 0;
}

static int
update(const struct scope *s, struct page *p)
{
	struct member *first = census_first(s, page_age(p)), *m, init = { .pid = 1 };
	struct open_files u = { 0, 0 };

	if (first == NULL && !has_none(s))
		return s->container->empty ? -ESRCH : 0;
	add_limit(p, first != NULL && s->container->root ? &init : first);
	if (!sized && !listing)
		return 0;
	for (m = first; m != NULL; m = census_next(m))
		if (!m->bare)
			look(m, &u);
	if (!isnan(u.files))
		page_add(p, &metrics[FILES], 0, u.files);
	if (listing && !isnan(u.sockets))
		page_add(p, &metrics[SOCKETS], 0, u.sockets);
	return 0;
}

const struct collector container_files = {
	.name = "container.files",
	.help = "Open files.",
	.over = CONTAINERS,
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.container.files.list", SWITCH, &listing,
		    "Lists open files one by one: for sockets, and before Linux 6.2." },
		{ 0 },
	},
	.prepare = prepare,
};
