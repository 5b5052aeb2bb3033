/* Gzip: what comes out is one member that gunzip turns into what went in. */
#include "expo/gzip.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <igzip_lib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* size bytes of lines that look like a page, seeded so that no two runs of them are the same. */
static void
fill(struct buf *b, size_t size, unsigned seed)
{
	b->size = 0;
	while (b->size < size)
		buf_print(b, "container_cpu_usage_seconds_total{id=\"/kubepods/pod%u\"} %d\n", seed, rand_r(&seed));
	b->size = size;
}

/* The text of the first member; rest is what stands behind it. */
static void
gunzip(const struct buf *in, struct buf *out, size_t *rest)
{
	static struct inflate_state s;
	int result;

	isal_inflate_init(&s);
	s.crc_flag = ISAL_GZIP;
	s.next_in = (uint8_t *)in->data;
	s.avail_in = (uint32_t)in->size;
	do {
		s.next_out = (uint8_t *)buf_reserve(out, 1 << 16);
		s.avail_out = 1 << 16;
		result = isal_inflate(&s);
		out->size = (size_t)((char *)s.next_out - out->data);
	} while (result == ISAL_DECOMP_OK && s.block_state != ISAL_BLOCK_FINISH &&
	    (s.avail_in > 0 || s.avail_out == 0));
	cr_assert(eq(int, result, ISAL_DECOMP_OK));
	cr_assert(eq(int, s.block_state, ISAL_BLOCK_FINISH));
	*rest = s.avail_in;
}

static void
round_trip(struct gzip *g, const struct buf *text, size_t piece)
{
	struct buf packed = { 0 }, back = { 0 };
	size_t rest, at = 0;

	gzip_begin(g, &packed);
	for (; text->size - at > piece; at += piece)
		gzip_write(g, text->data + at, piece, false);
	gzip_write(g, text->data + at, text->size - at, true);
	gunzip(&packed, &back, &rest);
	cr_expect(eq(sz, rest, 0));
	cr_expect(eq(sz, back.size, text->size));
	cr_expect(back.size == text->size && memcmp(back.data, text->data, back.size) == 0);
	if (text->size > 10000)
		cr_expect(packed.size < text->size / 2, "%zu of %zu", packed.size, text->size);
	buf_free(&packed);
	buf_free(&back);
}

Test(gzip, round_trips)
{
	static const size_t sizes[] = { 1, 17, 16384, 65536, 65537, 1000000, 5000000 };
	static const size_t pieces[] = { 4096, 65536, 66001 };
	struct gzip *g = gzip_new();
	struct buf text = { 0 };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		fill(&text, sizes[i], (unsigned)i);
		for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++)
			round_trip(g, &text, pieces[k]);
	}
	buf_free(&text);
	gzip_free(g);
}

Test(gzip, nothing)
{
	struct gzip *g = gzip_new();
	struct buf text = { 0 };

	buf_reserve(&text, 1);
	round_trip(g, &text, 1);
	buf_free(&text);
	gzip_free(g);
}

Test(gzip, appends)
{
	struct gzip *g = gzip_new();
	struct buf out = { 0 };

	buf_text(&out, "before");
	gzip_begin(g, &out);
	gzip_write(g, "te", 2, false);
	gzip_write(g, "xt", 2, false);
	gzip_write(g, "", 0, true);
	cr_expect(memcmp(out.data, "before\x1f\x8b", 8) == 0);
	buf_free(&out);
	gzip_free(g);
}
