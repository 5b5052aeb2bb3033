/*
 * /sys/fs/bcachefs/<UUID>: a counter in each file of counters/, tables of compression, errors and writes of B-trees, and
 * the devices in dev-0, ...
 */
#include "../collector.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../file.h"
#include "../text.h"

#define BCACHEFS(type, name, help) { NULL, type, ONE, "node_bcachefs_" name, help }

static const struct metric metrics[] = {
	BCACHEFS(GAUGE, "info", "1 for each file system."),
	BCACHEFS(GAUGE, "btree_cache_size_bytes", "Memory of the cached B-tree nodes."),
	BCACHEFS(GAUGE, "compression_compressed_bytes", "Compressed size of data."),
	BCACHEFS(GAUGE, "compression_uncompressed_bytes", "Size of the same data when it is not compressed."),
	BCACHEFS(COUNTER, "errors_total", "Errors that were found."),
	BCACHEFS(COUNTER, "btree_writes_total", "Writes of B-tree nodes."),
	BCACHEFS(GAUGE, "btree_write_average_size_bytes", "Average size of writes of B-tree nodes."),
	BCACHEFS(GAUGE, "device_info", "A device's label and state."),
	BCACHEFS(GAUGE, "device_bucket_size_bytes", "Size of a device's buckets."),
	BCACHEFS(GAUGE, "device_buckets", "Buckets of a device."),
	BCACHEFS(GAUGE, "device_durability", "How many replicas one on this device counts for."),
	BCACHEFS(COUNTER, "device_io_done_bytes_total", "Bytes read and written."),
	BCACHEFS(COUNTER, "device_io_errors_total", "Errors of reading and writing since the device was added."),
	{ 0 },
};

static const struct every counters = { "node_bcachefs_", "A counter, since the file system was made.", COUNTER };

static const struct table tables[] = {
	{ SYS, "fs/bcachefs/*/counters/*", keyed, .every = &counters, .by_update = true },
	{ 0 },
};

enum {
	INFO, BTREE_CACHE, COMPRESSED, ERRORS = 4, BTREE_WRITES, DEVICE_INFO = 7, BUCKET_SIZE, BUCKETS, DURABILITY, IO_DONE,
	IO_ERRORS,
};

/* Sizes -------------------------------------------------------------------------------------------------------------- */

/* "1.32 TiB" and "17 B", as some releases print them, become "1.32T" and "17". */
static void
shorten(char *text)
{
	char *out = text;

	for (const char *in = text; *in != '\0'; in++) {
		if (*in == ' ' && out > text && isdigit((unsigned char)out[-1])) {
			if (in[1] == 'B' && !isalnum((unsigned char)in[2])) {
				in += strlen("B");
				continue;
			}
			if (in[1] != '\0' && in[2] == 'i' && in[3] == 'B') {
				*out++ = in[1];
				in += strlen("TiB");
				continue;
			}
		}
		*out++ = *in;
	}
	*out = '\0';
}

/* "17" or "1.32T"; a file may have blanks around it. */
static bool
read_size(char *text, double *value)
{
	static const char units[] = "KMGTPE";
	const char *unit;
	char *last;
	double scale = 1;

	text = text_trim(text);
	if (*text == '\0')
		return false;
	last = text + strlen(text) - 1;
	if (isalpha((unsigned char)*last)) {
		if ((unit = strchr(units, toupper((unsigned char)*last))) == NULL)
			return false;
		scale = ldexp(1024, 10 * (int)(unit - units));
		*last = '\0';
	}
	if (!text_number(text_trim(text), value))
		return false;
	*value = trunc(*value * scale);
	return true;
}

/* The text of a file, with sizes made short; NULL if it cannot be read. */
static char *
read_text(const struct scope *s, const char *file)
{
	char *text = place_read(s, file);

	if (text == NULL)
		place_fail(-errno);
	else
		shorten(text);
	return text;
}

/* Adds the number that a file consists of; as in node_exporter one that is missing is 0. */
static void
add_file(const struct scope *s, const char *file, const struct metric *m, uint32_t row, struct page *p)
{
	char *text = read_text(s, file);
	double value = 0;

	if (text != NULL && !read_size(text, &value))
		place_fail(-EINVAL);
	else
		page_add(p, m, row, value);
}

/* The file system ---------------------------------------------------------------------------------------------------- */

/* Adds n metrics from the words behind the first of each line, which names the row. */
static void
add_rows(char *at, const char *uuid, const char *label, const struct metric *m, int n, struct page *p)
{
	char *line, *words[3];
	double values[2];
	uint32_t row;
	int i, parsed;

	while ((line = text_line(&at)) != NULL) {
		for (i = 0; i <= n && (words[i] = text_word(&line, " \t")) != NULL; i++)
			;
		if (i <= n)
			continue;
		for (parsed = 0; parsed < n && read_size(words[parsed + 1], &values[parsed]); parsed++)
			;
		if (parsed < n) {
			place_fail(-EINVAL);
			continue;
		}
		words[0][strcspn(words[0], ":")] = '\0';
		row = page_row(p, LABELS({ label, words[0] }, { "uuid", uuid }));
		for (i = 0; i < n; i++)
			page_add(p, &m[i], row, values[i]);
	}
}

/* The same below a line of headings. */
static void
add_table(const struct scope *fs, const char *file, const char *uuid, const char *label, const struct metric *m,
    struct page *p)
{
	char *at = read_text(fs, file);

	if (at != NULL && text_line(&at) != NULL)
		add_rows(at, uuid, label, m, 2, p);
}

/* "since mount:  5", "since filesystem creation:  1.1k"; as in node_exporter 0 where only the first is told. */
static void
add_counter(char *at, const char *name, uint32_t row, struct page *p)
{
	char *line, *key, family[sizeof "node_bcachefs__total" + NAME_MAX];
	double value = NAN;

	while ((line = text_line(&at)) != NULL) {
		key = text_field(&line, ':');
		if (line != NULL && strcmp(key, "since mount") == 0)
			value = isnan(value) ? 0 : value;
		else if (line != NULL && strcmp(key, "since filesystem creation") == 0 && !read_size(line, &value))
			value = NAN;
	}
	if (isnan(value)) {
		place_fail(-EINVAL);
		return;
	}
	snprintf(family, sizeof family, "%s%s_total", counters.prefix, name);
	page_add(p, page_metric(p, counters.type, ONE, family, counters.help), row, value);
}

static void
add_counters(const struct scope *fs, uint32_t row, struct page *p)
{
	struct scope s = { .dir = file_directory(fs->dir, "counters"), .records = true };
	char **names, *text;
	int n = place_list(&s, ".", "*", &names);

	for (int i = 0; i < n; i++)
		if ((text = read_text(&s, names[i])) != NULL)
			add_counter(text, text_name(names[i]), row, p);
	place_list_free(names, n);
	if (s.dir >= 0)
		close(s.dir);
}

/* Devices ------------------------------------------------------------------------------------------------------------ */

/* "user        :     8192". */
static bool
cut(char *line, char **name, double *value)
{
	*name = text_trim(text_field(&line, ':'));
	if (line == NULL)
		return false;
	if (text_number(text_trim(line), value))
		return true;
	place_fail(-EINVAL);
	return false;
}

/* Kinds of data below "read:" and "write:". */
static void
add_io_done(char *at, const char *uuid, const char *device, struct page *p)
{
	const char *operation = NULL;
	char *line, *kind;
	double value;

	while ((line = text_line(&at)) != NULL) {
		line = text_trim(line);
		if (strcmp(line, "read:") == 0)
			operation = "read";
		else if (strcmp(line, "write:") == 0)
			operation = "write";
		else if (operation != NULL && cut(line, &kind, &value))
			page_add(p, &metrics[IO_DONE], page_row(p, LABELS(
				{ "data_type", kind }, { "device", device }, { "operation", operation },
				{ "uuid", uuid }
			)), value);
	}
}

/* Kinds of errors below "IO errors since filesystem creation"; and once more, since they were reset. */
static void
add_io_errors(char *at, const char *uuid, const char *device, struct page *p)
{
	bool counted = false;
	char *line, *kind;
	double value;

	while ((line = text_line(&at)) != NULL) {
		if (text_starts(line, "IO errors since filesystem creation"))
			counted = true;
		else if (text_starts(line, "IO errors since "))
			break;
		else if (counted && cut(line, &kind, &value))
			page_add(p, &metrics[IO_ERRORS], page_row(p, LABELS(
				{ "device", device }, { "type", kind }, { "uuid", uuid }
			)), value);
	}
}

static void
add_device(const struct scope *fs, const char *directory, const char *uuid, struct page *p)
{
	struct scope s = { .dir = file_directory(fs->dir, directory), .records = true };
	const char *device = directory + strlen("dev-");
	uint32_t row = page_row(p, LABELS({ "device", device }, { "uuid", uuid }));
	char label[256], state[64], *text;

	if (s.dir < 0)
		return;
	text_first(label, sizeof label, place_read(&s, "label"));
	text_first(state, sizeof state, place_read(&s, "state"));
	page_add(p, &metrics[DEVICE_INFO], page_row(p, LABELS(
		{ "device", device }, { "label", label }, { "state", state }, { "uuid", uuid }
	)), 1);
	add_file(&s, "bucket_size", &metrics[BUCKET_SIZE], row, p);
	add_file(&s, "nbuckets", &metrics[BUCKETS], row, p);
	add_file(&s, "durability", &metrics[DURABILITY], row, p);
	if ((text = read_text(&s, "io_done")) != NULL)
		add_io_done(text, uuid, device, p);
	if ((text = read_text(&s, "io_errors")) != NULL)
		add_io_errors(text, uuid, device, p);
	close(s.dir);
}

/* -------------------------------------------------------------------------------------------------------------------- */

static void
add_file_system(const char *uuid, struct page *p)
{
	char path[sizeof "fs/bcachefs/" + NAME_MAX], **devices, *text;
	uint32_t row = page_row_of(p, "uuid", uuid);
	struct scope fs = { .records = true };
	int n;

	snprintf(path, sizeof path, "fs/bcachefs/%s", uuid);
	if ((fs.dir = file_directory(place(SYS)->dir, path)) < 0)
		return;
	page_add(p, &metrics[INFO], row, 1);
	add_file(&fs, "btree_cache_size", &metrics[BTREE_CACHE], row, p);
	add_table(&fs, "compression_stats", uuid, "algorithm", &metrics[COMPRESSED], p);
	add_table(&fs, "btree_write_stats", uuid, "type", &metrics[BTREE_WRITES], p);
	if ((text = read_text(&fs, "errors")) != NULL)
		add_rows(text, uuid, "error_type", &metrics[ERRORS], 1, p);
	add_counters(&fs, row, p);
	n = place_list_directories(&fs, ".", "dev-*", &devices);
	for (int i = 0; i < n; i++)
		add_device(&fs, devices[i], uuid, p);
	place_list_free(devices, n);
	close(fs.dir);
}

static int
update(const struct scope *s, struct page *p)
{
	char **uuids;
	int n = place_list_directories(place(SYS), "fs/bcachefs", "*", &uuids);

	(void)s;
	for (int i = 0; i < n; i++)
		add_file_system(uuids[i], p);
	place_list_free(uuids, n);
	if (n == 0 || n == -ENOENT)
		return -ENODATA;
	return n < 0 ? n : place_failure();
}

const struct collector bcachefs = {
	.name = "bcachefs",
	.help = "Counters, tables and devices of bcachefs.",
	.tables = tables,
	.metrics = metrics,
	.update = update,
};
