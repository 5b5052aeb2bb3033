/* Words of the text format. */
#include "words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../labels.h"

size_t
words_blanks(char **at)
{
	size_t n = strspn(*at, " \t");

	*at += n;
	return n;
}

static bool
starts_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}

struct span
words_name(char **at)
{
	bool quoted = **at == '"';
	struct span name = { *at + quoted, 0 };
	char *c = name.at;

	while (starts_name(*c) || (c > name.at && *c >= '0' && *c <= '9'))
		c++;
	if (!quoted || *c == '"') {
		name.n = (size_t)(c - name.at);
		*at = c + quoted;
	}
	return name;
}

bool
words_text(char **at, char end, struct span *text)
{
	size_t n;

	for (text->at = *at; **at != end; *at += n) {
		n = **at == '\n' || **at == '\0' ? 0 : labels_character(*at);
		if (**at == '\\')
			n = (*at)[1] == '\\' || (*at)[1] == 'n' || (*at)[1] == '"' ? 2 : 0;
		if (n == 0)
			return false;
	}
	text->n = (size_t)(*at - text->at);
	return true;
}

bool
words_number(struct span word, double *value)
{
	char behind = word.at[word.n], *end;
	bool taken;

	word.at[word.n] = '\0';
	taken = word.n > 0 && strspn(word.at, "0123456789+-.eEINFTYAinftya") == word.n;
	if (taken) {
		*value = strtod(word.at, &end);
		taken = *end == '\0' && (!isinf(*value) || strpbrk(word.at, "nN") != NULL);
	}
	word.at[word.n] = behind;
	return taken;
}

int
words_compare(struct span a, struct span b)
{
	int order = memcmp(a.at, b.at, a.n < b.n ? a.n : b.n);

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}
