/* Lines of files that are longer than what is read at once. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>

#include "node.h"

TestSuite(file, .init = node_create, .fini = node_clean);

static struct buf lines;

static void
take(char *line, void *to)
{
	cr_expect_eq(to, &lines);
	buf_print(&lines, "%zu%c ", strlen(line), line[0] == '\0' ? '-' : line[0]);
}

static int
read_lines(const char *text)
{
	node_put("file", text);
	buf_free(&lines);
	buf_print(&lines, "%s", "");
	return file_lines(AT_FDCWD, node_path("file"), take, &lines);
}

/* n times a character. */
static const char *
many(char c, size_t n)
{
	static char text[3][16384];
	static unsigned i;
	char *to = text[++i % COUNT(text)];

	memset(to, c, n);
	to[n] = '\0';
	return to;
}

Test(file, lines)
{
	cr_expect_eq(read_lines("a\n\nbc\nd"), 0);
	cr_expect_str_eq(lines.data, "1a 0- 2b 1d ");
	cr_expect_eq(read_lines(""), 0);
	cr_expect_str_eq(lines.data, "");
	cr_expect_eq(file_lines(AT_FDCWD, node_path("none"), take, &lines), -ENOENT);
	cr_expect_eq(file_lines(AT_FDCWD, node_root, take, &lines), -EISDIR);
}

Test(file, lines_across_pieces)
{
	char text[16384];

	snprintf(text, sizeof text, "%s\n%s\n%s\n%s", many('a', 3000), many('b', 4096), many('c', 1), "e");
	cr_expect_eq(read_lines(text), 0);
	cr_expect_str_eq(lines.data, "3000a 4096b 1c 1e ");
}

Test(file, line_too_long)
{
	char text[16384];

	snprintf(text, sizeof text, "a\n%s\nc\n", many('b', 4097 + 4096));
	cr_expect_eq(read_lines(text), -EINVAL);
	cr_expect_str_eq(lines.data, "1a ");
}

/* The kernel may print more than others may write. */
Test(file, large)
{
	struct buf text = { 0 };
	int root = file_directory(AT_FDCWD, node_root);

	node_put("file", "x");
	cr_assert_eq(truncate(node_path("file"), FILE_MAX), 0);
	cr_expect_eq(file_read_inside(root, "file", &text), FILE_MAX);
	cr_assert_eq(truncate(node_path("file"), FILE_MAX + 1), 0);
	cr_expect_eq(file_read_inside(root, "file", &text), -EFBIG);
	cr_expect_eq(file_read(root, "file", &text), FILE_MAX + 1);
	cr_assert_eq(truncate(node_path("file"), KERNEL_FILE_MAX + 1), 0);
	cr_expect_eq(file_read(root, "file", &text), -EFBIG);
	buf_free(&text);
	close(root);
}
