/* What a line of the text format has to be, for fuzz targets. */
#ifndef LINE_H
#define LINE_H

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	need(isalpha((unsigned char)*at) || *at == '_' || *at == ':', line);
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

static bool
precedes(const char *a, size_t n, const char *b, size_t m)
{
	int order = memcmp(a, b, n < m ? n : m);

	return order < 0 || (order == 0 && n < m);
}

static bool
is_last(const char *at)
{
	bool point = strncmp(at, "le=\"", 4) == 0 || strncmp(at, "quantile=\"", 10) == 0;

	return point && strncmp(at + strcspn(at, "}"), "} ", 2) == 0;
}

/* name="value",... and the brace behind it; names stand in order, none twice, and le or quantile may be the last. */
static const char *
labels(const char *at, const char *line)
{
	const char *last = NULL, *end;
	size_t n = 0;

	do {
		at++;
		end = name(at, line);
		need(last == NULL || precedes(last, n, at, (size_t)(end - at)) || is_last(at), line);
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

#endif
