/* The text format. */
#include "text.h"

#include <string.h>

#include "../number.h"

enum { PIECE = 64 << 10 };

const char *const expo_types[] = {
	[UNTYPED] = "untyped", [GAUGE] = "gauge", [COUNTER] = "counter", [HISTOGRAM] = "histogram", [PART] = NULL,
};

static void
print_header(struct buf *to, const struct family *f)
{
	int length = (int)strlen(f->name);

	if (f->type == PART)
		return;
	if (f->type == HISTOGRAM)
		length -= (int)strlen("_bucket");
	buf_print(to, "# HELP %.*s ", length, f->name);
	for (const char *c = f->help; *c != '\0'; c++) {
		if (*c == '\\' || *c == '\n')
			buf_add(to, "\\", 1);
		buf_add(to, *c == '\n' ? "n" : c, 1);
	}
	buf_print(to, "\n# TYPE %.*s %s\n", length, f->name, expo_types[f->type]);
}

static void
print_sample(struct buf *to, const struct page *p, const struct family *f, size_t name, const struct sample *s)
{
	size_t start;

	buf_add(to, f->name, name);
	buf_add(to, "{", 1);
	start = to->size;
	labels_print(to, page_scope_labels(p, s->scope), page_row_labels(p, s->row));
	if (to->size == start)
		to->size--;
	else
		buf_add(to, "}", 1);
	buf_add(to, " ", 1);
	to->size += number_print(buf_reserve(to, NUMBER_MAX), s->value);
	buf_add(to, "\n", 1);
}

void
expo_text(const struct page *p, struct buf *piece, expo_write *write, void *to)
{
	size_t n;
	struct family *const *families = page_families(p, &n);

	piece->size = 0;
	for (size_t i = 0; i < n; i++) {
		const struct family *f = families[i];
		size_t name = strlen(f->name);

		if (f->n > 0)
			print_header(piece, f);
		for (size_t k = 0; k < f->n; k++) {
			print_sample(piece, p, f, name, &f->samples[k]);
			if (piece->size >= PIECE) {
				write(to, piece->data, piece->size);
				piece->size = 0;
			}
		}
	}
	if (piece->size > 0)
		write(to, piece->data, piece->size);
}
