/* What outlives containers: OOM kills, restarts, last figures. The cgroups are directories, their files written by hand. */
#include "cgroup.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "node.h"
#include "printed.h"

#define UID "5f0c2b5e-1d1e-4c8b-9d3f-0a1b2c3d4e5f"
#define POD "/kubepods/pod" UID
#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static void
put(const char *cgroup, const char *file, const char *text)
{
	char path[600];

	snprintf(path, sizeof path, "cgroup%s/%s", cgroup, file);
	node_put(path, text);
}

static void
events(const char *cgroup, int processes, int groups)
{
	char text[128];

	snprintf(text, sizeof text, "low 0\nhigh 0\nmax 9\noom 9\noom_kill %d\noom_group_kill %d\n", processes, groups);
	put(cgroup, "memory.events", text);
}

/* A container of the pod, and the runtime's file with its name; NULL: that is not there. */
static void
run(const char *id, const char *name)
{
	char path[512], text[512];

	if (name != NULL) {
		snprintf(path, sizeof path, "run/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json", id);
		snprintf(text, sizeof text, "{\"annotations\":{\"io.kubernetes.cri.container-type\":\"container\","
		    "\"io.kubernetes.cri.container-name\":\"%s\",\"io.kubernetes.cri.sandbox-name\":\"web-0\","
		    "\"io.kubernetes.cri.sandbox-namespace\":\"default\"}}", name);
		node_put(path, text);
	}
	snprintf(path, sizeof path, POD "/%s", id);
	put(path, "cgroup.procs", "");
	put(path, "cgroup.events", "populated 1\nfrozen 0\n");
	events(path, 0, 0);
}

static void
end(const char *id)
{
	char path[512];

	snprintf(path, sizeof path, "cgroup" POD "/%s", id);
	node_remove(path);
}

static void
create(void)
{
	node_create();
	node_put("cgroup/cgroup.controllers", "cpu io memory\n");
	node_put("proc/stat", "cpu 1 2 3\nbtime 1700000000\n");
	put("", "cgroup.procs", "");
	node_flag("path.cgroupfs", node_path("cgroup"));
	cr_assert(place_open());
	cgroup_open();
	cgroup_refresh(false);
}

TestSuite(cgroup_past, .init = create, .fini = node_clean);

/* All that is kept, as "container kills restarts". */
static void
expect(const char *expected)
{
	char got[1024] = "";
	const struct tally *t;

	cgroup_refresh(false);
	for (size_t i = 0; (t = cgroup_tally(i)) != NULL; i++) {
		const char *labels = printed_labels(t->labels), *name = labels + strlen("container=\"");

		cr_expect_not_null(strstr(labels, "id=\"" POD "\""));
		snprintf(got + strlen(got), sizeof got - strlen(got), "%.*s %g %g\n", (int)strcspn(name, "\""), name,
		    t->kills, t->restarts);
	}
	cr_expect_str_eq(got, expected, "%s", got);
}

Test(cgroup_past, zero_from_first_sight)
{
	run(ID_A, "app");
	events(POD, 0, 0);
	expect("app 0 0\n");
}

Test(cgroup_past, kill_of_one_that_lives)
{
	run(ID_A, "app");
	run(ID_B, "other");
	events(POD, 0, 0);
	cgroup_refresh(false);
	events(POD "/" ID_A, 2, 0);
	events(POD, 2, 0);
	expect("app 2 0\nother 0 0\n");
	events(POD "/" ID_B, 4, 1);
	events(POD, 6, 1);
	expect("app 2 0\nother 1 0\n");
}

/* Nobody read the container's file between the kill and its end. */
Test(cgroup_past, kill_of_one_that_has_gone)
{
	run(ID_A, "app");
	run(ID_B, "other");
	events(POD, 0, 0);
	cgroup_refresh(false);
	events(POD, 4, 1);
	end(ID_A);
	expect("app 1 0\nother 0 0\n");
	run(ID_C, "app");
	expect("app 1 1\nother 0 0\n");
	events(POD, 6, 1);
	end(ID_C);
	expect("app 3 1\nother 0 0\n");
}

/* Each of these is seen: the victim, its group, the others of the group. */
Test(cgroup_past, kill_of_a_group_step_by_step)
{
	static const struct {
		int processes, groups;
	} steps[] = { { 1, 0 }, { 1, 1 }, { 2, 1 }, { 4, 1 } };

	run(ID_A, "app");
	events(POD, 0, 0);
	for (size_t i = 0; i < COUNT(steps); i++) {
		cgroup_refresh(false);
		events(POD "/" ID_A, steps[i].processes, steps[i].groups);
		events(POD, steps[i].processes, steps[i].groups);
	}
	expect("app 1 0\n");
}

/* The same when the container's own file was never read: it is the pod's that tells. */
Test(cgroup_past, kill_of_a_group_that_goes_step_by_step)
{
	run(ID_A, "app");
	events(POD, 0, 0);
	cgroup_refresh(false);
	node_remove("cgroup" POD "/" ID_A "/memory.events");
	events(POD, 1, 0);
	cgroup_attend();
	events(POD, 4, 1);
	end(ID_A);
	expect("app 1 0\n");
}

/* When the pod was met it had no such file that could have been watched. */
Test(cgroup_past, kill_without_an_event)
{
	run(ID_A, "app");
	cgroup_refresh(false);
	events(POD, 0, 0);
	expect("app 0 0\n");
	events(POD "/" ID_A, 1, 0);
	events(POD, 1, 0);
	expect("app 1 0\n");
}

/* The kernel tells of the kill late: the pod's file is another one, without an event. */
Test(cgroup_past, kill_that_was_not_told_yet)
{
	run(ID_A, "app");
	run(ID_B, "other");
	events(POD, 0, 0);
	cgroup_refresh(false);
	node_put("elsewhere/memory.events", "oom_kill 1\noom_group_kill 0\n");
	cr_assert_eq(rename(node_path("elsewhere/memory.events"), node_path("cgroup" POD "/memory.events")), 0);
	end(ID_A);
	expect("app 1 0\nother 0 0\n");
}

/* The runtime's file comes after the kill, and never. */
Test(cgroup_past, kill_of_one_without_a_name)
{
	run(ID_A, NULL);
	events(POD, 0, 0);
	cgroup_refresh(false);
	events(POD, 1, 0);
	end(ID_A);
	expect(" 1 0\n");
}

/* A pod's own kills, as of a process that is in no container. */
Test(cgroup_past, kill_of_no_container)
{
	run(ID_A, "app");
	events(POD, 0, 0);
	cgroup_refresh(false);
	events(POD, 1, 0);
	expect("app 0 0\n 1 0\n");
}

Test(cgroup_past, kept_after_the_pod)
{
	run(ID_A, "app");
	events(POD, 0, 0);
	cgroup_refresh(false);
	events(POD, 1, 0);
	end(ID_A);
	cgroup_refresh(false);
	node_remove("cgroup" POD);
	expect("app 1 0\n");
	run(ID_B, "app");
	events(POD, 0, 0);
	expect("app 1 1\n");
}

/* The first container of the last two minutes that ended. */
static void
expect_ended(enum ended_figure figure, double expected)
{
	const struct ended *e;

	cgroup_refresh(false);
	e = cgroup_ended(0);
	cr_assert_not_null(e);
	if (isnan(expected))
		cr_expect(isnan(e->figures[figure]));
	else
		cr_expect_eq(e->figures[figure], expected, "%d: %g", figure, e->figures[figure]);
}

Test(cgroup_past, last_figures)
{
	run(ID_A, "app");
	cgroup_refresh(false);
	put(POD "/" ID_A, "cpu.stat", "usage_usec 3000\nuser_usec 1000\nsystem_usec 2000\n");
	put(POD "/" ID_A, "memory.peak", "4096\n");
	put(POD "/" ID_A, "io.stat", "8:0 rbytes=10 wbytes=1 rios=1 wios=2\n259:0 rbytes=5 wbytes=0\n");
	put(POD "/" ID_A, "cgroup.events", "populated 0\nfrozen 0\n");
	cgroup_attend();
	cr_expect_null(cgroup_ended(0), "it is still there");
	end(ID_A);
	expect_ended(ENDED_USAGE, 3000);
	expect_ended(ENDED_SYSTEM, 2000);
	expect_ended(ENDED_PEAK, 4096);
	expect_ended(ENDED_READ, 15);
	expect_ended(ENDED_WRITTEN, 1);
	expect_ended(ENDED_KILLS, 0);
	cr_expect_gt(cgroup_ended(0)->figures[ENDED_TIME], 1.7e9);
	cr_expect_null(cgroup_ended(1));
}

Test(cgroup_past, nothing_was_read)
{
	run(ID_A, "app");
	cgroup_refresh(false);
	end(ID_A);
	expect_ended(ENDED_USAGE, NAN);
	cr_expect_gt(cgroup_ended(0)->figures[ENDED_TIME], 1.7e9);
}

/* One that is started again under its name ended but once. */
Test(cgroup_past, ended_twice)
{
	for (int i = 0; i < 2; i++) {
		run(ID_A, "app");
		cgroup_refresh(false);
		end(ID_A);
		cgroup_refresh(false);
	}
	cr_expect_not_null(cgroup_ended(0));
	cr_expect_null(cgroup_ended(1));
}

Test(cgroup_past, no_more_than_so_many)
{
	char id[65];

	for (int i = 0; i < ENDED_MAX + 3; i++) {
		snprintf(id, sizeof id, "%064x", i);
		run(id, NULL);
		cgroup_refresh(false);
		end(id);
		cgroup_refresh(false);
	}
	cr_expect_not_null(cgroup_ended(ENDED_MAX - 1));
	cr_expect_null(cgroup_ended(ENDED_MAX));
	cr_expect_eq(cgroup_ended_dropped(), 3);
}
