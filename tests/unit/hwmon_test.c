/* Chips and sensors that come and go between two scrapes. */
#include "collector.h"

#include <errno.h>

#include "node.h"
#include "printed.h"

#define CHIP(n) "sys/class/hwmon/hwmon" #n "/"

extern const struct collector hwmon;

static struct page *p;

static void
create(void)
{
	node_create();
	node_put(CHIP(0) "name", "first\n");
	node_put(CHIP(0) "temp1_input", "1000\n");
	node_put(CHIP(1) "name", "second\n");
	node_put(CHIP(1) "temp1_input", "2000\n");
	cr_assert(place_open());
	filter_prepare(hwmon.filters[0], NULL);
	filter_prepare(hwmon.filters[1], NULL);
	p = page_new();
}

static void
destroy(void)
{
	page_free(p);
	node_clean();
}

TestSuite(hwmon, .init = create, .fini = destroy);

/* What one scrape has of temperatures. */
static const char *
scrape_now(int result)
{
	const char *page;

	page_clear(p);
	cr_assert_eq(hwmon.update(place(PROC), p), result);
	page = strstr(printed(p), "# TYPE node_hwmon_temp_celsius");
	return page == NULL ? "" : strchr(page, '\n') + 1;
}

#define ROW(chip, sensor, value) "node_hwmon_temp_celsius{chip=\"" chip "\",sensor=\"" sensor "\"} " value "\n"

Test(hwmon, sensors_come_and_go)
{
	cr_expect_str_eq(scrape_now(0), ROW("first", "temp1", "1") ROW("second", "temp1", "2"));
	node_put(CHIP(1) "temp2_input", "3000\n");
	node_put(CHIP(1) "temp1_input", "2500\n");
	cr_expect_str_eq(scrape_now(0),
	    ROW("first", "temp1", "1") ROW("second", "temp1", "2.5") ROW("second", "temp2", "3"));
	node_remove(CHIP(1) "temp1_input");
	cr_expect_str_eq(scrape_now(0), ROW("first", "temp1", "1") ROW("second", "temp2", "3"));
}

Test(hwmon, chips_come_and_go)
{
	scrape_now(0);
	node_put(CHIP(2) "name", "first\n");
	node_put(CHIP(2) "temp1_input", "4000\n");
	cr_expect_str_eq(scrape_now(0),
	    ROW("first_hwmon0", "temp1", "1") ROW("second", "temp1", "2") ROW("first_hwmon2", "temp1", "4"));
	node_remove(CHIP(0));
	cr_expect_str_eq(scrape_now(0), ROW("second", "temp1", "2") ROW("first", "temp1", "4"));
	node_remove("sys/class/hwmon");
	cr_expect_str_eq(scrape_now(-ENODATA), "");
}

/* The same number, another chip. */
Test(hwmon, a_chip_is_replaced)
{
	scrape_now(0);
	cr_assert_eq(rename(node_path(CHIP(0)), node_path("old")), 0);
	node_put(CHIP(0) "name", "third\n");
	node_put(CHIP(0) "temp1_input", "5000\n");
	cr_expect_str_eq(scrape_now(0), ROW("third", "temp1", "5") ROW("second", "temp1", "2"));
}

Test(hwmon, sensors_of_the_device_come_and_go)
{
	node_put(CHIP(0) "device/temp1_input", "6000\n");
	cr_expect_str_eq(scrape_now(0), ROW("hwmon0_device", "temp1", "6") ROW("second", "temp1", "2"));
	node_put(CHIP(0) "device/temp2_input", "7000\n");
	node_remove(CHIP(0) "device/temp1_input");
	cr_expect_str_eq(scrape_now(0),
	    ROW("hwmon0_device", "temp1", "1") ROW("hwmon0_device", "temp2", "7") ROW("second", "temp1", "2"));
}
