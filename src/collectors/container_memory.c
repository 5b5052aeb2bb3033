/* memory.* of a cgroup. The root has no limits and no memory.current. Documentation/admin-guide/cgroup-v2.rst */
#include "../collector.h"

#include <errno.h>
#include <math.h>

#include "../cgroup.h"
#include "../text.h"

#define FAULTS COUNTER, ONE, "container_memory_failures_total", "Page faults; pgmajfault needed I/O."
#define FAULT(key, scope) { key, FAULTS, { { "failure_type", key }, { "scope", scope } } }

#define BYTES(key, help) { key, GAUGE, ONE, "container_memory_" key "_bytes", help }
#define TOTAL(key, help) { key, COUNTER, ONE, "container_memory_" key "_total", help }
#define EVENT(key, help) { key, COUNTER, ONE, "container_memory_events_" key "_total", help }

enum { ANON, CACHE, INACTIVE_FILE };

static const struct metric stat[] = {
	[ANON] = { "anon", GAUGE, ONE, "container_memory_rss", "Anonymous memory." },
	[CACHE] = { "file", GAUGE, ONE, "container_memory_cache", "Page cache." },
	[INACTIVE_FILE] = { "inactive_file", GAUGE, ONE, "container_memory_total_inactive_file_bytes",
	    "Page cache not in active use." },
	{ "active_file", GAUGE, ONE, "container_memory_total_active_file_bytes", "Page cache in active use." },
	{ "kernel", GAUGE, ONE, "container_memory_kernel_usage", "Memory that the kernel uses for it." },
	{ "file_mapped", GAUGE, ONE, "container_memory_mapped_file", "Page cache that is mapped." },
	BYTES("file_dirty", "Page cache that waits to be written."),
	BYTES("file_writeback", "Page cache that is being written."),
	BYTES("shmem", "Page cache of tmpfs and shared memory, which only swap can take."),
	TOTAL("workingset_refault_anon", "Pages swapped out and soon missed."),
	TOTAL("workingset_refault_file", "Pages of the cache dropped and soon missed."),
	TOTAL("pgscan", "Pages looked at to be reclaimed."),
	TOTAL("pgsteal", "Pages reclaimed."),
	FAULT("pgfault", "container"),
	FAULT("pgfault", "hierarchy"),
	FAULT("pgmajfault", "container"),
	FAULT("pgmajfault", "hierarchy"),
	/* Details: */
	BYTES("kernel_stack", "Stacks of its threads in the kernel."),
	BYTES("pagetables", "Page tables."),
	BYTES("percpu", "Memory that the kernel has for each CPU."),
	BYTES("sock", "Buffers of sockets."),
	BYTES("slab_reclaimable", "Objects of the kernel that can be reclaimed, such as dentries."),
	BYTES("slab_unreclaimable", "Objects of the kernel that cannot be reclaimed."),
	BYTES("zswap", "Memory that holds compressed pages of swap."),
	BYTES("zswapped", "Size of these pages before they were compressed."),
	TOTAL("zswpin", "Pages that came back from compression."),
	TOTAL("zswpout", "Pages that were compressed."),
};

static const struct metric events[] = {
	EVENT("high", "How often memory.high was exceeded."),
	EVENT("max", "How often memory.max was reached."),
	{ "max", COUNTER, ONE, "container_memory_failcnt", "How often memory.max was reached." },
	EVENT("oom", "How often memory could not be had within memory.max."),
	EVENT("oom_kill", "Processes killed for want of memory."),
	/* Details: */
	EVENT("low", "How often it was reclaimed below memory.low."),
	EVENT("oom_group_kill", "How often all of its processes were killed as one."),
};

enum { STAT_DETAILS = 10, EVENTS_DETAILS = 2 };         /* rows at the end */

enum { USAGE, WORKING_SET, PEAK, SWAP, OOM };

static const struct metric derived[] = {
	[USAGE] = { "", GAUGE, ONE, "container_memory_usage_bytes", "Memory in use, page cache included." },
	[WORKING_SET] = { "", GAUGE, ONE, "container_memory_working_set_bytes",
	    "Memory in use but for page cache not in active use." },
	[PEAK] = { "", GAUGE, ONE, "container_memory_max_usage_bytes", "The most memory that was in use." },
	[SWAP] = { "", GAUGE, ONE, "container_memory_swap", "Swap in use." },
	[OOM] = { "", COUNTER, ONE, "container_oom_events_total", "OOM kills; of a container's group as one." },
	{ 0 },
};

enum { STAT, EVENTS };

static struct table tables[] = {
	[STAT] = { CGROUP, "memory.stat", keyed, stat, COUNT(stat), .by_update = true },
	[EVENTS] = { CGROUP, "memory.events", keyed, events, COUNT(events), .by_update = true },
	{ 0 },
};

/* The root does not count memory: cAdvisor has its anonymous memory and page cache. */
static int
add_stat(const struct scope *s, struct page *p, double usage)
{
	char *text = place_read(s, "memory.stat");
	double inactive;
	int err;

	if (text == NULL)
		return -errno;
	err = table_parse(&tables[STAT], text, p);
	if (s->container->root)
		usage = page_last(p, &stat[ANON]) + page_last(p, &stat[CACHE]);
	inactive = page_last(p, &stat[INACTIVE_FILE]);
	page_add(p, &derived[USAGE], 0, usage);
	page_add(p, &derived[WORKING_SET], 0, usage > inactive ? usage - inactive : 0);
	return err;
}

/* A container is killed as a group or is not; above it are both, and no telling. */
static void
add_events(const struct scope *s, struct page *p)
{
	char *text = cgroup_memory_events(s);
	bool container = s->container->kind == CGROUP_CONTAINER;

	if (text == NULL)
		return;
	page_add(p, &derived[OOM], 0, container ? cgroup_oom_kills(text) : text_value(text, "oom_kill"));
	table_parse(&tables[EVENTS], text, p);
}

static int
update(const struct scope *s, struct page *p)
{
	double usage = 0, swap, peak;
	int err = s->container->root ? 0 : place_number(s, "memory.current", &usage);

	if (err != 0 || (err = add_stat(s, p, usage)) != 0)
		return err;
	if (!isnan(swap = cgroup_swap(s)))
		page_add(p, &derived[SWAP], 0, swap);
	if (!isnan(peak = place_value(s, "memory.peak")))
		page_add(p, &derived[PEAK], 0, peak);
	add_events(s, p);
	return 0;
}

static bool details;

static void
prepare(void)
{
	tables[STAT].n = COUNT(stat) - (details ? 0 : STAT_DETAILS);
	tables[EVENTS].n = COUNT(events) - (details ? 0 : EVENTS_DETAILS);
}

const struct collector container_memory = {
	.name = "container.memory",
	.help = "Memory, swap, page faults and OOM kills.",
	.over = CONTAINERS,
	.tables = tables,
	.metrics = derived,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.container.memory.details", SWITCH, &details,
		    "Also the kernel's memory by kind, zswap, and events of memory.low and of group kills." },
		{ 0 },
	},
	.prepare = prepare,
};
