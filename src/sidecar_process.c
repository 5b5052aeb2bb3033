/* Files of a process: cgroup, mountinfo, stat and root. proc_pid_cgroup(5), proc_pid_mountinfo(5), proc_pid_stat(5) */
#include "sidecar_process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "file.h"
#include "mountinfo.h"
#include "text.h"

/* A cgroup namespace shows what is beside it as "/../name"; the names below a container are its own affair. */
bool
sidecar_cgroup(char *text, struct sidecar_cgroup *c)
{
	enum cgroup_kind kind = CGROUP_OTHER;
	char *line, *part;
	size_t size = 0;

	*c = (struct sidecar_cgroup){ 0 };
	while ((line = text_line(&text)) != NULL && !text_starts(line, "0::/"))
		;
	if (line == NULL)
		return false;
	line += strlen("0::/");
	while (kind != CGROUP_CONTAINER && (part = text_word(&line, "/")) != NULL) {
		kind = cgroup_kind(part, kind, c->id);
		if (strcmp(part, "..") != 0)
			size += (size_t)snprintf(c->path + size, sizeof c->path - size, "/%s", part);
		if (size >= sizeof c->path)
			return false;
	}
	if (kind != CGROUP_CONTAINER)
		c->id[0] = '\0';
	if (size == 0)
		strcpy(c->path, SIDECAR_SELF);
	return true;
}

/* "<uid>/containers/<name>/<file>" */
static bool
name_in(const char *path, char name[SIDECAR_NAME + 1])
{
	static const char containers[] = "/containers/", letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t n;

	if (strcspn(path, "/") > POD_UID || !text_starts(path += strcspn(path, "/"), containers))
		return false;
	path += strlen(containers);
	n = strspn(path, letters);
	if (n == 0 || n > SIDECAR_NAME || path[n] != '/')
		return false;
	memcpy(name, path, n);
	name[n] = '\0';
	return true;
}

bool
sidecar_name(char *text, char name[SIDECAR_NAME + 1])
{
	static const char pods[] = "/pods/";
	struct mountinfo m;
	char *line, *at;

	while ((line = text_line(&text)) != NULL) {
		if (!mountinfo_cut(line, &m))
			continue;
		for (at = m.root; at != NULL && (at = strstr(at, pods)) != NULL;)
			if (name_in(at += strlen(pods), name))
				return true;
	}
	return false;
}

/* The container chooses what is mounted there, so the kernel has to say that it is the cgroup of this process. */
static int
check(int cgroup, pid_t pid, bool real)
{
	struct buf list = { 0 };
	struct statfs fs;
	char *at, *line;
	bool found = false;
	int err = 0;

	if (real && (fstatfs(cgroup, &fs) != 0 || fs.f_type != CGROUP2_SUPER_MAGIC))
		return -ENOTSUP;
	if ((err = (int)file_read(cgroup, "cgroup.procs", &list)) >= 0) {
		for (at = list.data; !found && (line = text_line(&at)) != NULL;)
			found = atoi(line) == pid;
		err = found ? 0 : -ESRCH;
	}
	buf_free(&list);
	return err;
}

/* The link "root" is the kernel's and may be followed as no other here: what is beneath it is the container's. */
int
sidecar_reach(int dir, pid_t pid, bool real)
{
	int root = file_directory(dir, "root"), cgroup, err;

	if (root < 0)
		return root;
	cgroup = file_open_inside(root, "sys/fs/cgroup", O_PATH | O_DIRECTORY);
	close(root);
	if (cgroup < 0)
		return cgroup;
	if ((err = check(cgroup, pid, real)) == 0)
		return cgroup;
	close(cgroup);
	return err;
}
