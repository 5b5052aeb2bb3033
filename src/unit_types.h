/*
 * The types of units, so that they are not asked for at each scrape: what a unit file says changes with the next load
 * of unit files, or where a unit has been away. For the rare one that has been away between two scrapes, each is asked
 * for again now and then.
 */
#ifndef UNIT_TYPES_H
#define UNIT_TYPES_H

#include <stdint.h>

enum { UNIT_TYPES_AGAIN = 64 };         /* scrapes until one is asked for again */

/* A scrape begins; loaded: when unit files were loaded, 0 if that is unknown, and nothing is kept then. */
void unit_types_begin(uint64_t loaded);

/* The type of a unit that was there at the last scrape; NULL: it has to be asked for. */
const char *unit_types_find(const char *name);

void unit_types_keep(const char *name, const char *type);

/* Forgets the units that were not seen since the beginning. */
void unit_types_end(void);

#endif
