/* /proc/schedstat: rows of "cpu0" and nine numbers, the last three of them running and waiting time and timeslices. */
#include "../collector.h"
#include "../text.h"

static const struct metric metrics[] = {
	[7] = { "running", COUNTER, NS, "node_schedstat_running_seconds_total", "Time that tasks ran on this CPU." },
	[8] = { "waiting", COUNTER, NS, "node_schedstat_waiting_seconds_total", "Time that tasks waited for it." },
	[9] = { "timeslices", COUNTER, ONE, "node_schedstat_timeslices_total", "Timeslices run on this CPU." },
};

static const char *
cpu_of(char *word)
{
	return text_starts(word, "cpu") ? word + 3 : NULL;
}

const struct collector schedstat = {
	.name = "schedstat",
	.help = "Time that tasks ran on a CPU and waited for it.",
	.tables = (const struct table[]){
		{ PROC, "schedstat", columns, metrics, COUNT(metrics), "cpu", .row = cpu_of },
		{ 0 },
	},
};
