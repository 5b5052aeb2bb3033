/* Running the collectors. */
#include "collection.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "clock.h"
#include "collector.h"
#include "device.h"
#include "log.h"
#include "options.h"
#include "self.h"
#include "sidecar.h"

static struct page *page;

/* Each of collectors[], now and the last time. */
static struct run {
	struct labels *name;            /* as a label */
	int64_t duration;               /* in nanoseconds, which print without a search for digits */
	int error, last_error;
	char *failed_at;                /* the file of an error that was not there last time */
	double absent_until;
} runs[COLLECTORS_MAX];

const struct metric collection_metrics[] = {
	{ "", GAUGE, NS, "node_scrape_collector_duration_seconds", "Time that a collector took." },
	{ "", GAUGE, ONE, "node_scrape_collector_success",
	    "1 if a collector succeeded, 0 if it failed or the machine has nothing for it." },
	{ 0 },
};

static int
run(const struct collector *c, const struct scope *s)
{
	int err = table_run(c, s, page), more = 0;

	if (c->devices.add != NULL)
		more = device_each(NULL, c->devices.where, c->devices.glob, c->devices.add, page);
	else if (c->update != NULL)
		more = c->update(s, page);
	return err != 0 ? err : more;
}

static int
run_timed(size_t i, const struct scope *s)
{
	struct run *r = &runs[i];
	int64_t start = clock_nanoseconds();
	char path[512];
	int err;

	place_blame_none();
	err = run(collectors[i], s);
	r->duration += clock_nanoseconds() - start;
	if (err == 0 || r->error != 0 || (s->container != NULL && cgroup_absent(err)))
		return err;
	r->error = err;
	place_blamed(path, sizeof path);
	if (err != r->last_error)
		r->failed_at = must_copy(path);
	return err;
}

enum { ABSENCE = 60 };                  /* seconds until what a machine does not have is looked for again */

/* True if the machine has nothing for the collector: it says so, or found none of what it looks for. */
static bool
is_absent(size_t i, size_t samples)
{
	return runs[i].error == -ENODATA ||
	    (runs[i].error == 0 && collectors[i]->over == NODE && page_samples(page) == samples);
}

/* A third of the collectors is for what a machine does not have, and a failed open costs as much as a read. */
static void
run_unless_absent(size_t i, double now)
{
	size_t samples = page_samples(page);

	if (now < runs[i].absent_until) {
		runs[i].error = runs[i].last_error;
		return;
	}
	run_timed(i, place(PROC));
	runs[i].absent_until = is_absent(i, samples) ? now + ABSENCE : 0;
}

static void
run_once(const struct selection *sel, enum over over)
{
	double now = clock_now();

	page_scope(page, NULL);
	for (size_t i = 0; i < n_collectors; i++)
		if (sel->on[i] && collectors[i]->over == over)
			run_unless_absent(i, now);
}

/* False if what the scope describes came or went meanwhile. */
static bool
run_over(const struct selection *sel, enum over over, const struct scope *s)
{
	bool stayed = true;

	if (s->dir < 0)
		return true;
	for (size_t i = 0; i < n_collectors; i++)
		if (sel->on[i] && collectors[i]->over == over)
			stayed = run_timed(i, s) != -ESRCH && stayed;
	return stayed && !cgroup_vanished(s);
}

/* One container after the other, with its network, so that one that comes or goes midway leaves nothing. */
static void
run_over_containers(const struct selection *sel, bool networks)
{
	const struct scope *s, *network;
	bool stayed;

	for (size_t k = 0; (s = cgroup_container(k)) != NULL; k++) {
		page_scope(page, s->labels);
		stayed = run_over(sel, CONTAINERS, s);
		if (networks && (network = cgroup_network(s)) != NULL && !run_over(sel, PODS, network))
			stayed = stayed && s->container->kind != CGROUP_CONTAINER;      /* a pod has other processes */
		if (!stayed)
			page_drop_scope(page);
	}
}

static bool
any(const struct selection *sel, enum over over)
{
	for (size_t i = 0; i < n_collectors; i++)
		if (sel->on[i] && collectors[i]->over == over)
			return true;
	return false;
}

/* The page that a kubelet has too says what the kubelet's says. */
static void
report(size_t i, enum which_page which)
{
	struct run *r = &runs[i];

	if (which != RESOURCE_PAGE) {
		page_scope(page, r->name);
		page_add(page, &collection_metrics[0], 0, (double)r->duration);
		page_add(page, &collection_metrics[1], 0, r->error == 0);
	}
	if (r->error != r->last_error && r->error != 0)
		log_line(r->error == -ENODATA ? LOG_DEBUG : LOG_WARN,
		    r->error == -ENODATA ? "collector has no data" : "collector failed",
		    "name", collectors[i]->name, "err", strerror(-r->error), "path", r->failed_at, NULL);
	r->last_error = r->error;
	free(r->failed_at);
	r->failed_at = NULL;
}

/* For the machine alone the cgroup tree is not looked at. */
static void
collect_containers(const struct selection *sel)
{
	bool pods = any(sel, PODS), containers = any(sel, CONTAINERS), others = any(sel, PAST) || any(sel, RESOURCE) ||
	    any(sel, PROCESSES_OF_POD);

	run_once(sel, MACHINE);
	if (pods || containers || others)
		cgroup_refresh(pods);
	if (containers || pods)
		run_over_containers(sel, pods);
	run_once(sel, PROCESSES_OF_POD);
	run_once(sel, PAST);
	run_once(sel, RESOURCE);
}

const struct page *
collection_run(enum which_page which, const struct selection *sel)
{
	page_clear(page);
	for (size_t i = 0; i < n_collectors; i++)
		runs[i].duration = runs[i].error = 0;
	if (which == NODE_PAGE)
		run_once(sel, NODE);
	if (which != NODE_PAGE || sidecar_is_on())
		collect_containers(sel);
	for (size_t i = 0; i < n_collectors; i++)
		if (sel->on[i])
			report(i, which);
	if (which == NODE_PAGE)
		self_add(page);
	return page;
}

static void
prepare(const struct collector *c)
{
	for (size_t i = 0; i < COUNT(c->filters) && c->filters[i] != NULL; i++)
		filter_prepare(c->filters[i], NULL);
	if (c->prepare != NULL)
		c->prepare();
}

void
collection_prepare(void)
{
	assert(n_collectors <= COLLECTORS_MAX);
	selection_prepare();
	page = page_new();
	for (size_t i = 0; i < n_collectors; i++) {
		if (!options_enabled(i))
			continue;
		prepare(collectors[i]);
		runs[i].name = labels_new(&(struct label){ "collector", collectors[i]->name }, 1);
	}
}

bool
collection_failed(void)
{
	for (size_t i = 0; i < n_collectors; i++)
		if (runs[i].error != 0 && runs[i].error != -ENODATA)
			return true;
	return false;
}
