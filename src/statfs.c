/*
 * Questions to file systems, each asked by a child process over a socket. A child that gets no answer stays with its
 * question for as long as it takes, and another one takes its place.
 */
#include "statfs.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

enum {
	ASKERS = 8,             /* with all of them stuck, nothing is asked any more */
	PATIENCE = 100,         /* milliseconds without an answer until there is one more of them */
};

struct answer {
	int err;
	struct statfs fs;
};

struct asker {
	pid_t pid;              /* 0: not started */
	int fd;
	bool busy;
	char path[PATH_MAX];    /* what it asks */
	struct question *asked; /* who waits for the answer; NULL: nobody any more */
};

int (*statfs_call)(const char *path, struct statfs *fs) = statfs;

static struct asker askers[ASKERS];

/* The child: it has been forked off a process with threads, so that system calls are all it may use. */
static _Noreturn void
serve(int socket)
{
	char path[PATH_MAX];
	struct answer a;
	ssize_t n;

	dup2(socket, STDIN_FILENO);
	closefrom(STDIN_FILENO + 1);
	while ((n = recv(STDIN_FILENO, path, sizeof path - 1, 0)) > 0) {
		path[n] = '\0';
		memset(&a, 0, sizeof a);
		a.err = statfs_call(path, &a.fs) == 0 ? 0 : -errno;
		send(STDIN_FILENO, &a, sizeof a, MSG_NOSIGNAL);
	}
	_exit(0);
}

static bool
start(void)
{
	int pair[2];
	pid_t pid;

	for (struct asker *a = askers; a < askers + ASKERS; a++) {
		if (a->pid != 0)
			continue;
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
			return false;
		if ((pid = fork()) == 0)
			serve(pair[1]);
		close(pair[1]);
		if (pid < 0) {
			close(pair[0]);
			return false;
		}
		a->pid = pid;
		a->fd = pair[0];
		return true;
	}
	return false;
}

static void
finish(struct asker *a, const struct answer *answer)
{
	if (a->asked != NULL) {
		a->asked->answered = true;
		a->asked->err = answer->err;
		a->asked->fs = answer->fs;
	}
	a->busy = false;
	a->asked = NULL;
}

/* It was killed: what it asked has failed. */
static void
bury(struct asker *a)
{
	finish(a, &(struct answer){ .err = -EIO });
	close(a->fd);
	waitpid(a->pid, NULL, 0);
	a->pid = 0;
}

/* Waits for an answer. False if there was none. */
static bool
hear(long milliseconds)
{
	struct pollfd polled[ASKERS];
	struct answer answer;
	bool any = false;

	for (size_t i = 0; i < ASKERS; i++) {
		polled[i] = (struct pollfd){ .fd = askers[i].pid != 0 ? askers[i].fd : -1, .events = POLLIN };
		any = any || askers[i].pid != 0;
	}
	if (!any || poll(polled, ASKERS, (int)milliseconds) <= 0)
		return false;
	for (size_t i = 0; i < ASKERS; i++) {
		if (polled[i].revents == 0)
			continue;
		if (recv(askers[i].fd, &answer, sizeof answer, MSG_DONTWAIT) == sizeof answer)
			finish(&askers[i], &answer);
		else
			bury(&askers[i]);
	}
	return true;
}

static bool
is_asked(const char *path)
{
	for (size_t i = 0; i < ASKERS; i++)
		if (askers[i].busy && strcmp(askers[i].path, path) == 0)
			return true;
	return false;
}

static size_t
count_awaited(void)
{
	size_t n = 0;

	for (size_t i = 0; i < ASKERS; i++)
		n += askers[i].asked != NULL;
	return n;
}

static bool
give(struct question *q)
{
	for (struct asker *a = askers; a < askers + ASKERS; a++) {
		if (a->pid == 0 || a->busy)
			continue;
		if (send(a->fd, q->path, strlen(q->path), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
			bury(a);
			continue;
		}
		strcpy(a->path, q->path);
		a->busy = true;
		a->asked = q;
		return true;
	}
	return false;
}

/* Has the far ones asked until nobody is idle. */
static struct question *
give_out(struct question *q, const struct question *end)
{
	while (q < end && (!q->far || is_asked(q->path) || give(q)))
		q++;
	return q;
}

void
statfs_ask(struct question *questions, size_t n, int milliseconds)
{
	struct question *q = questions, *const end = q + n;
	double until = clock_now() + milliseconds / 1e3;
	long left;

	for (size_t i = 0; i < n; i++) {
		if (strlen(questions[i].path) >= PATH_MAX)
			questions[i].far = false;       /* refused at once */
		questions[i].answered = !questions[i].far;
		if (!questions[i].far)
			questions[i].err = statfs_call(questions[i].path, &questions[i].fs) == 0 ? 0 : -errno;
	}
	hear(0);
	while ((q = give_out(q, end)) < end || count_awaited() > 0) {
		if ((left = (long)((until - clock_now()) * 1e3)) <= 0)
			break;
		if (count_awaited() > 0 && hear(q < end && left > PATIENCE ? PATIENCE : left))
			continue;
		if (q < end && !start() && count_awaited() == 0)
			break;
	}
	for (size_t i = 0; i < ASKERS; i++)
		askers[i].asked = NULL;
}
