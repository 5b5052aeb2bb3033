/* Processes, and what each tells of its container when it is first seen. */
#include "sidecar_task.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

/* Processes are cheap to make, so that there is a limit to those that are looked at. */
enum { TASKS_MAX = 20000 };

struct tasks sidecar_tasks;

static struct buf text;

static int
by_pid(const void *pid, const void *task)
{
	pid_t one = *(const pid_t *)pid, other = ((const struct task *)task)->pid;

	return (one > other) - (one < other);
}

static size_t
place_of(pid_t pid)
{
	return array_place(&pid, sidecar_tasks.list, sidecar_tasks.n, sizeof *sidecar_tasks.list, by_pid);
}

int
sidecar_task_open(const struct task *t)
{
	char number[16];

	snprintf(number, sizeof number, "%d", t->pid);
	return file_directory(place(PROC)->dir, number);
}

bool
sidecar_task_read(struct task *t)
{
	int dir = sidecar_task_open(t);
	bool read = dir >= 0 && file_read(dir, "stat", &text) > 0 && process_stat(text.data, &t->stat);

	if (dir >= 0)
		close(dir);
	return read;
}

/* The first process of the pod is its sandbox's, which does nothing but hold the pod's namespaces. */
static bool
is_pause(const struct task *t)
{
	return t->pid == 1 && getpid() != 1 && strcmp(t->stat.command, "pause") == 0;
}

static void
meet(struct task *t, int dir)
{
	struct sidecar_cgroup c;
	double started;

	if (file_read(dir, "stat", &text) <= 0 || !process_stat(text.data, &t->stat) ||
	    file_read(dir, "cgroup", &text) <= 0 || !sidecar_cgroup(text.data, &c) ||
	    (t->box = sidecar_box_of(&c)) == NULL)
		return;
	t->box->tasks++;
	t->box->n.who.is_sandbox = t->box->n.who.is_sandbox || is_pause(t);
	started = floor(process_start(&t->stat));
	if (started > 0 && (t->box->n.c.started == 0 || started < t->box->n.c.started))
		t->box->n.c.started = started;
	sidecar_box_name(t->box, dir, t->stat.command);
}

static void
leave(const struct task *t)
{
	if (t->box == NULL)
		return;
	t->box->past += t->stat.ticks;
	t->box->tasks--;
}

/* Makes room for a process at this place of the list. False if there are too many. */
static bool
insert(size_t i)
{
	struct tasks *t = &sidecar_tasks;

	if (t->n == TASKS_MAX)
		return false;
	t->list = must_grow(t->list, t->n, &t->room, sizeof *t->list);
	memmove(&t->list[i + 1], &t->list[i], (t->n++ - i) * sizeof *t->list);
	return true;
}

static void
see(const char *number, ino_t inode, void *unused)
{
	pid_t pid = atoi(number);
	size_t i = place_of(pid);
	struct task *t = i < sidecar_tasks.n && sidecar_tasks.list[i].pid == pid ? &sidecar_tasks.list[i] : NULL;
	int dir;

	(void)unused;
	if (t != NULL && t->inode == inode && t->box != NULL) {
		t->seen = true;
		return;
	}
	if (t != NULL)
		leave(t);
	else if (!insert(i))
		return;
	t = &sidecar_tasks.list[i];
	*t = (struct task){ .pid = pid, .inode = inode, .seen = true };
	if ((dir = sidecar_task_open(t)) < 0)
		return;
	meet(t, dir);
	close(dir);
}

static void
sweep(void)
{
	struct task *list = sidecar_tasks.list;
	size_t kept = 0;

	for (size_t i = 0; i < sidecar_tasks.n; i++)
		if (list[i].seen)
			list[kept++] = list[i];
		else
			leave(&list[i]);
	sidecar_tasks.n = kept;
}

void
sidecar_task_look(void)
{
	for (size_t i = 0; i < sidecar_tasks.n; i++)
		sidecar_tasks.list[i].seen = false;
	process_list(see, NULL);
	sweep();
}
