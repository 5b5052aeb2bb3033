/* Waiting for the end of the main process: by pidfd_open(2), or by a look each second where there is no such call. */
#include "sidecar_exit.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "log.h"
#include "place.h"
#include "process.h"
#include "sidecar_flags.h"
#include "sidecar_process.h"
#include "thread.h"

enum { LOOK_MS = 1000, MAINS_MAX = 32 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static double last_scrape;

void
sidecar_exit_scraped(double begun)
{
	pthread_mutex_lock(&lock);
	if (begun > last_scrape)
		last_scrape = begun;
	pthread_mutex_unlock(&lock);
}

static bool
scraped_since(double moment)
{
	bool was;

	pthread_mutex_lock(&lock);
	was = last_scrape >= moment;
	pthread_mutex_unlock(&lock);
	return was;
}

static bool
is_name(const char *name)
{
	return name != NULL && strcmp(name, sidecar_exit_with) == 0;
}

/* The kernel cuts a command's name to 15 bytes. */
static bool
is_command(const char *command)
{
	enum { CUT = 15 };

	return is_name(command) || (strlen(command) == CUT && strncmp(command, sidecar_exit_with, CUT) == 0);
}

static bool
is_main(int dir)
{
	static struct buf text;
	struct process_stat s;
	struct sidecar_cgroup c = { 0 };
	char name[SIDECAR_NAME + 1];

	if (file_read(dir, "stat", &text) <= 0 || !process_stat(text.data, &s) || s.state == 'Z' || s.state == 'X')
		return false;
	if (is_command(s.command))
		return true;
	if (file_read(dir, "cgroup", &text) > 0)
		sidecar_cgroup(text.data, &c);
	if (is_name(sidecar_given_name(s.command, c.id)))
		return true;
	return file_read(dir, "mountinfo", &text) > 0 && sidecar_name(text.data, name) && is_name(name);
}

/* A descriptor of the main process; -1 where the kernel or a seccomp filter has none to give. */
static int
pidfd(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* At most MAINS_MAX of them. */
struct mains {
	struct pollfd list[MAINS_MAX];
	nfds_t n;
};

static void
look_at(const char *number, ino_t inode, void *to)
{
	struct mains *mains = to;
	pid_t pid = atoi(number);
	int dir = mains->n == MAINS_MAX || pid == getpid() ? -1 : file_directory(place(PROC)->dir, number);

	(void)inode;
	if (dir < 0)
		return;
	if (is_main(dir))
		mains->list[mains->n++] = (struct pollfd){ pidfd(pid), POLLIN, 0 };
	close(dir);
}

/* True if there are any. */
static bool
find_mains(struct mains *mains)
{
	mains->n = 0;
	process_list(look_at, mains);
	return mains->n > 0;
}

static void
let_go(const struct mains *mains)
{
	for (nfds_t i = 0; i < mains->n; i++)
		if (mains->list[i].fd >= 0)
			close(mains->list[i].fd);
}

/* Until the first of them ends, or for one look where that cannot be told. */
static void
wait_for_end(struct mains *mains)
{
	bool can_tell = true;

	for (nfds_t i = 0; i < mains->n; i++)
		can_tell = can_tell && mains->list[i].fd >= 0;
	poll(mains->list, mains->n, can_tell ? -1 : LOOK_MS);
	let_go(mains);
}

static void
wait_for_mains(void)
{
	struct mains mains;

	while (!find_mains(&mains))
		poll(NULL, 0, LOOK_MS);
	log_line(LOG_INFO, "found the process to end with", "name", sidecar_exit_with, NULL);
	do
		wait_for_end(&mains);
	while (find_mains(&mains));
}

/* False if the main process is back, as after a restart of its container. */
static bool
wait_for_scrape(double ended)
{
	struct mains mains;

	while (!scraped_since(ended) && clock_now() < ended + sidecar_exit_grace) {
		poll(NULL, 0, LOOK_MS / 10);
		if (find_mains(&mains)) {
			let_go(&mains);
			return false;
		}
	}
	return true;
}

static void *
follow(void *unused)
{
	double ended;

	do {
		wait_for_mains();
		ended = clock_now();
		log_line(LOG_INFO, "the process to end with has ended: waiting for a last scrape",
		    "name", sidecar_exit_with, NULL);
	} while (!wait_for_scrape(ended));
	kill(getpid(), SIGTERM);
	return unused;
}

void
sidecar_exit_start(void)
{
	if (*sidecar_exit_with != '\0')
		thread_start(follow);
}
