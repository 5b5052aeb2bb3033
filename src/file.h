/* Kernel files, read whole. Errors are -errno; one that is too long is -EFBIG. */
#ifndef FILE_H
#define FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "buf.h"

enum {
	KERNEL_FILE_MAX = 64 << 20,     /* bytes: of 512 CPUs /proc/interrupts has 20 million */
	FILE_MAX = 4 << 20,             /* what others wrote */
};

/* How the end of a file is known, so that a read that finds nothing more is saved. */
enum file_end {
	END_EMPTY,      /* by such a read */
	END_SHORT,      /* by a read shorter than what was asked for: the kernel prints the file at once, as it does sysfs */
	END_ROOM,       /* by a read that leaves room for 512 bytes of a page: procfs prints rows, none of them longer */
};

/* Opens a directory below dir, for openat alone. A descriptor, or -errno. */
int file_directory(int dir, const char *path);

/* Reads path below dir, to END_EMPTY, into the cleared b, with a NUL behind. The length, or -errno. */
ssize_t file_read(int dir, const char *path, struct buf *b);

/* The same, to an end of the caller's choice; and of an open file, from its beginning. */
ssize_t file_read_until(int dir, const char *path, enum file_end end, struct buf *b);
ssize_t file_reread(int fd, enum file_end end, struct buf *b);

/*
 * Hands each line of path below dir to take, without its newline: for a file that may be of any length, but not its
 * lines. 0, -EINVAL for a line of more than 4,096 bytes, or another -errno.
 */
int file_lines(int dir, const char *path, void (*take)(char *line, void *to), void *to);

/*
 * The same as file_read for a path below a mounted root that others may write to: links never lead out of root, what
 * is not a regular file is -EINVAL without waiting for it, and one of more than FILE_MAX -EFBIG. openat2(2), Linux 5.6
 */
ssize_t file_read_inside(int root, const char *path, struct buf *b);

/* Told of an entry of a directory. */
typedef void file_entry_taker(const struct dirent64 *entry, void *to);

/* Tells of each entry of an open directory, in the kernel's order. 0 or -errno. getdents(2) */
int file_entries(int fd, file_entry_taker *take, void *to);

/* Opens a directory or a file below root, links kept inside. A descriptor, or -errno. */
int file_open_inside(int root, const char *path, int flags);

#endif
