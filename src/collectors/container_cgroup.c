/* cgroup.stat and cgroup.events: the cgroup itself. Documentation/admin-guide/cgroup-v2.rst */
#include "../collector.h"

static const struct metric stat[] = {
	{ "nr_descendants", GAUGE, ONE, "container_cgroup_descendants", "Cgroups beneath it." },
	{ "nr_dying_descendants", GAUGE, ONE, "container_cgroup_dying_descendants",
	    "Cgroups beneath it that were removed, and still hold memory." },
};

static const struct metric events[] = {
	{ "frozen", GAUGE, ONE, "container_cgroup_frozen", "1 if all of its processes are frozen." },
};

const struct collector container_cgroup = {
	.name = "container.cgroup",
	.help = "Cgroups beneath it, and whether it is frozen.",
	.over = CONTAINERS,
	.off = true,
	.tables = (const struct table[]){
		{ CGROUP, "cgroup.stat", keyed, stat, COUNT(stat) },
		{ CGROUP, "cgroup.events", keyed, events, COUNT(events), .optional = true },     /* the root has none */
		{ 0 },
	},
};
