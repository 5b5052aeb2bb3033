/* Devices of sysfs: one that lacks an attribute or goes meanwhile costs only itself, and a message names the attribute. */
#include "device.h"

#include <errno.h>
#include <math.h>

#include "node.h"

static char seen[64];

static void
create(void)
{
	node_create();
	node_put("sys/class/x/b2/value", "17\n");
	node_put("sys/class/x/b10/value", " 0x11 \n");
	node_put("sys/class/x/b10/ports/1/state", "up\n");
	node_put("sys/class/x/b10/ports/1/counters/first", "3\n");
	node_put("sys/class/x/b10/ports/1/counters/second", "N/A (no PMA)\n");
	node_put("sys/class/x/b10/ports/1/counters/third", "many\n");
	node_put("sys/class/x/b10/ports/1/counters/fifth", "-1\n");
	node_put("sys/class/x/file", "no device\n");
	node_put("sys/class/x/other/value", "1\n");
	cr_assert(place_open());
	place_blame_none();
	*seen = '\0';
}

TestSuite(device, .init = create, .fini = node_clean);

static int
each(const char *glob, int (*add)(const struct device *, struct page *))
{
	return device_each(NULL, "class/x", glob, add, NULL);
}

static int
note(const struct device *d, struct page *p)
{
	(void)p;
	strcat(strcat(seen, d->name), " ");
	return strcmp(d->name, "b10") == 0 ? -ENOENT : 0;
}

Test(device, each)
{
	cr_expect_eq(each("b*", note), -ENODATA);
	cr_expect_str_eq(seen, "b10 b2 ");
	cr_expect_eq(each("f*", note), 0);
	cr_expect_eq(each("none*", note), 0);
	cr_expect_str_eq(seen, "b10 b2 ");
	cr_expect_eq(device_each(NULL, "class/y", "*", note, NULL), -ENODATA);
}

static int
fail(const struct device *d, struct page *p)
{
	note(d, p);
	if (strcmp(d->name, "b2") == 0)
		node_remove("sys/class/x/b2");
	return strcmp(d->name, "b10") == 0 ? -ENOENT : -EIO;
}

Test(device, failures)
{
	cr_expect_eq(each("b*", fail), -ENODATA, "b2 has gone meanwhile");
	cr_expect_eq(each("*", fail), -EIO);
	cr_expect_str_eq(seen, "b10 b2 b10 other ");
}

static int
refuse(const struct device *d, struct page *p)
{
	note(d, p);
	return strcmp(d->name, "other") == 0 ? 0 : NOT_OURS;
}

Test(device, not_ours)
{
	each("*", refuse);
	each("b10", note);
	each("*", refuse);
	cr_expect_str_eq(seen, "b10 b2 other b10 other ");
	node_put("sys/class/new/value", "1\n");
	node_remove("sys/class/x/b2");
	cr_assert_eq(rename(node_path("sys/class/new"), node_path("sys/class/x/b2")), 0);
	each("*", refuse);
	cr_expect_str_eq(seen, "b10 b2 other b10 other b2 other ", "another one in its place");
	node_put("sys/class/x/a/value", "1\n");
	each("*", refuse);
	each("*", refuse);
	cr_expect_str_eq(seen, "b10 b2 other b10 other b2 other a b10 b2 other other ");
}

static int
read_number(const struct device *d, struct page *p)
{
	uint64_t value;

	(void)p;
	cr_expect_eq(device_number(d, "none", 10, &value), -ENOENT);
	cr_expect_eq(device_number(d, "value", 0, &value), 0);
	cr_expect_eq(value, 17);
	return device_number(d, "value", 10, &value);
}

static void
expect_blamed(const char *path)
{
	char blamed[256];

	place_blamed(blamed, sizeof blamed);
	cr_expect_str_eq(blamed, node_path(path));
}

Test(device, numbers)
{
	cr_expect_eq(each("b*", read_number), -EINVAL, "0x11 is not decimal");
	expect_blamed("sys/class/x/b10/value");
}

static int
read_port(const struct device *d, struct page *p)
{
	static const struct metric counters[] = {
		{ "first", COUNTER, ONE, "first_total", "" }, { "second", COUNTER, ONE, "second_total", "" },
		{ "third", COUNTER, ONE, "third_total", "" }, { "fourth", COUNTER, ONE, "fourth_total", "" },
		{ "fifth", COUNTER, ONE, "fifth_total", "" },
	};
	char text[ATTRIBUTE_MAX + 1];
	int err;

	cr_expect_eq(device_text(d, "state", text), 0);
	cr_expect_str_eq(text, "up");
	cr_expect_eq(device_add_below(d, "none", counters, COUNT(counters), 0, p), -ENOENT);
	err = device_add_below(d, "counters", counters, COUNT(counters), 0, p);
	cr_expect_eq(page_last(p, &counters[0]), 3);
	cr_expect_eq(page_samples(p), 1);
	return err;
}

static int
read_ports(const struct device *d, struct page *p)
{
	return device_each(d, "ports", "*", read_port, p);
}

Test(device, part_of_another)
{
	struct page *p = page_new();

	cr_expect_eq(device_each(NULL, "class/x", "b10", read_ports, p), -EINVAL);
	expect_blamed("sys/class/x/b10/ports/1/counters/third");
	page_free(p);
}

static int
read_long(const struct device *d, struct page *p)
{
	char text[ATTRIBUTE_MAX + 1];

	(void)p;
	cr_expect_eq(device_text(d, "value", text), 0);
	cr_expect_eq(strlen(text), ATTRIBUTE_MAX);
	return 0;
}

Test(device, long_attribute)
{
	char text[300];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	node_put("sys/class/x/b2/value", text);
	cr_expect_eq(each("b2", read_long), 0);
}

/* What device_value makes of a text, and what is said of it. */
static const struct {
	const char *text;
	double value;
	int err;
} integers[] = {
	{ "0\n", 0, 0 }, { " -40000 \n", -40000, 0 }, { "0x1c", 28, 0 }, { "18446744073709551615\n", 0x1p64, 0 },
	{ "", NAN, -EINVAL }, { "-", NAN, -EINVAL }, { "1.5", NAN, -EINVAL }, { "12 rpm", NAN, -EINVAL },
	{ "0x", NAN, -EINVAL }, { "18446744073709551616", NAN, -EINVAL },
};

static int
read_integers(const struct device *d, struct page *p)
{
	double value;
	int err;

	(void)p;
	for (size_t i = 0; i < COUNT(integers); i++) {
		node_put("sys/class/x/b2/value", integers[i].text);
		err = 0;
		value = device_value(d, "value", &err);
		cr_expect(value == integers[i].value || (isnan(value) && isnan(integers[i].value)), "%s", integers[i].text);
		cr_expect_eq(err, integers[i].err, "%s", integers[i].text);
	}
	err = 0;
	cr_expect(isnan(device_value(d, "none", &err)));
	cr_expect_eq(err, 0);
	cr_expect(isnan(device_value(d, "value", NULL)));
	cr_expect(isnan(device_value(d, ".", &err)));
	return err;
}

Test(device, values)
{
	cr_expect_eq(each("b2", read_integers), -EISDIR);
	expect_blamed("sys/class/x/b2/value");
}

static int
read_labels(const struct device *d, struct page *p)
{
	static const struct label wanted[] = { { "a", "empty" }, { "b", NULL }, { "c", "none" }, { "d", "value" } };
	struct device_labels l;
	int err = 0;

	(void)p;
	device_label(d, wanted, COUNT(wanted), ALL_LABELS, &l, &err);
	cr_assert_eq(l.n, 4);
	cr_expect_str_eq(l.labels[0].value, "");
	cr_expect_str_eq(l.labels[1].value, "b2");
	cr_expect_str_eq(l.labels[2].value, "");
	cr_expect_str_eq(l.labels[3].value, "17");
	device_label(d, wanted, COUNT(wanted), PRESENT_LABELS, &l, &err);
	cr_expect_eq(l.n, 3);
	device_label(d, wanted, COUNT(wanted), FILLED_LABELS, &l, &err);
	cr_assert_eq(l.n, 2);
	cr_expect_str_eq(l.labels[1].name, "d");
	return err;
}

Test(device, labels)
{
	node_put("sys/class/x/b2/empty", "\n");
	cr_expect_eq(each("b2", read_labels), 0);
}
