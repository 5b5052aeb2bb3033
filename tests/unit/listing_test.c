/* Directories that are listed again. */
#include "listing.h"

#include <errno.h>

#include "node.h"

static void
create(void)
{
	node_create();
	cr_assert(place_open());
}

TestSuite(listing, .init = create, .fini = node_clean);

static struct listing l;

static int
list(void)
{
	int result = listing_open(&l, place(SYS)->dir, "d");

	if (result >= 0)
		listing_close(&l);
	return result;
}

Test(listing, again)
{
	node_put("sys/d/b", "");
	node_put("sys/d/a", "");
	node_put("sys/d/.c", "");
	cr_expect_eq(list(), 1);
	cr_assert_eq(l.n, 2);
	cr_expect_str_eq(l.entries[0]->d_name, "a");
	cr_expect_str_eq(l.entries[1]->d_name, "b");
	cr_expect_eq(list(), 0);
	cr_expect_eq(l.n, 2);
	node_put("sys/d/c", "");
	cr_expect_eq(list(), 1);
	cr_expect_eq(l.n, 3);
	node_remove("sys/d/a");
	cr_expect_eq(list(), 1);
	cr_expect_str_eq(l.entries[0]->d_name, "b");
	listing_free(&l);
}

/* More than are read at once. */
Test(listing, many_entries)
{
	char path[64];

	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof path, "sys/d/temperature%03d", i);
		node_put(path, "");
	}
	cr_expect_eq(list(), 1);
	cr_assert_eq(l.n, 1000);
	cr_expect_str_eq(l.entries[999]->d_name, "temperature999");
	cr_expect_eq(list(), 0);
}

Test(listing, no_directory)
{
	cr_expect_eq(list(), -ENOENT);
	cr_expect_eq(listing_open(&l, -ENOENT, "d"), -ENOENT);
	node_put("sys/d", "");
	cr_expect_eq(list(), -ENOTDIR);
	cr_expect_eq(l.n, 0);
}
