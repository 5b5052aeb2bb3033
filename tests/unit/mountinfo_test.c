/* Lines of mount tables, odd ones too. */
#include "mountinfo.h"

#include <criterion/criterion.h>
#include <string.h>

static struct mountinfo
cut(const char *line, bool expected)
{
	static char copy[512];
	struct mountinfo m;

	strcpy(copy, line);
	cr_expect_eq(mountinfo_cut(copy, &m), expected, "%s", line);
	return m;
}

Test(mountinfo, fields)
{
	struct mountinfo m = cut("36 35 98:10 /mnt1 /mnt\\0402 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=x",
	    true);

	cr_expect_str_eq(m.id, "36");
	cr_expect_str_eq(m.parent, "35");
	cr_expect_str_eq(m.major, "98");
	cr_expect_str_eq(m.minor, "10");
	cr_expect_str_eq(m.root, "/mnt1");
	cr_expect_str_eq(m.point, "/mnt\\0402");
	cr_expect_str_eq(m.options, "rw,noatime");
	cr_expect_str_eq(m.type, "ext3");
	cr_expect_str_eq(m.device, "/dev/root");
	cr_expect_str_eq(m.super_options, "rw,errors=x");
}

/* A device without a name is an empty field; a dash may also stand where a device does. */
Test(mountinfo, odd)
{
	struct mountinfo m = cut("1 1 0:5 / /- rw -  - tmpfs  rw", true);

	cr_expect_str_eq(m.type, "");
	m = cut("1 1 0:5 / /- rw - tmpfs  rw", true);
	cr_expect_str_eq(m.point, "/-");
	cr_expect_str_eq(m.device, "");
	cr_expect_str_eq(m.super_options, "rw");
	m = cut("1 1 0:5 / /x rw - tmpfs - rw", true);
	cr_expect_str_eq(m.device, "-");
	cut("1 1 0:5 / /x rw - tmpfs none", false);
	cut("1 1 0:5 / /x rw shared:1 tmpfs none rw", false);
	cut("1 1 5 / /x rw - tmpfs none rw", false);
	cut("-", false);
	cut("", false);
}

static void
expect_decoded(const char *text, const char *only, const char *expected)
{
	char copy[64];

	strcpy(copy, text);
	cr_expect_str_eq(mountinfo_decode(copy, only), expected, "%s: %s", text, copy);
}

Test(mountinfo, decoded)
{
	expect_decoded("/a\\040b\\011c\\012\\134040", NULL, "/a b\tc\n\\040");
	expect_decoded("/a\\040b\\011c\\012\\134", " \t", "/a b\tc\\012\\134");
	expect_decoded("\\000\\04\\089\\", NULL, "\\000\\04\\089\\");
	expect_decoded("\\377", NULL, "\377");
	expect_decoded("", NULL, "");
}
