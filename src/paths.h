/* Paths that patterns stand for, as Go's filepath has them: hidden ones too, and without "." and "//". */
#ifndef PATHS_H
#define PATHS_H

#include <stddef.h>

struct paths {
	char **list;
	size_t n, room;
};

/*
 * Adds what is in a directory and matches, in order; some of it if it is more than most. 0 or -errno, -ETIMEDOUT where
 * the file system does not answer.
 */
int paths_in(const char *directory, const char *glob, size_t most, struct paths *to);

/* Adds what the pattern matches, or itself if that is nothing; what is there already is not added. */
void paths_expand(const char *pattern, struct paths *to);

void paths_free(struct paths *p);

#endif
