/* Limits of a cgroup, when it started and that it was seen. Documentation/admin-guide/cgroup-v2.rst */
#include "../collector.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <time.h>

#include "../cgroup.h"
#include "../text.h"

enum { PERIOD, QUOTA, SHARES, MEMORY, SWAP, RESERVATION, HIGH, LOW, SWAP_HIGH, ZSWAP, STARTED, SEEN };

static const struct metric metrics[] = {
	[PERIOD] = { "", GAUGE, ONE, "container_spec_cpu_period", "Period of the CPU quota in microseconds." },
	[QUOTA] = { "", GAUGE, ONE, "container_spec_cpu_quota", "CPU quota in microseconds per period." },
	[SHARES] = { "", GAUGE, ONE, "container_spec_cpu_shares", "CPU weight in shares of cgroup v1." },
	[MEMORY] = { "", GAUGE, ONE, "container_spec_memory_limit_bytes", "Memory limit; 0 is none." },
	[SWAP] = { "", GAUGE, ONE, "container_spec_memory_swap_limit_bytes", "Swap limit; 0 is none." },
	[RESERVATION] = { "", GAUGE, ONE, "container_spec_memory_reservation_limit_bytes",
	    "Memory that is never reclaimed." },
	[HIGH] = { "", GAUGE, ONE, "container_spec_memory_high_bytes", "Memory beyond which it is slowed down, if set." },
	[LOW] = { "", GAUGE, ONE, "container_spec_memory_low_bytes", "Memory that is reclaimed last, if set." },
	[SWAP_HIGH] = { "", GAUGE, ONE, "container_spec_memory_swap_high_bytes",
	    "Swap beyond which it is slowed down, if set." },
	[ZSWAP] = { "", GAUGE, ONE, "container_spec_memory_zswap_limit_bytes", "Limit of memory for zswap, if set." },
	[STARTED] = { "", GAUGE, ONE, "container_start_time_seconds", "Start in seconds since the epoch." },
	[SEEN] = { "", GAUGE, ONE, "container_last_seen", "Time of this look in seconds since the epoch." },
	{ 0 },
};

static double
meminfo(const char *key)
{
	return text_value(place_read(place(PROC), "meminfo"), key) * 1024;
}

/* The root has no quota and no weight, which cAdvisor has as 0. */
static void
add_cpu(const struct scope *s, struct page *p, const struct limits *l)
{
	if (!isnan(l->period) || s->container->root)
		page_add(p, &metrics[PERIOD], 0, isnan(l->period) ? 0 : l->period);
	if (isfinite(l->quota) && l->quota > 0)
		page_add(p, &metrics[QUOTA], 0, l->quota);
	/* The weight's range is 1 to 10000, that of shares 2 to 262144; an idle cgroup has weight 0. */
	if (l->weight > 0)
		page_add(p, &metrics[SHARES], 0, (double)(2 + ((int64_t)l->weight - 1) * 262142 / 9999));
	else if (l->weight == 0 || s->container->root)
		page_add(p, &metrics[SHARES], 0, 0);
}

/* As cAdvisor has it, no limit is 0, and so is one beyond 2^62. */
static double
bytes(double limit)
{
	return limit <= 0x1p62 ? limit : 0;
}

/* Where the controller is on, all three. */
static void
add_memory(const struct scope *s, struct page *p, const struct limits *l)
{
	bool root = s->container->root;

	if (isnan(l->memory) && !root)
		return;
	page_add(p, &metrics[MEMORY], 0, root ? meminfo("MemTotal") : bytes(l->memory));
	page_add(p, &metrics[SWAP], 0, root ? meminfo("SwapTotal") : bytes(l->swap));
	page_add(p, &metrics[RESERVATION], 0, root ? 0 : bytes(l->reservation));
}

/* cAdvisor has none of these; without one there is no series. */
static void
add_thresholds(struct page *p, const struct limits *l)
{
	if (isfinite(l->high))
		page_add(p, &metrics[HIGH], 0, l->high);
	if (isfinite(l->low) && l->low > 0)
		page_add(p, &metrics[LOW], 0, l->low);
	if (isfinite(l->swap_high))
		page_add(p, &metrics[SWAP_HIGH], 0, l->swap_high);
	if (isfinite(l->zswap))
		page_add(p, &metrics[ZSWAP], 0, l->zswap);
}

static int
update(const struct scope *s, struct page *p)
{
	const struct limits *l = cgroup_limits(s);

	add_cpu(s, p, l);
	add_memory(s, p, l);
	add_thresholds(p, l);
	if (s->container->started > 0)
		page_add(p, &metrics[STARTED], 0, s->container->started);
	page_add(p, &metrics[SEEN], 0, (double)time(NULL));
	return l->garbled ? -EINVAL : 0;
}

const struct collector container_spec = {
	.name = "container.spec",
	.help = "Limits, start time and last seen.",
	.over = CONTAINERS,
	.metrics = metrics,
	.update = update,
};
