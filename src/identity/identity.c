/* Asking the runtimes' files for a container, and at last the kubelet's links. */
#include "identity.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../buf.h"
#include "../log.h"
#include "bundle.h"

/* In the order in which they are believed. */
static const struct runtime *const runtimes[] = { &containerd, &crio, &docker, &podman, NULL };

/* There, but not what a runtime writes, or not yet all of it. */
static bool
is_bad(int error)
{
	return error == -EBADMSG || error == -EFBIG || error == -EINVAL || error == -ELOOP;
}

static const char *
reason(int error)
{
	if (error == -EBADMSG)
		return "not JSON, not yet whole, or too deep";
	return error == -EINVAL ? "not a regular file" : strerror(-error);
}

static bool
has_names(const struct identity *who)
{
	return who->pod != NULL || who->container != NULL || who->image != NULL || who->name != NULL;
}

/* True if the file names the container. */
static bool
ask(const struct runtime *runtime, const char *path, const char *id, struct identity *who, bool told)
{
	json_t *document;
	int error = bundle_read(path, runtime->member, &document);

	if (is_bad(error)) {
		if (!told && !who->bad)
			log_line(LOG_WARN, "no names of a container yet", "path", path, "err", reason(error), NULL);
		who->bad = true;
	}
	if (error != 0)
		return false;
	runtime->names(&(struct record){ document, path, id }, who);
	json_decref(document);
	return has_names(who);
}

static bool
ask_all(const char *id, struct identity *who, bool told)
{
	char path[PATH_MAX];

	for (const struct runtime *const *r = runtimes; *r != NULL; r++) {
		for (const char *const *p = (*r)->paths; *p != NULL; p++) {
			snprintf(path, sizeof path, *p, id);
			if (ask(*r, path, id, who, told))
				return true;
		}
	}
	return false;
}

/* Links have no image: where a record is bad it may have one later. */
bool
identity_find(const char *id, struct identity *who)
{
	bool told = who->bad;

	identity_free(who);
	if (strlen(id) != 64 || strspn(id, "0123456789abcdef") != 64)
		return false;
	if (!ask_all(id, who, told) && !varlog_find(id, who))
		return false;
	if (who->name == NULL)
		who->name = must_copy(id);
	return !who->bad;
}

void
identity_free(struct identity *who)
{
	char **const members[] = { &who->namespace, &who->pod, &who->uid, &who->container, &who->image, &who->name,
		&who->sandbox };

	for (size_t i = 0; i < COUNT(members); i++)
		free(*members[i]);
	chosen_free(&who->labels);
	*who = (struct identity){ 0 };
}
