/* Watches, found by their number. */
#include "watch.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "buf.h"

/* More than a full queue has (fs.inotify.max_queued_events), so that one who floods it does not hold a scrape. */
enum { READS_MAX = 256 };

static int watcher = -1;
static struct watch {
	int number;
	void *of;
} *watches;                             /* in the order of their numbers, which the kernel counts upwards */
static size_t n_watches, room_watches;

static int
by_number(const void *number, const void *watch)
{
	int one = *(const int *)number, other = ((const struct watch *)watch)->number;

	return (one > other) - (one < other);
}

/* Where the watch of this number is, or would be. */
static size_t
place_of(int number)
{
	return array_place(&number, watches, n_watches, sizeof *watches, by_number);
}

static struct watch *
find(int number)
{
	size_t i = place_of(number);

	return i < n_watches && watches[i].number == number ? &watches[i] : NULL;
}

int
watch_add(const char *path, uint32_t events, void *of)
{
	int number;
	size_t i;

	if (watcher < 0 && (watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) < 0)
		return -errno;
	if ((number = inotify_add_watch(watcher, path, events)) < 0)
		return -errno;
	i = place_of(number);
	if (i == n_watches || watches[i].number != number) {
		watches = must_grow(watches, n_watches, &room_watches, sizeof *watches);
		memmove(&watches[i + 1], &watches[i], (n_watches++ - i) * sizeof *watches);
	}
	watches[i] = (struct watch){ number, of };
	return number;
}

/* cgroupfs does not say that what is watched was removed: the watch would stay. */
void
watch_remove(int number)
{
	struct watch *w = number < 0 ? NULL : find(number);

	if (w == NULL)
		return;
	inotify_rm_watch(watcher, number);
	memmove(w, w + 1, (size_t)(watches + n_watches - w - 1) * sizeof *watches);
	n_watches--;
}

int
watch_fd(void)
{
	return watcher;
}

bool
watch_events(watch_taker *take)
{
	_Alignas(struct inotify_event) char events[4096];
	const struct inotify_event *e;
	const struct watch *w;
	bool whole = true;
	ssize_t n;

	for (int reads = 0; reads < READS_MAX && watcher >= 0 && (n = read(watcher, events, sizeof events)) > 0; reads++)
		for (const char *at = events; at < events + n; at += sizeof *e + e->len) {
			e = (const struct inotify_event *)(const void *)at;
			if (e->mask & IN_Q_OVERFLOW)
				whole = false;
			else if ((w = find(e->wd)) != NULL && !(e->mask & IN_IGNORED))
				take(w->of, e->wd, e->mask, e->len > 0 ? e->name : "");
		}
	return whole;
}
