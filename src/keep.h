/*
 * Files of cgroups that stay open between readings. Opening one costs the kernel several times what reading it does, and
 * an open one keeps some 5 kB of the kernel's memory, so that there is a budget for all of them together.
 */
#ifndef KEEP_H
#define KEEP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"
#include "file.h"
#include "flag.h"

extern const struct flag keep_flags[];

enum { KEEP_MAX = 64 };         /* of one directory */

struct keep {
	struct kept_file {
		char *path;
		uint32_t hash;          /* of the path */
		int fd;
	} *files;
	size_t n, room;
	size_t next;                    /* the one behind that read last: files are read in the same order each time */
	bool counts;                    /* against the budget */
};

/* Reads path below dir, and keeps it open while there is room, without a budget the second time. The length, or -errno. */
ssize_t keep_read(struct keep *k, int dir, const char *path, enum file_end end, struct buf *b);

/* Closes all; they are back in the budget. */
void keep_close(struct keep *k);

#endif
