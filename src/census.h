/* The processes of containers, wherever in them they are: one look at procfs in a collection. */
#ifndef CENSUS_H
#define CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "place.h"

struct member {
	pid_t pid;
	ino_t inode;            /* of its directory: a process that is given the number anew has another one */
	uint64_t group;         /* what it is in */
	uint32_t next;          /* of the group, as place + 1 */
	double settles;         /* when the next look will be the last one for now; 0: it was */
	bool bare;              /* without open files when looked at, as kernel threads are */
	bool limited;           /* max_files was read */
	double max_files;       /* soft limit; -1 is no limit, NAN unknown */
};

/*
 * The first process of a container, or of the root, in the order of their numbers; NULL if there is none, or none that
 * can be seen. collection is the page's age. Members are good until the next collection.
 */
struct member *census_first(const struct scope *s, uint32_t collection);
struct member *census_next(const struct member *m);

#endif
