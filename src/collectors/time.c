/* The clock, its zone, and the clocksources of /sys/devices/system/clocksource. */
#include "../collector.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "../text.h"

static const struct metric metrics[] = {
	{ NULL, GAUGE, NS, "node_time_seconds", "The node's clock, in Unix time." },
	{ NULL, GAUGE, ONE, "node_time_zone_offset_seconds", "How far the time zone is ahead of UTC." },
	{ NULL, GAUGE, ONE, "node_time_clocksource_available_info", "The clocksources to choose from." },
	{ NULL, GAUGE, ONE, "node_time_clocksource_current_info", "The clocksource in use." },
	{ 0 },
};

enum { SECONDS, ZONE, AVAILABLE, CURRENT };

/* Their directories: the kernel makes them at boot. */
static char **sources;
static int n_sources;

static void
prepare(void)
{
	n_sources = place_list(place(SYS), "devices/system/clocksource", "clocksource[0-9]*", &sources);
}

static void
add_clock(struct page *p)
{
	struct timespec now;
	struct tm local;

	clock_gettime(CLOCK_REALTIME, &now);
	page_add(p, &metrics[SECONDS], 0, (double)((int64_t)now.tv_sec * 1000000000 + now.tv_nsec));
	if (localtime_r(&now.tv_sec, &local) != NULL)
		page_add(p, &metrics[ZONE], page_row_of(p, "time_zone", local.tm_zone), (double)local.tm_gmtoff);
}

/* One sample for each word of a clocksource's file. */
static int
add_source(struct page *p, int i, const char *file, const struct metric *m)
{
	char *at = place_readf(place(SYS), "devices/system/clocksource/%s/%s", sources[i], file), *word, device[16];

	if (at == NULL)
		return -errno;
	snprintf(device, sizeof device, "%d", i);
	while ((word = text_word(&at, " \t\n")) != NULL)
		page_add(p, m,
		    page_row(p, LABELS({ "clocksource", word }, { "device", device })), 1);
	return 0;
}

static int
update(const struct scope *s, struct page *p)
{
	int err = 0;

	(void)s;
	add_clock(p);
	for (int i = 0; i < n_sources && err == 0; i++)
		if ((err = add_source(p, i, "available_clocksource", &metrics[AVAILABLE])) == 0)
			err = add_source(p, i, "current_clocksource", &metrics[CURRENT]);
	return err;
}

const struct collector time_ = {
	.name = "time",
	.help = "The clock, its zone and clocksources.",
	.metrics = metrics,
	.update = update,
	.prepare = prepare,
};
