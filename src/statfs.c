/*
 * Questions to file systems, each asked by a child process over a socket. A child that gets no answer stays with its
 * question for as long as it takes, and another one takes its place. Not even SIGKILL ends one whose question a FUSE
 * server has read, until that answers or dies; a thread of our own would keep us from ending in the same way.
 */
#include "statfs.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "text.h"

enum {
	ASKERS = 8,             /* with all of them stuck, nothing is asked any more */
	PATIENCE = 100,         /* milliseconds without an answer until there is one more of them */
	KNOWN = 1024,
};

struct answer {
	int err;
	bool soon;              /* it took less than half a second */
	struct statfs fs;
};

struct asker {
	pid_t pid;              /* 0: not started */
	int fd;
	bool busy;
	char path[PATH_MAX];    /* what it asks */
	uint64_t fs_id;
	struct question *asked; /* who waits for the answer; NULL: nobody any more */
};

int (*statfs_call)(const char *path, struct statfs *fs) = statfs;

static struct asker askers[ASKERS];

/* What is known of a path, unless another one of the same place is: NEW is nothing. */
static struct {
	uint32_t hash;
	enum health { NEW, WELL, ILL } health;
} known[KNOWN];

static char *heap;

__attribute__((constructor)) static void
note_heap(void)
{
	heap = sbrk(0);
	heap += -(uintptr_t)heap % (uintptr_t)getpagesize();
}

/* The child: it has been forked off a process with threads, so that system calls are all it may use. */
static _Noreturn void
serve(int socket)
{
	char path[PATH_MAX];
	struct answer a;
	double begun;
	ssize_t n;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(socket, STDIN_FILENO);
	closefrom(STDIN_FILENO + 1);
	madvise(heap, (size_t)((char *)sbrk(0) - heap), MADV_DONTNEED);         /* else it keeps what we write to later */
	while ((n = recv(STDIN_FILENO, path, sizeof path - 1, 0)) > 0) {
		path[n] = '\0';
		memset(&a, 0, sizeof a);
		begun = clock_now();
		a.err = statfs_call(path, &a.fs) == 0 ? 0 : -errno;
		a.soon = clock_now() - begun < 0.5;
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

static enum health
health_of(const char *path)
{
	uint32_t hash = text_hash(path);

	return known[hash % KNOWN].hash == hash ? known[hash % KNOWN].health : NEW;
}

static void
know(const char *path, enum health health)
{
	uint32_t hash = text_hash(path);

	known[hash % KNOWN].hash = hash;
	known[hash % KNOWN].health = health;
}

static void
finish(struct asker *a, const struct answer *answer)
{
	if (a->asked != NULL || answer->soon)
		know(a->path, WELL);
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

/* True if the one path is the other or lies below it. */
static bool
is_below(const char *path, const char *top)
{
	size_t n = strlen(top);

	return strncmp(path, top, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

/* Somebody is about to find out. */
static bool
is_asked(const struct question *q)
{
	for (const struct asker *a = askers; a < askers + ASKERS; a++)
		if (a->busy && ((q->fs_id != 0 && q->fs_id == a->fs_id) || is_below(q->path, a->path)))
			return true;
	return false;
}

/* The last one is kept for those that answered before, so that they are still asked when many others hang. */
static bool
is_asker_for(const struct question *q)
{
	size_t n = 0;

	for (size_t i = 0; i < ASKERS; i++)
		n += !askers[i].busy;
	return n > 1 || (n == 1 && health_of(q->path) == WELL);
}

enum { NOBODY, ILL_ONES, SOMEBODY };

/* For whose answers we wait. */
static int
awaited(void)
{
	int who = NOBODY;

	for (const struct asker *a = askers; a < askers + ASKERS; a++)
		if (a->asked != NULL && who != SOMEBODY)
			who = health_of(a->path) == ILL ? ILL_ONES : SOMEBODY;
	return who;
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
		a->fs_id = q->fs_id;
		a->busy = true;
		a->asked = q;
		q->given = true;
		return true;
	}
	return false;
}

/* The first question that can be asked now, if there is somebody idle; NULL: none. */
static struct question *
next(struct question *q, const struct question *end)
{
	while (q < end && (!q->far || q->given || is_asked(q) || !is_asker_for(q)))
		q++;
	return q < end ? q : NULL;
}

static void
ask_near(struct question *q)
{
	if (strlen(q->path) >= PATH_MAX)
		q->far = false;         /* refused at once */
	q->given = false;
	q->answered = !q->far;
	if (!q->far)
		q->err = statfs_call(q->path, &q->fs) == 0 ? 0 : -errno;
}

/* Who is still asking does so for nobody, and what he asks is ill. Of those that are idle one stays. */
static void
leave(void)
{
	bool one = false;

	for (struct asker *a = askers; a < askers + ASKERS; a++) {
		if (a->asked != NULL)
			know(a->path, ILL);
		a->asked = NULL;
		if (a->pid == 0 || a->busy)
			continue;
		if (one)
			bury(a);
		one = true;
	}
}

/* What did not answer in time when it was asked last gets little more time than an answer takes. */
void
statfs_ask(struct question *questions, size_t n, int milliseconds)
{
	struct question *q, *first = questions, *const end = questions + n;
	double begun = clock_now();
	long left;
	int who;

	for (q = questions; q < end; q++)
		ask_near(q);
	hear(0);
	for (;;) {
		while (first < end && (!first->far || first->given))
			first++;
		while ((q = next(first, end)) != NULL && give(q))
			;
		who = q != NULL && health_of(q->path) != ILL ? SOMEBODY : awaited();
		left = (who == SOMEBODY ? milliseconds : PATIENCE) - (long)((clock_now() - begun) * 1e3);
		if ((q == NULL && who == NOBODY) || left <= 0)
			break;
		if (awaited() != NOBODY && hear(q != NULL && left > PATIENCE ? PATIENCE : left))
			continue;
		if (q != NULL && !start() && awaited() == NOBODY)
			break;
	}
	leave();
}
