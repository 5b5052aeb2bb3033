/* /proc/net/softnet_stat: what each CPU's receive queue did, a row of hexadecimal columns for each CPU. */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>

#include "../text.h"

enum { BACKLOG = 11, CPU, COLUMNS, COLUMNS_MIN = 9 };

static const struct metric metrics[] = {
	{ "processed", COUNTER, ONE, "node_softnet_processed_total", "Packets that were processed." },
	{ "dropped", COUNTER, ONE, "node_softnet_dropped_total", "Packets dropped because the backlog was full." },
	{ "time_squeeze", COUNTER, ONE, "node_softnet_times_squeezed_total",
	    "How often processing stopped for want of budget or time." },
	{ "cpu_collision", COUNTER, ONE, "node_softnet_cpu_collision_total",
	    "Collisions on a device's lock while sending; none since Linux 4.8." },
	{ "received_rps", COUNTER, ONE, "node_softnet_received_rps_total",
	    "How often another CPU woke this one to process packets (RPS)." },
	{ "flow_limit_count", COUNTER, ONE, "node_softnet_flow_limit_count_total",
	    "How often the flow limit was reached." },
	{ "backlog_len", GAUGE, ONE, "node_softnet_backlog_len", "Packets in the backlog." },
	{ 0 },
};

/* Where each metric stands. */
static const unsigned char columns_of[] = { 0, 1, 2, 8, 9, 10, BACKLOG };

/* Cuts a row into its columns; those that an older kernel lacks are 0. Their number, or -EINVAL. */
static int
cut(char *line, uint64_t column[COLUMNS])
{
	char *word;
	int n = 0;

	while (n < COLUMNS && (word = text_word(&line, " \t")) != NULL)
		if (!text_u64(word, 16, &column[n++]))
			return -EINVAL;
	return n < COLUMNS_MIN ? -EINVAL : n;
}

static void
add(struct page *p, uint64_t cpu, const uint64_t column[COLUMNS])
{
	char name[24];
	uint32_t row;

	snprintf(name, sizeof name, "%ju", (uintmax_t)cpu);
	row = page_row_of(p, "cpu", name);
	for (size_t i = 0; i < COUNT(columns_of); i++)
		page_add(p, &metrics[i], row, (double)column[columns_of[i]]);
}

/* Since Linux 5.14 a row says how long its backlog is and which CPU it is of; before, rows are counted. */
static int
update(const struct scope *s, struct page *p)
{
	char *at = place_read(place(NET), "softnet_stat"), *line;

	(void)s;
	if (at == NULL)
		return -errno;
	if (*at == '\0')
		return -EINVAL;
	for (uint64_t i = 0; (line = text_line(&at)) != NULL; i++) {
		uint64_t column[COLUMNS] = { 0 };
		int n = cut(line, column);

		if (n < 0)
			return n;
		if (n < COLUMNS)
			column[BACKLOG] = 0;
		add(p, n < COLUMNS ? i : column[CPU], column);
	}
	return 0;
}

const struct collector softnet = {
	.name = "softnet",
	.help = "Receive queues of the CPUs.",
	.metrics = metrics,
	.update = update,
};
