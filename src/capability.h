/* The one capability that the binary may carry: CAP_DAC_READ_SEARCH, to read what runtimes keep from others. */
#ifndef CAPABILITY_H
#define CAPABILITY_H

#include <stdbool.h>

/*
 * Makes it effective where it is permitted. It is not effective from the start, because the kernel does not run a file
 * that asks for that where a pod's bounding set lacks the capability. True if it is effective now.
 */
bool capability_raise(void);

#endif
