/* Docker, with and without cri-dockerd: name, image and labels of a container. */
#include <string.h>

#include "../buf.h"
#include "bundle.h"

static const char *const paths[] = { "var/lib/docker/containers/%s/config.v2.json", NULL };

static const struct key labels[] = {
	{ "io.kubernetes.pod.namespace", offsetof(struct identity, namespace) },
	{ "io.kubernetes.pod.name", offsetof(struct identity, pod) },
	{ "io.kubernetes.pod.uid", offsetof(struct identity, uid) },
	{ "io.kubernetes.container.name", offsetof(struct identity, container) },
	{ "io.kubernetes.sandbox.id", offsetof(struct identity, sandbox) },
	{ NULL },
};

static void
names(const struct record *r, struct identity *who)
{
	const json_t *config = json_object_get(r->document, "Config"), *set = json_object_get(config, "Labels");
	const char *image = bundle_string(config, "Image"), *name = bundle_string(r->document, "Name");
	const char *type = bundle_string(set, "io.kubernetes.docker.type");

	bundle_names(set, labels, who);
	who->is_sandbox = type != NULL && strcmp(type, "podsandbox") == 0;
	if (who->is_sandbox && who->container == NULL)
		who->container = must_copy("POD");
	if (who->is_sandbox && who->sandbox == NULL)
		who->sandbox = must_copy(r->id);
	if (image != NULL)
		who->image = must_copy(image);
	if (name != NULL)
		who->name = must_copy(name + (*name == '/'));
	chosen_add(&who->labels, set, "");
	chosen_add(&who->labels, set, "annotation.");   /* cri-dockerd's */
}

const struct runtime docker = { paths, NULL, names };
