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
static int last_error[COLLECTORS_MAX];
static int64_t durations[COLLECTORS_MAX];         /* in nanoseconds, which print without a search for digits */
static int errors[COLLECTORS_MAX];
static char *failed_at[COLLECTORS_MAX];         /* the file of an error that was not there last time */
static struct labels *names[COLLECTORS_MAX];    /* as labels */
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
	int64_t start = clock_nanoseconds();
	char path[512];
	int err;

	place_blame_none();
	err = run(collectors[i], s);
	durations[i] += clock_nanoseconds() - start;
	if (err == 0 || errors[i] != 0 || (s->container != NULL && cgroup_absent(err)))
		return err;
	errors[i] = err;
	place_blamed(path, sizeof path);
	if (err != last_error[i])
		failed_at[i] = must_copy(path);
	return err;
}

enum { ABSENCE = 60 };                  /* seconds until what a machine does not have is looked for again */

/* True if the machine has nothing for the collector: it says so, or found none of what it looks for. */
static bool
is_absent(size_t i, size_t samples)
{
	return errors[i] == -ENODATA ||
	    (errors[i] == 0 && collectors[i]->over == NODE && page_samples(page) == samples);
}

/* A third of the collectors is for what a machine does not have, and a failed open costs as much as a read. */
static void
run_unless_absent(size_t i, double now)
{
	static struct {
		double until;
		int err;
	} absent[COLLECTORS_MAX];
	size_t samples = page_samples(page);

	if (now < absent[i].until) {
		errors[i] = absent[i].err;
		return;
	}
	run_timed(i, place(PROC));
	absent[i].until = is_absent(i, samples) ? now + ABSENCE : 0;
	absent[i].err = errors[i];
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
	if (which != RESOURCE_PAGE) {
		page_scope(page, names[i]);
		page_add(page, &collection_metrics[0], 0, (double)durations[i]);
		page_add(page, &collection_metrics[1], 0, errors[i] == 0);
	}
	if (errors[i] != last_error[i] && errors[i] != 0)
		log_line(errors[i] == -ENODATA ? LOG_DEBUG : LOG_WARN,
		    errors[i] == -ENODATA ? "collector has no data" : "collector failed",
		    "name", collectors[i]->name, "err", strerror(-errors[i]), "path", failed_at[i], NULL);
	last_error[i] = errors[i];
	free(failed_at[i]);
	failed_at[i] = NULL;
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
	memset(durations, 0, sizeof durations);
	memset(errors, 0, sizeof errors);
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
		names[i] = labels_new(&(struct label){ "collector", collectors[i]->name }, 1);
	}
}

bool
collection_failed(void)
{
	for (size_t i = 0; i < n_collectors; i++)
		if (errors[i] != 0 && errors[i] != -ENODATA)
			return true;
	return false;
}
