/*
 * Thermal zones, in millidegrees, and what cools them: /sys/class/thermal. Documentation/driver-api/thermal/
 * sysfs-api.rst of the kernel
 *
 * Each CPU may be a cooling device, so types are read only when there are other devices than before.
 */
#include "../collector.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../device.h"
#include "../listing.h"
#include "../text.h"

static const struct metric metrics[] = {
	{ "temp", GAUGE, MILLI, "node_thermal_zone_temp", "Temperature of a zone, in degrees Celsius." },
	{ "cur_state", GAUGE, ONE, "node_cooling_device_cur_state", "How hard the device cools; 0: not at all." },
	{ "max_state", GAUGE, ONE, "node_cooling_device_max_state", "How hard the device can cool." },
	{ 0 },
};

enum { TEMP, CUR_STATE, MAX_STATE };

/* A zone or a cooling device. */
static struct thing {
	const char *name;               /* in the listing */
	char *type;                     /* NULL: it cannot be read */
	bool is_zone;
} *things;
static size_t n_things;

static struct listing listing;
static struct device class = { NULL, "class", "thermal", -1 };

static double
read_value(const struct thing *t, const struct metric *m, int *err)
{
	char path[NAME_MAX + 32];

	snprintf(path, sizeof path, "%s/%s", t->name, m->key);
	return device_value(&class, path, err);
}

static void
add_found(const char *name)
{
	char path[NAME_MAX + 32], room[ATTRIBUTE_MAX + 1], *type;
	bool is_zone = fnmatch("thermal_zone[0-9]*", name, 0) == 0;

	if (!is_zone && fnmatch("cooling_device[0-9]*", name, 0) != 0)
		return;
	snprintf(path, sizeof path, "%s/type", name);
	type = device_answer(&class, path, room, NULL);
	things[n_things++] = (struct thing){ name, type == NULL ? NULL : must_copy(type), is_zone };
}

static void
find_things(void)
{
	while (n_things > 0)
		free(things[--n_things].type);
	things = must_realloc(things, (listing.n + 1) * sizeof *things);
	for (size_t i = 0; i < listing.n; i++)
		add_found(listing.entries[i]->d_name);
}

/*
 * Many a driver has no answer for the time being, in its own errno: such a zone is left out. As in node_exporter an answer
 * that is no number, which only a copied file has, is 0.
 */
static void
add_zone(const struct thing *t, struct page *p)
{
	char path[NAME_MAX + 32], room[ATTRIBUTE_MAX + 1];
	const char *text;
	double temp;

	snprintf(path, sizeof path, "%s/%s", t->name, metrics[TEMP].key);
	if ((text = device_answer(&class, path, room, NULL)) == NULL)
		return;
	if (!text_number(text, &temp))
		temp = 0;
	page_add(p, &metrics[TEMP], page_row(p, LABELS({ "type", t->type == NULL ? "" : t->type },
	    { "zone", t->name + strlen("thermal_zone") })), temp);
}

/* A device without one of them is left out. */
static int
add_cooling(const struct thing *t, struct page *p)
{
	int err = 0;
	double cur = read_value(t, &metrics[CUR_STATE], &err), max = read_value(t, &metrics[MAX_STATE], &err);
	uint32_t row;

	if (isnan(cur) || isnan(max) || t->type == NULL)
		return err;
	row = page_row(p, LABELS({ "name", t->name + strlen("cooling_device") }, { "type", t->type }));
	page_add(p, &metrics[CUR_STATE], row, cur);
	page_add(p, &metrics[MAX_STATE], row, max);
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	int err = listing_open(&listing, place(SYS)->dir, "class/thermal"), result = 0;

	(void)s;
	if (err < 0)
		return err == -ENOENT ? 0 : err;
	class.dir = listing.fd;
	if (err > 0)
		find_things();
	for (const struct thing *t = things; t < things + n_things; t++)
		if (t->is_zone)
			add_zone(t, p);
		else if ((err = add_cooling(t, p)) != 0)
			result = err;
	listing_close(&listing);
	return result;
}

const struct collector thermal_zone = {
	.name = "thermal_zone",
	.help = "Thermal zones and cooling devices.",
	.metrics = metrics,
	.update = update,
};
