/* The containers of a collection: what tells of them, their processes and when they started. */
#include "cgroup_node.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sidecar.h"

static bool open_tree;

/* A container's network is its pod's, or its own where there are no pods. */
static struct node *
bearer(struct node *container)
{
	return container->pod != NULL ? container->pod : container;
}

static bool
bears_network(const struct node *n)
{
	return n->c.kind == CGROUP_POD || (n->c.kind == CGROUP_CONTAINER && n->pod == NULL);
}

/* A start is not known, or a network. An empty container, which will have a process soon, is looked at each time. */
static bool
wants_process(struct node *n, bool networks)
{
	return n->c.kind == CGROUP_CONTAINER &&
	    (n->c.started == 0 || n->c.empty || (networks && bearer(n)->network.dir < 0));
}

/* The network of a pod is best known by its sandbox, which stays as long. */
static void
take_process(struct node *n, int dir)
{
	int *network = &bearer(n)->network.dir, unused = dir;

	if (n->c.started == 0)
		n->c.started = floor(process_started(dir));
	if (dir >= 0 && process_alive(dir) && (*network < 0 || n->who.is_sandbox)) {
		unused = *network;
		*network = dir;
	}
	if (unused >= 0)
		close(unused);
}

/* The processes of those that want one, by one look if possible. */
static void
find_processes(bool networks)
{
	struct wanted_process w = { 0 };

	for (size_t i = 0; i < cgroup_nodes.n; i++) {
		struct node *n = cgroup_nodes.list[i];

		if (!wants_process(n, networks) || !(n->c.empty || cgroup_due(&n->process)))
			continue;
		n->c.empty = !cgroup_runs(&n->c.scope);
		if (!n->c.empty)
			process_want(&w, n->id, n->c.scope.dir, n);
	}
	process_find(&w);
	for (size_t i = 0; i < w.n; i++)
		take_process(w.found[i].of, w.found[i].dir);
	process_done(&w);
}

/* The sandbox bears the network of its pod, as the kubelet has it. */
static void
label_networks(void)
{
	for (size_t i = 0; i < cgroup_nodes.n; i++)
		cgroup_nodes.list[i]->network.labels = cgroup_nodes.list[i]->c.scope.labels;
	for (size_t i = 0; i < cgroup_nodes.n; i++)
		if (cgroup_nodes.list[i]->pod != NULL && cgroup_nodes.list[i]->who.is_sandbox)
			cgroup_nodes.list[i]->pod->network.labels = cgroup_nodes.list[i]->c.scope.labels;
}

/* A network whose process ended needs another one, and does not wait for it. */
static void
check_network(struct node *n)
{
	if (n->network.dir < 0 || process_alive(n->network.dir))
		return;
	close(n->network.dir);
	n->network.dir = -1;
	for (size_t i = 0; i < cgroup_nodes.n; i++)
		if (bearer(cgroup_nodes.list[i]) == n)
			cgroup_nodes.list[i]->process = (struct backoff){ 0 };
}

static void
check_networks(void)
{
	for (size_t i = 0; i < cgroup_nodes.n; i++) {
		if (bears_network(cgroup_nodes.list[i]))
			check_network(cgroup_nodes.list[i]);
		else if (cgroup_nodes.list[i]->c.root && cgroup_nodes.list[i]->network.dir < 0)
			cgroup_nodes.list[i]->network.dir = process_first();
	}
}

/* A cgroup has no date: a directory changes with what is in it, cgroup.events as processes come and go. 0: unknown. */
static double
made(int dir)
{
	struct stat self, events;

	if (fstat(dir, &self) != 0 || fstatat(dir, "cgroup.events", &events, 0) != 0)
		return 0;
	return (double)(self.st_mtim.tv_sec < events.st_mtim.tv_sec ? self : events).st_mtim.tv_sec;
}

/*
 * The root started with the machine, a pod with its first container; when made, what has neither a container nor a
 * process, such as a container that has ended. Backwards, for containers are behind their pods.
 */
static void
date_others(void)
{
	for (size_t i = cgroup_nodes.n; i-- > 0;) {
		struct node *n = cgroup_nodes.list[i], *pod = n->pod;

		if (n->c.root)
			n->c.started = process_boot_time();
		else if (n->c.started == 0)
			n->c.started = made(n->c.scope.dir);
		if (pod != NULL && n->c.started > 0 && (pod->c.started == 0 || pod->c.started > n->c.started))
			pod->c.started = n->c.started;
	}
}

void
cgroup_open(void)
{
	if (sidecar_is_on())
		sidecar_open();
	else
		open_tree = cgroup_tree_open();
}

void
cgroup_attend(void)
{
	if (sidecar_is_on()) {
		sidecar_attend();
		return;
	}
	cgroup_tree_attend();
	cgroup_name_nodes();
}

/* What the tree does not tell of its containers: names, kills of some, processes. */
static void
find_out(bool wanted_networks)
{
	cgroup_name_nodes();
	cgroup_kills_count_unwatched();
	check_networks();
	find_processes(wanted_networks);
}

void
cgroup_refresh(bool wanted_networks)
{
	bool sidecar = sidecar_is_on();

	if (!sidecar && !open_tree)
		return;
	if (sidecar) {
		sidecar_follow();
	} else {
		cgroup_tree_follow();
		find_out(wanted_networks);
	}
	label_networks();
	date_others();
}

const struct scope *
cgroup_container(size_t i)
{
	return i < cgroup_nodes.n ? &cgroup_nodes.list[i]->c.scope : NULL;
}

const struct scope *
cgroup_network(const struct scope *s)
{
	struct node *n = (struct node *)(uintptr_t)s->container;
	const struct scope *network = n->c.kind == CGROUP_CONTAINER ? &bearer(n)->network : &n->network;

	return network->dir >= 0 && network->labels == s->labels ? network : NULL;
}

bool
cgroup_vanished(const struct scope *s)
{
	const char *file = s == &s->container->scope ? "cgroup.procs" : "net/dev";

	return faccessat(s->dir, file, F_OK, 0) != 0 && (errno == ENOENT || errno == ENODEV || errno == ESRCH);
}

bool
cgroup_absent(int err)
{
	return err == -ENOENT || err == -ENODATA || err == -ENODEV || err == -EOPNOTSUPP || err == -ESRCH;
}
