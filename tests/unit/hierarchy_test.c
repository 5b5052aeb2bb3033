/* Which cgroup tree is taken, on nodes that are directories of a few files. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hierarchy.h"
#include "place.h"

#define V2 " rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
#define ON_V2 \
	"22 1 0:2 / / rw - rootfs rootfs rw\n" \
	"24 22 0:21 / /sys rw - sysfs sysfs rw\n" \
	"30 24 0:26 / /sys/fs/cgroup" V2
#define ON_V1 \
	"31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n" \
	"37 31 0:34 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n" \
	"35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
#define ALL "cpuset cpu io memory hugetlb pids rdma misc"

static char root[] = "/tmp/hierarchy_test.XXXXXX";

/* Writes a file of the node. */
static void
put(const char *path, const char *text)
{
	char whole[512], command[600];
	FILE *f;

	snprintf(whole, sizeof whole, "%s/%s", root, path);
	snprintf(command, sizeof command, "mkdir -p $(dirname %s)", whole);
	cr_assert_eq(system(command), 0);
	f = fopen(whole, "w");
	cr_assert_not_null(f);
	fputs(text, f);
	fclose(f);
}

static void
set(const char *name, const char *value)
{
	for (const struct flag *f = place_flags; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			*(const char **)f->to = value;
}

static void
create(void)
{
	cr_assert_not_null(mkdtemp(root));
	set("path.rootfs", root);
	put("proc/version", "");
}

static void
clean(void)
{
	char command[64];

	snprintf(command, sizeof command, "rm -rf %s", root);
	cr_assert_eq(system(command), 0);
}

TestSuite(hierarchy, .init = create, .fini = clean);

/* The tree's path is below the node's root; NULL for a node without v2. */
static void
check(int version, const char *path, const char *controllers, const char *why)
{
	struct hierarchy h;
	char whole[512];

	cr_assert(place_open());
	h = hierarchy_find();
	cr_expect_eq(h.version, version, "version %d", h.version);
	cr_assert_eq(h.path == NULL, path == NULL);
	cr_assert_eq(h.why == NULL, why == NULL, "%s", h.why);
	if (path != NULL) {
		snprintf(whole, sizeof whole, "%s/%s", root, path);
		cr_expect_str_eq(h.path, whole);
		cr_expect_str_eq(h.controllers, controllers);
	} else {
		cr_expect_null(h.controllers);
		cr_expect_str_eq(h.why, why);
	}
	free(h.path);
	free(h.controllers);
}

Test(hierarchy, v2)
{
	put("proc/1/mountinfo", ON_V2);
	put("sys/fs/cgroup/cgroup.controllers", ALL "\n");
	check(2, "sys/fs/cgroup", ALL, NULL);
}

Test(hierarchy, v2_elsewhere)
{
	put("proc/1/mountinfo", "40 22 0:26 / /mnt/cgroup" V2 "41 22 0:26 / /run/cilium/cgroupv2" V2);
	put("mnt/cgroup/cgroup.controllers", "cpu\n");
	put("sys/fs/cgroup/cgroup.controllers", ALL "\n");
	check(2, "mnt/cgroup", "cpu", NULL);
}

Test(hierarchy, v2_without_mount_table)
{
	put("sys/fs/cgroup/cgroup.controllers", ALL "\n");
	check(2, "sys/fs/cgroup", ALL, NULL);
}

Test(hierarchy, v2_without_controllers)
{
	put("proc/1/mountinfo", ON_V2);
	put("sys/fs/cgroup/cgroup.controllers", "\n");
	check(2, "sys/fs/cgroup", "", NULL);
}

Test(hierarchy, v2_beside_systemd_in_v1)
{
	put("proc/1/mountinfo", ON_V2 "37 31 0:34 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n");
	put("sys/fs/cgroup/cgroup.controllers", "pids\n");
	check(2, "sys/fs/cgroup", "pids", NULL);
}

Test(hierarchy, sysfs_of_another_place)
{
	char sysfs[512];

	snprintf(sysfs, sizeof sysfs, "%s/host/sys", root);
	set("path.sysfs", sysfs);
	put("proc/1/mountinfo", ON_V2);
	put("host/sys/fs/cgroup/cgroup.controllers", ALL "\n");
	check(2, "host/sys/fs/cgroup", ALL, NULL);
}

Test(hierarchy, flag_overrides_the_mount_table)
{
	char flag[512];

	snprintf(flag, sizeof flag, "%s/tree", root);
	set("path.cgroupfs", flag);
	put("proc/1/mountinfo", ON_V1);
	put("tree/cgroup.controllers", "hugetlb\n");
	check(2, "tree", "hugetlb", NULL);
}

Test(hierarchy, flag_that_names_no_tree)
{
	set("path.cgroupfs", "/nowhere");
	put("proc/1/mountinfo", ON_V2);
	put("sys/fs/cgroup/cgroup.controllers", ALL "\n");
	check(0, NULL, NULL, "no cgroup v2 tree");
}

Test(hierarchy, v1)
{
	put("proc/1/mountinfo", ON_V1);
	put("sys/fs/cgroup/memory/memory.stat", "");
	check(1, NULL, NULL, "cgroup v1");
}

Test(hierarchy, hybrid)
{
	put("proc/1/mountinfo", ON_V1 "38 31 0:35 / /sys/fs/cgroup/unified" V2);
	put("sys/fs/cgroup/unified/cgroup.controllers", "hugetlb\n");
	check(1, NULL, NULL, "hybrid: the controllers are in cgroup v1");
}

Test(hierarchy, none)
{
	put("proc/1/mountinfo", "22 1 0:2 / / rw - rootfs rootfs rw\ngarbage\n - \n- cgroup2 -\n");
	check(0, NULL, NULL, "no cgroup v2 tree");
}
