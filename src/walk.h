/* What a tree of files takes on its disk, counted slowly. Nothing is followed, and no file is opened. */
#ifndef WALK_H
#define WALK_H

#include <stdbool.h>
#include <stddef.h>

enum {
	WALK_DEPTH = 64,                /* directories below one another, each of which is open */
	WALK_LINKS = 1 << 16,           /* files with several names that are remembered in one walk */
};

/* How fast and how far. */
struct walk_limits {
	unsigned share;                 /* percent of the time that is not slept through; 100: without a pause */
	size_t entries;                 /* of one tree; what is behind them is not counted */
};

struct walked {
	double bytes, inodes;           /* blocks of the disk, each file once; the directory itself is one */
	bool complete;                  /* false: these, and what could not be reached or was too much */
};

/*
 * Counts what is in a directory, which is open for reading and stays open; its file system alone. What vanishes
 * meanwhile is no error. One walk at a time.
 */
void walk_tree(int dir, const struct walk_limits *limits, struct walked *sum);

#endif
