/* Counting trees that are large, odd, or change meanwhile. */
#include "walk.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[] = "/tmp/nodegauge_test.XXXXXX";
static const struct walk_limits all = { 100, 1000000 };

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
create(void)
{
	cr_assert_not_null(mkdtemp(top));
	cr_assert_eq(chdir(top), 0);
}

static void
destroy(void)
{
	cr_expect_eq(chdir("/"), 0);
	cr_expect_eq(nftw(top, remove_one, 64, FTW_DEPTH | FTW_PHYS), 0);
}

TestSuite(walk, .init = create, .fini = destroy, .timeout = 60);

static void
put(const char *path, size_t size)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);

	cr_assert_geq(fd, 0, "%s", path);
	for (size_t i = 0; i < size; i += 1000)
		cr_assert_eq(pwrite(fd, "x", 1, (off_t)i), 1);
	fsync(fd);
	close(fd);
}

static double
blocks(const char *path)
{
	struct stat st;

	cr_assert_eq(lstat(path, &st), 0, "%s", path);
	return (double)st.st_blocks * 512;
}

static struct walked
walk(const char *path, const struct walk_limits *limits)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	struct walked sum;

	cr_assert_geq(fd, 0);
	walk_tree(fd, limits, &sum);
	cr_expect_eq(close(fd), 0);
	return sum;
}

static int
descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 512; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

/* Names of any bytes, links to nothing, to themselves and out of the tree, a FIFO: each is what it is itself. */
Test(walk, files_of_all_kinds)
{
	const char *const paths[] = { ".", "a", "a/b", "a/b/file", "n\nl \xff\\", "loop", "out", "nothing", "fifo" };
	double bytes = 0;
	struct walked sum;

	mkdir("a", 0700);
	mkdir("a/b", 0700);
	put("a/b/file", 100000);
	put("n\nl \xff\\", 5000);
	cr_assert_eq(symlink(".", "loop"), 0);
	cr_assert_eq(symlink("/", "out"), 0);
	cr_assert_eq(symlink("nowhere", "nothing"), 0);
	cr_assert_eq(mkfifo("fifo", 0600), 0);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		bytes += blocks(paths[i]);
	sum = walk(".", &all);
	cr_expect_eq(sum.bytes, bytes);
	cr_expect_eq(sum.inodes, 9);
	cr_expect(sum.complete);
}

Test(walk, a_file_of_several_names_is_one)
{
	struct walked one, sum;

	mkdir("a", 0700);
	put("file", 100000);
	one = walk(".", &all);
	cr_assert_eq(link("file", "a/other"), 0);
	cr_assert_eq(link("file", "third"), 0);
	for (int i = 0; i < 2; i++) {
		sum = walk(".", &all);
		cr_expect_eq(sum.bytes, one.bytes);
		cr_expect_eq(sum.inodes, 3);
		cr_expect(sum.complete);
	}
}

Test(walk, holes_are_nothing)
{
	struct walked before = walk(".", &all), sum;

	put("sparse", 1);
	cr_assert_eq(truncate("sparse", 1L << 40), 0);
	sum = walk(".", &all);
	cr_expect_leq(sum.bytes, before.bytes + 65536);
	cr_expect_eq(sum.inodes, 2);
}

Test(walk, too_deep)
{
	struct walked sum;
	int before = descriptors();

	for (int i = 0; i < 200; i++) {
		cr_assert_eq(mkdir("d", 0700), 0);
		cr_assert_eq(chdir("d"), 0);
	}
	sum = walk(top, &all);
	cr_expect_not(sum.complete);
	cr_expect_eq(sum.inodes, WALK_DEPTH + 1);
	cr_expect_eq(descriptors(), before);
}

Test(walk, more_than_one_reading_of_a_directory)
{
	char name[300];
	struct walked sum;

	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof name, "%d%0200d", i, i);
		if (i % 10 == 0)
			mkdir(name, 0700);
		else
			put(name, 0);
	}
	sum = walk(".", &all);
	cr_expect_eq(sum.inodes, 501);
	cr_expect(sum.complete);
}

Test(walk, too_many)
{
	const struct walk_limits few = { 100, 10 }, enough = { 100, 20 };
	char name[16];
	int before = descriptors();

	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof name, "%d", i);
		mkdir(name, 0700);
	}
	cr_expect_eq(walk(".", &few).inodes, 11);
	cr_expect_not(walk(".", &few).complete);
	cr_expect_eq(walk(".", &enough).inodes, 21);
	cr_expect(walk(".", &enough).complete);
	cr_expect_eq(descriptors(), before);
}

Test(walk, a_directory_that_may_not_be_read)
{
	struct walked sum;

	mkdir("open", 0755);
	mkdir("closed", 0700);
	put("closed/file", 5000);
	cr_assert_eq(chmod(top, 0755), 0);
	cr_assert_eq(chmod("closed", 0), 0);
	if (geteuid() == 0)
		cr_assert_eq(seteuid(65532), 0);
	sum = walk(".", &all);
	if (getuid() == 0)
		cr_assert_eq(seteuid(0), 0);
	chmod("closed", 0700);
	cr_expect_not(sum.complete);
	cr_expect_eq(sum.inodes, 3);
}

static volatile bool over;

/* Directories that come, go and become links to everything. */
static void *
stir(void *unused)
{
	while (!over) {
		mkdir("a/b", 0700);
		mkdir("a/b/c", 0700);
		rename("a/b", "b");
		cr_assert_eq(symlink("/", "a/b"), 0);
		unlink("a/b");
		rmdir("b/c");
		rmdir("b");
	}
	return unused;
}

Test(walk, a_tree_that_changes)
{
	int before = descriptors();
	pthread_t thread;
	struct walked sum;

	mkdir("a", 0700);
	cr_assert_eq(pthread_create(&thread, NULL, stir, NULL), 0);
	for (int i = 0; i < 2000; i++) {
		sum = walk(".", &all);
		cr_assert(sum.complete);
		cr_assert(sum.inodes >= 2 && sum.inodes <= 6, "%g", sum.inodes);
	}
	over = true;
	pthread_join(thread, NULL);
	cr_expect_eq(descriptors(), before);
}

Test(walk, a_tree_that_has_gone)
{
	int fd;
	struct walked sum;

	mkdir("a", 0700);
	fd = open("a", O_RDONLY | O_DIRECTORY);
	rmdir("a");
	walk_tree(fd, &all, &sum);
	close(fd);
	cr_expect_leq(sum.inodes, 1);
}
