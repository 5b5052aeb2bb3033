/*
 * A page: families, each with its samples. A sample is a number and two references to labels, never text, so that a
 * page of a thousand containers is small and each exposition format is one more way to read it.
 */
#ifndef PAGE_H
#define PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "labels.h"
#include "metric.h"
#include "samples.h"

enum { SAMPLES_MAX = 2000000 };         /* on one page; further ones are dropped and counted */

struct family {
	const char *name, *help;
	enum type type;
	struct sample_list samples;
	struct {
		char *text;             /* the name and, behind it, the header */
		uint32_t name, size;
	} printed;                      /* kept by the printer: a page's texts in one place, in its order */
};

/* A family that is printed already, with its header. */
struct lent {
	const char *name, *text;
	size_t size, samples;
};

struct page;

struct page *page_new(void);
void page_free(struct page *p);

/* Forgets all samples and labels; families and memory are kept for the next collection. */
void page_clear(struct page *p);

/* Samples added from now on carry these labels too; NULL: none. They must outlive the page's samples. */
void page_scope(struct page *p, const struct labels *labels);

/* Takes back all samples of the present scope: what it describes vanished while it was read. */
void page_drop_scope(struct page *p);

/* The labels of a row of samples, in the order of their names. Good until page_clear. */
uint32_t page_row(struct page *p, const struct label *labels, size_t n);

/* The same for one label. */
uint32_t page_row_of(struct page *p, const char *name, const char *value);

/* Adds a sample to m's family; value is in the kernel's unit. */
void page_add(struct page *p, const struct metric *m, uint32_t row, double value);

/* The value added last to m's family, as it is exported; 0 if the present scope has none. */
double page_last(const struct page *p, const struct metric *m);

/* A metric whose name is known only at run time; kept as long as the page. help must outlive it. */
const struct metric *page_metric(struct page *p, enum type type, enum unit unit, const char *name, const char *help);

/* True if this collection has added samples to the family of that name. */
bool page_has(const struct page *p, const char *name);

/* Families for this collection's page, in the order of their names; they stay the lender's, until page_clear. */
void page_lend(struct page *p, const struct lent *families, size_t n);

/* For printers: the families in the order of their names, and what samples refer to; and those lent, which give way. */
struct family *const *page_families(const struct page *p, size_t *n);
const struct lent *page_lent(const struct page *p, size_t *n);
const struct labels *page_scope_labels(const struct page *p, uint32_t scope);
const struct labels *page_row_labels(const struct page *p, uint32_t row);

/* How many samples were added, and how many more were not for SAMPLES_MAX. */
size_t page_samples(const struct page *p);
size_t page_dropped(const struct page *p);

/* Which collection this is: page_clear begins the next one. */
uint32_t page_age(const struct page *p);

#endif
