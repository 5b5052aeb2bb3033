/* Memory errors: /sys/devices/system/edac/mc. Documentation/admin-guide/RAS/main.rst of the kernel */
#include "../collector.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../device.h"
#include "../text.h"

#define ERRORS(file, of, kind, whose, ...) \
	{ file, COUNTER, ONE, "node_edac_" of kind "correctable_errors_total", \
	    "Errors of " whose " that were " kind "corrected.", { __VA_ARGS__ } }

static const struct metric metrics[] = {
	ERRORS("ce_count", "", "", "a memory controller", { NULL, NULL }),
	ERRORS("ue_count", "", "un", "a memory controller", { NULL, NULL }),
	ERRORS("ce_noinfo_count", "csrow_", "", "a row of memory chips", { "csrow", "unknown" }),
	ERRORS("ue_noinfo_count", "csrow_", "un", "a row of memory chips", { "csrow", "unknown" }),
	ERRORS("ce_count", "csrow_", "", "a row of memory chips", { NULL, NULL }),
	ERRORS("ue_count", "csrow_", "un", "a row of memory chips", { NULL, NULL }),
	ERRORS(NULL, "channel_", "", "a channel of a row", { NULL, NULL }),
	ERRORS(NULL, "channel_", "un", "a channel of a row", { NULL, NULL }),
	{ 0 },
};

enum { CONTROLLER = 0, UNKNOWN_ROW = 2, ROW = 4, CHANNEL = 6 };

/* The number in a name such as mc0 or csrow10. */
static const char *
number_of(const struct device *d)
{
	return d->name + strcspn(d->name, "0123456789");
}

/* All of these belong to a controller or row; that one is missing is no error to be logged. */
static void
add(const struct device *d, const struct metric m[2], uint32_t row, struct page *p, int *err)
{
	double value;

	for (size_t i = 0; i < 2; i++)
		if (!isnan(value = device_value(d, m[i].key, err)))
			page_add(p, &m[i], row, value);
		else if (*err == 0)
			*err = -ENODATA;
}

/* "mc#0csrow#1channel#0" becomes "mc0_csrow1_channel0". */
static void
print_label(const char *text, struct buf *to)
{
	to->size = 0;
	for (; *text != '\0'; text++) {
		if (text_starts(text, "csrow") || text_starts(text, "channel"))
			buf_add(to, "_", 1);
		if (*text != '#')
			buf_add(to, text, 1);
	}
	buf_add(to, "", 1);
}

/* ch0_ce_count is of the channel 0, as are ch0_ue_count and ch0_dimm_label. */
static void
add_channel(const struct device *row, const char *ce_count, struct page *p, int *err)
{
	const char *const number = ce_count + strlen("ch");
	const int digits = (int)strspn(number, "0123456789");
	char channel[16], ue_count[32], dimm_label[32], room[ATTRIBUTE_MAX + 1], *text;
	static struct buf label;
	uint32_t labels;
	double value;

	if (digits == 0 || digits >= (int)sizeof channel || strcmp(number + digits, "_ce_count") != 0)
		return;
	snprintf(channel, sizeof channel, "%.*s", digits, number);
	snprintf(ue_count, sizeof ue_count, "ch%s_ue_count", channel);
	snprintf(dimm_label, sizeof dimm_label, "ch%s_dimm_label", channel);
	text = device_answer(row, dimm_label, room, NULL);
	print_label(text == NULL ? "unknown" : text, &label);
	labels = page_row(p, LABELS({ "channel", channel }, { "controller", number_of(row->of) },
	    { "csrow", number_of(row) }, { "dimm_label", label.data }));
	if (!isnan(value = device_value(row, ce_count, err)))
		page_add(p, &metrics[CHANNEL], labels, value);
	if (!isnan(value = device_value(row, ue_count, NULL)))
		page_add(p, &metrics[CHANNEL + 1], labels, value);
}

static int
add_row(const struct device *d, struct page *p)
{
	const struct scope in = { .dir = d->dir };
	char **names;
	int n = place_list(&in, ".", "ch*_ce_count", &names), err = n < 0 ? n : 0;

	add(d, &metrics[ROW], page_row(p, LABELS({ "controller", number_of(d->of) }, { "csrow", number_of(d) })), p,
	    &err);
	for (int i = 0; i < n; i++)
		add_channel(d, names[i], p, &err);
	place_list_free(names, n);
	return err;
}

static int
add_controller(const struct device *d, struct page *p)
{
	uint32_t row = page_row_of(p, "controller", number_of(d));
	int err = 0, rows;

	add(d, &metrics[CONTROLLER], row, p, &err);
	add(d, &metrics[UNKNOWN_ROW], row, p, &err);
	rows = device_each(d, ".", "csrow[0-9]*", add_row, p);
	return err != 0 ? err : rows;
}

static int
update(const struct scope *s, struct page *p)
{
	int err = device_each(NULL, "devices/system/edac/mc", "mc[0-9]*", add_controller, p);

	(void)s;
	return err == -ENODATA ? 0 : err;
}

const struct collector edac = {
	.name = "edac",
	.help = "Memory errors.",
	.metrics = metrics,
	.update = update,
};
