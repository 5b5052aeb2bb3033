/*
 * Files of sysfs whose driver measures when it is asked, as sensors on a 1-wire bus do for a second. Only the first read
 * of one is waited for; then a thread reads it after each scrape, which has what it said last.
 */
#ifndef SLOW_H
#define SLOW_H

#include <stddef.h>
#include <sys/types.h>

enum { SLOW_SIZE = 128 };       /* the most that is kept of one */

/* Reads an open file by one read(2), at most SLOW_SIZE bytes, and closes it. Its length, or -errno. */
ssize_t slow_read(int fd, char *to, size_t size);

#endif
