/* What processes tell of their containers, and containers that are a few files. */
#include "sidecar.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "node.h"
#include "printed.h"
#include "process.h"
#include "sidecar_process.h"
#include "sidecar_unseen.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SCOPE "/cri-containerd-" ID ".scope"
#define STAT(command, ticks) "7 (" command ") S 1 7 7 0 -1 4194560 100 0 0 0 " ticks " 5 0 0 20 0 3 0 900 1000 42 0\n"

static void
expect_cgroup(const char *text, const char *path, const char *id)
{
	char copy[8192];
	struct sidecar_cgroup c;

	strcpy(copy, text);
	cr_assert_eq(sidecar_cgroup(copy, &c), path != NULL, "%s", text);
	if (path != NULL) {
		cr_expect_str_eq(c.path, path);
		cr_expect_str_eq(c.id, id);
	}
}

Test(sidecar, cgroup)
{
	char text[1024];

	expect_cgroup("0::/\n", SIDECAR_SELF, "");
	expect_cgroup("0::/../cri-containerd-" ID ".scope\n", SCOPE, ID);
	expect_cgroup("0::/../" ID "\n", "/" ID, ID);
	expect_cgroup("12:memory:/x\n0::/../crio-" ID ".scope/container\n", "/crio-" ID ".scope", ID);
	expect_cgroup("0::/../../" ID "/init.scope\n", "/" ID, ID);
	expect_cgroup("12:memory:/x\n", NULL, NULL);
	expect_cgroup("0::", NULL, NULL);
	expect_cgroup("", NULL, NULL);
	sprintf(text, "0::/%0*d\n", SIDECAR_PATH, 0);
	expect_cgroup(text, NULL, NULL);
}

static void
expect_name(const char *root, const char *expected)
{
	char text[1024], name[SIDECAR_NAME + 1];

	snprintf(text, sizeof text, "1 2 8:1 / / rw - ext4 /dev/sda1 rw\n3 1 8:1 %s /dev/termination-log rw - ext4 x rw\n", root);
	cr_assert_eq(sidecar_name(text, name), expected != NULL, "%s", root);
	if (expected != NULL)
		cr_expect_str_eq(name, expected);
}

#define UID "5f0c2b5e-1d1e-4c8b-9d3f-0a1b2c3d4e5f"

Test(sidecar, name)
{
	expect_name("/var/lib/kubelet/pods/" UID "/containers/web-1/0a1b2c3d", "web-1");
	expect_name("/pods/" UID "/containers/a/0a1b2c3d//deleted", "a");
	expect_name("/srv/pods/x/var/lib/kubelet/pods/" UID "/containers/b/1", "b");
	expect_name("/pods/" UID "/volumes/web/1", NULL);
	expect_name("/pods/" UID "/containers/web", NULL);
	expect_name("/pods/" UID "/containers//1", NULL);
	expect_name("/pods/" UID "/containers/We\\040b/1", NULL);
	expect_name("/pods/" UID "x/containers/web/1", NULL);
}

Test(sidecar, stat)
{
	struct process_stat s;
	char text[] = STAT("a) S (b", "40"), cut[] = "7 (app) S 1 7", none[] = ") S 1 7 7 0 -1 4194560 100 0 0 0 40 5 0 0 20 0 3 0 900 1000 42 0 (";

	cr_assert(process_stat(text, &s));
	cr_expect_str_eq(s.command, "a) S (b");
	cr_expect_eq(s.state, 'S');
	cr_expect_eq(s.ticks, 45);
	cr_expect_eq(s.threads, 3);
	cr_expect_eq(s.pages, 42);
	cr_expect_not(process_stat(cut, &s));
	cr_expect_not(process_stat(none, &s));
}

static void
set(const char *name, const char *value)
{
	for (const struct flag *f = sidecar_flags; f->name != NULL; f++)
		if (strcmp(f->name, name) == 0)
			*(const char **)f->to = value;
}

static void
expect_wrong(const char *flag, const char *part)
{
	const char *wanted, *wrong = sidecar_wrong_flag(&wanted);

	cr_assert_not_null(wrong);
	cr_expect_str_eq(wrong, flag);
	cr_expect_not_null(strstr(wanted, part), "%s", wanted);
}

Test(sidecar, wrong_flags)
{
	const char *wanted;

	cr_expect_null(sidecar_wrong_flag(&wanted));
	set("exit-with", "main");
	expect_wrong("exit-with", "--mode=sidecar");
	set("mode", "sidecar");
	cr_expect_null(sidecar_wrong_flag(&wanted));
	set("mode", "pod");
	expect_wrong("mode", "node or sidecar");
}

/* A process of a container, with that container's root if there is one. */
static void
process(const char *pid, const char *stat, const char *cgroup, const char *root)
{
	char path[64];

	snprintf(path, sizeof path, "proc/%s/stat", pid);
	node_put(path, stat);
	snprintf(path, sizeof path, "proc/%s/cgroup", pid);
	node_put(path, cgroup);
	snprintf(path, sizeof path, "proc/%s/root", pid);
	if (root != NULL)
		cr_assert_eq(symlink(node_path(root), node_path(path)), 0);
}

static void
setup(void)
{
	set("mode", "sidecar");
	setenv("POD_NAME", "web", 1);
	setenv("POD_NAMESPACE", "shop", 1);
	node_create();
	node_put("proc/stat", "btime 1700000000\n");
	node_put("app/sys/fs/cgroup/cgroup.procs", "7\n8\n");
	node_directory("proc/self");
	process("7", STAT("app", "40"), "0::/.." SCOPE "\n", "app");
}

static void
open_all(void)
{
	cr_assert(place_open());
	cgroup_open();
}

static void
create(void)
{
	setup();
	open_all();
}

static bool
is_said(const char *word)
{
	const char *sentence;

	for (size_t i = 0; (sentence = sidecar_unseen(i)) != NULL; i++)
		if (strstr(sentence, word) != NULL)
			return true;
	return false;
}

TestSuite(sidecar_pod, .init = create, .fini = node_clean);

static const struct scope *
find(const char *path)
{
	const struct scope *s;

	for (size_t i = 0; (s = cgroup_container(i)) != NULL; i++)
		if (strcmp(s->container->path, path) == 0)
			return s;
	return NULL;
}

static void
expect_labels(const struct labels *labels, const char *expected)
{
	const char *got = printed_labels(labels);

	cr_expect_str_eq(got, expected, "%s", got);
}

Test(sidecar_pod, reached)
{
	struct sidecar_figures f;

	cgroup_refresh(true);
	cr_assert_not_null(find(SCOPE));
	cr_expect_geq(find(SCOPE)->dir, 0);
	cr_expect_eq(find(SCOPE)->container->started, 1700000009);
	expect_labels(find(SCOPE)->labels,
	    "container=\"app\",id=\"" SCOPE "\",image=\"\",name=\"" ID "\",namespace=\"shop\",pod=\"web\"");
	cr_expect_not(sidecar_out_of_reach(0, &f));
	node_remove("proc/7");
	cgroup_refresh(true);
	cr_expect_null(find(SCOPE));
}

/* What a container puts in the place of its cgroup. */
static void
expect_refused(void)
{
	struct sidecar_figures f;

	cgroup_refresh(true);
	cr_assert_not_null(find(SCOPE));
	cr_expect_lt(find(SCOPE)->dir, 0);
	cr_expect(sidecar_out_of_reach(0, &f));
}

Test(sidecar_pod, fifo)
{
	node_remove("app/sys/fs/cgroup");
	cr_assert_eq(mkfifo(node_path("app/sys/fs/cgroup"), 0644), 0);
	expect_refused();
}

Test(sidecar_pod, of_another)
{
	node_put("app/sys/fs/cgroup/cgroup.procs", "77\n");
	expect_refused();
}

Test(sidecar_pod, link_out)
{
	node_put("outside/cgroup.procs", "7\n");
	node_remove("app/sys/fs/cgroup");
	cr_assert_eq(symlink(node_path("outside"), node_path("app/sys/fs/cgroup")), 0);
	expect_refused();
}

/* The network of the pod; -1: none is shown. */
static int
network(void)
{
	const struct scope *s;

	cgroup_refresh(true);
	for (size_t i = 0; (s = cgroup_container(i)) != NULL; i++)
		if (s->container->kind == CGROUP_POD)
			return cgroup_network(s) == NULL ? -1 : cgroup_network(s)->dir;
	cr_assert_fail("no pod");
	return -1;
}

Test(sidecar_pod, network)
{
	cr_expect_geq(network(), 0);
}

static void
create_in_network_of_node(void)
{
	setup();
	node_put("proc/sys/net/core/netdev_max_backlog", "1000\n");
	open_all();
}

Test(sidecar, network_of_node, .init = create_in_network_of_node, .fini = node_clean)
{
	cr_expect_lt(network(), 0);
	cr_expect(is_said("hostNetwork"));
}

/* A name that is given outdoes what was there before, also by a process that comes later. */
Test(sidecar_pod, given_name)
{
	struct flag_list *names = NULL;

	for (const struct flag *f = sidecar_flags; f->name != NULL; f++)
		if (strcmp(f->name, "container.names") == 0)
			names = f->to;
	names->items[names->n++] = "main=wor*";
	cgroup_refresh(true);
	cr_expect_str_eq(cgroup_names(find(SCOPE)).container, "app");
	process("8", STAT("worker", "1"), "0::/.." SCOPE "\n", "app");
	cgroup_refresh(true);
	cr_expect_str_eq(cgroup_names(find(SCOPE)).container, "main");
}

/* CPU time never falls, although processes end. */
Test(sidecar_pod, remainders)
{
	struct sidecar_figures f;

	process("9", STAT("db", "100"), "0::/../db\n", NULL);
	process("10", STAT("worker", "20"), "0::/../db\n", NULL);
	cgroup_refresh(true);
	cr_assert(sidecar_out_of_reach(0, &f));
	cr_expect_eq(f.cpu, 130);
	cr_expect_eq(f.processes, 2);
	cr_expect_eq(f.threads, 6);
	cr_expect_eq(f.resident, 84);
	node_remove("proc/10");
	node_put("proc/9/stat", STAT("db", "101"));
	cgroup_refresh(true);
	cr_assert(sidecar_out_of_reach(0, &f));
	cr_expect_eq(f.cpu, 131);
	cr_expect_eq(f.processes, 1);
	cr_expect_not(sidecar_out_of_reach(1, &f));
}
