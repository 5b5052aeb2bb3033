/* The grammars on text that is right, short, empty or none, and tables on files that come, change and go. */
#include "collector.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "node.h"
#include "printed.h"

static struct page *p;

static void
create(void)
{
	p = page_new();
}

static void
destroy(void)
{
	page_free(p);
}

/* The samples alone; headers are the page's. */
static const char *
samples(void)
{
	static struct buf b;
	const char *end;

	b.size = 0;
	for (const char *at = printed(p); *at != '\0'; at = end) {
		end = strchrnul(at, '\n') + 1;
		if (*at != '#')
			buf_add(&b, at, (size_t)(end - at));
	}
	buf_add(&b, "", 1);
	return b.data;
}

/* What a text becomes, on a page of its own. */
static void
expect(const struct table *t, const char *text, int result, const char *expected)
{
	char *copy = strdup(text);
	int err;

	page_clear(p);
	err = table_parse(t, copy, p);
	cr_expect_eq(err, result, "'%s': %d", text, err);
	cr_expect_str_eq(samples(), expected, "'%s': %s", text, samples());
	free(copy);
}

TestSuite(grammar, .init = create, .fini = destroy);

static const struct metric a_and_b[] = {
	{ "a", GAUGE, ONE, "m_a", "A." },
	{ "b", GAUGE, KIB, "m_b", "B." },
	{ "b", GAUGE, ONE, "m_b_kib", "B." },
	{ "c", GAUGE, ONE, "m_c", "C.", { { "of", "c" } } },
};

Test(grammar, single)
{
	static const struct table t = { PROC, "x", single, a_and_b, 1 };

	expect(&t, "17\n", 0, "m_a 17\n");
	expect(&t, " \t-0.5 \n\n", 0, "m_a -0.5\n");
	expect(&t, "", -EINVAL, "");
	expect(&t, "\n", -EINVAL, "");
	expect(&t, "1 2\n", -EINVAL, "");
	expect(&t, "max\n", -EINVAL, "");
}

Test(grammar, keyed)
{
	static const struct table t = { PROC, "x", keyed, a_and_b, COUNT(a_and_b) };

	expect(&t, "a 1\nb 2\nc 3\n", 0, "m_a 1\nm_b 2048\nm_b_kib 2\nm_c{of=\"c\"} 3\n");
	expect(&t, "a:\t1\nother: 7 kB\nb:     2 kB\n", 0, "m_a 1\nm_b 2048\nm_b_kib 2\n");
	expect(&t, "c 3", 0, "m_c{of=\"c\"} 3\n");
	expect(&t, "", 0, "");
	expect(&t, "\n\n : \n", 0, "");
	expect(&t, "a\nc 3\n", -EINVAL, "m_c{of=\"c\"} 3\n");
	expect(&t, "a x\nc 3\n", -EINVAL, "m_c{of=\"c\"} 3\n");
	expect(&t, "other x\naa 1\n", 0, "");
}

/* One file after the other, each of which the table has to notice to be other than the one before. */
Test(grammar, keyed_passes_over)
{
	static const struct table t = { PROC, "x", keyed, a_and_b, COUNT(a_and_b) };
	static const char *const same = "m_a 2\nm_b 5120\nm_b_kib 5\n";

	for (int i = 0; i < 2; i++)
		expect(&t, "x 1\na 2\ny 3\nz 4\nb 5\nw 6\n", 0, same);
	expect(&t, "x 1\na 2\ny 3\nz 4\nb 5\nw 6\nc 7\n", 0, "m_a 2\nm_b 5120\nm_b_kib 5\nm_c{of=\"c\"} 7\n");
	expect(&t, "x 1\na 2\ny 3\nz 4\nb 5\n", 0, same);
	expect(&t, "x 1\na 2\ny 3\nb 5\nw 6\n", 0, same);
	expect(&t, "a 2\nb 5\n", 0, same);
	expect(&t, "a 2\nb", -EINVAL, "m_a 2\n");
	expect(&t, "x 1\n a=0\n a 2\nb 5\n", 0, same);
	expect(&t, "x 1\n aa 0\nb 5\n", 0, "m_b 5120\nm_b_kib 5\n");
	expect(&t, "x 1\ny 2\n", 0, "");
}

static const struct metric second_and_third[] = {
	{ 0 },
	{ "", GAUGE, ONE, "m_second", "2." },
	{ "", GAUGE, ONE, "m_third", "3." },
};

static const char *
but_heads(char *word)
{
	return strcmp(word, "head") == 0 ? NULL : word;
}

Test(grammar, columns)
{
	static const struct table t = { PROC, "x", columns, second_and_third, COUNT(second_and_third), "row",
	    .row = but_heads };
	static const struct table last = { PROC, "x", columns, second_and_third, COUNT(second_and_third), "row",
	    .row_column = 3 };
	static const struct table nameless = { PROC, "x", columns, second_and_third, COUNT(second_and_third) };

	expect(&t, "head second third\n eth0: 2 3 4\nlo: 5 6\n", 0,
	    "m_second{row=\"eth0\"} 2\nm_second{row=\"lo\"} 5\nm_third{row=\"eth0\"} 3\nm_third{row=\"lo\"} 6\n");
	expect(&t, "eth0 2\n\n", 0, "m_second{row=\"eth0\"} 2\n");
	expect(&t, ":a:b 2\n", 0, "m_second{row=\":a:b\"} 2\n");
	expect(&t, "eth0 x 3\nlo 5 6\n", -EINVAL,
	    "m_second{row=\"lo\"} 5\nm_third{row=\"eth0\"} 3\nm_third{row=\"lo\"} 6\n");
	expect(&t, "", 0, "");
	expect(&last, "1 2 3 name 5\n1 2 3\n", 0, "m_second{row=\"name\"} 2\nm_third{row=\"name\"} 3\n");
	expect(&nameless, "1 2 3\n", 0, "m_second 2\nm_third 3\n");
	expect(&t, "r 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33\n", 0,
	    "m_second{row=\"r\"} 1\nm_third{row=\"r\"} 2\n");
}

static const struct metric of_names[] = {
	{ "some total", GAUGE, ONE, "m_some", "Some." },
	{ "full total", GAUGE, ONE, "m_full", "Full." },
	{ "TCP mem", GAUGE, ONE, "m_mem", "Memory." },
};

static const struct metric of_rows[] = {
	{ "rbytes", GAUGE, ONE, "m_read", "Read." },
	{ "wbytes", GAUGE, ONE, "m_written", "Written." },
};

static const char *
but_loops(char *word)
{
	return strncmp(word, "7:", 2) == 0 ? NULL : word;
}

Test(grammar, nested)
{
	static const struct table names = { PROC, "x", nested, of_names, COUNT(of_names) };
	static const struct table rows = { PROC, "x", nested, of_rows, COUNT(of_rows), "device", .row = but_loops };

	expect(&names, "some avg10=0.00 avg60=0.00 total=11\nfull avg10=0.00 total=7\n", 0, "m_full 7\nm_some 11\n");
	expect(&names, "sockets: used 9\nTCP: inuse 4 orphan 0 mem 3\n", 0, "m_mem 3\n");
	expect(&names, "some total=\nfull total=7\n", -EINVAL, "m_full 7\n");
	expect(&names, "some total\n\nTCP:\n", -EINVAL, "");
	expect(&names, "", 0, "");
	expect(&names, "total=1\ntotal some=1\n", 0, "");
	expect(&rows, "8:0 rbytes=1 wbytes=2 dios=0\n7:1 rbytes=3\n8:16 wbytes=4\n", 0,
	    "m_read{device=\"8:0\"} 1\nm_written{device=\"8:0\"} 2\nm_written{device=\"8:16\"} 4\n");
	expect(&rows, "8:0 \n8:16 rbytes=x wbytes=2\n", -EINVAL, "m_written{device=\"8:16\"} 2\n");
}

static const struct metric of_pairs[] = {
	{ "Ip Forwarding", GAUGE, ONE, "m_forwarding", "F." },
	{ "Tcp InSegs", GAUGE, ONE, "m_segments", "S." },
};

Test(grammar, pairs)
{
	static const struct table t = { PROC, "x", pairs, of_pairs, COUNT(of_pairs) };

	expect(&t, "Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: Max InSegs\nTcp: -1 9\n", 0,
	    "m_forwarding 1\nm_segments 9\n");
	expect(&t, "Ip: Forwarding\nTcp: 1\n", -EINVAL, "");
	expect(&t, "Ip: Forwarding DefaultTTL\nIp: 1\n", -EINVAL, "m_forwarding 1\n");
	expect(&t, "Ip: DefaultTTL Forwarding\nIp: 64\nTcp: InSegs\nTcp: 9\n", -EINVAL, "m_segments 9\n");
	expect(&t, "Ip: Forwarding\nIp: 1 64\n", -EINVAL, "m_forwarding 1\n");
	expect(&t, "Ip: Forwarding\n", 0, "");
	expect(&t, "\n\n", -EINVAL, "");
	expect(&t, "", 0, "");
}

Test(grammar, kstat)
{
	static const struct every e = { "m_", "Any.", UNTYPED, NULL };
	static const struct table t = { PROC, "x", kstat, .every = &e };
	const char *head = "13 1 0x01 3 816 5 6\nname                            type data\n";
	char text[200];

	snprintf(text, sizeof text, "%shits   4    9\nsigned-one 3 -7\nname 7 4\nshort 4\n", head);
	expect(&t, text, 0, "m_hits 9\nm_signed_one -7\n");
	snprintf(text, sizeof text, "%shits 4 x\nmisses 4 1", head);
	expect(&t, text, -EINVAL, "m_misses 1\n");
	expect(&t, head, 0, "");
	expect(&t, "hits 4 9\n", -EINVAL, "");
	expect(&t, "", -EINVAL, "");
}

Test(grammar, rows_of_update)
{
	static const struct table t = { PROC, "x", columns, second_and_third, COUNT(second_and_third) };
	char text[] = "1 2 3\n";

	page_clear(p);
	cr_expect_eq(table_parse_row(&t, text, page_row_of(p, "pool", "a"), p), 0);
	cr_expect_str_eq(samples(), "m_second{pool=\"a\"} 2\nm_third{pool=\"a\"} 3\n");
}

static struct filter some = { .include = "^(Tcp_.*|oom.*|6_In|Ip6_In)$" };

static const struct metric of_lists[] = {
	{ "net", GAUGE, ONE, "m_udp", "UDP." },
	{ "net" },
	{ "net", GAUGE, ONE, "m_tcp", "TCP." },
	{ "proc" },
	{ "proc", GAUGE, ONE, "m_read", "Read." },
	{ "proc", GAUGE, ONE, "m_write", "Write." },
};

Test(grammar, listed)
{
	static const struct table t = { PROC, "x", listed, of_lists, COUNT(of_lists) };

	expect(&t, "net 1 2 3\nproc 2 8 9\n", 0, "m_read 8\nm_tcp 3\nm_udp 1\nm_write 9\n");
	expect(&t, "proc 3 8 9 10\nother x\n\nnet\t\t 1 2 3 4", 0, "m_read 8\nm_tcp 3\nm_udp 1\nm_write 9\n");
	expect(&t, "net 1 2 3\nproc 1 8\n", 0, "m_read 8\nm_tcp 3\nm_udp 1\nm_write 0\n");
	expect(&t, "net 1 2 3\n", 0, "m_read 0\nm_tcp 3\nm_udp 1\nm_write 0\n");
	expect(&t, "net 5 2\nproc 2 8\n", -EINVAL, "m_read 8\nm_udp 5\n");
	expect(&t, "net x 2 3\nproc\n", -EINVAL, "m_tcp 3\n");
	expect(&t, "net\nproc 2 8 9\n", -EINVAL, "m_read 8\nm_write 9\n");
	expect(&t, "other 1\n", -EINVAL, "");
	expect(&t, "", -EINVAL, "");
}

Test(grammar, every_key)
{
	static const struct every e = { "m_", "Whatever it is.", UNTYPED, &some },
	    split = { "m_", "Any.", UNTYPED, &some, '6' };
	static const struct table plain = { PROC, "x", keyed, .every = &e }, named = { PROC, "x", pairs, .every = &e },
	    v6 = { PROC, "x", keyed, .every = &split };

	filter_prepare(&some, NULL);
	expect(&plain, "oom_kill 3\nnr_free 4\noom 5\n", 0, "m_oom 5\nm_oom_kill 3\n");
	expect(&plain, "oom{ 3\noom\xff 4\noom 5\n", 0, "m_oom 5\n");
	expect(&named, "Tcp: In Out\nTcp: 1 2\nUdp: In\nUdp: 9\n", 0, "m_Tcp_In 1\nm_Tcp_Out 2\n");
	expect(&v6, "Ip6In 7\nUdp6In 8\noom 9\n", 0, "m_Ip6_In 7\n");
	cr_expect_not_null(strstr(printed(p), "# HELP m_Ip6_In Any.\n# TYPE m_Ip6_In untyped\n"));
}

/* What a key was last time is not what stands in its place now. */
Test(grammar, keys_in_another_order)
{
	static const struct table t = { PROC, "x", keyed, a_and_b, COUNT(a_and_b) };
	static const struct table rows = { PROC, "x", nested, of_rows, COUNT(of_rows), "device" };

	for (int i = 0; i < 3; i++) {
		expect(&t, "a 1\nx 2\nc 3\n", 0, "m_a 1\nm_c{of=\"c\"} 3\n");
		expect(&t, "c 3\na 1\n", 0, "m_a 1\nm_c{of=\"c\"} 3\n");
		expect(&t, "x 1\ny 1\nz 1\na 1\na 2\n", 0, "m_a 1\nm_a 2\n");
		expect(&t, "", 0, "");
		expect(&rows, "1 rbytes=1 wbytes=2\n2 wbytes=3 rbytes=4\n3 x=1 rbytes=5\n", 0,
		    "m_read{device=\"1\"} 1\nm_read{device=\"2\"} 4\nm_read{device=\"3\"} 5\n"
		    "m_written{device=\"1\"} 2\nm_written{device=\"2\"} 3\n");
	}
}

/* Files ------------------------------------------------------------------------------------------------------------ */

static void
create_node(void)
{
	node_create();
	cr_assert(place_open());
	create();
}

static void
clean_node(void)
{
	destroy();
	node_clean();
}

TestSuite(table, .init = create_node, .fini = clean_node);

static void
expect_read(const struct table *t, const struct scope *s, int result, const char *expected)
{
	int err;

	page_clear(p);
	err = table_read(t, s, p);
	cr_expect_eq(err, result, "%d", err);
	cr_expect_str_eq(samples(), expected, "%s", samples());
}

Test(table, file_that_is_kept_open)
{
	static const struct table t = { PROC, "a/file", single, a_and_b, 1 };

	expect_read(&t, NULL, -ENOENT, "");
	node_put("proc/a/file", "1\n");
	expect_read(&t, NULL, 0, "m_a 1\n");
	node_put("proc/a/file", "1234567\n");
	expect_read(&t, NULL, 0, "m_a 1.234567e+06\n");
	node_put("proc/a/file", "2\n");
	expect_read(&t, NULL, 0, "m_a 2\n");
	node_put("proc/a/file", "");
	expect_read(&t, NULL, -EINVAL, "");
}

Test(table, file_of_a_scope)
{
	static const struct table t = { CGROUP, "file", single, a_and_b, 1 };
	struct scope s = { .dir = -1 };

	expect_read(&t, &s, -ENOENT, "");
	node_put("one/file", "1\n");
	node_put("two/file", "2\n");
	s.dir = file_directory(AT_FDCWD, node_path("one"));
	expect_read(&t, &s, 0, "m_a 1\n");
	s.dir = file_directory(AT_FDCWD, node_path("two"));
	expect_read(&t, &s, 0, "m_a 2\n");
	node_remove("two/file");
	expect_read(&t, &s, -ENOENT, "");
}

static const char *
but_b(char *word)
{
	return strcmp(word, "b") == 0 ? NULL : word;
}

Test(table, star)
{
	static const struct table t = { SYS, "class/*/size", single, a_and_b, 1, "name", .row = but_b };

	expect_read(&t, NULL, -ENOENT, "");
	node_directory("sys/class");
	expect_read(&t, NULL, 0, "");
	node_put("sys/class/b/size", "2\n");
	node_put("sys/class/c/size", "3\n");
	node_put("sys/class/a/size", "1\n");
	node_directory("sys/class/empty");
	node_put("sys/class/file", "5\n");
	expect_read(&t, NULL, 0, "m_a{name=\"a\"} 1\nm_a{name=\"c\"} 3\n");
	node_put("sys/class/a/size", "x\n");
	expect_read(&t, NULL, -EINVAL, "m_a{name=\"c\"} 3\n");
	node_remove("sys/class/a");
	expect_read(&t, NULL, 0, "m_a{name=\"c\"} 3\n");
}

Test(table, directories_alone)
{
	char **names;
	int n;

	node_directory("sys/class/b");
	node_directory("sys/class/.a");
	node_put("sys/class/c", "");
	cr_assert_eq(symlink("b", node_path("sys/class/d")), 0);
	n = place_list_directories(place(SYS), "class", "*", &names);
	cr_assert_eq(n, 1);
	cr_expect_str_eq(names[0], "b");
	place_list_free(names, n);
	cr_expect_eq(place_list_directories(place(SYS), "none", "*", &names), -ENOENT);
}

Test(table, star_inside_a_name)
{
	static const struct table last = { SYS, "zone/temp*", single, a_and_b, 1, "name" };
	static const struct table first = { SYS, "cpu*/id", single, a_and_b, 1, "cpu" };

	node_put("sys/zone/temp1", "1\n");
	node_put("sys/zone/temp10", "10\n");
	node_put("sys/zone/fan1", "7\n");
	node_put("sys/cpu0/id", "4\n");
	node_put("sys/other/id", "5\n");
	expect_read(&last, NULL, 0, "m_a{name=\"temp1\"} 1\nm_a{name=\"temp10\"} 10\n");
	expect_read(&first, NULL, 0, "m_a{cpu=\"cpu0\"} 4\n");
}

/* What a collector with these two files says. */
static int
run(bool optional)
{
	const struct table tables[] = {
		{ CGROUP, "one", single, a_and_b, 1 },
		{ CGROUP, "two", single, a_and_b, 1, .optional = optional },
		{ CGROUP, "three", single, a_and_b, 1, .by_update = true },
		{ 0 },
	};
	const struct collector c = { .name = "x", .tables = tables };

	page_clear(p);
	return table_run(&c, place(ROOT), p);
}

Test(table, results)
{
	static const struct collector none = { .name = "none" };
	static const struct table later[] = { { PROC, "one", single, a_and_b, 1, .by_update = true }, { 0 } };
	static const struct collector updater = { .name = "updater", .tables = later };

	cr_expect_eq(table_run(&none, place(ROOT), p), 0);
	cr_expect_eq(table_run(&updater, place(ROOT), p), 0);
	cr_expect_eq(run(false), -ENODATA);
	cr_expect_eq(run(true), -ENODATA);
	node_put("two", "2\n");
	cr_expect_eq(run(false), -ENODATA, "a file that has to be there is not");
	cr_expect_str_eq(samples(), "m_a 2\n");
	node_put("one", "1\n");
	cr_expect_eq(run(false), 0);
	cr_expect_str_eq(samples(), "m_a 1\nm_a 2\n");
	node_put("two", "x\n");
	cr_expect_eq(run(false), -EINVAL);
	cr_expect_eq(run(true), -EINVAL);
	cr_expect_str_eq(samples(), "m_a 1\n");
	node_remove("two");
	cr_expect_eq(run(true), 0);
	cr_expect_eq(run(false), -ENODATA);
	node_put("one", "x\n");
	cr_expect_eq(run(false), -EINVAL, "what failed counts for more than what is absent");
}
