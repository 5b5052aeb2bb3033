/* The last figures of containers that ended, for two minutes, whether or not a scrape met them alive. */
#include "../collector.h"

#include <math.h>

#include "../cgroup.h"

static const struct metric metrics[] = {
	[ENDED_TIME] = { "", GAUGE, ONE, "container_ended_time_seconds", "End in seconds since the epoch." },
	[ENDED_START] = { "", GAUGE, ONE, "container_ended_start_time_seconds",
	    "Start of what ended, in seconds since the epoch." },
	[ENDED_USAGE] = { "", GAUGE, US, "container_ended_cpu_usage_seconds", "CPU time used in all." },
	[ENDED_USER] = { "", GAUGE, US, "container_ended_cpu_user_seconds", "CPU time used in user mode in all." },
	[ENDED_SYSTEM] = { "", GAUGE, US, "container_ended_cpu_system_seconds", "CPU time used in the kernel in all." },
	[ENDED_PEAK] = { "", GAUGE, ONE, "container_ended_memory_max_usage_bytes", "The most memory that was in use." },
	[ENDED_KILLS] = { "", GAUGE, ONE, "container_ended_oom_events", "OOM kills; of a whole group as one." },
	[ENDED_READ] = { "", GAUGE, ONE, "container_ended_fs_reads_bytes", "Bytes read from all devices." },
	[ENDED_WRITTEN] = { "", GAUGE, ONE, "container_ended_fs_writes_bytes", "Bytes written to all devices." },
	[ENDED_FIGURES] = { "", COUNTER, ONE, "container_ended_dropped_total",
	    "Containers whose last figures gave way to newer ones before their time." },
	{ 0 },
};

static int
update(const struct scope *s, struct page *p)
{
	const struct ended *e;

	for (size_t i = 0; (e = cgroup_ended(i)) != NULL; i++) {
		page_scope(p, e->labels);
		for (int f = 0; f < ENDED_FIGURES; f++)
			if (!isnan(e->figures[f]))
				page_add(p, &metrics[f], 0, e->figures[f]);
	}
	if ((s = cgroup_container(0)) != NULL) {
		page_scope(p, s->labels);
		page_add(p, &metrics[ENDED_FIGURES], 0, cgroup_ended_dropped());
	}
	return 0;
}

const struct collector container_ended = {
	.name = "container.ended",
	.help = "Last figures of the containers that ended in the last two minutes.",
	.over = PAST,
	.metrics = metrics,
	.update = update,
};
