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
};

/* Limits of a cgroup; INFINITY where there is none, NAN where the cgroup has no such file. */
struct limits {
	double quota, period;           /* CPU time in microseconds */
	double weight;
	double memory, swap, reservation;
	double threads;
	bool garbled;                   /* one of them could not be read as a number */
};

/* Good until the next collection. */
const struct limits *cgroup_limits(const struct scope *s);

/* Finds the tree. Without one there are no containers; a log line has said why. */
void cgroup_open(void);

/* Follows what came and went since the last time; with networks, also finds a process for each pod. */
void cgroup_refresh(bool networks);

/* The exported cgroups in the order of their paths; NULL behind the last one. */
const struct scope *cgroup_container(size_t i);

/*
 * The root, the pods, and containers outside of pods, each with the directory in procfs of one of its processes, and
 * the labels of its sandbox or, where that is not known, of its cgroup. The directory is -1 where there is no process.
 */
const struct scope *cgroup_pod(size_t i);

/* True if what the scope describes is no more. */
bool cgroup_vanished(const struct scope *s);

/* True for the errors of a file that a cgroup does not have: a controller that is off, an older kernel. */
bool cgroup_absent(int err);

#endif
