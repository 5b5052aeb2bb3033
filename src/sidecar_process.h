/* What the files of a process tell of the container that it is in. No state: for any thread. */
#ifndef SIDECAR_PROCESS_H
#define SIDECAR_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "cgroup_name.h"

enum { SIDECAR_PATH = 256, SIDECAR_NAME = 63 };

/* A container's cgroup, as it is seen from ours. */
struct sidecar_cgroup {
	char path[SIDECAR_PATH];        /* begins with '/'; SIDECAR_SELF: our own */
	char id[CONTAINER_ID + 1];      /* "": its name does not tell */
};

#define SIDECAR_SELF "/self"

/* Cuts the text of /proc/<pid>/cgroup. False if it names no cgroup of v2, or one whose path is too long. */
bool sidecar_cgroup(char *text, struct sidecar_cgroup *c);

/*
 * The container's name in its pod, from the text of /proc/<pid>/mountinfo, which is cut: kubelet mounts a file of
 * <its directory>/pods/<uid>/containers/<name> for the last words of each container. False if there is none.
 */
bool sidecar_name(char *text, char name[SIDECAR_NAME + 1]);

/*
 * The root of the cgroup tree as a process sees it, given its directory in procfs: its container's cgroup. real:
 * nothing but the kernel's cgroup v2 will do. A descriptor, or -errno; -ESRCH: the process is not in what is there.
 */
int sidecar_reach(int dir, pid_t pid, bool real);

#endif
