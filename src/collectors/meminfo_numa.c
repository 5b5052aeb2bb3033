/*
 * /sys/devices/system/node/node0: meminfo, in lines of "Node 0 Active(anon):  81920 kB", which kernels have different
 * ones of, and numastat, in lines of "numa_hit 4711".
 */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../text.h"

#define NODES "devices/system/node"

static const struct metric numastat[] = {
	{ "numa_hit", COUNTER, ONE, "node_memory_numa_numa_hit_total", "Pages allocated on the node as was intended." },
	{ "numa_miss", COUNTER, ONE, "node_memory_numa_numa_miss_total",
	    "Pages allocated on the node though another one was intended." },
	{ "numa_foreign", COUNTER, ONE, "node_memory_numa_numa_foreign_total",
	    "Pages allocated on another node though this one was intended." },
	{ "interleave_hit", COUNTER, ONE, "node_memory_numa_interleave_hit_total",
	    "Pages allocated on the node as interleaving intended." },
	{ "local_node", COUNTER, ONE, "node_memory_numa_local_node_total",
	    "Pages allocated on the node for a CPU of it." },
	{ "other_node", COUNTER, ONE, "node_memory_numa_other_node_total",
	    "Pages allocated on the node for a CPU of another one." },
};

static const struct table tables[] = {
	{ SYS, NODES "/node*/numastat", keyed, numastat, COUNT(numastat), "node", .by_update = true },
	{ 0 },
};

/* What each line of meminfo became last time. All nodes have the same lines. */
static struct field {
	char *key;
	const struct metric *metric;
} *fields;
static size_t n_fields, room_fields;

/* "Active(anon)" becomes Active_anon. */
static const struct metric *
new_metric(struct page *p, const char *key)
{
	char name[128];
	size_t n = strlen(key);

	snprintf(name, sizeof name, "node_memory_numa_%.*s", (int)(n > 0 && key[n - 1] == ')' ? n - 1 : n), key);
	return page_metric(p, GAUGE, ONE, text_name(name), "A line of the meminfo of a NUMA node, in bytes or in pages.");
}

static const struct metric *
metric_at(struct page *p, size_t i, const char *key)
{
	if (i < n_fields && strcmp(fields[i].key, key) == 0)
		return fields[i].metric;
	if (i < n_fields)
		free(fields[i].key);
	else
		fields = must_grow(fields, n_fields++, &room_fields, sizeof *fields);
	fields[i] = (struct field){ must_copy(key), new_metric(p, key) };
	return fields[i].metric;
}

/* The row is that of the node that the lines name. */
static int
add_meminfo(struct page *p, uint32_t row, char *at)
{
	char *line, *node, *key, *value, *unit;
	const char *of = "";
	double v;
	size_t i = 0;
	int err = 0;

	while ((line = text_line(&at)) != NULL) {
		if (text_word(&line, " \t") == NULL)
			continue;
		if ((node = text_word(&line, " \t")) != NULL && strcmp(node, of) != 0)
			row = page_row_of(p, "node", of = node);
		key = text_word(&line, " \t:");
		value = text_word(&line, " \t:");
		unit = text_word(&line, " \t");
		if (value != NULL && text_number(value, &v) && (unit == NULL || strcmp(unit, "kB") == 0))
			page_add(p, metric_at(p, i++, key), row, unit == NULL ? v : v * 1024);
		else
			err = -EINVAL;
	}
	return err;
}

static int
add_numastat(struct page *p, uint32_t row, char *at)
{
	return table_parse_row(tables, at, row, p);
}

static int
add_file(struct page *p, const char *node, const char *file, int (*add)(struct page *p, uint32_t row, char *at))
{
	char *text = place_readf(place(SYS), NODES "/%s/%s", node, file);

	return text == NULL ? -errno : add(p, page_row_of(p, "node", node + strlen("node")), text);
}

static int
update(const struct scope *s, struct page *p)
{
	char **nodes;
	int n = place_list(place(SYS), NODES, "node[0-9]*", &nodes), err = 0, of_meminfo, of_numastat;

	(void)s;
	for (int i = 0; i < n; i++) {
		of_meminfo = add_file(p, nodes[i], "meminfo", add_meminfo);
		of_numastat = add_file(p, nodes[i], "numastat", add_numastat);
		err = of_meminfo != 0 ? of_meminfo : of_numastat != 0 ? of_numastat : err;
	}
	place_list_free(nodes, n);
	return n < 0 && n != -ENOENT ? n : err;
}

const struct collector meminfo_numa = {
	.name = "meminfo_numa",
	.help = "Memory of NUMA nodes, node_memory_numa_* for each line of their meminfo.",
	.off = true,
	.tables = tables,
	.update = update,
};
