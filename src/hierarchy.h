/* Which cgroup hierarchy the node has: asked of libcgroup once, and checked against the mount table. */
#ifndef HIERARCHY_H
#define HIERARCHY_H

#include <stdbool.h>

struct hierarchy {
	int version;            /* 2; 1: v1 or hybrid; 0: none found */
	char *path;             /* where the v2 tree is to be read; NULL unless version is 2 */
	char *controllers;      /* as cgroup.controllers lists them */
	bool local_events;      /* memory.events does not count those of the cgroups beneath */
	const char *why;        /* why there are no containers, unless version is 2 */
};

/* After place_open. Never fails: what is not there is said in the result. */
struct hierarchy hierarchy_find(void);

#endif
