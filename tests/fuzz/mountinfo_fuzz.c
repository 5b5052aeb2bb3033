/* Any text as a mount table: each field of a line that is cut lies in it, and decoding makes none longer. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mountinfo.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(char *field, const char *line, size_t size)
{
	size_t n = strlen(field);

	if (field < line || field + n > line + size || strchr(field, ' ') != NULL)
		abort();
	if (strlen(mountinfo_decode(field, " \t")) > n || strlen(mountinfo_decode(field, NULL)) > n)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *at = text, *line;
	struct mountinfo m;

	while ((line = text_line(&at)) != NULL) {
		size_t n = strlen(line);

		if (!mountinfo_cut(line, &m))
			continue;
		char *const fields[] = { m.id, m.parent, m.major, m.minor, m.root, m.point, m.options, m.type, m.device,
			m.super_options };

		for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
			check(fields[i], line, n);
	}
	free(text);
	return 0;
}
