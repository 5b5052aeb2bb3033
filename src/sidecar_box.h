/* The containers of our pod as nodes of cgroup_nodes, made of what their processes tell. The collecting thread's. */
#ifndef SIDECAR_BOX_H
#define SIDECAR_BOX_H

#include "cgroup_node.h"
#include "sidecar_process.h"

/* What named a container; what comes later here is better. */
enum rank { UNNAMED, BY_COMMAND, BY_KUBELET, BY_FLAG };

struct box {
	struct node n;                  /* first: it is freed as its node */
	enum rank rank;
	size_t tasks;                   /* number of its processes */
	double past;                    /* ticks of processes that have ended */
	bool told;                      /* the log has that it is out of reach */
};

/* Makes the pod, whose network is that of this directory of procfs; -1: it has none to show. */
void sidecar_box_pod(int network);

/* The i-th container, or the pod; NULL behind the last one. */
struct box *sidecar_box(size_t i);

/* That of this cgroup, which is made if it is new; NULL: there are too many. */
struct box *sidecar_box_of(const struct sidecar_cgroup *c);

/* Forgets those without processes, after a look at their last figures. */
void sidecar_box_sweep(void);

/* Names it, if nothing better has, by a process: its directory in procfs and the name of its command. */
void sidecar_box_name(struct box *b, int dir, const char *command);

/* Opens its cgroup through a process. 0 or -errno. */
int sidecar_box_reach(struct box *b, int dir, pid_t pid);

/* A container, not a sandbox, whose cgroup is not open; one that has no name yet. */
bool sidecar_box_is_out_of_reach(const struct box *b);
bool sidecar_box_is_unnamed(const struct box *b);

#endif
