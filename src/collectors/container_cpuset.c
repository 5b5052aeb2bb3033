/* cpuset.cpus.effective of a cgroup: "0-3,8". Documentation/admin-guide/cgroup-v2.rst */
#include "../collector.h"

#include <errno.h>
#include <stdint.h>

#include "../text.h"

static const struct metric metrics[] = {
	{ "", GAUGE, ONE, "container_cpuset_cpus", "CPUs that it may run on." },
	{ 0 },
};

/* How many CPUs the list names, or -1 if it is none. */
static double
count(char *list)
{
	uint64_t first, last;
	double n = 0;
	int more;

	while ((more = text_range(&list, &first, &last)) > 0) {
		if (last < first)
			return -1;
		n += (double)(last - first) + 1;
	}
	return more < 0 ? -1 : n;
}

static int
update(const struct scope *s, struct page *p)
{
	char *text = place_read(s, "cpuset.cpus.effective");
	double n;

	if (text == NULL)
		return -errno;
	if ((n = count(text)) < 0)
		return -EINVAL;
	page_add(p, &metrics[0], 0, n);
	return 0;
}

const struct collector container_cpuset = {
	.name = "container.cpuset",
	.help = "CPUs that it may run on.",
	.over = CONTAINERS,
	.off = true,
	.metrics = metrics,
	.update = update,
};
