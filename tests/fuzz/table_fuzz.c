/*
 * Any text as a kernel file: the first byte says as which collector's. The page that comes of it has to be one that
 * Prometheus takes.
 */
#include "collector.h"
#include "expo/text.h"
#include "line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct table *tables[256];
static size_t n_tables;
static struct page *page;

static void
begin(void)
{
	page = page_new();
	for (size_t i = 0; i < n_collectors; i++) {
		if (collectors[i]->prepare != NULL)
			collectors[i]->prepare();
		for (const struct table *t = collectors[i]->tables; t != NULL && t->path != NULL; t++)
			if (n_tables < COUNT(tables))
				tables[n_tables++] = t;
	}
}

static void
append(void *to, const char *text, size_t size, bool last)
{
	(void)last;
	buf_add(to, text, size);
}

static void
check(void)
{
	static struct buf piece, text;

	text.size = 0;
	expo_text(page, &piece, append, &text);
	buf_add(&text, "", 1);
	for (const char *line = text.data; *line != '\0'; line = strchr(line, '\n') + 1)
		check_line(line);
	need(strlen(text.data) == text.size - 1, "a NUL");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (page == NULL)
		begin();
	if (size == 0)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	page_clear(page);
	table_parse(tables[data[0] % n_tables], text, page);
	free(text);
	check();
	return 0;
}
