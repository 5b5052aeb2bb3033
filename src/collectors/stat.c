/* /proc/stat: interrupts, context switches, forks and when the node booted. */
#include "../collector.h"

#include <errno.h>

#include "../stat_text.h"
#include "../text.h"

static const struct metric metrics[] = {
	{ "intr", COUNTER, ONE, "node_intr_total", "Interrupts serviced." },
	{ "ctxt", COUNTER, ONE, "node_context_switches_total", "Context switches." },
	{ "processes", COUNTER, ONE, "node_forks_total", "Processes and threads created." },
	{ "btime", GAUGE, ONE, "node_boot_time_seconds", "When the node booted, in Unix time." },
	{ "procs_running", GAUGE, ONE, "node_procs_running", "Tasks that run or could run." },
	{ "procs_blocked", GAUGE, ONE, "node_procs_blocked", "Tasks that wait for I/O." },
};

#define SOFTIRQ(vector) \
	{ vector, COUNTER, ONE, "node_softirqs_total", "Software interrupts handled.", { { "vector", vector } } }

/* In the order of the numbers behind their sum. */
static const struct metric softirqs[] = {
	SOFTIRQ("hi"), SOFTIRQ("timer"), SOFTIRQ("net_tx"), SOFTIRQ("net_rx"), SOFTIRQ("block"),
	SOFTIRQ("block_iopoll"), SOFTIRQ("tasklet"), SOFTIRQ("sched"), SOFTIRQ("hrtimer"), SOFTIRQ("rcu"), { 0 },
};

static const struct table tables[] = {
	{ PROC, "stat", listed, metrics, COUNT(metrics), .by_update = true },
	{ 0 },
};

static bool with_softirqs;

static int
add_softirqs(char *line, struct page *p)
{
	const char *word;
	double value;

	text_word(&line, " ");
	for (const struct metric *m = softirqs; m->name != NULL; m++) {
		if ((word = text_word(&line, " ")) == NULL || !text_number(word, &value))
			return -EINVAL;
		page_add(p, m, 0, value);
	}
	return 0;
}

static int
update(const struct scope *s, struct page *p)
{
	char *at = stat_text(p), *line;
	int err;

	(void)s;
	if (at == NULL)
		return -errno;
	err = *at == '\0' ? -EINVAL : table_parse(tables, at, p);
	for (at = with_softirqs ? stat_text(p) : NULL; (line = text_line(&at)) != NULL;)
		if (text_starts(line, "softirq ") && add_softirqs(line + sizeof "softirq", p) != 0)
			err = -EINVAL;
	return err;
}

const struct collector stat_ = {
	.name = "stat",
	.help = "Interrupts, context switches, forks and boot time.",
	.tables = tables,
	.metrics = softirqs,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.stat.softirq", SWITCH, &with_softirqs, "Export software interrupts by vector." },
		{ 0 },
	},
};
