/* Limits of a cgroup, when it started and that it was seen. Documentation/admin-guide/cgroup-v2.rst */
#include "../collector.h"

#include <errno.h>
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

/* A limit; "max" is none, and as cAdvisor has it 0, as is one beyond 2^62. -ENOENT if the cgroup has no such file. */
static int
limit(const struct scope *s, const char *path, double *v)
{
	char *text = place_read(s, path);

	*v = 0;
	if (text == NULL)
		return -errno;
	if (strcmp(text_trim(text), "max") != 0 && !text_number(text, v))
		return -EINVAL;
	if (*v > 0x1p62)
		*v = 0;
	return 0;
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

/* "max 100000", or the quota and the period. */
static int
add_quota(const struct scope *s, struct page *p)
{
	char *text = place_read(s, "cpu.max"), *quota, *period;
	double q = 0, v;

	if (text == NULL) {
		if (s->container->root)
			page_add(p, &metrics[PERIOD], 0, 0);
		return 0;
	}
	quota = text_word(&text, " \n");
	period = text_word(&text, " \n");
	if (period == NULL || !text_number(period, &v) || (strcmp(quota, "max") != 0 && !text_number(quota, &q)))
		return -EINVAL;
	page_add(p, &metrics[PERIOD], 0, v);
	if (q > 0)
		page_add(p, &metrics[QUOTA], 0, q);
	return 0;
}

/* The weight's range is 1 to 10000, that of shares 2 to 262144; an idle cgroup has weight 0. */
static int
add_shares(const struct scope *s, struct page *p)
{
	double v;
	int err = limit(s, "cpu.weight", &v);

	if (err == 0)
		page_add(p, &metrics[SHARES], 0, v == 0 ? 0 : (double)(2 + ((int64_t)v - 1) * 262142 / 9999));
	else if (s->container->root)
		page_add(p, &metrics[SHARES], 0, 0);
	return err;
}

/* Where the controller is on, all three. */
static int
add_memory(const struct scope *s, struct page *p)
{
	double max, swap, min;
	int err;

	if (s->container->root) {
		page_add(p, &metrics[MEMORY], 0, meminfo("MemTotal"));
		page_add(p, &metrics[SWAP], 0, meminfo("SwapTotal"));
		page_add(p, &metrics[RESERVATION], 0, 0);
		return 0;
	}
	if ((err = limit(s, "memory.max", &max)) != 0)
		return err;
	page_add(p, &metrics[MEMORY], 0, max);
	limit(s, "memory.swap.max", &swap);
	page_add(p, &metrics[SWAP], 0, swap);
	limit(s, "memory.min", &min);
	page_add(p, &metrics[RESERVATION], 0, min);
	return 0;
}

static int
update(const struct scope *s, struct page *p)
{
	int quota = add_quota(s, p), shares = add_shares(s, p), memory = add_memory(s, p);

	if (s->container->started > 0)
		page_add(p, &metrics[STARTED], 0, s->container->started);
	page_add(p, &metrics[SEEN], 0, (double)time(NULL));
	return quota == -EINVAL || shares == -EINVAL || memory == -EINVAL ? -EINVAL : 0;
}

const struct collector container_spec = {
	.name = "container.spec",
	.help = "Limits, start time and last seen.",
	.over = CONTAINERS,
	.metrics = metrics,
	.update = update,
};
