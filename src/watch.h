/* Following the cgroup tree by inotify(7). */
#ifndef WATCH_H
#define WATCH_H

#include <stdbool.h>

/* Begins a walk: what is watched from now on stays, what was watched before is let go by watch_end. */
void watch_begin(void);

/*
 * Watches the files of a directory, and the directories in it too if these are wanted. The watch's number, also of one
 * that is there already, or -1.
 */
int watch_add(const char *path, bool children);
void watch_end(void);

/*
 * Calls written for each file that a process wrote to in a watched directory. True if a directory came or went, or if
 * events were lost.
 */
bool watch_events(void (*written)(int watch, const char *file));

/* True if not all that was asked for is watched. */
bool watch_is_blind(void);

#endif
