/* Containers of a cgroup tree that is a few directories, as they come, go and come back. */
#include "cgroup.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "node.h"
#include "printed.h"

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define UID "5f0c2b5e-1d1e-4c8b-9d3f-0a1b2c3d4e5f"
#define POD "/kubepods.slice/kubepods-pod5f0c2b5e_1d1e_4c8b_9d3f_0a1b2c3d4e5f.slice"
#define OTHER_POD "/kubepods.slice/kubepods-pod00000000_1111_2222_3333_444444444444.slice"
#define A POD "/cri-containerd-" ID_A ".scope"
#define B POD "/cri-containerd-" ID_B ".scope"

/* A cgroup, which has processes and begins with none. */
static void
make(const char *path)
{
	char procs[512];

	snprintf(procs, sizeof procs, "cgroup%s/cgroup.procs", path);
	node_put(procs, "");
}

static void
take_away(const char *path)
{
	char whole[512];

	snprintf(whole, sizeof whole, "cgroup%s", path);
	node_remove(whole);
}

static void
create(void)
{
	node_create();
	node_put("cgroup/cgroup.controllers", "cpu io memory\n");
	node_put("proc/stat", "cpu 1 2 3\nbtime 1700000000\n");
	make("");
	node_flag("path.cgroupfs", node_path("cgroup"));
	cr_assert(place_open());
	cgroup_open();
}

TestSuite(cgroup, .init = create, .fini = node_clean);

/* The paths of all that is exported, in the order in which it is. */
static void
expect(const char *expected)
{
	char got[4096] = "";
	const struct scope *s;

	cgroup_refresh(true);
	for (size_t i = 0; (s = cgroup_container(i)) != NULL; i++) {
		cr_expect_eq(s->container->root, i == 0);
		strcat(strcat(got, s->container->path), "\n");
	}
	cr_expect_str_eq(got, expected, "%s", got);
}

static const struct scope *
find(const char *path)
{
	const struct scope *s;

	for (size_t i = 0; (s = cgroup_container(i)) != NULL; i++)
		if (strcmp(s->container->path, path) == 0)
			return s;
	cr_assert_fail("no %s", path);
	return NULL;
}

static void
expect_labels(const struct scope *s, const char *expected)
{
	const char *got = printed_labels(s->labels);

	cr_expect_str_eq(got, expected, "%s", got);
}

/* Of a network whose first interface has received so many bytes. */
static void
start(const char *pid, const char *cgroup, const char *bytes)
{
	char path[64], text[512];

	snprintf(path, sizeof path, "proc/%s/cgroup", pid);
	snprintf(text, sizeof text, "0::%s\n", cgroup);
	node_put(path, text);
	snprintf(path, sizeof path, "proc/%s/net/dev", pid);
	node_put(path, bytes);
	snprintf(path, sizeof path, "proc/%s/stat", pid);
	snprintf(text, sizeof text, "%s (a) ) b) S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 %s00 9 9\n", pid, pid);
	node_put(path, text);
}

/* Of the network that has the labels of a cgroup. */
static void
expect_network(const char *path, const char *expected)
{
	const struct scope *network = cgroup_network(find(path));
	struct buf b = { 0 };

	if (expected == NULL) {
		cr_expect_null(network, "%s", path);
		return;
	}
	cr_assert_not_null(network, "%s", path);
	cr_assert_geq(file_read(network->dir, "net/dev", &b), 0);
	cr_expect_str_eq(b.data, expected);
	buf_free(&b);
}

Test(cgroup, empty_tree)
{
	expect("/\n");
	cr_expect_eq(find("/")->container->started, 1700000000);
	expect_labels(find("/"), "container=\"\",id=\"/\",image=\"\",name=\"\",namespace=\"\",pod=\"\"");
}

Test(cgroup, systemd_driver)
{
	make(A);
	make("/system.slice/sshd.service");
	make("/system.slice/tmp.mount");
	make("/init.scope");
	expect("/\n/kubepods.slice\n" POD "\n" A "\n/system.slice\n");
	cr_expect_eq(find(POD)->container->kind, CGROUP_POD);
	cr_expect_eq(find(A)->container->kind, CGROUP_CONTAINER);
	expect_labels(find(A), "container=\"\",id=\"" A "\",image=\"\",name=\"" ID_A "\",namespace=\"\",pod=\"\"");
	expect_labels(find(POD), "container=\"\",id=\"" POD "\",image=\"\",name=\"\",namespace=\"\",pod=\"\"");
}

Test(cgroup, cgroupfs_driver)
{
	make("/kubepods/burstable/pod" UID "/" ID_A);
	expect("/\n/kubepods\n/kubepods/burstable\n/kubepods/burstable/pod" UID "\n/kubepods/burstable/pod" UID "/" ID_A "\n");
}

/* A node in a container: its own cgroup is exported, and so are the pods inside. */
Test(cgroup, kind)
{
	make("/docker/" ID_B "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" UID ".slice/cri-containerd-" ID_A ".scope");
	expect("/\n/docker/" ID_B "\n/docker/" ID_B "/kubelet.slice\n/docker/" ID_B "/kubelet.slice/kubelet-kubepods.slice\n"
	    "/docker/" ID_B "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" UID ".slice\n"
	    "/docker/" ID_B "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" UID ".slice/cri-containerd-" ID_A ".scope\n");
}

/* What a runtime or a pod makes inside its container is the container's. */
Test(cgroup, inside_of_a_container)
{
	make(POD "/crio-" ID_A ".scope/container");
	make(POD "/crio-" ID_A ".scope/system.slice/docker-" ID_B ".scope");
	make(POD "/crio-conmon-" ID_A ".scope");
	expect("/\n/kubepods.slice\n" POD "\n" POD "/crio-" ID_A ".scope\n");
}

/* Another file in place of this one, without an event of a write. */
static void
swap_unseen(const char *path, const char *text)
{
	node_put("elsewhere/new", text);
	cr_assert_eq(rename(node_path("elsewhere/new"), node_path(path)), 0);
}

Test(cgroup, limits)
{
	const struct limits *l;

	make(A);
	node_put("cgroup" A "/cpu.max", "20000 100000\n");
	node_put("cgroup" A "/memory.max", "max\n");
	node_put("cgroup" A "/memory.high", "4096\n");
	node_put("cgroup" A "/memory.low", "1024\n");
	cgroup_refresh(false);
	l = cgroup_limits(find(A));
	cr_expect_eq(l->quota, 20000);
	cr_expect_eq(l->period, 100000);
	cr_expect_eq(l->high, 4096);
	cr_expect_eq(l->low, 1024);
	cr_expect(isinf(l->memory) && isnan(l->weight) && isnan(l->threads) && !l->garbled);
}

Test(cgroup, limits_are_read_after_a_write)
{
	make(A);
	node_put("cgroup" A "/memory.max", "1000\n");
	node_put("cgroup" A "/pids.max", "10\n");
	cgroup_refresh(false);
	cr_expect_eq(cgroup_limits(find(A))->memory, 1000);
	swap_unseen("cgroup" A "/memory.max", "2000\n");
	node_put("cgroup" A "/memory.events", "oom 1\n");
	node_put("cgroup" A "/cgroup.procs", "1\n");
	swap_unseen("cgroup" A "/pids.max", "20\n");
	cgroup_refresh(false);
	cr_expect_eq(cgroup_limits(find(A))->threads, 10, "limits are read at each look");
	node_put("cgroup" A "/memory.max", "3000\n");
	cgroup_refresh(false);
	cr_expect_eq(cgroup_limits(find(A))->memory, 3000);
	cr_expect_eq(cgroup_limits(find(A))->threads, 20);
}

Test(cgroup, garbled_limits)
{
	make(A);
	node_put("cgroup" A "/cpu.max", "50000\n");
	cgroup_refresh(false);
	cr_expect(cgroup_limits(find(A))->garbled);
	cr_expect(isnan(cgroup_limits(find(A))->quota));
}

Test(cgroup, containers_come_and_go)
{
	make(A);
	expect("/\n/kubepods.slice\n" POD "\n" A "\n");
	make(B);
	expect("/\n/kubepods.slice\n" POD "\n" A "\n" B "\n");
	take_away(A);
	expect("/\n/kubepods.slice\n" POD "\n" B "\n");
	take_away(POD);
	expect("/\n/kubepods.slice\n");
	make(A);
	expect("/\n/kubepods.slice\n" POD "\n" A "\n");
	take_away("/kubepods.slice");
	expect("/\n");
}

/* The new one under the old name is another directory, and its file is read. */
static void
expect_recreated(const char *path, const char *above)
{
	char old[512], file[512];
	struct buf b = { 0 };

	snprintf(old, sizeof old, "%s", node_path("cgroup"));
	strcat(old, above);
	cr_assert_eq(rename(old, node_path("old")), 0);
	make(path);
	snprintf(file, sizeof file, "cgroup%s/memory.current", path);
	node_put(file, "42\n");
	node_remove("old");
	cgroup_refresh(true);
	cgroup_refresh(true);
	cr_assert_geq(file_read(find(path)->dir, "memory.current", &b), 0);
	cr_expect_str_eq(b.data, "42\n");
	cr_expect_not(cgroup_vanished(find(path)));
	buf_free(&b);
}

Test(cgroup, recreated)
{
	make(A);
	expect("/\n/kubepods.slice\n" POD "\n" A "\n");
	expect_recreated(A, A);
	expect("/\n/kubepods.slice\n" POD "\n" A "\n");
	expect_recreated(A, POD);
	expect("/\n/kubepods.slice\n" POD "\n" A "\n");
	expect_recreated(A, "/kubepods.slice");
	expect("/\n/kubepods.slice\n" POD "\n" A "\n");
}

/* A container that is as it was does not hold on to a pod that is not. */
Test(cgroup, recreated_pod_around_a_container)
{
	char old[512], new[512];

	make(A);
	cgroup_refresh(true);
	snprintf(old, sizeof old, "%s" POD, node_path("cgroup"));
	cr_assert_eq(rename(old, node_path("old")), 0);
	make(POD);
	snprintf(new, sizeof new, "%s" A, node_path("cgroup"));
	snprintf(old, sizeof old, "%s/%s", node_path("old"), strrchr(A, '/') + 1);
	cr_assert_eq(rename(old, new), 0);
	node_remove("old");
	node_put("cgroup" A "/cgroup.procs", "100\n");
	start("100", A, "of the pod");
	expect("/\n/kubepods.slice\n" POD "\n" A "\n");
	expect_network(POD, "of the pod");
}

/* A directory deeper than any is not followed, and nothing is lost but it. */
Test(cgroup, deep_tree)
{
	char path[512] = "";

	for (int i = 0; i < 100; i++)
		strcat(path, "/d");
	make(path);
	make(A);
	expect("/\n/kubepods.slice\n" POD "\n" A "\n");
}

Test(cgroup, vanished)
{
	const struct scope *s;

	make(POD);
	make(A);
	cgroup_refresh(false);
	s = find(A);
	cr_expect_not(cgroup_vanished(s));
	take_away(A);
	cr_expect(cgroup_vanished(s));
	cr_expect_not(cgroup_vanished(find(POD)));
}

Test(cgroup, absent)
{
	cr_expect(cgroup_absent(-ENOENT) && cgroup_absent(-ENODEV) && cgroup_absent(-EOPNOTSUPP));
	cr_expect_not(cgroup_absent(0) || cgroup_absent(-EINVAL) || cgroup_absent(-EACCES) || cgroup_absent(-EMFILE));
}

/* Names and processes ---------------------------------------------------------------------------------------------- */

static void
link_log(const char *pod, const char *container, const char *id)
{
	char link[512], target[512];

	node_directory("var/log/containers");
	snprintf(link, sizeof link, "var/log/containers/%s_default_%s-%s.log", pod, container, id);
	snprintf(target, sizeof target, "/var/log/pods/default_%s_" UID "/%s/0.log", pod, container);
	cr_assert_eq(symlink(target, node_path(link)), 0);
}

/* As its cgroup was made, whoever comes later: a date that moved would look like a restart. */
Test(cgroup, start_of_a_container_without_a_process)
{
	double started;

	make(A);
	node_put("cgroup" A "/cgroup.events", "populated 0\n");
	cgroup_refresh(true);
	started = find(A)->container->started;
	cr_expect_gt(started, 1700000100);
	cr_expect_eq(find(POD)->container->started, started);
	node_put("cgroup" A "/cgroup.procs", "100\n");
	start("100", A, "of the pod");
	cgroup_refresh(true);
	cr_expect_eq(find(A)->container->started, started);
}

Test(cgroup, start_of_a_pod_without_containers)
{
	double started;

	make(POD);
	node_put("cgroup" POD "/cgroup.events", "populated 0\n");
	cgroup_refresh(true);
	started = find(POD)->container->started;
	cr_expect_gt(started, 1700000100);
	make(B);
	node_put("cgroup" B "/cgroup.procs", "2000000000\n");
	start("2000000000", B, "of the pod");
	cgroup_refresh(true);
	cr_expect_gt(find(B)->container->started, started);
	cr_expect_eq(find(POD)->container->started, started);
}

Test(cgroup, names)
{
	link_log("web-0", "app", ID_A);
	make(A);
	make(B);
	cgroup_refresh(true);
	expect_labels(find(A),
	    "container=\"app\",id=\"" A "\",image=\"\",name=\"" ID_A "\",namespace=\"default\",pod=\"web-0\"");
	expect_labels(find(POD), "container=\"\",id=\"" POD "\",image=\"\",name=\"\",namespace=\"default\",pod=\"web-0\"");
	expect_labels(find(B), "container=\"\",id=\"" B "\",image=\"\",name=\"" ID_B "\",namespace=\"default\",pod=\"web-0\"");
	expect_labels(find("/kubepods.slice"),
	    "container=\"\",id=\"/kubepods.slice\",image=\"\",name=\"\",namespace=\"\",pod=\"\"");
}

/* The name of a pod that was made anew is not that of the one before. */
Test(cgroup, names_of_a_recreated_pod)
{
	link_log("old", "app", ID_A);
	make(A);
	cgroup_refresh(true);
	take_away(POD);
	cgroup_refresh(true);
	node_remove("var/log/containers");
	link_log("new", "app", ID_B);
	make(B);
	cgroup_refresh(true);
	expect_labels(find(POD), "container=\"\",id=\"" POD "\",image=\"\",name=\"\",namespace=\"default\",pod=\"new\"");
}

Test(cgroup, networks)
{
	make(A);
	make(OTHER_POD "/cri-containerd-" ID_B ".scope");
	node_put("cgroup" A "/cgroup.procs", "100\n101\n");
	start("1", "/init.scope", "of the node");
	start("100", A, "of the pod");
	start("101", A, "of the pod, too");
	cgroup_refresh(true);
	expect_network("/", "of the node");
	expect_network(OTHER_POD, NULL);
	expect_network(POD, "of the pod");
	expect_network(A, NULL);
	cr_expect_eq(find(A)->container->started, 1700000100);
	cr_expect_eq(find(POD)->container->started, 1700000100);
	node_remove("proc/100");
	node_put("cgroup" A "/cgroup.procs", "101\n");
	cgroup_refresh(true);
	expect_network(POD, "of the pod, too");
}

/* Containers may restart, which would be a gap. */
Test(cgroup, network_by_the_sandbox)
{
	make(A);
	make(B);
	node_put("run/containerd/io.containerd.runtime.v2.task/k8s.io/" ID_B "/config.json",
	    "{\"annotations\":{\"io.kubernetes.cri.container-type\":\"sandbox\","
	    "\"io.kubernetes.cri.sandbox-name\":\"web-0\",\"io.kubernetes.cri.sandbox-namespace\":\"default\"}}");
	node_put("cgroup" A "/cgroup.procs", "100\n");
	node_put("cgroup" B "/cgroup.procs", "101\n");
	start("100", A, "of the pod");
	start("101", B, "of the pod, by its sandbox");
	cgroup_refresh(true);
	expect_network(POD, NULL);
	expect_network(B, "of the pod, by its sandbox");
}

/* A number out of another pid namespace is another's process; the container's own is found by its cgroup. */
Test(cgroup, network_of_another_pid_namespace)
{
	make(A);
	node_put("cgroup" A "/cgroup.procs", "7\n");
	start("7", "/system.slice/sshd.service", "of sshd");
	start("1007", "/other" A, "of the pod");
	cgroup_refresh(true);
	expect_network(POD, "of the pod");
}

Test(cgroup, network_by_an_inner_cgroup)
{
	make(POD "/crio-" ID_A ".scope/container");
	node_put("cgroup" POD "/crio-" ID_A ".scope/container/cgroup.procs", "100\n");
	start("100", POD "/crio-" ID_A ".scope/container", "of the pod");
	cgroup_refresh(true);
	expect_network(POD, "of the pod");
}
