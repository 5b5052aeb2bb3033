/* memory.* of a cgroup. The root has no limits and no memory.current. Documentation/admin-guide/cgroup-v2.rst */
#include "../collector.h"

#include <errno.h>

#include "../cgroup.h"
#include "../text.h"

#define FAULTS COUNTER, ONE, "container_memory_failures_total", "Page faults; pgmajfault needed I/O."
#define FAULT(key, scope) { key, FAULTS, { { "failure_type", key }, { "scope", scope } } }

static const struct metric stat[] = {
	{ "anon", GAUGE, ONE, "container_memory_rss", "Anonymous memory." },
	{ "file", GAUGE, ONE, "container_memory_cache", "Page cache." },
	{ "kernel", GAUGE, ONE, "container_memory_kernel_usage", "Memory that the kernel uses for it." },
	{ "file_mapped", GAUGE, ONE, "container_memory_mapped_file", "Page cache that is mapped." },
	{ "file_dirty", GAUGE, ONE, "container_memory_file_dirty_bytes", "Page cache that waits to be written." },
	{ "file_writeback", GAUGE, ONE, "container_memory_file_writeback_bytes", "Page cache that is being written." },
	{ "inactive_file", GAUGE, ONE, "container_memory_total_inactive_file_bytes", "Page cache not in active use." },
	{ "active_file", GAUGE, ONE, "container_memory_total_active_file_bytes", "Page cache in active use." },
	{ "workingset_refault_anon", COUNTER, ONE, "container_memory_workingset_refault_anon_total",
	    "Pages swapped out and soon missed." },
	{ "workingset_refault_file", COUNTER, ONE, "container_memory_workingset_refault_file_total",
	    "Pages of the cache dropped and soon missed." },
	{ "pgscan", COUNTER, ONE, "container_memory_pgscan_total", "Pages looked at to be reclaimed." },
	{ "pgsteal", COUNTER, ONE, "container_memory_pgsteal_total", "Pages reclaimed." },
	FAULT("pgfault", "container"),
	FAULT("pgfault", "hierarchy"),
	FAULT("pgmajfault", "container"),
	FAULT("pgmajfault", "hierarchy"),
};

static const struct metric events[] = {
	{ "high", COUNTER, ONE, "container_memory_events_high_total", "How often memory.high was exceeded." },
	{ "max", COUNTER, ONE, "container_memory_events_max_total", "How often memory.max was reached." },
	{ "max", COUNTER, ONE, "container_memory_failcnt", "How often memory.max was reached." },
};

enum { USAGE, WORKING_SET, PEAK, SWAP, OOM };

static const struct metric derived[] = {
	[USAGE] = { "", GAUGE, ONE, "container_memory_usage_bytes", "Memory in use, page cache included." },
	[WORKING_SET] = { "", GAUGE, ONE, "container_memory_working_set_bytes",
	    "Memory in use but for page cache not in active use." },
	[PEAK] = { "", GAUGE, ONE, "container_memory_max_usage_bytes", "The most memory that was in use." },
	[SWAP] = { "", GAUGE, ONE, "container_memory_swap", "Swap in use." },
	[OOM] = { "", COUNTER, ONE, "container_oom_events_total", "OOM kills; of a whole group as one." },
	{ 0 },
};

enum { STAT, EVENTS };

static const struct table tables[] = {
	[STAT] = { CGROUP, "memory.stat", keyed, stat, COUNT(stat), .by_update = true },
	[EVENTS] = { CGROUP, "memory.events", keyed, events, COUNT(events), .by_update = true },
	{ 0 },
};

/* The root counts neither memory nor swap: cAdvisor has its anonymous memory and page cache, and the node's swap. */
static double
root_swap(void)
{
	const char *meminfo = place_read(place(PROC), "meminfo");

	return (text_value(meminfo, "SwapTotal") - text_value(meminfo, "SwapFree")) * 1024;
}

static int
add_stat(const struct scope *s, struct page *p, double usage)
{
	char *text = place_read(s, "memory.stat");
	double inactive;

	if (text == NULL)
		return -errno;
	if (s->container->root)
		usage = text_value(text, "anon") + text_value(text, "file");
	inactive = text_value(text, "inactive_file");
	page_add(p, &derived[USAGE], 0, usage);
	page_add(p, &derived[WORKING_SET], 0, usage > inactive ? usage - inactive : 0);
	return table_parse(&tables[STAT], text, p);
}

/* A group kill counts each process, and its victim twice, in oom_kill, but once in oom_group_kill (Linux 5.17). */
static void
add_events(const struct scope *s, struct page *p)
{
	char *text = cgroup_memory_events(s);
	double groups;

	if (text == NULL)
		return;
	groups = text_value(text, "oom_group_kill");
	page_add(p, &derived[OOM], 0, groups > 0 ? groups : text_value(text, "oom_kill"));
	table_parse(&tables[EVENTS], text, p);
}

static int
update(const struct scope *s, struct page *p)
{
	double usage = 0, swap, peak;
	int err = s->container->root ? 0 : place_number(s, "memory.current", &usage);

	if (err != 0 || (err = add_stat(s, p, usage)) != 0)
		return err;
	if (s->container->root)
		page_add(p, &derived[SWAP], 0, root_swap());
	else if (place_number(s, "memory.swap.current", &swap) == 0)
		page_add(p, &derived[SWAP], 0, swap);
	if (place_number(s, "memory.peak", &peak) == 0)
		page_add(p, &derived[PEAK], 0, peak);
	add_events(s, p);
	return 0;
}

const struct collector container_memory = {
	.name = "container.memory",
	.help = "Memory, swap, page faults and OOM kills.",
	.over = CONTAINERS,
	.tables = tables,
	.metrics = derived,
	.update = update,
};
