/* JSON in place of the kernel's answers. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "file.h"
#include "identity/bundle.h"
#include "text.h"

static int
read_json(const char *directory, const char *file, json_t **document)
{
	static struct buf text;
	char path[PATH_MAX];
	ssize_t n;

	*document = NULL;
	if (snprintf(path, sizeof path, "%s/%s", directory, file) >= (int)sizeof path)
		return -ENAMETOOLONG;
	if ((n = file_read(AT_FDCWD, path, &text)) < 0)
		return (int)n;
	*document = bundle_parse(text.data, (size_t)n);
	if (*document == NULL && strlen(text.data) == (size_t)n && strcmp(text_trim(text.data), "null") == 0)
		*document = json_null();
	return *document == NULL ? -EBADMSG : 0;
}

/* Decodes base64 and prints it byte by byte, as far as it fits. */
static bool
print_address(char *to, const char *base64)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *digit;
	unsigned bits = 0, value = 0;
	size_t used = 0, n = strlen(base64);

	*to = '\0';
	for (const char *at = base64; *at != '\0' && *at != '='; at++) {
		if ((digit = strchr(digits, *at)) == NULL)
			return false;
		value = (value << 6 | (unsigned)(digit - digits)) & 0xffff;
		if ((bits += 6) < 8)
			continue;
		bits -= 8;
		if (used + sizeof ":00" <= FIXTURE_MAX)
			used += (size_t)sprintf(to + used, used == 0 ? "%02x" : ":%02x", value >> bits & 0xff);
	}
	return n % 4 == 0;
}

/* Sets one member; null leaves it as it is. */
static bool
set(const json_t *value, const struct fixture_field *f, char *to)
{
	const char *text = json_string_value(value);
	double number = json_real_value(value);

	if (json_is_null(value))
		return true;
	switch (f->kind) {
	case FIXTURE_NUMBER:
		if (!json_is_real(value) || number != floor(number) || number < f->least || number > f->most)
			return false;
		memcpy(to, &number, sizeof number);
		return true;
	case FIXTURE_TEXT:
		return text != NULL && snprintf(to, FIXTURE_MAX, "%s", text) >= 0;
	case FIXTURE_ADDRESS:
		return text != NULL && print_address(to, text);
	}
	return false;
}

static int
fill(json_t *object, const struct fixture_field *fields, size_t n, void *to)
{
	const char *key;
	json_t *value;
	int err = json_is_object(object) || json_is_null(object) ? 0 : -EBADMSG;

	json_object_foreach(object, key, value)
		for (size_t i = 0; i < n; i++)
			if (strcasecmp(key, fields[i].name) == 0 && !set(value, &fields[i], (char *)to + fields[i].offset))
				err = -EBADMSG;
	return err;
}

int
fixture_object(const char *directory, const char *file, const struct fixture_field *fields, size_t n, void *to)
{
	json_t *document;
	int err = read_json(directory, file, &document);

	if (err == 0)
		err = fill(document, fields, n, to);
	json_decref(document);
	return err;
}

int
fixture_list(const char *directory, const char *file, const struct fixture_field *fields, size_t n,
    void *(*new)(void))
{
	json_t *document, *object;
	size_t i;
	int err = read_json(directory, file, &document);

	if (err == 0 && !json_is_array(document) && !json_is_null(document))
		err = -EBADMSG;
	json_array_foreach(document, i, object)
		if (err == 0)
			err = fill(object, fields, n, new());
	json_decref(document);
	return err;
}
