/* /proc/slabinfo: a row for each slab cache, version 2.1 of the format; root alone may read it. slabinfo(5) */
#include "../collector.h"

#include <string.h>

static const struct metric metrics[] = {
	{ NULL },
	{ "active_objs", GAUGE, ONE, "node_slabinfo_active_objects", "Objects of the slab cache that are in use." },
	{ "num_objs", GAUGE, ONE, "node_slabinfo_objects", "Objects that the slab cache has room for." },
	{ "objsize", GAUGE, ONE, "node_slabinfo_object_size_bytes", "Size of an object." },
	{ "objperslab", GAUGE, ONE, "node_slabinfo_objects_per_slab", "Objects in a slab." },
	{ "pagesperslab", GAUGE, ONE, "node_slabinfo_pages_per_slab", "Pages of a slab." },
};

static struct filter slabs;

static struct buf names;                /* of the rows so far, a NUL behind each */

/* Until Linux 6.12 each mount of 9p has a cache of the same name. The first counts, as in node_exporter. */
static bool
is_new(const char *name)
{
	for (size_t at = 0; at < names.size; at += strlen(names.data + at) + 1)
		if (strcmp(names.data + at, name) == 0)
			return false;
	buf_add(&names, name, strlen(name) + 1);
	return true;
}

/* Two lines are headers: "slabinfo - version: 2.1" and "# name ...". */
static const char *
slab_of(char *word)
{
	bool is_header = strcmp(word, "slabinfo") == 0 || *word == '#';

	return !is_header && filter_takes(&slabs, word) && is_new(word) ? word : NULL;
}

static int
forget_names(const struct scope *s, struct page *p)
{
	(void)s;
	(void)p;
	names.size = 0;
	return 0;
}

const struct collector slabinfo = {
	.name = "slabinfo",
	.help = "The kernel's slab caches.",
	.off = true,
	.tables = (const struct table[]){
		{ PROC, "slabinfo", columns, metrics, COUNT(metrics), "slab", .row = slab_of },
		{ 0 },
	},
	.update = forget_names,
	.flags = (const struct flag[]){
		{ "collector.slabinfo.slabs-include", TEXT, &slabs.include,
		    "Slab caches to export, as a regular expression.", ".*" },
		{ "collector.slabinfo.slabs-exclude", TEXT, &slabs.exclude,
		    "Slab caches to leave out, as a regular expression." },
		{ 0 },
	},
	.filters = { &slabs },
};
