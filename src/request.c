/* Parsing of requests. */
#include "request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text.h"

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c | ' ') : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* Escapes that are none, and %00, stay as they are. */
static void
decode(char *text)
{
	char *out = text;

	for (; *text != '\0'; text++) {
		int high = *text == '%' ? hex(text[1]) : -1, low = high >= 0 ? hex(text[2]) : -1;

		if (low >= 0 && high + low > 0) {
			*out++ = (char)(high << 4 | low);
			text += 2;
		} else {
			*out++ = *text == '+' ? ' ' : *text;
		}
	}
	*out = '\0';
}

bool
query_next(char **query, const char **name, const char **value)
{
	char *at = text_field(query, '&'), *key;

	if (at == NULL)
		return false;
	key = text_field(&at, '=');
	if (at == NULL)
		at = key + strlen(key);
	decode(key);
	decode(at);
	*name = key;
	*value = at;
	return true;
}

/* The weight among the parameters of an encoding: ";q=0.5", 1 without one. */
static double
weight(const char *parameters, const char *end)
{
	for (const char *at = parameters; at < end; at++)
		if ((*at | ' ') == 'q' && at[1 + strspn(at + 1, " \t")] == '=')
			return strtod(strchr(at, '=') + 1, NULL);
	return 1;
}

bool
accepts_gzip(const char *header)
{
	double gzip = -1, any = -1;

	for (const char *at = header; at != NULL && *at != '\0'; at += strcspn(at, ",")) {
		size_t name, size;

		at += strspn(at, ", \t");
		name = strcspn(at, ",; \t");
		size = strcspn(at, ",");
		if ((name == 4 && strncasecmp(at, "gzip", 4) == 0) || (name == 6 && strncasecmp(at, "x-gzip", 6) == 0))
			gzip = weight(at + name, at + size);
		else if (name == 1 && *at == '*')
			any = weight(at + name, at + size);
	}
	return gzip > 0 || (gzip < 0 && any > 0);
}
