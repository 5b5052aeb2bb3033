/*
 * The cgroup tree, followed by inotify(7): a collection walks it only when a directory came or went, when events were
 * lost, or once a minute as the safety net. Names are asked for once per container, and again at growing intervals while
 * nothing is known.
 */
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "hierarchy.h"
#include "identity/identity.h"
#include "log.h"
#include "process.h"
#include "self.h"

enum { DEPTH_MAX = 32, WALK_SECONDS = 60, PATIENCE_MAX = 64 };

struct node {
	struct container c;             /* first: a scope's container is its node's */
	char *path, id[CONTAINER_ID + 1];
	ino_t inode;
	struct node *pod;               /* of a container */
	struct identity who;
	bool known, seen;
	struct backoff name, process;
	struct scope network;           /* of the root and of pods */
};

static struct hierarchy tree;
static int root = -1;
static struct node **nodes;             /* in the order of their paths */
static size_t n_nodes;
static const struct scope **networks;
static size_t n_networks;

static time_t
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* A question that had no answer is asked again after 1, 2, 4 ... seconds. */
static bool
due(struct backoff *b)
{
	if (seconds() < b->next)
		return false;
	b->patience = b->patience == 0 ? 1 : b->patience < PATIENCE_MAX ? b->patience * 2 : PATIENCE_MAX;
	b->next = seconds() + b->patience;
	return true;
}

/* Watching --------------------------------------------------------------------------------------------------------- */

static int watcher = -1;
static bool dirty = true, blind;        /* blind: not all directories are watched */
static int *watches, *old_watches;
static size_t n_watches, n_old_watches, room_watches;

static void
watch(const char *path)
{
	struct buf full = { 0 };
	int w;

	buf_print(&full, "%s%s", tree.path, path);
	w = inotify_add_watch(watcher, full.data, IN_CREATE | IN_DELETE | IN_MOVE | IN_ONLYDIR);
	buf_free(&full);
	if (w < 0 && errno != ENOENT && !blind) {
		log_line(LOG_WARN, "cannot watch the cgroup tree; it is walked at each scrape instead", "err", strerror(errno), NULL);
		blind = true;
	}
	if (w < 0)
		return;
	if (n_watches == room_watches) {
		room_watches = room_watches * 2 + 64;
		watches = must_realloc(watches, room_watches * sizeof *watches);
	}
	watches[n_watches++] = w;
}

static void
read_events(void)
{
	char events[4096];

	while (watcher >= 0 && read(watcher, events, sizeof events) > 0)
		dirty = true;
}

static int
by_number(const void *a, const void *b)
{
	return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

/* cgroupfs tells nothing when a watched directory itself is removed: its watch stays until it is taken away. */
static void
drop_old_watches(void)
{
	if (n_watches > 0)
		qsort(watches, n_watches, sizeof *watches, by_number);
	for (size_t i = 0; i < n_old_watches; i++)
		if (n_watches == 0 || bsearch(&old_watches[i], watches, n_watches, sizeof *watches, by_number) == NULL)
			inotify_rm_watch(watcher, old_watches[i]);
	old_watches = must_realloc(old_watches, (n_watches + 1) * sizeof *watches);
	memcpy(old_watches, watches, n_watches * sizeof *watches);
	n_old_watches = n_watches;
}

/* Labels ----------------------------------------------------------------------------------------------------------- */

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static void
label(struct node *n)
{
	const struct identity *pod = n->pod != NULL ? &n->pod->who : &n->who;
	const char *name = n->who.name != NULL ? n->who.name : n->id;
	const struct label labels[] = {
		{ "container", or_empty(n->who.container) },
		{ "id", n->path },
		{ "image", or_empty(n->who.image) },
		{ "name", n->c.kind == CGROUP_CONTAINER ? name : "" },
		{ "namespace", or_empty(n->who.namespace != NULL ? n->who.namespace : pod->namespace) },
		{ "pod", or_empty(n->who.pod != NULL ? n->who.pod : pod->pod) },
	};

	free((void *)(uintptr_t)n->c.scope.labels);
	n->c.scope.labels = labels_new(labels, sizeof labels / sizeof *labels);
}

/* A pod is called what any of its containers says. */
static void
name_pod(struct node *pod, const struct identity *who)
{
	if (pod == NULL || pod->known || who->pod == NULL)
		return;
	pod->who.namespace = must_copy(or_empty(who->namespace));
	pod->who.pod = must_copy(who->pod);
	pod->known = true;
	for (size_t i = 0; i < n_nodes; i++)
		if (nodes[i] == pod || nodes[i]->pod == pod)
			label(nodes[i]);
}

static void
name_containers(void)
{
	for (size_t i = 0; i < n_nodes; i++) {
		struct node *n = nodes[i];

		if (n->c.kind != CGROUP_CONTAINER || n->known || !due(&n->name))
			continue;
		n->known = identity_find(n->id, &n->who);
		if (!n->known)
			continue;
		label(n);
		name_pod(n->pod, &n->who);
	}
}

/* The tree --------------------------------------------------------------------------------------------------------- */

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
	found = bsearch(&p, nodes, n_sorted, sizeof(struct node *), by_path);
	return found == NULL ? NULL : *found;
}

static void
forget(struct node *n)
{
	close(n->c.scope.dir);
	if (n->network.dir >= 0)
		close(n->network.dir);
	free((void *)(uintptr_t)n->c.scope.labels);
	identity_free(&n->who);
	free(n->path);
	free(n);
}

/* The node of a directory that the walk met; NULL if it has gone already. */
static struct node *
meet(int dir, const char *name, ino_t inode, const char *path, enum cgroup_kind kind, const char *id, struct node *pod)
{
	struct node *n = find(path);
	int fd;

	if (n != NULL && n->inode == inode) {
		n->seen = true;
		return n;
	}
	if ((fd = file_directory(dir, name)) < 0)
		return NULL;
	n = must_realloc(NULL, sizeof *n);
	*n = (struct node){ .inode = inode, .pod = pod, .seen = true, .path = must_copy(path) };
	n->c = (struct container){ .scope = { .dir = fd, .container = &n->c, .records = true }, .kind = kind, .path = n->path };
	n->network = (struct scope){ .dir = -1, .container = &n->c };
	strcpy(n->id, id);
	label(n);
	nodes = must_realloc(nodes, (n_nodes + 1) * sizeof(struct node *));
	nodes[n_nodes++] = n;
	return n;
}

static void walk(int dir, const char *path, enum cgroup_kind kind, struct node *pod, int depth);

static void
enter(int dir, const char *parent_path, const struct dirent *entry, enum cgroup_kind parent, struct node *pod, int depth)
{
	char id[CONTAINER_ID + 1];
	enum cgroup_kind kind = cgroup_kind(entry->d_name, parent, id);
	struct buf path = { 0 };
	struct node *n = NULL;
	int fd;

	if (kind == CGROUP_IGNORED)
		return;
	buf_print(&path, "%s/%s", parent_path, entry->d_name);
	if (kind != CGROUP_OTHER)
		n = meet(dir, entry->d_name, entry->d_ino, path.data, kind, id, kind == CGROUP_CONTAINER ? pod : NULL);
	/* What is inside a pod's container belongs to it; another one may be a node with pods of its own. */
	if (depth < DEPTH_MAX && !(kind == CGROUP_CONTAINER && pod != NULL) &&
	    (fd = openat(dir, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0)
		walk(fd, path.data, kind, kind == CGROUP_POD ? n : pod, depth + 1);
	buf_free(&path);
}

/* Takes the descriptor over. */
static void
walk(int dir, const char *path, enum cgroup_kind kind, struct node *pod, int depth)
{
	DIR *d;
	struct dirent *entry;

	watch(path);
	if ((d = fdopendir(dir)) == NULL) {
		close(dir);
		return;
	}
	while ((entry = readdir(d)) != NULL)
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			enter(dir, path, entry, kind, pod, depth);
	closedir(d);
}

/* A container goes with its pod, so that what is left never points to what went; a new walk finds it in the new one. */
static void
sweep(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < n_nodes; i++)
		if (nodes[i]->pod != NULL && !nodes[i]->pod->seen && nodes[i]->seen) {
			nodes[i]->seen = false;
			dirty = true;
		}
	for (size_t i = 0; i < n_nodes; i++)
		if (nodes[i]->seen)
			nodes[kept++] = nodes[i];
		else
			forget(nodes[i]);
	n_nodes = kept;
	qsort(nodes, n_nodes, sizeof(struct node *), by_path);
	n_sorted = n_nodes;
}

static void
list_networks(void)
{
	networks = must_realloc(networks, (n_nodes + 1) * sizeof *networks);
	n_networks = 0;
	for (size_t i = 0; i < n_nodes; i++)
		if (nodes[i]->c.root || nodes[i]->c.kind == CGROUP_POD)
			networks[n_networks++] = &nodes[i]->network;
}

static void
walk_all(void)
{
	static time_t last;
	struct node *top;
	struct stat st;
	int fd;

	if (!dirty && !blind && seconds() - last < WALK_SECONDS)
		return;
	last = seconds();
	dirty = false;
	n_watches = 0;
	for (size_t i = 0; i < n_nodes; i++)
		nodes[i]->seen = false;
	if (fstat(root, &st) == 0 && (top = meet(root, ".", st.st_ino, "/", CGROUP_SLICE, "", NULL)) != NULL)
		top->c.root = true;
	if ((fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0)
		walk(fd, "", CGROUP_OTHER, NULL, 0);
	drop_old_watches();
	sweep();
	list_networks();
}

/* Processes -------------------------------------------------------------------------------------------------------- */

/* The processes of containers whose start is not known, and of pods without a network, by one look if possible. */
static void
find_processes(bool wanted)
{
	struct wanted_process w = { 0 };

	for (size_t i = 0; i < n_nodes; i++) {
		struct node *n = nodes[i], *pod = n->pod;
		bool start = n->c.started == 0, net = wanted && pod != NULL && pod->network.dir < 0;

		if (n->c.kind != CGROUP_CONTAINER || !(start || net) || !due(&n->process))
			continue;
		process_want(&w, n->id, n->c.scope.dir, n);
	}
	process_find(&w);
	for (size_t i = 0; i < w.n; i++) {
		struct node *n = w.found[i].of;

		if (n->c.started == 0)
			n->c.started = floor(process_started(w.found[i].dir));
		if (n->pod != NULL && n->pod->network.dir < 0 && w.found[i].dir >= 0)
			n->pod->network.dir = w.found[i].dir;
		else if (w.found[i].dir >= 0)
			close(w.found[i].dir);
	}
	process_done(&w);
}

/* The sandbox bears the network of its pod, as the kubelet has it. */
static void
label_networks(void)
{
	for (size_t i = 0; i < n_nodes; i++)
		nodes[i]->network.labels = nodes[i]->c.scope.labels;
	for (size_t i = 0; i < n_nodes; i++)
		if (nodes[i]->pod != NULL && nodes[i]->who.is_sandbox)
			nodes[i]->pod->network.labels = nodes[i]->c.scope.labels;
}

/* A pod whose process ended needs another one, and does not wait for it. */
static void
check_network(struct node *pod)
{
	if (pod->network.dir < 0 || process_alive(pod->network.dir))
		return;
	close(pod->network.dir);
	pod->network.dir = -1;
	for (size_t i = 0; i < n_nodes; i++)
		if (nodes[i]->pod == pod)
			nodes[i]->process = (struct backoff){ 0 };
}

static void
check_networks(void)
{
	for (size_t i = 0; i < n_nodes; i++) {
		if (nodes[i]->c.kind == CGROUP_POD)
			check_network(nodes[i]);
		else if (nodes[i]->c.root && nodes[i]->network.dir < 0)
			nodes[i]->network.dir = process_first();
	}
}

/* A cgroup has no date: a directory changes with what is in it, cgroup.events when processes come and go. 0: unknown. */
static double
made(int dir)
{
	struct stat self, events;

	if (fstat(dir, &self) != 0 || fstatat(dir, "cgroup.events", &events, 0) != 0)
		return 0;
	return (double)(self.st_mtim.tv_sec < events.st_mtim.tv_sec ? self : events).st_mtim.tv_sec;
}

/* What containers cannot tell: the root started with the machine, a pod with its first container, a slice when made. */
static void
date_others(void)
{
	for (size_t i = 0; i < n_nodes; i++) {
		struct node *n = nodes[i];

		if (n->pod != NULL && n->c.started > 0 && (n->pod->c.started == 0 || n->pod->c.started > n->c.started))
			n->pod->c.started = n->c.started;
		if (n->c.root)
			n->c.started = process_boot_time();
		else if (n->c.kind == CGROUP_SLICE && n->c.started == 0)
			n->c.started = made(n->c.scope.dir);
	}
}

/* Public ----------------------------------------------------------------------------------------------------------- */

void
cgroup_open(void)
{
	tree = hierarchy_find();
	self_cgroup_version(tree.version);
	if (tree.version != 2)
		return;
	root = file_directory(AT_FDCWD, tree.path);
	watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	blind = watcher < 0;
}

void
cgroup_refresh(bool wanted_networks)
{
	if (root < 0)
		return;
	read_events();
	walk_all();
	name_containers();
	check_networks();
	find_processes(wanted_networks);
	label_networks();
	date_others();
}

const struct scope *
cgroup_container(size_t i)
{
	return i < n_nodes ? &nodes[i]->c.scope : NULL;
}

const struct scope *
cgroup_pod(size_t i)
{
	return i < n_networks ? networks[i] : NULL;
}

bool
cgroup_vanished(const struct scope *s)
{
	bool gone = faccessat(s->container->scope.dir, "cgroup.procs", F_OK, 0) != 0 && (errno == ENOENT || errno == ENODEV);

	dirty = dirty || gone;
	return gone;
}

bool
cgroup_absent(int err)
{
	return err == -ENOENT || err == -ENODATA || err == -ENODEV || err == -EOPNOTSUPP || err == -ESRCH;
}
