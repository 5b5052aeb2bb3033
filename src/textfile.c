/* Families of several text files, merged, sorted and printed. */
#include "textfile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expo/text.h"
#include "number.h"

struct merger {
	struct parsed *p;
	struct textfile *files;
	struct textfile_families *to;
	struct parsed_family **order;   /* those that have samples, by name */
	size_t n;
};

static const char *
string(const struct merger *m, uint32_t at)
{
	return m->p->strings.data + at;
}

void
textfile_drop(struct textfile *f, enum reason why, const char *family, size_t samples)
{
	f->dropped[why] += samples;
	if (samples > 0)
		f->family[why] = family;
}

static void
drop(const struct merger *m, const struct parsed_family *f, enum reason why, size_t samples)
{
	textfile_drop(&m->files[f->text], why, string(m, f->name), samples);
}

/* Families ---------------------------------------------------------------------------------------------------------- */

static int
by_name(const void *a, const void *b, void *strings)
{
	const struct parsed_family *x = *(struct parsed_family *const *)a, *y = *(struct parsed_family *const *)b;
	int order = strcmp((char *)strings + x->name, (char *)strings + y->name);

	return order != 0 ? order : x < y ? -1 : x > y;
}

static void
sort_families(struct merger *m)
{
	m->order = must_realloc(NULL, (m->p->n_families + 1) * sizeof(struct parsed_family *));
	for (size_t i = 0; i < m->p->n_families; i++)
		if (m->p->families[i].samples > 0)
			m->order[m->n++] = &m->p->families[i];
	qsort_r(m->order, m->n, sizeof(struct parsed_family *), by_name, m->p->strings.data);
}

/* Families of one name: those with another HELP, or none where the first has one, or with another type are dropped. */
static void
agree(const struct merger *m, uint32_t group, size_t n)
{
	const struct parsed_family *first = m->order[group];

	for (size_t i = group; i < group + n; i++) {
		struct parsed_family *f = m->order[i];
		bool other_help = strcmp(string(m, f->help), string(m, first->help)) != 0;

		f->group = group;
		if (!other_help && f->type == first->type)
			continue;
		m->files[f->text].helps_differ |= other_help && f->help != 0 && first->help != 0;
		drop(m, f, other_help ? HELP : TYPE, f->samples);
		f->group = UINT32_MAX;
	}
}

/* How many of the n families from i on have one name. */
static size_t
same_name(const struct merger *m, size_t i)
{
	size_t k = i + 1;

	while (k < m->n && strcmp(string(m, m->order[k]->name), string(m, m->order[i]->name)) == 0)
		k++;
	return k - i;
}

/* Samples ----------------------------------------------------------------------------------------------------------- */

/* By values as long as names are the same; the quote at the end of one is before all other bytes. */
static int
compare_labels(const char *a, const char *b)
{
	while (*a == *b && *a != '\0')
		a++, b++;
	return (*a == '"' ? 1 : (unsigned char)*a) - (*b == '"' ? 1 : (unsigned char)*b);
}

static int
by_labels(const void *a, const void *b, void *parsed)
{
	const struct parsed_sample *x = a, *y = b;
	const struct parsed *p = parsed;
	uint32_t g = p->families[x->family].group, h = p->families[y->family].group;
	int order = g != h ? (g < h ? -1 : 1) :
	    compare_labels(p->strings.data + x->labels, p->strings.data + y->labels);

	if (order != 0)
		return order;
	if (x->family != y->family)
		return x->family < y->family ? -1 : 1;
	if (x->piece != y->piece)
		return x->piece < y->piece ? -1 : 1;
	if (x->piece == POINT && x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void
sort_samples(struct parsed *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_samples; i++)
		if (p->families[p->samples[i].family].group != UINT32_MAX)
			p->samples[n++] = p->samples[i];
	p->n_samples = n;
	if (n > 0)
		qsort_r(p->samples, n, sizeof *p->samples, by_labels, p);
}

/* Printing ---------------------------------------------------------------------------------------------------------- */

/* "Metric read from a, b" stands in for a HELP. */
static void
print_header(const struct merger *m, uint32_t group, size_t n)
{
	const struct parsed_family *f = m->order[group];
	struct buf *to = &m->to->text;
	const char *separator = "Metric read from ";

	buf_print(to, "# HELP %s %s", string(m, f->name), string(m, f->help));
	for (size_t i = group; f->help == 0 && i < group + n; i++) {
		buf_text(to, separator);
		labels_escape(to, m->files[m->order[i]->text].path);
		separator = ", ";
	}
	buf_print(to, "\n# TYPE %s %s\n", string(m, f->name), expo_types[f->type]);
}

static void
print_number(struct buf *to, double value)
{
	to->size += number_print(buf_reserve(to, NUMBER_MAX), value);
}

/* point is le or quantile, NULL if there is none. */
static void
print_line(const struct merger *m, const char *ending, const char *labels, const char *point, double at, double value)
{
	struct lent *l = &m->to->list[m->to->n];
	struct buf *to = &m->to->text;

	buf_text(to, l->name);
	buf_text(to, ending);
	buf_text(to, *labels != '\0' || point != NULL ? "{" : "");
	buf_text(to, labels);
	if (point != NULL) {
		buf_text(to, *labels != '\0' ? "," : "");
		buf_text(to, point);
		buf_text(to, "=\"");
		print_number(to, at);
		buf_text(to, "\"");
	}
	buf_text(to, *labels != '\0' || point != NULL ? "} " : " ");
	print_number(to, value);
	buf_text(to, "\n");
	l->samples++;
}

/* Of pieces that are there twice the last one counts. A piece that is missing is 0, an infinite bucket is the count. */
static void
print_whole(const struct merger *m, const struct parsed_sample *s, size_t n, bool histogram)
{
	const char *labels = string(m, s->labels), *point = histogram ? "le" : "quantile";
	double sum = 0, count = 0, last = NAN;

	for (size_t i = 0; i < n; i++) {
		sum = s[i].piece == SUM ? s[i].value : sum;
		count = s[i].piece == TOTAL ? s[i].value : count;
	}
	for (size_t i = 0; i < n && s[i].piece == POINT; i++) {
		last = s[i].at;
		if (i + 1 == n || s[i + 1].piece != POINT || s[i + 1].at != last)
			print_line(m, histogram ? "_bucket" : "", labels, point, last, s[i].value);
	}
	if (histogram && last != (double)INFINITY)
		print_line(m, "_bucket", labels, point, INFINITY, count);
	print_line(m, "_sum", labels, NULL, 0, sum);
	print_line(m, "_count", labels, NULL, 0, count);
}

/* The first of n samples of the same labels, which are a histogram or summary in one file; the others are dropped. */
static void
print_metric(const struct merger *m, const struct parsed_sample *s, size_t n)
{
	const struct parsed_family *f = &m->p->families[s->family];
	size_t taken = 1;

	if (f->type != HISTOGRAM && f->type != SUMMARY) {
		print_line(m, "", string(m, s->labels), NULL, 0, s->value);
	} else {
		while (taken < n && s[taken].family == s->family)
			taken++;
		print_whole(m, s, taken, f->type == HISTOGRAM);
	}
	for (size_t i = taken; i < n; i++)
		drop(m, &m->p->families[s[i].family], DUPLICATE, 1);
}

/* How many of the samples from i on are of one group; with labels, and have the same. */
static size_t
run(const struct parsed *p, size_t i, bool labels)
{
	size_t k = i;

	while (k < p->n_samples && p->families[p->samples[k].family].group == p->families[p->samples[i].family].group &&
	    (!labels || strcmp(p->strings.data + p->samples[k].labels, p->strings.data + p->samples[i].labels) == 0))
		k++;
	return k - i;
}

/* The next family, whose n samples stand from i on. */
static void
print_family(const struct merger *m, size_t i, size_t n)
{
	const struct parsed_family *f = &m->p->families[m->p->samples[i].family], *first = m->order[f->group];
	struct textfile_families *to = m->to;

	if (to->text.size > (size_t)2 * TEXTFILES_BYTES) {
		for (size_t k = i; k < i + n; k++)
			drop(m, &m->p->families[m->p->samples[k].family], TOO_LARGE, 1);
		return;
	}
	to->files[to->n] = first->text;
	buf_add(&to->text, string(m, first->name), strlen(string(m, first->name)) + 1);
	to->list[to->n] = (struct lent){ .name = string(m, first->name), .size = to->text.size };
	print_header(m, f->group, same_name(m, f->group));
	for (size_t k, end = i + n; i < end; i += k)
		print_metric(m, &m->p->samples[i], k = run(m->p, i, true));
	to->list[to->n].size = to->text.size - to->list[to->n].size;
	to->n++;
}

/* The text does not move any more: each family's name, with a NUL behind, and what is printed of it. */
static void
finish(struct textfile_families *to)
{
	char *at = to->text.data = must_realloc(to->text.data, to->text.room = to->text.size + 1);

	for (struct lent *l = to->list; l < to->list + to->n; l++) {
		l->name = at;
		l->text = at += strlen(at) + 1;
		at += l->size;
	}
}

void
textfile_merge(struct parsed *p, struct textfile *files, struct textfile_families *to)
{
	struct merger m = { .p = p, .files = files, .to = to };
	size_t names = 0;

	free(to->list);
	free(to->files);
	buf_free(&to->text);
	to->n = 0;
	sort_families(&m);
	for (size_t i = 0, n; i < m.n; i += n, names++)
		agree(&m, (uint32_t)i, n = same_name(&m, i));
	sort_samples(p);
	to->list = must_realloc(NULL, (names + 1) * sizeof *to->list);
	to->files = must_realloc(NULL, (names + 1) * sizeof *to->files);
	for (size_t i = 0, n; i < p->n_samples; i += n)
		print_family(&m, i, n = run(p, i, false));
	finish(to);
	free(m.order);
}
