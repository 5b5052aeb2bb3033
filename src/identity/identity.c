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

/* What a container's file can be that asking again will not mend. */
static bool
is_bad(int error)
{
	return error == -EBADMSG || error == -EFBIG || error == -EINVAL || error == -ELOOP;
}

static const char *
reason(int error)
{
	if (error == -EBADMSG)
		return "not JSON, or too deep";
	return error == -EINVAL ? "not a regular file" : strerror(-error);
}

/* True if the file knows the container. */
static bool
ask(const struct runtime *runtime, const char *path, const char *id, struct identity *who, bool *bad)
{
	json_t *document;
	int error = bundle_read(path, &document);
	bool known;

	if (is_bad(error)) {
		log_line(LOG_WARN, "no names of a container", "path", path, "err", reason(error), NULL);
		*bad |= strstr(path, id) != NULL;
	}
	if (error != 0)
		return false;
	known = runtime->names(document, id, who);
	json_decref(document);
	return known;
}

static bool
ask_all(const char *id, struct identity *who, bool *bad)
{
	char path[PATH_MAX];

	for (const struct runtime *const *r = runtimes; *r != NULL; r++) {
		for (const char *const *p = (*r)->paths; *p != NULL; p++) {
			snprintf(path, sizeof path, *p, id);
			if (ask(*r, path, id, who, bad))
				return true;
		}
	}
	return false;
}

bool
identity_find(const char *id, struct identity *who)
{
	bool bad = false;

	*who = (struct identity){ 0 };
	if (strlen(id) != 64 || strspn(id, "0123456789abcdef") != 64)
		return false;
	if (ask_all(id, who, &bad) || varlog_find(id, who))
		return true;
	if (bad)
		who->name = must_copy(id);
	return bad;
}

void
identity_free(struct identity *who)
{
	char **const members[] = { &who->namespace, &who->pod, &who->uid, &who->container, &who->image, &who->name,
		&who->sandbox };

	for (size_t i = 0; i < COUNT(members); i++)
		free(*members[i]);
	*who = (struct identity){ 0 };
}
