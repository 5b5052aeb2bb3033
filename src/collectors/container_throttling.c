/* cpu.stat.local of a cgroup, Linux 6.6. */
#include "../collector.h"

static const struct metric metrics[] = {
	{ "throttled_usec", COUNTER, US, "container_cpu_cfs_throttled_local_seconds_total",
	    "Time for which its own threads were held back, by its quota or one above it." },
};

const struct collector container_throttling = {
	.name = "container.throttling",
	.help = "Throttling by quotas of the cgroups above too.",
	.over = CONTAINERS,
	.off = true,
	.tables = (const struct table[]){
		{ CGROUP, "cpu.stat.local", keyed, metrics, COUNT(metrics) },
		{ 0 },
	},
};
