/* Growable bytes. */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *
must_realloc(void *old, size_t size)
{
	void *p = realloc(old, size);

	if (p == NULL) {
		fputs("nodegauge: out of memory\n", stderr);
		_Exit(1);
	}
	return p;
}

void *
must_zero(size_t size)
{
	return memset(must_realloc(NULL, size), 0, size);
}

void *
must_grow(void *array, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return array;
	*room = *room + *room / 4 + 4;  /* most arrays are as long at the next scrape: room is what they waste */
	return must_realloc(array, *room * size);
}

size_t
array_place(const void *key, const void *array, size_t n, size_t size, int (*compare)(const void *, const void *))
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t middle = (from + to) / 2;

		if (compare(key, (const char *)array + middle * size) > 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

char *
must_copy(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(must_realloc(NULL, size), text, size);
}

char *
buf_reserve(struct buf *b, size_t more)
{
	if (b->room - b->size < more) {
		b->room = b->room + b->room / 2 > b->size + more ? b->room + b->room / 2 : b->size + more;
		b->data = must_realloc(b->data, b->room);
	}
	return b->data + b->size;
}

void
buf_add(struct buf *b, const void *bytes, size_t size)
{
	if (size != 0)
		memcpy(buf_reserve(b, size), bytes, size);
	b->size += size;
}

void
buf_text(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

uint32_t
buf_keep(struct buf *b, const char *text)
{
	size_t at = b->size;

	buf_add(b, text, strlen(text) + 1);
	return (uint32_t)at;
}

void
buf_print(struct buf *b, const char *format, ...)
{
	va_list args, again;
	int size;

	va_start(args, format);
	va_copy(again, args);
	size = vsnprintf(NULL, 0, format, args);
	vsnprintf(buf_reserve(b, (size_t)size + 1), (size_t)size + 1, format, again);
	b->size += (size_t)size;
	va_end(again);
	va_end(args);
}

void
buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ 0 };
}
