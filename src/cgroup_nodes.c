/* The directories of the cgroup tree that are kept between collections, in the order of their paths. */
#include "cgroup_node.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

struct nodes cgroup_nodes, cgroup_others;

static struct nodes *
nodes_of(enum cgroup_kind kind)
{
	return kind == CGROUP_OTHER ? &cgroup_others : &cgroup_nodes;
}

static int
by_path(const void *path, const void *node)
{
	return strcmp(path, (*(struct node *const *)node)->path);
}

/* Where the node of this path is among them, or would be. */
static size_t
place_of(const struct nodes *of, const char *path)
{
	return array_place(path, of->list, of->n, sizeof *of->list, by_path);
}

struct node *
cgroup_node_find(enum cgroup_kind kind, const char *path)
{
	const struct nodes *of = nodes_of(kind);
	size_t i = place_of(of, path);

	return i < of->n && strcmp(of->list[i]->path, path) == 0 ? of->list[i] : NULL;
}

static void
insert(struct node *n)
{
	struct nodes *to = nodes_of(n->c.kind);
	size_t i = place_of(to, n->path);

	to->list = must_grow(to->list, to->n, &to->room, sizeof *to->list);
	memmove(&to->list[i + 1], &to->list[i], (to->n++ - i) * sizeof *to->list);
	to->list[i] = n;
}

void
cgroup_node_add(struct node *n, const char *path, int dir)
{
	n->path = must_copy(path);
	n->watch = n->file_watch = -1;
	n->files.counts = true;
	n->c.path = n->path;
	n->c.scope = (struct scope){ .dir = dir, .container = &n->c, .records = true, .keep = &n->files };
	n->network = (struct scope){ .dir = -1, .container = &n->c };
	cgroup_label(n);
	insert(n);
}

void
cgroup_node_free(struct node *n)
{
	watch_remove(n->watch);
	watch_remove(n->file_watch);
	if (n->c.scope.dir >= 0)
		close(n->c.scope.dir);
	keep_close(&n->files);
	if (n->network.dir >= 0)
		close(n->network.dir);
	free((void *)(uintptr_t)n->c.scope.labels);
	identity_free(&n->who);
	cgroup_events_free(n);
	free(n->samples);
	free(n->path);
	free(n);
}

static void
forget(struct nodes *of, size_t i)
{
	struct node *n = of->list[i];

	cgroup_kills_forget(n);
	cgroup_ended_forget(n);
	memmove(&of->list[i], &of->list[i + 1], (--of->n - i) * sizeof *of->list);
	cgroup_node_free(n);
}

bool
cgroup_is_beneath(const char *path, const char *above, size_t length)
{
	return strncmp(path, above, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* What is beneath goes first, as it refers to what is above. */
void
cgroup_nodes_forget(const char *path)
{
	struct nodes *const all[] = { &cgroup_nodes, &cgroup_others };
	char *above = must_copy(path);
	size_t length = strlen(above);

	for (size_t k = 0; k < COUNT(all); k++)
		for (size_t i = all[k]->n; i-- > 0;)
			if (cgroup_is_beneath(all[k]->list[i]->path, above, length))
				forget(all[k], i);
	free(above);
}

static void
sweep(struct nodes *of)
{
	for (size_t i = of->n; i-- > 0;)
		if (!of->list[i]->seen)
			forget(of, i);
}

void
cgroup_nodes_sweep(void)
{
	sweep(&cgroup_nodes);
	sweep(&cgroup_others);
}
