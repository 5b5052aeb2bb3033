/* Keys of a table's file, and what they became last time. */
#include "reading.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* The exported keys of a table's file, in the order of the last reading. */
struct order {
	const struct table *table;
	struct learned *learned;
	size_t n_learned;
};

enum { ORDERS_MAX = 1024, KEY_MAX = 160 };

static struct order orders[ORDERS_MAX];

static struct order *
order_of(const struct table *t)
{
	size_t i = ((uintptr_t)t >> 3) * 0x9e3779b97f4a7c15u >> 32;

	for (size_t tries = 0; tries < ORDERS_MAX; tries++, i++) {
		struct order *o = &orders[i % ORDERS_MAX];

		if (o->table == t)
			return o;
		if (o->table == NULL) {
			*o = (struct order){ .table = t };
			return o;
		}
	}
	assert(!"more tables than ORDERS_MAX");
	return NULL;
}

struct reading
reading_new(const struct table *t, struct page *p, uint32_t row)
{
	return (struct reading){ .t = t, .order = order_of(t), .p = p, .row = row };
}

/* "name key" as tables have it, or just "key". */
static bool
is_key(const char *wanted, const char *name, const char *key)
{
	size_t n = strlen(name);

	if (n > 0 && (strncmp(wanted, name, n) != 0 || wanted[n++] != ' '))
		return false;
	return strcmp(wanted + n, key) == 0;
}

static const struct metric *
metric_of_every(const struct reading *r, const char *name, const char *key)
{
	const struct every *e = r->t->every;
	char full[2 * KEY_MAX];
	size_t prefix = strlen(e->prefix);
	char before[KEY_MAX];
	const char *end;

	if (e->split != '\0' && *name == '\0') {
		if ((end = strchr(key, e->split)) == NULL)
			return NULL;
		snprintf(before, sizeof before, "%.*s", (int)(end + 1 - key), key);
		name = before;
		key = end + 1;
	}
	snprintf(full, sizeof full, "%s%.*s%s%.*s", e->prefix, KEY_MAX / 2, name, *name == '\0' ? "" : "_", KEY_MAX / 2,
	    key);
	if (!text_is_name(full) || (e->filter != NULL && !filter_takes(e->filter, full + prefix)))
		return NULL;
	return page_metric(r->p, e->type, ONE, full, e->help);
}

static const struct metric *
find(const struct reading *r, const char *name, const char *key)
{
	for (size_t i = 0; i < r->t->n; i++)
		if (r->t->metrics[i].key != NULL && is_key(r->t->metrics[i].key, name, key))
			return &r->t->metrics[i];
	return r->t->every == NULL ? NULL : metric_of_every(r, name, key);
}

size_t
reading_to_pass(const struct reading *r)
{
	return r->keys < r->order->n_learned ? r->order->learned[r->keys].passed : 0;
}

const struct learned *
reading_recall(struct reading *r, const char *name, const char *at, const char *separators)
{
	struct order *o = r->order;
	const struct learned *l;

	if (r->keys == o->n_learned)
		return NULL;
	l = &o->learned[r->keys];
	if (at != NULL && strncmp(at, l->key, l->length) == 0 && strcmp(name, l->name) == 0 &&
	    (l->metric == NULL ? *at == '\0' : strchr(separators, at[l->length]) != NULL)) {
		r->keys++;
		return l;
	}
	while (o->n_learned > r->keys) {
		free(o->learned[--o->n_learned].name);
		free(o->learned[o->n_learned].key);
	}
	return NULL;
}

static void
remember(struct reading *r, const char *name, const char *key, const struct metric *m)
{
	struct order *o = r->order;

	o->learned = must_realloc(o->learned, ++o->n_learned * sizeof *o->learned);
	o->learned[r->keys++] = (struct learned){ must_copy(name), must_copy(key), strlen(key), r->passed, m };
	r->passed = 0;
}

const struct metric *
reading_learn(struct reading *r, const char *name, const char *key)
{
	const struct metric *m = key == NULL ? NULL : find(r, name, key);

	if (m != NULL)
		remember(r, name, key, m);
	else
		r->passed++;
	return m;
}

void
reading_end(struct reading *r, const char *name)
{
	if (r->passed > 0)
		remember(r, name, "", NULL);
}

bool
reading_row(struct reading *r, char *word, uint32_t *row)
{
	const char *name = r->t->row != NULL ? r->t->row(word) : word;

	if (name != NULL && r->t->row_label != NULL)
		*row = page_row_of(r->p, r->t->row_label, name);
	return name != NULL;
}
