/* Lines, words and numbers. */
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

char *
text_line(char **at)
{
	char *line = *at, *end;

	if (line == NULL || *line == '\0')
		return NULL;
	end = strchrnul(line, '\n');
	*at = *end == '\0' ? end : end + 1;
	*end = '\0';
	if (end > line && end[-1] == '\r')
		end[-1] = '\0';
	return line;
}

/* One to three characters, so that each is held in a register. */
struct separators {
	char a, b, c;
};

static inline struct separators
separators_of(const char *list)
{
	struct separators s = { list[0], list[1] != '\0' ? list[1] : list[0], list[0] };

	if (list[1] != '\0' && list[2] != '\0')
		s.c = list[2];
	return s;
}

static inline char *
past_separators(char *at, struct separators s)
{
	while (*at == s.a || *at == s.b || *at == s.c)
		at++;
	return at;
}

static inline char *
past_word(char *at, struct separators s)
{
	while (*at != s.a && *at != s.b && *at != s.c && *at != '\0')
		at++;
	return at;
}

char *
text_word(char **at, const char *separators)
{
	struct separators s = separators_of(separators);
	char *word = past_separators(*at, s), *end = past_word(word, s);

	*at = *end == '\0' ? end : end + 1;
	*end = '\0';
	return end == word ? NULL : word;
}

static inline char *
past_words(char *at, struct separators s, size_t n)
{
	at = past_separators(at, s);
	for (; n > 0 && *at != '\0'; n--)
		at = past_separators(past_word(at, s), s);
	return n == 0 ? at : NULL;
}

char *
text_past_words(char *at, const char *separators, size_t n)
{
	struct separators s = separators_of(separators);

	if (s.a == ' ' && s.b == ' ' && s.c == ' ')     /* in a loop of its own, for long lists */
		return past_words(at, (struct separators){ ' ', ' ', ' ' }, n);
	return past_words(at, s, n);
}

char *
text_past_lines(char *at, size_t n)
{
	for (; n > 0 && *at != '\0'; n--) {
		at = strchrnul(at, '\n');
		at += *at == '\n';
	}
	return n == 0 ? at : NULL;
}

char *
text_field(char **at, char separator)
{
	char *field = *at, *end;

	if (field == NULL)
		return NULL;
	end = strchrnul(field, separator);
	*at = *end == '\0' ? NULL : end + 1;
	*end = '\0';
	return field;
}

static bool
blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

char *
text_trim(char *text)
{
	size_t n;

	while (blank(*text))
		text++;
	for (n = strlen(text); n > 0 && blank(text[n - 1]); n--)
		;
	text[n] = '\0';
	return text;
}

char *
text_squeeze(char *text)
{
	char *out = text, *at = text;

	for (; *at != '\0'; at++)
		if (!blank(*at))
			*out++ = *at;
		else if (out > text && out[-1] != ' ')
			*out++ = ' ';
	*out = '\0';
	if (out > text && out[-1] == ' ')
		out[-1] = '\0';
	return text;
}

void
text_first(char *out, size_t size, char *text)
{
	*out = '\0';
	if (text != NULL && (text = text_line(&text)) != NULL)
		strncat(out, text_trim(text), size - 1);
}

static bool
nameable(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool
text_is_name(const char *text)
{
	while (nameable(*text))
		text++;
	return *text == '\0';
}

char *
text_name(char *text)
{
	char *out = text, *at = text, *bad;

	while (*at != '\0') {
		bad = at + strspn(at, "_");
		if (*bad == '\0' || nameable(*bad)) {
			do
				*out++ = *at++;
			while (at <= bad && *at != '\0');
			continue;
		}
		while (*bad != '\0' && !nameable(*bad))
			bad++;
		at = bad + strspn(bad, "_");
		*out++ = '_';
	}
	*out = '\0';
	return text;
}

/* Up to 18 digits fit a 64-bit integer, so most numbers of the kernel need no strtod. */
static bool
digits(const char *word, double *value)
{
	const char *c = word;
	uint64_t n = 0;

	for (; *c >= '0' && *c <= '9'; c++)
		n = n * 10 + (uint64_t)(*c - '0');
	*value = (double)n;
	return *c == '\0' && c != word && c - word <= 18;
}

bool
text_number(const char *word, double *value)
{
	char *end;

	if (digits(word, value))
		return true;
	if (word[strspn(word, "0123456789+-.eE")] != '\0')
		return false;
	*value = strtod(word, &end);
	return end != word && *end == '\0';
}

/* What a digit of any base up to 16 counts; 16 for none. */
static unsigned
digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

bool
text_u64(const char *word, int base, uint64_t *value)
{
	bool prefix = word[0] == '0' && (word[1] | ('a' - 'A')) == 'x' && (base == 0 || base == 16);
	uint64_t n = 0;

	if (prefix)
		word += 2;
	if (base == 0)
		base = prefix ? 16 : word[0] == '0' ? 8 : 10;
	for (const char *c = word; *c != '\0'; c++)
		if (digit(*c) >= (unsigned)base || __builtin_mul_overflow(n, (unsigned)base, &n) ||
		    __builtin_add_overflow(n, digit(*c), &n))
			return false;
	*value = n;
	return *word != '\0';
}

bool
text_integer(const char *word, double *value)
{
	char *end;

	errno = 0;
	*value = (double)strtoll(word, &end, 0);
	return errno == 0 && end != word && *end == '\0';
}

double
text_value(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (; text != NULL && *text != '\0'; text = strchr(text, '\n'), text += text != NULL)
		if (strncmp(text, key, n) == 0 && (text[n] == ' ' || text[n] == ':'))
			return strtod(text + n + 1, NULL);
	return 0;
}

bool
text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool
text_duration(const char *word, double *seconds)
{
	static const struct {
		const char *name;
		double seconds;
	} units[] = { { "ms", 1e-3 }, { "s", 1 }, { "m", 60 }, { "h", 3600 } };
	char *end;
	double v = strtod(word, &end);

	if (*word < '0' || *word > '9' || !(v <= 1e9))
		return false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(end, units[i].name) == 0) {
			*seconds = v * units[i].seconds;
			return true;
		}
	*seconds = 0;
	return *end == '\0' && v == 0;
}

uint32_t
text_hash(const char *text)
{
	uint32_t hash = 2166136261;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619;
	return hash;
}

int
text_range(char **list, uint64_t *first, uint64_t *last)
{
	char *range = text_word(list, ",\n"), *from;

	if (range == NULL)
		return 0;
	from = text_field(&range, '-');
	return text_u64(from, 10, first) && text_u64(range == NULL ? from : range, 10, last) ? 1 : -EINVAL;
}
