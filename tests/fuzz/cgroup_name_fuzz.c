/* Any name as a cgroup's: its kind, and an id only where there is one. The first byte is the kind of its parent. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup_name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const char *name, enum cgroup_kind parent)
{
	char id[CONTAINER_ID + 1];
	enum cgroup_kind kind;
	size_t n;

	memset(id, '!', sizeof id);
	kind = cgroup_kind(name, parent, id);
	n = strnlen(id, sizeof id);
	if (n != strspn(id, kind == CGROUP_POD ? "0123456789abcdef-" : "0123456789abcdef"))
		abort();
	if (kind == CGROUP_CONTAINER ? n != CONTAINER_ID : kind == CGROUP_POD ? n != POD_UID && n != 32 : n != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *name;

	if (size == 0)
		return 0;
	name = strndup((const char *)data + 1, size - 1);
	check(name, data[0] % (CGROUP_CONTAINER + 1));
	free(name);
	return 0;
}
