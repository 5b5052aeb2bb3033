/* Tasks of a cgroup: pids.* count threads, cgroup.procs has a line for each process. Documentation/admin-guide/cgroup-v2.rst */
#include "../collector.h"

#include <errno.h>
#include <string.h>

#include "../text.h"

enum { PROCESSES, THREADS, THREADS_MAX };

static const struct metric metrics[] = {
	[PROCESSES] = { "", GAUGE, ONE, "container_processes", "Processes in this cgroup itself." },
	[THREADS] = { "", GAUGE, ONE, "container_threads", "Threads in this cgroup and beneath it." },
	[THREADS_MAX] = { "", GAUGE, ONE, "container_threads_max", "Threads that there may be; 0 is no limit." },
	{ 0 },
};

static size_t
lines(const char *text)
{
	size_t n = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++)
		n++;
	return n;
}

/* The number in a file; without one v stays. "max" is no limit, and as cAdvisor has it 0. 0 or -EINVAL. */
static int
number(const struct scope *s, const char *path, double *v)
{
	char *text = place_read(s, path);

	if (text == NULL || strcmp(text_trim(text), "max") == 0)
		return 0;
	return text_number(text, v) ? 0 : -EINVAL;
}

/* Where nothing counts pids, the processes right here are all that is known. A threaded cgroup has no cgroup.procs. */
static int
update(const struct scope *s, struct page *p)
{
	char *text = place_read(s, "cgroup.procs");
	double processes = text == NULL ? 0 : (double)lines(text), threads = processes, max = 0;

	if (text != NULL)
		page_add(p, &metrics[PROCESSES], 0, processes);
	if (number(s, "pids.current", &threads) != 0 || number(s, "pids.max", &max) != 0)
		return -EINVAL;
	page_add(p, &metrics[THREADS], 0, threads);
	page_add(p, &metrics[THREADS_MAX], 0, max);
	return 0;
}

const struct collector container_process = {
	.name = "container.process",
	.help = "Processes and threads.",
	.over = CONTAINERS,
	.metrics = metrics,
	.update = update,
};
