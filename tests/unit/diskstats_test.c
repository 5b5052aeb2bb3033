/* What udev knows of a disk is read again when udev has written it again, and belongs to the disk it was read for. */
#include "collector.h"

#include "node.h"
#include "printed.h"

extern const struct collector diskstats;

static struct page *p;

static void
create(void)
{
	node_create();
	node_put("run/udev/data/b8:0", "E:ID_MODEL=one\n");
	node_put("sys/block/sda/queue/rotational", "1\n");
	cr_assert(place_open());
	diskstats.prepare();
	p = page_new();
}

static void
destroy(void)
{
	page_free(p);
	node_clean();
}

TestSuite(diskstats, .init = create, .fini = destroy);

static const char *
page_of(const char *lines)
{
	node_put("proc/diskstats", lines);
	page_clear(p);
	cr_assert_eq(diskstats.update(place(PROC), p), 0);
	return printed(p);
}

static void
expect(const char *page, const char *device, const char *model, const char *rotational)
{
	char line[300];

	snprintf(line, sizeof line, "node_disk_info{device=\"%s\",major=\"8\",minor=\"0\",model=\"%s\",path=\"\","
	    "revision=\"\",rotational=\"%s\",serial=\"\",wwn=\"\"} 1\n", device, model, rotational);
	cr_expect(strstr(page, line) != NULL, "no %s in:\n%s", line, page);
}

Test(diskstats, written_again)
{
	expect(page_of("8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n"), "sda", "one", "1");
	node_put("run/udev/data/new", "E:ID_MODEL=two\n");
	cr_assert_eq(rename(node_path("run/udev/data/new"), node_path("run/udev/data/b8:0")), 0);
	expect(page_of("8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n"), "sda", "two", "1");
	node_remove("run/udev/data/b8:0");
	expect(page_of("8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n"), "sda", "", "1");
}

Test(diskstats, another_disk_in_its_place)
{
	const char *page;

	page_of("8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n8 16 sdb 1 2 3 4 5 6 7 8 9 10 11\n");
	page = page_of("8 0 sdc 1 2 3 4 5 6 7 8 9 10 11\n");
	expect(page, "sdc", "one", "0");
	cr_expect_null(strstr(page, "sda"));
	cr_expect_null(strstr(page, "sdb"));
}
