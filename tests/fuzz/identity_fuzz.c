/* Any bytes as a runtime's file: the parser and what each runtime reads of it. */
#include <stdint.h>
#include <stdlib.h>

#include "identity/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct runtime *const runtimes[] = { &containerd, &crio, &docker, &podman };
	json_t *document = bundle_parse((const char *)data, size);

	for (size_t i = 0; i < sizeof runtimes / sizeof *runtimes; i++) {
		struct identity who = { 0 };

		runtimes[i]->names(&(struct record){ document, "run/containerd/x", "e0e0" }, &who);
		identity_free(&who);
	}
	json_decref(document);
	return 0;
}
