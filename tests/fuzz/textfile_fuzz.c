/* Any two texts, with a NUL between them, as text files: what is taken is printed in order as lines that Prometheus takes. */
#include "line.h"
#include "textfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX = 1 << 16 };

static size_t
check_family(const struct lent *f)
{
	const char *end = f->text + f->size;
	size_t lines = 0, n = strlen(f->name);

	need(strncmp(f->text, "# HELP ", 7) == 0 && strncmp(f->text + 7, f->name, n) == 0 && f->text[7 + n] == ' ', f->text);
	for (const char *line = f->text; line < end; line = strchr(line, '\n') + 1, lines++) {
		check_line(line);
		need((lines < 2) == (*line == '#') && (*line == '#' || strncmp(line, f->name, n) == 0), line);
	}
	need(lines == f->samples + 2 && f->samples > 0, f->text);
	return f->size;
}

static void
add(struct parsed *p, struct textfile *files, uint32_t i, char *text, size_t size)
{
	size_t strings = p->strings.size, samples = p->n_samples, families = p->n_families;
	const char *why = NULL;
	int err = parse(p, text, size, i, MAX, &files[i].line, &why);

	need(err == 0 ? p->strings.size <= MAX : p->n_samples == samples && p->n_families == families &&
	    p->strings.size <= strings + (strings == 0), text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct textfile_families families;
	struct textfile files[2] = { { .path = (char *)"a/1.prom" }, { .path = (char *)"a/2.prom" } };
	char *text = memcpy(malloc(size + 1), data, size), *second;
	struct parsed p = { 0 };
	size_t at = 0;

	text[size] = '\0';
	second = text + strlen(text);
	add(&p, files, 0, text, (size_t)(second - text));
	if (second < text + size)
		add(&p, files, 1, second + 1, (size_t)(text + size - second - 1));
	textfile_merge(&p, files, &families);
	for (size_t i = 0; i < families.n; i++) {
		need(families.list[i].name == families.text.data + at, families.list[i].name);
		need(i == 0 || strcmp(families.list[i - 1].name, families.list[i].name) < 0, families.list[i].name);
		at += strlen(families.list[i].name) + 1;
		need(families.list[i].text == families.text.data + at, families.list[i].name);
		at += check_family(&families.list[i]);
	}
	need(at == families.text.size, "text");
	parsed_free(&p);
	free(text);
	return 0;
}
