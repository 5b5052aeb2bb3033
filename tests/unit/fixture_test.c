/* JSON that stands in for the kernel: what counts as nothing, and what is no JSON. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>

#include "node.h"

/* The result of reading n bytes. */
static int
read_object(const char *text, size_t n)
{
	FILE *file = fopen(node_path("file"), "w");

	cr_assert(file != NULL && fwrite(text, 1, n, file) == n && fclose(file) == 0);
	return fixture_object(node_root, "file", NULL, 0, NULL);
}

Test(fixture, null, .init = node_create, .fini = node_clean)
{
	cr_expect_eq(read_object("{}", 2), 0);
	cr_expect_eq(read_object(" null\n", 6), 0);
	cr_expect_eq(read_object("nul", 3), -EBADMSG);
}

Test(fixture, behind_a_nul, .init = node_create, .fini = node_clean)
{
	cr_expect_eq(read_object("{}\0{}", 5), -EBADMSG);
	cr_expect_eq(read_object("null\0x", 6), -EBADMSG);
}
