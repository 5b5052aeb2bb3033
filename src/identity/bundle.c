/* Reading what container runtimes write. */
#include "bundle.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "../file.h"
#include "../labels.h"
#include "../place.h"

/* The parser recurses, and its own limit needs more stack than a thread may have. A real bundle has 7 levels. */
enum { DEPTH_MAX = 64 };

/* Behind the string that begins here, or the end if it does not end before. */
static const char *
behind_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\')
			at++;
	return at < end ? at + 1 : end;
}

static bool
is_deep(const char *at, size_t size)
{
	const char *end = at + size;
	unsigned depth = 0;

	while (at < end && depth <= DEPTH_MAX) {
		depth += *at == '[' || *at == '{';
		depth -= depth > 0 && (*at == ']' || *at == '}');
		at = *at == '"' ? behind_string(at, end) : at + 1;
	}
	return depth > DEPTH_MAX;
}

/* jansson takes the first seed that it is given. */
static void
seed(void)
{
	static size_t value;

	if (value == 0 && getrandom(&value, sizeof value, 0) == sizeof value)
		json_object_seed(value);
}

/* Integers are read as doubles, since rlimits exceed what jansson takes as an integer. A NUL ends a string early. */
json_t *
bundle_parse(const char *text, size_t size)
{
	seed();
	return is_deep(text, size) ? NULL : json_loadb(text, size, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
}

/* Behind the value that begins here, likewise. */
static const char *
behind(const char *at, const char *end)
{
	unsigned depth = 0;

	do {
		depth += *at == '{' || *at == '[';
		depth -= depth > 0 && (*at == '}' || *at == ']');
		at = *at == '"' ? behind_string(at, end) : at + 1;
	} while (depth > 0 && at < end);
	return at;
}

static const char *
behind_blanks(const char *at, const char *end)
{
	while (at < end && strchr(" \t\r\n", *at) != NULL)
		at++;
	return at;
}

static bool
is_key(const char *word, const char *end, const char *key)
{
	return *word == '"' && (size_t)(end - word) == strlen(key) + 2 && memcmp(word + 1, key, strlen(key)) == 0;
}

/* A string of the document itself is a key if a colon follows. */
const char *
bundle_member(const char *text, size_t size, const char *key, size_t *length)
{
	const char *end = text + size, *at = behind_blanks(text, end), *word, *next;

	if (at == end || *at != '{')
		return NULL;
	for (word = at + 1; word < end; word = next) {
		next = behind(word, end);
		if (!is_key(word, next, key) || (at = behind_blanks(next, end)) == end || *at != ':')
			continue;
		at = behind_blanks(at + 1, end);
		if (at == end)
			return NULL;
		*length = (size_t)(behind(at, end) - at);
		return at;
	}
	return NULL;
}

static json_t *
parse(const char *text, size_t size, const char *member)
{
	if (member != NULL)
		text = bundle_member(text, size, member, &size);
	return text == NULL ? NULL : bundle_parse(text, size);
}

int
bundle_read(const char *path, const char *member, json_t **document)
{
	struct buf b = { 0 };
	ssize_t n = file_read_inside(place(ROOT)->dir, path, &b);

	*document = n < 0 ? NULL : parse(b.data, (size_t)n, member);
	buf_free(&b);
	if (n < 0)
		return (int)n;
	return *document != NULL ? 0 : -EBADMSG;
}

const char *
bundle_string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));
	size_t size = value != NULL ? strnlen(value, LABEL_VALUE_MAX + 1) : 0;

	return size == 0 || size > LABEL_VALUE_MAX ? NULL : value;
}

void
bundle_names(const json_t *object, const struct key *keys, struct identity *who)
{
	for (; keys->key != NULL; keys++) {
		char **member = (char **)((char *)who + keys->member);
		const char *value = *member == NULL ? bundle_string(object, keys->key) : NULL;

		if (value != NULL)
			*member = must_copy(value);
	}
}
