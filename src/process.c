/* Processes of containers. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "place.h"
#include "text.h"

static struct buf text;

void
process_want(struct wanted_process *w, const char *id, int cgroup, void *of)
{
	w->found = must_realloc(w->found, (w->n + 1) * sizeof *w->found);
	w->found[w->n++] = (struct process){ id, cgroup, of, -1 };
}

void
process_done(struct wanted_process *w)
{
	free(w->found);
}

/* Numbers of processes mean nothing outside their pid namespace, so what is found by one must name the container. */
static bool
is_of(int dir, const char *id)
{
	return file_read(dir, "cgroup", &text) > 0 && strstr(text.data, id) != NULL;
}

static int
open_process(const char *pid, const char *id)
{
	int dir = file_directory(place(PROC)->dir, pid);

	if (dir >= 0 && (id == NULL || is_of(dir, id)))
		return dir;
	if (dir >= 0)
		close(dir);
	return -1;
}

/* The first process of the list that our pid namespace knows; the others are 0. */
static int
open_first(char *list, const char *id)
{
	char *pid, own[16];

	snprintf(own, sizeof own, "%d", getpid());
	while ((pid = text_line(&list)) != NULL)
		if (strcmp(pid, own) == 0)
			return open_process("self", NULL);      /* a cgroup namespace of our own hides our name */
		else if (strcmp(pid, "0") != 0)
			return open_process(pid, id);
	return -1;
}

/* A process of a cgroup, or of one right beneath it where the runtime put the container there. */
static int
by_cgroup(const struct process *p)
{
	static const char *const files[] = { "cgroup.procs", "container/cgroup.procs", "init.scope/cgroup.procs" };
	static struct buf list;
	int dir = -1;

	for (size_t i = 0; i < COUNT(files) && dir < 0; i++)
		if (file_read(p->cgroup, files[i], &list) > 0)
			dir = open_first(list.data, p->id);
	return dir;
}

static void
look_at_all(struct wanted_process *w)
{
	char **pids;
	int n = place_list(place(PROC), ".", "[1-9]*", &pids), dir;

	for (int i = 0; i < n; i++) {
		if ((dir = open_process(pids[i], NULL)) < 0)
			continue;
		if (file_read(dir, "cgroup", &text) > 0)
			for (size_t k = 0; k < w->n; k++)
				if (w->found[k].dir < 0 && strstr(text.data, w->found[k].id) != NULL) {
					w->found[k].dir = dir;
					dir = -1;
					break;
				}
		if (dir >= 0)
			close(dir);
	}
	if (n > 0)
		place_list_free(pids, n);
}

void
process_find(struct wanted_process *w)
{
	bool missing = false;

	for (size_t i = 0; i < w->n; i++) {
		w->found[i].dir = by_cgroup(&w->found[i]);
		missing = missing || w->found[i].dir < 0;
	}
	if (missing)
		look_at_all(w);
}

struct taken_by {
	process_taker *take;
	void *to;
};

static void
take_number(const struct dirent64 *entry, void *to)
{
	const struct taken_by *by = to;

	if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
		by->take(entry->d_name, entry->d_ino, by->to);
}

int
process_list_in(int fd, process_taker *take, void *to)
{
	return file_entries(fd, take_number, &(struct taken_by){ take, to });
}

int
process_list(process_taker *take, void *to)
{
	int fd = openat(place(PROC)->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = process_list_in(fd, take, to);
	close(fd);
	return err;
}

int
process_first(void)
{
	return open_process("1", NULL);
}

bool
process_alive(int dir)
{
	return faccessat(dir, "net/dev", F_OK, 0) == 0;
}

double
process_boot_time(void)
{
	static double boot;

	if (boot == 0 && file_read(place(PROC)->dir, "stat", &text) > 0)
		boot = text_value(text.data, "btime");
	return boot;
}

/* The name of the command may have anything in it: it ends with the last ')'. */
bool
process_stat(char *at, struct process_stat *s)
{
	enum { USER = 14, SYSTEM = 15, THREADS = 20, STARTED = 22, SIZE, RESIDENT };
	char *open = strchr(at, '('), *close = strrchr(at, ')'), *word;
	double v[RESIDENT + 1] = { 0 };

	if (open == NULL || close == NULL || close < open)
		return false;
	*close = '\0';
	snprintf(s->command, sizeof s->command, "%s", open + 1);
	close++;
	if ((word = text_word(&close, " \n")) == NULL)
		return false;
	s->state = *word;
	for (int field = 4; field <= RESIDENT; field++)
		if ((word = text_word(&close, " \n")) == NULL || !text_number(word, &v[field]))
			return false;
	s->ticks = v[USER] + v[SYSTEM];
	s->threads = v[THREADS];
	s->started = v[STARTED];
	s->size = v[SIZE];
	s->pages = v[RESIDENT];
	return true;
}

double
process_start(const struct process_stat *s)
{
	double boot = process_boot_time();

	return boot == 0 ? 0 : boot + s->started / 100;
}

double
process_started(int dir)
{
	struct process_stat s;

	return dir >= 0 && file_read(dir, "stat", &text) > 0 && process_stat(text.data, &s) ? process_start(&s) : 0;
}
