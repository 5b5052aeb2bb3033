/* /proc/loadavg: "0.20 0.18 0.12 1/80 11206". proc(5) */
#include "../collector.h"

static const struct metric metrics[] = {
	{ "1m", GAUGE, ONE, "node_load1", "Runnable and uninterruptible tasks, averaged over 1 minute." },
	{ "5m", GAUGE, ONE, "node_load5", "Runnable and uninterruptible tasks, averaged over 5 minutes." },
	{ "15m", GAUGE, ONE, "node_load15", "Runnable and uninterruptible tasks, averaged over 15 minutes." },
};

const struct collector loadavg = {
	.name = "loadavg",
	.help = "Load averages.",
	.tables = (const struct table[]){
		{ PROC, "loadavg", columns, metrics, COUNT(metrics) },
		{ 0 },
	},
};
