/* Files that stay open between readings. */
#include "keep.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "node.h"

static struct keep k = { .counts = true };
static struct buf b;
static int dir;

static void
create(void)
{
	node_create();
	node_put("a", "one\n");
	node_put("b", "two\n");
	dir = open(node_root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cr_assert_geq(dir, 0);
}

TestSuite(keep, .init = create, .fini = node_clean);

static void
budget(unsigned files)
{
	cr_assert_str_eq(keep_flags[0].name, "container.open-files");
	*(unsigned *)keep_flags[0].to = files;
}

static void
expect(const char *path, const char *text)
{
	cr_assert_eq(keep_read(&k, dir, path, END_SHORT, &b), (ssize_t)strlen(text), "%s", path);
	cr_expect_str_eq(b.data, text, "%s", b.data);
}

Test(keep, stays_open)
{
	static const char a[] = "a";

	expect(a, "one\n");
	node_put("a", "three\n");       /* the same file */
	expect(a, "three\n");
	remove(node_path("a"));
	expect(a, "three\n");
	cr_expect_eq(k.n, 1);
	keep_close(&k);
	cr_expect_eq(k.n, 0);
	cr_expect_eq(keep_read(&k, dir, a, END_SHORT, &b), -ENOENT);
}

/* What does not count against the budget stays open from the second time on. */
Test(keep, once_is_not_kept)
{
	struct keep place = { 0 };

	for (size_t n = 0; n < 3; n++) {
		cr_expect_eq(place.n, n > 1);
		cr_expect_eq(keep_read(&place, dir, "a", END_SHORT, &b), 4);
	}
	keep_close(&place);
}

Test(keep, budget)
{
	struct keep other = { .counts = true };
	static const char first[] = "a", second[] = "b";

	budget(1);
	expect(first, "one\n");
	expect(second, "two\n");
	cr_expect_eq(k.n, 1);
	cr_expect_eq(keep_read(&other, dir, second, END_SHORT, &b), 4);
	cr_expect_eq(other.n, 0);
	keep_close(&k);
	cr_expect_eq(keep_read(&other, dir, second, END_SHORT, &b), 4);
	cr_expect_eq(other.n, 1);
	keep_close(&other);
	budget(0);
	expect(first, "one\n");
	cr_expect_eq(k.n, 0);
}

Test(keep, no_more_than_it_holds)
{
	char path[16];

	for (int i = 0; i < KEEP_MAX + 4; i++) {
		snprintf(path, sizeof path, "file%d", i);
		node_put(path, "text\n");
		expect(path, "text\n");
	}
	cr_expect_eq(k.n, KEEP_MAX);
	keep_close(&k);
}

/* The open one cannot be read any more; one of the same name can. */
Test(keep, opened_anew)
{
	static const char a[] = "a";

	expect(a, "one\n");
	close(k.files[0].fd);
	k.files[0].fd = dir;            /* O_PATH: EBADF */
	dir = open(node_root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	node_put("a", "new\n");
	expect(a, "new\n");
	cr_expect_eq(k.n, 1);
	keep_close(&k);
}
