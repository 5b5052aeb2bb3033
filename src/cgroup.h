/* The containers of the node, from its cgroup v2 tree. Used by one collection at a time. */
#ifndef CGROUP_H
#define CGROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "cgroup_name.h"
#include "place.h"

/* An exported cgroup: the root, a slice, a pod or a container. */
struct container {
	struct scope scope;             /* the cgroup's directory, and the six labels */
	enum cgroup_kind kind;
	bool root;
	const char *path;               /* from the root of the tree: the label id */
	double started;                 /* in seconds since the epoch */
	bool empty;                     /* a container that had no process yet when they were looked for */
};

/* Limits of a cgroup; INFINITY where there is none, NAN where the cgroup has no such file. */
struct limits {
	double quota, period;           /* CPU time in microseconds */
	double weight;
	double memory, high, low, reservation, swap, swap_high, zswap;
	double threads;
	bool garbled;                   /* one of them could not be read as a number */
};

/* A container or a pod, as files of the node name it; NULL where it is not known. Good until the next collection. */
struct cgroup_who {
	bool is_pod;
	const char *id;                 /* of the container, or the pod's uid */
	const char *uid;                /* of the pod */
	const char *namespace, *pod, *container;        /* container: NULL for a sandbox */
};

void cgroup_who(const struct scope *s, struct cgroup_who *who);

/* Good until the next collection. */
const struct limits *cgroup_limits(const struct scope *s);

/*
 * memory.events of a cgroup, to be cut, good until the next file is read; NULL, and errno, if it cannot be read. It is
 * read again only after the kernel told of an event, where it does.
 */
char *cgroup_memory_events(const struct scope *s);

/* OOM kills that a container's memory.events tells of, the kill of its processes as a group as one. */
double cgroup_oom_kills(const char *events);

/* Who a cgroup is of; "" where unknown. */
struct names {
	const char *namespace, *pod, *container;
	bool is_sandbox;
	bool is_past;                   /* the pod has a newer container of this name */
};

/* False where there is no process: with cgroupfs, CRI-O leaves a container's cgroup until the kubelet removes the container. */
bool cgroup_runs(const struct scope *container);

/* True if a container of the pod, other than its sandbox, runs and has a name. */
bool cgroup_pod_runs(const struct scope *pod);

struct names cgroup_names(const struct scope *s);

/* What a cgroup uses: CPU time in microseconds, memory and swap in bytes; NAN where it cannot tell. */
double cgroup_cpu(const struct scope *s);
double cgroup_memory(const struct scope *s);
double cgroup_working_set(const struct scope *s);       /* memory but for page cache not in active use */
double cgroup_swap(const struct scope *s);

/* Finds the tree. Without one there are no containers; a log line has said why. */
void cgroup_open(void);

/* Takes in what the kernel told of the tree between collections: watch_fd is readable then. */
void cgroup_attend(void);

/* Follows what came and went since the last time; with networks, also finds a process for each pod. */
void cgroup_refresh(bool networks);

/* The exported cgroups in the order of their paths; NULL behind the last one. */
const struct scope *cgroup_container(size_t i);

/*
 * The directory in procfs of a process of the network that has the labels of an exported cgroup: the root's, that of a
 * container without a pod, and a pod's, which are those of its sandbox where that is known. NULL where there is none.
 */
const struct scope *cgroup_network(const struct scope *s);

/* What the containers of one name in a pod had together, one after the other, since they were first seen. */
struct tally {
	const struct labels *labels;
	double kills, restarts;
	const struct scope *newest;     /* the last one of them; NULL once it has gone */
};

/* Those of the pods that live, and for two minutes of those that ended; NULL behind the last one. */
const struct tally *cgroup_tally(size_t i);

/* The last figures of a container, as far as they could be had; NAN where not. */
enum ended_figure {
	ENDED_TIME, ENDED_START,                        /* in seconds since the epoch */
	ENDED_USAGE, ENDED_USER, ENDED_SYSTEM,          /* CPU time in microseconds */
	ENDED_PEAK,                                     /* memory in bytes */
	ENDED_KILLS,
	ENDED_READ, ENDED_WRITTEN,                      /* in bytes */
	ENDED_FIGURES
};

struct ended {
	const struct labels *labels;
	double figures[ENDED_FIGURES];
};

/* Those of the last two minutes, of so many containers at most; NULL behind the last one. */
enum { ENDED_MAX = 512, PAST_SECONDS = 120 };
const struct ended *cgroup_ended(size_t i);

/* How many more ended, but were too many to be kept for two minutes. */
double cgroup_ended_dropped(void);

/* True if what the scope describes is no more. */
bool cgroup_vanished(const struct scope *s);

/* True for the errors of a file that a cgroup does not have: a controller that is off, an older kernel. */
bool cgroup_absent(int err);

#endif
