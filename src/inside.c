/*
 * Opening a path that must not lead out of a root, whatever links lie on it: by openat2(2), or part by part where the
 * kernel (before 5.6) or a seccomp filter does not have it.
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "text.h"

enum { DEPTH_MAX = 64, LINKS_MAX = 40, TRIES_MAX = 32 };

/* The directories from the root to where we are, so that ".." is never asked of the kernel. */
struct walk {
	int dirs[DEPTH_MAX], depth, links;
	char left[2 * PATH_MAX];        /* of the path */
};

static void
go_up(struct walk *w, int depth)
{
	while (w->depth > depth)
		close(w->dirs[w->depth--]);
}

/* Puts a link's target before what is left; an absolute one begins at the root. */
static int
follow(struct walk *w, int link, const char *rest)
{
	char target[PATH_MAX], left[sizeof w->left];
	ssize_t n = readlinkat(link, "", target, sizeof target - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (++w->links > LINKS_MAX || (size_t)snprintf(left, sizeof left, "%s/%s", target, rest) >= sizeof left)
		return -ELOOP;
	if (target[0] == '/')
		go_up(w, 0);
	strcpy(w->left, left);
	return 0;
}

/* One part of the path, the last one opened with these flags. A descriptor, -EAGAIN to go on, or another -errno. */
static int
step(struct walk *w, char *part, const char *rest, int flags)
{
	bool last = rest[strspn(rest, "/")] == '\0';
	struct stat st;
	int fd, err;

	if (strcmp(part, "..") == 0) {
		go_up(w, w->depth > 0 ? w->depth - 1 : 0);
		return -EAGAIN;
	}
	fd = openat(w->dirs[w->depth], part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		return -errno;
	if (S_ISLNK(st.st_mode)) {
		err = follow(w, fd, rest);
		close(fd);
		return err == 0 ? -EAGAIN : err;
	}
	if (last) {
		close(fd);
		fd = openat(w->dirs[w->depth], part, flags | O_NOFOLLOW | O_CLOEXEC);
		return fd < 0 ? -errno : fd;
	}
	if (w->depth + 1 == DEPTH_MAX) {
		close(fd);
		return -ENAMETOOLONG;
	}
	w->dirs[++w->depth] = fd;
	memmove(w->left, rest, strlen(rest) + 1);
	return -EAGAIN;
}

static int
by_parts(int root, const char *path, int flags)
{
	struct walk w = { .dirs = { root } };
	char *at, *part;
	int fd = -EAGAIN;

	if ((size_t)snprintf(w.left, sizeof w.left, "%s", path) >= PATH_MAX)
		return -ENAMETOOLONG;
	while (fd == -EAGAIN) {
		at = w.left;
		while ((part = text_word(&at, "/")) != NULL && strcmp(part, ".") == 0)
			;
		if (part == NULL)       /* the path ends with where we are */
			fd = openat(w.dirs[w.depth], ".", flags | O_CLOEXEC), fd = fd < 0 ? -errno : fd;
		else if ((fd = step(&w, part, at, flags)) == -EAGAIN && strcmp(part, "..") == 0)
			memmove(w.left, at, strlen(at) + 1);
	}
	go_up(&w, 0);
	return fd;
}

int
file_open_inside(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	static bool missing;
	int fd = -1, tries = TRIES_MAX;

	while (!missing && (fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how)) < 0 &&
	    (errno == EAGAIN || errno == EINTR) && --tries > 0)
		;
	if (missing || (fd < 0 && (errno == ENOSYS || errno == EPERM))) {
		missing = missing || errno == ENOSYS;
		return by_parts(root, path, flags);
	}
	return fd < 0 ? -errno : fd;
}
