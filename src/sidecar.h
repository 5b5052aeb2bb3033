/* --mode=sidecar: the containers of our own pod, seen through their processes, with no file of the node's. */
#ifndef SIDECAR_H
#define SIDECAR_H

#include <stdbool.h>
#include <stddef.h>

#include "flag.h"
#include "labels.h"

extern const struct flag sidecar_flags[];

bool sidecar_is_on(void);

/* The name of a flag whose value is not what it should be, and what is wanted; NULL: all are right. */
const char *sidecar_wrong_flag(const char **wanted);

/* Looks for what can be seen. After place_open; the collecting thread's, as are the next two. */
void sidecar_open(void);

/* Takes in what the kernel told of the containers' cgroups. */
void sidecar_attend(void);

/* Looks at the pod's processes: cgroup_nodes are its containers then, and the pod. */
void sidecar_follow(void);

/* What the processes of a container say whose cgroup is out of reach, in the kernel's units. */
struct sidecar_figures {
	const struct labels *labels;
	double started;                 /* in seconds since the epoch; 0: unknown */
	double processes, threads;
	double cpu;                     /* in ticks, with those of processes that were seen and have ended */
	double resident;                /* in pages */
};

/* Those of the i-th such container. False behind the last one. */
bool sidecar_out_of_reach(size_t i, struct sidecar_figures *f);

#endif
