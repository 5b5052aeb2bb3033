/* Selections of collectors. */
#include "selection.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "collector.h"
#include "options.h"
#include "request.h"
#include "sidecar.h"

enum { QUERY_MAX = 4096 };

static struct selection whole[WHICH_PAGES];     /* of each page, all that is enabled */

const char *const selection_paths[WHICH_PAGES] = {
	[NODE_PAGE] = "/metrics", [CONTAINERS_PAGE] = "/metrics/cadvisor", [RESOURCE_PAGE] = "/metrics/resource",
};

static enum which_page
page_of(const struct collector *c)
{
	return c->over == NODE ? NODE_PAGE : c->over == RESOURCE ? RESOURCE_PAGE : CONTAINERS_PAGE;
}

/* A sidecar's containers are on /metrics too, which is what is scraped of a pod. */
static bool
is_on(const struct collector *c, enum which_page which)
{
	return page_of(c) == which || (sidecar_is_on() && which == NODE_PAGE && page_of(c) == CONTAINERS_PAGE);
}

void
selection_prepare(void)
{
	for (size_t i = 0; i < n_collectors; i++)
		for (enum which_page which = NODE_PAGE; which < WHICH_PAGES; which++)
			whole[which].on[i] = options_enabled(i) && is_on(collectors[i], which);
}

const struct selection *
selection_all(enum which_page which)
{
	return &whole[which];
}

int
selection_find(enum which_page which, const char *name)
{
	for (size_t i = 0; i < n_collectors; i++)
		if (strcmp(collectors[i]->name, name) == 0 && is_on(collectors[i], which))
			return options_enabled(i) ? (int)i : -ENODEV;
	return -ENOENT;
}

bool
selection_known_elsewhere(const char *name)
{
	return selection_find(NODE_PAGE, name) != -ENOENT || strcmp(name, "ntp") == 0 || strcmp(name, "runit") == 0 ||
	    strcmp(name, "supervisord") == 0;
}

/* One line of what a client sent, of characters that do no harm. */
static void
refuse(struct asked *a, const char *why, const char *name)
{
	if (a->error[0] != '\0')
		return;
	snprintf(a->error, sizeof a->error, "%s: %.80s", why, name);
	for (char *c = a->error; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

static void
collect(struct asked *a, enum which_page which, const char *name)
{
	int i = selection_find(which, name);

	if (!a->part)
		a->selection = (struct selection){ 0 };
	a->part = true;
	if (i >= 0)
		a->selection.on[i] = true;
	else
		refuse(a, i == -ENODEV ? "disabled collector" : "missing collector", name);
}

static void
exclude(struct asked *a, enum which_page which, const char *name)
{
	int i = selection_find(which, name);

	if (i >= 0)
		a->selection.on[i] = false;
	else if (i != -ENODEV && !selection_known_elsewhere(name))
		refuse(a, "missing collector", name);
}

void
selection_asked(enum which_page which, const char *query, struct asked *a)
{
	char text[QUERY_MAX], *at = text;
	const char *name, *value;
	bool excludes = false;

	*a = (struct asked){ .selection = whole[which] };
	if (strlen(query) >= sizeof text) {
		strcpy(a->error, "The query is too long.");
		return;
	}
	strcpy(text, query);
	while (query_next(&at, &name, &value)) {
		if (strcmp(name, "collect[]") == 0) {
			collect(a, which, value);
		} else if (strcmp(name, "exclude[]") == 0) {
			exclude(a, which, value);
			excludes = true;
		}
	}
	if (a->part && excludes)
		strcpy(a->error, "Combined collect and exclude queries are not allowed.");
}
