/*
 * The entries of a directory that is listed again and again, such as a class of sysfs, and whether they are others than
 * before: what was made of their names, and of what does not change while they are there, can be kept.
 */
#ifndef LISTING_H
#define LISTING_H

#include <dirent.h>
#include <stddef.h>

#include "buf.h"

struct listing {
	int fd;                                 /* of the directory, while it is open */
	const struct dirent64 **entries;        /* in order of name, without hidden ones */
	size_t n, room;
	struct buf text;                        /* where they are, as the kernel gave them */
};

/* Opens path below dir and lists it. 1; 0: it has the same entries, and none was made anew; or -errno: it is closed. */
int listing_open(struct listing *l, int dir, const char *path);

void listing_close(struct listing *l);
void listing_free(struct listing *l);

#endif
