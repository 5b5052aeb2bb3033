/* Gzip by igzip, level 1: the best speed for its ratio on pages of metrics. */
#include "gzip.h"

#include <igzip_lib.h>
#include <stdlib.h>

/* Room that a call of isal_deflate finds at least: small against a page, large against its 8-byte steps. */
enum { OUT_STEP = 16 << 10 };

struct gzip {
	struct isal_zstream stream;
	struct buf *out;
	uint8_t level[ISAL_DEF_LVL1_SMALL];
};

struct gzip *
gzip_new(void)
{
	return must_realloc(NULL, sizeof(struct gzip));
}

void
gzip_begin(struct gzip *g, struct buf *out)
{
	isal_deflate_init(&g->stream);
	g->stream.gzip_flag = IGZIP_GZIP;
	g->stream.level = 1;
	g->stream.level_buf = g->level;
	g->stream.level_buf_size = sizeof g->level;
	g->out = out;
}

/* Deflates until all input is taken, and at the end of the stream all output is out. */
static void
deflate(struct gzip *g)
{
	struct isal_zstream *s = &g->stream;

	do {
		s->next_out = (uint8_t *)buf_reserve(g->out, OUT_STEP);
		s->avail_out = (uint32_t)(g->out->room - g->out->size);
		isal_deflate(s);
		g->out->size = (size_t)((char *)s->next_out - g->out->data);
	} while (s->avail_out == 0 || s->avail_in != 0);
}

/* igzip keeps a copy of the text before the next piece, but not of the last one. */
void
gzip_write(void *to, const char *text, size_t size, bool last)
{
	struct gzip *g = to;

	g->stream.next_in = (uint8_t *)(uintptr_t)text;
	g->stream.avail_in = (uint32_t)size;
	g->stream.end_of_stream = last;
	deflate(g);
}

void
gzip_free(struct gzip *g)
{
	free(g);
}
