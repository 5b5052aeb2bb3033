/*
 * cgroup.procs does not tell of processes in inner cgroups, and shows those of another pid namespace as 0. So procfs is
 * listed, which costs less than half a microsecond for each process, and the file cgroup of a process, which costs some
 * six, is read only for those not seen before. Processes are moved between cgroups right after they are made, if at
 * all, so that a new one is looked at until it has been there for a second, and all of them now and then.
 */
#include "census.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "clock.h"
#include "file.h"
#include "process.h"
#include "text.h"

enum { HEADS = 1024, SETTLED = 1 /* second */, EVERY = 64 };

/*
 * What a process is in: nothing exported; where the paths of cgroups begin for us, the root or, in a cgroup namespace
 * of our own, our container; above that, which only the root can be. Else the first digits of a container's id.
 */
enum { NOWHERE, HERE, ABOVE };

static struct member *members, *before;
static size_t n_members, room_members, n_before, room_before;
static uint32_t heads[HEADS];           /* first of a group, as place + 1 */
static bool we_are_here;
static unsigned turn;                   /* number of this look */
static double now;
static struct buf text;

static uint64_t
group_of_id(const char *id)
{
	char digits[16 + 1] = "";

	memcpy(digits, id, sizeof digits - 1);
	return strtoull(digits, NULL, 16);
}

/* The innermost container that is exported: of what is inside a container of a pod, none is. */
static uint64_t
group_of_path(char *path)
{
	enum cgroup_kind kind = CGROUP_OTHER;
	char id[CONTAINER_ID + 1], *name;
	bool in_pod = false, up = false;
	uint64_t group = HERE;

	while ((name = text_word(&path, "/")) != NULL) {
		up = strcmp(name, "..") == 0;
		if (up) {
			group = ABOVE;
			continue;
		}
		if (group <= ABOVE)
			group = NOWHERE;
		kind = cgroup_kind(name, kind, id);
		in_pod = in_pod || kind == CGROUP_POD;
		if (kind == CGROUP_CONTAINER)
			group = group_of_id(id);
		if (kind == CGROUP_IGNORED || (kind == CGROUP_CONTAINER && in_pod))
			break;
	}
	return group;
}

/* From its file cgroup, in which the unified hierarchy has the number 0. */
static uint64_t
group_of(const char *process)
{
	char path[32], *at, *line;

	snprintf(path, sizeof path, "%s/cgroup", process);
	if (file_read(place(PROC)->dir, path, &text) <= 0)
		return NOWHERE;
	for (at = text.data; (line = text_line(&at)) != NULL;)
		if (text_starts(line, "0::"))
			return group_of_path(line + strlen("0::"));
	return NOWHERE;
}

/* What it was before stands in the last list, of which *to is how far it was gone through. */
static void
add(const char *name, ino_t inode, void *to)
{
	pid_t pid = (pid_t)strtol(name, NULL, 10);
	struct member *m;
	size_t *old = to;

	members = must_grow(members, n_members, &room_members, sizeof *members);
	m = &members[n_members++];
	while (*old < n_before && before[*old].pid < pid)
		++*old;
	if (*old < n_before && before[*old].pid == pid && before[*old].inode == inode)
		*m = before[*old];
	else
		*m = (struct member){ .pid = pid, .inode = inode, .settles = now + SETTLED };
	if (m->settles == 0 && (turn + (unsigned)pid) % EVERY != 0)
		return;
	if (m->settles <= now)
		m->settles = 0;
	m->group = group_of(name);
	m->bare = m->limited = false;
}

static int
by_pid(const void *a, const void *b)
{
	return ((const struct member *)a)->pid - ((const struct member *)b)->pid;
}

/* The kernel lists processes in the order of their numbers; a copy of its files need not have it. */
static void
list(void)
{
	size_t old = 0;
	bool sorted = true;

	process_list(add, &old);
	for (size_t i = 1; i < n_members; i++)
		sorted = sorted && members[i - 1].pid < members[i].pid;
	if (!sorted)
		qsort(members, n_members, sizeof *members, by_pid);
}

static void
link_groups(void)
{
	memset(heads, 0, sizeof heads);
	for (size_t i = n_members; i-- > 0;) {
		uint32_t *head = &heads[members[i].group % HEADS];

		members[i].next = *head;
		*head = (uint32_t)i + 1;
	}
}

static void
take(void)
{
	struct member *kept = before;
	size_t room = room_before;

	before = members;
	n_before = n_members;
	room_before = room_members;
	members = kept;
	room_members = room;
	n_members = 0;
	turn++;
	now = clock_now();
	we_are_here = group_of("self") == HERE;
	list();
	link_groups();
}

static struct member *
find(uint32_t at, uint64_t group)
{
	for (; at != 0; at = members[at - 1].next)
		if (members[at - 1].group == group)
			return &members[at - 1];
	return NULL;
}

/* Our own number stands in cgroup.procs whatever our pid namespace is. */
static bool
is_ours(const struct scope *s)
{
	char own[16], *list = place_read(s, "cgroup.procs"), *pid;

	snprintf(own, sizeof own, "%d", getpid());
	while (list != NULL && (pid = text_line(&list)) != NULL)
		if (strcmp(pid, own) == 0)
			return true;
	return false;
}

struct member *
census_first(const struct scope *s, uint32_t collection)
{
	static uint32_t taken;
	const char *name = strrchr(s->container->path, '/');
	char id[CONTAINER_ID + 1];
	struct member *m = NULL;

	if (taken != collection)
		take();
	taken = collection;
	if (s->container->root)
		m = find(heads[ABOVE], ABOVE);
	else if (name != NULL && cgroup_kind(name + 1, CGROUP_OTHER, id) == CGROUP_CONTAINER)
		m = find(heads[group_of_id(id) % HEADS], group_of_id(id));
	else
		return NULL;
	if (m == NULL && (we_are_here ? is_ours(s) : s->container->root))
		m = find(heads[HERE], HERE);
	return m;
}

struct member *
census_next(const struct member *m)
{
	return find(m->next, m->group);
}
