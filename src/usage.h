/*
 * What containers and pods take on the node's disks. It is counted between scrapes by a thread of its own, which knows
 * nothing but what it was asked; a scrape is told what was counted last.
 */
#ifndef USAGE_H
#define USAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "cgroup.h"

enum { VOLUME_NAME = 63, DEVICE_NAME = 255, VOLUMES_MAX = 64 };

enum usage_kind { USAGE_LAYER, USAGE_LOGS, USAGE_VOLUME };

struct usage_part {
	enum usage_kind kind;
	char volume[VOLUME_NAME + 1];
	double bytes, inodes;           /* NAN: a quota that does not say */
};

/* What was counted last. Begins as zeros. */
struct usage {
	bool complete;                  /* false: at least so much */
	double ended;                   /* by clock_now(); 0: not yet */
	struct usage_part *parts;
	size_t n, room;
	char device[DEVICE_NAME + 1];   /* of the layer's file system; the rest is nothing without a layer */
	double size, inodes, inodes_free;
};

/* Flags: seconds between two looks at a container, 0: at the scrape, which waits; and how hard the thread may work. */
extern double usage_interval;
extern unsigned usage_share, usage_entries;

/* Starts the thread, if there is an interval. */
void usage_start(void);

/*
 * What is known of this container or pod; it will be looked at again when that is due. Good until usage_release, which
 * is to come soon.
 */
const struct usage *usage_ask(const struct cgroup_who *who);
void usage_release(void);

/* Looks now: what the thread does. Once at a time. */
void usage_measure(const struct cgroup_who *who, struct usage *u);

#endif
