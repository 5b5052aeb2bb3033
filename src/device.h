/*
 * Devices of sysfs: each a directory of attributes, in that of its class or of another device. Which attributes there
 * are depends on the driver, and a device may go while it is read.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

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

/* True for an error that tells of no value just now: a device that has gone or is asleep, a link that is down. */
bool device_no_answer(int err);

/*
 * Reads a file below dir, with a NUL behind it, by one read(2): some drivers measure at each, others never come to an
 * end. The length or -errno. Of one that is slow this is what it said last.
 */
ssize_t device_read(int dir, const char *file, char to[ATTRIBUTE_MAX + 1]);

/* Reads an attribute, without white space at its ends, or the unsigned number that it is. 0 or -errno. */
int device_text(const struct device *d, const char *file, char to[ATTRIBUTE_MAX + 1]);
int device_number(const struct device *d, const char *file, int base, uint64_t *value);

/*
 * The same of attributes that may be missing or have no answer: NULL, NAN or no sample then. *err is set, and the
 * attribute blamed, for every other failure; NULL: that does not matter. device_add adds those that are keys.
 */
char *device_answer(const struct device *d, const char *file, char to[ATTRIBUTE_MAX + 1], int *err);
double device_value(const struct device *d, const char *file, int *err);
void device_add(const struct device *d, const struct metric *metrics, size_t n, uint32_t row, struct page *p, int *err);

/* Adds those of a directory of d. 0; -ENOENT if it is not there; or another -errno. */
int device_add_below(const struct device *d, const char *directory, const struct metric *metrics, size_t n,
    uint32_t row, struct page *p);

/* Labels that are attributes, in the order of their names. */
struct device_labels {
	struct label labels[LABELS_MAX];
	size_t n;
	char room[LABELS_MAX][ATTRIBUTE_MAX + 1];
};

/* Which of them there are: all, those of attributes that are there, or that are not empty. */
enum which_labels { ALL_LABELS, PRESENT_LABELS, FILLED_LABELS };

/* wanted has the attribute in place of each label's value, NULL for the device's name. */
void device_label(const struct device *d, const struct label *wanted, size_t n, enum which_labels which,
    struct device_labels *to, int *err);

/* Names the attribute in the message about the collector's failure, unless one is named already. Returns err. */
int device_blame(const struct device *d, const char *file, int err);

#endif
