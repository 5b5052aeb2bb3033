/* The samples of a family, packed: a page of a thousand containers has seventy thousand, most of them small numbers. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sample {
	double value;
	uint32_t scope, row;            /* page_scope_labels, page_row_labels; 0: none */
};

struct sample_list {
	size_t n;
	struct sample last;             /* all 0 while there is none */

	unsigned char *bytes;           /* inner matters, as all that follows */
	size_t size, room;
	struct {
		size_t n, size;
		struct sample last;
	} before;                       /* what there was before the first one of last's scope */
};

/* Forgets them; memory is kept. */
void samples_clear(struct sample_list *l);

void samples_free(struct sample_list *l);

/* Adds one. Those of a scope stand together. */
void samples_add(struct sample_list *l, struct sample s);

/* Takes back those of this scope if they are the last ones. Returns their number. */
size_t samples_drop(struct sample_list *l, uint32_t scope);

/* Tells the next one. *at is 0 at first, and *s all 0; both are as they were left afterwards. False behind the last one. */
bool samples_next(const struct sample_list *l, size_t *at, struct sample *s);

#endif
