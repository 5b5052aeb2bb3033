/* Writable layers by the mount table, as containerd's, CRI-O's and Docker's look in it. */
#include "layer.h"

#include "node.h"

#define ID_A "0f538d967a2e6269d92023e9dffaaf3c029dbe5b8372fdb6d6d895ed1059ee16"
#define ID_B "4600781c0cf2c443768160564dc76d1b7f2ac6eded8486ad9174d169d630f5aa"
#define ID_C "c19457c8ad85c2abba0e4b6300e6b772c456f5c7fdbf4839a75c832a5f74d3bc"
#define ID_D "589d830e3f3a0dff5081586408a055a5dd8219355b6c07864135b9b4551ff9e1"
#define SNAPSHOTS "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/"
#define TASK "/run/containerd/io.containerd.runtime.v2.task/k8s.io/"

static struct layer_mounts mounts;

static const char table[] =
    "1 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
    "30 1 8:2 / /var/lib rw,relatime shared:4 master:1 - xfs /dev/sdb1 rw,attr2\n"
    "31 30 8:3 / /var/lib/a\\040b rw - ext4 /dev/disk\\040c rw\n"
    "35 31 0:30 / /run/containerd/sandboxes/" ID_A "/shm rw - tmpfs shm rw,size=65536k\n"
    "52 31 0:40 / " TASK ID_A "/rootfs rw,relatime - overlay overlay rw,lowerdir=" SNAPSHOTS "1/fs,upperdir="
    SNAPSHOTS "4/fs,workdir=" SNAPSHOTS "4/work\n"
    "short line\n"
    "53 31 0:41 / /var/lib/containers/storage/overlay/7a/merged rw,nodev - overlay overlay rw,lowerdir=l/X:l/Y,"
    "upperdir=7a/diff,workdir=7a/work\n"
    "54 31 0:42 / /var/lib/docker/overlay2/9c/merged rw - overlay overlay rw,lowerdir=/l,upperdir=/var/lib/a\\040b"
    "/x\\054y\\134z,workdir=/w\n"
    "55 31 0:43 / " TASK ID_D "/rootfs ro - overlay overlay ro,lowerdir=/l:/m\n";

static void
create(void)
{
	node_create();
	node_put("proc/1/mountinfo", table);
	node_put("run/containers/storage/overlay-containers/" ID_B "/userdata/config.json",
	    "{\"root\": {\"path\": \"/var/lib/containers/storage/overlay/7a/merged\"}}");
	node_put("var/lib/docker/image/overlay2/layerdb/mounts/" ID_C "/mount-id", "9c\n");
	cr_assert(place_open());
	cr_assert_eq(layer_mounts_read(&mounts), 0);
}

TestSuite(layer, .init = create, .fini = node_clean);

static void
expect(const char *id, const char *path)
{
	char got[PATH_MAX] = "";

	cr_expect_eq(layer_find(&mounts, id, got), path != NULL, "%s", id);
	if (path != NULL)
		cr_expect_str_eq(got, path);
}

Test(layer, of_each_runtime)
{
	cr_expect_eq(mounts.n, 8);
	expect(ID_A, SNAPSHOTS "4/fs");
	expect(ID_B, "/var/lib/containers/storage/overlay/7a/diff");
	expect(ID_C, "/var/lib/a b/x,y\\z");
}

/* Without a writable layer; of a container that is not mounted; whose name is a part of another. */
Test(layer, that_is_not_there)
{
	char part[65];

	expect(ID_D, NULL);
	expect("ffff", NULL);
	snprintf(part, sizeof part, "%.63s", ID_A);
	expect(part, NULL);
}

/* What a file says is believed only where the table has it. */
Test(layer, that_a_file_claims)
{
	node_put("var/lib/docker/image/overlay2/layerdb/mounts/" ID_D "/mount-id", "../../../etc\n");
	expect(ID_D, NULL);
	node_put("run/containers/storage/overlay-containers/" ID_D "/userdata/config.json",
	    "{\"root\": {\"path\": \"/\"}}");
	expect(ID_D, NULL);
}

Test(layer, mounts_of_paths)
{
	cr_expect_str_eq(layer_mount_of(&mounts, "/var/log/pods")->device, "/dev/sda1");
	cr_expect_str_eq(layer_mount_of(&mounts, "/var/lib/x")->device, "/dev/sdb1");
	cr_expect_str_eq(layer_mount_of(&mounts, "/var/lib")->type, "xfs");
	cr_expect_str_eq(layer_mount_of(&mounts, "/var/library")->device, "/dev/sda1");
	cr_expect_str_eq(layer_mount_of(&mounts, "/var/lib/a b/c")->device, "/dev/disk c");
}

Test(layer, without_a_table)
{
	node_put("proc/1/mountinfo", "");
	cr_expect_eq(layer_mounts_read(&mounts), 0);
	cr_expect_null(layer_mount_of(&mounts, "/"));
	expect(ID_A, NULL);
	node_remove("proc/1/mountinfo");
	cr_expect_lt(layer_mounts_read(&mounts), 0);
	cr_expect_eq(mounts.n, 0);
}
