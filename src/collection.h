/* A collection: the collectors of a selection run over their scopes. One at a time; whose turn it is scrape.h says. */
#ifndef COLLECTION_H
#define COLLECTION_H

#include "metric.h"
#include "page.h"
#include "selection.h"

/* What a page says of its collectors; ends with one without a name. */
extern const struct metric collection_metrics[];

/* Prepares the enabled collectors. After place_open. */
void collection_prepare(void);

/* The page, good until the next collection. */
const struct page *collection_run(enum which_page which, const struct selection *s);

/* For a collector: whether one before it failed in this collection, other than for want of data. */
bool collection_failed(void);

#endif
