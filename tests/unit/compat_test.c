/* The use of CPUs is that since a look that is a second old. */
#include "collector.h"

#include <time.h>

#include "node.h"
#include "printed.h"

extern const struct collector compat;

static struct page *p;

static void
create(void)
{
	node_create();
	node_put("proc/stat", "cpu  100 0 0 300 0 0 0 0 50 0\ncpu0 100 0 0 300 0 0 0 0 50 0\n");
	cr_assert(place_open());
	compat.prepare();
	p = page_new();
}

static void
destroy(void)
{
	page_free(p);
	node_clean();
}

TestSuite(compat, .init = create, .fini = destroy);

static const char *
page_of(const char *stat)
{
	node_put("proc/stat", stat);
	page_clear(p);
	cr_assert_eq(compat.update(place(PROC), p), 0);
	return printed(p);
}

static void
expect(const char *page, const char *line)
{
	cr_expect(strstr(page, line) != NULL, "no %s in:\n%s", line, page);
}

static void
wait_a_second(void)
{
	nanosleep(&(struct timespec){ 1, 10000000 }, NULL);
}

Test(compat, looks)
{
	const char *page;

	page = page_of("cpu  110 0 0 300 10 0 0 0 50 0\ncpu0 110 0 0 300 10 0 0 0 50 0\n");
	expect(page, "percent{core=\"0\"} 26.19");
	wait_a_second();
	page = page_of("cpu  130 0 0 350 20 0 0 0 50 0\ncpu0 100 0 0 300 0 0 0 0 50 0\n");
	expect(page, "percent 30\n");
	expect(page, "percent{core=\"0\"} 0\n");
	page = page_of("cpu  180 0 0 350 20 0 0 0 50 0\ncpu0 200 0 0 300 0 0 0 0 50 0\n");
	expect(page, "percent 53.33");
	expect(page, "percent{core=\"0\"} 100\n");
	wait_a_second();
	page = page_of("cpu  180 0 0 450 20 0 0 0 50 0\ncpu0 190 0 0 310 0 0 0 0 50 0\ncpu3 1 0 0 3 0 0 0 0 50 0\n");
	expect(page, "percent 33.33");
	expect(page, "percent{core=\"0\"} 90");
	expect(page, "percent{core=\"3\"} 25\n");
}
