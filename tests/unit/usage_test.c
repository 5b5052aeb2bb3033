/* Space on disk of a container and a pod, at the scrape and by the thread. */
#include "usage.h"

#include "node.h"

#include "clock.h"

#define ID "0f538d967a2e6269d92023e9dffaaf3c029dbe5b8372fdb6d6d895ed1059ee16"
#define UID "5f0c2b5e-1d1e-4c8b-9d3f-0a1b2c3d4e5f"
#define LOGS "var/log/pods/default_web_" UID "/app"
#define VOLUMES "var/lib/kubelet/pods/" UID "/volumes/kubernetes.io~empty-dir"

static const struct cgroup_who container = { false, ID, UID, "default", "web", "app" };
static const struct cgroup_who pod = { true, UID, NULL, "default", "web", NULL };

static void
create(void)
{
	node_create();
	node_put("proc/1/mountinfo",
	    "1 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
	    "2 1 0:9 / /run/x/" ID "/rootfs rw - overlay overlay rw,lowerdir=/l,upperdir=/layers/4/fs,workdir=/w\n"
	    "3 1 0:8 / /nfs rw - nfs4 server:/ rw\n");
	node_put("layers/4/fs/etc/file", "text");
	node_put(LOGS "/0.log", "a line\n");
	node_put(LOGS "/1.log", "a line\n");
	node_put(VOLUMES "/cache/file", "text");
	node_directory(VOLUMES "/empty");
	cr_assert(place_open());
	usage_interval = 0;
}

TestSuite(usage, .init = create, .fini = node_clean, .timeout = 60);

static double
blocks(const char *path)
{
	struct stat st;

	cr_assert_eq(lstat(node_path(path), &st), 0, "%s", path);
	return (double)st.st_blocks * 512;
}

static void
check_container(const struct usage *u)
{
	cr_assert_eq(u->n, 2);
	cr_expect(u->complete);
	cr_expect_eq(u->parts[0].kind, USAGE_LAYER);
	cr_expect_eq(u->parts[0].inodes, 3);
	cr_expect_eq(u->parts[0].bytes, blocks("layers/4/fs") + blocks("layers/4/fs/etc") + blocks("layers/4/fs/etc/file"));
	cr_expect_eq(u->parts[1].kind, USAGE_LOGS);
	cr_expect_eq(u->parts[1].inodes, 3);
	cr_expect_str_eq(u->device, "/dev/sda1");
	cr_expect_gt(u->size, 0);
}

Test(usage, of_a_container)
{
	check_container(usage_ask(&container));
	usage_release();
}

Test(usage, of_a_pod)
{
	const struct usage *u = usage_ask(&pod);
	bool cache;

	cr_assert_eq(u->n, 2);
	for (size_t i = 0; i < u->n; i++) {
		cache = strcmp(u->parts[i].volume, "cache") == 0;
		cr_expect(cache || strcmp(u->parts[i].volume, "empty") == 0);
		cr_expect_eq(u->parts[i].inodes, cache ? 2 : 1);
	}
	usage_release();
}

/* Names that lead elsewhere, or are not known yet. */
Test(usage, of_odd_names)
{
	struct cgroup_who odd = container;
	const struct usage *u;

	odd.container = "../../../../layers";
	u = usage_ask(&odd);
	cr_expect_eq(u->n, 1);
	usage_release();
	odd.id = "1111111111111111111111111111111111111111111111111111111111111111";
	odd.container = NULL;
	u = usage_ask(&odd);
	cr_expect_eq(u->n, 0);
	cr_expect(u->complete);
	usage_release();
}

/* A link out of the node's root stays inside it. */
Test(usage, of_a_link_that_leads_out)
{
	const struct usage *u;

	node_remove(LOGS);
	cr_assert_eq(symlink("/etc", node_path(LOGS)), 0);
	u = usage_ask(&container);
	cr_expect_eq(u->n, 1);
	usage_release();
}

/* What may never answer is not asked. */
Test(usage, on_a_server)
{
	const struct usage *u;

	node_put("proc/1/mountinfo", "1 1 0:8 / / rw - nfs4 server:/ rw\n");
	u = usage_ask(&container);
	cr_expect_eq(u->n, 0);
	cr_expect_not(u->complete);
	usage_release();
}

Test(usage, by_the_thread)
{
	const struct usage *u;
	double ended = 0;

	usage_interval = 0.01;
	usage_start();
	for (int looks = 0; looks < 3;) {
		u = usage_ask(&container);
		if (u->ended > ended) {
			check_container(u);
			ended = u->ended;
			looks++;
		}
		usage_release();
		usleep(1000);
	}
}
