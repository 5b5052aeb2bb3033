/* Sets of labels: order, union, escaping, and UTF-8 by Go's rule. */
#include "labels.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *
escaped(const char *value)
{
	static struct buf b;

	b.size = 0;
	labels_escape(&b, value);
	buf_add(&b, "", 1);
	return b.data;
}

static const struct {
	const char *value, *escaped;
} values[] = {
	{ "", "" },
	{ "sda", "sda" },
	{ "a\"b", "a\\\"b" },
	{ "a\\b", "a\\\\b" },
	{ "a\nb", "a\\nb" },
	{ "\\n", "\\\\n" },
	{ "\t\r\x7f", "\t\r\x7f" },
	{ "Größe 漢 𝄞", "Größe 漢 𝄞" },
	{ "a\xff", "a\xef\xbf\xbd" },
	{ "\xff\xfe\x80z", "\xef\xbf\xbdz" },
	{ "\xff\"\xff", "\xef\xbf\xbd\\\"\xef\xbf\xbd" },
	{ "\xe6\xbc", "\xef\xbf\xbd" },
	{ "\xc3(", "\xef\xbf\xbd(" },
	{ "\xc0\xaf", "\xef\xbf\xbd" },
	{ "\xed\xa0\x80", "\xef\xbf\xbd" },
	{ "\xf4\x90\x80\x80", "\xef\xbf\xbd" },
	{ "\xff\xc3\xa9\xff", "\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd" },
};

Test(labels, escape)
{
	for (size_t i = 0; i < sizeof values / sizeof *values; i++)
		cr_expect_str_eq(escaped(values[i].value), values[i].escaped, "%s", values[i].escaped);
}

Test(labels, long_value_is_cut_between_characters)
{
	char value[LABEL_VALUE_MAX * 2 + 3];
	const char *out;
	size_t n;

	memset(value, 'x', sizeof value - 1);
	value[sizeof value - 1] = '\0';
	cr_expect_eq(strlen(escaped(value)), LABEL_VALUE_MAX);
	for (n = 1; n < sizeof value - 2; n += 2)
		memcpy(value + n, "\xc3\xa9", 2);
	out = escaped(value);
	n = strlen(out);
	cr_expect(n == LABEL_VALUE_MAX || n == LABEL_VALUE_MAX + 1, "%zu", n);
	cr_expect_str_eq(out + n - 2, "\xc3\xa9");
}

/* The character at s by its code point, or 0. RFC 3629: none above U+10FFFF, no surrogate, no longer than need be. */
static size_t
character(const unsigned char *s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = *s < 0x80 ? 1 : *s >> 5 == 6 ? 2 : *s >> 4 == 14 ? 3 : *s >> 3 == 30 ? 4 : 0;
	uint32_t code = n == 1 ? *s : *s & (0x7fu >> n);

	for (size_t i = 1; i < n; i++) {
		if (s[i] >> 6 != 2)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	return n != 0 && code >= least[n] && code <= 0x10ffff && code >> 11 != 0xd800 >> 11 ? n : 0;
}

/* strings.ToValidUTF8(s, "\uFFFD"), then the three escapes. */
static void
reference(const unsigned char *s, char *out)
{
	bool invalid = false;

	while (*s != '\0') {
		size_t n = character(s);

		if (n == 0) {
			if (!invalid)
				out = mempcpy(out, "\xef\xbf\xbd", 3);
			invalid = true;
			s++;
			continue;
		}
		invalid = false;
		if (strchr("\\\"\n", *s) != NULL)
			*out++ = '\\';
		*out++ = *s == '\n' ? 'n' : (char)*s;
		out = mempcpy(out, s + 1, n - 1);
		s += n;
	}
	*out = '\0';
}

static struct buf out;

static void
check(const unsigned char *s)
{
	char expected[32];

	reference(s, expected);
	out.size = 0;
	labels_escape(&out, (const char *)s);
	buf_add(&out, "", 1);
	if (strcmp(out.data, expected) != 0)
		cr_assert_fail("%02x %02x %02x %02x: %s, not %s", s[0], s[1], s[2], s[3], out.data, expected);
}

/* Every text of one to three bytes. */
Test(labels, utf8_of_three_bytes, .timeout = 60)
{
	for (unsigned a = 1; a < 256; a++)
		for (unsigned b = 0; b < 256; b++)
			for (unsigned c = 0; c < (b == 0 ? 1 : 256); c++)
				check((unsigned char[8]){ (unsigned char)a, (unsigned char)b, (unsigned char)c });
}

/* Every text of two to five bytes at which a rule of UTF-8 begins or ends. */
Test(labels, utf8_at_the_edges, .timeout = 60)
{
	static const unsigned char edges[] = {
		0, 'x', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xec, 0xed, 0xee, 0xef, 0xf0,
		0xf1, 0xf3,
		0xf4, 0xf5, 0xf8, 0xff,
	};
	enum { N = sizeof edges };

	for (size_t i = 0; i < (size_t)N * N * N * N; i++)
		check((unsigned char[8]){ 'a', edges[i % N], edges[i / N % N], edges[i / N / N % N],
		    edges[i / N / N / N] });
}

/* Sets ------------------------------------------------------------------------------------------------------------- */

/* Good until the next but one. */
static const char *
print(const struct labels *a, const struct labels *b)
{
	static struct buf both[2], *to;

	to = to == both ? both + 1 : both;
	to->size = 0;
	labels_print(to, a, b);
	buf_add(to, "", 1);
	return to->data;
}

#define SET(...) labels_new((const struct label[]){ __VA_ARGS__ }, \
	sizeof (const struct label[]){ __VA_ARGS__ } / sizeof (struct label))

Test(labels, print)
{
	struct labels *cpu = SET({ "cpu", "0" }, { "mode", "user" }), *none = labels_new(NULL, 0);

	cr_expect_str_eq(print(cpu, NULL), "cpu=\"0\",mode=\"user\"");
	cr_expect_str_eq(print(NULL, cpu), "cpu=\"0\",mode=\"user\"");
	cr_expect_str_eq(print(cpu, none), "cpu=\"0\",mode=\"user\"");
	cr_expect_str_eq(print(none, cpu), "cpu=\"0\",mode=\"user\"");
	cr_expect_str_eq(print(none, NULL), "");
	cr_expect_str_eq(print(NULL, NULL), "");
	free(cpu);
	free(none);
}

Test(labels, merge_in_order_of_names)
{
	struct labels *scope = SET({ "container", "c" }, { "id", "/,=\"" }, { "image", "" }, { "pod", "p" });
	struct labels *inside = SET({ "device", "sda" }, { "interface", "eth0" }), *last = SET({ "zone", "Normal" });
	struct labels *first = SET({ "a", "1" }), *prefix = SET({ "i", "x" }, { "id1", "y" });

	cr_expect_str_eq(print(scope, inside),
	    "container=\"c\",device=\"sda\",id=\"/,=\\\"\",image=\"\",interface=\"eth0\",pod=\"p\"");
	cr_expect_str_eq(print(inside, scope), print(scope, inside));
	cr_expect_str_eq(print(scope, last), "container=\"c\",id=\"/,=\\\"\",image=\"\",pod=\"p\",zone=\"Normal\"");
	cr_expect_str_eq(print(scope, first), "a=\"1\",container=\"c\",id=\"/,=\\\"\",image=\"\",pod=\"p\"");
	cr_expect_str_eq(print(scope, prefix),
	    "container=\"c\",i=\"x\",id=\"/,=\\\"\",id1=\"y\",image=\"\",pod=\"p\"",
	    "a name before those that it begins");
	cr_expect_str_eq(print(prefix, scope), print(scope, prefix));
	free(scope);
	free(inside);
	free(last);
	free(first);
	free(prefix);
}

/* Sets of one buffer, that grows and moves beneath them. */
Test(labels, join)
{
	struct buf b = { 0 };
	uint32_t one = labels_add(&b, (const struct label[]){ { "b", "2" }, { "d", "4" } }, 2);
	uint32_t other = labels_add(&b, (const struct label[]){ { "a", "1" }, { "c", "\n" }, { "e", "5" } }, 3),
	    both, none;

	both = labels_join(&b, one, other);
	none = labels_add(&b, NULL, 0);
	both = labels_join(&b, none, both);
	for (int i = 0; i < 1000; i++)
		labels_join(&b, one, other);
	cr_expect_str_eq(print((struct labels *)(void *)(b.data + both), NULL),
	    "a=\"1\",b=\"2\",c=\"\\n\",d=\"4\",e=\"5\"");
	cr_expect_eq(both % sizeof(uint32_t), 0);
	buf_free(&b);
}

Test(labels, equal)
{
	struct labels *a = labels_new(LABELS({ "a", "1" }, { "b", "2" })), *same = labels_new(LABELS({ "a", "1" }, { "b", "2" }));
	struct labels *other = labels_new(LABELS({ "a", "1" }, { "b", "3" })), *shorter = labels_new(LABELS({ "a", "1" }));

	cr_expect(labels_equal(a, same));
	cr_expect_not(labels_equal(a, other) || labels_equal(a, shorter));
	free(a);
	free(same);
	free(other);
	free(shorter);
}

Test(labels, unite)
{
	static const char texts[] = "a=\"1\",c=\"\\\",\"\0b=\"2\",c=\"3\"";
	struct buf b = { 0 };
	uint32_t both, bare;

	buf_add(&b, texts, sizeof texts);
	both = labels_unite(&b, 0, 14, true);
	bare = labels_unite(&b, 0, 14, false);
	cr_expect_str_eq(b.data + both, "a=\"1\",b=\"2\",c=\"\\\",\"");
	cr_expect_str_eq(b.data + bare, "a=\"\",b=\"\",c=\"\"");
	cr_expect_eq(labels_unite(&b, both, 14, true), both);
	buf_free(&b);
}
