/* /proc/stat: interrupts, context switches, forks and when the node booted. */
#include "../collector.h"

#include <errno.h>

#include "../stat_text.h"

#define SOFTIRQ(vector) \
	{ "softirq", COUNTER, ONE, "node_softirqs_total", "Software interrupts handled.", { { "vector", vector } } }

static const struct metric metrics[] = {
	{ "intr", COUNTER, ONE, "node_intr_total", "Interrupts serviced." },
	{ "ctxt", COUNTER, ONE, "node_context_switches_total", "Context switches." },
	{ "processes", COUNTER, ONE, "node_forks_total", "Processes and threads created." },
	{ "btime", GAUGE, ONE, "node_boot_time_seconds", "When the node booted, in Unix time." },
	{ "procs_running", GAUGE, ONE, "node_procs_running", "Tasks that run or could run." },
	{ "procs_blocked", GAUGE, ONE, "node_procs_blocked", "Tasks that wait for I/O." },
	{ "softirq" },                  /* the sum */
	SOFTIRQ("hi"), SOFTIRQ("timer"), SOFTIRQ("net_tx"), SOFTIRQ("net_rx"), SOFTIRQ("block"),
	SOFTIRQ("block_iopoll"), SOFTIRQ("tasklet"), SOFTIRQ("sched"), SOFTIRQ("hrtimer"), SOFTIRQ("rcu"),
};

enum { SOFTIRQS = 6 };

static bool with_softirqs;

static const struct table tables[] = {
	{ PROC, "stat", listed, metrics, COUNT(metrics), .by_update = true },
	{ PROC, "stat", listed, metrics, SOFTIRQS, .by_update = true },         /* what stands before them */
	{ 0 },
};

static int
update(const struct scope *s, struct page *p)
{
	char *at = stat_text(p);

	(void)s;
	return at == NULL ? -errno : table_parse(&tables[!with_softirqs], at, p);
}

const struct collector stat_ = {
	.name = "stat",
	.help = "Interrupts, context switches, forks and boot time.",
	.tables = tables,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.stat.softirq", SWITCH, &with_softirqs, "Export software interrupts by vector." },
		{ 0 },
	},
};
