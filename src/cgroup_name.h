/* What the name of a cgroup says: kubelet's pods and slices, the runtimes' containers. No I/O. */
#ifndef CGROUP_NAME_H
#define CGROUP_NAME_H

enum cgroup_kind {
	CGROUP_OTHER,           /* nothing that is exported; containers may be beneath it */
	CGROUP_IGNORED,         /* a mount unit, the monitor of a container, an odd name: nothing beneath it either */
	CGROUP_SLICE,           /* a systemd slice, or kubepods and its classes of service */
	CGROUP_POD,
	CGROUP_CONTAINER,
};

enum { CONTAINER_ID = 64, POD_UID = 36 };

/*
 * The kind of the cgroup of this name inside a cgroup of the kind parent. id receives a container's id, or a pod's uid
 * with dashes where systemd has underscores; else it is "".
 */
enum cgroup_kind cgroup_kind(const char *name, enum cgroup_kind parent, char id[CONTAINER_ID + 1]);

#endif
