/* The connection tracking table: how full it is, and what its lookups and insertions came to. */
#include "../collector.h"

#include <errno.h>

#include "../text.h"

#define STAT(key, help) { #key, GAUGE, ONE, "node_nf_conntrack_stat_" #key, help }

static const struct metric metrics[] = {
	{ "entries", GAUGE, ONE, "node_nf_conntrack_entries", "Connections in the table." },
	{ "limit", GAUGE, ONE, "node_nf_conntrack_entries_limit", "Connections that the table may hold." },
	STAT(found, "Lookups that found a connection; none since Linux 4.9."),
	STAT(invalid, "Packets that cannot be tracked."),
	STAT(ignore, "Packets that belong to a connection already, or are not to be tracked."),
	STAT(insert, "Connections added; none since Linux 4.9."),
	STAT(insert_failed, "Connections not added, for an equal one was there."),
	STAT(drop, "Packets dropped for want of memory or room, or by a helper."),
	STAT(early_drop, "Connections dropped to make room for new ones."),
	STAT(search_restart, "Lookups begun again because the table was resized meanwhile."),
	{ 0 },
};

enum { STATS = 2, COLUMNS_MIN = 16, COLUMNS };

/* Which column of stat/nf_conntrack each metric is the sum of, from STATS on. */
static const unsigned char columns_of[] = { 2, 4, 5, 8, 9, 10, 11, 16 };

/* Adds a CPU's row of hexadecimal columns to sums. The first column is the same for all CPUs: the table's entries. */
static bool
add_row(char *line, uint64_t sums[COLUMNS])
{
	uint64_t value;
	char *word;
	int n = 0;

	for (; (word = text_word(&line, " \t")) != NULL; n++) {
		if (n == COLUMNS || !text_u64(word, 16, &value))
			return false;
		sums[n] = n == 0 ? value : sums[n] + value;
	}
	return n >= COLUMNS_MIN;
}

static int
read_stat(uint64_t sums[COLUMNS])
{
	char *at = place_read(place(NET), "stat/nf_conntrack"), *line;

	if (at == NULL)
		return -errno;
	if (text_line(&at) == NULL)
		return -EINVAL;
	while ((line = text_line(&at)) != NULL)
		if (!add_row(line, sums))
			return -EINVAL;
	return 0;
}

static int
add_file(struct page *p, const struct metric *m, const char *path)
{
	double value;
	int err = place_number(place(PROC), path, &value);

	if (err == 0)
		page_add(p, m, 0, value);
	return err;
}

/* /proc/sys/net is of the reader's network, whichever procfs it is found in. */
static int
add_size(struct page *p, int stat_err, double entries)
{
	int err = 0;

	if (!place_is_live(PROC) || place_is_our_network())
		err = add_file(p, &metrics[0], "sys/net/netfilter/nf_conntrack_count");
	else if (stat_err == 0)
		page_add(p, &metrics[0], 0, entries);
	return err != 0 ? err : add_file(p, &metrics[1], "sys/net/netfilter/nf_conntrack_max");
}

static int
update(const struct scope *s, struct page *p)
{
	uint64_t sums[COLUMNS] = { 0 };
	int stat_err = read_stat(sums), err = add_size(p, stat_err, (double)sums[0]);

	(void)s;
	for (size_t i = 0; err == 0 && stat_err == 0 && i < COUNT(columns_of); i++)
		page_add(p, &metrics[STATS + i], 0, (double)sums[columns_of[i]]);
	err = err != 0 ? err : stat_err;
	return err == -ENOENT ? -ENODATA : err;
}

const struct collector conntrack = {
	.name = "conntrack",
	.help = "Connection tracking of netfilter.",
	.metrics = metrics,
	.update = update,
};
