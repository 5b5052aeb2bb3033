/* Following files and directories by inotify(7). */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Watches a path for these events (IN_...). What happens is told with of, which has to stay until watch_remove. The
 * watch's number, or -errno.
 */
int watch_add(const char *path, uint32_t events, void *of);

/* Takes a watch away; nothing is told of it any more. A negative number is none. */
void watch_remove(int number);

/* Readable when something happened; -1 before the first watch. */
int watch_fd(void);

/* An event of a watch; name is what it is about in a directory, else "". */
typedef void watch_taker(void *of, int number, uint32_t event, const char *name);

/* Tells all that happened since the last time. False if some of it was lost. */
bool watch_events(watch_taker *take);

#endif
