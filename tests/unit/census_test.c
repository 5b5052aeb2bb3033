/* Processes of containers: those that come, go, move, and get the number of another. */
#include "census.h"

#include "cgroup.h"
#include "node.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "f123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD "/kubepods/pod01234567-89ab-cdef-0123-456789abcdef/"

static uint32_t collection;

static void
create(void)
{
	node_create();
	cr_assert(place_open());
}

TestSuite(census, .init = create, .fini = node_clean);

/* The numbers of those in a container. */
static const char *
members_in(struct container *c)
{
	static char list[128];
	size_t n = 0;

	c->scope.container = c;
	list[0] = '\0';
	for (struct member *m = census_first(&c->scope, collection); m != NULL; m = census_next(m))
		n += (size_t)snprintf(list + n, sizeof list - n, "%s%d", n > 0 ? " " : "", m->pid);
	return list;
}

static const char *
members_of(const char *path)
{
	struct container c = { .path = path, .scope = { .dir = -1 } };

	return members_in(&c);
}

static void
put(int pid, const char *cgroup)
{
	char path[64], line[512];

	snprintf(path, sizeof path, "proc/%d/cgroup", pid);
	snprintf(line, sizeof line, "0::%s\n", cgroup);
	node_put(path, line);
}

Test(census, in_the_order_of_their_numbers)
{
	put(30, POD ID "/container");
	put(4, POD ID);
	put(7, POD OTHER);
	put(200, "/../../../" POD ID "/init.scope/deeper/" OTHER);
	put(300, "/system.slice/sshd.service");
	collection++;
	cr_expect_str_eq(members_of(POD ID), "4 30 200");
	cr_expect_str_eq(members_of(POD OTHER), "7");
	cr_expect_str_empty(members_of("/system.slice"));
}

/* Only a container that is in no pod may hold others. */
Test(census, container_in_container)
{
	put(4, "/docker-" ID ".scope/kubelet/docker-" OTHER ".scope");
	put(5, "/libpod-conmon-" ID ".scope");
	collection++;
	cr_expect_str_empty(members_of("/docker-" ID ".scope"));
	cr_expect_str_eq(members_of("/docker-" ID ".scope/kubelet/docker-" OTHER ".scope"), "4");
}

Test(census, comes_moves_goes)
{
	put(4, "/system.slice/containerd.service");
	collection++;
	cr_expect_str_empty(members_of(POD ID));
	put(4, POD ID);
	cr_expect_str_empty(members_of(POD ID), "a second look at the same collection");
	collection++;
	cr_expect_str_eq(members_of(POD ID), "4");
	unlink(node_path("proc/4/cgroup"));
	rmdir(node_path("proc/4"));
	collection++;
	cr_expect_str_empty(members_of(POD ID));
}

/* Many may ask while a runtime starts a container. */
Test(census, moves_after_some_looks)
{
	put(4, "/system.slice/containerd.service");
	for (int i = 0; i < 3; i++) {
		collection++;
		cr_assert_str_empty(members_of(POD ID));
	}
	put(4, POD ID);
	collection++;
	cr_expect_str_eq(members_of(POD ID), "4");
}

/* What was moved later is found within 64 collections. */
Test(census, now_and_then)
{
	put(4, POD OTHER);
	for (int i = 0; i < 2; i++) {
		collection++;
		cr_assert_str_empty(members_of(POD ID));
		sleep(1);
	}
	put(4, POD ID);
	collection++;
	cr_expect_str_empty(members_of(POD ID), "it is looked at each time");
	for (int i = 0; i < 64; i++) {
		collection++;
		members_of(POD ID);
	}
	cr_expect_str_eq(members_of(POD ID), "4");
}

/* The kernel gives a number again, and its directory is another one then. */
Test(census, same_number)
{
	put(4, POD OTHER);
	for (int i = 0; i < 3; i++) {
		collection++;
		cr_expect_str_eq(members_of(POD OTHER), "4");
	}
	cr_assert_eq(rename(node_path("proc/4"), node_path("proc/old")), 0);
	put(4, POD ID);
	collection++;
	cr_expect_str_eq(members_of(POD ID), "4");
	cr_expect_str_empty(members_of(POD OTHER));
}

/* From the root's namespace its path is "/", from another one it is some way up; ours is "/" then. */
Test(census, root)
{
	struct container root = { .path = "/", .root = true, .scope = { .dir = -1 } };

	node_put("proc/self/cgroup", "0::/system.slice/nodegauge.service\n");
	put(1, "/");
	put(2, "/../..");
	collection++;
	cr_expect_str_eq(members_in(&root), "2");
	put(2, "/nowhere");
	collection++;
	cr_expect_str_eq(members_in(&root), "1");
	node_put("proc/self/cgroup", "0::/\n");
	collection++;
	cr_expect_str_empty(members_in(&root));
}
