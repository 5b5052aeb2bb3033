/* Podman: the lists of all containers in its storage. */
#include <string.h>

#include "bundle.h"

#define STORAGE "var/lib/containers/storage/"

static const char *const paths[] = {
	STORAGE "overlay-containers/containers.json",
	STORAGE "overlay-containers/volatile-containers.json",
	STORAGE "vfs-containers/containers.json",
	STORAGE "vfs-containers/volatile-containers.json",
	STORAGE "btrfs-containers/containers.json",
	STORAGE "btrfs-containers/volatile-containers.json",
	NULL,
};

static const struct key keys[] = {
	{ "name", offsetof(struct identity, name) },
	{ "image-name", offsetof(struct identity, image) },
	{ NULL },
};

/*
 * The names of a container are JSON within a string. CRI-O's are in the same lists, with the names of their pods, before
 * they have a bundle, which knows more.
 */
static void
names(const struct record *r, struct identity *who)
{
	const json_t *container;
	size_t i;

	json_array_foreach(r->document, i, container) {
		const char *is = bundle_string(container, "id"), *text = bundle_string(container, "metadata");
		json_t *metadata = NULL;

		if (is == NULL || strcmp(is, r->id) != 0)
			continue;
		if (text != NULL)
			metadata = bundle_parse(text, strlen(text));
		if (bundle_string(metadata, "pod-name") == NULL)
			bundle_names(metadata, keys, who);
		json_decref(metadata);
		return;
	}
}

const struct runtime podman = { paths, NULL, names };
