/* Any bytes as a runtime's file: the parser, what each runtime reads of it with all labels allowed, the configuration. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "identity/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
allow_all(void)
{
	struct flag_list *allowed = chosen_flags[0].to;

	allowed->items[0] = "*";
	allowed->n = 1;
}

/* In order, each once, of the characters of a name. */
static void
check_labels(const struct chosen *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const char *name = c->list[i].name;

		if (i > 0 && strcmp(c->list[i - 1].name, name) >= 0)
			abort();
		if (name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] != '\0')
			abort();
	}
}

static void
read_configuration(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	free(containerd_pause_in(text));
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct runtime *const runtimes[] = { &containerd, &crio, &docker, &podman };

	allow_all();
	for (size_t i = 0; i < sizeof runtimes / sizeof *runtimes; i++) {
		const char *text = (const char *)data, *member = runtimes[i]->member;
		struct identity who = { 0 };
		size_t length = size;
		json_t *document;

		if (member != NULL && (text = bundle_member(text, size, member, &length)) == NULL)
			continue;
		document = bundle_parse(text, length);
		runtimes[i]->names(&(struct record){ document, "run/containerd/x", "e0e0" }, &who);
		check_labels(&who.labels);
		identity_free(&who);
		json_decref(document);
	}
	read_configuration(data, size);
	return 0;
}
