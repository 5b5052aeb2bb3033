/* The node's mounts: which path is asked, which sizes come of the answer, what is said of one that hangs. */
#include "collector.h"

#include <errno.h>
#include <sys/vfs.h>

#include "node.h"
#include "printed.h"
#include "statfs.h"

extern const struct collector filesystem;

static struct page *p;
static pid_t test;

static int
fake(const char *path, struct statfs *fs)
{
	cr_assert_eq(strncmp(path, node_root, strlen(node_root)), 0, "%s", path);
	path += strlen(node_root);
	while (strstr(path, "/hang") != NULL && getppid() == test)
		usleep(1000);
	*fs = (struct statfs){
		.f_bsize = 4096, .f_frsize = 512, .f_blocks = 100, .f_bfree = 50, .f_bavail = 40,
		.f_files = 30, .f_ffree = 20,
	};
	errno = EACCES;
	return strcmp(path, "/data") == 0 || strcmp(path, "/a b\tc\\d\ne") == 0 ? 0 : -1;
}

static void
create(void)
{
	node_create();
	statfs_call = fake;
	test = getpid();
	cr_assert(place_open());
	filesystem.prepare();
	p = page_new();
}

static void
destroy(void)
{
	page_free(p);
	node_clean();
}

TestSuite(filesystem, .init = create, .fini = destroy);

static void
expect(const char *lines, const char *const *samples)
{
	const char *page;

	node_put("proc/1/mountinfo", lines);
	page_clear(p);
	cr_assert_eq(filesystem.update(place(PROC), p), 0);
	page = printed(p);
	for (; *samples != NULL; samples++)
		cr_expect(strstr(page, *samples) != NULL, "no %s in:\n%s", *samples, page);
}

Test(filesystem, sizes)
{
	expect("30 1 8:2 / /data rw - xfs /dev/sda2 rw\n", (const char *const[]){
		"avail_bytes{device=\"/dev/sda2\",device_error=\"\",fstype=\"xfs\",mountpoint=\"/data\"} 163840\n",
		"free_bytes{device=\"/dev/sda2\",device_error=\"\",fstype=\"xfs\",mountpoint=\"/data\"} 204800\n",
		"size_bytes{device=\"/dev/sda2\",device_error=\"\",fstype=\"xfs\",mountpoint=\"/data\"} 409600\n",
		"files{device=\"/dev/sda2\",device_error=\"\",fstype=\"xfs\",mountpoint=\"/data\"} 30\n",
		"files_free{device=\"/dev/sda2\",device_error=\"\",fstype=\"xfs\",mountpoint=\"/data\"} 20\n",
		"purgeable_bytes{device=\"/dev/sda2\",device_error=\"\",fstype=\"xfs\",mountpoint=\"/data\"} 0\n",
		"mount_info{device=\"/dev/sda2\",major=\"8\",minor=\"2\",mountpoint=\"/data\"} 1\n", NULL,
	});
}

Test(filesystem, escapes)
{
	expect("30 1 8:2 / /a\\040b\\011c\\134d\\012e rw - xfs d rw\n", (const char *const[]){
		"device_error{device=\"d\",device_error=\"\","
		    "fstype=\"xfs\",mountpoint=\"/a b\tc\\\\134d\\\\012e\"} 0\n", NULL,
	});
}

Test(filesystem, denied)
{
	expect("30 1 8:2 / /secret ro - xfs d rw\n", (const char *const[]){
		"device_error{device=\"d\",device_error=\"permission denied\","
		    "fstype=\"xfs\",mountpoint=\"/secret\"} 1\n",
		"readonly{device=\"d\",device_error=\"permission denied\","
		    "fstype=\"xfs\",mountpoint=\"/secret\"} 1\n", NULL,
	});
}

/* What is mounted on it is reached only through it. */
Test(filesystem, hangs)
{
	expect("29 1 0:9 / /hang ro - nfs4 s:/ rw\n"
	    "30 29 8:2 / /hang/below rw - xfs d rw\n"
	    "31 1 8:3 / /data rw - xfs d rw\n", (const char *const[]){
		"device_error{device=\"s:/\",device_error=\"mountpoint timeout\","
		    "fstype=\"nfs4\",mountpoint=\"/hang\"} 1\n",
		"readonly{device=\"s:/\",device_error=\"mountpoint timeout\","
		    "fstype=\"nfs4\",mountpoint=\"/hang\"} 1\n",
		"device_error{device=\"d\",device_error=\"mountpoint timeout\","
		    "fstype=\"xfs\",mountpoint=\"/hang/below\"} 1\n",
		"device_error{device=\"d\",device_error=\"\","
		    "fstype=\"xfs\",mountpoint=\"/data\"} 0\n", NULL,
	});
}

static void
expect_hang(const char *lines, const char *type, const char *point)
{
	char sample[128];

	snprintf(sample, sizeof sample, "\"mountpoint timeout\",fstype=\"%s\",mountpoint=\"%s\"} 1\n", type, point);
	expect(lines, (const char *const[]){ sample, NULL });
}

/* Its path leads through what hides it. */
Test(filesystem, hidden)
{
	expect_hang("30 1 8:2 / /hang/below rw - xfs d rw\n31 1 0:9 / /hang ro - fuse.x s rw\n", "xfs", "/hang/below");
}

/* The kernel lists mounts in the order in which they were made, also one that was moved below a younger one. */
Test(filesystem, moved)
{
	expect_hang("30 32 8:2 / /hang/below/it rw - xfs d rw\n31 1 0:9 / /hang ro - strange s rw\n", "xfs", "/hang/below/it");
}

/* A type that is not exported. */
Test(filesystem, hidden_by_what_is_left_out)
{
	expect_hang("30 1 8:2 / /hang rw - xfs d rw\n31 30 0:9 / /hang ro - autofs s rw\n", "xfs", "/hang");
}

/* The second mount hides the first; a series must not stand twice on a page. */
Test(filesystem, twice_in_one_place)
{
	const char *first;

	expect("30 1 8:2 / /data rw - xfs d rw\n31 30 8:3 / /data rw - xfs d rw\n", (const char *const[]){
		"mount_info{device=\"d\",major=\"8\",minor=\"2\",mountpoint=\"/data\"} 1\n",
		"mount_info{device=\"d\",major=\"8\",minor=\"3\",mountpoint=\"/data\"} 1\n", NULL,
	});
	first = strstr(printed(p), "size_bytes{");
	cr_expect_null(strstr(first + 1, "size_bytes{"));
}
