/* Containers made of what their processes tell. */
#include "sidecar_box.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "file.h"
#include "sidecar_flags.h"
#include "text.h"
#include "watch.h"

enum { BOXES_MAX = 256 };

static struct box pod;

static void
prepare(struct box *b, enum cgroup_kind kind, const char *path)
{
	b->n.c.kind = kind;
	b->n.who.namespace = must_copy(sidecar_namespace());
	b->n.who.pod = must_copy(sidecar_pod());
	cgroup_node_add(&b->n, path, -1);
}

void
sidecar_box_pod(int network)
{
	prepare(&pod, CGROUP_POD, "/pod");
	pod.n.network.dir = network;
}

struct box *
sidecar_box(size_t i)
{
	return i < cgroup_nodes.n ? (struct box *)cgroup_nodes.list[i] : NULL;
}

struct box *
sidecar_box_of(const struct sidecar_cgroup *c)
{
	struct node *known = cgroup_node_find(CGROUP_CONTAINER, c->path);
	struct box *b;

	if (known != NULL || cgroup_nodes.n == BOXES_MAX)
		return (struct box *)known;
	b = must_zero(sizeof *b);
	b->n.pod = &pod.n;
	strcpy(b->n.id, c->id);
	prepare(b, CGROUP_CONTAINER, c->path);
	return b;
}

void
sidecar_box_sweep(void)
{
	struct box *b;

	for (size_t i = 0; (b = sidecar_box(i)) != NULL; i++) {
		b->n.seen = b == &pod || b->tasks > 0;
		if (!b->n.seen && b->n.c.scope.dir >= 0)
			cgroup_ended_read(&b->n);
	}
	cgroup_nodes_sweep();
}

static void
settle(struct box *b, enum rank rank, const char *name)
{
	free(b->n.who.container);
	b->n.who.container = must_copy(name);
	b->rank = rank;
	cgroup_label(&b->n);
}

/* A process that is about to become the container's still bears the name of what starts it. */
void
sidecar_box_name(struct box *b, int dir, const char *command)
{
	const char *given = sidecar_given_name(command, b->n.id);
	char kubelets[SIDECAR_NAME + 1];
	static struct buf text;

	if (b->n.who.is_sandbox || b->rank == BY_FLAG)
		return;
	if (given != NULL)
		settle(b, BY_FLAG, given);
	else if (b->rank == UNNAMED && file_read(dir, "mountinfo", &text) > 0 && sidecar_name(text.data, kubelets))
		settle(b, BY_KUBELET, kubelets);
	else if (b->rank == UNNAMED && !text_starts(command, "runc:["))
		settle(b, BY_COMMAND, command);
}

/* Limits are read again when they are written to, last figures taken when the last process has gone. */
static void
watch(struct node *n)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", n->c.scope.dir);
	n->watch = watch_add(path, IN_MODIFY | IN_ONLYDIR, n);
	snprintf(path, sizeof path, "/proc/self/fd/%d/cgroup.events", n->c.scope.dir);
	n->file_watch = watch_add(path, IN_MODIFY, n);
}

int
sidecar_box_reach(struct box *b, int dir, pid_t pid)
{
	int fd = sidecar_reach(dir, pid, place_is_live(PROC));

	if (fd < 0)
		return fd;
	b->n.c.scope.dir = fd;
	watch(&b->n);
	return 0;
}

bool
sidecar_box_is_out_of_reach(const struct box *b)
{
	return b != &pod && !b->n.who.is_sandbox && b->n.c.scope.dir < 0;
}

bool
sidecar_box_is_unnamed(const struct box *b)
{
	return b != &pod && !b->n.who.is_sandbox && b->rank == UNNAMED;
}
