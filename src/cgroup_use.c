/* What a cgroup uses, for those who want but that. The root counts neither memory nor swap of its own. */
#include "cgroup.h"

#include <math.h>
#include <string.h>

#include "text.h"

static double
number(const struct scope *s, const char *file)
{
	double v;

	return place_number(s, file, &v) == 0 ? v : NAN;
}

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
	return number(s, "memory.swap.current");
}

struct use
cgroup_use(const struct scope *s)
{
	bool root = s->container->root;
	struct use u = { NAN, NAN, NAN, NAN };
	const char *text = place_read(s, "cpu.stat");
	double inactive;

	if (text != NULL)
		u.cpu = text_value(text, "usage_usec");
	u.swap = cgroup_swap(s);
	if (!root)
		u.memory = number(s, "memory.current");
	if ((text = place_read(s, "memory.stat")) == NULL)
		return u;
	if (root)
		u.memory = text_value(text, "anon") + text_value(text, "file");
	inactive = text_value(text, "inactive_file");
	u.working_set = u.memory > inactive ? u.memory - inactive : isnan(u.memory) ? NAN : 0;
	return u;
}
