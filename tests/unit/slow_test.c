/* Files that are slow to read are waited for once. */
#include "slow.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/nodegauge-slow-XXXXXX";
static int writer;

/* A pipe with a name: reads wait until something is written. */
static void
create(void)
{
	cr_assert_not_null(mkdtemp(path));
	cr_assert_eq(chdir(path), 0);
	cr_assert_eq(mkfifo("file", 0600), 0);
	writer = open("file", O_RDWR);
}

static void
destroy(void)
{
	unlink("file");
	rmdir(path);
}

TestSuite(slow, .init = create, .fini = destroy);

static void *
write_late(void *text)
{
	usleep(100000);
	if (write(writer, text, strlen(text)) < 0)
		abort();
	return NULL;
}

static const char *
read_file(void)
{
	static char text[SLOW_SIZE + 1];
	ssize_t n = slow_read(open("file", O_RDONLY), text, SLOW_SIZE);

	cr_assert_geq(n, 0, "%zd", n);
	text[n] = '\0';
	return text;
}

/* Until it says so; asking never waits. */
static void
expect_soon(const char *text)
{
	for (int i = 0; strcmp(read_file(), text) != 0; i++) {
		cr_assert_lt(i, 2000);
		usleep(5000);
	}
}

Test(slow, the_first_read_is_waited_for_and_no_other)
{
	pthread_t thread;

	pthread_create(&thread, NULL, write_late, "first");
	cr_expect_str_eq(read_file(), "first");
	pthread_join(thread, NULL);
	for (int i = 0; i < 100; i++)
		cr_expect_str_eq(read_file(), "first");
	pthread_create(&thread, NULL, write_late, "second");
	expect_soon("second");
	pthread_join(thread, NULL);
}
