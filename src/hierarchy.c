/* Finding the node's cgroup v2 tree. */
#include "hierarchy.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libcgroup.h>

#include "file.h"
#include "log.h"
#include "mountinfo.h"
#include "place.h"
#include "text.h"

enum { LIBCGROUP_MS = 2000 };

/* libcgroup has this function, but its headers do not. */
int cgroup_get_controller_version(const char *controller, int *version);

/* Of the first of these that is mounted libcgroup tells where, and in which version. Without them there is no use. */
static const char *const needed[] = { "memory", "cpu", "io" };
enum { NEEDED = COUNT(needed) };

struct answer {
	int version;            /* 0: libcgroup knows of no hierarchy */
	char mount[256];
};

static void
answer(int to)
{
	struct answer a = { 0 };
	char *mount;

	if (cgroup_init() != 0)
		return;
	for (size_t i = 0; i < NEEDED && a.version == 0; i++) {
		if (cgroup_get_subsys_mount_point(needed[i], &mount) != 0)
			continue;
		if (cgroup_get_controller_version(needed[i], &a.version) == 0)
			snprintf(a.mount, sizeof a.mount, "%s", mount);
		free(mount);
	}
	if (write(to, &a, sizeof a) != sizeof a)
		return;
}

/* In a child, for libcgroup's tables take most of a megabyte. */
static struct answer
ask_libcgroup(void)
{
	struct answer a = { 0 };
	struct pollfd from = { .events = POLLIN };
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return a;
	child = fork();
	if (child == 0) {
		answer(ends[1]);
		_exit(0);
	}
	close(ends[1]);
	from.fd = ends[0];
	if (child > 0 && (poll(&from, 1, LIBCGROUP_MS) <= 0 || read(ends[0], &a, sizeof a) != sizeof a))
		a = (struct answer){ 0 };
	close(ends[0]);
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	return a;
}

static bool
has_needed(const char *list, const char *separators)
{
	char *copy = must_copy(list), *at = copy, *word;
	bool found = false;

	while ((word = text_word(&at, separators)) != NULL)
		for (size_t i = 0; i < NEEDED; i++)
			found |= strcmp(word, needed[i]) == 0;
	free(copy);
	return found;
}

/* What the node has mounted. */
struct mounts {
	char *v2;               /* the first cgroup2 mount point; NULL: none */
	bool v1;                /* a v1 hierarchy has controllers that count */
	bool local_events;
};

static void
read_mount(char *line, struct mounts *m)
{
	struct mountinfo one;

	if (!mountinfo_cut(line, &one))
		return;
	if (strcmp(one.type, "cgroup2") == 0 && m->v2 == NULL) {
		m->v2 = must_copy(mountinfo_decode(one.point, NULL));
		m->local_events = strstr(one.super_options, "memory_localevents") != NULL;
	} else if (strcmp(one.type, "cgroup") == 0 && has_needed(one.super_options, ",")) {
		m->v1 = true;
	}
}

static struct mounts
read_mounts(void)
{
	struct mounts m = { 0 };
	char *text = place_read(place(PROC), "1/mountinfo"), *line;

	while ((line = text_line(&text)) != NULL)
		read_mount(line, &m);
	return m;
}

/* Where we see what the node sees at this path. */
static char *
seen(const char *path)
{
	bool sysfs = text_starts(path, "/sys/");
	struct buf b = { 0 };

	buf_print(&b, "%s%s", place_path(sysfs ? SYS : ROOT), path + (sysfs ? strlen("/sys") : 0));
	return b.data;
}

/* libcgroup knows our own mounts only. */
static char *
tree(const struct mounts *m, const struct answer *libcgroup)
{
	if (place_cgroupfs() != NULL)
		return must_copy(place_cgroupfs());
	if (m->v2 != NULL)
		return seen(m->v2);
	if (*place_path(ROOT) == '\0' && libcgroup->version == 2)
		return must_copy(libcgroup->mount);
	return seen("/sys/fs/cgroup");
}

/* NULL if there is no v2 tree. */
static char *
read_controllers(const char *path)
{
	struct buf b = { 0 };
	int dir = file_directory(AT_FDCWD, path);
	ssize_t n = dir < 0 ? dir : file_read(dir, "cgroup.controllers", &b);
	char *list = n < 0 ? NULL : must_copy(text_trim(b.data));

	if (dir >= 0)
		close(dir);
	buf_free(&b);
	return list;
}

static void
judge(struct hierarchy *h, bool v1)
{
	bool usable = h->controllers != NULL &&
	    (!v1 || place_cgroupfs() != NULL || has_needed(h->controllers, " "));

	h->version = usable ? 2 : v1;
	if (usable)
		h->why = NULL;
	else if (h->controllers != NULL)
		h->why = "hybrid: the controllers are in cgroup v1";
	else if (v1)
		h->why = "cgroup v1";
	else
		h->why = "no cgroup v2 tree";
}

static void
report(const struct hierarchy *h, const struct answer *libcgroup)
{
	char version[12];

	snprintf(version, sizeof version, "%d", libcgroup->version);
	if (libcgroup->version != h->version || (h->version == 2 && strcmp(libcgroup->mount, h->path) != 0))
		log_line(LOG_DEBUG, "libcgroup sees another hierarchy", "version", version,
		    "path", libcgroup->mount, NULL);
	if (h->version == 2)
		log_line(LOG_INFO, "cgroup v2", "path", h->path, "controllers", h->controllers, NULL);
	else
		log_line(LOG_WARN, "no container metrics; those of the node are complete", "why", h->why,
		    "path", h->path, NULL);
}

struct hierarchy
hierarchy_find(void)
{
	struct answer libcgroup = ask_libcgroup();
	struct mounts mounts = read_mounts();
	struct hierarchy h = { .path = tree(&mounts, &libcgroup), .local_events = mounts.local_events };

	h.controllers = read_controllers(h.path);
	judge(&h, mounts.v1);
	report(&h, &libcgroup);
	free(mounts.v2);
	if (h.version != 2) {
		free(h.path);
		free(h.controllers);
		h.path = h.controllers = NULL;
	}
	return h;
}
