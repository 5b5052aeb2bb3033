/* Watches of directories. */
#include "watch.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "buf.h"
#include "log.h"

static int watcher = -1;
static bool blind, told;        /* told: the log has it, until a walk was not blind */
static int *watches, *old_watches;
static size_t n_watches, n_old_watches, room_watches;

static void
go_blind(const char *path)
{
	if (!told)
		log_line(LOG_WARN, "cannot watch the cgroup tree; it is walked at each scrape instead",
		    "path", path, "err", strerror(errno), NULL);
	blind = told = true;
}

void
watch_begin(void)
{
	blind = false;
	if (watcher < 0 && (watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) < 0)
		go_blind("/proc/sys/fs/inotify/max_user_instances");
	n_watches = 0;
}

int
watch_add(const char *path, bool children)
{
	uint32_t events = IN_MODIFY | IN_ONLYDIR | (children ? IN_CREATE | IN_DELETE | IN_MOVE : 0);
	int w = inotify_add_watch(watcher, path, events);

	if (w < 0) {
		if (errno != ENOENT && errno != ENAMETOOLONG)
			go_blind(path);
		return -1;
	}
	watches = must_grow(watches, n_watches, &room_watches, sizeof *watches);
	return watches[n_watches++] = w;
}

static int
by_number(const void *a, const void *b)
{
	return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

/* cgroupfs tells nothing when a watched directory itself is removed: its watch stays until it is taken away. */
void
watch_end(void)
{
	if (n_watches > 0)
		qsort(watches, n_watches, sizeof *watches, by_number);
	for (size_t i = 0; i < n_old_watches; i++)
		if (n_watches == 0 || bsearch(&old_watches[i], watches, n_watches, sizeof *watches, by_number) == NULL)
			inotify_rm_watch(watcher, old_watches[i]);
	old_watches = must_realloc(old_watches, (n_watches + 1) * sizeof *watches);
	if (n_watches > 0)
		memcpy(old_watches, watches, n_watches * sizeof *watches);
	n_old_watches = n_watches;
	told = blind;
}

bool
watch_events(void (*written)(int watch, const char *file))
{
	_Alignas(struct inotify_event) char events[4096];
	const struct inotify_event *e;
	bool changed = false;
	ssize_t n;

	while (watcher >= 0 && (n = read(watcher, events, sizeof events)) > 0)
		for (const char *at = events; at < events + n; at += sizeof *e + e->len) {
			e = (const struct inotify_event *)(const void *)at;
			if (e->mask & IN_MODIFY)
				written(e->wd, e->len > 0 ? e->name : "");
			else if (!(e->mask & IN_IGNORED))
				changed = true;
		}
	return changed;
}

bool
watch_is_blind(void)
{
	return blind || watcher < 0;
}
