/* Whose turn it is to collect, and the sharing of pages. */
#include "scrape.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "cgroup.h"
#include "collection.h"
#include "expo/gzip.h"
#include "expo/text.h"
#include "resident.h"
#include "sampler.h"
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
static struct buf piece;
static struct gzip *gzip;

static void
append(void *to, const char *text, size_t size, bool last)
{
	(void)last;
	buf_add(to, text, size);
}

static struct body *
print(const struct page *page, bool compressed)
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
	const struct page *page;
	bool wanted[2];

	busy = true;
	pthread_mutex_unlock(&lock);
	page = collection_run(f->which, &f->selection);
	pthread_mutex_lock(&lock);
	f->open = false;
	memcpy(wanted, f->wanted, sizeof wanted);
	pthread_mutex_unlock(&lock);
	for (int i = 0; i < 2; i++)
		if (wanted[i])
			f->bodies[i] = print(page, i == 1);
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

void
scrape_prepare(void)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&changed, &monotonic);
	gzip = gzip_new();
	collection_prepare();
}

bool
scrape_ready(void)
{
	return __atomic_load_n(&ready, __ATOMIC_ACQUIRE);
}

void
scrape_warm(void)
{
	for (enum which_page which = NODE_PAGE; which <= CONTAINERS_PAGE; which++)
		scrape_release(scrape(which, selection_all(which), true, 1e6));
	malloc_trim(0);                 /* the runtimes' files are large, and are not read again */
	__atomic_store_n(&ready, true, __ATOMIC_RELEASE);
}
