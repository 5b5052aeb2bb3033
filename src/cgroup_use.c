/* What a cgroup uses. The root counts neither memory nor swap of its own. */
#include "cgroup.h"

#include <math.h>
#include <string.h>

#include "text.h"

/* A node without swap, as most nodes of Kubernetes are, has none in use anywhere. The root tells, which comes first. */
static bool node_has_swap = true;

static double
node_swap(void)
{
	const char *text = place_read(place(PROC), "meminfo");
	double total = text_value(text, "SwapTotal");

	node_has_swap = total > 0 || text == NULL || strstr(text, "SwapTotal:") == NULL;
	return (total - text_value(text, "SwapFree")) * 1024;
}

double
cgroup_swap(const struct scope *s)
{
	if (s->container->root)
		return node_swap();
	if (!node_has_swap && !isnan(cgroup_limits(s)->swap))
		return 0;
	return place_value(s, "memory.swap.current");
}

double
cgroup_cpu(const struct scope *s)
{
	const char *text = place_read(s, "cpu.stat");

	return text == NULL ? NAN : text_value(text, "usage_usec");
}

double
cgroup_memory(const struct scope *s)
{
	const char *text;

	if (!s->container->root)
		return place_value(s, "memory.current");
	text = place_read(s, "memory.stat");
	return text == NULL ? NAN : text_value(text, "anon") + text_value(text, "file");
}

double
cgroup_working_set(const struct scope *s)
{
	double memory = cgroup_memory(s);
	const char *text = place_read(s, "memory.stat");

	return text == NULL || isnan(memory) ? NAN : fmax(0, memory - text_value(text, "inactive_file"));
}
