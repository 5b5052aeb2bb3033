/*
 * The vocabulary of collectors. A scope is a directory of kernel files and the labels of everything found beneath it; a
 * table says which file, in which grammar, and which metrics its words become; a collector is a name and some tables.
 */
#ifndef COLLECTOR_H
#define COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "flag.h"
#include "page.h"
#include "pattern.h"
#include "place.h"

struct device;
struct reading;
struct table;

/* Turns a file's text into samples. 0, or -EINVAL if some of it was not as it should be; the rest is taken. */
typedef int grammar(struct reading *r, char *text);

grammar single;         /* one number: metrics[0] */
grammar keyed;          /* lines of "key value" or "key: value kB" */
grammar columns;        /* rows of columns: metrics[i] is column i; one without a name is passed over */
grammar nested;         /* rows of "name key=value key=value", also "name: key value key value" */
grammar pairs;          /* a line "Name: key key" and under it "Name: value value" */
/*
 * Lines of "key value value": the rows of one key, which stand together, are its values in their order, those without a
 * name are passed over. What an older kernel lacks is 0: a line, and the end of one whose first value tells how many follow.
 */
grammar listed;
grammar kstat;          /* rows of "key type value" as OpenZFS prints them, integers alone; '-' in a key becomes '_' */

/* Every key becomes a family of its own: prefix and key, or prefix, name, '_' and key. */
struct every {
	const char *prefix, *help;
	enum type type;
	struct filter *filter;          /* of "key" or "name_key" */
	char split;                     /* keys of a file without names: the name ends with the first of these */
};

struct table {
	enum place place;
	const char *path;               /* one '*' stands for one part of it, and names the row */
	grammar *read;
	const struct metric *metrics;   /* for nested and pairs the key is "name key" unless name is the row */
	size_t n;
	const char *row_label;          /* the label that names the row */
	size_t row_column;              /* columns: where its name stands */
	const char *(*row)(char *word); /* the row's name from its word, or NULL to pass it over */
	const struct every *every;
	bool optional;                  /* absence is no failure */
	bool by_update;                 /* read by update, which has to look at it first */
};

/* What a collector is run over; all but NODE and RESOURCE are on the containers' page. */
enum over {
	NODE, MACHINE,          /* once */
	CONTAINERS,             /* each cgroup that is exported; its scope's directory is the cgroup */
	PODS,                   /* each pod, container without one, and the root; its directory is a process of it */
	PROCESSES_OF_POD,       /* once, of a sidecar: what processes tell of containers out of its reach */
	PAST,                   /* once, after those: what is kept of containers that have gone */
	RESOURCE,               /* once, on a page of its own */
};

struct collector {
	const char *name, *help;
	enum over over;
	bool off;                       /* not enabled by default */
	const struct table *tables;     /* ends with one without a path */
	const struct metric *metrics;   /* those that devices or update add, ended by one without a name */
	struct {                        /* in place of update: what device_each() is run over */
		const char *where, *glob;
		int (*add)(const struct device *d, struct page *p);
	} devices;
	/*
	 * What tables cannot say, after them. s is the scope it is run over. 0; -ENODATA: this machine has none;
	 * -ESRCH: the container came or went meanwhile, and leaves no sample; or another -errno: failed. Samples
	 * added before stay.
	 */
	int (*update)(const struct scope *s, struct page *p);
	const struct flag *flags;       /* ends with one without a name */
	void (*prepare)(void);          /* once, when all flags are known and the collector is enabled */
	struct filter *filters[2];      /* prepared before it, without a default */
};

/* Runs the tables of c over s. 0, -ENODATA, or another -errno. */
int table_run(const struct collector *c, const struct scope *s, struct page *p);

/* For update: one table, read in the scope, or from text that was read already, with a row's labels. 0 or -errno. */
int table_read(const struct table *t, const struct scope *s, struct page *p);
int table_parse(const struct table *t, char *text, struct page *p);
int table_parse_row(const struct table *t, char *text, uint32_t row, struct page *p);

/* All collectors in the order of list.h. */
extern const struct collector *const collectors[];
extern const size_t n_collectors;

#endif
