/* Which collectors run for a page. */
#ifndef SELECTION_H
#define SELECTION_H

#include <stdbool.h>

enum { COLLECTORS_MAX = 128 };

/*
 * /metrics has the node's families and our own, /metrics/cadvisor those of containers and of the machine,
 * /metrics/resource what metrics-server asks a kubelet for.
 */
enum which_page { NODE_PAGE, CONTAINERS_PAGE, RESOURCE_PAGE, WHICH_PAGES };

/* Where they are. */
extern const char *const selection_paths[WHICH_PAGES];

/* Which collectors run, by their place in collectors[]. */
struct selection {
	bool on[COLLECTORS_MAX];
};

/* What a request asks for. */
struct asked {
	struct selection selection;
	bool part;                      /* only those that it names */
	char error[128];                /* what is wrong with it, or empty */
};

/* When all flags are known. */
void selection_prepare(void);

/* All enabled collectors of a page. */
const struct selection *selection_all(enum which_page which);

/* The collector of that name on that page: its index; -ENOENT if there is none, -ENODEV if it is disabled. */
int selection_find(enum which_page which, const char *name);

/*
 * True for the names of node_exporter's collectors, also of those that are not built in: its command lines and queries
 * are taken as they are.
 */
bool selection_known_elsewhere(const char *name);

/* What a query asks for by collect[] and exclude[]; an empty one asks for all. */
void selection_asked(enum which_page which, const char *query, struct asked *a);

#endif
