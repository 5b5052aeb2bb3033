/* A reading of a table's file: what grammars need to know of its keys and rows, also from the last time. */
#ifndef READING_H
#define READING_H

#include "collector.h"

/*
 * What a key of a file became last time, and how many that are not exported stood before it. The kernel prints keys in one
 * order, so that the next reading passes over as many and finds the key where it stood; if not, it looks at each again.
 */
struct learned {
	char *name, *key;               /* no key: the end of a list whose last keys are not exported */
	size_t length;                  /* of the key */
	size_t passed;
	const struct metric *metric;
};

/* A file of a table that is being read. */
struct reading {
	const struct table *t;
	struct order *order;
	struct page *p;
	uint32_t row;                   /* what the path's '*' stood for, as labels */
	size_t keys;                    /* of those learned, how many were met */
	size_t passed;                  /* since then, keys that are not exported */
};

/* Begins one, with what is known of the table's keys. */
struct reading reading_new(const struct table *t, struct page *p, uint32_t row);

/* How many keys are not exported before the next one that is, as far as is known. */
size_t reading_to_pass(const struct reading *r);

/*
 * What is known of the key at the place where it should stand, ended by a separator; or NULL, and then nothing is known
 * from there on.
 */
const struct learned *reading_recall(struct reading *r, const char *name, const char *at, const char *separators);

/* The metric of a key of which nothing is known, or NULL if it is not exported. */
const struct metric *reading_learn(struct reading *r, const char *name, const char *key);

/* At the end of keys that were learned. */
void reading_end(struct reading *r, const char *name);

/* Sets the labels of a row named by word, if it has some of its own. False if the table passes it over. */
bool reading_row(struct reading *r, char *word, uint32_t *row);

#endif
