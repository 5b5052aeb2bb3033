/*
 * OOM kills and restarts that outlive their containers. A container's memory.events goes with its cgroup, often before
 * anyone has read it; that of its pod stays, and includes what its containers had. So the pod's is watched: what its
 * containers do not account for was of the one that has gone. Documentation/admin-guide/cgroup-v2.rst
 */
#include "cgroup_node.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "text.h"

/* Containers of one name in a pod. */
struct kept {
	struct tally t;                 /* its labels are made when they are asked for */
	struct node *pod;               /* NULL: it ended */
	char *container, *path;         /* path: of a pod that ended */
	double ended;
};

static struct kept **all;
static size_t n_all, room_all;

static const struct labels *
labels_of(const struct node *pod, const char *container)
{
	struct names names = cgroup_names(&pod->c.scope);

	return labels_new(LABELS(
		{ "container", container }, { "id", pod->path }, { "image", "" }, { "name", "" },
		{ "namespace", names.namespace }, { "pod", names.pod }
	));
}

/* A pod's cgroup that comes back under its name goes on where it was. */
static struct kept *
find(struct node *pod, const char *container)
{
	for (size_t i = 0; i < n_all; i++)
		if ((all[i]->pod == NULL ? strcmp(all[i]->path, pod->path) == 0 : all[i]->pod == pod) &&
		    strcmp(all[i]->container, container) == 0)
			return all[i];
	return NULL;
}

static struct kept *
keep(struct node *pod, const char *container)
{
	struct kept *k = find(pod, container);

	if (k == NULL) {
		k = must_zero(sizeof *k);
		k->container = must_copy(container);
		all = must_grow(all, n_all, &room_all, sizeof(struct kept *));
		all[n_all++] = k;
	}
	k->pod = pod;
	free(k->path);
	k->path = NULL;
	return k;
}

static struct kills
kills_in(const char *events)
{
	return (struct kills){ text_value(events, "oom_kill"), text_value(events, "oom_group_kill") };
}

static bool
read_kills(const struct node *n, struct kills *to)
{
	const char *text = cgroup_memory_events(&n->c.scope);

	if (text != NULL)
		*to = kills_in(text);
	return text != NULL;
}

/* Since the last time; what is now becomes what was. */
static struct kills
rise(struct node *n, struct kills now)
{
	struct kills since = { now.processes - n->kills.processes, now.groups - n->kills.groups };

	n->kills = now;
	return since;
}

/* The kill of a group counts once; oom_kill has each of its processes, and the victim twice. Linux 5.17 */
static double
number(struct kills k)
{
	return k.groups > 0 ? k.groups : k.processes;
}

double
cgroup_oom_kills(const char *events)
{
	return number(kills_in(events));
}

/* The victim may be seen before the group is: what was counted for it is not counted again. */
static void
credit(struct node *n, struct kills k)
{
	double before = number(n->credited), more;

	n->credited.processes += k.processes;
	n->credited.groups += k.groups;
	more = number(n->credited) - before;
	if (more <= 0)
		return;
	if (n->c.kind == CGROUP_POD)
		keep(n, "")->t.kills += more;
	else if (n->tally != NULL)
		n->tally->kills += more;
	else
		n->uncredited += more;
}

void
cgroup_kills_met(struct node *n, bool born)
{
	if (!n->counted && !born && (n->c.kind == CGROUP_POD || n->pod != NULL))
		read_kills(n, &n->kills);
	n->counted = true;
}

void
cgroup_kills_named(struct node *container)
{
	struct kept *k;
	bool before;

	if (container->tally != NULL || container->pod == NULL || container->who.is_sandbox ||
	    container->who.container == NULL)
		return;
	before = find(container->pod, container->who.container) != NULL;
	k = keep(container->pod, container->who.container);
	k->t.restarts += before;
	k->t.kills += container->uncredited;
	container->uncredited = 0;
	container->tally = &k->t;
	k->t.newest = &container->c.scope;
}

void
cgroup_kills_count(struct node *pod)
{
	struct node *gone = pod;
	struct kills left, now;

	cgroup_events_forget(pod);
	if (!read_kills(pod, &now))
		return;
	left = rise(pod, now);
	if (left.processes <= 0 && left.groups <= 0)
		return;
	for (size_t i = 0; i < cgroup_nodes.n; i++) {
		struct node *n = cgroup_nodes.list[i];

		if (n->pod != pod || n->c.kind != CGROUP_CONTAINER || n->who.is_sandbox)
			continue;
		if (!read_kills(n, &now)) {
			gone = n;
			continue;
		}
		now = rise(n, now);
		credit(n, now);
		left.processes -= now.processes;
		left.groups -= now.groups;
	}
	credit(gone, left);
}

void
cgroup_kills_count_unwatched(void)
{
	for (size_t i = 0; i < cgroup_nodes.n; i++)
		if (cgroup_nodes.list[i]->c.kind == CGROUP_POD && cgroup_nodes.list[i]->file_watch < 0)
			cgroup_kills_count(cgroup_nodes.list[i]);
}

void
cgroup_kills_forget(struct node *n)
{
	if (n->c.kind == CGROUP_CONTAINER && n->pod != NULL) {
		cgroup_kills_count(n->pod);
		if (n->uncredited > 0)
			keep(n->pod, "")->t.kills += n->uncredited;
		if (n->tally != NULL && n->tally->newest == &n->c.scope)
			n->tally->newest = NULL;
	}
	for (size_t i = 0; n->c.kind == CGROUP_POD && i < n_all; i++)
		if (all[i]->pod == n) {
			cgroup_tally(i);
			all[i]->path = must_copy(n->path);
			all[i]->pod = NULL;
			all[i]->ended = clock_now();
		}
}

static void
drop(size_t i)
{
	free((void *)(uintptr_t)all[i]->t.labels);
	free(all[i]->path);
	free(all[i]->container);
	free(all[i]);
	all[i] = all[--n_all];
}

const struct tally *
cgroup_tally(size_t i)
{
	while (i < n_all && all[i]->pod == NULL && clock_now() >= all[i]->ended + PAST_SECONDS)
		drop(i);
	if (i < n_all && all[i]->t.labels == NULL)
		all[i]->t.labels = labels_of(all[i]->pod, all[i]->container);
	return i < n_all ? &all[i]->t : NULL;
}
