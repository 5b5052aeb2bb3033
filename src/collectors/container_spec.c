/* Limits of a cgroup, when it started and that it was seen. Documentation/admin-guide/cgroup-v2.rst */
#include "../collector.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

#include "../cgroup.h"
#include "../text.h"

enum { PERIOD, QUOTA, SHARES, MEMORY, SWAP, RESERVATION, STARTED, SEEN };

static const struct metric metrics[] = {
	[PERIOD] = { "", GAUGE, ONE, "container_spec_cpu_period", "Period of the CPU quota in microseconds." },
	[QUOTA] = { "", GAUGE, ONE, "container_spec_cpu_quota", "CPU quota in microseconds per period." },
	[SHARES] = { "", GAUGE, ONE, "container_spec_cpu_shares", "CPU weight in shares of cgroup v1." },
	[MEMORY] = { "", GAUGE, ONE, "container_spec_memory_limit_bytes", "Memory limit; 0 is none." },
	[SWAP] = { "", GAUGE, ONE, "container_spec_memory_swap_limit_bytes", "Swap limit; 0 is none." },
	[RESERVATION] = { "", GAUGE, ONE, "container_spec_memory_reservation_limit_bytes", "Memory that is never reclaimed." },
	[STARTED] = { "", GAUGE, ONE, "container_start_time_seconds", "Start in seconds since the epoch." },
	[SEEN] = { "", GAUGE, ONE, "container_last_seen", "Time of this look in seconds since the epoch." },
	{ 0 },
};

/* A limit; "max" is none, and as cAdvisor has it 0. False if the cgroup has no such file. */
static bool
limit(const struct scope *s, const char *path, double *v)
{
	char *text = place_read(s, path);

	if (text == NULL)
		return false;
	text = text_trim(text);
	*v = 0;
	return strcmp(text, "max") == 0 || text_number(text, v);
}

static void
add_limit(const struct scope *s, struct page *p, const struct metric *m, const char *path)
{
	double v;

	if (limit(s, path, &v))
		page_add(p, m, 0, v);
}

static double
meminfo(const char *key)
{
	char *text = place_read(place(PROC), "meminfo"), *line, *word;
	double v;

	while (text != NULL && (line = text_line(&text)) != NULL)
		if ((word = text_word(&line, " :")) != NULL && strcmp(word, key) == 0 &&
		    (word = text_word(&line, " ")) != NULL && text_number(word, &v))
			return v * 1024;
	return 0;
}

static void
add_cpu(const struct scope *s, struct page *p)
{
	char *text = place_read(s, "cpu.max"), *quota, *period;
	double v = 0;

	if (text != NULL && (quota = text_word(&text, " \n")) != NULL && (period = text_word(&text, " \n")) != NULL) {
		if (text_number(period, &v))
			page_add(p, &metrics[PERIOD], 0, v);
		if (text_number(quota, &v))
			page_add(p, &metrics[QUOTA], 0, v);
	} else if (s->container->root) {
		page_add(p, &metrics[PERIOD], 0, 0);
	}
	/* The weight's range is 1 to 10000, that of shares 2 to 262144; an idle cgroup has weight 0. */
	if (limit(s, "cpu.weight", &v))
		page_add(p, &metrics[SHARES], 0, v == 0 ? 0 : (double)(2 + ((int64_t)v - 1) * 262142 / 9999));
	else if (s->container->root)
		page_add(p, &metrics[SHARES], 0, 0);
}

static void
add_memory(const struct scope *s, struct page *p)
{
	double v;

	if (s->container->root) {
		page_add(p, &metrics[MEMORY], 0, meminfo("MemTotal"));
		page_add(p, &metrics[SWAP], 0, meminfo("SwapTotal"));
		page_add(p, &metrics[RESERVATION], 0, 0);
	} else if (limit(s, "memory.max", &v)) {
		page_add(p, &metrics[MEMORY], 0, v);
		add_limit(s, p, &metrics[SWAP], "memory.swap.max");
		add_limit(s, p, &metrics[RESERVATION], "memory.min");
	}
}

static int
update(const struct scope *s, struct page *p)
{
	add_cpu(s, p);
	add_memory(s, p);
	if (s->container->started > 0)
		page_add(p, &metrics[STARTED], 0, s->container->started);
	page_add(p, &metrics[SEEN], 0, (double)time(NULL));
	return 0;
}

const struct collector container_spec = {
	.name = "container.spec",
	.help = "Limits, start time and last seen.",
	.over = CONTAINERS,
	.metrics = metrics,
	.update = update,
};
