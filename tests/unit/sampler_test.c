/* Peaks of a tree whose files are written by hand. */
#include "sampler.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "node.h"

static void
set_interval(double seconds)
{
	*(double *)sampler_flags[0].to = seconds;
}

static void
create(void)
{
	node_create();
	node_put("cgroup/cgroup.controllers", "cpu memory\n");
	node_put("cgroup/cpu.stat", "usage_usec 1000000\n");
	node_put("cgroup/memory.stat", "anon 300\nfile 200\ninactive_file 100\n");
	node_flag("path.cgroupfs", node_path("cgroup"));
	cr_assert(place_open());
	cgroup_open();
	cgroup_refresh(false);
}

TestSuite(sampler, .init = create, .fini = node_clean);

Test(sampler, off_by_default)
{
	struct peak peak;

	cr_expect_eq(sampler_pause(), -1);
	sampler_run();
	cr_expect_not(sampler_peak(cgroup_container(0), &peak));
}

Test(sampler, the_most_of_all_looks)
{
	struct peak peak;

	set_interval(1e-9);
	sampler_run();
	cr_assert(sampler_peak(cgroup_container(0), &peak));
	cr_expect_eq(peak.memory, 500);
	cr_expect(isnan(peak.cpu), "one look makes no rate");
	node_put("cgroup/memory.stat", "anon 900\nfile 200\ninactive_file 100\n");
	node_put("cgroup/cpu.stat", "usage_usec 3000000\n");
	usleep(1000);
	sampler_run();
	node_put("cgroup/memory.stat", "anon 1\nfile 2\ninactive_file 1\n");
	usleep(1000);
	sampler_run();
	cr_assert(sampler_peak(cgroup_container(0), &peak));
	cr_expect_eq(peak.memory, 1100);
	cr_expect_gt(peak.cpu, 0);
	cr_expect_lt(peak.cpu, 2 / 0.001);
}

Test(sampler, pause)
{
	set_interval(3600);
	cr_expect_eq(sampler_pause(), 0, "the first look is at once");
	sampler_run();
	cr_expect_gt(sampler_pause(), 3500000);
}

Test(sampler, a_pause_of_centuries)
{
	set_interval(1e9 * 3600);
	sampler_run();
	cr_expect_gt(sampler_pause(), 3500000);
}
