/* Peaks between scrapes: a look at the memory and CPU time of containers every now and then. */
#ifndef SAMPLER_H
#define SAMPLER_H

#include <stdbool.h>

#include "cgroup.h"
#include "flag.h"

extern const struct flag sampler_flags[];

enum { SAMPLER_SECONDS = 120 };         /* the window of the peaks */

/* How many milliseconds until the next look; -1: there will be none. */
int sampler_pause(void);

/* Looks at all containers, pods and the root if it is time to. */
void sampler_run(void);

/* The most of the window; false if it was not looked at yet. */
struct peak {
	double memory;                  /* bytes in use */
	double cpu;                     /* CPUs, in the mean of the time between two looks */
};

bool sampler_peak(const struct scope *s, struct peak *peak);

#endif
