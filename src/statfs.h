/* statfs(2) of many mounts, some of which may never answer: those are asked by other processes. */
#ifndef STATFS_H
#define STATFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/vfs.h>

struct question {
	const char *path;
	uint64_t fs_id;         /* the file system's, if it is known: those of the same one hang together */
	bool far;               /* it may never answer; no two such questions have the same path */
	bool given;             /* inner matter */
	bool answered;          /* false: not within the time; it is not asked again before it has answered */
	int err;                /* 0 or -errno */
	struct statfs fs;
};

/* Asks all of them, and waits for the far ones for at most so many milliseconds altogether. */
void statfs_ask(struct question *questions, size_t n, int milliseconds);

/* What asks: statfs, but for tests. Set before the first question. */
extern int (*statfs_call)(const char *path, struct statfs *fs);

#endif
