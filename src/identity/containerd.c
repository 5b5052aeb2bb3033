/* containerd's CRI plugin: annotations of the OCI bundle. */
#include <stdlib.h>
#include <string.h>

#include "../buf.h"
#include "bundle.h"

#define BUNDLE "/io.containerd.runtime.v2.task/k8s.io/%s/config.json"

static const char *const paths[] = {
	"run/containerd" BUNDLE,
	"run/k3s/containerd" BUNDLE,
	"run/k0s/containerd" BUNDLE,
	"var/snap/microk8s/common/run/containerd" BUNDLE,
	NULL,
};

static const struct key keys[] = {
	{ "io.kubernetes.cri.sandbox-namespace", offsetof(struct identity, namespace) },
	{ "io.kubernetes.cri.sandbox-name", offsetof(struct identity, pod) },
	{ "io.kubernetes.cri.sandbox-uid", offsetof(struct identity, uid) },
	{ "io.kubernetes.cri.sandbox-id", offsetof(struct identity, sandbox) },
	{ "io.kubernetes.cri.container-name", offsetof(struct identity, container) },
	{ "io.kubernetes.cri.image-name", offsetof(struct identity, image) },
	{ "io.kubernetes.cri.podsandbox.image-name", offsetof(struct identity, image) },
	{ NULL },
};

/* From 2.0 on a container's image is what the pod's author wrote; before, and in cAdvisor, it is the name in full. */
static void
names(const struct record *r, struct identity *who)
{
	const json_t *annotations = r->document;
	const char *type = bundle_string(annotations, "io.kubernetes.cri.container-type");
	char *image;

	bundle_names(annotations, keys, who);
	chosen_add(&who->labels, annotations, "");
	who->is_sandbox = type != NULL && strcmp(type, "sandbox") == 0;
	if (who->is_sandbox && who->container == NULL)
		who->container = must_copy("");
	if (who->is_sandbox && who->image == NULL)
		who->image = containerd_pause(r->path);
	if (who->image != NULL) {
		image = containerd_image(who->image);
		free(who->image);
		who->image = image;
	}
}

const struct runtime containerd = { paths, "annotations", names };
