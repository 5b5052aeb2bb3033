/* Sets of label pairs. */
#include "labels.h"

#include <assert.h>
#include <string.h>

static const char *
text_of(const struct labels *l)
{
	return (const char *)(l->start + l->pairs);
}

/* The length of the UTF-8 character at s (RFC 3629: shortest form, no surrogates), or 0 if it is none. */
static size_t
utf8(const unsigned char *s)
{
	static const struct {
		unsigned char from, to, low, high;
		unsigned char size;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < COUNT(forms); i++) {
		if (s[0] < forms[i].from || s[0] > forms[i].to)
			continue;
		if (s[1] < forms[i].low || s[1] > forms[i].high)
			return 0;
		for (size_t k = 2; k < forms[i].size; k++)
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].size;
	}
	return 0;
}

size_t
labels_character(const char *s)
{
	return (unsigned char)*s < 0x80 ? 1 : utf8((const unsigned char *)s);
}

/* Go's strings.ToValidUTF8: one replacement for a whole run of invalid bytes. */
static const unsigned char *
invalid_run(const unsigned char *s)
{
	while (*s >= 0x80 && utf8(s) == 0)
		s++;
	return s;
}

/* Room is needed for three times the value, and 8 bytes more. Returns the end. */
static char *
escape(char *out, const char *value, size_t size)
{
	const unsigned char *s = (const unsigned char *)value, *end = s + size;
	size_t n;

	while (s < end) {
		if (*s == '\\' || *s == '"' || *s == '\n') {
			*out++ = '\\';
			*out++ = *s == '\n' ? 'n' : (char)*s;
			s++;
		} else if (*s < 0x80) {
			*out++ = (char)*s++;
		} else if ((n = utf8(s)) != 0) {
			out = mempcpy(out, s, n);
			s += n;
		} else {
			out = mempcpy(out, "\xef\xbf\xbd", 3);
			s = invalid_run(s);
		}
	}
	return out;
}

void
labels_escape(struct buf *to, const char *value)
{
	size_t size = strnlen(value, LABEL_VALUE_MAX);
	char *out = buf_reserve(to, size * 3 + 8);

	to->size = (size_t)(escape(out, value, size) - to->data);
}

/* name="value" */
static void
add_pair(struct buf *b, const struct label *l)
{
	size_t name = strlen(l->name), value = strnlen(l->value, LABEL_VALUE_MAX);
	char *out = buf_reserve(b, name + value * 3 + 12);

	out = mempcpy(mempcpy(out, l->name, name), "=\"", 2);
	out = escape(out, l->value, value);
	*out++ = '"';
	b->size = (size_t)(out - b->data);
}

/* Room for a set of that many pairs, its text to be added behind it. Returns its offset. */
static uint32_t
begin(struct buf *b, size_t pairs)
{
	size_t at = (b->size + 3) & ~(size_t)3, text = at + sizeof(struct labels) + pairs * sizeof(uint32_t);

	buf_reserve(b, text - b->size);
	b->size = text;
	return (uint32_t)at;
}

static struct labels *
set_at(const struct buf *b, uint32_t offset)
{
	return (struct labels *)(void *)(b->data + offset);
}

static uint32_t
finish(struct buf *b, uint32_t at, size_t pairs, const uint32_t *start)
{
	struct labels *set = set_at(b, at);

	set->pairs = (uint32_t)pairs;
	memcpy(set->start, start, pairs * sizeof *start);
	set->size = (uint32_t)(b->data + b->size - text_of(set));
	return at;
}

uint32_t
labels_add(struct buf *b, const struct label *labels, size_t n)
{
	uint32_t at = begin(b, n), start[LABELS_MAX];
	size_t text = b->size;

	assert(n <= LABELS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add(b, ",", 1);
		start[i] = (uint32_t)(b->size - text);
		add_pair(b, &labels[i]);
	}
	return finish(b, at, n, start);
}

/* No longer than it is: there are thousands of them. */
struct labels *
labels_new(const struct label *labels, size_t n)
{
	static struct buf b;

	b.size = 0;
	labels_add(&b, labels, n);
	return memcpy(must_realloc(NULL, b.size), b.data, b.size);
}

bool
labels_equal(const struct labels *a, const struct labels *b)
{
	return a->size == b->size && memcmp(text_of(a), text_of(b), a->size) == 0;
}

uint32_t
labels_hash(const struct labels *l)
{
	const char *at = text_of(l), *end = at + l->size;
	uint64_t hash = l->size, word = 0;

	for (; at < end; at += sizeof word) {
		memcpy(&word, at, (size_t)(end - at) < sizeof word ? (size_t)(end - at) : sizeof word);
		hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	return (uint32_t)hash;
}

/* By name; '=' ends a name and sorts before every character of one. */
static int
compare(const char *a, const char *b)
{
	for (; *a == *b && *a != '='; a++, b++)
		;
	return (*a == '=' ? 0 : *a) - (*b == '=' ? 0 : *b);
}

static const char *
pair(const struct labels *l, size_t i)
{
	return text_of(l) + l->start[i];
}

/* The length of a run of pairs without the comma behind it. */
static size_t
length(const struct labels *l, size_t from, size_t end)
{
	return (end == l->pairs ? l->size : l->start[end] - 1) - l->start[from];
}

/* So much room is enough for both sets, together with the comma between them. */
static size_t
both(const struct labels *a, const struct labels *b)
{
	return (size_t)a->size + b->size + 1;
}

/*
 * Writes both sets' pairs in order and returns the end. start, unless NULL, receives where each began. Pairs of a in a
 * row are written as one.
 */
static char *
merge(char *to, const struct labels *a, const struct labels *b, uint32_t *start)
{
	size_t i = 0, k = 0;
	char *text = to;

	while (i < a->pairs || k < b->pairs) {
		bool from_a = k == b->pairs || (i < a->pairs && compare(pair(a, i), pair(b, k)) < 0);
		size_t first = from_a ? i : k, end = first + 1;

		if (from_a && start == NULL)
			while (end < a->pairs && (k == b->pairs || compare(pair(a, end), pair(b, k)) < 0))
				end++;
		if (i + k > 0)
			*to++ = ',';
		if (start != NULL)
			start[i + k] = (uint32_t)(to - text);
		to = mempcpy(to, pair(from_a ? a : b, first), length(from_a ? a : b, first, end));
		*(from_a ? &i : &k) = end;
	}
	return to;
}

uint32_t
labels_join(struct buf *b, uint32_t one, uint32_t other)
{
	size_t pairs = set_at(b, one)->pairs + set_at(b, other)->pairs;
	uint32_t at = begin(b, pairs), start[LABELS_MAX];
	char *end = buf_reserve(b, both(set_at(b, one), set_at(b, other)));     /* so that neither moves */

	assert(pairs <= LABELS_MAX);
	end = merge(end, set_at(b, one), set_at(b, other), start);
	b->size = (size_t)(end - b->data);
	return finish(b, at, pairs, start);
}

void
labels_print(struct buf *to, const struct labels *a, const struct labels *b)
{
	if (a != NULL && b != NULL && a->pairs != 0 && b->pairs != 0)
		to->size = (size_t)(merge(buf_reserve(to, both(a, b)), a, b, NULL) - to->data);
	else if (a != NULL && a->pairs != 0)
		buf_add(to, text_of(a), a->size);
	else if (b != NULL)
		buf_add(to, text_of(b), b->size);
}

/* Past a printed pair and the comma behind it. */
static const char *
past(const char *pair)
{
	for (pair = strchr(pair, '"') + 1; *pair != '"'; pair++)
		pair += *pair == '\\';
	return pair + 1 + (pair[1] == ',');
}

static bool
has_names(const char *a, const char *b)
{
	for (; *b != '\0'; b = past(b)) {
		while (*a != '\0' && compare(a, b) < 0)
			a = past(a);
		if (*a == '\0' || compare(a, b) != 0)
			return false;
	}
	return true;
}

uint32_t
labels_unite(struct buf *texts, uint32_t first, uint32_t second, bool values)
{
	uint32_t at = (uint32_t)texts->size;
	const char *a, *b;

	if (has_names(texts->data + first, texts->data + second))
		return first;
	buf_reserve(texts, strlen(texts->data + first) + strlen(texts->data + second) + 2);     /* so that neither moves */
	a = texts->data + first;
	b = texts->data + second;
	while (*a != '\0' || *b != '\0') {
		int order = *a == '\0' ? 1 : *b == '\0' ? -1 : compare(a, b);
		const char *from = order > 0 ? b : a, *end = past(from);

		buf_add(texts, ",", texts->size > at);
		buf_add(texts, from, values ? (size_t)(end - from) - (end[-1] == ',') : strcspn(from, "="));
		buf_text(texts, values ? "" : "=\"\"");
		a = order <= 0 ? past(a) : a;
		b = order >= 0 ? past(b) : b;
	}
	buf_add(texts, "", 1);
	return at;
}
