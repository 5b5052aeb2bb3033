/* Lines, words and numbers of a text. */
#include "text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static char buffer[256];

static char *
copy(const char *text)
{
	return strcpy(buffer, text);
}

Test(text, lines)
{
	char *at = copy("a b\n\nlast");

	cr_expect_str_eq(text_line(&at), "a b");
	cr_expect_str_eq(text_line(&at), "");
	cr_expect_str_eq(text_line(&at), "last");
	cr_expect_null(text_line(&at));
	cr_expect_null(text_line(&at));
	at = copy("one\n");
	cr_expect_str_eq(text_line(&at), "one");
	cr_expect_null(text_line(&at));
	at = copy("a\r\n\r\nb\rc\n");
	cr_expect_str_eq(text_line(&at), "a");
	cr_expect_str_eq(text_line(&at), "");
	cr_expect_str_eq(text_line(&at), "b\rc");
	at = NULL;
	cr_expect_null(text_line(&at), "a file that could not be read");
}

Test(text, words)
{
	char *at = copy("  cpu0:\t12  -3 ");

	cr_expect_str_eq(text_word(&at, " \t:"), "cpu0");
	cr_expect_str_eq(text_word(&at, " \t:"), "12");
	cr_expect_str_eq(text_word(&at, " \t:"), "-3");
	cr_expect_null(text_word(&at, " \t:"));
	cr_expect_null(text_word(&at, " \t:"));
	at = copy("");
	cr_expect_null(text_word(&at, " "));
	at = copy(" : ");
	cr_expect_null(text_word(&at, " :"));
}

Test(text, fields)
{
	char *at = copy("pod__uid_");

	cr_expect_str_eq(text_field(&at, '_'), "pod");
	cr_expect_str_eq(text_field(&at, '_'), "");
	cr_expect_str_eq(text_field(&at, '_'), "uid");
	cr_expect_str_eq(text_field(&at, '_'), "");
	cr_expect_null(text_field(&at, '_'));
	at = copy("");
	cr_expect_str_eq(text_field(&at, '_'), "");
	cr_expect_null(text_field(&at, '_'));
}

Test(text, trim)
{
	cr_expect_str_eq(text_trim(copy(" \t a b\r\n\v\f")), "a b");
	cr_expect_str_eq(text_trim(copy(" \n ")), "");
	cr_expect_str_eq(text_trim(copy("")), "");
	cr_expect_str_eq(text_trim(copy("x")), "x");
}

Test(text, squeeze)
{
	cr_expect_str_eq(text_squeeze(copy(" \t a  b\r\n c\v\f")), "a b c");
	cr_expect_str_eq(text_squeeze(copy("a b")), "a b");
	cr_expect_str_eq(text_squeeze(copy("  ")), "");
	cr_expect_str_eq(text_squeeze(copy("")), "");
}

static const struct {
	const char *word;
	double value;
} numbers[] = {
	{ "0", 0 }, { "17", 17 }, { "-3", -3 }, { "+3", 3 }, { "0.52", 0.52 }, { "1e3", 1000 }, { "007", 7 },
	{ ".5", 0.5 },
	{ "999999999999999999", 999999999999999999.0 }, { "9223372036854775807", 9223372036854775807.0 },
	{ "18446744073709551615", 18446744073709551615.0 }, { "99999999999999999999", 1e20 },
	{ "123456789012345678901234567890", 123456789012345678901234567890.0 },
};

static const char *const no_numbers[] = {
	"", " ", "x", "1x", "1 ", " 1", "-", "+", ".", "e", "1e", "1.2.3", "--1", "0x10", "inf", "nan", "-inf", "NaN",
	"infinity",
	"max", "1,5", "123456789012345678x", "N/A",
};

Test(text, name)
{
	static const char *const names[][2] = {
		{ "", "" }, { "rx-octets", "rx_octets" }, { "a_- _b", "a_b" }, { "__a__", "__a__" }, { "[0]: ok", "_0_ok" },
		{ "a-_-b", "a__b" }, { "package-0", "package_0" }, { "\xc3\xa9_", "_" },
	};
	char text[32];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		strcpy(text, names[i][0]);
		cr_expect_str_eq(text_name(text), names[i][1]);
	}
}

Test(text, number)
{
	double v;

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		cr_expect(text_number(numbers[i].word, &v) && v == numbers[i].value, "%s is %g", numbers[i].word, v);
	for (size_t i = 0; i < sizeof no_numbers / sizeof *no_numbers; i++)
		cr_expect_not(text_number(no_numbers[i], &v), "'%s' is %g", no_numbers[i], v);
}

static const struct {
	const char *word;
	int base;
	uint64_t value;
} integers[] = {
	{ "0", 10, 0 }, { "18446744073709551615", 10, UINT64_MAX }, { "0x1f", 0, 31 }, { "010", 0, 8 },
	{ "010", 10, 10 },
	{ "00ff", 16, 255 }, { "FF", 16, 255 }, { "ffffffffffffffff", 16, UINT64_MAX },
};

static const struct {
	const char *word;
	int base;
} no_integers[] = {
	{ "", 10 }, { "-1", 10 }, { "+1", 10 }, { " 1", 10 }, { "1 ", 10 }, { "a", 10 }, { "g", 16 }, { "0x", 10 },
	{ "1.5", 10 },
	{ "18446744073709551616", 10 }, { "10000000000000000", 16 }, { "0x1g", 0 }, { "08", 0 },
};

Test(text, u64)
{
	uint64_t v;

	for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
		cr_expect(text_u64(integers[i].word, integers[i].base, &v) && v == integers[i].value, "%s",
		    integers[i].word);
	for (size_t i = 0; i < sizeof no_integers / sizeof *no_integers; i++)
		cr_expect_not(text_u64(no_integers[i].word, no_integers[i].base, &v), "'%s'", no_integers[i].word);
}

Test(text, integer)
{
	static const char *const none[] = { "", "-", "0x", "1.5", "1e3", "1 ", "08", "9223372036854775808" };
	double v;

	cr_expect(text_integer("-3", &v) && v == -3);
	cr_expect(text_integer("0x1f", &v) && v == 31);
	cr_expect(text_integer("-9223372036854775808", &v) && v == -0x1p63);
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		cr_expect_not(text_integer(none[i], &v), "'%s'", none[i]);
}

Test(text, starts)
{
	cr_expect(text_starts("cpu0", "cpu"));
	cr_expect(text_starts("cpu", ""));
	cr_expect_not(text_starts("cp", "cpu"));
}

Test(text, values_by_key)
{
	char *text = copy("MemTotal:       3055108 kB\nanon 7\nanon_thp 2\n");

	cr_expect_eq(text_value(text, "MemTotal"), 3055108);
	cr_expect_eq(text_value(text, "anon"), 7);
	cr_expect_eq(text_value(text, "anon_thp"), 2);
	cr_expect_eq(text_value(text, "thp"), 0, "not at the start of a line");
	cr_expect_eq(text_value(text, "Mem"), 0, "the beginning of another key");
	cr_expect_eq(text_value(NULL, "anon"), 0, "a file that could not be read");
}

Test(text, duration)
{
	static const char *const none[] = { "", "s", "-1s", "10", "1d", "nan", "1s ", "1e99s", " 1s" };
	double v = -1;

	cr_expect(text_duration("500ms", &v) && v == 0.5);
	cr_expect(text_duration("10s", &v) && v == 10);
	cr_expect(text_duration("1.5m", &v) && v == 90);
	cr_expect(text_duration("2h", &v) && v == 7200);
	cr_expect(text_duration("0", &v) && v == 0);
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		cr_expect_not(text_duration(none[i], &v), "%s", none[i]);
}

Test(text, range)
{
	char list[] = "0-3,8\n", empty[] = "\n", garbled[] = "1-x", *at = list;
	uint64_t first, last;

	cr_expect(text_range(&at, &first, &last) == 1 && first == 0 && last == 3);
	cr_expect(text_range(&at, &first, &last) == 1 && first == 8 && last == 8);
	cr_expect_eq(text_range(&at, &first, &last), 0);
	at = empty;
	cr_expect_eq(text_range(&at, &first, &last), 0);
	at = garbled;
	cr_expect_lt(text_range(&at, &first, &last), 0);
}
