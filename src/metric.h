/* One exported number, as data: where it stands in the kernel's file and what it becomes. */
#ifndef METRIC_H
#define METRIC_H

#include "labels.h"

enum type {
	UNTYPED, GAUGE, COUNTER,
	HISTOGRAM,      /* its name ends in _bucket */
	SUMMARY,        /* of text files alone */
	PART,           /* _count or _sum of the histogram before it: has no header of its own */
};

/* From the kernel's unit to the exported one, by the operation that node_exporter and cAdvisor perform. */
enum unit {
	ONE,
	KIB,            /* * 1024 */
	SECTORS,        /* * 512, whatever the device's block size */
	PAGES,          /* * the size of a page */
	DWORDS,         /* * 4 */
	MHZ, KHZ,       /* * 1e6, * 1000 */
	MBIT,           /* megabits to bytes, whole ones: * 1000 * 1000 / 8 */
	TICKS,          /* / 100: USER_HZ */
	MS,             /* * 0.001 */
	MS_WHOLE,       /* / 1000 without the fraction */
	MILLI,          /* / 1000 */
	TENTHS,         /* / 10 */
	US,             /* / 1e6 */
	US_TWICE,       /* / 1000 / 1000 */
	NS,             /* / 1e9 */
	NANO,           /* * 1e-9 */
	PPM,            /* / 65536e6: parts per million with 16 bits of fraction */
};

struct metric {
	const char *key;                /* the kernel's word for it */
	enum type type;
	enum unit unit;
	const char *name, *help;        /* the family; a row without a name is not exported */
	struct label fixed[2];          /* labels that the row adds, in the order of their names */
};

#endif
