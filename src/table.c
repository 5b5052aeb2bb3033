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

/* What a key of a file became last time. The kernel prints keys in one order, so the next reading need not search. */
struct learned {
	char *name, *key;
	size_t length;                  /* of the key */
	const struct metric *metric;    /* NULL: not exported */
};

/* The keys of a table's file, in the order of the last reading. */
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

/* The metric of a key, or NULL if it is not exported. */
static const struct metric *
metric_of(struct reading *r, const char *name, const char *key)
{
	struct order *o = r->order;
	struct learned *l;

	if (r->keys < o->n_learned) {
		l = &o->learned[r->keys];
		if (strcmp(l->key, key) == 0 && strcmp(l->name, name) == 0)
			return o->learned[r->keys++].metric;
		free(l->name);
		free(l->key);
	} else {
		o->learned = must_realloc(o->learned, ++o->n_learned * sizeof *o->learned);
		l = &o->learned[r->keys];
	}
	r->keys++;
	*l = (struct learned){ must_copy(name), must_copy(key), strlen(key), find(r, name, key) };
	return l->metric;
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

/* Adds the value of a key, if it is exported. */
static int
take(struct reading *r, const char *name, const char *key, const char *value, uint32_t row)
{
	const struct metric *m = metric_of(r, name, key);

	return m == NULL ? 0 : add(r, m, value, row);
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

/* The metric of the line's key, which is cut off; a key that stands where it stood is not looked at word by word. */
static const struct metric *
metric_of_line(struct reading *r, char **line)
{
	const struct learned *l = r->keys < r->order->n_learned ? &r->order->learned[r->keys] : NULL;
	char *key;

	if (l != NULL && strncmp(*line, l->key, l->length) == 0 &&
	    ((*line)[l->length] == ' ' || (*line)[l->length] == ':') && l->name[0] == '\0') {
		*line += l->length;
		r->keys++;
		return l->metric;
	}
	key = text_word(line, " \t:");
	return key == NULL ? NULL : metric_of(r, "", key);
}

int
keyed(struct reading *r, char *at)
{
	const struct metric *m;
	char *line;
	int err = 0;

	while ((line = text_line(&at)) != NULL)
		if ((m = metric_of_line(r, &line)) != NULL && add(r, m, text_word(&line, " \t:"), r->row) != 0)
			err = -EINVAL;
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

int
nested(struct reading *r, char *at)
{
	char *line, *name, *key, *value;
	uint32_t row;
	int err = 0;

	while ((line = text_line(&at)) != NULL) {
		row = r->row;
		if ((name = text_word(&line, r->t->row_label != NULL ? " " : " :")) == NULL ||
		    (r->t->row_label != NULL && !row_of(r, name, &row)))
			continue;
		if (r->t->row_label != NULL)
			r->keys = 0;
		while ((key = text_word(&line, " =:")) != NULL) {
			value = text_word(&line, " =");
			if (take(r, r->t->row_label != NULL ? "" : name, key, value, row) != 0)
				err = -EINVAL;
		}
	}
	return err;
}

int
pairs(struct reading *r, char *at)
{
	char *keys, *values, *name, *other, *key, *value;
	int err = 0;

	while ((keys = text_line(&at)) != NULL && (values = text_line(&at)) != NULL) {
		name = text_word(&keys, " :");
		other = text_word(&values, " :");
		if (name == NULL || other == NULL || strcmp(name, other) != 0)
			return -EINVAL;
		while ((key = text_word(&keys, " ")) != NULL) {
			value = text_word(&values, " ");
			if (take(r, name, key, value, r->row) != 0)
				err = -EINVAL;
		}
		if (text_word(&values, " ") != NULL)
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
	char *line, *words[3], *dash;
	int err = -EINVAL;

	while ((line = text_line(&at)) != NULL && !text_starts(line, "name "))
		;
	if (line != NULL)
		err = 0;
	while ((line = text_line(&at)) != NULL) {
		for (size_t i = 0; i < COUNT(words); i++)
			words[i] = text_word(&line, " ");
		if (words[2] == NULL || !is_integer(words[1]))
			continue;
		while ((dash = strchr(words[0], '-')) != NULL)
			*dash = '_';
		if (take(r, "", words[0], words[2], r->row) != 0)
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
		r->keys = 0;
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
