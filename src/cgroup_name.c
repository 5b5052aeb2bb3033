/*
 * Names of cgroups. Kubernetes makes, with the systemd driver
 *   kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<uid, - as _>.slice/cri-containerd-<id>.scope
 * and with the cgroupfs driver
 *   kubepods/burstable/pod<uid>/<id>
 * where a kubelet with a root of its own (kind) puts its name before kubepods. Runtimes name a container by its id:
 *   cri-containerd-<id>.scope crio-<id>.scope docker-<id>.scope libpod-<id>.scope <id>
 *   crio-<id> (with cgroupfs, and the sandbox of a pod that has no pause process)
 *   slice:cri-containerd:<id> (a mismatch of drivers)
 * https://kubernetes.io/docs/concepts/architecture/cgroups/
 */
#include "cgroup_name.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool
ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && strcmp(name + n - m, end) == 0;
}

static bool
hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* The id stands at the name's end or before .scope, and after nothing, '-' or ':'. */
static bool
container_id(const char *name, char *id)
{
	size_t n = strlen(name);

	if (ends_with(name, ".scope"))
		n -= strlen(".scope");
	if (n < CONTAINER_ID)
		return false;
	for (size_t i = n - CONTAINER_ID; i < n; i++)
		if (!hex(name[i]))
			return false;
	if (n > CONTAINER_ID && name[n - CONTAINER_ID - 1] != '-' && name[n - CONTAINER_ID - 1] != ':')
		return false;
	memcpy(id, name + n - CONTAINER_ID, CONTAINER_ID);
	id[CONTAINER_ID] = '\0';
	return true;
}

/* 8-4-4-4-12 digits, or 32 without dashes for a static pod. */
static bool
uid(const char *text, size_t n, char *out)
{
	if (n != POD_UID && n != 32)
		return false;
	for (size_t i = 0; i < n; i++) {
		bool dash = n == POD_UID && (i == 8 || i == 13 || i == 18 || i == 23);

		if (dash ? text[i] != '-' && text[i] != '_' : !hex(text[i])) {
			*out = '\0';
			return false;
		}
		out[i] = dash ? '-' : text[i];
	}
	out[n] = '\0';
	return true;
}

static bool
pod_uid(const char *name, char *id)
{
	const char *at = name;
	size_t n = strlen(name) - (ends_with(name, ".slice") ? strlen(".slice") : 0);

	while ((at = strstr(at, "pod")) != NULL) {
		if ((at == name || at[-1] == '-') && uid(at + 3, (size_t)(name + n - at - 3), id))
			return true;
		at += 3;
	}
	return false;
}

/* No runtime makes other names, which need not be UTF-8: two of them could print as one. */
static bool
ascii(const char *name)
{
	while (*name != '\0' && (unsigned char)*name < 0x80)
		name++;
	return *name == '\0';
}

enum cgroup_kind
cgroup_kind(const char *name, enum cgroup_kind parent, char id[CONTAINER_ID + 1])
{
	id[0] = '\0';
	if (!ascii(name) || ends_with(name, ".mount") || strstr(name, "-conmon-") != NULL)
		return CGROUP_IGNORED;
	if (pod_uid(name, id))
		return CGROUP_POD;
	if (container_id(name, id))
		return CGROUP_CONTAINER;
	if (ends_with(name, ".slice") || strcmp(name, "kubepods") == 0)
		return CGROUP_SLICE;
	if (parent == CGROUP_SLICE && (strcmp(name, "burstable") == 0 || strcmp(name, "besteffort") == 0))
		return CGROUP_SLICE;
	return CGROUP_OTHER;
}
