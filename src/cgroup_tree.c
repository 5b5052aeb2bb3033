/*
 * The cgroup tree, followed by inotify(7): directories are added and taken away as the kernel tells of them. The whole
 * of it is walked at first, when events were lost, and now and then as the safety net.
 */
#include "cgroup_node.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "hierarchy.h"
#include "log.h"
#include "self.h"
#include "watch.h"

/* A user who may make cgroups can make many: no more than NODES_MAX are exported. */
enum { DEPTH_MAX = 32, NODES_MAX = 20000, WALK_SECONDS = 300, PATIENCE_MAX = 64 };

bool cgroup_local_events;

static struct hierarchy tree;
static int root = -1;
static bool stale = true, walked;
static double last_walk;
static bool blind, told;                /* not all is watched; the log has it, until a walk was not blind */

bool
cgroup_due(struct backoff *b)
{
	if (clock_now() < b->next)
		return false;
	b->patience = b->patience == 0 ? 1 : b->patience < PATIENCE_MAX ? b->patience * 2 : PATIENCE_MAX;
	b->next = clock_now() + b->patience;
	return true;
}

static bool
too_many(void)
{
	static bool said;

	if (cgroup_nodes.n + cgroup_others.n < NODES_MAX)
		return false;
	if (!said)
		log_line(LOG_WARN, "too many cgroups: the rest is not exported", "path", tree.path, NULL);
	return said = true;
}

/* The node that is a directory of this name in the parent's; NULL if it has gone already, or if there are too many. */
static struct node *
meet(struct node *parent, int dir, const char *name, const struct node *as)
{
	struct node *n = cgroup_node_find(as->c.kind, as->path);
	int fd;

	if (n != NULL && n->inode == as->inode && n->pod == as->pod) {
		n->seen = true;
		return n;
	}
	if (n != NULL)
		cgroup_nodes_forget(as->path);
	if (too_many() || (fd = file_directory(dir, name)) < 0)
		return NULL;
	n = must_realloc(NULL, sizeof *n);
	*n = *as;
	n->depth = parent == NULL ? 0 : parent->depth + 1;
	n->seen = true;
	cgroup_node_add(n, as->path, fd);
	return n;
}

/* Watches ------------------------------------------------------------------------------------------------------------ */

static void
go_blind(const char *path, int error)
{
	blind = true;
	if (!told)
		log_line(LOG_WARN, "cannot watch the cgroup tree; it is walked at each scrape instead", "path", path,
		    "err", strerror(error), NULL);
	told = true;
}

static int
watch(const struct node *n, const char *file, uint32_t events)
{
	struct buf path = { 0 };
	int w;

	buf_print(&path, "%s%s%s", tree.path, n->c.root ? "" : n->path, file);
	w = watch_add(path.data, events, (void *)(uintptr_t)n);
	if (w < 0 && w != -ENOENT && w != -ENAMETOOLONG)
		go_blind(path.data, -w);
	buf_free(&path);
	return w;
}

/* What is inside a pod's container belongs to it; another one may be a node with pods of its own. */
static bool
has_cgroups(const struct node *n)
{
	return n->depth < DEPTH_MAX && !(n->c.kind == CGROUP_CONTAINER && n->pod != NULL);
}

/* Watched before it is looked at, so that nothing slips through in between. */
static void
watch_node(struct node *n)
{
	uint32_t children = IN_CREATE | IN_DELETE | IN_MOVE, limits = IN_MODIFY;

	if (n->watch < 0)
		n->watch = watch(n, "", IN_ONLYDIR | (has_cgroups(n) ? children : 0) |
		    (n->c.kind == CGROUP_OTHER ? 0 : limits));
	if (n->file_watch < 0 && n->c.kind == CGROUP_POD)
		n->file_watch = watch(n, "/memory.events", IN_MODIFY);
	if (n->file_watch < 0 && n->c.kind == CGROUP_CONTAINER)
		n->file_watch = watch(n, "/cgroup.events", IN_MODIFY);
}

/* Walking ------------------------------------------------------------------------------------------------------------ */

static void walk(struct node *n);

static void
enter(struct node *parent, int dir, const char *name, ino_t inode)
{
	struct node as = { .inode = inode }, *n;
	struct buf path = { 0 };

	as.c.kind = cgroup_kind(name, parent->c.root ? CGROUP_OTHER : parent->c.kind, as.id);
	if (as.c.kind == CGROUP_IGNORED)
		return;
	buf_print(&path, "%s/%s", parent->c.root ? "" : parent->path, name);
	as.path = path.data;
	as.pod = parent->c.kind == CGROUP_POD ? parent : parent->pod;
	if ((n = meet(parent, dir, name, &as)) != NULL) {
		watch_node(n);
		cgroup_kills_met(n, walked);
		if (has_cgroups(n))
			walk(n);
	}
	buf_free(&path);
}

static void
walk(struct node *n)
{
	int fd = openat(n->c.scope.dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(d)) != NULL)
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			enter(n, dirfd(d), entry->d_name, entry->d_ino);
	closedir(d);
}

static void
see(bool seen)
{
	for (size_t i = 0; i < cgroup_nodes.n; i++)
		cgroup_nodes.list[i]->seen = seen;
	for (size_t i = 0; i < cgroup_others.n; i++)
		cgroup_others.list[i]->seen = seen;
}


/* Files of these cgroups may have come or changed without an event. */
static void
distrust(const char *above)
{
	size_t length = strlen(above);

	for (size_t i = 0; i < cgroup_nodes.n; i++)
		if (cgroup_is_beneath(cgroup_nodes.list[i]->path, above, length))
			cgroup_nodes.list[i]->limits_known = cgroup_nodes.list[i]->events_known = false;
}

static void
walk_all(void)
{
	struct node as = { .c = { .kind = CGROUP_SLICE, .root = true }, .path = (char[]){ "/" } }, *top;
	struct stat st;

	see(false);
	blind = false;
	if (fstat(root, &st) == 0) {
		as.inode = st.st_ino;
		if ((top = meet(NULL, root, ".", &as)) != NULL) {
			watch_node(top);
			walk(top);
		}
	}
	cgroup_nodes_sweep();
	distrust("");
	told = blind;
	stale = false;
	walked = true;
	last_walk = clock_now();
}

/* Events ------------------------------------------------------------------------------------------------------------- */

static void
came(struct node *parent, const char *name)
{
	struct stat st;

	if (name[0] != '.' && fstatat(parent->c.scope.dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		enter(parent, parent->c.scope.dir, name, st.st_ino);
}

/* One of the same name may have come since, and have been met. */
static void
went(struct node *parent, const char *name)
{
	struct buf path = { 0 };
	struct stat st;

	if (fstatat(parent->c.scope.dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		buf_print(&path, "%s/%s", parent->c.root ? "" : parent->path, name);
		cgroup_nodes_forget(path.data);
		buf_free(&path);
	}
}

static void
take(void *of, int number, uint32_t event, const char *name)
{
	struct node *n = of;

	if (number == n->file_watch && n->c.kind == CGROUP_POD)
		cgroup_kills_count(n);
	else if (number == n->file_watch)
		cgroup_ended_read(n);
	else if ((event & IN_MODIFY) && strcmp(name, "cgroup.subtree_control") == 0)
		distrust(n->path);
	else if (event & IN_MODIFY)
		cgroup_limits_written(n, name);
	else if (!(event & IN_ISDIR) || (event & IN_MOVE))
		stale = stale || (event & IN_MOVE);
	else if (event & IN_CREATE)
		came(n, name);
	else
		went(n, name);
}

bool
cgroup_tree_open(void)
{
	tree = hierarchy_find();
	self_cgroup_version(tree.version);
	cgroup_local_events = tree.local_events;
	if (tree.version == 2)
		root = file_directory(AT_FDCWD, tree.path);
	return root >= 0;
}

static void
take_events(void)
{
	if (!watch_events(take))
		stale = true;
}

/* Who floods the queue of events has no more than one walk a second of it. */
void
cgroup_tree_attend(void)
{
	take_events();
	if (stale && clock_now() >= last_walk + 1)
		walk_all();
}

void
cgroup_tree_follow(void)
{
	take_events();
	if (stale || blind || clock_now() >= last_walk + WALK_SECONDS)
		walk_all();
}
