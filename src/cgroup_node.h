/* What the cgroup files share: the directories of the tree as they are kept between collections. */
#ifndef CGROUP_NODE_H
#define CGROUP_NODE_H

#include <sys/types.h>

#include "cgroup.h"
#include "identity/identity.h"
#include "keep.h"
#include "process.h"

/* memory.events: processes killed, and groups of them killed as one. */
struct kills {
	double processes, groups;
};

struct node {
	struct container c;             /* first: a scope's container is its node's */
	char *path, id[CONTAINER_ID + 1];
	ino_t inode;
	int depth;
	bool seen;                      /* by the walk that is under way */
	struct node *pod;               /* the innermost pod that it is in */
	struct identity who;
	bool known;
	struct backoff name, process;
	struct keep files;
	struct scope network;           /* of the root and of pods */
	struct limits limits;
	bool limits_known;
	int watch;                      /* of the directory */
	int file_watch;                 /* a pod's memory.events, a container's cgroup.events; negative: none */
	char *events;                   /* memory.events, as it was after the last event */
	bool events_known;
	struct kills kills;             /* as memory.events had them last */
	struct kills credited;          /* those that were its own, since it was met */
	bool counted;                   /* from which count on was settled */
	double uncredited;              /* kills of a container whose name is not known yet */
	struct tally *tally;            /* of a container that has a name */
	struct ended *ended;            /* figures of a container without processes */
	struct samples *samples;        /* the sampler's */
};

struct nodes {
	struct node **list;             /* in the order of their paths */
	size_t n, room;
};

extern struct nodes cgroup_nodes;       /* those that are exported */
extern struct nodes cgroup_others;      /* those that are followed for what is beneath them alone */
extern bool cgroup_local_events;        /* a pod's memory.events does not count those of its containers */

/* NULL if there is none of that path; kind says among which. */
struct node *cgroup_node_find(enum cgroup_kind kind, const char *path);

/* Adds a node, of which kind, id, pod and names are set, with its path and directory; nothing of it is watched yet. */
void cgroup_node_add(struct node *n, const char *path, int dir);

/* All that a node holds, and the node. */
void cgroup_node_free(struct node *n);

/* Takes away the node of a path and all beneath it; those that a walk has not seen. What they leave is kept. */
void cgroup_nodes_forget(const char *path);
void cgroup_nodes_sweep(void);

/* True if the path is this one, of so many bytes, or beneath it. */
bool cgroup_is_beneath(const char *path, const char *above, size_t length);

/* Finds the tree. False if there is none; a log line has said why. */
bool cgroup_tree_open(void);

/* Takes in what the kernel told since the last time; walks the tree where it may not have told all. */
void cgroup_tree_attend(void);

/* The same, and walks if not everything is watched, and now and then as the safety net. */
void cgroup_tree_follow(void);

/* Looks up names that are not known yet, and labels what got one. */
void cgroup_name_nodes(void);
void cgroup_label(struct node *n);

/* A process wrote to a file of the cgroup. */
void cgroup_limits_written(struct node *n, const char *file);

/* memory.events of a pod, and with it those of its containers, may have changed. */
void cgroup_events_forget(struct node *pod);
void cgroup_events_free(struct node *n);

/* Kills: a pod or a container was met, is named, had some or is about to be forgotten. */
void cgroup_kills_met(struct node *n, bool born);
void cgroup_kills_named(struct node *container);
void cgroup_kills_count(struct node *pod);
void cgroup_kills_count_unwatched(void);        /* those of pods of which the kernel does not tell */
void cgroup_kills_forget(struct node *n);

/* Last figures: a container has no processes any more, or is about to be forgotten. */
void cgroup_ended_read(struct node *container);
void cgroup_ended_forget(struct node *container);

/* False until it is time to ask again: 1, 2, 4 ... seconds after the last time. */
bool cgroup_due(struct backoff *b);

#endif
