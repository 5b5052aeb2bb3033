/* Regular expressions and filters. */
#include "pattern.h"

#include <criterion/criterion.h>
#include <string.h>

/* Patterns live as long as the process. */
static struct pattern *p;
static struct filter f;

static const struct {
	const char *pattern, *word;
	bool matches;
} words[] = {
	{ "sd", "nvme-sda", true },
	{ "^(ram|loop|fd)\\d+$", "loop12", true },
	{ "^(ram|loop|fd)\\d+$", "loop12p1", false },
	{ "^a$", "a\n", false },
	{ "^(?:veth|lo$)", "veth1", true },
	{ "^(?:veth|lo$)", "lo0", false },
	{ "[[:alpha:]]+_total", "x_total", true },
	{ "(?i)ETH", "eth0", true },
	{ "", "anything", true },
	{ "x", "", false },
	{ "\\.slice$", "a.slice", true },
};

Test(pattern, matches)
{
	static struct pattern *kept[sizeof words / sizeof *words];
	char error[100];

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		p = kept[i] = pattern_new(words[i].pattern, error, sizeof error);
		cr_assert_not_null(p, "%s", words[i].pattern);
		cr_expect_eq(pattern_matches(p, words[i].word), words[i].matches, "%s on %s", words[i].pattern,
		    words[i].word);
	}
}

Test(pattern, bad_ones_are_refused)
{
	static const char *const bad[] = { "(", "[a", "*", "a{2,1}", "\\C", "(?P<n" };
	char error[100];

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		*error = '\0';
		cr_expect_null(pattern_new(bad[i], error, sizeof error), "%s", bad[i]);
		cr_expect_str_neq(error, "");
	}
}

/* A search that would take for ever ends, as no match. */
Test(pattern, runaway, .timeout = 10)
{
	char error[100], word[64] = "";

	p = pattern_new("^(a+)+$", error, sizeof error);
	memset(word, 'a', sizeof word - 2);
	cr_assert_not_null(p);
	cr_expect(pattern_matches(p, word));
	word[sizeof word - 2] = '!';
	cr_expect_not(pattern_matches(p, word));
}

Test(filter, without_patterns_takes_all)
{
	struct filter g = { 0 };

	f = (struct filter){ .include = "", .exclude = "" };
	filter_prepare(&f, NULL);
	filter_prepare(&g, NULL);
	cr_expect(filter_takes(&f, "a") && filter_takes(&f, "") && filter_takes(&g, "a"));
}

Test(filter, include)
{
	f = (struct filter){ .include = "^eth" };
	filter_prepare(&f, NULL);
	cr_expect(filter_takes(&f, "eth0"));
	cr_expect_not(filter_takes(&f, "lo"));
}

Test(filter, exclude)
{
	f = (struct filter){ .exclude = "^lo$" };
	filter_prepare(&f, NULL);
	cr_expect(filter_takes(&f, "lo1"));
	cr_expect_not(filter_takes(&f, "lo"));
}

Test(filter, include_drops_the_default_exclude)
{
	static const char *const fallback = "^(ram|loop)";

	f = (struct filter){ .include = "^loop", .exclude = fallback, .flag = "collector.x.device" };
	filter_prepare(&f, fallback);
	cr_expect(filter_takes(&f, "loop0"));
	cr_expect_not(filter_takes(&f, "ram0"));
	cr_expect_not(filter_takes(&f, "sda"));
}

Test(filter, exclude_wins_where_both_are_allowed)
{
	f = (struct filter){ .include = "^sd", .exclude = "^sdb" };
	filter_prepare(&f, NULL);
	cr_expect(filter_takes(&f, "sda"));
	cr_expect_not(filter_takes(&f, "sdb"));
	cr_expect_not(filter_takes(&f, "vda"));
}

Test(filter, both_are_refused, .exit_code = 1)
{
	f = (struct filter){ .include = "a", .exclude = "b", .flag = "collector.x.device" };
	filter_prepare(&f, "c");
}

Test(filter, bad_expression_ends_the_process, .exit_code = 1)
{
	f = (struct filter){ .include = "(" };
	filter_prepare(&f, NULL);
}
