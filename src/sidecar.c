/*
 * The containers of our pod. With shareProcessNamespace its processes are in our procfs; each shows the cgroup of its
 * container as /sys/fs/cgroup below its root, to whoever has its user and group. proc_pid_root(5), cgroup_namespaces(7)
 */
#include "sidecar.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "cgroup_node.h"
#include "file.h"
#include "log.h"
#include "self.h"
#include "sidecar_flags.h"
#include "sidecar_process.h"
#include "text.h"
#include "watch.h"

/* Processes are cheap to make, so that there is a limit to those that are looked at. */
enum { TASKS_MAX = 20000, BOXES_MAX = 256, TRIES_MAX = 16 };

/* What named a container; what comes later here is better. */
enum rank { UNNAMED, BY_COMMAND, BY_KUBELET, BY_FLAG };

struct box {
	struct node n;                  /* first: it is freed as its node */
	enum rank rank;
	size_t tasks;
	double past;                    /* ticks of processes that have ended */
	bool told;
};

struct task {
	pid_t pid;
	ino_t inode;                    /* of its directory: another process of the same number has another one */
	struct box *box;                /* NULL: none */
	struct sidecar_stat stat;
	bool seen;
};

static struct task *tasks;              /* in the order of their numbers */
static size_t n_tasks, room_tasks;
static struct box pod;
static bool real, changed;
static struct buf text;

/* What cannot be seen ------------------------------------------------------------------------------------------------ */

enum unseen { NODE_ITSELF, ALONE, OUT_OF_REACH, NO_V2, NAMELESS, UNSEEN };

static const char *const sentences[UNSEEN] = {
	[NODE_ITSELF] = "The node, other pods, images, and what the pod has as a whole but for its network "
	    "cannot be seen from inside a pod.",
	[ALONE] = "No other container's processes can be seen: shareProcessNamespace of the pod is not true.",
	[OUT_OF_REACH] = "The cgroup of a container cannot be read, for which its processes need the user and group of "
	    "this one: figures of the processes themselves are exported instead.",
	[NO_V2] = "There is no cgroup v2 here: figures of the processes themselves are exported.",
	[NAMELESS] = "The names of pod and namespace are not known: set POD_NAME and POD_NAMESPACE by the downward API.",
};
static atomic_bool unseen[UNSEEN];

/* The log has each once, also when it comes and goes. */
static void
note(enum unseen what, bool holds, const char *key, const char *value)
{
	static bool logged[UNSEEN];

	atomic_store(&unseen[what], holds);
	if (!holds || logged[what])
		return;
	logged[what] = true;
	log_line(LOG_INFO, sentences[what], key, value, NULL);
}

const char *
sidecar_unseen(size_t i)
{
	for (size_t k = 0; k < UNSEEN; k++)
		if (atomic_load(&unseen[k]) && i-- == 0)
			return sentences[k];
	return NULL;
}

/* Containers --------------------------------------------------------------------------------------------------------- */

static int
by_path(const void *a, const void *b)
{
	return strcmp((*(struct node *const *)a)->path, (*(struct node *const *)b)->path);
}

static void
prepare(struct box *b, enum cgroup_kind kind, const char *path)
{
	struct node *n = &b->n;

	n->path = must_copy(path);
	n->watch = n->file_watch = -1;
	n->files.counts = true;
	n->c.kind = kind;
	n->c.path = n->path;
	n->c.scope = (struct scope){ .dir = -1, .container = &n->c, .records = true, .keep = &n->files };
	n->network = (struct scope){ .dir = -1, .container = &n->c };
	n->who.namespace = must_copy(sidecar_namespace());
	n->who.pod = must_copy(sidecar_pod());
	cgroup_nodes.list = must_grow(cgroup_nodes.list, cgroup_nodes.n, &cgroup_nodes.room, sizeof *cgroup_nodes.list);
	cgroup_nodes.list[cgroup_nodes.n++] = n;
	qsort(cgroup_nodes.list, cgroup_nodes.n, sizeof *cgroup_nodes.list, by_path);
	cgroup_label(n);
	changed = true;
}

static struct box *
box_of(const struct sidecar_cgroup *c)
{
	struct box *b;

	for (size_t i = 0; i < cgroup_nodes.n; i++)
		if (strcmp(cgroup_nodes.list[i]->path, c->path) == 0)
			return (struct box *)cgroup_nodes.list[i];
	if (cgroup_nodes.n == BOXES_MAX)
		return NULL;
	b = must_zero(sizeof *b);
	b->n.pod = &pod.n;
	strcpy(b->n.id, c->id);
	prepare(b, CGROUP_CONTAINER, c->path);
	return b;
}

static void
forget(struct box *b)
{
	size_t i = 0;

	while (cgroup_nodes.list[i] != &b->n)
		i++;
	if (b->n.c.scope.dir >= 0)
		cgroup_ended_read(&b->n);
	memmove(&cgroup_nodes.list[i], &cgroup_nodes.list[i + 1], (--cgroup_nodes.n - i) * sizeof *cgroup_nodes.list);
	cgroup_ended_forget(&b->n);
	cgroup_node_free(&b->n);
	changed = true;
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
static void
name(struct box *b, int dir, const char *command)
{
	const char *given = sidecar_given_name(command, b->n.id);
	char kubelets[SIDECAR_NAME + 1];

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

static int
reach(struct box *b, int dir, pid_t pid)
{
	int fd = sidecar_reach(dir, pid, real);

	if (fd < 0)
		return fd;
	b->n.c.scope.dir = fd;
	watch(&b->n);
	return 0;
}

/* Processes ---------------------------------------------------------------------------------------------------------- */

static size_t
place_of(pid_t pid)
{
	size_t from = 0, to = n_tasks;

	while (from < to) {
		size_t middle = (from + to) / 2;

		if (tasks[middle].pid < pid)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static int
open_task(pid_t pid)
{
	char number[16];

	snprintf(number, sizeof number, "%d", pid);
	return file_directory(place(PROC)->dir, number);
}

/* The first process of the pod is its sandbox's, which does nothing but hold the pod's namespaces. */
static bool
is_pause(const struct task *t)
{
	return t->pid == 1 && getpid() != 1 && strcmp(t->stat.command, "pause") == 0;
}

/* What a process says of its container when it is first seen. */
static void
meet(struct task *t, int dir)
{
	struct sidecar_cgroup c;
	double started;

	if (file_read(dir, "stat", &text) <= 0 || !sidecar_stat(text.data, &t->stat) ||
	    file_read(dir, "cgroup", &text) <= 0 || !sidecar_cgroup(text.data, &c) || (t->box = box_of(&c)) == NULL)
		return;
	t->box->tasks++;
	t->box->n.who.is_sandbox = t->box->n.who.is_sandbox || is_pause(t);
	started = floor(process_started(dir));
	if (started > 0 && (t->box->n.c.started == 0 || started < t->box->n.c.started))
		t->box->n.c.started = started;
	name(t->box, dir, t->stat.command);
}

static void
leave(const struct task *t)
{
	if (t->box == NULL)
		return;
	t->box->past += t->stat.ticks;
	t->box->tasks--;
}

static void
see(pid_t pid, ino_t inode)
{
	size_t i = place_of(pid);
	int dir;

	if (i < n_tasks && tasks[i].pid == pid && tasks[i].inode == inode && tasks[i].box != NULL) {
		tasks[i].seen = true;
		return;
	}
	if (i < n_tasks && tasks[i].pid == pid) {
		leave(&tasks[i]);
	} else if (n_tasks < TASKS_MAX) {
		tasks = must_grow(tasks, n_tasks, &room_tasks, sizeof *tasks);
		memmove(&tasks[i + 1], &tasks[i], (n_tasks++ - i) * sizeof *tasks);
	} else {
		return;
	}
	tasks[i] = (struct task){ .pid = pid, .inode = inode, .seen = true };
	if ((dir = open_task(pid)) < 0)
		return;
	meet(&tasks[i], dir);
	close(dir);
}

static void
see_all(void)
{
	int fd = openat(place(PROC)->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	for (size_t i = 0; i < n_tasks; i++)
		tasks[i].seen = false;
	while (d != NULL && (entry = readdir(d)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			see(atoi(entry->d_name), entry->d_ino);
	if (d != NULL)
		closedir(d);
}

static void
sweep(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < n_tasks; i++)
		if (tasks[i].seen)
			tasks[kept++] = tasks[i];
		else
			leave(&tasks[i]);
	n_tasks = kept;
	for (size_t i = cgroup_nodes.n; i-- > 0;) {
		struct box *b = (struct box *)cgroup_nodes.list[i];

		if (b != &pod && b->tasks == 0)
			forget(b);
	}
}

/* Through any of its processes, as some may be of another user. */
static void
try(struct box *b)
{
	int err = -ESRCH, dir, tries = TRIES_MAX;

	for (size_t i = 0; i < n_tasks && tries > 0 && (b->n.c.scope.dir < 0 || b->rank == UNNAMED); i++) {
		if (tasks[i].box != b || (dir = open_task(tasks[i].pid)) < 0)
			continue;
		tries--;
		if (b->n.c.scope.dir < 0)
			err = reach(b, dir, tasks[i].pid);
		if (b->rank == UNNAMED && file_read(dir, "stat", &text) > 0 && sidecar_stat(text.data, &tasks[i].stat))
			name(b, dir, tasks[i].stat.command);
		close(dir);
	}
	if (b->n.c.scope.dir < 0 && !b->told)
		log_line(LOG_DEBUG, "cannot read the cgroup of a container", "id", b->n.path, "err", strerror(-err), NULL);
	b->told = true;
}

static void
count(struct task *t)
{
	int dir = open_task(t->pid);

	if (dir >= 0 && file_read(dir, "stat", &text) > 0)
		sidecar_stat(text.data, &t->stat);
	if (dir >= 0)
		close(dir);
}

static bool
is_out_of_reach(const struct box *b)
{
	return b != &pod && !b->n.who.is_sandbox && b->n.c.scope.dir < 0;
}

static bool
is_ours(const struct task *t)
{
	return t->box != NULL && strcmp(t->box->n.path, SIDECAR_SELF) == 0;
}

static void
try_all(void)
{
	const char *missed = NULL;

	for (size_t i = 0; i < cgroup_nodes.n; i++) {
		struct box *b = (struct box *)cgroup_nodes.list[i];

		if ((is_out_of_reach(b) || (b != &pod && !b->n.who.is_sandbox && b->rank == UNNAMED)) &&
		    cgroup_due(&b->n.process))
			try(b);
		if (is_out_of_reach(b))
			missed = b->n.who.container != NULL ? b->n.who.container : b->n.path;
	}
	for (size_t i = 0; i < n_tasks; i++)
		if (tasks[i].box != NULL && is_out_of_reach(tasks[i].box))
			count(&tasks[i]);
	note(ALONE, n_tasks > 0 && tasks[0].pid == 1 && is_ours(&tasks[0]), NULL, NULL);
	note(OUT_OF_REACH, missed != NULL && !atomic_load(&unseen[NO_V2]), "container", missed);
}

bool
sidecar_out_of_reach(size_t i, struct sidecar_figures *f)
{
	const struct box *b = NULL;

	for (size_t k = 0; k < cgroup_nodes.n && b == NULL; k++)
		if (is_out_of_reach((const struct box *)cgroup_nodes.list[k]) && i-- == 0)
			b = (const struct box *)cgroup_nodes.list[k];
	if (b == NULL)
		return false;
	*f = (struct sidecar_figures){ .labels = b->n.c.scope.labels, .started = b->n.c.started, .cpu = b->past };
	for (size_t k = 0; k < n_tasks; k++)
		if (tasks[k].box == b) {
			f->processes++;
			f->threads += tasks[k].stat.threads;
			f->cpu += tasks[k].stat.ticks;
			f->resident += tasks[k].stat.pages;
		}
	return true;
}

void
sidecar_open(void)
{
	int own = file_directory(place(PROC)->dir, "self"), cgroup = own < 0 ? own : sidecar_reach(own, getpid(), true);

	real = place_is_live(PROC);
	prepare(&pod, CGROUP_POD, "/pod");
	pod.n.network.dir = own < 0 ? -1 : own;
	self_cgroup_version(cgroup < 0 ? 0 : 2);
	note(NODE_ITSELF, true, NULL, NULL);
	note(NO_V2, cgroup < 0, NULL, NULL);
	note(NAMELESS, *sidecar_pod() == '\0' || *sidecar_namespace() == '\0', NULL, NULL);
	if (cgroup >= 0)
		close(cgroup);
}

void
sidecar_attend(void)
{
	if (watch_events(take))
		return;
	for (size_t i = 0; i < cgroup_nodes.n; i++)
		cgroup_nodes.list[i]->limits_known = false;
}

bool
sidecar_follow(void)
{
	bool was;

	sidecar_attend();
	see_all();
	sweep();
	try_all();
	was = changed;
	changed = false;
	return was;
}
