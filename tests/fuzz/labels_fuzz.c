/* Any text as a label's value, alone and in a set: without the escapes it is the same UTF-8 again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "labels.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
need(int what)
{
	if (!what)
		abort();
}

/* What stands between the quotes, read as Prometheus reads it. */
static char *
unescaped(const struct buf *b)
{
	char *text = malloc(b->size + 1), *to = text;

	for (size_t i = 0; i < b->size; i++) {
		char c = b->data[i];

		need(c != '\n' && c != '"' && c != '\0');
		if (c == '\\') {
			need(++i < b->size && strchr("\\\"n", b->data[i]) != NULL && b->data[i] != '\0');
			c = b->data[i] == 'n' ? '\n' : b->data[i];
		}
		*to++ = c;
	}
	*to = '\0';
	return text;
}

static void
check_value(const char *value)
{
	struct buf once = { 0 }, twice = { 0 };
	char *text, *again;

	labels_escape(&once, value);
	text = unescaped(&once);
	if (strlen(text) < LABEL_VALUE_MAX) {
		labels_escape(&twice, text);
		again = unescaped(&twice);
		need(strcmp(text, again) == 0);
		need(strstr(text, "\xef\xbf\xbd") != NULL || strcmp(text, value) == 0);
		free(again);
	}
	free(text);
	buf_free(&once);
	buf_free(&twice);
}

/* Two sets, of one and of two labels, printed as one and joined are the same. */
static void
check_sets(const char *value)
{
	const struct label b = { "b", value }, ac[] = { { "a", value }, { "c", "" } };
	struct buf sets = { 0 }, printed = { 0 }, joined = { 0 };
	uint32_t one = labels_add(&sets, &b, 1), other = labels_add(&sets, ac, 2),
	    both = labels_join(&sets, one, other);

	labels_print(&printed, (struct labels *)(void *)(sets.data + one),
	    (struct labels *)(void *)(sets.data + other));
	labels_print(&joined, NULL, (struct labels *)(void *)(sets.data + both));
	need(printed.size == joined.size && memcmp(printed.data, joined.data, joined.size) == 0);
	need(memcmp(printed.data, "a=\"", 3) == 0 && memcmp(printed.data + printed.size - 5, ",c=\"\"", 5) == 0);
	buf_free(&sets);
	buf_free(&printed);
	buf_free(&joined);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *value = strndup((const char *)data, size);

	check_value(value);
	check_sets(value);
	free(value);
	return 0;
}
