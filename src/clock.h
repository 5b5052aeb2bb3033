/* The clock for durations and deadlines. */
#ifndef CLOCK_H
#define CLOCK_H

#include <time.h>

/* Seconds since some moment before the start; nobody sets this clock. */
static inline double
clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#endif
