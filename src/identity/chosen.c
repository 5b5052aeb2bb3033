/* Choosing labels and annotations, named as cAdvisor names them: app.kubernetes.io/name is app_kubernetes_io_name. */
#include "chosen.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../log.h"
#include "../text.h"
#include "bundle.h"

#define PREFIX "container_label_"

enum { KEY_MAX = 512 };

static struct flag_list allowed;

const struct flag chosen_flags[] = {
	{ "collector.container.labels-allow", LIST, &allowed,
	    "Keys of pods' labels and annotations that become labels container_label_KEY; KEY* is all that start so.",
	    "KEY,KEY,..." },
	{ 0 },
};

static bool
matches(const char *pattern, size_t n, const char *key)
{
	if (n > 0 && pattern[n - 1] == '*')
		return strncmp(key, pattern, n - 1) == 0;
	return strlen(key) == n && strncmp(key, pattern, n) == 0;
}

static bool
is_allowed(const char *key)
{
	if (*key == '\0' || strlen(key) > KEY_MAX)
		return false;
	for (unsigned i = 0; i < allowed.n; i++) {
		for (const char *at = allowed.items[i], *end; *at != '\0'; at = *end == '\0' ? end : end + 1) {
			end = strchrnul(at, ',');
			if (end > at && matches(at, (size_t)(end - at), key))
				return true;
		}
	}
	return false;
}

/* One underscore for each character that a label's name may not have, also of several bytes. */
static char *
name_of(const char *key)
{
	struct buf b = { 0 };
	char *to;

	buf_text(&b, PREFIX);
	to = buf_reserve(&b, strlen(key) + 1);
	for (; *key != '\0'; key++) {
		if ((*key & 0xc0) == 0x80)
			continue;
		*to++ = (*key >= 'a' && *key <= 'z') || (*key >= 'A' && *key <= 'Z') || (*key >= '0' && *key <= '9') ?
		    *key : '_';
	}
	*to = '\0';
	return b.data;
}

static void
say_once(bool *said, const char *message, const char *label)
{
	if (!*said)
		log_line(LOG_WARN, message, "label", label, NULL);
	*said = true;
}

/* Where this name is or belongs. */
static size_t
place_for(const struct chosen *c, const char *name)
{
	size_t i = 0;

	while (i < c->n && strcmp(c->list[i].name, name) < 0)
		i++;
	return i;
}

static bool
has(const struct chosen *c, const char *name)
{
	size_t i = place_for(c, name);

	return i < c->n && strcmp(c->list[i].name, name) == 0;
}

/* Takes the name over. */
static void
add(struct chosen *c, char *name, const char *value)
{
	size_t i = place_for(c, name);

	c->list = must_grow(c->list, c->n, &c->room, sizeof *c->list);
	memmove(c->list + i + 1, c->list + i, (c->n - i) * sizeof *c->list);
	c->list[i] = (struct label){ name, must_copy(value) };
	c->n++;
}

static void
choose(struct chosen *c, const char *key, const char *value)
{
	static bool said_same, said_full;
	char *name = name_of(key);

	if (has(c, name))
		say_once(&said_same, "two keys are one label: the first is taken", name);
	else if (c->n == CHOSEN_MAX)
		say_once(&said_full, "too many labels of a container: the rest is not exported", name);
	else {
		add(c, name, value);
		return;
	}
	free(name);
}

void
chosen_add(struct chosen *c, const json_t *object, const char *prefix)
{
	const char *key, *value;
	json_t *member;

	if (allowed.n == 0)
		return;
	json_object_foreach((json_t *)(uintptr_t)object, key, member) {
		value = bundle_string(object, key);
		if (value != NULL && text_starts(key, prefix) && is_allowed(key + strlen(prefix)))
			choose(c, key + strlen(prefix), value);
	}
}

void
chosen_add_text(struct chosen *c, const char *text)
{
	json_t *object = text != NULL && allowed.n > 0 ? bundle_parse(text, strlen(text)) : NULL;

	chosen_add(c, object, "");
	json_decref(object);
}

void
chosen_join(struct chosen *c, const struct chosen *more)
{
	for (size_t i = 0; i < more->n && c->n < CHOSEN_MAX; i++)
		if (!has(c, more->list[i].name))
			add(c, must_copy(more->list[i].name), more->list[i].value);
}

void
chosen_free(struct chosen *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free((void *)(uintptr_t)c->list[i].name);
		free((void *)(uintptr_t)c->list[i].value);
	}
	free(c->list);
	*c = (struct chosen){ 0 };
}
