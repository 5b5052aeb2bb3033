/* The grammars, and running a collector's tables over a scope. */
#include "collector.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "text.h"

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

/* The exported keys of a table's file, in the order of the last reading. */
struct order {
	const struct table *table;
	struct learned *learned;
	size_t n_learned;
};

struct reading {
	const struct table *t;
	struct order *order;
	struct page *p;
	uint32_t row;                   /* what the path's '*' stood for, as labels */
	size_t keys;                    /* of those learned, how many were met */
	size_t passed;                  /* since then, keys that are not exported */
};

enum { ORDERS_MAX = 1024, KEY_MAX = 160 };

static struct order orders[ORDERS_MAX];
static struct buf text;

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

/* How many keys are not exported before the next one that is, as far as is known. */
static size_t
to_pass(const struct reading *r)
{
	return r->keys < r->order->n_learned ? r->order->learned[r->keys].passed : 0;
}

/*
 * What is known of the key at the place where it should stand, ended by a separator; or NULL, and then nothing is known
 * from there on.
 */
static const struct learned *
recall(struct reading *r, const char *name, const char *at, const char *separators)
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

/* The metric of a key of which nothing is known, or NULL if it is not exported. */
static const struct metric *
learn(struct reading *r, const char *name, const char *key)
{
	const struct metric *m = key == NULL ? NULL : find(r, name, key);

	if (m != NULL)
		remember(r, name, key, m);
	else
		r->passed++;
	return m;
}

/* At the end of keys that were learned. */
static void
learn_end(struct reading *r, const char *name)
{
	if (r->passed > 0)
		remember(r, name, "", NULL);
}

/* The next row of the table if it is of the same key. */
static const struct metric *
same_key(const struct table *t, const struct metric *m)
{
	const struct metric *next = m + 1;

	if (t->n == 0 || m < t->metrics || next >= t->metrics + t->n)
		return NULL;
	return next->key != NULL && strcmp(next->key, m->key) == 0 ? next : NULL;
}

/* Adds a value to the metric's family, and to those of the rows with the same key. */
static int
add(struct reading *r, const struct metric *m, const char *value, uint32_t row)
{
	double v;

	if (value == NULL || !text_number(value, &v))
		return -EINVAL;
	for (; m != NULL; m = same_key(r->t, m))
		page_add(r->p, m, row, v);
	return 0;
}

/* Sets the labels of a row named by word, if it has some of its own. False if the table passes it over. */
static bool
row_of(struct reading *r, char *word, uint32_t *row)
{
	const char *name = r->t->row != NULL ? r->t->row(word) : word;

	if (name != NULL && r->t->row_label != NULL)
		*row = page_row_of(r->p, r->t->row_label, name);
	return name != NULL;
}

int
single(struct reading *r, char *at)
{
	double v;

	if (!text_number(text_trim(at), &v))
		return -EINVAL;
	page_add(r->p, &r->t->metrics[0], r->row, v);
	return 0;
}

int
keyed(struct reading *r, char *at)
{
	const struct learned *l;
	const struct metric *m;
	char *line;
	int err = 0;

	while (*at != '\0') {
		line = text_past_lines(at, to_pass(r));
		line = line == NULL ? NULL : text_past_words(line, " \t:", 0);
		if ((l = recall(r, "", line, " \t:")) != NULL)
			at = line;
		if ((line = text_line(&at)) == NULL)
			break;
		line += l != NULL ? l->length : 0;
		m = l != NULL ? l->metric : learn(r, "", text_word(&line, " \t:"));
		if (m != NULL && add(r, m, text_word(&line, " \t:"), r->row) != 0)
			err = -EINVAL;
	}
	learn_end(r, "");
	return err;
}

enum { COLUMNS_MAX = 32 };

/* "eth0:" names eth0; a colon elsewhere is part of the name. */
static char *
without_colon(char *name)
{
	size_t n = strlen(name);

	if (name[n - 1] == ':')
		name[n - 1] = '\0';
	return name;
}

int
columns(struct reading *r, char *at)
{
	char *line, *words[COLUMNS_MAX];
	uint32_t row;
	size_t n, i;
	double v;
	int err = 0;

	while ((line = text_line(&at)) != NULL) {
		for (n = 0; n < COLUMNS_MAX && (words[n] = text_word(&line, " \t")) != NULL; n++)
			;
		row = r->row;
		if (n <= r->t->row_column || !row_of(r, without_colon(words[r->t->row_column]), &row))
			continue;
		for (i = 0; i < n && i < r->t->n; i++) {
			if (r->t->metrics[i].name == NULL)
				continue;
			if (text_number(words[i], &v))
				page_add(r->p, &r->t->metrics[i], row, v);
			else
				err = -EINVAL;
		}
	}
	return err;
}

/* The keys and values of a row, in turn. */
static int
nested_row(struct reading *r, const char *name, char *at, uint32_t row)
{
	const struct learned *l;
	const struct metric *m;
	char *key, *value;
	int err = 0;

	while (*(at = text_past_words(at, " =:", 0)) != '\0') {
		key = text_past_words(at, " =:", 2 * to_pass(r));
		if ((l = recall(r, name, key, " =:")) != NULL)
			at = key + l->length + (key[l->length] != '\0');
		m = l != NULL ? l->metric : learn(r, name, text_word(&at, " =:"));
		value = text_word(&at, " =");
		if (m != NULL && add(r, m, value, row) != 0)
			err = -EINVAL;
	}
	learn_end(r, name);
	return err;
}

int
nested(struct reading *r, char *at)
{
	bool rows = r->t->row_label != NULL;
	char *line, *name;
	uint32_t row;
	int err = 0;

	while ((line = text_line(&at)) != NULL) {
		row = r->row;
		if ((name = text_word(&line, rows ? " " : " :")) == NULL || (rows && !row_of(r, name, &row)))
			continue;
		if (rows)
			r->keys = 0;
		if (nested_row(r, rows ? "" : name, line, row) != 0)
			err = -EINVAL;
	}
	return err;
}

/* A line of keys, and that of their values. */
static int
pair(struct reading *r, const char *name, char *keys, char *values)
{
	const struct learned *l;
	const struct metric *m;
	char *key, *value;
	int err = 0;

	while (*(keys = text_past_words(keys, " ", 0)) != '\0') {
		key = text_past_words(keys, " ", to_pass(r));
		if ((l = recall(r, name, key, " ")) != NULL) {
			keys = key + l->length;
			if ((values = text_past_words(values, " ", l->passed)) == NULL)
				return -EINVAL;
		}
		m = l != NULL ? l->metric : learn(r, name, text_word(&keys, " "));
		if (l != NULL && m == NULL)
			break;
		value = text_word(&values, " ");
		if (m != NULL ? add(r, m, value, r->row) != 0 : value == NULL)
			err = -EINVAL;
	}
	learn_end(r, name);
	return text_word(&values, " ") != NULL ? -EINVAL : err;
}

int
pairs(struct reading *r, char *at)
{
	char *keys, *values, *name, *other;
	int err = 0;

	while ((keys = text_line(&at)) != NULL && (values = text_line(&at)) != NULL) {
		name = text_word(&keys, " :");
		other = text_word(&values, " :");
		if (name == NULL || other == NULL || strcmp(name, other) != 0)
			return -EINVAL;
		if (pair(r, name, keys, values) != 0)
			err = -EINVAL;
	}
	return err;
}

enum { LISTED_MAX = 192 };

/* Where the rows of a key begin, looked for from *at on, for the kernel's order is mostly the table's. */
static bool
find_rows(const struct table *t, const char *key, size_t *at)
{
	for (size_t i = 0; i < t->n; i++, *at = (*at + 1) % t->n)
		if (strcmp(t->metrics[*at].key, key) == 0)
			return true;
	return false;
}

/* The values of a line, for the rows of a key that begin at *at, which moves behind them. */
static bool
cut_list(const struct table *t, char *line, double *values, size_t *at)
{
	const size_t first = *at;
	size_t i = first, end = first;
	bool good = true, counted;
	const char *word;

	while (end < t->n && strcmp(t->metrics[end].key, t->metrics[first].key) == 0)
		end++;
	for (; i < end && (word = text_word(&line, " \t")) != NULL; i++) {
		if (text_number(word, &values[i]))
			continue;
		values[i] = NAN;
		good = false;
	}
	counted = i > first && values[first] == (double)(i - first - 1);
	for (*at = end % t->n; i < end; i++) {
		values[i] = counted ? 0 : NAN;
		good = good && counted;
	}
	return good;
}

int
listed(struct reading *r, char *at)
{
	const struct table *t = r->t;
	double values[LISTED_MAX] = { 0 };
	size_t row = 0;
	char *line, *key;
	bool any = false;
	int err = 0;

	assert(t->n <= LISTED_MAX);
	while ((line = text_line(&at)) != NULL) {
		if ((key = text_word(&line, " \t:")) == NULL || !find_rows(t, key, &row))
			continue;
		any = true;
		if (!cut_list(t, line, values, &row))
			err = -EINVAL;
	}
	for (size_t i = 0; any && i < t->n; i++)
		if (t->metrics[i].name != NULL && !isnan(values[i]))
			page_add(r->p, &t->metrics[i], r->row, values[i]);
	return any ? err : -EINVAL;
}

/* What OpenZFS calls KSTAT_DATA_INT64 and KSTAT_DATA_UINT64. */
static bool
is_integer(const char *type)
{
	return strcmp(type, "3") == 0 || strcmp(type, "4") == 0;
}

int
kstat(struct reading *r, char *at)
{
	const struct learned *l;
	const struct metric *m;
	char *line, *words[3], *dash;
	int err = -EINVAL;

	while ((line = text_line(&at)) != NULL && !text_starts(line, "name "))
		;
	if (line != NULL)
		err = 0;
	while ((line = text_line(&at)) != NULL) {
		for (size_t i = 0; i < COUNT(words); i++)
			words[i] = text_word(&line, " \t");
		if (words[2] == NULL || !is_integer(words[1]))
			continue;
		while ((dash = strchr(words[0], '-')) != NULL)
			*dash = '_';
		l = recall(r, "", words[0], "");
		m = l != NULL ? l->metric : learn(r, "", words[0]);
		if (m != NULL && add(r, m, words[2], r->row) != 0)
			err = -EINVAL;
	}
	return err;
}

static int
read_plain(struct reading *r, const struct scope *s)
{
	ssize_t n = place_read_to(s, r->t->path, &text);

	if (n == 0 && r->t->place < PLACES)     /* those of a cgroup may be empty */
		return -EINVAL;
	return n < 0 ? (int)n : r->t->read(r, text.data);
}

/* One row for each name that the '*' stands for; a row that cannot be read costs only itself. */
static int
read_each(struct reading *r, const struct scope *s, const char *star)
{
	const char *part = memrchr(r->t->path, '/', (size_t)(star - r->t->path)), *rest = strchrnul(star, '/');
	int prefix = part == NULL ? 0 : (int)(part - r->t->path), n, err = 0;
	char path[512], glob[64], **names;
	ssize_t size;

	part = part == NULL ? r->t->path : part + 1;
	snprintf(path, sizeof path, "%.*s", prefix, r->t->path);
	snprintf(glob, sizeof glob, "%.*s", (int)(rest - part), part);
	if ((n = place_list(s, prefix == 0 ? "." : path, glob, &names)) < 0)
		return n;
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%.*s/%s%s", prefix, r->t->path, names[i], rest);
		if (!row_of(r, names[i], &r->row))
			continue;
		size = place_read_to(s, path + (prefix == 0), &text);
		r->keys = r->passed = 0;
		if (size >= 0 ? r->t->read(r, text.data) != 0 : !device_no_answer((int)size))
			err = size < 0 ? (int)size : -EINVAL;
	}
	place_list_free(names, n);
	return err;
}

int
table_parse_row(const struct table *t, char *at, uint32_t row, struct page *p)
{
	struct reading r = { .t = t, .order = order_of(t), .p = p, .row = row };

	return t->read(&r, at);
}

int
table_parse(const struct table *t, char *at, struct page *p)
{
	return table_parse_row(t, at, 0, p);
}

int
table_read(const struct table *t, const struct scope *s, struct page *p)
{
	struct reading r = { .t = t, .order = order_of(t), .p = p };
	const char *star = strchr(t->path, '*');

	if (t->place < PLACES)
		s = place(t->place);
	place_note(s, t->path);
	if (s->dir < 0)
		return -ENOENT;
	return star == NULL ? read_plain(&r, s) : read_each(&r, s, star);
}

static bool
absent(int err)
{
	return err == -ENOENT || err == -EOPNOTSUPP || err == -ENODATA;
}

int
table_run(const struct collector *c, const struct scope *s, struct page *p)
{
	int err, result = 0;

	for (const struct table *t = c->tables; t != NULL && t->path != NULL; t++) {
		if (t->by_update)
			continue;
		err = table_read(t, s, p);
		if (err == 0 || (absent(err) && t->optional) || (result != 0 && !absent(result)))
			continue;
		result = err;
		if (!absent(err))
			place_blame();
	}
	return absent(result) ? -ENODATA : result;
}
