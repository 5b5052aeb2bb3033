/* OOM kills and restarts that a pod's containers of one name had together, counted since they were first seen. */
#include "../collector.h"

#include "../cgroup.h"

enum { KILLS, RESTARTS };

static const struct metric metrics[] = {
	[KILLS] = { "", COUNTER, ONE, "container_oom_kills_total",
	    "OOM kills of the pod's containers of this name, of a whole group as one." },
	[RESTARTS] = { "", COUNTER, ONE, "container_restarts_total",
	    "Containers of this name that followed the first one seen in the pod." },
	{ 0 },
};

static int
update(const struct scope *s, struct page *p)
{
	const struct tally *t;

	(void)s;
	for (size_t i = 0; (t = cgroup_tally(i)) != NULL; i++) {
		page_scope(p, t->labels);
		page_add(p, &metrics[KILLS], 0, t->kills);
		page_add(p, &metrics[RESTARTS], 0, t->restarts);
	}
	return 0;
}

const struct collector container_oom = {
	.name = "container.oom",
	.help = "OOM kills and restarts, which outlive the containers that had them.",
	.over = PAST,
	.metrics = metrics,
	.update = update,
};
