/* The node's mounts, and what statfs(2) says of each. Used by one collection at a time. */
#ifndef MOUNTS_H
#define MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "statfs.h"

/* A line of the table, cut. */
struct mount {
	char *id, *parent, *major, *minor, *point, *options, *type, *device, *super_options;
	bool again;                     /* as a mount before it, but for the device's numbers */
	size_t question;                /* mounts on the same point share one */
	uint32_t next;                  /* with the same hash, as place + 1 */
};

/*
 * Reads the table and asks those file systems that take is true for, in the order of the table; waits a second for
 * those that do not answer. The mounts are good until the next call. 0, -EINVAL if a line could not be cut, or another
 * -errno.
 */
int mounts_read(bool (*take)(const struct mount *m), const struct mount **mounts, size_t *n);

/* What was said of a mount that mounts_read took. */
const struct question *mounts_answer(const struct mount *m);

#endif
