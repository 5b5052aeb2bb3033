/* Where a container writes what its image does not have: the upper directory of its overlay. */
#ifndef LAYER_H
#define LAYER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "mountinfo.h"

/* The node's table, its points and devices decoded. It begins as zeros and is read again and again. */
struct layer_mounts {
	struct buf text;
	struct mountinfo *list;
	size_t n, room;
};

/* Reads <procfs>/1/mountinfo: paths are those of the node. 0 or -errno. Lines that cannot be cut are passed over. */
int layer_mounts_read(struct layer_mounts *m);

/* The same from the table's text, of which m->text is a copy with a NUL behind. */
void layer_mounts_cut(struct layer_mounts *m);

/* The mount that a path of the node is on; NULL if there is none. */
const struct mountinfo *layer_mount_of(const struct layer_mounts *m, const char *path);

/*
 * The upper directory of the overlay that is the root of the container of this id (64 hex digits), as a path of the
 * node. The overlay is one whose mount point names the container or is where CRI-O, Podman or Docker say; only the
 * node's own table is believed. False if there is none: another snapshotter, a container that is not mounted here.
 */
bool layer_find(const struct layer_mounts *m, const char *id, char path[PATH_MAX]);

#endif
