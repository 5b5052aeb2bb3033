/*
 * Sensors of /sys/class/hwmon: files such as temp1_input, temp1_label and fan2_alarm, in the directory of a chip or of
 * the device that the chip is part of. Documentation/hwmon/sysfs-interface.rst of the kernel
 *
 * What the files' names say is kept until a directory changes. The files are read at each scrape, and none of them
 * twice: some take a second to measure.
 */
#include "../collector.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../device.h"
#include "../file.h"
#include "../listing.h"
#include "../text.h"

#define HWMON "class/hwmon"

/* Of a chip's label, and of "label;sensor". */
static struct filter chip_filter, sensor_filter;

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_hwmon_chip_names", "What the driver calls the chip." },
	{ NULL, GAUGE, ONE, "node_hwmon_sensor_label", "What the driver or the board calls the sensor." },
	{ 0 },
};

enum { CHIP_NAMES, SENSOR_LABEL };

/* What becomes of a property of a kind of sensor: the first that fits. NULL fits every one. */
static const struct rule {
	const char *kind, *property, *suffix;
	enum type type;
	enum unit unit;
	const char *help;
} rules[] = {
	{ "beep_enable", NULL, "d", GAUGE, ONE, "1 if the chip may beep." },
	{ "vrm", NULL, "", GAUGE, ONE, "Version of the voltage regulator module." },
	{ "update_interval", NULL, "_seconds", GAUGE, MS, "How often the chip measures." },
	{ NULL, "fault", "", GAUGE, ONE, "1 if the sensor is broken or not connected." },
	{ NULL, "alarm", "", GAUGE, ONE, "1 if the sensor is beyond its limits." },
	{ NULL, "beep", "_enabled", GAUGE, ONE, "1 if an alarm of the sensor beeps." },
	{ "in", NULL, "_volts", GAUGE, MS, "A voltage, or what is set for it." },
	{ "cpu", NULL, "_volts", GAUGE, MS, "Reference voltage of the CPU." },
	{ "temp", "type", "", GAUGE, ONE, "Kind: 1 CPU's diode, 2 transistor, 3 thermal diode, 4 thermistor." },
	{ "temp", NULL, "_celsius", GAUGE, MS, "A temperature, or what is set for it." },
	{ "curr", NULL, "_amps", GAUGE, MS, "A current, or what is set for it." },
	{ "energy", NULL, "_joule_total", COUNTER, US, "Energy used." },
	{ "power", "accuracy", "", GAUGE, US, "Accuracy of the meter, as a ratio." },
	{ "power", "average_interval", "_seconds", GAUGE, MS, "Time over which power is averaged." },
	{ "power", "average_interval_min", "_seconds", GAUGE, MS, "Shortest time over which power can be averaged." },
	{ "power", "average_interval_max", "_seconds", GAUGE, MS, "Longest time over which power can be averaged." },
	{ "power", NULL, "_watt", GAUGE, US, "Power, or what is set for it." },
	{ "humidity", NULL, "", GAUGE, US, "Relative humidity, as a ratio." },
	{ "fan", "input", "_rpm", GAUGE, ONE, "Speed of the fan." },
	{ "fan", "min", "_rpm", GAUGE, ONE, "Lowest good speed of the fan." },
	{ "fan", "max", "_rpm", GAUGE, ONE, "Highest good speed of the fan." },
	{ "fan", "target", "_rpm", GAUGE, ONE, "Speed that the fan is to have." },
	{ "fan", NULL, "", GAUGE, ONE, "A setting of the fan, as its driver has it." },
	{ "freq", "input", "_freq_mhz", GAUGE, US, "Frequency of a clock, in MHz." },
	{ "freq", NULL, "", GAUGE, ONE, "A setting of the clock, as its driver has it." },
	{ "intrusion", NULL, "", GAUGE, ONE, "Detection of an opened chassis." },
	{ "pwm", NULL, "", GAUGE, ONE, "Pulse width for a fan, 0 to 255, or a setting of it." },
};

enum dir { OF_CHIP, OF_DEVICE, DIRS };

/* A file that is exported. */
struct reading {
	const char *file, *property;    /* "temp1_max", and "max" in it; in the listing */
	char sensor[40];                /* "temp1" */
	const struct rule *rule;        /* NULL: the sensor's label */
	const struct metric *metric;
	bool in[DIRS];
};

struct chip {
	const char *hwmon;              /* "hwmon0" */
	char *base, *label, *name;      /* where it is; what tells it from others there; "coretemp", or NULL */
	bool wanted, has_device;
	struct listing dirs[DIRS];
	struct reading *readings;       /* those of a sensor together, its label first */
	size_t n, room;
};

static struct listing class;
static struct chip *chips;
static size_t n_chips;

/* Names ---------------------------------------------------------------------------------------------------------- */

/* Lower case, what may not stand in a family's name as '_', and none of these at the ends; in place. */
static char *
clean(char *text)
{
	char *out = text;

	for (const char *c = text; *c != '\0'; c++) {
		if (((unsigned char)*c & 0xc0) == 0x80)
			continue;               /* of a UTF-8 sequence that has one '_' already */
		*out++ = *c == ':' || isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '_';
	}
	while (out > text && out[-1] == '_')
		out--;
	*out = '\0';
	return text + strspn(text, "_");
}

/* "platform_coretemp_0" of /sys/devices/platform/coretemp.0, where the link "device" leads. NULL: it leads nowhere. */
static char *
base_of_device(const char *hwmon)
{
	char path[PATH_MAX], *real, *device, *bus;
	struct buf base = { 0 };

	snprintf(path, sizeof path, "%s/" HWMON "/%s/device", place_path(SYS), hwmon);
	if ((real = realpath(path, NULL)) == NULL)
		return NULL;
	device = strrchr(real, '/');
	*device++ = '\0';
	device = clean(device);
	bus = strrchr(real, '/');
	bus = bus == NULL ? real : clean(bus + 1);
	if (*device != '\0')
		buf_print(&base, "%s%s%s", bus, *bus == '\0' ? "" : "_", device);
	free(real);
	return base.data;
}

static char *
base_of(const struct chip *c)
{
	char *base = base_of_device(c->hwmon);

	return base != NULL ? base : must_copy(c->name != NULL ? c->name : c->hwmon);
}

/* Chips in one place are told apart by their names, or where these are the same by their numbers. */
static char *
label_of(const struct chip *c)
{
	bool alone = true, unique = c->name != NULL;
	struct buf label = { 0 };

	for (const struct chip *other = chips; other < chips + n_chips; other++) {
		if (other == c || strcmp(other->base, c->base) != 0)
			continue;
		alone = false;
		unique = unique && (other->name == NULL || strcmp(other->name, c->name) != 0);
	}
	buf_print(&label, "%s%s%s", c->base, alone ? "" : "_", alone ? "" : unique ? c->name : c->hwmon);
	return label.data;
}

/* The chips ------------------------------------------------------------------------------------------------------ */

static void
forget(struct chip *c)
{
	free(c->base);
	free(c->label);
	free(c->name);
	free(c->readings);
	for (size_t i = 0; i < DIRS; i++)
		listing_free(&c->dirs[i]);
}

static void
add_chip(const char *hwmon)
{
	struct chip *c = &chips[n_chips];
	char text[ATTRIBUTE_MAX + 1], *name;
	int dir = file_directory(class.fd, hwmon);

	if (dir < 0)
		return;
	*c = (struct chip){ .hwmon = hwmon };
	if (device_read(dir, "name", text) > 0 && *(name = clean(text)) != '\0')
		c->name = must_copy(name);
	close(dir);
	c->base = base_of(c);
	n_chips++;
}

static void
find_chips(void)
{
	while (n_chips > 0)
		forget(&chips[--n_chips]);
	chips = must_realloc(chips, (class.n + 1) * sizeof *chips);
	for (size_t i = 0; i < class.n; i++)
		add_chip(class.entries[i]->d_name);
	for (struct chip *c = chips; c < chips + n_chips; c++) {
		c->label = label_of(c);
		c->wanted = filter_takes(&chip_filter, c->label);
	}
}

/* Their files ---------------------------------------------------------------------------------------------------- */

#define DIGITS "0123456789"

/* False for what is no kind of sensor. *rule is NULL for a label. */
static bool
find_rule(const char *kind, const char *property, const struct rule **rule)
{
	bool known = false;

	*rule = NULL;
	for (const struct rule *r = rules; r < rules + COUNT(rules); r++) {
		known = known || (r->kind != NULL && strcmp(r->kind, kind) == 0);
		if (*rule == NULL && (r->kind == NULL || strcmp(r->kind, kind) == 0) &&
		    (r->property == NULL || strcmp(r->property, property) == 0))
			*rule = r;
	}
	if (strcmp(property, "label") == 0)
		*rule = NULL;
	return known;
}

/* "temp1_max" is the property "max" of the sensor "temp1", "vrm" the property "" of "vrm0". */
static bool
parse(struct reading *r, const char *file)
{
	const size_t length = strcspn(file, DIGITS), digits = strspn(file + length, DIGITS);
	const char *rest = file + length + digits;
	char kind[16];

	if (length >= sizeof kind || digits > 18 || (*rest != '\0' && (*rest != '_' || rest[1] == '\0')))
		return false;
	*r = (struct reading){ .file = file, .property = *rest == '\0' ? rest : rest + 1 };
	memcpy(kind, file, length);
	kind[length] = '\0';
	snprintf(r->sensor, sizeof r->sensor, "%s%llu", kind, strtoull(file + length, NULL, 10));
	return find_rule(kind, r->property, &r->rule);
}

static bool
is_kind(const struct reading *r, const char *kind)
{
	return r->rule->kind != NULL && strcmp(r->rule->kind, kind) == 0;
}

/* has_bare: there is also a file of the sensor without a property, and that is its value. */
static const struct metric *
metric_of(const struct reading *r, bool has_bare, struct page *p)
{
	char name[2 * NAME_MAX], copy[NAME_MAX + 1];
	const char *kind = is_kind(r, "vrm") ? "voltage_regulator_version" : r->file, *property;

	snprintf(copy, sizeof copy, "%s", r->property);
	property = strcmp(copy, "input") == 0 && !has_bare ? "" : clean(copy);
	snprintf(name, sizeof name, "node_hwmon_%.*s%s%s%s", (int)strcspn(kind, DIGITS), kind,
	    *property == '\0' ? "" : "_", property, r->rule->suffix);
	return page_metric(p, r->rule->type, r->rule->unit, name, r->rule->help);
}

static int
by_sensor(const void *a, const void *b)
{
	const struct reading *x = a, *y = b;
	int order = strcmp(x->sensor, y->sensor);

	if (order == 0 && (x->rule == NULL) != (y->rule == NULL))
		return x->rule == NULL ? -1 : 1;
	return order != 0 ? order : strcmp(x->property, y->property);
}

static bool
is_wanted(const struct chip *c, const struct reading *r)
{
	struct buf name = { 0 };
	bool wanted;

	buf_print(&name, "%s;%s", c->label, r->sensor);
	wanted = filter_takes(&sensor_filter, name.data);
	buf_free(&name);
	return wanted;
}

static void
add_files(struct chip *c, enum dir dir)
{
	const struct listing *d = &c->dirs[dir];
	struct reading r;

	for (size_t i = 0; i < d->n; i++) {
		if (d->entries[i]->d_type == DT_DIR || !parse(&r, d->entries[i]->d_name) || !is_wanted(c, &r))
			continue;
		r.in[dir] = true;
		c->readings = must_grow(c->readings, c->n, &c->room, sizeof *c->readings);
		c->readings[c->n++] = r;
	}
}

/* What both directories have becomes one. */
static void
join_files(struct chip *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (n > 0 && by_sensor(&c->readings[n - 1], &c->readings[i]) == 0)
			for (size_t dir = 0; dir < DIRS; dir++)
				c->readings[n - 1].in[dir] |= c->readings[i].in[dir];
		else
			c->readings[n++] = c->readings[i];
	c->n = n;
}

static void
find_files(struct chip *c, struct page *p)
{
	const char *bare = "";          /* the sensor that has a file without a property */

	c->n = 0;
	add_files(c, OF_CHIP);
	if (c->has_device)
		add_files(c, OF_DEVICE);
	if (c->n > 0)
		qsort(c->readings, c->n, sizeof *c->readings, by_sensor);
	join_files(c);
	for (struct reading *r = c->readings; r < c->readings + c->n; r++) {
		if (*r->property == '\0')
			bare = r->sensor;
		if (r->rule != NULL)
			r->metric = metric_of(r, strcmp(bare, r->sensor) == 0, p);
	}
}

/* Opens the chip's directories and finds its files, if there may be others than before. False: it has gone. */
static bool
open_chip(struct chip *c, struct page *p)
{
	bool had_device = c->has_device;
	int chip = listing_open(&c->dirs[OF_CHIP], class.fd, c->hwmon), device;

	if (chip < 0)
		return false;
	device = listing_open(&c->dirs[OF_DEVICE], c->dirs[OF_CHIP].fd, "device");
	c->has_device = device >= 0;
	if (chip > 0 || device > 0 || c->has_device != had_device)
		find_files(c, p);
	return true;
}

static void
close_chip(struct chip *c)
{
	listing_close(&c->dirs[OF_CHIP]);
	if (c->has_device)
		listing_close(&c->dirs[OF_DEVICE]);
}

/* What they tell ------------------------------------------------------------------------------------------------- */

struct sensor {
	const char *name;
	uint32_t row;
	bool has_label;
	char label[ATTRIBUTE_MAX + 1];  /* as part of a name */
};

/* A file's text without newlines at both ends. The device's comes before the chip's. */
static char *
read_file(const struct chip *c, const struct reading *r, char text[ATTRIBUTE_MAX + 1])
{
	ssize_t n = -ENOENT;

	for (int dir = OF_DEVICE; n < 0 && dir >= OF_CHIP; dir--)
		if (r->in[dir])
			n = device_read(c->dirs[dir].fd, r->file, text);
	while (n > 0 && text[n - 1] == '\n')
		text[--n] = '\0';
	return n < 0 ? NULL : text + strspn(text, "\n");
}

static void
add_label(const struct chip *c, struct sensor *s, char *text, struct page *p)
{
	page_add(p, &metrics[SENSOR_LABEL], page_row(p, LABELS({ "chip", c->label }, { "label", text },
	    { "sensor", s->name })), 1);
	s->has_label = true;
	snprintf(s->label, sizeof s->label, "%s", clean(text));
}

static void
add_value(const struct chip *c, const struct sensor *s, const struct reading *r, const char *text, struct page *p)
{
	uint32_t row = s->row;
	double value;

	if (is_kind(r, "beep_enable"))
		text = strcmp(text, "1") == 0 ? "1" : "0";
	if (!text_number(text, &value) || !isfinite(value))
		return;
	if (is_kind(r, "freq") && strcmp(r->property, "input") == 0) {
		if (!s->has_label)
			return;
		row = page_row(p, LABELS({ "chip", c->label }, { "sensor", s->label }));
	}
	page_add(p, r->metric, row, value);
}

static void
add_chip_to(struct page *p, const struct chip *c)
{
	char room[ATTRIBUTE_MAX + 1], *text;
	struct sensor s = { .name = "" };

	if (c->name != NULL)
		page_add(p, &metrics[CHIP_NAMES], page_row(p, LABELS({ "chip", c->label }, { "chip_name", c->name })),
		    1);
	for (const struct reading *r = c->readings; r < c->readings + c->n; r++) {
		if (strcmp(s.name, r->sensor) != 0)
			s = (struct sensor){
				.name = r->sensor,
				.row = page_row(p, LABELS({ "chip", c->label }, { "sensor", r->sensor })),
			};
		if ((text = read_file(c, r, room)) == NULL)
			continue;
		if (r->rule == NULL)
			add_label(c, &s, text, p);
		else
			add_value(c, &s, r, text, p);
	}
}

static int
update(const struct scope *s, struct page *p)
{
	int changed = listing_open(&class, place(SYS)->dir, HWMON);

	(void)s;
	if (changed < 0)
		return changed == -ENOENT ? -ENODATA : changed;
	if (changed > 0)
		find_chips();
	for (struct chip *c = chips; c < chips + n_chips; c++) {
		if (!c->wanted || !open_chip(c, p))
			continue;
		add_chip_to(p, c);
		close_chip(c);
	}
	listing_close(&class);
	return 0;
}

const struct collector hwmon = {
	.name = "hwmon",
	.help = "Sensors: temperatures, fans, voltages, power.",
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.hwmon.chip-include", TEXT, &chip_filter.include,
		    "Chips to export, as a regular expression." },
		{ "collector.hwmon.chip-exclude", TEXT, &chip_filter.exclude,
		    "Chips to leave out, as a regular expression." },
		{ "collector.hwmon.sensor-include", TEXT, &sensor_filter.include,
		    "Sensors to export, as a regular expression of chip;sensor." },
		{ "collector.hwmon.sensor-exclude", TEXT, &sensor_filter.exclude,
		    "Sensors to leave out, as a regular expression of chip;sensor." },
		{ 0 },
	},
	.filters = { &chip_filter, &sensor_filter },
};
