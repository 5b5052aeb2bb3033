/* Where the node's files are: the directories that the --path flags name. */
#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "buf.h"
#include "flag.h"
#include "labels.h"

enum place {
	PROC, SYS, ROOT, UDEV,
	NET,            /* <procfs>/1/net, the node's network; <procfs>/net where that is not there, or of a copy */
	PLACES,
	CGROUP = PLACES, POD,   /* the scope that the collector is run over */
};

struct container;
struct keep;

/* A directory of kernel files, and the labels of everything found beneath it. */
struct scope {
	int dir;                                /* -1: it is not there */
	const struct labels *labels;            /* NULL: none */
	const struct container *container;      /* NULL: the node */
	bool records;                           /* the kernel prints each file here at once, but for cgroup.procs */
	struct keep *keep;                      /* files that stay open; NULL: none */
};

/* Opens the places. False, after a message, if there is no procfs. */
bool place_open(void);

/* The scope of a place; it has no labels. */
const struct scope *place(enum place which);

/* The path of a place, as the flags have it, without a slash at its end ("" for a root of /). */
const char *place_path(enum place which);
const char *place_cgroupfs(void);       /* NULL unless the flag is set: it is to be found */

/* True if PROC or SYS is the kernel's, not a copy of its files. */
bool place_is_live(enum place which);

/* True where the node's network is ours as well, so that netlink answers for it. */
bool place_is_our_network(void);

/*
 * Reads a file of the scope into a buffer that the next call uses again. NULL, and errno, if it cannot be read.
 * place_readf prints the path first, place_read_inside is for places that others may write to (ROOT, UDEV): links stay
 * inside, only regular files.
 */
char *place_read(const struct scope *s, const char *path);
char *place_readf(const struct scope *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *place_read_inside(const struct scope *s, const char *path);

/* The number that a file of the scope consists of. 0, -EINVAL if it is none, or another -errno. */
int place_number(const struct scope *s, const char *path, double *value);

/* The same, or NAN. */
double place_value(const struct scope *s, const char *path);

/* Reads a file of the scope into a buffer of the caller's. The length, or -errno. */
ssize_t place_read_to(const struct scope *s, const char *path, struct buf *b);

/*
 * For the message about a failure: begins anew; notes the file that is about to be read, as the functions above do, or
 * what else is asked, without a scope; blames the last one noted, unless one is blamed already; tells the one to blame,
 * or the last one. Files of a cgroup are told from the root of the tree.
 */
void place_blame_none(void);
void place_note(const struct scope *s, const char *path);
void place_blame(void);
void place_blamed(char *path, size_t size);

/* For update: blames the last one noted for a failure, and tells the first. A file that is not there is none. */
void place_fail(int err);
int place_failure(void);

/*
 * The names in a directory of the scope that match a glob, in order of name; or those of directories alone, which links
 * to them are not. Returns their number, or -errno.
 */
int place_list(const struct scope *s, const char *path, const char *glob, char ***names);
int place_list_directories(const struct scope *s, const char *path, const char *glob, char ***names);
void place_list_free(char **names, int n);

extern const struct flag place_flags[];

#endif
