/* The grammars. */
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "reading.h"
#include "text.h"

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
		line = text_past_lines(at, reading_to_pass(r));
		line = line == NULL ? NULL : text_past_words(line, " \t:", 0);
		if ((l = reading_recall(r, "", line, " \t:")) != NULL)
			at = line;
		if ((line = text_line(&at)) == NULL)
			break;
		line += l != NULL ? l->length : 0;
		m = l != NULL ? l->metric : reading_learn(r, "", text_word(&line, " \t:"));
		if (m != NULL && add(r, m, text_word(&line, " \t:"), r->row) != 0)
			err = -EINVAL;
	}
	reading_end(r, "");
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
		if (n <= r->t->row_column || !reading_row(r, without_colon(words[r->t->row_column]), &row))
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
		key = text_past_words(at, " =:", 2 * reading_to_pass(r));
		if ((l = reading_recall(r, name, key, " =:")) != NULL)
			at = key + l->length + (key[l->length] != '\0');
		m = l != NULL ? l->metric : reading_learn(r, name, text_word(&at, " =:"));
		value = text_word(&at, " =");
		if (m != NULL && add(r, m, value, row) != 0)
			err = -EINVAL;
	}
	reading_end(r, name);
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
		if ((name = text_word(&line, rows ? " " : " :")) == NULL || (rows && !reading_row(r, name, &row)))
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
		key = text_past_words(keys, " ", reading_to_pass(r));
		if ((l = reading_recall(r, name, key, " ")) != NULL) {
			keys = key + l->length;
			if ((values = text_past_words(values, " ", l->passed)) == NULL)
				return -EINVAL;
		}
		m = l != NULL ? l->metric : reading_learn(r, name, text_word(&keys, " "));
		if (l != NULL && m == NULL)
			break;
		value = text_word(&values, " ");
		if (m != NULL ? add(r, m, value, r->row) != 0 : value == NULL)
			err = -EINVAL;
	}
	reading_end(r, name);
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
		l = reading_recall(r, "", words[0], "");
		m = l != NULL ? l->metric : reading_learn(r, "", words[0]);
		if (m != NULL && add(r, m, words[2], r->row) != 0)
			err = -EINVAL;
	}
	return err;
}
