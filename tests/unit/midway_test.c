/* Containers that come or go while they are read: two pipes hold the collection between two of their files. */
#include "scrape.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "node.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SCOPE "/system.slice/docker-" ID ".scope"

static struct selection some;
static struct body *body;

static void
select_one(const char *name)
{
	int i = selection_find(CONTAINERS_PAGE, name);

	cr_assert_geq(i, 0);
	some.on[i] = true;
}

static void
create(void)
{
	node_create();
	node_put("cgroup/cgroup.controllers", "cpu io memory\n");
	node_put("cgroup/cgroup.procs", "");
	node_put("cgroup" SCOPE "/cgroup.procs", "");
	node_put("cgroup" SCOPE "/cgroup.events", "populated 0\n");
	cr_assert_eq(mkfifo(node_path("cgroup" SCOPE "/memory.high"), 0644), 0);
	cr_assert_eq(mkfifo(node_path("cgroup" SCOPE "/memory.low"), 0644), 0);
	node_put("proc/stat", "btime 1700000000\n");
	node_flag("path.cgroupfs", node_path("cgroup"));
	cr_assert(place_open());
	cgroup_open();
	scrape_prepare();
	select_one("container.cpu");
	select_one("container.files");
	select_one("container.process");
	select_one("container.network");
}

TestSuite(midway, .init = create, .fini = node_clean, .timeout = 30);

static void
start(void)
{
	node_put("proc/100/cgroup", "0::" SCOPE "\n");
	node_put("proc/100/limits", "Max open files            1024                 524288               files     \n");
	node_put("proc/100/net/dev", "eth0: 1 0 0 0 0 0 0 0 2 0 0 0 0 0 0 0\n");
	node_put("cgroup" SCOPE "/cgroup.procs", "100\n");
	node_put("cgroup" SCOPE "/cgroup.events", "populated 1\n");
}

static void *
ask(void *unused)
{
	if (body != NULL)
		scrape_release(body);
	body = scrape(CONTAINERS_PAGE, &some, false, 1e6);
	return unused;
}

static void
let_go(const char *pipe)
{
	int fd = open(node_path(pipe), O_WRONLY);

	cr_assert_geq(fd, 0);
	close(fd);
}

/* The first page, which alone has limits to read, in the midst of which something happens. */
static void
read_while(void (*happens)(void))
{
	pthread_t thread;

	cr_assert_eq(pthread_create(&thread, NULL, ask, NULL), 0);
	let_go("cgroup" SCOPE "/memory.high");
	happens();
	let_go("cgroup" SCOPE "/memory.low");
	pthread_join(thread, NULL);
	cr_assert_not_null(body);
}

/* Is there a sample of the container, with these last labels and the value? */
static void
expect_sample(const char *family, const char *rest, bool there)
{
	char text[512];
	const char *page;
	size_t size;

	snprintf(text, sizeof text, "\n%s{container=\"\",id=\"" SCOPE "\",image=\"\"%s", family, rest);
	page = scrape_body(body, &size);
	cr_expect_eq(memmem(page, size, text, strlen(text)) != NULL, there, "%s: %.*s", family, (int)size, page);
}

static void
expect(const char *family, bool there)
{
	expect_sample(family, "", there);
}

static void
expect_all(bool there)
{
	expect("container_processes", there);
	expect("container_threads", there);
	expect("container_ulimits_soft", there);
	expect("container_network_receive_bytes_total", there);
}

static void
nothing(void)
{
}

Test(midway, stays)
{
	start();
	read_while(nothing);
	expect_all(true);
}

/* It is on the next page. */
Test(midway, comes)
{
	read_while(start);
	expect_all(false);
	ask(NULL);
	expect_all(true);
}

static void
end(void)
{
	node_remove("proc/100");
	node_put("cgroup" SCOPE "/cgroup.procs", "");
	node_put("cgroup" SCOPE "/cgroup.events", "populated 0\n");
}

Test(midway, ends)
{
	start();
	read_while(end);
	expect_all(false);
	ask(NULL);
	expect("container_processes", true);
	expect("container_ulimits_soft", false);
	expect("container_network_receive_bytes_total", false);
}

static void
lose_network(void)
{
	node_remove("proc/100/net");
}

/* A process that ends has none before it leaves its cgroup. */
Test(midway, is_about_to_end)
{
	start();
	read_while(lose_network);
	expect_all(false);
}

/* The process has gone before it is asked for its limit, and is not counted any more behind that. */
Test(midway, ends_before_its_limit_is_read)
{
	pthread_t thread;

	start();
	node_remove("proc/100/limits");
	cr_assert_eq(mkfifo(node_path("proc/100/limits"), 0644), 0);
	cr_assert_eq(pthread_create(&thread, NULL, ask, NULL), 0);
	let_go("cgroup" SCOPE "/memory.high");
	let_go("cgroup" SCOPE "/memory.low");
	usleep(20000);          /* who counts processes before has counted it */
	node_put("cgroup" SCOPE "/cgroup.procs", "");
	let_go("proc/100/limits");
	pthread_join(thread, NULL);
	expect("container_ulimits_soft", false);
	expect_sample("container_processes", ",name=\"" ID "\",namespace=\"\",pod=\"\"} 0\n", true);
}
