/*
 * Packed samples. The first byte of one tells what follows: two bits for its scope, two for its row, four for its value;
 * then each of those that needs bytes of its own.
 */
#include "samples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

enum {
	SAME, NEXT, OTHER,      /* as the last one's; the one behind it, or none for a row; told by four bytes */
	NONE = NEXT,
	ROW = 2, VALUE = 4,     /* where their bits are */
	DOUBLE = 8,             /* a value that is no whole number of at most 7 bytes; else how many it has */
	BYTES_MAX = 1 + 2 * sizeof(uint32_t) + sizeof(double),
};

void
samples_clear(struct sample_list *l)
{
	l->n = l->size = 0;
	memset(&l->last, 0, sizeof l->last);
	memset(&l->before, 0, sizeof l->before);
}

void
samples_free(struct sample_list *l)
{
	free(l->bytes);
}

/* How many bytes the value takes as a whole number, which is put in *whole; DOUBLE if it is none. */
static unsigned
width(double value, uint64_t *whole)
{
	if (!(value >= 0 && value < 0x1p56) || signbit(value))
		return DOUBLE;
	*whole = (uint64_t)value;
	if ((double)*whole != value)
		return DOUBLE;
	return *whole == 0 ? 0 : (unsigned)(71 - __builtin_clzll(*whole)) / 8;
}

static unsigned char *
put_word(unsigned char *to, uint32_t word)
{
	return mempcpy(to, &word, sizeof word);
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low bytes of a number come first");

static unsigned char *
put_value(unsigned char *to, double value, uint64_t whole, unsigned bytes)
{
	if (bytes == DOUBLE)
		return mempcpy(to, &value, sizeof value);
	memcpy(to, &whole, sizeof whole);
	return to + bytes;
}

static void
reserve(struct sample_list *l)
{
	if (l->room - l->size >= BYTES_MAX)
		return;
	l->room = l->size + l->size / 8 + (size_t)2 * BYTES_MAX;
	l->bytes = must_realloc(l->bytes, l->room);
}

void
samples_add(struct sample_list *l, struct sample s)
{
	uint64_t whole = 0;
	unsigned scope = s.scope == l->last.scope ? SAME : s.scope == l->last.scope + 1 ? NEXT : OTHER;
	unsigned row = s.row == 0 ? NONE : s.row == l->last.row ? SAME : OTHER, bytes = width(s.value, &whole);
	unsigned char *to;

	if (scope != SAME) {
		l->before.n = l->n;
		l->before.size = l->size;
		l->before.last = l->last;
	}
	reserve(l);
	to = l->bytes + l->size;
	*to++ = (unsigned char)(scope | row << ROW | bytes << VALUE);
	if (scope == OTHER)
		to = put_word(to, s.scope);
	if (row == OTHER)
		to = put_word(to, s.row);
	l->size = (size_t)(put_value(to, s.value, whole, bytes) - l->bytes);
	l->last = s;
	l->n++;
}

size_t
samples_drop(struct sample_list *l, uint32_t scope)
{
	size_t n = l->n;

	if (n == 0 || l->last.scope != scope)
		return 0;
	l->n = l->before.n;
	l->size = l->before.size;
	l->last = l->before.last;
	return n - l->n;
}

static uint32_t
word_at(const unsigned char *bytes, size_t *at)
{
	uint32_t word;

	memcpy(&word, bytes + *at, sizeof word);
	*at += sizeof word;
	return word;
}

static double
value_at(const unsigned char *bytes, size_t *at, unsigned n)
{
	uint64_t whole = 0;
	double value;

	if (n == DOUBLE) {
		memcpy(&value, bytes + *at, sizeof value);
	} else {
		memcpy(&whole, bytes + *at, n);
		value = (double)whole;
	}
	*at += n;
	return value;
}

bool
samples_next(const struct sample_list *l, size_t *at, struct sample *s)
{
	unsigned head, scope, row;

	if (*at == l->size)
		return false;
	head = l->bytes[(*at)++];
	scope = head & 3;
	row = head >> ROW & 3;
	if (scope != SAME)
		s->scope = scope == NEXT ? s->scope + 1 : word_at(l->bytes, at);
	if (row != SAME)
		s->row = row == NONE ? 0 : word_at(l->bytes, at);
	s->value = value_at(l->bytes, at, head >> VALUE);
	return true;
}
