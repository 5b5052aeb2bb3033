/* What the kernel answers itself: clock, time zone, discipline, names. */
#include "collector.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>

#include "node.h"
#include "printed.h"

extern const struct collector time_, timex, uname_;

static struct page *p;

static void
create(void)
{
	cr_assert(place_open());
	p = page_new();
}

static void
destroy(void)
{
	page_free(p);
}

TestSuite(clock, .init = create, .fini = destroy);

static double
value_of(const char *series)
{
	const char *found = strstr(printed(p), series);

	cr_assert_not_null(found, "no %s", series);
	return strtod(found + strlen(series), NULL);
}

Test(clock, seconds_and_zone)
{
	time_t before = time(NULL);

	setenv("TZ", "XST-5:30", 1);
	tzset();
	cr_assert_eq(time_.update(NULL, p), 0);
	cr_expect_geq(value_of("\nnode_time_seconds "), (double)before);
	cr_expect_leq(value_of("\nnode_time_seconds "), (double)time(NULL) + 1);
	cr_expect_eq(value_of("\nnode_time_zone_offset_seconds{time_zone=\"XST\"} "), 19800);
}

Test(clock, discipline)
{
	struct timex t = { 0 };
	int state = adjtimex(&t), err = timex.update(NULL, p);

	if (state < 0) {
		cr_expect_eq(err, -ENODATA);
		return;
	}
	cr_assert_eq(err, 0);
	cr_expect_eq(value_of("\nnode_timex_status "), t.status);
	cr_expect_eq(value_of("\nnode_timex_sync_status "), state != TIME_ERROR);
	cr_expect_eq(value_of("\nnode_timex_tick_seconds "), (double)t.tick / 1e6);
	cr_expect_eq(value_of("\nnode_timex_loop_time_constant "), (double)t.constant);
	cr_expect_eq(value_of("\nnode_timex_tai_offset_seconds "), t.tai);
	cr_expect_float_eq(value_of("\nnode_timex_frequency_adjustment_ratio "), 1 + (double)t.freq / 65536e6, 1e-9);
}

Test(clock, names)
{
	struct utsname u;
	char line[600];

	uname(&u);
	cr_assert_eq(uname_.update(NULL, p), 0);
	snprintf(line, sizeof line, "node_uname_info{domainname=\"%s\",machine=\"%s\",nodename=\"%s\",release=\"%s\","
	    "sysname=\"Linux\",version=\"%s\"} 1\n", u.domainname, u.machine, u.nodename, u.release, u.version);
	cr_expect(strstr(printed(p), line) != NULL, "no %s in:\n%s", line, printed(p));
}

/* In a pod without the node's network uname(2) names the pod; in a copy of a node's files nothing tells of one. */
Test(uname, name_of_the_node)
{
	bool other = unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;

	node_create();
	node_put("etc/hostname", "the-node\n");
	create();
	cr_assert_eq(uname_.update(NULL, p), 0);
	cr_expect_null(strstr(printed(p), "nodename=\"the-node\""));
	destroy();

	cr_assert_eq(rmdir(node_path("proc")), 0);
	cr_assert_eq(symlink("/proc", node_path("proc")), 0);
	create();
	cr_assert_eq(uname_.update(NULL, p), 0);
	cr_expect((strstr(printed(p), "nodename=\"the-node\"") != NULL) == other, "%s", printed(p));
	destroy();
	node_clean();
}
