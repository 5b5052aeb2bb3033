/*
 * memory.events, which seldom changes: the kernel tells of an event in the file of the cgroup and of all those above, so
 * that a watch of a pod's serves its containers too. Documentation/admin-guide/cgroup-v2.rst
 */
#include "cgroup_node.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void
cgroup_events_forget(struct node *pod)
{
	for (size_t i = 0; i < cgroup_nodes.n; i++)
		if (cgroup_nodes.list[i] == pod || cgroup_nodes.list[i]->pod == pod)
			cgroup_nodes.list[i]->events_known = false;
}

/* Most cgroups have had no event, and the same text says so of all of them. */
static char *none;

static char *
shared(const char *text)
{
	if (none == NULL)
		none = must_copy(text);
	return strcmp(text, none) == 0 ? none : must_copy(text);
}

void
cgroup_events_free(struct node *n)
{
	if (n->events != none)
		free(n->events);
	n->events = NULL;
}

/* True where the kernel tells of events. */
static bool
is_told(const struct node *n)
{
	const struct node *pod = n->c.kind == CGROUP_POD ? n : n->pod;

	return pod != NULL && pod->file_watch >= 0 && (pod == n || !cgroup_local_events);
}

char *
cgroup_memory_events(const struct scope *s)
{
	static struct buf copy;
	struct node *n = (struct node *)(uintptr_t)s->container;
	char *text;

	if (!n->events_known) {
		n->c.scope.keep = NULL;         /* it is read too seldom to stay open */
		text = place_read(s, "memory.events");
		n->c.scope.keep = &n->files;
		if (text == NULL || !is_told(n))
			return text;
		cgroup_events_free(n);
		n->events = shared(text);
		n->events_known = true;
	}
	place_note(s, "memory.events");
	copy.size = 0;
	buf_keep(&copy, n->events);
	return copy.data;
}
