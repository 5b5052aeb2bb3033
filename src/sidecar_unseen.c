/* What cannot be seen. */
#include "sidecar_unseen.h"

#include <stdatomic.h>

#include "log.h"

static const char *const sentences[UNSEEN] = {
	[NODE_ITSELF] = "The node, other pods, images, and what the pod has as a whole but for its network "
	    "cannot be seen from inside a pod.",
	[ALONE] = "No other container's processes can be seen: shareProcessNamespace of the pod is not true.",
	[OUT_OF_REACH] = "The cgroup of a container cannot be read, for which its processes need the user and group of "
	    "this one: figures of the processes themselves are exported instead.",
	[NO_V2] = "There is no cgroup v2 here: figures of the processes themselves are exported.",
	[NAMELESS] = "The names of pod and namespace are not known: set POD_NAME and POD_NAMESPACE by the downward "
	    "API.",
	[HOST_NETWORK] = "The network is the node's, by hostNetwork of the pod, and is not exported as the pod's.",
};
static atomic_bool unseen[UNSEEN];

void
sidecar_note(enum unseen what, bool holds, const char *key, const char *value)
{
	static bool logged[UNSEEN];

	atomic_store(&unseen[what], holds);
	if (!holds || logged[what])
		return;
	logged[what] = true;
	log_line(LOG_INFO, sentences[what], key, value, NULL);
}

const char *
sidecar_unseen(size_t i)
{
	for (size_t k = 0; k < UNSEEN; k++)
		if (atomic_load(&unseen[k]) && i-- == 0)
			return sentences[k];
	return NULL;
}
