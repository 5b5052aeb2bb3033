/*
 * Tasks: pids.* count threads, cgroup.procs has a line for each process, but for those of inner cgroups: crun and
 * systemd put a container's there. Documentation/admin-guide/cgroup-v2.rst
 */
#include "../collector.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "../census.h"
#include "../cgroup.h"

enum { PROCESSES, THREADS, THREADS_MAX };

static const struct metric metrics[] = {
	[PROCESSES] = { "", GAUGE, ONE, "container_processes",
	    "Processes in this cgroup itself or inside the container." },
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

/* None where all have ended, of which the last one still waits for its parent to notice. */
static size_t
inner_processes(const struct scope *s, const struct page *p)
{
	size_t n = 0;

	if (!cgroup_runs(s))
		return 0;
	for (const struct member *m = census_first(s, page_age(p)); m != NULL; m = census_next(m))
		n++;
	return n;
}

/* Where nothing counts pids, the processes right here are all that is known. A threaded cgroup has no cgroup.procs. */
static int
update(const struct scope *s, struct page *p)
{
	const struct limits *l = cgroup_limits(s);
	char *text = place_read(s, "cgroup.procs");
	bool known = text != NULL;
	double processes = known ? (double)lines(text) : 0, threads = processes;
	int err = place_number(s, "pids.current", &threads);

	if (processes == 0 && threads > 0 && s->container->kind == CGROUP_CONTAINER)
		processes = (double)inner_processes(s, p);
	if (processes > 0 && s->container->empty)
		return -ESRCH;
	if (known)
		page_add(p, &metrics[PROCESSES], 0, processes);
	if (err == -EINVAL)
		return err;
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
