/*
 * Devices of sysfs: each a directory of attributes, in that of its class or of another device. Which attributes there
 * are depends on the driver, and a device may go while it is read.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include "page.h"

struct device {
	const struct device *of;        /* the one that it is part of; NULL: none */
	const char *where, *name;       /* the directory that it stands in, below that device or sysfs; its own */
	int dir;
};

enum {
	ATTRIBUTE_MAX = 128,            /* bytes: node_exporter does not read more of one either */
	NOT_OURS = 1,
};

/*
 * Hands each device whose name matches a glob to add, in the order of their names. 0; -ENODATA if the directory, or
 * something that add asks for, is not there; or another -errno of add's, which costs only its device. One that is
 * NOT_OURS is not opened again as long as it is there.
 */
int device_each(const struct device *of, const char *where, const char *glob,
    int (*add)(const struct device *d, struct page *p), struct page *p);

/* Reads an attribute, without white space at its ends, or the unsigned number that it is. 0 or -errno. */
int device_text(const struct device *d, const char *file, char to[ATTRIBUTE_MAX + 1]);
int device_number(const struct device *d, const char *file, int base, uint64_t *value);

/*
 * Reads the attributes in a directory of d that the keys of metrics name, numbers of any base; what is not there or has
 * no answer is NAN. 0, -ENOENT if the directory is not there, or another -errno if one of them is wrong.
 */
int device_numbers(const struct device *d, const char *directory, const struct metric *metrics, size_t n,
    double values[]);

/* Names the attribute in the message about the collector's failure, unless one is named already. Returns err. */
int device_blame(const struct device *d, const char *file, int err);

#endif
