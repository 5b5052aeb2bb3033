/* Containers of a sidecar's pod whose cgroup is out of reach: the sums over their processes. proc_pid_stat(5) */
#include "../collector.h"

#include <time.h>
#include <unistd.h>

#include "../sidecar.h"

enum { PROCESSES, THREADS, STARTED, SEEN, CPU, RESIDENT };

static const struct metric metrics[] = {
	[PROCESSES] = { "", GAUGE, ONE, "container_processes",
	    "Processes in this cgroup itself or inside the container." },
	[THREADS] = { "", GAUGE, ONE, "container_threads", "Threads in this cgroup and beneath it." },
	[STARTED] = { "", GAUGE, ONE, "container_start_time_seconds", "Start in seconds since the epoch." },
	[SEEN] = { "", GAUGE, ONE, "container_last_seen", "Time of this look in seconds since the epoch." },
	[CPU] = { "", COUNTER, TICKS, "container_processes_cpu_seconds_total",
	    "CPU time of processes while they were seen; those that came and went between two looks are missing." },
	[RESIDENT] = { "", GAUGE, PAGES, "container_processes_resident_memory_bytes",
	    "Resident memory of all processes; what they share is counted for each." },
	{ 0 },
};

static int
update(const struct scope *s, struct page *p)
{
	struct sidecar_figures f;

	(void)s;
	for (size_t i = 0; sidecar_out_of_reach(i, &f); i++) {
		page_scope(p, f.labels);
		page_add(p, &metrics[PROCESSES], 0, f.processes);
		page_add(p, &metrics[THREADS], 0, f.threads);
		if (f.started > 0)
			page_add(p, &metrics[STARTED], 0, f.started);
		page_add(p, &metrics[SEEN], 0, (double)time(NULL));
		page_add(p, &metrics[CPU], 0, f.cpu);
		page_add(p, &metrics[RESIDENT], 0, f.resident);
	}
	return 0;
}

const struct collector container_unreached = {
	.name = "container.unreached",
	.help = "Containers whose cgroup a sidecar cannot read, as the sums over their processes.",
	.over = PROCESSES_OF_POD,
	.metrics = metrics,
	.update = update,
};
