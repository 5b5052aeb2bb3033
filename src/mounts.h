/* The node's mounts, and what statfs(2) says of each. Used by one collection at a time. */
#ifndef MOUNTS_H
#define MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "mountinfo.h"
#include "statfs.h"

/* A mount that is wanted. */
struct mount {
	struct mountinfo line;          /* the point is that of the node, with blanks and tabs decoded */
	bool again;                     /* as a mount before it, but for the device's numbers */
	size_t question;                /* mounts on the same point share one */
	uint32_t next;                  /* with the same hash, as place + 1 */
};

struct mounts {
	/* Set by the user: which mounts are wanted, where t has those before; and whether options are. */
	bool (*take)(const struct mounts *t, const struct mount *m);
	bool options;                   /* some change without a word: the table is read once a minute */
	bool unasked;                   /* the table is all that is wanted */

	struct mount *list;
	size_t n;
	struct question *questions;     /* answered */

	double read;                    /* when the table was; inner matters, as all that follows */
	int fd, err;                    /* fd 0: not open */
	size_t room, n_questions, room_questions;
	struct buf lines, paths;
};

/*
 * Reads the table if mounts have come, gone or been mounted anew, and asks the file systems of all that are wanted; waits a second for
 * those that do not answer. 0, -EINVAL if a line could not be cut, or another -errno.
 */
int mounts_read(struct mounts *t);

#endif
