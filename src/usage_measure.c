/*
 * The parts of a container or pod: its writable layer, its logs, and volumes that the kubelet made for the pod. A
 * project quota knows how much that is: ext4 and xfs answer statfs(2) with it. ioctl_xfs_fsgetxattr(2)
 */
#include "usage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "fstype.h"
#include "layer.h"
#include "place.h"
#include "walk.h"

enum { TABLE_AGE = 10 };                /* seconds for which the mount table is good */

static struct layer_mounts mounts;

/* One table serves many containers. */
static void
read_mounts(void)
{
	static double last = -INFINITY;

	if (usage_interval > 0 && clock_now() - last < TABLE_AGE)
		return;
	layer_mounts_read(&mounts);
	last = clock_now();
}

/* A directory of the node, if it can be had and its file system answers; else -1, and what is missing is noted. */
static int
open_local(const char *path, struct usage *u)
{
	const struct mountinfo *m = layer_mount_of(&mounts, path);
	int fd;

	if (m == NULL || !fstype_is_storage(m->type)) {
		u->complete = false;
		return -1;
	}
	fd = file_open_inside(place(ROOT)->dir, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	if (fd < 0 && fd != -ENOENT && fd != -ENOTDIR)
		u->complete = false;
	return fd < 0 ? -1 : fd;
}

static bool
has_project(int fd)
{
	struct fsxattr x;

	return ioctl(fd, FS_IOC_FSGETXATTR, &x) == 0 && x.fsx_projid != 0 && (x.fsx_xflags & FS_XFLAG_PROJINHERIT) != 0;
}

/* A directory whose project has a limit is a small file system of its own; without a limit only a walk tells. */
static bool
ask_quota(int fd, const char *path, struct usage_part *part)
{
	const struct mountinfo *m = layer_mount_of(&mounts, path);
	struct statfs own, whole;
	bool known;
	int top;

	if (!has_project(fd) || m == NULL || fstatfs(fd, &own) != 0)
		return false;
	top = file_open_inside(place(ROOT)->dir, m->point, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
	if (top < 0)
		return false;
	known = !has_project(top) && fstatfs(top, &whole) == 0 && own.f_blocks < whole.f_blocks &&
	    memcmp(&own.f_fsid, &whole.f_fsid, sizeof own.f_fsid) == 0;
	close(top);
	if (!known)
		return false;
	part->bytes = (double)(own.f_blocks - own.f_bfree) * (double)own.f_frsize;
	part->inodes = own.f_files < whole.f_files ? (double)(own.f_files - own.f_ffree) : NAN;
	return true;
}

/* Adds what is in an open directory, and closes it. */
static void
add_part(struct usage *u, enum usage_kind kind, const char *volume, int fd, const char *path)
{
	const struct walk_limits limits = { usage_interval > 0 ? usage_share : 100, usage_entries };
	struct usage_part part = { .kind = kind };
	struct walked sum;

	snprintf(part.volume, sizeof part.volume, "%s", volume);
	if (!ask_quota(fd, path, &part)) {
		walk_tree(fd, &limits, &sum);
		part.bytes = sum.bytes;
		part.inodes = sum.inodes;
		u->complete = u->complete && sum.complete;
	}
	close(fd);
	u->parts = must_grow(u->parts, u->n, &u->room, sizeof *u->parts);
	u->parts[u->n++] = part;
}

static void
add_layer(const struct cgroup_who *who, struct usage *u)
{
	const struct mountinfo *m;
	char path[PATH_MAX];
	struct statfs fs;
	int fd;

	if (!layer_find(&mounts, who->id, path) || (fd = open_local(path, u)) < 0)
		return;
	m = layer_mount_of(&mounts, path);
	snprintf(u->device, sizeof u->device, "%s", m->device);
	if (fstatfs(fd, &fs) == 0) {
		u->size = (double)fs.f_blocks * (double)fs.f_frsize;
		u->inodes = (double)fs.f_files;
		u->inodes_free = (double)fs.f_ffree;
	}
	add_part(u, USAGE_LAYER, "", fd, path);
}

static void
add_logs_in(const char *path, struct usage *u)
{
	int fd = open_local(path, u);

	if (fd >= 0)
		add_part(u, USAGE_LOGS, "", fd, path);
}

/* A name that is one part of a path. */
static bool
is_part(const char *name)
{
	return name != NULL && *name != '\0' && *name != '.' && strchr(name, '/') == NULL;
}

/* Those of all containers of this name in the pod, as the kubelet keeps them; and where Docker writes. */
static void
add_logs(const struct cgroup_who *who, struct usage *u)
{
	char path[PATH_MAX];

	if (is_part(who->namespace) && is_part(who->pod) && is_part(who->container) && who->uid != NULL) {
		snprintf(path, sizeof path, "/var/log/pods/%s_%s_%s/%s", who->namespace, who->pod, who->uid,
		    who->container);
		add_logs_in(path, u);
	}
	snprintf(path, sizeof path, "/var/lib/docker/containers/%s", who->id);
	add_logs_in(path, u);
}

/* Something is mounted there. It is not asked: a file system that a pod has brought may hang. */
static bool
is_mounted(int dir, const char *name)
{
	const int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;
	struct statx above, st;

	return statx(dir, "", flags | AT_EMPTY_PATH, STATX_TYPE, &above) == 0 &&
	    statx(dir, name, flags, STATX_TYPE, &st) == 0 &&
	    (above.stx_dev_major != st.stx_dev_major || above.stx_dev_minor != st.stx_dev_minor);
}

/* A volume in memory is another file system, and counted as memory. */
static void
add_volume(int dir, const char *path, const char *name, struct usage *u)
{
	int fd;

	if (*name == '.' || u->n == VOLUMES_MAX || strlen(name) > VOLUME_NAME || is_mounted(dir, name))
		return;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		u->complete = u->complete && (errno == ENOENT || errno == ENOTDIR);
		return;
	}
	add_part(u, USAGE_VOLUME, name, fd, path);
}

static void
add_volumes(const struct cgroup_who *who, struct usage *u)
{
	static const char *const kubelets[] = {
		"/var/lib/kubelet", "/var/lib/k0s/kubelet", "/var/snap/microk8s/common/var/lib/kubelet",
	};
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *stream;
	int fd = -1;

	for (size_t i = 0; i < COUNT(kubelets) && fd < 0; i++) {
		snprintf(path, sizeof path, "%s/pods/%s/volumes/kubernetes.io~empty-dir", kubelets[i], who->id);
		fd = open_local(path, u);
	}
	stream = fd < 0 ? NULL : fdopendir(fd);
	while (stream != NULL && (entry = readdir(stream)) != NULL)
		add_volume(fd, path, entry->d_name, u);
	if (stream != NULL)
		closedir(stream);
}

void
usage_measure(const struct cgroup_who *who, struct usage *u)
{
	read_mounts();
	u->n = 0;
	u->complete = true;
	if (who->is_pod) {
		add_volumes(who, u);
	} else {
		add_layer(who, u);
		add_logs(who, u);
	}
	u->ended = clock_now();
}
