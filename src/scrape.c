/* Collections, and the sharing of their pages. */
#include "scrape.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cgroup.h"
#include "clock.h"
#include "collector.h"
#include "device.h"
#include "expo/gzip.h"
#include "expo/text.h"
#include "log.h"
#include "options.h"
#include "sampler.h"
#include "resident.h"
#include "self.h"
#include "sidecar.h"
#include "watch.h"

enum { SPARE_MAX = 1 << 20 };           /* bytes of a page that are kept for the next one */
enum { NEWS_PAUSE = 5 };                /* milliseconds */

struct body {
	struct buf bytes;
	int holders;
	struct body *next;              /* among the spare ones */
};

/* What one request asks for and those that come meanwhile share. */
struct flight {
	enum which_page which;
	struct selection selection;
	bool open;                      /* others may still join */
	bool wanted[2];                 /* as text, as gzip */
	struct body *bodies[2];
	int riders;
	bool done;
	struct flight *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static bool busy;                       /* a thread collects, or attends to what comes in between */
static struct flight *flights;          /* the latest first */
static struct flight *spare_flights;    /* of past requests, to be used again */
static struct body *spare_bodies;
static bool ready;

/* Used by the thread that made it busy. */
static struct page *page;
static struct buf piece;
static struct gzip *gzip;
static int last_error[COLLECTORS_MAX];
static int64_t durations[COLLECTORS_MAX];         /* in nanoseconds, which print without a search for digits */
static int errors[COLLECTORS_MAX];
static char *failed_at[COLLECTORS_MAX];         /* the file of an error that was not there last time */
static struct labels *names[COLLECTORS_MAX];    /* as labels */
static struct selection whole[WHICH_PAGES];     /* of each page, all that is enabled */

const struct metric scrape_metrics[] = {
	{ "", GAUGE, NS, "node_scrape_collector_duration_seconds", "Time that a collector took." },
	{ "", GAUGE, ONE, "node_scrape_collector_success",
	    "1 if a collector succeeded, 0 if it failed or the machine has nothing for it." },
	{ 0 },
};

const char *const scrape_paths[WHICH_PAGES] = {
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

/* The collectors ------------------------------------------------------------------------------------------------- */

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
		page_add(page, &scrape_metrics[0], 0, (double)durations[i]);
		page_add(page, &scrape_metrics[1], 0, errors[i] == 0);
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

static void
collect(enum which_page which, const struct selection *sel)
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
}

/* Printing --------------------------------------------------------------------------------------------------------- */

static void
append(void *to, const char *text, size_t size, bool last)
{
	(void)last;
	buf_add(to, text, size);
}

static struct body *
print(bool compressed)
{
	struct body *b;

	pthread_mutex_lock(&lock);
	if ((b = spare_bodies) != NULL)
		spare_bodies = b->next;
	pthread_mutex_unlock(&lock);
	if (b == NULL)
		b = must_zero(sizeof *b);
	b->bytes.size = 0;
	b->holders = 1;
	if (compressed) {
		gzip_begin(gzip, &b->bytes);
		expo_text(page, &piece, gzip_write, gzip);
	} else {
		expo_text(page, &piece, append, &b->bytes);
	}
	return b;
}

/* Sharing ---------------------------------------------------------------------------------------------------------- */

static struct flight *
join(enum which_page which, const struct selection *sel)
{
	struct flight *f;

	for (f = flights; f != NULL; f = f->next)
		if (f->open && f->which == which && memcmp(&f->selection, sel, sizeof *sel) == 0)
			return f;
	if ((f = spare_flights) != NULL)
		spare_flights = f->next;
	else
		f = must_zero(sizeof *f);
	*f = (struct flight){ .which = which, .selection = *sel, .open = true, .next = flights };
	return flights = f;
}

/* A holder less; a page that is not uncommonly large is kept for the next one. With the lock held. */
static void
drop(struct body *b)
{
	if (--b->holders > 0)
		return;
	if (b->bytes.room > SPARE_MAX)
		buf_free(&b->bytes);
	b->next = spare_bodies;
	spare_bodies = b;
}

static void
leave(struct flight *f)
{
	struct flight **at = &flights;

	if (--f->riders > 0)
		return;
	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	for (int i = 0; i < 2; i++)
		if (f->bodies[i] != NULL)
			drop(f->bodies[i]);
	f->next = spare_flights;
	spare_flights = f;
}

static void
make_busy(void)
{
	pthread_mutex_lock(&lock);
	while (busy)
		pthread_cond_wait(&changed, &lock);
	busy = true;
	pthread_mutex_unlock(&lock);
}

static void
make_free(void)
{
	pthread_mutex_lock(&lock);
	busy = false;
	pthread_mutex_unlock(&lock);
	pthread_cond_broadcast(&changed);
}

/* Until the kernel tells of cgroups or it is time for a look. After news there is a pause, so that a flood costs little. */
static bool
wait_for_news(void)
{
	static bool pause;
	struct pollfd news = { pause ? -1 : watch_fd(), POLLIN, 0 };
	int next_look = sampler_pause();

	poll(&news, 1, pause && (next_look < 0 || next_look > NEWS_PAUSE) ? NEWS_PAUSE : next_look);
	return pause = news.revents != 0;
}

void
scrape_attend(void)
{
	for (;;) {
		bool news = wait_for_news();

		make_busy();
		if (news)
			cgroup_attend();
		sampler_run();
		make_free();
	}
}

/* Called after each collection: the program's own pages that were used for the first ones alone are given back. */
static void
settle(void)
{
	enum { LEARNT = 2 };            /* collections until memory is as it will be */
	static int flown;

	if (++flown == LEARNT)
		resident_trim();
}

/* Collects and prints for all who ride; called and left with the lock held. */
static void
fly(struct flight *f)
{
	bool wanted[2];

	busy = true;
	pthread_mutex_unlock(&lock);
	collect(f->which, &f->selection);
	pthread_mutex_lock(&lock);
	f->open = false;
	memcpy(wanted, f->wanted, sizeof wanted);
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < 2; i++)
		if (wanted[i])
			f->bodies[i] = print(i == 1);
	settle();
	pthread_mutex_lock(&lock);
	f->done = true;
	busy = false;
	pthread_cond_broadcast(&changed);
}

static struct timespec
deadline(double seconds)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	seconds += (double)t.tv_nsec / 1e9;
	t.tv_sec += (time_t)seconds;
	t.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9);
	return t;
}

struct body *
scrape(enum which_page which, const struct selection *sel, bool compressed, double seconds)
{
	struct timespec until = deadline(seconds);
	struct body *b = NULL;
	struct flight *f;

	pthread_mutex_lock(&lock);
	f = join(which, sel);
	f->riders++;
	f->wanted[compressed] = true;
	while (!f->done)
		if (!busy)
			fly(f);
		else if (pthread_cond_timedwait(&changed, &lock, &until) == ETIMEDOUT)
			break;
	if (f->done) {
		b = f->bodies[compressed];
		b->holders++;
	}
	leave(f);
	pthread_mutex_unlock(&lock);
	return b;
}

const char *
scrape_body(const struct body *b, size_t *size)
{
	*size = b->bytes.size;
	return b->bytes.data;
}

void
scrape_release(struct body *b)
{
	pthread_mutex_lock(&lock);
	drop(b);
	pthread_mutex_unlock(&lock);
}

/* Selections ------------------------------------------------------------------------------------------------------- */

static void
prepare(const struct collector *c)
{
	for (size_t i = 0; i < COUNT(c->filters) && c->filters[i] != NULL; i++)
		filter_prepare(c->filters[i], NULL);
	if (c->prepare != NULL)
		c->prepare();
}

void
scrape_prepare(void)
{
	pthread_condattr_t monotonic;

	assert(n_collectors <= COLLECTORS_MAX);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&changed, &monotonic);
	page = page_new();
	gzip = gzip_new();
	for (size_t i = 0; i < n_collectors; i++) {
		if (!options_enabled(i))
			continue;
		prepare(collectors[i]);
		names[i] = labels_new(&(struct label){ "collector", collectors[i]->name }, 1);
		for (enum which_page which = NODE_PAGE; which < WHICH_PAGES; which++)
			whole[which].on[i] = is_on(collectors[i], which);
	}
}

void
scrape_select_all(enum which_page which, struct selection *s)
{
	*s = whole[which];
}

int
scrape_find(enum which_page which, const char *name)
{
	for (size_t i = 0; i < n_collectors; i++)
		if (strcmp(collectors[i]->name, name) == 0 && is_on(collectors[i], which))
			return options_enabled(i) ? (int)i : -ENODEV;
	return -ENOENT;
}

bool
scrape_failed(void)
{
	for (size_t i = 0; i < n_collectors; i++)
		if (errors[i] != 0 && errors[i] != -ENODATA)
			return true;
	return false;
}

/* So that command lines and queries of node_exporter's are taken as they are. */
bool
scrape_known_elsewhere(const char *name)
{
	return scrape_find(NODE_PAGE, name) != -ENOENT || strcmp(name, "ntp") == 0 || strcmp(name, "runit") == 0 ||
	    strcmp(name, "supervisord") == 0;
}

bool
scrape_ready(void)
{
	return __atomic_load_n(&ready, __ATOMIC_ACQUIRE);
}

void
scrape_warm(void)
{
	struct selection s;

	for (enum which_page which = NODE_PAGE; which <= CONTAINERS_PAGE; which++) {
		scrape_select_all(which, &s);
		scrape_release(scrape(which, &s, true, 1e6));
	}
	malloc_trim(0);                 /* the runtimes' files are large, and are not read again */
	__atomic_store_n(&ready, true, __ATOMIC_RELEASE);
}
