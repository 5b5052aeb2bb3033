/* What the cgroup files share: the exported cgroups as they are kept between collections. */
#ifndef CGROUP_NODE_H
#define CGROUP_NODE_H

#include <sys/types.h>

#include "cgroup.h"
#include "identity/identity.h"
#include "keep.h"
#include "process.h"

struct node {
	struct container c;             /* first: a scope's container is its node's */
	char *path, id[CONTAINER_ID + 1];
	ino_t inode;
	struct node *pod;               /* of a container */
	struct identity who;
	bool known, seen;
	struct backoff name, process;
	struct keep files;
	struct scope network;           /* of the root and of pods */
	struct limits limits;
	bool limits_known;
	int watch;                      /* of its directory; -1: none, and limits are read at each look */
};

struct nodes {
	struct node **list;             /* in the order of their paths */
	size_t n;
};

extern struct nodes cgroup_nodes;

/* Finds the tree. False if there is none; a log line has said why. */
bool cgroup_tree_open(void);

/*
 * Walks the tree if a directory came or went, if events were lost, or once a minute as the safety net. True if it did:
 * nodes may have come and gone.
 */
bool cgroup_tree_follow(void);

/* The next cgroup_tree_follow walks. */
void cgroup_tree_is_stale(void);

/* Looks up names that are not known yet, and labels what got one. */
void cgroup_name_nodes(void);
void cgroup_label(struct node *n);

/* After a walk: which watch is whose; and a file that was written to. */
void cgroup_limits_watched(void);
void cgroup_limits_written(int watch, const char *file);

/* False until it is time to ask again: 1, 2, 4 ... seconds after the last time. */
bool cgroup_due(struct backoff *b);

#endif
