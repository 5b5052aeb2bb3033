/* Names of containers from what each runtime leaves on disk: tests/identity/root is such a disk. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "identity/bundle.h"
#include "place.h"

#define BUNDLES "/run/containerd/io.containerd.runtime.v2.task/k8s.io/"

static void
use_root(const char *root)
{
	for (const struct flag *f = place_flags; f->name != NULL; f++)
		if (strcmp(f->name, "path.rootfs") == 0)
			*(const char **)f->to = root;
		else if (strcmp(f->name, "path.procfs") == 0)
			*(const char **)f->to = "/proc";
	cr_assert(place_open());
}

/* The pair of hex digits that a made-up id consists of, or a whole id. */
static const char *
id_of(const char *digits)
{
	static char id[65];

	if (strlen(digits) != 2)
		return digits;
	for (size_t i = 0; i < 64; i++)
		id[i] = digits[i % 2];
	return id;
}

static void
is(const char *what, const char *got, const char *expected)
{
	cr_expect((got == NULL) == (expected == NULL) && (got == NULL || strcmp(got, expected) == 0),
	    "%s is %s, not %s", what, got != NULL ? got : "unknown", expected != NULL ? expected : "unknown");
}

static void
find(const char *digits, struct identity expected)
{
	struct identity who = { 0 };

	cr_assert(identity_find(id_of(digits), &who), "%s", digits);
	is("namespace", who.namespace, expected.namespace);
	is("pod", who.pod, expected.pod);
	is("uid", who.uid, expected.uid);
	is("container", who.container, expected.container);
	is("image", who.image, expected.image);
	is("name", who.name, expected.name);
	is("sandbox", who.sandbox, expected.sandbox);
	cr_expect_eq(who.is_sandbox, expected.is_sandbox);
	identity_free(&who);
	cr_expect_null(who.name);
}

static void
known_root(void)
{
	use_root(NODEGAUGE_TESTS "/identity/root");
}

TestSuite(identity, .init = known_root);

#define APP "e4a7d2ed1cb2e9579f6d2c464ab70ade72dc2dff263048713d0a0fceb6ba5e0c"
#define PAUSE "589d830e3f3a0dff5081586408a055a5dd8219355b6c07864135b9b4551ff9e1"
#define HTTPD "978f801a6c7fed4e1e5db1bdb3d6c2d596555de6e3b8e4d01286297e52f4d92c"

Test(identity, containerd_container)
{
	find(APP, (struct identity){ "default", "web-0", "5f0c2b5e-1d1e-4c8b-9d3f-0a1b2c3d4e5f", "app",
	    "registry.example/web:1.0", APP, "8141ed6c2490594b4867593eca33f42aa19cdf9c251b404f44b8c3bdb25c10a5" });
	find(HTTPD, (struct identity){ "shop", "web-node", "fb961a6ebbc635cba0c4b75dbf99fdb7", "httpd",
	    "localhost/busybox:1", HTTPD, "b0d966783ab2389ff5940edd53c428ca0c4301626affe288983d9b5b6f5a7a06" });
}

Test(identity, containerd_sandbox)
{
	find(PAUSE, (struct identity){ "default", "web-0", "5f0c2b5e-1d1e-4c8b-9d3f-0a1b2c3d4e5f", "",
	    "registry.example/pause:3.10", PAUSE, PAUSE, true });
}

Test(identity, k3s_short_image_and_huge_rlimit)
{
	char sandbox[65], name[65];

	find("31", (struct identity){ "shop", "web-7d4b9-x2x1q", "0d9a4c52-3f0e-4a53-9d0e-5f6a7b8c9d0e", "nginx",
	    "docker.io/library/nginx:latest", strcpy(name, id_of("31")), strcpy(sandbox, id_of("32")) });
}

Test(identity, crio)
{
	char sandbox[65];
	const char *uid = "7b1e2d3c-4f5a-4b6c-8d7e-9f0a1b2c3d4e";

	strcpy(sandbox, id_of("c0"));
	find("c1", (struct identity){ "openshift-dns", "dns-default-8kq2w", (char *)uid, "dns",
	    "quay.io/openshift/dns:4.16",
	    "k8s_dns_dns-default-8kq2w_openshift-dns_7b1e2d3c-4f5a-4b6c-8d7e-9f0a1b2c3d4e_1", sandbox });
	find("c0", (struct identity){ "openshift-dns", "dns-default-8kq2w", (char *)uid, "POD",
	    "registry.k8s.io/pause:3.9",
	    "k8s_POD_dns-default-8kq2w_openshift-dns_7b1e2d3c-4f5a-4b6c-8d7e-9f0a1b2c3d4e_0", sandbox, true });
}

Test(identity, docker)
{
	char sandbox[65];
	const char *uid = "3e2d1c0b-5a49-4837-a261-504f3e2d1c0b";

	strcpy(sandbox, id_of("d0"));
	find("d1", (struct identity){ "default", "web-0", (char *)uid, "app",
	    "sha256:efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef",
	    "k8s_app_web-0_default_3e2d1c0b-5a49-4837-a261-504f3e2d1c0b_2", sandbox });
	find("d0", (struct identity){ "default", "web-0", (char *)uid, "POD", "registry.k8s.io/pause:3.9",
	    "k8s_POD_web-0_default_3e2d1c0b-5a49-4837-a261-504f3e2d1c0b_0", sandbox, true });
	find("d2", (struct identity){ .image = "postgres:16", .name = "shop-db-1" });
}

Test(identity, podman)
{
	find("e1", (struct identity){ .image = "quay.io/backup/agent:2.1", .name = "backup" });
	find("e2", (struct identity){ .image = "docker.io/library/alpine:3.20", .name = "once" });
}

Test(identity, podman_in_a_pod_is_not_crio)
{
	find("e3", (struct identity){ .image = "docker.io/library/postgres:16", .name = "db" });
}

Test(identity, log_link)
{
	char id[65];

	find("93711e7f55ba33e9c6afb87ec639a7169b35c7078b437d9c86bb2aa82b1f059b", (struct identity){ "default",
	    "restarts-node", "09dec62777eada00437740cef1df3917", "ends",
	    .name = "93711e7f55ba33e9c6afb87ec639a7169b35c7078b437d9c86bb2aa82b1f059b" });
	find("f2", (struct identity){ "default", "web-0", .container = "side-car", .name = strcpy(id, id_of("f2")) });
}

Test(identity, log_link_that_is_cut)
{
	char pod[256] = "", id[65];

	for (int i = 0; i < 6; i++)
		strcat(pod, "a-job-with-a-very-long-name-");
	find("f1", (struct identity){ "jobs", strcat(pod, "x7k2p"), "3e2d1c0b-5a49-4837-a261-504f3e2d1c0b", "step-one",
	    .name = strcpy(id, id_of("f1")) });
}

Test(identity, unknown_or_no_id)
{
	const char *const ids[] = { "", "web", "../../../../etc/passwd", "00",
		"978F801A6C7FED4E1E5DB1BDB3D6C2D596555DE6E3B8E4D01286297E52F4D92C", (HTTPD "0") };
	struct identity who = { 0 };

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		cr_expect_not(identity_find(id_of(ids[i]), &who), "%s", ids[i]);
}

/* A disk of the test's own, removed with it. */
static char own[] = "/tmp/identity_test.XXXXXX";

static void
own_root(void)
{
	cr_assert_not_null(mkdtemp(own));
	cr_assert_eq(chmod(own, 0755), 0);
	use_root(own);
}

static void
remove_own_root(void)
{
	char command[64];

	snprintf(command, sizeof command, "rm -rf %s", own);
	cr_assert_eq(system(command), 0);
}

TestSuite(identity_own, .init = own_root, .fini = remove_own_root);

static void
make(const char *path)
{
	char command[1024];

	snprintf(command, sizeof command, "mkdir -p %s%s", own, path);
	cr_assert_eq(system(command), 0);
}

static void
make_bundle(const char *id, const char *start, const char *piece, size_t pieces, const char *end)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, BUNDLES "%s", id);
	make(path);
	snprintf(path, sizeof path, "%s" BUNDLES "%s/config.json", own, id);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	fputs(start, f);
	while (pieces-- > 0)
		fputs(piece, f);
	fputs(end, f);
	fclose(f);
}

static void
make_link(const char *target, const char *name)
{
	char path[512];

	make("/var/log/containers");
	snprintf(path, sizeof path, "%s/var/log/containers/%s-%s.log", own, name, HTTPD);
	cr_assert_eq(symlink(target, path), 0);
}

#define OPEN "{\"annotations\":{\"io.kubernetes.cri.container-name\":\"app\""
#define CONTAINER OPEN "}"

/* Nothing is known of it yet, and it is to be asked for again. */
static void
find_later(void)
{
	struct identity who = { 0 };

	cr_expect_not(identity_find(HTTPD, &who));
	cr_expect_null(who.name);
	identity_free(&who);
}

Test(identity_own, bad_bundle_is_asked_for_again)
{
	make_bundle(HTTPD, "", "", 0, "");
	find_later();
	make_bundle(HTTPD, OPEN, "", 0, "");
	find_later();
	make_bundle(HTTPD, OPEN ",\"x\":", "[", 1000000, "");
	find_later();
	make_bundle(HTTPD, "{\"x\":{\"annotations\":{\"io.kubernetes.cri.container-name\":\"app\"}}", "", 0, "}");
	find_later();
	make_bundle(HTTPD, "{\"x\":\"annotations\",\"y\":[", "", 0, "]}");
	find_later();
	make_bundle(HTTPD, CONTAINER ",\"x\":\"", "0123456789abcdef", 300000, "\"}");
	find_later();
	make_bundle(HTTPD, "{\"annotations\":[\"io.kubernetes.cri.container-name\"]", "", 0, "}");
	find_later();
	make_bundle(HTTPD, CONTAINER, "", 0, "}");
	find(HTTPD, (struct identity){ .container = "app", .name = HTTPD });
}

/* Of a bundle only the annotations are read, wherever they stand. */
Test(identity_own, annotations_alone)
{
	make_bundle(HTTPD, CONTAINER, "", 0, ",");
	find(HTTPD, (struct identity){ .container = "app", .name = HTTPD });
	make_bundle(HTTPD, " { \"x\" : [\"annotations\", {\"annotations\":{}}], \"\\\"\":\"annotations\", ", "", 0,
	    "\"annotations\" : {\"io.kubernetes.cri.container-name\":\"app\"} }");
	find(HTTPD, (struct identity){ .container = "app", .name = HTTPD });
}

Test(identity_own, what_was_found_is_replaced)
{
	struct identity who = { .pod = strdup("old"), .image = strdup("old"), .bad = true, .is_sandbox = true };

	make_bundle(HTTPD, CONTAINER, "", 0, "}");
	cr_expect(identity_find(HTTPD, &who));
	cr_expect_null(who.pod);
	cr_expect_null(who.image);
	cr_expect_not(who.is_sandbox);
	cr_expect_not(who.bad);
	identity_free(&who);
}

Test(identity_own, nul_in_a_string_costs_no_other_name)
{
	make_bundle(HTTPD, "{\"annotations\":{\"io.kubernetes.cri.container-name\":\"app\\u0000x\",",
	    "\"x\":\"\\u0000\"", 1, "}}");
	find(HTTPD, (struct identity){ .container = "app", .name = HTTPD });
}

Test(identity_own, bundle_that_is_deep)
{
	char end[256];

	memset(end, ']', 100);
	strcpy(end + 100, "}}");
	make_bundle(HTTPD, OPEN ",\"x\":", "[", 100, end);
	find_later();
	make_bundle(HTTPD, OPEN ",\"x\":", "[", 50, end + 50);
	find(HTTPD, (struct identity){ .container = "app", .name = HTTPD });
}

Test(identity_own, brackets_within_strings_are_not_depth)
{
	make_bundle(HTTPD, OPEN ",\"x\":\"\\\"", "[{\\\"", 1000, "\"}}");
	find(HTTPD, (struct identity){ .container = "app", .name = HTTPD });
}

Test(identity_own, no_id_steers_the_path)
{
	make_bundle("web", CONTAINER, "", 0, "}");
	make_bundle(HTTPD, CONTAINER, "", 0, "}");
	cr_expect_not(identity_find("web", &(struct identity){ 0 }));
	cr_expect_not(identity_find("web/../" HTTPD, &(struct identity){ 0 }));
}

Test(identity_own, bad_bundle_but_a_link)
{
	struct identity who = { 0 };

	make_bundle(HTTPD, "{", "", 0, "");
	make_link("/var/log/pods/shop_web-0_1f/httpd/0.log", "web-0_shop_httpd");
	cr_expect_not(identity_find(HTTPD, &who));
	is("namespace", who.namespace, "shop");
	is("pod", who.pod, "web-0");
	is("container", who.container, "httpd");
	is("name", who.name, HTTPD);
	identity_free(&who);
}

#define SANDBOX \
	"{\"annotations\":{\"io.kubernetes.cri.container-type\":\"sandbox\",\"io.kubernetes.cri.sandbox-name\":\"p\"}}"

static void
configure(const char *file, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%.*s", (int)(strrchr(file, '/') - file), file);
	make(path);
	snprintf(path, sizeof path, "%s%s", own, file);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	fputs(text, f);
	fclose(f);
}

Test(identity_own, image_of_a_sandbox_by_the_configuration)
{
	static const char *const files[][2] = {
		{ "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\n  sandbox_image = \"a.example/p:1\" # 2\n",
		    "a.example/p:1" },
		{ "[plugins.'io.containerd.cri.v1.images'.pinned_images]\n\tsandbox = 'a.example/p:3'\n",
		    "a.example/p:3" },
		{ "[plugins.cri]\nsandbox_image=\"pause\"\n", "docker.io/library/pause:latest" },
		{ "[plugins.x]\nsandbox = 'a.example/p:3'\n", NULL },
		{ "# sandbox_image = \"a.example/p:1\"\n", NULL },
		{ "sandbox_image = \"\" # \"x\"\n", NULL },
		{ "sandbox_image =\nsandbox_image\n=\n[", NULL },
		{ "", NULL },
	};

	make_bundle(HTTPD, SANDBOX, "", 0, "");
	find(HTTPD, (struct identity){ .pod = "p", .container = "", .name = HTTPD, .is_sandbox = true });
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		configure("/etc/containerd/config.toml", files[i][0]);
		find(HTTPD, (struct identity){ .pod = "p", .container = "", .image = (char *)files[i][1], .name = HTTPD,
		    .is_sandbox = true });
	}
}

Test(identity_own, image_of_a_sandbox_is_that_of_its_own_containerd)
{
	make("/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/" HTTPD);
	configure("/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/" HTTPD "/config.json", SANDBOX);
	configure("/etc/containerd/config.toml", "sandbox_image = \"a.example/p:1\"");
	configure("/var/lib/rancher/k3s/agent/etc/containerd/config.toml", "sandbox_image = \"a.example/k3s:1\"");
	find(HTTPD, (struct identity){ .pod = "p", .container = "", .image = "a.example/k3s:1", .name = HTTPD,
	    .is_sandbox = true });
}

Test(identity_own, bundle_that_is_a_pipe_or_leads_out)
{
	char path[512], outside[] = "/tmp/identity_outside.XXXXXX";
	int fd = mkstemp(outside);

	cr_assert_eq(write(fd, CONTAINER "}", strlen(CONTAINER "}")), (ssize_t)strlen(CONTAINER "}"));
	close(fd);
	make(BUNDLES HTTPD);
	snprintf(path, sizeof path, "%s" BUNDLES HTTPD "/config.json", own);
	cr_assert_eq(mkfifo(path, 0600), 0);
	find_later();
	cr_assert_eq(unlink(path), 0);
	cr_assert_eq(symlink(outside, path), 0);
	cr_expect_not(identity_find(HTTPD, &(struct identity){ 0 }));
	unlink(outside);
}

/* Root reads everything, so it looks as another user. */
static void
find_as_nobody(struct identity expected)
{
	cr_assert(geteuid() != 0 || seteuid(65534) == 0);
	find(HTTPD, expected);
	cr_assert(getuid() != 0 || seteuid(0) == 0);
}

Test(identity_own, bundle_that_is_not_ours_to_read)
{
	char path[512];

	make_bundle(HTTPD, CONTAINER, "", 0, "}");
	make_link("/var/log/pods/shop_web-0_1f/httpd/0.log", "web-0_shop_httpd");
	find_as_nobody((struct identity){ .container = "app", .name = HTTPD });
	snprintf(path, sizeof path, "%s" BUNDLES HTTPD, own);
	cr_assert_eq(chmod(path, 0), 0);
	find_as_nobody((struct identity){ "shop", "web-0", "1f", "httpd", .name = HTTPD });
	cr_assert_eq(chmod(path, 0700), 0);
}

Test(identity_own, link_made_right_after_the_list)
{
	char path[512];

	make("/var/log/containers");
	snprintf(path, sizeof path, "%s/var/log/containers/w_shop_httpd-%s.log", own, HTTPD);
	for (int i = 0; i < 50; i++) {
		cr_assert_not(identity_find(HTTPD, &(struct identity){ 0 }));
		cr_assert_eq(symlink("x/shop_w_1/httpd/0.log", path), 0);
		find(HTTPD, (struct identity){ "shop", "w", "1", "httpd", .name = HTTPD });
		cr_assert_eq(unlink(path), 0);
	}
}

Test(images, in_full)
{
	static const char *const images[][2] = {
		{ "nginx", "docker.io/library/nginx:latest" },
		{ "nginx:1.27", "docker.io/library/nginx:1.27" },
		{ "grafana/grafana", "docker.io/grafana/grafana:latest" },
		{ "docker.io/library/nginx:1.27", "docker.io/library/nginx:1.27" },
		{ "localhost/busybox:1", "localhost/busybox:1" },
		{ "registry:5000/app", "registry:5000/app:latest" },
		{ "quay.io/a/b@sha256:00", "quay.io/a/b@sha256:00" },
		{ "nginx@sha256:00", "docker.io/library/nginx@sha256:00" },
		{ "sha256:00", "sha256:00" },
		{ "docker.io/nginx", "docker.io/library/nginx:latest" },
		{ "index.docker.io/grafana/grafana:11", "docker.io/grafana/grafana:11" },
		{ "nginx:1.27@sha256:00", "docker.io/library/nginx@sha256:00" },
		{ "registry:5000/a/b:1@sha256:00", "registry:5000/a/b@sha256:00" },
		{ "REGISTRY/app:1", "REGISTRY/app:1" },
		{ "localhost", "docker.io/library/localhost:latest" },
		{ "localhost/a/b", "localhost/a/b:latest" },
		{ "@", "docker.io/library/@" },
		{ ":", "docker.io/library/:" },
		{ "/", "docker.io//:latest" },
	};

	for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
		char *image = containerd_image(images[i][0]);

		cr_expect_str_eq(image, images[i][1]);
		free(image);
	}
}
