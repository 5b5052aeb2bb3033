/* cpu.stat of a cgroup, with its throttling where it has a quota. Documentation/admin-guide/cgroup-v2.rst */
#include "../collector.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "../cgroup.h"

static const struct metric stat[] = {
	{ "usage_usec", COUNTER, US, "container_cpu_usage_seconds_total", "CPU time used.", { { "cpu", "total" } } },
	{ "user_usec", COUNTER, US, "container_cpu_user_seconds_total", "CPU time used in user mode." },
	{ "system_usec", COUNTER, US, "container_cpu_system_seconds_total", "CPU time used in the kernel." },
	{ "nr_periods", COUNTER, ONE, "container_cpu_cfs_periods_total", "Periods in which the quota was enforced." },
	{ "nr_throttled", COUNTER, ONE, "container_cpu_cfs_throttled_periods_total",
	    "Periods in which the quota was used up." },
	{ "throttled_usec", COUNTER, US, "container_cpu_cfs_throttled_seconds_total",
	    "Time for which the quota was used up." },
	{ "nr_bursts", COUNTER, ONE, "container_cpu_cfs_burst_periods_total", "Periods that went beyond the quota." },
	{ "burst_usec", COUNTER, US, "container_cpu_cfs_burst_seconds_total", "CPU time beyond the quota." },
	/* Last, for a flag takes it away. */
	{ "nice_usec", COUNTER, US, "container_cpu_nice_seconds_total", "CPU time of niced tasks, a part of the user mode's." },
};

static struct table tables[] = {
	{ CGROUP, "cpu.stat", keyed, stat, COUNT(stat), .by_update = true },
	{ 0 },
};

static int
update(const struct scope *s, struct page *p)
{
	bool quota = isfinite(cgroup_limits(s)->quota);
	char *text = place_read(s, "cpu.stat"), *throttling;

	if (text == NULL)
		return -errno;
	if (!quota && (throttling = strstr(text, "nr_periods")) != NULL)
		*throttling = '\0';
	return table_parse(&tables[0], text, p);
}

static bool nice;

static void
prepare(void)
{
	tables[0].n = COUNT(stat) - !nice;
}

const struct collector container_cpu = {
	.name = "container.cpu",
	.help = "CPU time and throttling.",
	.over = CONTAINERS,
	.tables = tables,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.container.cpu.nice", SWITCH, &nice, "Also the time of niced tasks, where Linux has it (6.12)." },
		{ 0 },
	},
	.prepare = prepare,
};
