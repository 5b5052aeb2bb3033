/*
 * Any text as a kernel file: the first byte says as which collector's. The page that comes of it has to be one that
 * Prometheus takes.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector.h"
#include "expo/text.h"

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
need(bool what, const char *line)
{
	if (what)
		return;
	fprintf(stderr, "not a line of the text format: %.*s\n", (int)strcspn(line, "\n"), line);
	abort();
}

static const char *
name(const char *at, const char *line)
{
	need(isalpha((unsigned char)*at) || *at == '_', line);
	while (isalnum((unsigned char)*at) || *at == '_' || *at == ':')
		at++;
	return at;
}

/* The character at s, which is UTF-8. */
static const char *
character(const char *s, const char *line)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char c = (unsigned char)*s;
	size_t n = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;
	uint32_t code = n == 1 ? c : c & (0x7fu >> n);

	need(n != 0, line);
	for (size_t i = 1; i < n; i++) {
		need(((unsigned char)s[i] & 0xc0) == 0x80, line);
		code = code << 6 | ((unsigned char)s[i] & 0x3f);
	}
	need(code >= least[n] && code <= 0x10ffff && code >> 11 != 0x1b, line);
	return s + n;
}

/* name="value",... and the brace behind it; names stand in order, and none twice. */
static const char *
labels(const char *at, const char *line)
{
	const char *last = NULL, *end;
	size_t n = 0;

	do {
		at++;
		end = name(at, line);
		need(last == NULL || strncmp(last, at, n + 1) < 0, line);
		last = at;
		n = (size_t)(end - at);
		need(end[0] == '=' && end[1] == '"', line);
		for (at = end + 2; *at != '"';) {
			need(*at != '\n' && (*at != '\\' || strchr("\\\"n", at[1]) != NULL), line);
			at = *at == '\\' ? at + 2 : character(at, line);
		}
		at++;
	} while (*at == ',');
	need(*at == '}', line);
	return at + 1;
}

static void
check_line(const char *line)
{
	const char *at;
	char *end;

	if (strncmp(line, "# HELP ", 7) == 0 || strncmp(line, "# TYPE ", 7) == 0) {
		need(*name(line + 7, line) == ' ', line);
		return;
	}
	at = name(line, line);
	if (*at == '{')
		at = labels(at, line);
	need(*at == ' ' && !isspace((unsigned char)at[1]), line);
	strtod(at + 1, &end);
	need(end != at + 1 && *end == '\n', line);
}

static void
append(void *to, const char *text, size_t size)
{
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
