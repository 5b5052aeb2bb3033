/*
 * Shortest round-trip numbers in Go's form ('g' with precision -1): the exponent stands from 1e+06 up and below 1e-04.
 *
 * A decimal of up to 15 digits that reads back as the same double is the shortest one, since two such decimals never
 * share a double. Counters, and counters divided by a power of ten, are of that kind and need no search.
 */
#include "number.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct decimal {
	char room[24];
	const char *digits;
	int n;          /* digits, the first one not 0 */
	int point;      /* the decimal point stands before digits[point] */
};

static void
from_integer(struct decimal *d, uint64_t n, int scale)
{
	char *end = d->room + sizeof d->room, *at = end;

	for (; n != 0; n /= 10)
		*--at = (char)('0' + n % 10);
	d->digits = at;
	d->point = (int)(end - at) - scale;
	while (end[-1] == '0')
		end--;
	d->n = (int)(end - at);
}

/* value * 10^scale as an integer of at most 15 digits, if it is one exactly. */
static int
scaled(struct decimal *d, double value, int scale)
{
	static const double power[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };
	double n = value * power[scale];
	int64_t whole;

	if (!(n >= 0.5 && n < 999999999999999))
		return 0;
	whole = (int64_t)(n + 0.5);
	if ((double)whole / power[scale] != value)
		return 0;
	from_integer(d, (uint64_t)whole, scale);
	return 1;
}

__extension__ typedef unsigned __int128 wide;

static wide
power_of_ten(int n)
{
	wide p = 1;

	while (n-- > 0)
		p *= 10;
	return p;
}

/* A value as a fraction whose integer part has 17 digits: value = above / below / 10^scale. */
struct fraction {
	wide above, below;
	wide half, half_down;           /* half the distance to the next double and to the one before, in the unit of above */
	int scale;
	bool odd;                       /* what is just halfway reads as the next double */
};

/* False where the fraction would not fit. Below a power of two doubles are twice as dense as above. */
static bool
fraction_of(struct fraction *f, double value)
{
	int exponent;
	uint64_t mantissa = (uint64_t)ldexp(frexp(value, &exponent), 53);

	exponent -= 53;
	f->odd = mantissa % 2 == 1;
	f->scale = 16 - (int)floor((exponent + 53) * 0.30103);
	if (exponent < -68 || exponent > 60)
		return false;
	for (;; f->scale++) {
		wide ten = power_of_ten(abs(f->scale));

		f->half = (f->scale > 0 ? ten : 1) << (exponent > 0 ? exponent : 0);
		f->half_down = mantissa == UINT64_C(1) << 52 ? f->half / 2 : f->half;
		f->above = f->half * mantissa * 2;
		f->below = (wide)2 << (exponent < 0 ? -exponent : 0);
		f->below *= f->scale < 0 ? ten : 1;
		if (f->above / f->below >= UINT64_C(10000000000000000))
			return true;
	}
}

/* The search without printing: a value is the nearest multiple of 100, 10 or 1, the first that reads back. */
static bool
exact(struct decimal *d, double value)
{
	struct fraction f;

	if (!fraction_of(&f, value))
		return false;
	for (unsigned step = 100; step >= 1; step /= 10) {
		wide unit = f.below * step, n = f.above / unit, rest = f.above % unit;
		bool up = rest * 2 > unit || (rest * 2 == unit && n % 2 == 1);

		if (!up && rest > f.half_down - f.odd)  /* the nearest does not read back, but the next one may */
			up = true;
		if ((up ? unit - rest : rest) <= f.half - f.odd) {
			from_integer(d, (uint64_t)(n + up) * step, f.scale);
			return true;
		}
	}
	return false;
}

/*
 * Below a power of two doubles are twice as dense as above, so the next decimal up may read back where the nearest does
 * not. A carry is a decimal with a digit less, which was tried.
 */
static bool
next_up(char *text, double value)
{
	char *last = strchr(text, 'e') - 1;
	int exponent;

	if (frexp(value, &exponent) != 0.5 || *last == '9' || *last == '.')
		return false;
	++*last;
	return strtod(text, NULL) == value;
}

/* The search: 15, 16 or 17 digits, whichever is the first to read back; denormals have fewer. */
static void
search(struct decimal *d, double value)
{
	char text[40], *e;

	for (int precision = value < DBL_MIN ? 0 : 14; precision <= 16; precision++) {
		snprintf(text, sizeof text, "%#.*e", precision, value);
		if (strtod(text, NULL) == value || next_up(text, value))
			break;
	}
	e = strchr(text, 'e');
	d->point = atoi(e + 1) + 1;
	d->digits = d->room;
	d->room[0] = text[0];
	d->n = (int)(e - text) - 1;
	memcpy(d->room + 1, text + 2, (size_t)d->n - 1);
	while (d->n > 1 && d->digits[d->n - 1] == '0')
		d->n--;
}

static char *
with_exponent(char *out, const struct decimal *d)
{
	int e = d->point - 1, size = abs(e);

	*out++ = d->digits[0];
	if (d->n > 1) {
		*out++ = '.';
		memcpy(out, d->digits + 1, (size_t)d->n - 1);
		out += d->n - 1;
	}
	*out++ = 'e';
	*out++ = e < 0 ? '-' : '+';
	if (size >= 100)
		*out++ = (char)('0' + size / 100);
	*out++ = (char)('0' + size / 10 % 10);
	*out++ = (char)('0' + size % 10);
	return out;
}

static char *
plain(char *out, const struct decimal *d)
{
	int i = 0;

	if (d->point <= 0)
		*out++ = '0';
	for (; i < d->point; i++)
		*out++ = i < d->n ? d->digits[i] : '0';
	if (d->n > d->point) {
		*out++ = '.';
		for (int zeros = d->point; zeros < 0; zeros++)
			*out++ = '0';
		for (; i < d->n; i++)
			*out++ = d->digits[i];
	}
	return out;
}

static size_t
word(char *out, const char *text)
{
	memcpy(out, text, strlen(text));
	return strlen(text);
}

size_t
number_print(char out[NUMBER_MAX], double value)
{
	struct decimal d;
	char *at = out;

	if (isnan(value))
		return word(out, "NaN");
	if (isinf(value))
		return word(out, value > 0 ? "+Inf" : "-Inf");
	if (value == 0)
		return word(out, "0");
	if (value < 0) {
		*at++ = '-';
		value = -value;
	}
	if (!scaled(&d, value, 0) && !scaled(&d, value, 6) && !scaled(&d, value, 9) && !exact(&d, value))
		search(&d, value);
	at = d.point - 1 < -4 || d.point - 1 >= 6 ? with_exponent(at, &d) : plain(at, &d);
	return (size_t)(at - out);
}
