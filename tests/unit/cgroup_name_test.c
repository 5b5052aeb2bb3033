/* Names of cgroups, component by component, as the drivers and runtimes make them. */
#include "cgroup_name.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NODE_ID "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define UID "5f0c2b5e-1d1e-4c8b-9d3f-0a1b2c3d4e5f"
#define UID_ "5f0c2b5e_1d1e_4c8b_9d3f_0a1b2c3d4e5f"
#define STATIC "d9ab57ee13be9c66b0b8fb0cbd3bf7d4"
#define BURSTABLE "/kubepods.slice/kubepods-burstable.slice/"

/* A letter for each component: other, ignored, slice, pod, container; then the last pod's uid and container's id. */
static const struct {
	const char *path, *kinds, *pod, *container;
} paths[] = {
	{ BURSTABLE "kubepods-burstable-pod" UID_ ".slice/cri-containerd-" ID ".scope", "sspc", UID, ID },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_ ".slice/cri-containerd-" ID ".scope",
	    "sspc", UID, ID },
	{ "/kubepods.slice/kubepods-pod" UID_ ".slice/cri-containerd-" ID ".scope", "spc", UID, ID },
	{ "/kubepods/burstable/pod" UID "/" ID, "sspc", UID, ID },
	{ "/kubepods/besteffort/pod" UID "/" ID, "sspc", UID, ID },
	{ "/kubepods/pod" UID "/" ID, "spc", UID, ID },
	{ BURSTABLE "kubepods-burstable-pod" UID_ ".slice/crio-" ID ".scope", "sspc", UID, ID },
	{ BURSTABLE "kubepods-burstable-pod" UID_ ".slice/crio-" ID ".scope/container", "sspco", UID, ID },
	{ "/kubepods/burstable/pod" UID "/crio-" ID, "sspc", UID, ID },
	{ "/system.slice/crio-conmon-" ID ".scope", "si", NULL, NULL },
	{ BURSTABLE "kubepods-burstable-pod" UID_ ".slice/crio-conmon-" ID ".scope", "sspi", UID, NULL },
	{ "/machine.slice/libpod-conmon-" ID ".scope", "si", NULL, NULL },
	{ "/machine.slice/libpod-" ID ".scope", "sc", NULL, ID },
	{ BURSTABLE "kubepods-burstable-pod" UID_ ".slice/docker-" ID ".scope", "sspc", UID, ID },
	{ BURSTABLE "kubepods-burstable-pod" STATIC ".slice/cri-containerd-" ID ".scope", "sspc", STATIC, ID },
	{ "/kubepods/pod" STATIC "/" ID, "spc", STATIC, ID },
	{ "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod" UID_
	    ".slice/cri-containerd-" ID ".scope", "ssspc", UID, ID },
	{ "/system.slice/docker-" NODE_ID ".scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" UID_
	    ".slice/cri-containerd-" ID ".scope", "scsspc", UID, ID },
	{ "/kubelet/kubepods/burstable/pod" UID "/" ID, "osspc", UID, ID },
	{ "/docker/" NODE_ID "/kubepods/besteffort/pod" UID "/" ID, "ocsspc", UID, ID },
	{ "/system.slice/containerd.service/kubepods-burstable-pod" UID_ ".slice:cri-containerd:" ID, "soc", NULL, ID },
	{ "/kubepods-burstable-pod" UID_ ".slice:cri-containerd:" ID, "c", NULL, ID },
	{ "/podruntime/kubelet", "oo", NULL, NULL },
	{ "/podruntime/runtime", "oo", NULL, NULL },
	{ "/system/apid", "oo", NULL, NULL },
	{ "/init.scope", "o", NULL, NULL },
	{ "/user.slice/user-1000.slice/session-1.scope", "sso", NULL, NULL },
	{ "/system.slice/var-lib-docker.mount", "si", NULL, NULL },
	{ "/user.slice/a\xff.slice", "si", NULL, NULL },
	{ "/user.slice/\xc3\xa9", "si", NULL, NULL },
	{ "/burstable/besteffort", "oo", NULL, NULL },
};

Test(cgroup_name, paths)
{
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		char copy[512], kinds[16] = "", id[CONTAINER_ID + 1], pod[sizeof id] = "", container[sizeof id] = "",
		    *at, *word;
		enum cgroup_kind kind = CGROUP_OTHER;

		snprintf(copy, sizeof copy, "%s", paths[i].path);
		for (at = copy; (word = strsep(&at, "/")) != NULL;) {
			if (*word == '\0')
				continue;
			kind = cgroup_kind(word, kind, id);
			strncat(kinds, &"oispc"[kind], 1);
			if (kind == CGROUP_POD || kind == CGROUP_CONTAINER)
				strcpy(kind == CGROUP_POD ? pod : container, id);
			else
				cr_expect_str_eq(id, "", "%s", word);
		}
		cr_expect_str_eq(kinds, paths[i].kinds, "%s: %s", paths[i].path, kinds);
		cr_expect_str_eq(pod, paths[i].pod == NULL ? "" : paths[i].pod, "%s", paths[i].path);
		cr_expect_str_eq(container, paths[i].container == NULL ? "" : paths[i].container, "%s", paths[i].path);
	}
}

/* Names that are nothing, however near they come. */
static const char *const others[] = {
	"", ".", "pod", "pod-", "kubepod", "kubepods2", "xkubepods", "kubepods.scope", ".scope", "-", "pods",
	"pod" UID "x", "xpod" UID, "pod" UID ".scope", "pod5f0c2b5e", "pod" UID UID,
	"pod5F0C2B5E-1d1e-4c8b-9d3f-0a1b2c3d4e5f",
	"pod5f0c2b5e-1d1e-4c8b-9d3f_0a1b2c3d4e5", "pod5f0c2b5e01d1e04c8b09d3f00a1b2c3d4e5f", "pod" STATIC "0",
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde", "0" ID, "x" ID, "_" ID, ID "x", ID ".scop",
	ID ".service",
	"cri-containerd-0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef.scope", ID ".scope.scope",
	"cri-containerd-g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope", "\"\\\n",
	"%s%n",
};

Test(cgroup_name, others)
{
	char id[CONTAINER_ID + 1];

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		cr_expect_eq(cgroup_kind(others[i], CGROUP_POD, id), CGROUP_OTHER, "%s", others[i]);
		cr_expect_str_eq(id, "", "%s", others[i]);
	}
	cr_expect_eq(cgroup_kind("pod" UID ".slice", CGROUP_SLICE, id), CGROUP_POD);
	cr_expect_eq(cgroup_kind("pod-pod" UID, CGROUP_SLICE, id), CGROUP_POD);
	cr_expect_str_eq(id, UID);
	cr_expect_eq(cgroup_kind(".slice", CGROUP_OTHER, id), CGROUP_SLICE);
	cr_expect_eq(cgroup_kind("burstable", CGROUP_SLICE, id), CGROUP_SLICE);
}
