/* The node's mounts, from /proc/1/mountinfo, and the questions to them. proc_pid_mountinfo(5) */
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "fstype.h"
#include "place.h"
#include "text.h"

enum { HASHES = 512 };

/* Used by one reading at a time. */
static uint32_t heads[HASHES];          /* of mounts by their points, as place + 1 */
static char **remote;                   /* the points of all mounts that are not local */
static size_t n_remote, room_remote;

/* A mount point as the node sees it: from a pod, what is below the mounted root. */
static char *
without_root(char *point)
{
	static char root[] = "/";
	size_t n = strlen(place_path(ROOT));

	if (n == 0 || !text_starts(point, place_path(ROOT)) || (point[n] != '/' && point[n] != '\0'))
		return point;
	return point[n] == '\0' ? root : point + n;
}

static void
keep_remote(char *point)
{
	remote = must_grow(remote, n_remote, &room_remote, sizeof *remote);
	remote[n_remote++] = point;
}

/* What is below one that may hang is reached only through it, also what it hides and what was moved there. */
static bool
is_below_remote(const char *path)
{
	size_t n;

	for (size_t i = 0; i < n_remote; i++) {
		n = strlen(remote[i]);
		if (n == 1 || (strncmp(path, remote[i], n) == 0 && strchr("/:,", path[n]) != NULL))
			return true;
	}
	return false;
}

/* An overlay asks its upper layer, or the first of those below. */
static bool
has_remote_layer(const struct mountinfo *m)
{
	const char *at = strcmp(m->type, "overlay") == 0 ? m->super_options : NULL;

	while (at != NULL && (at = strpbrk(at, "=:")) != NULL)
		if (*++at == '/' && is_below_remote(at))
			return true;
	return false;
}

/* Keeps a mount, unless it is one once more. */
static void
keep(struct mounts *t, struct mount *m)
{
	uint32_t *head = &heads[text_hash(m->line.point) % HASHES];
	const struct mount *other;

	m->question = t->n_questions;
	for (uint32_t i = *head; i != 0; i = other->next) {
		other = &t->list[i - 1];
		if (strcmp(m->line.point, other->line.point) != 0)
			continue;
		m->question = other->question;
		if (strcmp(m->line.device, other->line.device) != 0 || strcmp(m->line.type, other->line.type) != 0)
			continue;
		m->again = true;
		if (strcmp(m->line.major, other->line.major) == 0 && strcmp(m->line.minor, other->line.minor) == 0)
			return;
	}
	if (m->question == t->n_questions) {
		t->questions = must_grow(t->questions, t->n_questions, &t->room_questions, sizeof *t->questions);
		t->questions[t->n_questions++] = (struct question){ .path = m->line.point };
	}
	if (!fstype_is_local(m->line.type))
		t->questions[m->question].fs_id = strtoull(m->line.major, NULL, 10) << 32 |
		    strtoul(m->line.minor, NULL, 10);
	m->next = *head;
	t->list = must_grow(t->list, t->n, &t->room, sizeof *t->list);
	t->list[t->n++] = *m;
	*head = (uint32_t)t->n;
}

static void
tell_far(struct mounts *t)
{
	for (size_t i = 0; i < t->n_questions; i++)
		t->questions[i].far = is_below_remote(t->questions[i].path);
	for (size_t i = 0; i < t->n; i++)
		t->questions[t->list[i].question].far |= has_remote_layer(&t->list[i].line);
}

static int
cut_all(struct mounts *t)
{
	struct mount m;
	char *at = t->lines.data, *line;
	int err = 0;

	t->n = t->n_questions = n_remote = 0;
	memset(heads, 0, sizeof heads);
	while ((line = text_line(&at)) != NULL) {
		m = (struct mount){ 0 };
		if (!mountinfo_cut(line, &m.line)) {
			err = -EINVAL;
			continue;
		}
		m.line.point = without_root(mountinfo_decode(m.line.point, " \t"));
		if (!fstype_is_local(m.line.type))
			keep_remote(m.line.point);
		if (t->take(t, &m))
			keep(t, &m);
	}
	tell_far(t);
	return err;
}

/* From mount points to paths, which are found below the place of the node's root. */
static void
find_paths(struct mounts *t)
{
	size_t root = strlen(place_path(ROOT)), need = 0;
	char *path;

	for (size_t i = 0; i < t->n_questions; i++)
		need += root + strlen(t->questions[i].path) + 1;
	t->paths.size = 0;
	path = buf_reserve(&t->paths, need);
	for (size_t i = 0; i < t->n_questions; i++) {
		mountinfo_decode(strcpy(mempcpy(path, place_path(ROOT), root), t->questions[i].path), NULL);
		t->questions[i].path = path;
		path += strlen(path) + 1;
	}
}

/* Opens the table. Its length, or -errno. */
static ssize_t
open_table(struct mounts *t)
{
	static const char *const paths[] = { "1/mountinfo", "self/mountinfo" };
	ssize_t n = -ENOENT;

	for (size_t i = 0; i < COUNT(paths) && n == -ENOENT; i++) {
		place_note(place(PROC), paths[i]);
		t->fd = openat(place(PROC)->dir, paths[i], O_RDONLY | O_CLOEXEC);
		n = t->fd < 0 ? -errno : file_reread(t->fd, END_EMPTY, &t->lines);
	}
	return n;
}

/* The table stays open where poll tells of changes, which is procfs. */
static int
read_table(struct mounts *t)
{
	ssize_t n = t->fd > 0 ? file_reread(t->fd, END_EMPTY, &t->lines) : open_table(t);

	if (t->fd > 0 && (n <= 0 || !place_is_live(PROC)))
		close(t->fd);
	if (n <= 0 || !place_is_live(PROC))
		t->fd = 0;
	return n > 0 ? 0 : n == 0 ? -EINVAL : (int)n;
}

static bool
has_changed(const struct mounts *t)
{
	struct pollfd table = { .fd = t->fd, .events = POLLPRI };

	return t->fd <= 0 || poll(&table, 1, 0) != 0;
}

enum {
	PATIENCE = 1000,        /* milliseconds that a scrape waits for file systems that do not answer */
	AGE_MAX = 60,           /* seconds that options are taken from a table that was read */
};

int
mounts_read(struct mounts *t)
{
	double now = clock_now();

	if (has_changed(t) || (t->options && now - t->read >= AGE_MAX) || t->err != 0) {
		t->read = now;
		t->n = t->n_questions = 0;
		if ((t->err = read_table(t)) != 0)
			return t->err;
		t->err = cut_all(t);
		find_paths(t);
	}
	if (!t->unasked)
		statfs_ask(t->questions, t->n_questions, PATIENCE);
	return t->err;
}
