/*
 * /sys/fs/bcache/<UUID>: a set of cache devices, with directories bdev0, ... of the devices that it caches and cache0,
 * ... of those that it consists of. Documentation/admin-guide/bcache.rst
 */
#include "../collector.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../file.h"
#include "../text.h"

#define SET_OF(file, type, unit, name, help) { file, type, unit, "node_bcache_" name, help }
#define STAT(file, name, help) SET_OF("stats_total/" file, COUNTER, ONE, name "_total", help)

/* The key is the file, from RATES on the word that begins a line of one. */
static const struct metric metrics[] = {
	SET_OF("average_key_size", GAUGE, ONE, "average_key_size_sectors", "Average of data for each key, in sectors."),
	SET_OF("btree_cache_size", GAUGE, ONE, "btree_cache_size_bytes", "Memory of the cached B-tree."),
	SET_OF("cache_available_percent", GAUGE, ONE, "cache_available_percent", "The part that is not dirty."),
	SET_OF("congested", GAUGE, ONE, "congested", "How congested the cache is; 0 if it is not."),
	SET_OF("root_usage_percent", GAUGE, ONE, "root_usage_percent", "The part of the B-tree's root that is used."),
	SET_OF("tree_depth", GAUGE, ONE, "tree_depth", "Depth of the B-tree."),
	SET_OF("internal/active_journal_entries", GAUGE, ONE, "active_journal_entries",
	    "Entries of the journal that are newer than the index."),
	SET_OF("internal/btree_nodes", GAUGE, ONE, "btree_nodes", "Nodes of the B-tree."),
	SET_OF("internal/btree_read_average_duration_us", GAUGE, NANO, "btree_read_average_duration_seconds",
	    "How long a read of the B-tree takes on average, in thousands of seconds as node_exporter has it."),
	SET_OF("internal/cache_read_races", COUNTER, ONE, "cache_read_races_total",
	    "Reads of data that was thrown out of the cache meanwhile."),

	SET_OF("dirty_data", GAUGE, ONE, "dirty_data_bytes", "Data in the cache that is not on the device yet."),
	STAT("bypassed", "bypassed_bytes", "Data read and written past the cache."),
	STAT("cache_hits", "cache_hits", "Requests that the cache had the data for."),
	STAT("cache_misses", "cache_misses", "Requests that the cache did not have the data for."),
	STAT("cache_bypass_hits", "cache_bypass_hits", "Hits of requests that were to go past the cache."),
	STAT("cache_bypass_misses", "cache_bypass_misses", "Misses of requests that were to go past the cache."),
	STAT("cache_miss_collisions", "cache_miss_collisions",
	    "Misses whose data was in the cache before it could be put there."),
	STAT("cache_readaheads", "cache_readaheads", "Times that data was read ahead; none since Linux 5.13."),

	SET_OF("io_errors", GAUGE, ONE, "io_errors", "Errors, which lose weight with time."),
	SET_OF("metadata_written", COUNTER, ONE, "metadata_written_bytes_total", "Written bytes that are no data."),
	SET_OF("written", COUNTER, ONE, "written_bytes_total", "Bytes written to the cache device."),

	SET_OF("rate", GAUGE, ONE, "writeback_rate", "Bytes written back each second."),
	SET_OF("target", GAUGE, ONE, "dirty_target_bytes", "How much data may be dirty."),
	SET_OF("proportional", GAUGE, ONE, "writeback_rate_proportional_term",
	    "What the present amount of dirty data adds to the rate."),
	SET_OF("integral", GAUGE, ONE, "writeback_rate_integral_term",
	    "What the amount of dirty data so far adds to the rate."),
	SET_OF("change", GAUGE, ONE, "writeback_change", "How much the rate changed last."),

	SET_OF("Unused", GAUGE, ONE, "priority_stats_unused_percent", "The part without data."),
	SET_OF("Metadata", GAUGE, ONE, "priority_stats_metadata_percent", "The part with bcache's metadata."),
	{ 0 },
};

/* Where the metrics of each kind begin. */
enum { SET, BACKING = 10, READAHEADS = 17, CACHE, RATES = 21, PRIORITIES = 26, END = 28 };

static bool with_priorities;

/* "512", or as the kernel's bch_hprint() has it "-1.5k", whose digit behind the point node_exporter divides by 10.24. */
static bool
read_number(char *text, double *value)
{
	static const char units[] = "kMGTPEZY";
	bool negative = *text == '-';
	char *last, *point = NULL;
	const char *unit;
	double scale = 1, fraction = 0;

	text += negative;
	if (*text == '\0')
		return false;
	last = text + strlen(text) - 1;
	if (!isdigit((unsigned char)*last)) {
		if ((unit = strchr(units, *last)) == NULL)
			return false;
		scale = ldexp(1024, 10 * (int)(unit - units));
		*last = '\0';
		if ((point = strchr(text, '.')) != NULL)
			*point++ = '\0';
	}
	if (!text_number(text, value) || (point != NULL && !text_number(point, &fraction)))
		return false;
	*value = trunc((*value + fraction / 10.24) * scale) * (negative ? -1 : 1);
	return true;
}

/* node_exporter takes the last byte of a file for its newline, whatever it is. */
static char *
without_newline(char *text)
{
	size_t n = strlen(text);

	text[n - (n > 0)] = '\0';
	return text_trim(text);
}

/* Adds a number for each file; as in node_exporter one that is missing is 0. */
static void
add_files(const struct scope *s, const struct metric *m, const struct metric *end, uint32_t row, struct page *p)
{
	double value;
	char *text;

	for (; m < end; m++) {
		value = 0;
		if ((text = place_read(s, m->key)) == NULL && errno != ENOENT)
			place_fail(-errno);
		else if (text != NULL && !read_number(without_newline(text), &value))
			place_fail(-EINVAL);
		else if (m != &metrics[READAHEADS] || value != 0)
			page_add(p, m, row, value);
	}
}

/* Adds a number for each line of a file such as "rate:		1.1M/sec" or "Unused: 99%"; one that is missing is 0. */
static void
add_lines(const struct scope *s, const char *file, const struct metric *m, size_t n, uint32_t row, struct page *p)
{
	char *at = place_read(s, file), *line, *key;
	double values[END - RATES] = { 0 };

	if (at == NULL) {
		place_fail(-errno);
		return;
	}
	while ((line = text_line(&at)) != NULL) {
		key = text_field(&line, ':');
		if (line != NULL)
			line[strcspn(line, "/%")] = '\0';
		for (size_t i = 0; i < n && line != NULL; i++)
			if (strcmp(key, m[i].key) == 0 && !read_number(text_trim(line), &values[i])) {
				values[i] = NAN;
				place_fail(-EINVAL);
			}
	}
	for (size_t i = 0; i < n; i++)
		if (!isnan(values[i]))
			page_add(p, &m[i], row, values[i]);
}

static void
add_backing(const struct scope *s, const char *uuid, const char *name, struct page *p)
{
	uint32_t row = page_row(p, LABELS({ "backing_device", name }, { "uuid", uuid }));

	add_files(s, &metrics[BACKING], &metrics[CACHE], row, p);
	add_lines(s, "writeback_rate_debug", &metrics[RATES], PRIORITIES - RATES, row, p);
}

static void
add_cache(const struct scope *s, const char *uuid, const char *name, struct page *p)
{
	uint32_t row = page_row(p, LABELS({ "cache_device", name }, { "uuid", uuid }));

	add_files(s, &metrics[CACHE], &metrics[RATES], row, p);
	if (with_priorities)
		add_lines(s, "priority_stats", &metrics[PRIORITIES], END - PRIORITIES, row, p);
}

static void
add_member(const struct scope *set, const char *uuid, const char *name, struct page *p)
{
	struct scope s = { .dir = file_directory(set->dir, name), .records = true };

	if (s.dir < 0)
		return;
	if (fnmatch("bdev[0-9]*", name, 0) == 0)
		add_backing(&s, uuid, name, p);
	else if (fnmatch("cache[0-9]*", name, 0) == 0)
		add_cache(&s, uuid, name, p);
	close(s.dir);
}

static void
add_set(const char *uuid, struct page *p)
{
	char path[sizeof "fs/bcache/" + NAME_MAX], **names;
	struct scope set = { .records = true };
	int n;

	snprintf(path, sizeof path, "fs/bcache/%s", uuid);
	if ((set.dir = file_directory(place(SYS)->dir, path)) < 0)
		return;
	add_files(&set, &metrics[SET], &metrics[BACKING], page_row_of(p, "uuid", uuid), p);
	n = place_list(&set, ".", "*[ve][0-9]*", &names);
	for (int i = 0; i < n; i++)
		add_member(&set, uuid, names[i], p);
	place_list_free(names, n);
	close(set.dir);
}

static int
update(const struct scope *s, struct page *p)
{
	char **uuids;
	int n = place_list(place(SYS), "fs/bcache", "*-*", &uuids);

	(void)s;
	for (int i = 0; i < n; i++)
		add_set(uuids[i], p);
	place_list_free(uuids, n);
	return n < 0 && n != -ENOENT ? n : place_failure();
}

const struct collector bcache = {
	.name = "bcache",
	.help = "Caches of bcache and the devices that they cache.",
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.bcache.priorityStats", SWITCH, &with_priorities,
		    "Export what the cache devices are filled with; the kernel sorts all their buckets for it." },
		{ 0 },
	},
};
