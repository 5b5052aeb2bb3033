/*
 * /proc/zoneinfo: "Node 0, zone  DMA", then what is known of the zone in lines of "nr_free_pages 3840"; in the first zone
 * of a node, also what is known of the node.
 */
#include "../collector.h"

#include <errno.h>
#include <string.h>

#include "../text.h"

#define PAGES_OF(key, help) { key, GAUGE, ONE, "node_zoneinfo_" key "_pages", help }
#define COUNTER_OF(key, help) { key, COUNTER, ONE, "node_zoneinfo_" key "_total", help }
#define PROTECTION(i) \
	{ NULL, GAUGE, ONE, "node_zoneinfo_protection_" #i, \
	    "Free pages to be left to allocations that could have had zone " #i "." }

/* First those of PROTECTION, then the others in the order of their keys. */
static const struct metric metrics[] = {
	PROTECTION(0), PROTECTION(1), PROTECTION(2), PROTECTION(3), PROTECTION(4), PROTECTION(5),
	PAGES_OF("high", "The zone's high watermark: kswapd sleeps above it."),
	PAGES_OF("low", "The zone's low watermark: kswapd wakes below it."),
	PAGES_OF("managed", "Pages that the buddy allocator manages."),
	PAGES_OF("min", "The zone's min watermark: allocations reclaim below it."),
	PAGES_OF("nr_active_anon", "Anonymous pages used lately."),
	PAGES_OF("nr_active_file", "Pages of files used lately."),
	{ "nr_anon_pages", GAUGE, ONE, "node_zoneinfo_nr_anon_pages", "Anonymous pages in page tables." },
	{ "nr_anon_transparent_hugepages", GAUGE, ONE, "node_zoneinfo_nr_anon_transparent_hugepages",
	    "Anonymous transparent huge pages." },
	COUNTER_OF("nr_dirtied", "Pages that became dirty."),
	PAGES_OF("nr_dirty", "Pages of files that wait to be written back."),
	{ "nr_file_pages", GAUGE, ONE, "node_zoneinfo_nr_file_pages", "Pages of the page cache." },
	{ "nr_free_pages", GAUGE, ONE, "node_zoneinfo_nr_free_pages", "Pages that are free." },
	PAGES_OF("nr_inactive_anon", "Anonymous pages not used lately."),
	PAGES_OF("nr_inactive_file", "Pages of files not used lately."),
	PAGES_OF("nr_isolated_anon", "Anonymous pages taken off their list for a while."),
	PAGES_OF("nr_isolated_file", "Pages of files taken off their list for a while."),
	{ "nr_kernel_stack", GAUGE, ONE, "node_zoneinfo_nr_kernel_stacks", "Kernel stacks of tasks, in KiB." },
	PAGES_OF("nr_mapped", "Pages of files in page tables."),
	PAGES_OF("nr_mlock_stack", "Locked pages that were moved to the unevictable list; old kernels only."),
	PAGES_OF("nr_shmem", "Pages of shared memory and tmpfs."),
	PAGES_OF("nr_slab_reclaimable", "Slab pages that can be reclaimed."),
	PAGES_OF("nr_slab_unreclaimable", "Slab pages that cannot be reclaimed."),
	PAGES_OF("nr_unevictable", "Pages that cannot be reclaimed."),
	PAGES_OF("nr_writeback", "Pages being written back."),
	COUNTER_OF("nr_written", "Pages written back."),
	COUNTER_OF("numa_foreign", "Pages allocated on another node though this one was intended."),
	COUNTER_OF("numa_hit", "Pages allocated on the node as was intended."),
	COUNTER_OF("numa_interleave", "Pages allocated on the node as interleaving intended."),
	COUNTER_OF("numa_local", "Pages allocated on the node for a CPU of it."),
	COUNTER_OF("numa_miss", "Pages allocated on the node though another one was intended."),
	COUNTER_OF("numa_other", "Pages allocated on the node for a CPU of another one."),
	PAGES_OF("present", "Pages of memory in the zone."),
	PAGES_OF("scanned", "Pages scanned since some were reclaimed last; old kernels only."),
	PAGES_OF("spanned", "Pages that the zone spans, holes included."),
	{ 0 },
};

enum { PROTECTIONS = 6, KEYS = COUNT(metrics) - PROTECTIONS - 1 };

static int
by_key(const void *key, const void *metric)
{
	return strcmp(key, ((const struct metric *)metric)->key);
}

static int
add(struct page *p, const struct metric *m, uint32_t row, const char *value)
{
	double v;

	if (value == NULL || !text_number(value, &v))
		return -EINVAL;
	page_add(p, m, row, v);
	return 0;
}

/* "(0, 3019, 4811, 4811, 4811)": one for each kind of zone. */
static int
add_protection(struct page *p, uint32_t row, char *at)
{
	char *list = text_field(&at, ')');
	const char *word;
	int err = 0;

	for (int i = 0; i < PROTECTIONS && (word = text_word(&list, "(, ")) != NULL; i++)
		if (add(p, &metrics[i], row, word) != 0)
			err = -EINVAL;
	return err;
}

static int
add_line(struct page *p, uint32_t row, char *line)
{
	const struct metric *m = &metrics[PROTECTIONS];
	const char *key = text_word(&line, " \t");
	size_t i;

	if (key == NULL)
		return 0;
	if (strcmp(key, "protection:") == 0)
		return add_protection(p, row, line);
	i = array_place(key, m, KEYS, sizeof *m, by_key);
	return i < KEYS && strcmp(m[i].key, key) == 0 ? add(p, &m[i], row, text_word(&line, " \t")) : 0;
}

/* The row of a zone from behind "Node "; 0 if the line is none. */
static uint32_t
row_of(struct page *p, char *line)
{
	const char *node = text_word(&line, " \t,"), *word = text_word(&line, " \t"), *zone = text_word(&line, " \t");

	return word == NULL || zone == NULL ? 0 : page_row(p, LABELS({ "node", node }, { "zone", zone }));
}

static int
update(const struct scope *s, struct page *p)
{
	char *at = place_read(s, "zoneinfo"), *line;
	uint32_t row = 0;
	int err = 0;

	if (at == NULL)
		return -errno;
	while ((line = text_line(&at)) != NULL) {
		if (text_starts(line, "Node ")) {
			row = row_of(p, line + strlen("Node "));
			if (row == 0)
				err = -EINVAL;
		} else if (row != 0 && add_line(p, row, line) != 0) {
			err = -EINVAL;
		}
	}
	return err;
}

const struct collector zoneinfo = {
	.name = "zoneinfo",
	.help = "Pages of memory zones.",
	.off = true,
	.metrics = metrics,
	.update = update,
};
