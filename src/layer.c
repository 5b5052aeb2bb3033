/* Writable layers, by the mount table of the node's first process. proc_pid_mountinfo(5), filesystems/overlayfs.rst */
#include "layer.h"

#include <stdio.h>
#include <string.h>

#include "file.h"
#include "identity/bundle.h"
#include "place.h"
#include "text.h"

void
layer_mounts_cut(struct layer_mounts *m)
{
	char *at = m->text.data, *line;
	struct mountinfo one;

	m->n = 0;
	while ((line = text_line(&at)) != NULL)
		if (mountinfo_cut(line, &one) && *one.point == '/') {
			mountinfo_decode(one.point, NULL);
			mountinfo_decode(one.device, NULL);
			m->list = must_grow(m->list, m->n, &m->room, sizeof *m->list);
			m->list[m->n++] = one;
		}
}

int
layer_mounts_read(struct layer_mounts *m)
{
	ssize_t n = file_read(place(PROC)->dir, "1/mountinfo", &m->text);

	m->n = 0;
	if (n < 0)
		return (int)n;
	layer_mounts_cut(m);
	return 0;
}

/* The deepest one; of those on the same point the last, which hides the others. */
const struct mountinfo *
layer_mount_of(const struct layer_mounts *m, const char *path)
{
	const struct mountinfo *best = NULL;
	size_t most = 0, n;

	for (size_t i = 0; i < m->n; i++) {
		n = strlen(m->list[i].point);
		if (n == 1)
			n = 0;
		if (n >= most && strncmp(path, m->list[i].point, n) == 0 && (path[n] == '/' || path[n] == '\0')) {
			best = &m->list[i];
			most = n;
		}
	}
	return best;
}

/* A part of the path is this id. */
static bool
names(const char *path, const char *id)
{
	const char *at = strstr(path, id);
	size_t n = strlen(id);

	return at != NULL && at > path && at[-1] == '/' && (at[n] == '/' || at[n] == '\0');
}

/* Docker keeps the name of the overlay in a file of its own. */
static bool
docker_root(const char *id, char path[PATH_MAX])
{
	struct buf name = { 0 };
	bool found;

	snprintf(path, PATH_MAX, "var/lib/docker/image/overlay2/layerdb/mounts/%s/mount-id", id);
	found = file_read_inside(place(ROOT)->dir, path, &name) > 0;
	if (found)
		found = (size_t)snprintf(path, PATH_MAX, "/var/lib/docker/overlay2/%s/merged",
		    text_trim(name.data)) < PATH_MAX;
	buf_free(&name);
	return found;
}

/* CRI-O and Podman have it in the OCI bundle. */
static bool
bundle_root(const char *id, char path[PATH_MAX])
{
	static const char *const bundles[] = {
		"run/containers/storage/overlay-containers/%s/userdata/config.json",
		"var/lib/containers/storage/overlay-containers/%s/userdata/config.json",
	};
	const char *root = NULL;
	json_t *document;

	for (size_t i = 0; i < COUNT(bundles) && root == NULL; i++) {
		snprintf(path, PATH_MAX, bundles[i], id);
		if (bundle_read(path, "root", &document) != 0)
			continue;
		root = bundle_string(document, "path");
		if (root != NULL)
			snprintf(path, PATH_MAX, "%s", root);
		json_decref(document);
	}
	return root != NULL;
}

static const struct mountinfo *
overlay_of(const struct layer_mounts *m, const char *id)
{
	char root[PATH_MAX];

	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->list[i].type, "overlay") == 0 && names(m->list[i].point, id))
			return &m->list[i];
	if (!docker_root(id, root) && !bundle_root(id, root))
		return NULL;
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->list[i].type, "overlay") == 0 && strcmp(m->list[i].point, root) == 0)
			return &m->list[i];
	return NULL;
}

/* The value of an option, up to the comma; commas in it are encoded. */
static bool
option(const char *options, const char *name, char value[PATH_MAX])
{
	size_t n = strlen(name), size;

	for (; options != NULL; options = strchr(options, ','), options += options != NULL) {
		if (strncmp(options, name, n) != 0)
			continue;
		size = strcspn(options + n, ",");
		if (size >= PATH_MAX)
			return false;
		memcpy(value, options + n, size);
		value[size] = '\0';
		mountinfo_decode(value, NULL);
		return true;
	}
	return false;
}

/* Where the options would not fit a page, CRI-O and Docker mount with paths from the directory of all overlays. */
bool
layer_find(const struct layer_mounts *m, const char *id, char path[PATH_MAX])
{
	const struct mountinfo *overlay = overlay_of(m, id);
	char upper[PATH_MAX];
	int up = 0;
	size_t n;

	if (overlay == NULL || !option(overlay->super_options, "upperdir=", upper))
		return false;
	if (*upper == '/')
		return (size_t)snprintf(path, PATH_MAX, "%s", upper) < PATH_MAX;
	for (n = strlen(overlay->point); n > 0 && up < 2; n--)
		up += overlay->point[n - 1] == '/';
	return up == 2 && (size_t)snprintf(path, PATH_MAX, "%.*s/%s", (int)n, overlay->point, upper) < PATH_MAX;
}
