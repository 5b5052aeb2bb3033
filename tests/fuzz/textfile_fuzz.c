/* Any text as a text file: what is taken is printed in order, within max, as lines that Prometheus takes. */
#include "expo/parse.h"
#include "line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX = 1 << 16 };

static void
check_family(const struct parsed *p, const struct parsed_family *f)
{
	size_t at = f->start + f->header, samples = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct parsed_metric *m = &f->metrics[i];

		need(m->start == at && m->size > 0 && m->labels < at + m->size, p->text + at);
		need(i == 0 || parsed_compare(p->text, m - 1, p->text, m) < 0, p->text + at);
		at += m->size;
		samples += m->samples;
	}
	need(at == f->start + f->size && samples == f->samples, p->text + f->start);
}

static void
check(const struct parsed *p)
{
	size_t at = 0;

	need(p->size <= MAX, p->text);
	for (size_t i = 0; i < p->n; at += p->families[i++].size) {
		need(p->families[i].start == at, p->text + at);
		check_family(p, &p->families[i]);
	}
	need(at == p->size, p->text + at);
	for (const char *line = p->text; line < p->text + p->size; line = strchr(line, '\n') + 1)
		check_line(line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	const char *why = NULL;
	unsigned line = 0;
	struct parsed p;

	if (parse(text, "a/x.prom", MAX, &p, &line, &why) == 0)
		check(&p);
	parsed_free(&p);
	free(text);
	return 0;
}
