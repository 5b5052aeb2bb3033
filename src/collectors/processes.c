/*
 * States of all processes and threads: /proc/PID/stat, and /proc/PID/task/TID/stat where a process has several threads.
 * proc_pid_stat(5)
 */
#include "../collector.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../file.h"
#include "../process.h"

enum { THREADS, MAX_THREADS, STATE, THREADS_STATE, PIDS, MAX_PROCESSES };

static const struct metric metrics[] = {
	[THREADS] = { NULL, GAUGE, ONE, "node_processes_threads", "Threads of all processes." },
	[MAX_THREADS] = { NULL, GAUGE, ONE, "node_processes_max_threads", "How many threads there may be." },
	[STATE] = { NULL, GAUGE, ONE, "node_processes_state", "Processes by the state of their first thread." },
	[THREADS_STATE] = { NULL, GAUGE, ONE, "node_processes_threads_state", "Threads by their state." },
	[PIDS] = { NULL, GAUGE, ONE, "node_processes_pids", "Processes." },
	[MAX_PROCESSES] = { NULL, GAUGE, ONE, "node_processes_max_processes",
	    "Numbers that there are for processes and threads." },
	{ 0 },
};

static struct {
	double pids, threads;
	unsigned states[256], thread_states[256];       /* by the letter of the state */
	bool live;
	int err;
} seen;

/* The threads of one process. */
struct tasks {
	int dir;
	const char *process;
	char state;                     /* of its first thread, which was read already */
};

/* True if the file below dir was read. One that has gone is passed over, any other failure is of the whole. */
static bool
read_stat(int dir, const char *number, struct process_stat *stat)
{
	static struct buf text;
	char path[32];
	ssize_t n;

	snprintf(path, sizeof path, "%s/stat", number);
	n = file_read_until(dir, path, END_SHORT, &text);
	if (n >= 0 && process_stat(text.data, stat))
		return true;
	if (n != -ENOENT && n != -ESRCH)
		seen.err = n < 0 ? (int)n : -EINVAL;
	return false;
}

static void
add_thread(const char *number, ino_t inode, void *to)
{
	const struct tasks *t = to;
	struct process_stat stat = { .state = t->state };

	(void)inode;
	if (strcmp(number, t->process) == 0 || read_stat(t->dir, number, &stat))
		seen.thread_states[(unsigned char)stat.state]++;
}

static void
add_threads(const char *process, char state)
{
	struct tasks t = { .process = process, .state = state };
	char path[32];
	int err;

	snprintf(path, sizeof path, "%s/task", process);
	t.dir = openat(place(PROC)->dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = t.dir < 0 ? -errno : process_list_in(t.dir, add_thread, &t);
	if (t.dir >= 0)
		close(t.dir);
	if (err != 0 && err != -ENOENT && err != -ESRCH)
		seen.err = err;
}

/* A process of one thread has its state. A copy of procfs may be without the directory that tells of threads. */
static void
add_process(const char *number, ino_t inode, void *to)
{
	struct process_stat stat;

	(void)inode, (void)to;
	if (seen.err != 0 || !read_stat(place(PROC)->dir, number, &stat))
		return;
	seen.pids++;
	seen.threads += stat.threads;
	seen.states[(unsigned char)stat.state]++;
	if (seen.live && stat.threads == 1)
		seen.thread_states[(unsigned char)stat.state]++;
	else
		add_threads(number, stat.state);
	if (seen.err != 0)
		place_note(place(PROC), number);
}

static void
add_states(struct page *p, const struct metric *m, const char *label, const unsigned *counts)
{
	for (int i = 1; i < 256; i++)
		if (counts[i] > 0)
			page_add(p, m, page_row_of(p, label, (char[]){ (char)i, '\0' }), counts[i]);
}

static int
update(const struct scope *s, struct page *p)
{
	double limit;
	int err;

	memset(&seen, 0, sizeof seen);
	seen.live = place_is_live(PROC);
	if ((err = process_list(add_process, NULL)) != 0 || (err = seen.err) != 0)
		return err;
	page_add(p, &metrics[THREADS], 0, seen.threads);
	if ((err = place_number(s, "sys/kernel/threads-max", &limit)) != 0)
		return err;
	page_add(p, &metrics[MAX_THREADS], 0, limit);
	add_states(p, &metrics[STATE], "state", seen.states);
	add_states(p, &metrics[THREADS_STATE], "thread_state", seen.thread_states);
	if ((err = place_number(s, "sys/kernel/pid_max", &limit)) != 0)
		return err;
	page_add(p, &metrics[PIDS], 0, seen.pids);
	page_add(p, &metrics[MAX_PROCESSES], 0, limit);
	return 0;
}

const struct collector processes = {
	.name = "processes",
	.help = "Numbers and states of processes and threads.",
	.off = true,
	.metrics = metrics,
	.update = update,
};
