/* What memory.swap.* of a cgroup counts beside swap in use. Documentation/admin-guide/cgroup-v2.rst */
#include "../collector.h"

#define EVENT(key, help) { key, COUNTER, ONE, "container_memory_swap_events_" key "_total", help }

static const struct metric events[] = {
	EVENT("high", "How often memory.swap.high was exceeded."),
	EVENT("max", "How often memory.swap.max was reached."),
	EVENT("fail", "How often no swap was to be had, for its limit or because the node's is full."),
};

static const struct metric peak[] = {
	{ "", GAUGE, ONE, "container_memory_swap_max_usage_bytes", "The most swap that was in use (Linux 6.5)." },
};

const struct collector container_swap = {
	.name = "container.swap",
	.help = "The most swap that was in use, and how often it was short.",
	.over = CONTAINERS,
	.off = true,
	.tables = (const struct table[]){
		{ CGROUP, "memory.swap.events", keyed, events, COUNT(events) },
		{ CGROUP, "memory.swap.peak", single, peak, COUNT(peak), .optional = true },
		{ 0 },
	},
};
