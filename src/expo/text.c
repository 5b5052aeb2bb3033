/* The text format. */
#include "text.h"

#include <string.h>

#include "../number.h"

enum { PIECE = 64 << 10 };

const char *const expo_types[] = {
	[UNTYPED] = "untyped", [GAUGE] = "gauge", [COUNTER] = "counter", [HISTOGRAM] = "histogram", [PART] = NULL,
};

static void
print_help(struct buf *to, const char *help)
{
	size_t n;

	for (;; help += n + 1) {
		n = strcspn(help, "\\\n");
		buf_add(to, help, n);
		if (help[n] == '\0')
			return;
		buf_text(to, help[n] == '\n' ? "\\n" : "\\\\");
	}
}

static void
print_header(struct buf *to, const struct family *f)
{
	size_t name = strlen(f->name);

	if (f->type == PART)
		return;
	if (f->type == HISTOGRAM)
		name -= strlen("_bucket");
	buf_text(to, "# HELP ");
	buf_add(to, f->name, name);
	buf_text(to, " ");
	print_help(to, f->help);
	buf_text(to, "\n# TYPE ");
	buf_add(to, f->name, name);
	buf_text(to, " ");
	buf_text(to, expo_types[f->type]);
	buf_text(to, "\n");
}

static void
print_sample(struct buf *to, const struct page *p, const struct family *f, size_t name, const struct sample *s)
{
	char *at = mempcpy(buf_reserve(to, name + 1), f->name, name);
	size_t start = to->size += name + 1;

	*at = '{';
	labels_print(to, page_scope_labels(p, s->scope), page_row_labels(p, s->row));
	at = buf_reserve(to, NUMBER_MAX + 3);
	if (to->size == start)
		at--;
	else
		*at++ = '}';
	*at++ = ' ';
	at += number_print(at, s->value);
	*at++ = '\n';
	to->size = (size_t)(at - to->data);
}

void
expo_text(const struct page *p, struct buf *piece, expo_write *write, void *to)
{
	size_t n;
	struct family *const *families = page_families(p, &n);

	piece->size = 0;
	for (size_t i = 0; i < n; i++) {
		const struct family *f = families[i];
		struct sample s = { 0 };
		size_t name = strlen(f->name), at = 0;

		if (f->samples.n > 0)
			print_header(piece, f);
		while (samples_next(&f->samples, &at, &s)) {
			print_sample(piece, p, f, name, &s);
			if (piece->size >= PIECE) {
				write(to, piece->data, piece->size);
				piece->size = 0;
			}
		}
	}
	if (piece->size > 0)
		write(to, piece->data, piece->size);
}
