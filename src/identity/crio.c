/* CRI-O: annotations of the OCI bundle, which has the kubelet's labels as well. */
#include <string.h>

#include "../buf.h"
#include "bundle.h"

#define USERDATA "/containers/storage/overlay-containers/%s/userdata/config.json"

static const char *const paths[] = { "run" USERDATA, "var/lib" USERDATA, NULL };

static const struct key keys[] = {
	{ "io.kubernetes.pod.namespace", offsetof(struct identity, namespace) },
	{ "io.kubernetes.cri-o.Namespace", offsetof(struct identity, namespace) },
	{ "io.kubernetes.pod.name", offsetof(struct identity, pod) },
	{ "io.kubernetes.cri-o.KubeName", offsetof(struct identity, pod) },
	{ "io.kubernetes.pod.uid", offsetof(struct identity, uid) },
	{ "io.kubernetes.cri-o.SandboxID", offsetof(struct identity, sandbox) },
	{ "io.kubernetes.cri-o.ImageName", offsetof(struct identity, image) },
	{ "io.kubernetes.cri-o.Image", offsetof(struct identity, image) },
	{ NULL },
};

/* A sandbox has its k8s_POD_... as the name of its container. */
static const struct key of_sandbox[] = {
	{ "io.kubernetes.cri-o.ContainerName", offsetof(struct identity, name) },
	{ NULL },
};

static const struct key of_container[] = {
	{ "io.kubernetes.container.name", offsetof(struct identity, container) },
	{ "io.kubernetes.cri-o.Name", offsetof(struct identity, name) },
	{ NULL },
};

/* JSON within strings. */
static const char *const sets[] = { "io.kubernetes.cri-o.Labels", "io.kubernetes.cri-o.Annotations", NULL };

/* Podman's bundles are in the same place, and those within its pods have a type and a sandbox as well. */
static void
names(const struct record *r, struct identity *who)
{
	const json_t *annotations = r->document;
	const char *type = bundle_string(annotations, "io.kubernetes.cri-o.ContainerType");
	const char *manager = bundle_string(annotations, "io.container.manager");

	if (type == NULL || (manager != NULL && strcmp(manager, "libpod") == 0))
		return;
	who->is_sandbox = strcmp(type, "sandbox") == 0;
	bundle_names(annotations, keys, who);
	bundle_names(annotations, who->is_sandbox ? of_sandbox : of_container, who);
	if (who->is_sandbox)
		who->container = must_copy("POD");
	for (const char *const *set = sets; *set != NULL; set++)
		chosen_add_text(&who->labels, json_string_value(json_object_get(annotations, *set)));
}

const struct runtime crio = { paths, "annotations", names };
