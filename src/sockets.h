/* Sockets of a network: /proc/<pid>/net/tcp and the like have a line for each, and may be long. proc_pid_net(5) */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <stdbool.h>

#include "page.h"
#include "place.h"

enum { SOCKETS_FIGURES = 11 };          /* of one file, at most */

/* What a file's lines come to. */
struct sockets {
	double figures[SOCKETS_FIGURES];
	bool garbled;                   /* a line could not be read */
};

/* Adds a line, which it may cut, to a struct sockets. */
typedef void sockets_line(char *line, void *sockets);

/*
 * Adds n figures of each of two files of the scope: that of IPv4, as metrics[0] and on, and that of IPv6, as metrics[n]
 * and on, which is absent where there is none. 0 or -errno.
 */
int sockets_add(const struct scope *s, struct page *p, const char *const files[2], sockets_line *line,
    const struct metric *metrics, int n);

#endif
