/* Energy used, in microjoules: /sys/class/powercap. Documentation/power/powercap/powercap.rst of the kernel */
#include "../collector.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../device.h"
#include "../text.h"

static bool with_zone_label;

static const struct metric metrics[] = {
	{ NULL, COUNTER, US, "node_rapl_joules_total", "Energy used by a zone, in joules." },
	{ 0 },
};

/* The index that the next zone of a name has. */
static struct next {
	char *name;
	uint64_t index;
} *nexts;
static size_t n_nexts, nexts_room;

static struct next *
next_of(const char *name)
{
	for (size_t i = 0; i < n_nexts; i++)
		if (strcmp(nexts[i].name, name) == 0)
			return &nexts[i];
	nexts = must_grow(nexts, n_nexts, &nexts_room, sizeof *nexts);
	nexts[n_nexts] = (struct next){ must_copy(name), 0 };
	return &nexts[n_nexts++];
}

/* "package-1" is the package of index 1; of zones such as "dram" each has the index after that of the one before it. */
static uint64_t
take_index(char *name)
{
	char *dash = strchr(name, '-');
	struct next *next;
	uint64_t index;
	bool has_own = dash != NULL && text_u64(dash + 1, 10, &index);

	if (has_own)
		*dash = '\0';
	next = next_of(name);
	if (!has_own)
		index = next->index;
	next->index = index + 1;
	return index;
}

static void
add(const struct device *d, char *zone, uint64_t number, double energy, struct page *p)
{
	char index[24], path[PATH_MAX], name[ATTRIBUTE_MAX + 32];
	const struct label labels[] = { { "index", index }, { "path", path }, { "rapl_zone", zone } };
	const struct metric *m = &metrics[0];
	uint32_t row;

	snprintf(index, sizeof index, "%llu", (unsigned long long)number);
	snprintf(path, sizeof path, "%s/%s/%s", place_path(SYS), d->where, d->name);
	row = page_row(p, labels, with_zone_label ? 3 : 2);
	if (!with_zone_label) {
		snprintf(name, sizeof name, "node_rapl_%s_joules_total", text_name(zone));
		m = page_metric(p, m->type, m->unit, name, m->help);
	}
	page_add(p, m, row, energy);
}

/* What has no name is a kind of zones. Since 2020 only root may read the energy, which tells what a CPU computes. */
static int
add_zone(const struct device *d, struct page *p)
{
	char room[ATTRIBUTE_MAX + 1], *zone;
	uint64_t index;
	double energy;
	int err = 0;

	if ((zone = device_answer(d, "name", room, NULL)) == NULL)
		return NOT_OURS;
	index = take_index(zone);
	energy = device_value(d, "energy_uj", &err);
	if (isnan(energy))
		return err != 0 ? err : -ENODATA;
	add(d, zone, index, energy, p);
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	(void)s;
	for (size_t i = 0; i < n_nexts; i++)
		nexts[i].index = 0;
	return device_each(NULL, "class/powercap", "*", add_zone, p);
}

const struct collector rapl = {
	.name = "rapl",
	.help = "Energy used by packages, cores and memory.",
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.rapl.enable-zone-label", SWITCH, &with_zone_label,
		    "Export one family with a label rapl_zone, instead of one for each name of a zone." },
		{ 0 },
	},
};
