/* Questions to file systems: those that hang cost nobody else his answer, and are not asked twice. */
#include "statfs.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char release[] = "/tmp/nodegauge_test.XXXXXX";

static pid_t test;

/*
 * /hang... waits until the file is there or the test is over, /late for more than half a second, /die takes the asker
 * with it, /none is not there.
 */
static int
fake(const char *path, struct statfs *fs)
{
	while (strncmp(path, "/hang", 5) == 0 && access(release, F_OK) != 0 && getppid() == test)
		usleep(1000);
	if (strcmp(path, "/late") == 0)
		usleep(600000);
	if (strcmp(path, "/die") == 0)
		kill(getpid(), SIGKILL);
	fs->f_blocks = strlen(path);
	errno = ENOENT;
	return strcmp(path, "/none") == 0 ? -1 : 0;
}

static void
create(void)
{
	close(mkstemp(release));
	unlink(release);
	statfs_call = fake;
	test = getpid();
}

static void
let_go(void)
{
	close(open(release, O_CREAT | O_WRONLY, 0600));
}

static void
destroy(void)
{
	unlink(release);
}

TestSuite(statfs, .init = create, .fini = destroy, .timeout = 60);

static bool
answered(const char *path, int milliseconds)
{
	struct question q = { .path = path, .far = true };

	statfs_ask(&q, 1, milliseconds);
	return q.answered;
}

Test(statfs, near_and_far)
{
	struct question q[] = {
		{ .path = "/a" }, { .path = "/far/b", .far = true },
		{ .path = "/none" }, { .path = "/none", .far = true },
	};

	for (int round = 0; round < 3; round++) {
		memset(&q[1].fs, 0, sizeof q[1].fs);
		statfs_ask(q, 4, 30000);
		for (int i = 0; i < 4; i++) {
			cr_expect(q[i].answered);
			cr_expect_eq(q[i].err, i < 2 ? 0 : -ENOENT);
		}
		cr_expect_eq(q[0].fs.f_blocks, 2);
		cr_expect_eq(q[1].fs.f_blocks, 6);
	}
}

Test(statfs, one_that_hangs_costs_the_others_nothing)
{
	struct question q[] = {
		{ .path = "/hang", .far = true }, { .path = "/b", .far = true }, { .path = "/near" },
	};

	statfs_ask(q, 3, 1000);
	cr_expect_not(q[0].answered);
	cr_expect(q[1].answered);
	cr_expect(q[2].answered);
}

/* Waiting for it would take longer than this test may. */
Test(statfs, it_is_waited_for_only_once)
{
	cr_expect_not(answered("/hang", 50));
	cr_expect_not(answered("/hang", 1000000));
}

Test(statfs, it_is_asked_again_when_it_has_answered)
{
	bool again = false;

	cr_expect_not(answered("/hang", 50));
	let_go();
	for (int i = 0; i < 1000 && !again; i++) {
		usleep(10000);
		again = answered("/hang", 1000);
	}
	cr_expect(again);
}

Test(statfs, one_that_was_late_is_given_little_time)
{
	for (int i = 0; i < 3; i++) {
		cr_expect_not(answered("/late", i == 0 ? 50 : 1000000));
		usleep(800000);
	}
}

Test(statfs, those_of_one_file_system_are_asked_one_after_the_other)
{
	struct question q[] = {
		{ .path = "/hang", .fs_id = 7, .far = true }, { .path = "/again", .fs_id = 7, .far = true },
		{ .path = "/hang/below", .fs_id = 8, .far = true }, { .path = "/hanger", .fs_id = 9, .far = true },
		{ .path = "/b", .fs_id = 10, .far = true }, { .path = "/c", .fs_id = 10, .far = true },
	};

	statfs_ask(q, 3, 50);
	cr_expect_not(q[0].answered);
	statfs_ask(q + 1, 2, 1000000);
	cr_expect_not(q[1].answered);
	cr_expect_not(q[2].answered);
	statfs_ask(q + 4, 2, 30000);
	cr_expect(q[4].answered);
	cr_expect(q[5].answered);
	statfs_ask(q + 3, 1, 50);
	cr_expect(q[3].given);
}

Test(statfs, the_last_asker_is_kept_for_those_that_answered)
{
	struct question q[20];
	char paths[20][16];

	cr_expect(answered("/b", 30000));
	for (int i = 0; i < 20; i++) {
		snprintf(paths[i], sizeof paths[i], "/hang%d", i);
		q[i] = (struct question){ .path = paths[i], .far = true };
	}
	statfs_ask(q, 20, 1500);
	cr_expect(answered("/b", 30000));
	cr_expect_not(answered("/new", 1000000));
}

Test(statfs, too_many_hang)
{
	struct question q[12];
	char paths[12][16];

	for (int i = 0; i < 12; i++) {
		snprintf(paths[i], sizeof paths[i], i == 11 ? "/near" : "/hang%d", i);
		q[i] = (struct question){ .path = paths[i], .far = i != 11 };
	}
	statfs_ask(q, 12, 2000);
	for (int i = 0; i < 12; i++)
		cr_expect_eq(q[i].answered, i == 11, "%s", q[i].path);
	cr_expect_not(answered("/nobody is left to ask", 1000000));
}

Test(statfs, an_asker_that_is_killed)
{
	struct question q = { .path = "/die", .far = true };

	statfs_ask(&q, 1, 30000);
	cr_expect(q.answered);
	cr_expect_eq(q.err, -EIO);
	cr_expect(answered("/b", 30000));
}
