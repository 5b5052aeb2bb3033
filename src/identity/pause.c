/*
 * The image of sandboxes, which bundles of containerd 1.x do not have: its configuration says it, in lines of TOML,
 *   [plugins."io.containerd.grpc.v1.cri"]
 *     sandbox_image = "registry.k8s.io/pause:3.9"
 * or, from version 3 of the format on,
 *   [plugins.'io.containerd.cri.v1.images'.pinned_images]
 *     sandbox = 'registry.k8s.io/pause:3.10'
 * https://github.com/containerd/containerd/blob/main/docs/cri/config.md
 */
#include <stdbool.h>
#include <string.h>

#include "../buf.h"
#include "../file.h"
#include "../place.h"
#include "../text.h"
#include "bundle.h"

/* Where a containerd of such bundles is configured. */
static const struct {
	const char *bundles, *file;
} configurations[] = {
	{ "run/containerd/", "etc/containerd/config.toml" },
	{ "run/k3s/", "var/lib/rancher/k3s/agent/etc/containerd/config.toml" },
	{ "run/k3s/", "var/lib/rancher/rke2/agent/etc/containerd/config.toml" },
	{ "run/k0s/", "run/k0s/containerd-cri.toml" },
	{ "run/k0s/", "etc/k0s/containerd.toml" },
	{ "var/snap/microk8s/", "var/snap/microk8s/current/args/containerd.toml" },
};

/* The text between the quotes that the value starts with. NULL if there is none. */
static char *
unquoted(char *value)
{
	char quote = *value++;

	return (quote == '"' || quote == '\'') && *value != quote ? text_field(&value, quote) : NULL;
}

/* The value of a line, if it is the one. */
static char *
image_of(char *line, bool pinned)
{
	char *value = strchr(line, '=');

	if (value == NULL)
		return NULL;
	*value++ = '\0';
	line = text_trim(line);
	if (strcmp(line, "sandbox_image") != 0 && !(pinned && strcmp(line, "sandbox") == 0))
		return NULL;
	return unquoted(text_trim(value));
}

char *
containerd_pause_in(char *text)
{
	bool pinned = false;
	char *line, *image = NULL;

	while (image == NULL && (line = text_line(&text)) != NULL) {
		line = text_trim(line);
		if (*line == '[')
			pinned = strstr(line, "pinned_images]") != NULL;
		else
			image = image_of(line, pinned);
	}
	return image != NULL ? must_copy(image) : NULL;
}

char *
containerd_pause(const char *bundle)
{
	struct buf b = { 0 };
	char *image = NULL;

	for (size_t i = 0; i < COUNT(configurations) && image == NULL; i++)
		if (text_starts(bundle, configurations[i].bundles) &&
		    file_read_inside(place(ROOT)->dir, configurations[i].file, &b) >= 0)
			image = containerd_pause_in(b.data);
	buf_free(&b);
	return image;
}
