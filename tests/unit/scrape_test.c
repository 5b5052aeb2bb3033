/*
 * Pages that are shared. What a collection reads is a pipe without a writer, so that it goes on until the test lets it
 * end.
 */
#include "scrape.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collector.h"
#include "node.h"

enum { ASKERS = 16 };

static struct selection only_loadavg, only_vmstat;

static void
create(void)
{
	node_create();
	cr_assert_eq(mkfifo(node_path("proc/loadavg"), 0644), 0);
	node_put("proc/vmstat", "oom_kill 3\n");
	cr_assert(place_open());
	scrape_prepare();
	cr_assert_geq(selection_find(NODE_PAGE, "loadavg"), 0);
	only_loadavg.on[selection_find(NODE_PAGE, "loadavg")] = true;
	only_vmstat.on[selection_find(NODE_PAGE, "vmstat")] = true;
}

TestSuite(scrape, .init = create, .fini = node_clean, .timeout = 30);

struct asker {
	pthread_t thread;
	pid_t id;
	bool gzip;
	struct body *body;
};

static void *
ask(void *of)
{
	struct asker *a = of;

	__atomic_store_n(&a->id, (pid_t)syscall(SYS_gettid), __ATOMIC_RELEASE);
	a->body = scrape(NODE_PAGE, &only_loadavg, a->gzip, 1e6);
	return NULL;
}

/* True for a thread that waits for something. */
static bool
sleeps(const struct asker *a)
{
	pid_t id = __atomic_load_n(&a->id, __ATOMIC_ACQUIRE);
	char path[64], text[256] = "";
	FILE *f;

	if (id == 0)
		return false;
	snprintf(path, sizeof path, "/proc/self/task/%d/stat", id);
	f = fopen(path, "r");
	cr_assert_not_null(f);
	cr_assert_not_null(fgets(text, sizeof text, f));
	fclose(f);
	return strncmp(strrchr(text, ')'), ") S", 3) == 0;
}

/* Two looks, as a lock that was held at the first is no more at the second. */
static void
wait_until_all_sleep(const struct asker *askers, int n)
{
	for (int looks = 0; looks < 2;) {
		usleep(1000);
		looks++;
		for (int i = 0; i < n; i++)
			if (!sleeps(&askers[i]))
				looks = 0;
	}
}

static void
start(struct asker *a)
{
	cr_assert_eq(pthread_create(&a->thread, NULL, ask, a), 0);
}

static bool
has(const struct body *b, const char *text)
{
	size_t size;
	const char *page = scrape_body(b, &size);

	return memmem(page, size, text, strlen(text)) != NULL;
}

/* Lets the collection end that reads the pipe. */
static void
let_go(void)
{
	int fd = open(node_path("proc/loadavg"), O_WRONLY);

	cr_assert_geq(fd, 0);
	close(fd);
}

Test(scrape, shared_by_all_who_ask_meanwhile)
{
	struct asker askers[ASKERS] = { 0 };
	const char *text;
	size_t size;

	for (int i = 0; i < ASKERS; i++) {
		askers[i].gzip = i % 2 == 1;
		start(&askers[i]);
	}
	wait_until_all_sleep(askers, ASKERS);
	let_go();
	for (int i = 0; i < ASKERS; i++)
		pthread_join(askers[i].thread, NULL);
	for (int i = 0; i < ASKERS; i++)
		cr_expect_eq(askers[i].body, askers[i % 2].body);
	cr_expect(has(askers[0].body, "\nnode_scrape_collector_success{collector=\"loadavg\"} 0\n"));
	text = scrape_body(askers[1].body, &size);
	cr_expect(size > 2 && memcmp(text, "\x1f\x8b", 2) == 0);
	for (int i = 0; i < ASKERS; i++)
		scrape_release(askers[i].body);
}

Test(scrape, who_will_not_wait_has_nothing)
{
	struct asker a = { 0 };
	struct body *b;

	start(&a);
	wait_until_all_sleep(&a, 1);
	cr_expect_null(scrape(NODE_PAGE, &only_loadavg, false, 0), "joined the collection");
	cr_expect_null(scrape(NODE_PAGE, &only_vmstat, false, 0.01), "waits for its turn");
	let_go();
	pthread_join(a.thread, NULL);
	cr_assert_not_null(a.body);
	scrape_release(a.body);
	b = scrape(NODE_PAGE, &only_vmstat, false, 1e6);
	cr_assert_not_null(b);
	scrape_release(b);
}

/* A page is not older than the request. */
Test(scrape, collections_follow_each_other)
{
	struct body *first = scrape(NODE_PAGE, &only_vmstat, false, 1e6), *second;

	node_put("proc/vmstat", "oom_kill 4\n");
	second = scrape(NODE_PAGE, &only_vmstat, false, 1e6);
	cr_assert(first != NULL && second != NULL);
	cr_expect(has(first, "\nnode_vmstat_oom_kill 3\n"));
	cr_expect(has(second, "\nnode_vmstat_oom_kill 4\n"));
	scrape_release(first);
	scrape_release(second);
}

/* Each selection has a page of its own. */
Test(scrape, selections)
{
	struct selection none = { 0 };
	struct body *b = scrape(NODE_PAGE, &none, false, 1e6);

	cr_assert_not_null(b);
	cr_expect_not(has(b, "collector="));
	cr_expect(has(b, "\nnode_exporter_build_info{"));
	scrape_release(b);
}
