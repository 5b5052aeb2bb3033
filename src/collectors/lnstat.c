/*
 * /proc/net/stat: files of counters that the network stack keeps for each CPU. A line names the columns, then each CPU has
 * a line of hexadecimal numbers. Read by lnstat(8).
 */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>

#include "../text.h"

enum { COLUMNS_MAX = 64 };

/* Every column is a family of its own. */
static const struct every columns_of = {
	.prefix = "node_lnstat_", .help = "A counter of the network stack.", .type = COUNTER,
};

/* The family of each column. */
static size_t
read_names(struct page *p, char *line, const struct metric *metrics[COLUMNS_MAX])
{
	char name[128], *word;
	size_t n = 0;

	while (n < COLUMNS_MAX && (word = text_word(&line, " \t")) != NULL) {
		snprintf(name, sizeof name, "%s%.64s_total", columns_of.prefix, word);
		metrics[n++] = page_metric(p, columns_of.type, ONE, text_name(name), columns_of.help);
	}
	return n;
}

/* A line of values. False if one is none, or if there are more of them than columns. */
static bool
add_cpu(struct page *p, uint32_t row, char *line, const struct metric *const *metrics, size_t n)
{
	const char *word;
	uint64_t value;
	size_t i;

	for (i = 0; (word = text_word(&line, " \t")) != NULL; i++) {
		if (i == n || !text_u64(word, 16, &value))
			return false;
		page_add(p, metrics[i], row, (double)value);
	}
	return true;
}

static int
add_file(struct page *p, const char *file)
{
	char *at = place_readf(place(NET), "stat/%s", file), *line, cpu[16];
	const struct metric *metrics[COLUMNS_MAX];
	size_t n;
	int err = 0;

	if (at == NULL)
		return -errno;
	if ((line = text_line(&at)) == NULL)
		return 0;
	n = read_names(p, line, metrics);
	for (unsigned i = 0; (line = text_line(&at)) != NULL; i++) {
		snprintf(cpu, sizeof cpu, "%u", i);
		if (!add_cpu(p, page_row(p, LABELS({ "cpu", cpu }, { "subsystem", file })), line, metrics, n))
			err = -EINVAL;
	}
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	char **files;
	int n = place_list(place(NET), "stat", "*", &files), err, result = 0;

	(void)s;
	for (int i = 0; i < n; i++)
		if ((err = add_file(p, files[i])) != 0)
			result = err;
	if (n >= 0)
		place_list_free(files, n);
	return n < 0 && n != -ENOENT ? n : result;
}

const struct collector lnstat = {
	.name = "lnstat",
	.help = "Counters that the network stack keeps for each CPU.",
	.off = true,
	.tables = (const struct table[]){
		{ NET, "stat/*", keyed, .every = &columns_of, .by_update = true },
		{ 0 },
	},
	.update = update,
};
