/* Tasks: pids.* count threads, cgroup.procs has a line for each process. Documentation/admin-guide/cgroup-v2.rst */
#include "../collector.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "../cgroup.h"

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

/* Where nothing counts pids, the processes right here are all that is known. A threaded cgroup has no cgroup.procs. */
static int
update(const struct scope *s, struct page *p)
{
	const struct limits *l = cgroup_limits(s);
	char *text = place_read(s, "cgroup.procs");
	double threads = text == NULL ? 0 : (double)lines(text);

	if (text != NULL)
		page_add(p, &metrics[PROCESSES], 0, threads);
	if (place_number(s, "pids.current", &threads) == -EINVAL)
		return -EINVAL;
	page_add(p, &metrics[THREADS], 0, threads);
	page_add(p, &metrics[THREADS_MAX], 0, isfinite(l->threads) ? l->threads : 0);
	return l->garbled ? -EINVAL : 0;
}

const struct collector container_process = {
	.name = "container.process",
	.help = "Processes and threads.",
	.over = CONTAINERS,
	.metrics = metrics,
	.update = update,
};
