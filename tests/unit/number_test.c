/* Numbers of the text format: what Go's strconv prints with 'g' and -1, but "0" for -0, as expfmt has it. */
#include "number.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RANDOM = 100000 };

static const char *
text(double value)
{
	static char out[NUMBER_MAX + 1];
	size_t n;

	memset(out, '!', sizeof out);
	n = number_print(out, value);
	cr_assert(n <= NUMBER_MAX && out[NUMBER_MAX] == '!', "%a takes %zu bytes", value, n);
	out[n] = '\0';
	return out;
}

static const struct {
	double value;
	const char *text;
} numbers[] = {
	{ 0, "0" }, { -0.0, "0" }, { 1, "1" }, { -1, "-1" }, { 17, "17" }, { 0.25, "0.25" }, { -0.52, "-0.52" },
	{ 100000, "100000" }, { 123456, "123456" }, { 999999, "999999" }, { 999999.5, "999999.5" }, { 1e6, "1e+06" },
	{ 1000001, "1.000001e+06" }, { 1234567, "1.234567e+06" }, { -1234567, "-1.234567e+06" },
	{ 16777216000, "1.6777216e+10" }, { 1700000000.123, "1.700000000123e+09" }, { 1e15, "1e+15" },
	{ 1e21, "1e+21" },
	{ 1e22, "1e+22" }, { 1e23, "1e+23" }, { 1e100, "1e+100" }, { 0.1, "0.1" }, { 0.01, "0.01" }, { 0.001, "0.001" },
	{ 0.0001, "0.0001" }, { 0.00012345, "0.00012345" }, { 0.00009999, "9.999e-05" }, { 1e-05, "1e-05" },
	{ 1.5e-09, "1.5e-09" }, { 1e-100, "1e-100" }, { 0.000123456789, "0.000123456789" },
	{ 9653.880000000001, "9653.880000000001" }, { 14.036781000000001, "14.036781000000001" },
	{ 0.1 + 0.2, "0.30000000000000004" }, { 1.0 / 3, "0.3333333333333333" }, { 2.0 / 3, "0.6666666666666666" },
	{ 123456.789012345678, "123456.78901234567" }, { 0x1p53 - 1, "9.007199254740991e+15" },
	{ 0x1p53, "9.007199254740992e+15" }, { 0x1p53 + 2, "9.007199254740994e+15" },
	{ 0x1p63, "9.223372036854776e+18" },
	{ 0x1p64, "1.8446744073709552e+19" }, { 0x1p-24, "5.960464477539063e-08" },
	{ 0x1p-44, "5.684341886080802e-14" },
	{ 0x1p89, "6.189700196426902e+26" }, { 999999999999999, "9.99999999999999e+14" },
	{ 9999999999999998, "9.999999999999998e+15" }, { DBL_MAX, "1.7976931348623157e+308" },
	{ DBL_MIN, "2.2250738585072014e-308" }, { 0x1p-1074, "5e-324" }, { -0x1p-1074, "-5e-324" },
	{ 0x1p-1062, "2.0237e-320" }, { NAN, "NaN" }, { INFINITY, "+Inf" }, { -INFINITY, "-Inf" },
};

Test(number, table)
{
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		cr_expect_str_eq(text(numbers[i].value), numbers[i].text, "%s, not %s", text(numbers[i].value),
		    numbers[i].text);
}

/* Marsaglia's xorshift, with a seed of its own so that every run is the same. */
static uint64_t
random_bits(void)
{
	static uint64_t x = 88172645463325252;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* How many digits there are between the first and the last that is not 0. */
static int
significant(const char *number)
{
	int n = 0, zeros = 0;

	for (; *number != '\0' && *number != 'e'; number++) {
		if (*number < '0' || *number > '9' || (n == 0 && *number == '0'))
			continue;
		zeros = *number == '0' ? zeros + 1 : 0;
		n++;
	}
	return n - zeros;
}

/* It reads back, and the nearest decimal with one digit less does not. */
static void
check(double value)
{
	char shorter[40];
	const char *out = text(value);
	int n = significant(out);

	cr_assert(strtod(out, NULL) == value, "%s is not %a", out, value);
	if (n < 2)
		return;
	snprintf(shorter, sizeof shorter, "%.*e", n - 2, value);
	cr_assert(strtod(shorter, NULL) != value, "%s is shorter than %s", shorter, out);
}

Test(number, random_doubles)
{
	for (int i = 0; i < RANDOM; i++) {
		uint64_t bits = random_bits();
		double value;

		memcpy(&value, &bits, sizeof value);
		if (isfinite(value) && value != 0)
			check(value);
	}
}

Test(number, random_decimals)
{
	for (int i = 0; i < RANDOM; i++) {
		uint64_t integer = random_bits() >> (random_bits() % 63 + 1);

		check((double)(integer + 1) / pow(10, (double)(random_bits() % 10)));
	}
}
