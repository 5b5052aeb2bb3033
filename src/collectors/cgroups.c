/* /proc/cgroups: "memory  11  142  1", a controller, its hierarchy, how many cgroups that has, and 1 if it is enabled. */
#include "../collector.h"

static const struct metric metrics[] = {
	[2] = { "num_cgroups", GAUGE, ONE, "node_cgroups_cgroups", "Cgroups of the controller's hierarchy." },
	[3] = { "enabled", GAUGE, ONE, "node_cgroups_enabled", "1 if the controller is enabled." },
};

static const char *
controller_of(char *word)
{
	return *word == '#' ? NULL : word;
}

const struct collector cgroups = {
	.name = "cgroups",
	.help = "Controllers of cgroups.",
	.off = true,
	.tables = (const struct table[]){
		{ PROC, "cgroups", columns, metrics, COUNT(metrics), "subsys_name", .row = controller_of },
		{ 0 },
	},
};
