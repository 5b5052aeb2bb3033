/* What pids.* of a cgroup counts beside threads. Documentation/admin-guide/cgroup-v2.rst */
#include "../collector.h"

static const struct metric peak[] = {
	{ "", GAUGE, ONE, "container_threads_peak", "The most threads there were (Linux 6.1)." },
};

static const struct metric events[] = {
	{ "max", COUNTER, ONE, "container_threads_events_max_total", "How often a thread was refused for pids.max." },
};

const struct collector container_threads = {
	.name = "container.threads",
	.help = "The most threads there were, and how often one was refused.",
	.over = CONTAINERS,
	.off = true,
	.tables = (const struct table[]){
		{ CGROUP, "pids.events", keyed, events, COUNT(events) },
		{ CGROUP, "pids.peak", single, peak, COUNT(peak), .optional = true },
		{ 0 },
	},
};
