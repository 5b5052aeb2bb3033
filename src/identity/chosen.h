/* Labels and annotations of pods and containers that a flag lets onto their series. */
#ifndef CHOSEN_H
#define CHOSEN_H

#include <stddef.h>

#include <jansson.h>

#include "../flag.h"
#include "../labels.h"

enum { CHOSEN_MAX = 16 };       /* of one container */

/* In the order of their names, which are container_label_ and the key; on the heap. */
struct chosen {
	struct label *list;
	size_t n, room;
};

extern const struct flag chosen_flags[];

/* Adds the allowed ones of an object of strings: keys with this prefix, without it. Of one name the first stays. */
void chosen_add(struct chosen *c, const json_t *object, const char *prefix);

/* The same of an object that is a string, its JSON; NULL is none. */
void chosen_add_text(struct chosen *c, const char *text);

/* Copies those that are not there yet. */
void chosen_join(struct chosen *c, const struct chosen *more);
void chosen_free(struct chosen *c);

#endif
