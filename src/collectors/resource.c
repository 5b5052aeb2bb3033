/* /metrics/resource as the kubelet has it for metrics-server: containers that run, pods and the node, without ids. */
#include "../collector.h"

#include <math.h>

#include "../cgroup.h"

#define CPU(of) { "", COUNTER, US, of "_cpu_usage_seconds_total", "CPU time used." }
#define WORKING_SET(of) { "", GAUGE, ONE, of "_memory_working_set_bytes", \
	"Memory in use but for page cache not in active use." }
#define SWAP(of) { "", GAUGE, ONE, of "_swap_usage_bytes", "Swap in use." }

/* Of each: what add_use adds, in its order, and more of containers. */
enum { CONTAINER, START = CONTAINER + 3, SWAP_LIMIT, OF_POD, OF_NODE = OF_POD + 3, ERROR = OF_NODE + 3 };

static const struct metric metrics[] = {
	CPU("container"), WORKING_SET("container"), SWAP("container"),
	[START] = { "", GAUGE, ONE, "container_start_time_seconds", "Start in seconds since the epoch." },
	[SWAP_LIMIT] = { "", GAUGE, ONE, "container_swap_limit_bytes", "Swap limit." },
	[OF_POD] = CPU("pod"), WORKING_SET("pod"), SWAP("pod"),
	[OF_NODE] = CPU("node"), WORKING_SET("node"), SWAP("node"),
	[ERROR] = { "", GAUGE, ONE, "resource_scrape_error", "1 if containers could not be read." },
	{ 0 },
};

/* metrics-server drops a pod of which it lacks CPU or memory. False if nothing was added. */
static bool
add_use(const struct scope *s, struct page *p, const struct metric *first, uint32_t row)
{
	double cpu = cgroup_cpu(s), working_set = cgroup_working_set(s), swap = cgroup_swap(s);

	if (isnan(cpu) || isnan(working_set) || cgroup_vanished(s))
		return false;
	page_add(p, &first[0], row, cpu);
	page_add(p, &first[1], row, working_set);
	if (!isnan(swap))
		page_add(p, &first[2], row, swap);
	return true;
}

static void
add_container(const struct scope *s, struct page *p, const struct names *n)
{
	double limit = cgroup_limits(s)->swap;
	uint32_t row = page_row(p, LABELS(
		{ "container", n->container }, { "namespace", n->namespace }, { "pod", n->pod }
	));

	if (!add_use(s, p, &metrics[CONTAINER], row))
		return;
	if (s->container->started > 0)
		page_add(p, &metrics[START], row, s->container->started);
	if (isfinite(limit))
		page_add(p, &metrics[SWAP_LIMIT], row, limit);
}

static void
add(const struct scope *s, struct page *p)
{
	enum cgroup_kind kind = s->container->kind;
	struct names n = cgroup_names(s);

	if (s->container->root)
		add_use(s, p, &metrics[OF_NODE], 0);
	else if (kind == CGROUP_POD && *n.pod != '\0' && cgroup_pod_runs(s))
		add_use(s, p, &metrics[OF_POD], page_row(p, LABELS({ "namespace", n.namespace }, { "pod", n.pod })));
	else if (kind == CGROUP_CONTAINER && *n.pod != '\0' && *n.container != '\0' && !n.is_sandbox && !n.is_past &&
	    cgroup_runs(s))
		add_container(s, p, &n);
}

static int
update(const struct scope *s, struct page *p)
{
	size_t i = 0;

	while ((s = cgroup_container(i++)) != NULL)
		add(s, p);
	page_add(p, &metrics[ERROR], 0, i == 1);
	return 0;
}

const struct collector resource = {
	.name = "resource",
	.help = "CPU, memory and swap of containers, pods and the node, as metrics-server asks for them.",
	.over = RESOURCE,
	.metrics = metrics,
	.update = update,
};
