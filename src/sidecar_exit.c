/* Waiting for the end of the main process: by pidfd_open(2), or by a look each second where there is no such call. */
#include "sidecar_exit.h"

#include <dirent.h>
#include <fcntl.h>
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

static bool
look_at(const char *number)
{
	int dir = file_directory(place(PROC)->dir, number);
	bool is = dir >= 0 && atoi(number) != getpid() && is_main(dir);

	if (dir >= 0)
		close(dir);
	return is;
}

/* The main processes, at most MAINS_MAX of them. Returns their number. */
static nfds_t
find_mains(struct pollfd *mains)
{
	int fd = openat(place(PROC)->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	nfds_t n = 0;

	while (d != NULL && n < MAINS_MAX && (entry = readdir(d)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && look_at(entry->d_name))
			mains[n++] = (struct pollfd){ pidfd(atoi(entry->d_name)), POLLIN, 0 };
	if (d != NULL)
		closedir(d);
	return n;
}

/* Until the first of them ends, or for one look where that cannot be told. */
static void
wait_for_end(struct pollfd *mains, nfds_t n)
{
	bool can_tell = true;

	for (nfds_t i = 0; i < n; i++)
		can_tell = can_tell && mains[i].fd >= 0;
	poll(mains, n, can_tell ? -1 : LOOK_MS);
	for (nfds_t i = 0; i < n; i++)
		if (mains[i].fd >= 0)
			close(mains[i].fd);
}

static void
wait_for_mains(void)
{
	struct pollfd mains[MAINS_MAX];
	nfds_t n;

	while ((n = find_mains(mains)) == 0)
		poll(NULL, 0, LOOK_MS);
	log_line(LOG_INFO, "found the process to end with", "name", sidecar_exit_with, NULL);
	do
		wait_for_end(mains, n);
	while ((n = find_mains(mains)) > 0);
}

/* False if the main process is back, as after a restart of its container. */
static bool
wait_for_scrape(double ended)
{
	struct pollfd mains[MAINS_MAX];
	nfds_t n;

	while (!scraped_since(ended) && clock_now() < ended + sidecar_exit_grace) {
		poll(NULL, 0, LOOK_MS / 10);
		if ((n = find_mains(mains)) > 0) {
			for (nfds_t i = 0; i < n; i++)
				if (mains[i].fd >= 0)
					close(mains[i].fd);
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
