/* Who a container is, from what its runtime left on the node's disk, which is trusted for no more than names. */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <stdbool.h>

#include "chosen.h"

/* Names of a container or sandbox, on the heap; NULL where unknown. */
struct identity {
	char *namespace, *pod, *uid, *container, *image;
	char *name;             /* cAdvisor's name: the id for containerd, k8s_... for CRI-O and Docker */
	char *sandbox;          /* the id of its pod's sandbox */
	bool is_sandbox;
	bool bad;               /* a record of it cannot be read, which has been said */
	struct chosen labels;
};

/*
 * Looks up the container of this id (64 lower case hex digits). who is {0} or what the last look found, which is
 * replaced. False if there may be more to know later: name is NULL if nothing is known yet.
 */
bool identity_find(const char *id, struct identity *who);
void identity_free(struct identity *who);

#endif
