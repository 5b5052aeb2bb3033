/* The root's file systems: which mounts are asked, what they are called, which sizes come of the answer. */
#include "collector.h"

#include <errno.h>
#include <sys/vfs.h>

#include "cgroup.h"
#include "node.h"
#include "printed.h"
#include "statfs.h"

extern const struct collector container_disk;

static struct page *p;
static char asked[1024];

static int
fake(const char *path, struct statfs *fs)
{
	strcat(strcat(asked, path + strlen(node_root)), " ");
	*fs = (struct statfs){
		.f_bsize = 4096, .f_frsize = 512, .f_blocks = 100, .f_bfree = 50, .f_bavail = 40,
		.f_files = 30, .f_ffree = 20,
	};
	errno = EACCES;
	return strstr(path, "secret") == NULL ? 0 : -1;
}

static void
create(void)
{
	node_create();
	statfs_call = fake;
	cr_assert(place_open());
	container_disk.prepare();
	p = page_new();
}

static void
destroy(void)
{
	page_free(p);
	node_clean();
}

TestSuite(container_disk, .init = create, .fini = destroy);

static const char *
page_of(const char *mounts, bool root)
{
	struct container c = { .root = root };
	struct scope s = { .dir = -1, .container = &c };

	node_put("proc/1/mountinfo", mounts);
	page_clear(p);
	asked[0] = '\0';
	cr_assert_eq(container_disk.update(&s, p), 0);
	return printed(p);
}

static void
expect(const char *page, const char *sample)
{
	cr_expect(strstr(page, sample) != NULL, "no %s in:\n%s", sample, page);
}

Test(container_disk, sizes)
{
	const char *page = page_of("30 1 8:2 / /data rw - xfs /dev/sda2 rw\n", true);

	expect(page, "container_fs_limit_bytes{device=\"/dev/sda2\"} 51200\n");
	expect(page, "container_fs_usage_bytes{device=\"/dev/sda2\"} 25600\n");
	expect(page, "container_fs_inodes_total{device=\"/dev/sda2\"} 30\n");
	expect(page, "container_fs_inodes_free{device=\"/dev/sda2\"} 20\n");
}

Test(container_disk, names)
{
	const char *page = page_of("30 1 0:24 / /run rw - tmpfs tmpfs rw\n"
	    "31 1 0:51 / /merged rw - overlay overlay rw\n"
	    "32 1 0:9 / / rw - f2fs none rw\n"
	    "33 1 0:2 / / rw - rootfs rootfs rw\n", true);

	expect(page, "container_fs_limit_bytes{device=\"/run\"} 51200\n");
	expect(page, "container_fs_limit_bytes{device=\"overlay_0-51\"} 51200\n");
	expect(page, "container_fs_limit_bytes{device=\"none\"} 51200\n");
	cr_expect_null(strstr(page, "rootfs"));
}

/* Bind mounts, mounts one above the other, other types, and what belongs to single containers. */
Test(container_disk, asked_once)
{
	page_of("30 1 8:2 / /data rw - xfs /dev/sda2 rw\n"
	    "31 1 8:2 /a /a rw - xfs /dev/sda2 rw\n"
	    "32 1 0:24 / /run rw - tmpfs tmpfs rw\n"
	    "33 1 0:25 / /run rw - tmpfs other rw\n"
	    "34 1 0:5 / /dev rw - devtmpfs dev rw\n"
	    "35 1 0:27 / /run/containerd/io.containerd.grpc.v1.cri/sandboxes/a/shm rw - tmpfs shm rw\n"
	    "36 1 0:28 / /run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/a/rootfs rw - overlay overlay rw\n"
	    "37 1 0:29 / /var/lib/kubelet/pods/a/volumes/kubernetes.io~secret/b rw - tmpfs tmpfs rw\n"
	    "38 1 8:3 / /var/lib/kubelet/pods/a/volumes/kubernetes.io~csi/b rw - ext4 /dev/sda3 rw\n", true);
	cr_expect_str_eq(asked, "/data /run /var/lib/kubelet/pods/a/volumes/kubernetes.io~csi/b ", "%s", asked);
}

Test(container_disk, denied)
{
	cr_expect_str_empty(page_of("30 1 8:2 / /secret rw - xfs /dev/sda2 rw\n", true));
}

Test(container_disk, of_the_root_alone)
{
	cr_expect_str_empty(page_of("30 1 8:2 / /data rw - xfs /dev/sda2 rw\n", false));
	cr_expect_str_empty(asked);
}
