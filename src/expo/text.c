/* The text format. */
#include "text.h"

#include <string.h>

#include "../number.h"

enum { PIECE = 64 << 10 };

const char *const expo_types[] = {
	[UNTYPED] = "untyped", [GAUGE] = "gauge", [COUNTER] = "counter", [HISTOGRAM] = "histogram",
	[SUMMARY] = "summary", [PART] = NULL,
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

/* For the first time. Names and helps lie scattered over the program, and fetching them takes longer than copying. */
static void
keep_header(struct family *f)
{
	static struct buf b;

	b.size = 0;
	buf_text(&b, f->name);
	f->printed.name = (uint32_t)b.size;
	print_header(&b, f);
	f->printed.size = (uint32_t)b.size;
	f->printed.text = memcpy(must_realloc(NULL, b.size), b.data, b.size);
}

static void
print_sample(struct buf *to, const struct page *p, const struct family *f, const struct sample *s)
{
	size_t name = f->printed.name;
	char *at = mempcpy(buf_reserve(to, name + 1), f->printed.text, name);
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

/* Where the text goes. */
struct out {
	struct buf *piece;
	expo_write *write;
	void *to;
};

static void
flush(struct out *o, size_t least)
{
	if (o->piece->size < least)
		return;
	o->write(o->to, o->piece->data, o->piece->size, false);
	o->piece->size = 0;
}

/* A large one is handed on as it is. */
static void
put_lent(struct out *o, const struct lent *l)
{
	if (l->size < PIECE) {
		buf_add(o->piece, l->text, l->size);
		flush(o, PIECE);
		return;
	}
	flush(o, 1);
	o->write(o->to, l->text, l->size, false);
}

static void
put_family(struct out *o, const struct page *p, struct family *f)
{
	size_t at = 0;
	struct sample s = { 0 };

	if (f->printed.text == NULL)
		keep_header(f);
	buf_add(o->piece, f->printed.text + f->printed.name, f->printed.size - f->printed.name);
	while (samples_next(&f->samples, &at, &s)) {
		print_sample(o->piece, p, f, &s);
		flush(o, PIECE);
	}
}

void
expo_text(const struct page *p, struct buf *piece, expo_write *write, void *to)
{
	struct out o = { piece, write, to };
	size_t n, n_lent, i = 0, k = 0;
	struct family *const *families = page_families(p, &n);
	const struct lent *lent = page_lent(p, &n_lent);

	piece->size = 0;
	while (i < n || k < n_lent) {
		int order = k == n_lent ? -1 : i == n ? 1 : families[i]->samples.n == 0 ? -1 :
		    strcmp(families[i]->name, lent[k].name);

		if (order > 0)
			put_lent(&o, &lent[k++]);
		else if (families[i++]->samples.n > 0) {
			put_family(&o, p, families[i - 1]);
			k += order == 0;
		}
	}
	write(to, piece->data, piece->size, true);
}
