/*
 * The cgroup tree, followed by inotify(7): a collection walks it only when a directory came or went, when events were
 * lost, or once a minute as the safety net.
 */
#include "cgroup_node.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "hierarchy.h"
#include "log.h"
#include "self.h"
#include "watch.h"

/* A user who may make cgroups can make many: no more than NODES_MAX are exported. */
enum { DEPTH_MAX = 32, NODES_MAX = 20000, WALK_SECONDS = 60, PATIENCE_MAX = 64 };

struct nodes cgroup_nodes;

static struct hierarchy tree;
static int root = -1;
static bool stale = true;

bool
cgroup_due(struct backoff *b)
{
	if (clock_now() < b->next)
		return false;
	b->patience = b->patience == 0 ? 1 : b->patience < PATIENCE_MAX ? b->patience * 2 : PATIENCE_MAX;
	b->next = clock_now() + b->patience;
	return true;
}

void
cgroup_tree_is_stale(void)
{
	stale = true;
}

static int
by_path(const void *a, const void *b)
{
	return strcmp((*(struct node *const *)a)->path, (*(struct node *const *)b)->path);
}

static size_t n_sorted;                 /* nodes of the walk before, which are in order */

static struct node *
find(const char *path)
{
	struct node key = { .path = (char *)(uintptr_t)path }, *p = &key, **found;

	if (n_sorted == 0)
		return NULL;
	found = bsearch(&p, cgroup_nodes.list, n_sorted, sizeof(struct node *), by_path);
	return found == NULL ? NULL : *found;
}

static void
forget(struct node *n)
{
	close(n->c.scope.dir);
	keep_close(&n->files);
	if (n->network.dir >= 0)
		close(n->network.dir);
	free((void *)(uintptr_t)n->c.scope.labels);
	identity_free(&n->who);
	free(n->path);
	free(n);
}

static bool
too_many(void)
{
	static bool told;

	if (cgroup_nodes.n < NODES_MAX)
		return false;
	if (!told)
		log_line(LOG_WARN, "too many cgroups: the rest is not exported", "path", tree.path, NULL);
	return told = true;
}

/* The node of a directory that the walk met; NULL if it has gone already, or if there are too many. */
static struct node *
meet(int dir, const char *name, ino_t inode, const char *path, enum cgroup_kind kind, const char *id, struct node *pod)
{
	struct node *n = find(path);
	int fd;

	if (n != NULL && n->inode == inode && n->pod == pod) {
		n->seen = true;
		return n;
	}
	if (too_many() || (fd = file_directory(dir, name)) < 0)
		return NULL;
	n = must_realloc(NULL, sizeof *n);
	*n = (struct node){ .inode = inode, .pod = pod, .seen = true, .path = must_copy(path), .files.counts = true };
	n->c = (struct container){ .kind = kind, .path = n->path };
	n->c.scope = (struct scope){ .dir = fd, .container = &n->c, .records = true, .keep = &n->files };
	n->network = (struct scope){ .dir = -1, .container = &n->c };
	strcpy(n->id, id);
	cgroup_label(n);
	cgroup_nodes.list = must_realloc(cgroup_nodes.list, (cgroup_nodes.n + 1) * sizeof(struct node *));
	cgroup_nodes.list[cgroup_nodes.n++] = n;
	return n;
}

/* Watched before it is looked at, so that nothing slips through in between. */
static int
watch(const char *path, bool children)
{
	struct buf full = { 0 };
	int w;

	buf_print(&full, "%s%s", tree.path, path);
	w = watch_add(full.data, children);
	buf_free(&full);
	return w;
}

static void walk(int dir, const char *path, enum cgroup_kind kind, struct node *pod, int depth);

static void
enter(int dir, const char *parent_path, const struct dirent *entry, enum cgroup_kind parent, struct node *pod,
    int depth)
{
	char id[CONTAINER_ID + 1];
	enum cgroup_kind kind = cgroup_kind(entry->d_name, parent, id);
	struct buf path = { 0 };
	struct node *n = NULL;
	/* What is inside a pod's container belongs to it; another one may be a node with pods of its own. */
	bool deeper = depth < DEPTH_MAX && !(kind == CGROUP_CONTAINER && pod != NULL);
	int fd, w;

	if (kind == CGROUP_IGNORED)
		return;
	buf_print(&path, "%s/%s", parent_path, entry->d_name);
	if (kind != CGROUP_OTHER)
		n = meet(dir, entry->d_name, entry->d_ino, path.data, kind, id, kind == CGROUP_CONTAINER ? pod : NULL);
	w = watch(path.data, deeper);
	if (n != NULL)
		n->watch = w;
	if (deeper && (fd = openat(dir, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0)
		walk(fd, path.data, kind, kind == CGROUP_POD ? n : pod, depth + 1);
	buf_free(&path);
}

/* Takes the descriptor over. */
static void
walk(int dir, const char *path, enum cgroup_kind kind, struct node *pod, int depth)
{
	DIR *d;
	struct dirent *entry;

	if ((d = fdopendir(dir)) == NULL) {
		close(dir);
		return;
	}
	while ((entry = readdir(d)) != NULL)
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			enter(dir, path, entry, kind, pod, depth);
	closedir(d);
}

/* A container that was met has a pod that was met, so that what is left never points to what went. */
static void
sweep(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < cgroup_nodes.n; i++)
		if (cgroup_nodes.list[i]->seen)
			cgroup_nodes.list[kept++] = cgroup_nodes.list[i];
		else
			forget(cgroup_nodes.list[i]);
	cgroup_nodes.n = kept;
	qsort(cgroup_nodes.list, cgroup_nodes.n, sizeof(struct node *), by_path);
	n_sorted = cgroup_nodes.n;
}

static void
walk_all(void)
{
	struct node *top = NULL;
	struct stat st;
	int fd, w;

	for (size_t i = 0; i < cgroup_nodes.n; i++)
		cgroup_nodes.list[i]->seen = false;
	watch_begin();
	w = watch("", true);
	if (fstat(root, &st) == 0 && (top = meet(root, ".", st.st_ino, "/", CGROUP_SLICE, "", NULL)) != NULL) {
		top->c.root = true;
		top->watch = w;
	}
	if ((fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0)
		walk(fd, "", CGROUP_OTHER, NULL, 0);
	watch_end();
	sweep();
	cgroup_limits_watched();
}

bool
cgroup_tree_open(void)
{
	tree = hierarchy_find();
	self_cgroup_version(tree.version);
	if (tree.version == 2)
		root = file_directory(AT_FDCWD, tree.path);
	return root >= 0;
}

bool
cgroup_tree_follow(void)
{
	static double last;

	if (watch_events(cgroup_limits_written))
		stale = true;
	if (!stale && !watch_is_blind() && clock_now() - last < WALK_SECONDS)
		return false;
	last = clock_now();
	stale = false;
	walk_all();
	return true;
}
