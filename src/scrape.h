/* A scrape: one collection at a time, its page printed for all who ask meanwhile. */
#ifndef SCRAPE_H
#define SCRAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "selection.h"

/* A printed page. Several requests may hold one. */
struct body;

/* Prepares the enabled collectors. After place_open. */
void scrape_prepare(void);

/*
 * The page of these collectors, as text or gzip, of a collection that ends after the request. Waits at most so many
 * seconds. NULL if it was not ready by then.
 */
struct body *scrape(enum which_page which, const struct selection *s, bool gzip, double seconds);

/* Its bytes, good until it is given back. */
const char *scrape_body(const struct body *b, size_t *size);
void scrape_release(struct body *b);

/* True once /metrics and /metrics/cadvisor have been collected whole. */
bool scrape_ready(void);

/* Collects these once, so that scrape_ready. */
void scrape_warm(void);

/* Between collections takes in what the kernel tells of cgroups, and takes samples. Does not return. */
_Noreturn void scrape_attend(void);

#endif
