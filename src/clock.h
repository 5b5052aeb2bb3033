/* The clock for durations and deadlines. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

/* Since some moment before the start; nobody sets this clock. */
static inline int64_t
clock_nanoseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The same in seconds. */
static inline double
clock_now(void)
{
	return (double)clock_nanoseconds() / 1e9;
}

#endif
