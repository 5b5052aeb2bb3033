/* What was the most in the last two minutes, where --sampler.interval asks for looks between scrapes. */
#include "../collector.h"

#include <math.h>

#include "../sampler.h"

enum { MEMORY, CPU };

static const struct metric metrics[] = {
	[MEMORY] = { "", GAUGE, ONE, "container_sampler_memory_usage_max_bytes",
	    "The most memory in use at any look of the last two minutes." },
	[CPU] = { "", GAUGE, ONE, "container_sampler_cpu_usage_max_cores",
	    "The most CPUs in use between any two looks of the last two minutes." },
	{ 0 },
};

static int
update(const struct scope *s, struct page *p)
{
	struct peak peak;

	if (!sampler_peak(s, &peak))
		return 0;
	if (!isnan(peak.memory))
		page_add(p, &metrics[MEMORY], 0, peak.memory);
	if (!isnan(peak.cpu))
		page_add(p, &metrics[CPU], 0, peak.cpu);
	return 0;
}

const struct collector container_sampler = {
	.name = "container.sampler",
	.help = "Peaks of memory and CPU between scrapes, if --sampler.interval is set.",
	.over = CONTAINERS,
	.metrics = metrics,
	.update = update,
};
