/* Samples, packed and told again. */
#include "samples.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const double values[] = {
	0, -0.0, 1, 255, 256, 65535, 65536, 0x1p24 - 1, 0x1p24, 0x1p32, 0x1p40, 0x1p48, 0x1p53, 0x1p56 - 8, 0x1p56, 1e300, -1, 0.1,
	1e-300, INFINITY, -INFINITY, NAN, 5e-324,
};

enum { VALUES = sizeof values / sizeof *values };

/* Rows that stay, go and come back, scopes that follow each other or not. */
static struct sample
sample(unsigned i)
{
	static const uint32_t rows[] = { 0, 8, 8, 0, UINT32_MAX };

	return (struct sample){ values[i % VALUES], i / 3 * (i < 50 ? 1 : 1000), rows[i % 5] };
}

/* To the bit: 0 and -0 are two values, and NAN is itself. */
static uint64_t
bits(double value)
{
	uint64_t n;

	memcpy(&n, &value, sizeof n);
	return n;
}

static bool
equal(struct sample a, struct sample b)
{
	return bits(a.value) == bits(b.value) && a.scope == b.scope && a.row == b.row;
}

static void
expect(const struct sample_list *l, unsigned n)
{
	struct sample s = { 0 }, is;
	size_t at = 0;

	cr_assert_eq(l->n, n);
	for (unsigned i = 0; i < n; i++) {
		is = sample(i);
		cr_assert(samples_next(l, &at, &s));
		cr_assert(equal(s, is), "%u: %g %u %u", i, s.value, s.scope, s.row);
	}
	cr_assert_not(samples_next(l, &at, &s));
	is = sample(n - 1);
	cr_assert(equal(l->last, is));
}

Test(samples, are_told_as_they_were_added)
{
	struct sample_list l = { 0 };

	for (int turn = 0; turn < 3; turn++) {
		for (unsigned i = 0; i < 1000; i++)
			samples_add(&l, sample(i));
		expect(&l, 1000);
		samples_clear(&l);
	}
	samples_free(&l);
}

Test(samples, those_of_the_last_scope_are_taken_back)
{
	struct sample_list l = { 0 };

	cr_expect_eq(samples_drop(&l, 0), 0);
	for (unsigned i = 0; i < 60; i++)
		samples_add(&l, sample(i));
	cr_expect_eq(samples_drop(&l, sample(0).scope), 0);
	cr_expect_eq(samples_drop(&l, sample(59).scope), 3);
	expect(&l, 57);
	cr_expect_eq(samples_drop(&l, sample(59).scope), 0);
	for (unsigned i = 57; i < 70; i++)
		samples_add(&l, sample(i));
	expect(&l, 70);
	samples_clear(&l);
	samples_add(&l, (struct sample){ 1, 0, 0 });
	cr_expect_eq(samples_drop(&l, 0), 1);
	cr_expect_eq(l.n, 0);
	samples_free(&l);
}
