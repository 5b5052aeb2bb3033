/* Families and samples. */
#include "page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Which family a metric adds to, found by the metric's address. */
struct known {
	const struct metric *metric;
	struct family *family;
	uint32_t fixed;                 /* the row of its fixed labels alone, once it is made */
	uint32_t age;                   /* when: rows live for one collection */
};

struct page {
	struct family **families;       /* in the order of their names */
	size_t n_families;
	struct known *known;            /* in the order in which they were met, which is that of the collectors */
	size_t n_known, room_known;
	uint32_t *slots;                /* which of known is behind a metric's hash, from 1; open addressing, a power of two */
	size_t n_slots;
	struct metric **made;           /* by page_metric, in the order of their names */
	size_t n_made;
	struct buf rows;
	uint32_t *shared;               /* rows of scopes with labels, by their hash; open addressing, 0 is free */
	size_t n_shared, room_shared;
	const struct labels **scopes;
	size_t n_scopes, room_scopes;
	const struct lent *lent;
	size_t n_lent;
	size_t samples, dropped;
	uint32_t scope, age;
};

struct page *
page_new(void)
{
	struct page *p = must_zero(sizeof *p);

	p->n_slots = 1024;
	p->slots = must_zero(p->n_slots * sizeof *p->slots);
	page_clear(p);
	return p;
}

void
page_free(struct page *p)
{
	for (size_t i = 0; i < p->n_families; i++) {
		samples_free(&p->families[i]->samples);
		free(p->families[i]->printed.text);
		free(p->families[i]);
	}
	for (size_t i = 0; i < p->n_made; i++) {
		free((char *)(uintptr_t)p->made[i]->name);
		free(p->made[i]);
	}
	free(p->families);
	free(p->known);
	free(p->slots);
	free(p->made);
	free(p->shared);
	free(p->scopes);
	buf_free(&p->rows);
	free(p);
}

void
page_clear(struct page *p)
{
	for (size_t i = 0; i < p->n_families; i++)
		samples_clear(&p->families[i]->samples);
	p->samples = p->dropped = p->n_scopes = p->n_lent = p->scope = 0;
	p->age++;
	p->rows.size = p->n_shared = 0;
	if (p->room_shared > 0)
		memset(p->shared, 0, p->room_shared * sizeof *p->shared);
	labels_add(&p->rows, NULL, 0);  /* row 0 is the empty one */
	page_scope(p, NULL);
}

void
page_scope(struct page *p, const struct labels *labels)
{
	p->scopes = must_grow(p->scopes, p->n_scopes, &p->room_scopes, sizeof *p->scopes);
	p->scope = (uint32_t)p->n_scopes;
	p->scopes[p->n_scopes++] = labels;
}

void
page_drop_scope(struct page *p)
{
	for (size_t i = 0; i < p->n_families; i++)
		p->samples -= samples_drop(&p->families[i]->samples, p->scope);
}

/* The place of a row like this one, or where it is to be put. */
static uint32_t *
shared_slot(const struct page *p, const struct labels *l)
{
	size_t i = labels_hash(l);

	for (;; i++) {
		uint32_t *slot = &p->shared[i & (p->room_shared - 1)];

		if (*slot == 0 || labels_equal(page_row_labels(p, *slot), l))
			return slot;
	}
}

static void
grow_shared(struct page *p)
{
	uint32_t *old = p->shared;
	size_t n = p->room_shared;

	p->room_shared = n == 0 ? 64 : n * 2;
	p->shared = must_zero(p->room_shared * sizeof *p->shared);
	for (size_t i = 0; i < n; i++)
		if (old[i] != 0)
			*shared_slot(p, page_row_labels(p, old[i])) = old[i];
	free(old);
}

/* The row that was added last, or one like it: what is beneath a thousand containers has the same few names. */
static uint32_t
share(struct page *p, uint32_t row)
{
	uint32_t *slot;

	if (p->scopes[p->scope] == NULL)
		return row;
	if (p->n_shared * 2 >= p->room_shared)
		grow_shared(p);
	slot = shared_slot(p, page_row_labels(p, row));
	if (*slot == 0) {
		*slot = row;
		p->n_shared++;
	} else {
		p->rows.size = row;
	}
	return *slot;
}

uint32_t
page_row(struct page *p, const struct label *labels, size_t n)
{
	return share(p, labels_add(&p->rows, labels, n));
}

uint32_t
page_row_of(struct page *p, const char *name, const char *value)
{
	return page_row(p, &(struct label){ name, value }, 1);
}

static int
by_name(const void *name, const void *family)
{
	return strcmp(name, (*(struct family *const *)family)->name);
}

/* The family of that name; the first metric that names it gives type and help. */
static struct family *
family(struct page *p, const struct metric *m)
{
	size_t i = array_place(m->name, p->families, p->n_families, sizeof *p->families, by_name);
	struct family *f;

	if (i < p->n_families && strcmp(p->families[i]->name, m->name) == 0)
		return p->families[i];
	f = must_realloc(NULL, sizeof *f);
	*f = (struct family){ .name = m->name, .help = m->help, .type = m->type };
	p->families = must_realloc(p->families, (p->n_families + 1) * sizeof *p->families);
	memmove(&p->families[i + 1], &p->families[i], (p->n_families++ - i) * sizeof *p->families);
	p->families[i] = f;
	return f;
}

/* Where a metric's number is, or is to be put. */
static uint32_t *
slot(const struct page *p, const struct metric *m)
{
	size_t i = ((uintptr_t)m >> 3) * 0x9e3779b97f4a7c15u >> 32;

	for (;; i++) {
		uint32_t *n = &p->slots[i & (p->n_slots - 1)];

		if (*n == 0 || p->known[*n - 1].metric == m)
			return n;
	}
}

static void
grow_slots(struct page *p)
{
	free(p->slots);
	p->n_slots *= 2;
	p->slots = must_zero(p->n_slots * sizeof *p->slots);
	for (size_t i = 0; i < p->n_known; i++)
		*slot(p, p->known[i].metric) = (uint32_t)i + 1;
}

static struct known *
know(struct page *p, const struct metric *m)
{
	uint32_t *n = slot(p, m);

	if (*n == 0) {
		p->known = must_grow(p->known, p->n_known, &p->room_known, sizeof *p->known);
		p->known[p->n_known++] = (struct known){ .metric = m, .family = family(p, m) };
		*n = (uint32_t)p->n_known;
		if (p->n_known * 2 > p->n_slots)
			grow_slots(p);
		return &p->known[p->n_known - 1];
	}
	return &p->known[*n - 1];
}

/* The row with the metric's own labels. */
static uint32_t
with_fixed(struct page *p, struct known *k, uint32_t row)
{
	const struct label *fixed = k->metric->fixed;

	if (k->age != p->age) {
		k->fixed = page_row(p, fixed, fixed[1].name != NULL ? 2 : 1);
		k->age = p->age;
	}
	return row == 0 ? k->fixed : share(p, labels_join(&p->rows, k->fixed, row));
}

/* As 64 bits hold it: what fell below 0 in the kernel stands near their end. */
static double
wrapped(double v)
{
	if (v < 0x1p64)
		return v;
	v = fmod(v, 0x1p64);
	return v > 0 ? v : 0x1p64;
}

static double
exported(enum unit unit, double v)
{
	switch (unit) {
	case ONE: return v;
	case KIB: return wrapped(v * 1024);
	case SECTORS: return v * 512;
	case PAGES: return v * (double)sysconf(_SC_PAGESIZE);
	case DWORDS: return wrapped(v * 4);
	case MHZ: return v * 1e6;
	case KHZ: return v * 1000;
	case MBIT: return (double)((int64_t)v * 1000 * 1000 / 8);
	case TICKS: return v / 100;
	case MS: return v * 0.001;
	case MS_WHOLE: return trunc(v / 1000);
	case MILLI: return v / 1000;
	case TENTHS: return v / 10;
	case US: return v / 1e6;
	case US_TWICE: return v / 1000 / 1000;
	case NS: return v / 1e9;
	case NANO: return v * 1e-9;
	case PPM: return v / 65536e6;
	}
	return v;
}

void
page_add(struct page *p, const struct metric *m, uint32_t row, double value)
{
	struct known *k = know(p, m);

	if (p->samples == SAMPLES_MAX) {
		p->dropped++;
		return;
	}
	if (m->fixed[0].name != NULL)
		row = with_fixed(p, k, row);
	samples_add(&k->family->samples, (struct sample){ exported(m->unit, value), p->scope, row });
	p->samples++;
}

double
page_last(const struct page *p, const struct metric *m)
{
	uint32_t n = *slot(p, m);
	const struct sample *last = n == 0 ? NULL : &p->known[n - 1].family->samples.last;

	return last != NULL && last->scope == p->scope ? last->value : 0;
}

static int
by_name_made(const void *name, const void *made)
{
	return strcmp(name, (*(struct metric *const *)made)->name);
}

const struct metric *
page_metric(struct page *p, enum type type, enum unit unit, const char *name, const char *help)
{
	size_t i = array_place(name, p->made, p->n_made, sizeof *p->made, by_name_made);
	struct metric *m;

	if (i < p->n_made && strcmp(p->made[i]->name, name) == 0)
		return p->made[i];
	m = must_realloc(NULL, sizeof *m);
	*m = (struct metric){ .type = type, .unit = unit, .name = must_copy(name), .help = help };
	p->made = must_realloc(p->made, (p->n_made + 1) * sizeof *p->made);
	memmove(&p->made[i + 1], &p->made[i], (p->n_made++ - i) * sizeof *p->made);
	return p->made[i] = m;
}

bool
page_has(const struct page *p, const char *name)
{
	size_t i = array_place(name, p->families, p->n_families, sizeof *p->families, by_name);

	return i < p->n_families && p->families[i]->samples.n > 0 && strcmp(p->families[i]->name, name) == 0;
}

void
page_lend(struct page *p, const struct lent *families, size_t n)
{
	p->lent = families;
	for (p->n_lent = 0; p->n_lent < n && p->samples + families[p->n_lent].samples <= SAMPLES_MAX; p->n_lent++)
		p->samples += families[p->n_lent].samples;
	for (size_t i = p->n_lent; i < n; i++)
		p->dropped += families[i].samples;
}

const struct lent *
page_lent(const struct page *p, size_t *n)
{
	*n = p->n_lent;
	return p->lent;
}

struct family *const *
page_families(const struct page *p, size_t *n)
{
	*n = p->n_families;
	return p->families;
}

const struct labels *
page_scope_labels(const struct page *p, uint32_t scope)
{
	return p->scopes[scope];
}

const struct labels *
page_row_labels(const struct page *p, uint32_t row)
{
	return (const struct labels *)(const void *)(p->rows.data + row);
}

size_t
page_samples(const struct page *p)
{
	return p->samples;
}

size_t
page_dropped(const struct page *p)
{
	return p->dropped;
}

uint32_t
page_age(const struct page *p)
{
	return p->age;
}
