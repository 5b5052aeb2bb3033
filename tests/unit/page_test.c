/* Pages of samples, and their text. */
#include "page.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "printed.h"

static const struct metric load = { "", GAUGE, ONE, "node_load1", "Load." };
static const struct metric user = { "", COUNTER, TICKS, "node_cpu_seconds_total", "Time.", { { "mode", "user" } } };
static const struct metric nice_ = { "", COUNTER, TICKS, "node_cpu_seconds_total", "Other.", { { "mode", "nice" } } };
static const struct metric two = { "", GAUGE, ONE, "node_two", "Two.", { { "a", "1" }, { "z", "26" } } };
static const struct metric odd = { "", UNTYPED, ONE, "a_first", "Back\\slash\nand line." };

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

TestSuite(page, .init = create, .fini = destroy);

Test(page, empty)
{
	cr_expect_str_eq(printed(p), "");
	cr_expect_eq(page_samples(p), 0);
}

Test(page, families_stand_in_order_of_names)
{
	page_add(p, &user, 0, 150);
	page_add(p, &load, 0, 0.25);
	page_add(p, &odd, 0, 1e6);
	page_add(p, &nice_, 0, 1);
	cr_expect_str_eq(printed(p),
	    "# HELP a_first Back\\\\slash\\nand line.\n# TYPE a_first untyped\na_first 1e+06\n"
	    "# HELP node_cpu_seconds_total Time.\n# TYPE node_cpu_seconds_total counter\n"
	    "node_cpu_seconds_total{mode=\"user\"} 1.5\nnode_cpu_seconds_total{mode=\"nice\"} 0.01\n"
	    "# HELP node_load1 Load.\n# TYPE node_load1 gauge\nnode_load1 0.25\n");
	cr_expect_eq(page_samples(p), 4);
}

Test(page, last_value_of_a_scope)
{
	struct labels *scope = labels_new(&(struct label){ "id", "/" }, 1);

	cr_expect_eq(page_last(p, &user), 0);
	page_add(p, &user, 0, 100);
	page_add(p, &user, 0, 150);
	cr_expect_eq(page_last(p, &user), 1.5);
	page_scope(p, scope);
	cr_expect_eq(page_last(p, &user), 0, "another scope's");
	page_add(p, &nice_, 0, 200);
	cr_expect_eq(page_last(p, &nice_), 2);
	page_clear(p);
	cr_expect_eq(page_last(p, &nice_), 0, "another collection's");
	free(scope);
}

Test(page, clear_keeps_nothing)
{
	uint32_t age = page_age(p);
	struct labels *scope = labels_new(&(struct label){ "id", "/" }, 1);

	page_scope(p, scope);
	page_add(p, &user, page_row_of(p, "cpu", "0"), 1);
	page_clear(p);
	free(scope);
	cr_expect_str_eq(printed(p), "");
	cr_expect_eq(page_samples(p), 0);
	cr_expect_neq(page_age(p), age);
	page_row_of(p, "other", "row");
	page_add(p, &user, 0, 100);
	cr_expect_str_eq(printed(p), "# HELP node_cpu_seconds_total Time.\n# TYPE node_cpu_seconds_total counter\n"
	    "node_cpu_seconds_total{mode=\"user\"} 1\n");
}

Test(page, labels_of_scope_row_and_metric)
{
	struct labels *scope = labels_new((const struct label[]){ { "id", "/a" }, { "pod", "p" } }, 2);

	page_scope(p, scope);
	page_add(p, &two, page_row_of(p, "j", "\"x\""), 1);
	page_add(p, &two, 0, 2);
	page_add(p, &load, page_row(p, (const struct label[]){ { "a", "" }, { "q", "?" } }, 2), 3);
	page_scope(p, NULL);
	page_add(p, &load, 0, 4);
	cr_expect_str_eq(printed(p),
	    "# HELP node_load1 Load.\n# TYPE node_load1 gauge\n"
	    "node_load1{a=\"\",id=\"/a\",pod=\"p\",q=\"?\"} 3\nnode_load1 4\n"
	    "# HELP node_two Two.\n# TYPE node_two gauge\n"
	    "node_two{a=\"1\",id=\"/a\",j=\"\\\"x\\\"\",pod=\"p\",z=\"26\"} 1\nnode_two{a=\"1\",id=\"/a\",pod=\"p\",z=\"26\"} 2\n");
	free(scope);
}

Test(page, drop_scope)
{
	struct labels *first = labels_new(&(struct label){ "id", "1" }, 1),
	    *second = labels_new(&(struct label){ "id", "2" }, 1);

	page_scope(p, first);
	page_add(p, &load, 0, 1);
	page_add(p, &two, 0, 1);
	page_scope(p, second);
	page_add(p, &load, 0, 2);
	page_add(p, &load, page_row_of(p, "row", "x"), 2);
	page_add(p, &odd, 0, 2);
	page_drop_scope(p);
	cr_expect_eq(page_samples(p), 2);
	page_scope(p, first);
	page_add(p, &load, 0, 3);
	cr_expect_str_eq(printed(p),
	    "# HELP node_load1 Load.\n# TYPE node_load1 gauge\nnode_load1{id=\"1\"} 1\nnode_load1{id=\"1\"} 3\n"
	    "# HELP node_two Two.\n# TYPE node_two gauge\nnode_two{a=\"1\",id=\"1\",z=\"26\"} 1\n");
	free(first);
	free(second);
}

static const struct {
	enum unit unit;
	double kernel, exported;
} units[] = {
	{ ONE, 7, 7 }, { KIB, 3, 3072 }, { SECTORS, 3, 1536 }, { MHZ, 2400.5, 2400500000 }, { KHZ, 800000, 800000000 },
	{ MBIT, 1000, 125000000 }, { MBIT, 10, 1250000 }, { MBIT, -1, -125000 }, { MBIT, 0.9, 0 },
	{ TICKS, 965388, 9653.88 },
	{ MS, 14036.781, 14.036781000000001 }, { MILLI, 45123, 45.123 }, { US, 1500000, 1.5 },
	{ US_TWICE, 11220, 0.01122 },
	{ DWORDS, 3, 12 }, { MS_WHOLE, 1999, 1 },
	{ KIB, -3, -3072 }, { KIB, 0x1p64 - 0x1p20, 0x1p64 - 0x1p30 }, { KIB, 0x1p64, 0x1p64 }, { DWORDS, 0x1p64, 0x1p64 },
	{ NS, 9653880000001, 9653.880000001 }, { PPM, 65536000000, 1 },
};

Test(page, units)
{
	size_t n;

	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		struct metric m = { "", GAUGE, units[i].unit, "m", "M." };

		page_clear(p);
		page_add(p, &m, 0, units[i].kernel);
		cr_expect_eq(page_families(p, &n)[0]->samples.last.value, units[i].exported, "unit %d: %.17g",
		    units[i].unit, page_families(p, &n)[0]->samples.last.value);
		destroy();
		create();
	}
}

Test(page, metrics_of_run_time)
{
	char name[32] = "node_vmstat_oom_kill";
	const struct metric *m = page_metric(p, UNTYPED, ONE, name, "Help.");

	memset(name, 'x', sizeof name - 1);
	cr_expect_eq(page_metric(p, UNTYPED, ONE, "node_vmstat_oom_kill", "Help."), m);
	cr_expect_neq(page_metric(p, UNTYPED, ONE, "node_vmstat_oom", "Help."), m);
	page_add(p, m, 0, 3);
	page_clear(p);
	page_add(p, m, 0, 4);
	cr_expect_str_eq(printed(p),
	    "# HELP node_vmstat_oom_kill Help.\n# TYPE node_vmstat_oom_kill untyped\nnode_vmstat_oom_kill 4\n");
}

Test(page, many_metrics_of_run_time)
{
	enum { MANY = 500 };
	const struct metric *made[MANY];
	char name[16];

	for (int i = 0; i < 2 * MANY; i++) {
		snprintf(name, sizeof name, "m%03d", i * 7919 % MANY);
		if (i < MANY)
			made[i] = page_metric(p, GAUGE, ONE, name, "M.");
		cr_expect_str_eq(made[i % MANY]->name, name);
		cr_expect_eq(page_metric(p, GAUGE, ONE, name, "M."), made[i % MANY]);
	}
}

/* More metrics than the page knows at first, each of them found again. */
Test(page, many_metrics)
{
	enum { MANY = 5000 };
	static char names[MANY][16];
	static struct metric many[MANY];
	size_t n;

	for (int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof names[i], "m%04d", i * 7919 % MANY);
		many[i] = (struct metric){ "", GAUGE, ONE, names[i], "M." };
		page_add(p, &many[i], 0, i);
	}
	for (int i = 0; i < MANY; i++)
		page_add(p, &many[i], 0, i);
	page_families(p, &n);
	cr_assert_eq(n, MANY);
	for (size_t i = 0; i < n; i++) {
		const struct family *f = page_families(p, &n)[i];

		struct sample s = { 0 };
		size_t at = 0;

		cr_assert_eq(f->samples.n, 2);
		cr_assert(samples_next(&f->samples, &at, &s));
		cr_assert_eq(s.value, f->samples.last.value);
		cr_assert(i == 0 || strcmp(page_families(p, &n)[i - 1]->name, f->name) < 0);
	}
}

Test(page, histogram)
{
	static const struct metric parts[] = {
		{ "", HISTOGRAM, ONE, "h_seconds_bucket", "H.", { { "le", "1" } } },
		{ "", HISTOGRAM, ONE, "h_seconds_bucket", "H.", { { "le", "+Inf" } } },
		{ "", PART, ONE, "h_seconds_count", "H." },
		{ "", PART, ONE, "h_seconds_sum", "H." },
	};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		page_add(p, &parts[i], 0, (double)i);
	cr_expect_str_eq(printed(p), "# HELP h_seconds H.\n# TYPE h_seconds histogram\n"
	    "h_seconds_bucket{le=\"1\"} 0\nh_seconds_bucket{le=\"+Inf\"} 1\nh_seconds_count 2\nh_seconds_sum 3\n");
}

/* A page of several pieces is printed whole. */
Test(page, long_page)
{
	const char *at;
	char name[16];
	int lines = 0;

	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof name, "%d", i);
		page_add(p, &load, page_row_of(p, "cpu", name), i);
	}
	for (at = printed(p); (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	cr_expect_eq(lines, 20002);
	cr_expect_not_null(strstr(printed(p), "\nnode_load1{cpu=\"19999\"} 19999\n"));
}

/* The same labels beneath many containers are kept once, and not beyond the collection. */
Test(page, rows_are_shared)
{
	struct labels *scopes[200];
	char id[8], expected[64];
	uint32_t row, rows[2];

	for (int turn = 0; turn < 2; turn++) {
		for (int i = 0; i < 200; i++) {
			snprintf(id, sizeof id, "%d", i);
			scopes[i] = labels_new(&(struct label){ "id", id }, 1);
			page_scope(p, scopes[i]);
			row = page_row_of(p, "zone", i % 2 == 0 ? "even" : "odd");
			page_add(p, &user, row, 100);
			cr_expect(i < 2 || row == rows[i % 2]);
			rows[i % 2] = row;
			page_row_of(p, "unique", id);
		}
		for (int i = 0; i < 200; i++) {
			snprintf(expected, sizeof expected, "{id=\"%d\",mode=\"user\",zone=\"%s\"} 1\n", i,
			    i % 2 == 0 ? "even" : "odd");
			cr_expect_not_null(strstr(printed(p), expected), "%s", expected);
		}
		page_clear(p);
		for (int i = 0; i < 200; i++)
			free(scopes[i]);
	}
}

Test(page, samples_beyond_the_most_are_counted)
{
	for (int i = 0; i < SAMPLES_MAX + 3; i++)
		page_add(p, &load, 0, 1);
	cr_expect_eq(page_samples(p), SAMPLES_MAX);
	cr_expect_eq(page_dropped(p), 3);
	page_clear(p);
	cr_expect_eq(page_dropped(p), 0);
}

Test(page, lent_families_stand_among_the_others_and_give_way)
{
	static const struct lent lent[] = {
		{ "a_lent", "# a\na_lent 1\n", 13, 1 }, { "node_load1", "node_load1 5\n", 13, 1 }, { "z", "z 1\n", 4, 1 },
	};

	page_add(p, &load, 0, 1);
	cr_expect(page_has(p, "node_load1"));
	cr_expect_not(page_has(p, "node_load"));
	page_lend(p, lent, COUNT(lent));
	cr_expect_str_eq(printed(p), "# a\na_lent 1\n# HELP node_load1 Load.\n# TYPE node_load1 gauge\nnode_load1 1\nz 1\n");
	cr_expect_eq(page_samples(p), 4);
	page_clear(p);
	cr_expect_not(page_has(p, "node_load1"));
	cr_expect_str_eq(printed(p), "");
}

Test(page, more_lent_samples_than_a_page_takes_are_counted)
{
	static const struct lent lent[] = { { "a", "a 1\n", 4, SAMPLES_MAX }, { "b", "b 1\n", 4, 3 } };

	page_lend(p, lent, COUNT(lent));
	cr_expect_str_eq(printed(p), "a 1\n");
	cr_expect_eq(page_dropped(p), 3);
}
