/*
 * The containers of our pod. With shareProcessNamespace its processes are in our procfs; each shows the cgroup of its
 * container as /sys/fs/cgroup below its root, to whoever has its user and group. proc_pid_root(5), cgroup_namespaces(7)
 */
#include "sidecar.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "log.h"
#include "self.h"
#include "sidecar_flags.h"
#include "sidecar_task.h"
#include "sidecar_unseen.h"
#include "watch.h"

enum { TRIES_MAX = 16 };

static bool no_v2;

static bool
is_wanting(const struct box *b)
{
	return sidecar_box_is_out_of_reach(b) || sidecar_box_is_unnamed(b);
}

/* Through any of its processes, as some may be of another user. */
static void
try(struct box *b)
{
	int err = -ESRCH, dir, tries = TRIES_MAX;

	for (size_t i = 0; i < sidecar_tasks.n && tries > 0 && is_wanting(b); i++) {
		struct task *t = &sidecar_tasks.list[i];

		if (t->box != b || (dir = sidecar_task_open(t)) < 0)
			continue;
		tries--;
		if (b->n.c.scope.dir < 0)
			err = sidecar_box_reach(b, dir, t->pid);
		if (b->rank == UNNAMED && sidecar_task_read(t))
			sidecar_box_name(b, dir, t->stat.command);
		close(dir);
	}
	if (b->n.c.scope.dir < 0 && !b->told)
		log_line(LOG_DEBUG, "cannot read the cgroup of a container", "id", b->n.path,
		    "err", strerror(-err), NULL);
	b->told = true;
}

/* Opens and names the containers that are not yet. Returns the name of one that stays out of reach; NULL: none does. */
static const char *
try_all(void)
{
	const char *missed = NULL;
	struct box *b;

	for (size_t i = 0; (b = sidecar_box(i)) != NULL; i++) {
		if (is_wanting(b) && cgroup_due(&b->n.process))
			try(b);
		if (sidecar_box_is_out_of_reach(b))
			missed = b->n.who.container != NULL ? b->n.who.container : b->n.path;
	}
	return missed;
}

static void
count_all(void)
{
	for (size_t i = 0; i < sidecar_tasks.n; i++) {
		struct task *t = &sidecar_tasks.list[i];

		if (t->box != NULL && sidecar_box_is_out_of_reach(t->box))
			sidecar_task_read(t);
	}
}

/* The first process is one of ours: nobody shares theirs with us. */
static bool
is_alone(void)
{
	const struct task *first = sidecar_tasks.list;

	return sidecar_tasks.n > 0 && first->pid == 1 && first->box != NULL &&
	    strcmp(first->box->n.path, SIDECAR_SELF) == 0;
}

bool
sidecar_out_of_reach(size_t i, struct sidecar_figures *f)
{
	const struct box *b;

	for (size_t k = 0; (b = sidecar_box(k)) != NULL; k++)
		if (sidecar_box_is_out_of_reach(b) && i-- == 0)
			break;
	if (b == NULL)
		return false;
	*f = (struct sidecar_figures){ .labels = b->n.c.scope.labels, .started = b->n.c.started, .cpu = b->past };
	for (size_t k = 0; k < sidecar_tasks.n; k++)
		if (sidecar_tasks.list[k].box == b) {
			f->processes++;
			f->threads += sidecar_tasks.list[k].stat.threads;
			f->cpu += sidecar_tasks.list[k].stat.ticks;
			f->resident += sidecar_tasks.list[k].stat.pages;
		}
	return true;
}

/* Settings of the whole machine are shown in its first network alone, which is the node's. */
static bool
is_network_of_node(void)
{
	return faccessat(place(PROC)->dir, "sys/net/core/netdev_max_backlog", F_OK, 0) == 0;
}

void
sidecar_open(void)
{
	int own = file_directory(place(PROC)->dir, "self"), cgroup = own < 0 ? own : sidecar_reach(own, getpid(), true);

	no_v2 = cgroup < 0;
	if (cgroup >= 0)
		close(cgroup);
	if (own >= 0 && is_network_of_node()) {
		close(own);
		own = -1;
	}
	sidecar_box_pod(own < 0 ? -1 : own);
	self_cgroup_version(no_v2 ? 0 : 2);
	sidecar_note(NODE_ITSELF, true, NULL, NULL);
	sidecar_note(NO_V2, no_v2, NULL, NULL);
	sidecar_note(NAMELESS, *sidecar_pod() == '\0' || *sidecar_namespace() == '\0', NULL, NULL);
	sidecar_note(HOST_NETWORK, is_network_of_node(), NULL, NULL);
}

static void
take(void *of, int number, uint32_t event, const char *file)
{
	struct node *n = of;

	(void)event;
	if (number == n->file_watch)
		cgroup_ended_read(n);
	else
		cgroup_limits_written(n, file);
}

void
sidecar_attend(void)
{
	struct box *b;

	if (watch_events(take))
		return;
	for (size_t i = 0; (b = sidecar_box(i)) != NULL; i++)
		b->n.limits_known = false;
}

void
sidecar_follow(void)
{
	const char *missed;

	sidecar_attend();
	sidecar_task_look();
	sidecar_box_sweep();
	missed = try_all();
	count_all();
	sidecar_note(ALONE, is_alone(), NULL, NULL);
	sidecar_note(OUT_OF_REACH, missed != NULL && !no_v2, "container", missed);
}
