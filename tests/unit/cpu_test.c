/* CPU time never goes back a little, and starts anew where a CPU was taken out and put in again. */
#include "collector.h"

#include "node.h"
#include "printed.h"

extern const struct collector cpu;

static struct page *p;

static void
create(void)
{
	node_create();
	node_put("proc/stat", "cpu0 100 0 0 1000 0 0 0 0 0 0\ncpu1 100 0 0 1000 0 0 0 0 0 0\n");
	node_put("sys/devices/system/cpu/cpu0/topology/core_id", "0\n");
	cr_assert(place_open());
	cpu.prepare();
	p = page_new();
}

static void
destroy(void)
{
	page_free(p);
	node_clean();
}

TestSuite(cpu, .init = create, .fini = destroy);

static const char *
page_of(const char *stat)
{
	node_put("proc/stat", stat);
	page_clear(p);
	cr_assert_eq(cpu.update(place(PROC), p), 0);
	return printed(p);
}

static void
expect(const char *page, const char *line)
{
	cr_expect(strstr(page, line) != NULL, "no %s in:\n%s", line, page);
}

Test(cpu, a_little_back)
{
	const char *page;

	page_of("cpu0 100 7 0 1000 50 0 0 0 9 0\n");
	page = page_of("cpu0 99 8 0 701 40 0 0 0 8 0\n");
	expect(page, "seconds_total{cpu=\"0\",mode=\"user\"} 1\n");
	expect(page, "seconds_total{cpu=\"0\",mode=\"nice\"} 0.08\n");
	expect(page, "seconds_total{cpu=\"0\",mode=\"idle\"} 10\n");
	expect(page, "seconds_total{cpu=\"0\",mode=\"iowait\"} 0.5\n");
	expect(page, "guest_seconds_total{cpu=\"0\",mode=\"user\"} 0.09\n");
}

Test(cpu, three_seconds_back_is_another_cpu)
{
	const char *page;

	page_of("cpu0 100 0 0 1000 0 0 0 0 0 0\n");
	page = page_of("cpu0 40 0 0 700 0 0 0 0 0 0\n");
	expect(page, "seconds_total{cpu=\"0\",mode=\"user\"} 0.4\n");
	expect(page, "seconds_total{cpu=\"0\",mode=\"idle\"} 7\n");
}

Test(cpu, offline_and_online)
{
	const char *page;

	page_of("cpu0 100 0 0 1000 0 0 0 0 0 0\ncpu1 100 0 0 1000 0 0 0 0 0 0\ncpu2 300 0 0 10 0 0 0 0 0 0\n");
	page = page_of("cpu0 100 0 0 1000 0 0 0 0 0 0\ncpu2 299 0 0 10 0 0 0 0 0 0\n");
	cr_expect_null(strstr(page, "cpu=\"1\""));
	expect(page, "seconds_total{cpu=\"2\",mode=\"user\"} 3\n");
	page = page_of("cpu0 100 0 0 1000 0 0 0 0 0 0\ncpu1 5 0 0 999 0 0 0 0 0 0\ncpu2 299 0 0 10 0 0 0 0 0 0\n");
	expect(page, "seconds_total{cpu=\"1\",mode=\"user\"} 0.05\n");
	expect(page, "seconds_total{cpu=\"2\",mode=\"user\"} 3\n");
}

Test(cpu, throttles_of_a_cpu_that_came_later)
{
	page_of("cpu0 1 0 0 1\n");
	node_put("sys/devices/system/cpu/cpu1/topology/physical_package_id", "0\n");
	node_put("sys/devices/system/cpu/cpu1/topology/core_id", "4\n");
	node_put("sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "3\n");
	expect(page_of("cpu0 1 0 0 1\ncpu1 1 0 0 1\n"), "node_cpu_core_throttles_total{core=\"4\",package=\"0\"} 3\n");
	node_put("sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count", "5\n");
	expect(page_of("cpu0 1 0 0 1\ncpu1 1 0 0 1\n"), "node_cpu_core_throttles_total{core=\"4\",package=\"0\"} 5\n");
}
