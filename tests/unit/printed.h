/* A page and labels as their text, for tests. */
#ifndef PRINTED_H
#define PRINTED_H

#include <stdlib.h>

#include "expo/text.h"

static inline void
printed_add(void *to, const char *text, size_t size, bool last)
{
	(void)last;
	buf_add(to, text, size);
}

/* Good until the next call. */
static inline const char *
printed(const struct page *p)
{
	static struct buf piece, whole;

	whole.size = 0;
	expo_text(p, &piece, printed_add, &whole);
	buf_add(&whole, "", 1);
	return whole.data;
}

/* Good until the next call. */
static inline const char *
printed_labels(const struct labels *labels)
{
	static struct buf text;

	text.size = 0;
	labels_print(&text, labels, NULL);
	buf_add(&text, "", 1);
	return text.data;
}

#endif
