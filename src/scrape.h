/* A scrape: collectors run over their scopes, one collection at a time, its page printed for all who ask meanwhile. */
#ifndef SCRAPE_H
#define SCRAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "metric.h"

enum { COLLECTORS_MAX = 128 };

/*
 * /metrics has the node's families and our own, /metrics/cadvisor those of containers and of the machine,
 * /metrics/resource what metrics-server asks a kubelet for.
 */
enum which_page { NODE_PAGE, CONTAINERS_PAGE, RESOURCE_PAGE, WHICH_PAGES };

/* Where they are. */
extern const char *const scrape_paths[WHICH_PAGES];

/* Which collectors run, by their place in collectors[]. */
struct selection {
	bool on[COLLECTORS_MAX];
};

/* What a page says of its collectors; ends with one without a name. */
extern const struct metric scrape_metrics[];

/* A printed page. Several requests may hold one. */
struct body;

/* Prepares the enabled collectors. After place_open. */
void scrape_prepare(void);

/* All enabled collectors of a page. */
void scrape_select_all(enum which_page which, struct selection *s);

/* The collector of that name on that page: its index; -ENOENT if there is none, -ENODEV if it is disabled. */
int scrape_find(enum which_page which, const char *name);

/* For a collector: whether one before it failed in this collection, other than for want of data. */
bool scrape_failed(void);

/* True for the names of node_exporter's collectors, also of those that are not built in. */
bool scrape_known_elsewhere(const char *name);

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
