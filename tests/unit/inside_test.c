/* Opening inside a root, by openat2 and without it. */
#define file_open_inside file_open_inside_here
#include "../../src/inside.c"   /* NOLINT(bugprone-suspicious-include): what it falls back to is its own */
#undef file_open_inside

#include <criterion/criterion.h>
#include <stdlib.h>

static char top[] = "/tmp/inside-XXXXXX";
static int root;

static void
create(void)
{
	char command[700];

	cr_assert(mkdtemp(top) != NULL);
	snprintf(command, sizeof command,
	    "cd %s && mkdir -p root/etc root/a/b && echo secret >secret && echo in >root/etc/file && "
	    "ln -s /etc/file root/absolute && ln -s ../etc/file root/a/up && ln -s ../../../../secret root/a/out && "
	    "ln -s %s/secret root/host && ln -s loop root/loop && ln -s /a root/dir && ln -s b root/a/c && "
	    "ln -s /proc/self/root root/magic && mkfifo root/fifo && echo b >root/a/b/f", top, top);
	cr_assert_eq(system(command), 0);
	snprintf(command, sizeof command, "%s/root", top);
	root = open(command, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cr_assert_geq(root, 0);
}

static void
destroy(void)
{
	char command[100];

	snprintf(command, sizeof command, "rm -r %s", top);
	cr_expect_eq(system(command), 0);
}

TestSuite(inside, .init = create, .fini = destroy);

static const struct {
	const char *path, *text;        /* NULL: not to be opened */
} cases[] = {
	{ "etc/file", "in\n" }, { "/etc/file", "in\n" }, { "etc/../etc/./file", "in\n" }, { "absolute", "in\n" },
	{ "a/up", "in\n" }, { "dir/up", "in\n" }, { "a/c/f", "b\n" }, { "dir/c/../b/f", "b\n" },
	{ "../../../../../secret", NULL }, { "a/out", NULL }, { "host", NULL }, { "loop", NULL }, { "nothing", NULL },
	{ "etc/file/more", NULL }, { "magic/secret", NULL },
};

static void
check(int fd, const char *path, const char *text)
{
	char got[16] = "";

	if (text == NULL) {
		cr_expect_lt(fd, 0, "%s was opened", path);
		return;
	}
	cr_assert_geq(fd, 0, "%s: %s", path, strerror(-fd));
	cr_expect_gt(read(fd, got, sizeof got - 1), 0);
	cr_expect_str_eq(got, text, "%s", path);
	close(fd);
}

Test(inside, by_openat2)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(file_open_inside_here(root, cases[i].path, O_RDONLY), cases[i].path, cases[i].text);
}

Test(inside, by_parts)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(by_parts(root, cases[i].path, O_RDONLY), cases[i].path, cases[i].text);
}

static int
descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

Test(inside, leaves_nothing_open)
{
	int before = descriptors();

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int fd = by_parts(root, cases[i].path, O_RDONLY);

		if (fd >= 0)
			close(fd);
	}
	cr_expect_eq(descriptors(), before);
}
