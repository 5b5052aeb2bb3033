/*
 * Label pairs in the order of their names, kept as they are printed: device="sda",mode="user".
 * Values are escaped here and nowhere else, and what is not UTF-8 in them becomes U+FFFD.
 */
#ifndef LABELS_H
#define LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum { LABELS_MAX = 32 };       /* pairs of one set */

struct label {
	const char *name, *value;
};

/* Labels and their number, for functions that take both: LABELS({ "device", name }, { "mode", mode }). */
#define LABELS(...) (const struct label[]){ __VA_ARGS__ }, COUNT(((const struct label[]){ __VA_ARGS__ }))

/* One set. Its text starts behind the starts of its pairs, wherever the set itself stands. */
struct labels {
	uint32_t pairs, size;   /* size of the text */
	uint32_t start[];       /* of each pair in the text */
};

/* Appends the set of these n labels, which stand in the order of their names. Returns its offset in the buffer. */
uint32_t labels_add(struct buf *b, const struct label *labels, size_t n);

/* Appends the union of two sets of the same buffer. Returns its offset. */
uint32_t labels_join(struct buf *b, uint32_t one, uint32_t other);

/* The set of these labels on its own, for free(). */
struct labels *labels_new(const struct label *labels, size_t n);

/* True if two sets have the same pairs. */
bool labels_equal(const struct labels *a, const struct labels *b);

/* Equal for equal sets. */
uint32_t labels_hash(const struct labels *l);

/* Prints the pairs of both sets, either of which may be NULL, in one order of names. */
void labels_print(struct buf *to, const struct labels *a, const struct labels *b);

/*
 * Appends the union of two sets that are printed in this buffer, each with a NUL behind; with its values, the first set's
 * before the second's, or with "" for all. Returns its offset, which is the first set's if that has all names.
 */
uint32_t labels_unite(struct buf *texts, uint32_t first, uint32_t second, bool values);

/* Appends value as it stands between the quotes of a label. At most LABEL_VALUE_MAX bytes of it. */
void labels_escape(struct buf *to, const char *value);

enum { LABEL_VALUE_MAX = 4096 };

/* The length of the UTF-8 character at s, a text that ends with a NUL; 0 if it is none. */
size_t labels_character(const char *s);

#endif
