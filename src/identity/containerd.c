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

/* What stands before the first slash is a registry if it cannot be a user of Docker Hub. */
static const char *
registry(const char *image)
{
	size_t first = strcspn(image, "/");

	if (image[first] == '\0')
		return "docker.io/library/";
	if (memchr(image, '.', first) != NULL || memchr(image, ':', first) != NULL ||
	    (first == strlen("localhost") && strncmp(image, "localhost", first) == 0))
		return "";
	return "docker.io/";
}

static bool
has_tag(const char *image)
{
	const char *slash = strrchr(image, '/');

	return strchr(image, '@') != NULL || strchr(slash != NULL ? slash : image, ':') != NULL;
}

char *
containerd_image(const char *image)
{
	struct buf b = { 0 };

	if (strncmp(image, "sha256:", strlen("sha256:")) == 0)
		return must_copy(image);
	buf_print(&b, "%s%s%s", registry(image), image, has_tag(image) ? "" : ":latest");
	return b.data;
}

/* From 2.0 on the image is what the pod's author wrote; before, and in cAdvisor, it is the name in full. */
static bool
names(const json_t *document, const char *id, struct identity *who)
{
	const json_t *annotations = json_object_get(document, "annotations");
	const char *type = bundle_string(annotations, "io.kubernetes.cri.container-type");
	char *image;

	bundle_names(annotations, keys, who);
	who->is_sandbox = type != NULL && strcmp(type, "sandbox") == 0;
	who->name = must_copy(id);
	if (who->is_sandbox && who->container == NULL)
		who->container = must_copy("");
	if (who->image != NULL) {
		image = containerd_image(who->image);
		free(who->image);
		who->image = image;
	}
	return true;
}

const struct runtime containerd = { paths, names };
