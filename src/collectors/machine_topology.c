/*
 * Which caches, CPUs and memory belong together: sysfs' NUMA nodes.
 * Documentation/ABI/stable/sysfs-devices-node, Documentation/ABI/testing/sysfs-devices-system-cpu
 */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../machine_id.h"
#include "../text.h"

#define NODES "devices/system/node"
#define CPUS "devices/system/cpu"

enum { CACHE, SIBLINGS, MEMORY, HUGEPAGES, DISTANCE };

static const struct metric metrics[] = {
	[CACHE] = { "", GAUGE, KIB, "machine_cpu_cache_capacity_bytes",
	    "Caches of a core, or of a node where cores share them." },
	[SIBLINGS] = { "", GAUGE, ONE, "machine_thread_siblings_count", "Logical CPUs of the core of this one." },
	[MEMORY] = { "", GAUGE, KIB, "machine_node_memory_capacity_bytes", "Memory of the node." },
	[HUGEPAGES] = { "", GAUGE, ONE, "machine_node_hugepages_count", "Huge pages of the node." },
	[DISTANCE] = { "", GAUGE, ONE, "machine_node_distance", "Cost of access from node to node; 10 is none." },
	{ 0 },
};

/* A value of a CPU, which needs CPUs to come or go to change. */
struct figure {
	int metric;
	char node[8], core[8], cpu[8], level[8], type[16];      /* "": no such label */
	double value;
};

static struct figure *figures;
static size_t n_figures, room_figures;

/* Of a file of the CPU. */
static void
first_line(char *out, size_t size, const char *cpu, const char *file)
{
	text_first(out, size, place_readf(place(SYS), CPUS "/%s/%s", cpu, file));
}

/* How many CPUs are in a list, and which is the first. */
static unsigned
count_list(char *list, uint64_t *first)
{
	uint64_t from, to;
	unsigned n = 0;

	for (; list != NULL && text_range(&list, &from, &to) > 0 && to >= from; n += (unsigned)(to - from) + 1)
		if (n == 0)
			*first = from;
	return n;
}

/* Caches of the same labels, as those that some cores of a node share, are one figure. */
static void
keep(const struct figure *new)
{
	for (size_t i = 0; i < n_figures; i++) {
		struct figure *f = &figures[i];

		if (f->metric == new->metric && strcmp(f->node, new->node) == 0 && strcmp(f->core, new->core) == 0 &&
		    strcmp(f->cpu, new->cpu) == 0 && strcmp(f->level, new->level) == 0 &&
		    strcmp(f->type, new->type) == 0) {
			f->value += new->value;
			return;
		}
	}
	figures = must_grow(figures, n_figures, &room_figures, sizeof *figures);
	figures[n_figures++] = *new;
}

/* A cache is told by the first of its CPUs. Its size is "32K". */
static void
read_cache(struct figure f, const char *cpu, const char *index, unsigned threads)
{
	char path[64], size[16];
	uint64_t first = 0;
	unsigned n = count_list(place_readf(place(SYS), CPUS "/%s/cache/%s/shared_cpu_list", cpu, index), &first);

	if (n == 0 || first != strtoul(f.cpu, NULL, 10))
		return;
	snprintf(path, sizeof path, "cache/%s/size", index);
	first_line(size, sizeof size, cpu, path);
	f.metric = CACHE;
	f.value = strtod(size, NULL);
	snprintf(path, sizeof path, "cache/%s/type", index);
	first_line(f.type, sizeof f.type, cpu, path);
	snprintf(path, sizeof path, "cache/%s/level", index);
	first_line(f.level, sizeof f.level, cpu, path);
	f.cpu[0] = '\0';
	if (n > threads)
		f.core[0] = '\0';
	keep(&f);
}

static void
read_cpu(const char *node, const char *cpu)
{
	struct figure f = { .metric = SIBLINGS };
	char path[64], **caches;
	uint64_t first;
	int n;

	first_line(f.core, sizeof f.core, cpu, "topology/core_id");
	if (f.core[0] == '\0')
		return;                         /* offline */
	snprintf(f.node, sizeof f.node, "%s", node);
	snprintf(f.cpu, sizeof f.cpu, "%s", cpu + strlen("cpu"));
	f.value = count_list(place_readf(place(SYS), CPUS "/%s/topology/thread_siblings_list", cpu), &first);
	keep(&f);
	snprintf(path, sizeof path, CPUS "/%s/cache", cpu);
	n = place_list(place(SYS), path, "index[0-9]*", &caches);
	for (int i = 0; i < n; i++)
		read_cache(f, cpu, caches[i], (unsigned)f.value);
	if (n >= 0)
		place_list_free(caches, n);
}

static void
read_cpus(const char *path, const char *node)
{
	char **cpus;
	int n = place_list(place(SYS), path, "cpu[0-9]*", &cpus);

	for (int i = 0; i < n; i++)
		read_cpu(node, cpus[i]);
	if (n >= 0)
		place_list_free(cpus, n);
}

static uint32_t
row_of(struct page *p, const struct figure *f)
{
	if (f->metric == SIBLINGS)
		return page_row(p, LABELS({ "core_id", f->core }, { "node_id", f->node }, { "thread_id", f->cpu }));
	return page_row(p, LABELS(
		{ "core_id", f->core }, { "level", f->level }, { "node_id", f->node }, { "type", f->type }
	));
}

static int
by_number(const void *a, const void *b)
{
	return (int)strtoul(*(char *const *)a + strlen("node"), NULL, 10) -
	    (int)strtoul(*(char *const *)b + strlen("node"), NULL, 10);
}

/* Without NUMA there is the node 0. */
static void
add_cpus(struct page *p, char **nodes, int n)
{
	static char online[128];
	char now[sizeof online], path[64];

	text_first(now, sizeof now, place_read(place(SYS), CPUS "/online"));
	if (n_figures == 0 || strcmp(now, online) != 0) {
		n_figures = 0;
		if (n <= 0)
			read_cpus(CPUS, "0");
		for (int i = 0; i < n; i++) {
			snprintf(path, sizeof path, NODES "/%s", nodes[i]);
			read_cpus(path, nodes[i] + strlen("node"));
		}
	}
	memcpy(online, now, sizeof online);
	for (size_t i = 0; i < n_figures; i++)
		page_add(p, &metrics[figures[i].metric], row_of(p, &figures[i]), figures[i].value);
}

/* "Node 0 MemTotal:  16314804 kB". */
static void
add_memory(struct page *p, const char *node)
{
	char *text = place_readf(place(SYS), NODES "/%s/meminfo", node), *at;
	uint32_t row = page_row_of(p, "node_id", node + strlen("node"));

	if (text != NULL && (at = strstr(text, " MemTotal:")) != NULL)
		page_add(p, &metrics[MEMORY], row, text_value(at + 1, "MemTotal"));
}

/* Page sizes are in kB, from names such as hugepages-2048kB. */
static void
add_hugepages(struct page *p, const char *node)
{
	char path[64], **sizes, *text, *kilobytes;
	double pages;
	int n;

	snprintf(path, sizeof path, NODES "/%s/hugepages", node);
	n = place_list(place(SYS), path, "hugepages-*kB", &sizes);
	for (int i = 0; i < n; i++) {
		text = place_readf(place(SYS), "%s/%s/nr_hugepages", path, sizes[i]);
		kilobytes = sizes[i] + strlen("hugepages-");
		if (text == NULL || !text_number(text_trim(text), &pages))
			continue;
		kilobytes[strlen(kilobytes) - strlen("kB")] = '\0';
		page_add(p, &metrics[HUGEPAGES], page_row(p, LABELS(
			{ "node_id", node + strlen("node") }, { "page_size", kilobytes }
		)), pages);
	}
	if (n >= 0)
		place_list_free(sizes, n);
}

/* A row of the table of distances, whose columns are the nodes in the order of their numbers. */
static void
add_distances(struct page *p, const char *node, char **nodes, int n)
{
	char *at = place_readf(place(SYS), NODES "/%s/distance", node), *word;
	double distance;

	for (int i = 0; i < n && at != NULL && (word = text_word(&at, " \n")) != NULL; i++)
		if (text_number(word, &distance))
			page_add(p, &metrics[DISTANCE], page_row(p, LABELS(
				{ "node_id", node + strlen("node") }, { "target_node_id", nodes[i] + strlen("node") }
			)), distance);
}

static int
update(const struct scope *s, struct page *p)
{
	char **nodes;
	int n = place_list(place(SYS), NODES, "node[0-9]*", &nodes);

	(void)s;
	if (n > 0)
		qsort(nodes, (size_t)n, sizeof *nodes, by_number);
	page_scope(p, machine_id());
	add_cpus(p, nodes, n);
	for (int i = 0; i < n; i++) {
		add_memory(p, nodes[i]);
		add_hugepages(p, nodes[i]);
		add_distances(p, nodes[i], nodes, n);
	}
	page_scope(p, NULL);
	if (n >= 0)
		place_list_free(nodes, n);
	return n <= 0 && n_figures == 0 ? -ENODATA : 0;
}

const struct collector machine_topology = {
	.name = "machine.topology",
	.help = "Caches, cores and memory of the machine's NUMA nodes.",
	.over = MACHINE,
	.off = true,
	.metrics = metrics,
	.update = update,
};
