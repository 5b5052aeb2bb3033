/* /proc/stat, which two collectors read. */
#ifndef STAT_TEXT_H
#define STAT_TEXT_H

#include "page.h"

/*
 * The file as it was when the collection of p first asked for it; to be cut, good until the next call. NULL, and errno, if
 * it cannot be read. It costs the kernel a sum over all CPUs for each interrupt.
 */
char *stat_text(const struct page *p);

#endif
