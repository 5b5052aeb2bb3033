/* A page as its text, for tests. */
#ifndef PRINTED_H
#define PRINTED_H

#include <stdlib.h>

#include "expo/text.h"

static inline void
printed_add(void *to, const char *text, size_t size)
{
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

#endif
