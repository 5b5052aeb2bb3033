/* A node that is a few files in a temporary directory, for tests. */
#ifndef NODE_H
#define NODE_H

#include <criterion/criterion.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place.h"

static char node_root[] = "/tmp/nodegauge_test.XXXXXX";

/* The path of something of the node. Good until the eighth next call. */
static inline const char *
node_path(const char *path)
{
	static char whole[8][1024];
	static unsigned i;
	char *to = whole[++i % 8];

	snprintf(to, sizeof whole[0], "%s/%s", node_root, path);
	return to;
}

/* With all directories above it. */
static inline void
node_directory(const char *path)
{
	char copy[1024];

	snprintf(copy, sizeof copy, "%s", node_path(path));
	for (char *c = copy + strlen(node_root) + 1; *c != '\0'; c++)
		if (*c == '/') {
			*c = '\0';
			mkdir(copy, 0755);
			*c = '/';
		}
	cr_assert(mkdir(copy, 0755) == 0 || access(copy, F_OK) == 0, "mkdir %s", copy);
}

/* In place: a file that is there already stays the same one. */
static inline void
node_put(const char *path, const char *text)
{
	char parent[1024];
	FILE *f;

	snprintf(parent, sizeof parent, "%s", path);
	if (strrchr(parent, '/') != NULL) {
		*strrchr(parent, '/') = '\0';
		node_directory(parent);
	}
	f = fopen(node_path(path), "w");
	cr_assert_not_null(f, "%s", path);
	fputs(text, f);
	fclose(f);
}

static inline void
node_flag(const char *name, const char *value)
{
	for (const struct flag *f = place_flags; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			*(const char **)f->to = value;
}

static inline int
node_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void
node_remove(const char *path)
{
	cr_assert_eq(nftw(node_path(path), node_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0, "%s", path);
}

static inline void
node_create(void)
{
	cr_assert_not_null(mkdtemp(node_root));
	node_directory("proc");
	node_directory("sys");
	node_flag("path.rootfs", node_root);
}

static inline void
node_clean(void)
{
	node_remove("");
}

#endif
