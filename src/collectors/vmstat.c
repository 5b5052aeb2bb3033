/* /proc/vmstat: paging, faults and the OOM killer, a key and a number on each line. */
#include "../collector.h"

static struct filter fields = { .include = "^(oom_kill|pgpg|pswp|pg.*fault).*" };

static const struct every field = {
	"node_vmstat_", "The field of this name in /proc/vmstat.", UNTYPED, &fields,
};

const struct collector vmstat = {
	.name = "vmstat",
	.help = "Paging, faults and OOM kills.",
	.tables = (const struct table[]){
		{ PROC, "vmstat", keyed, .every = &field },
		{ 0 },
	},
	.flags = (const struct flag[]){
		{ "collector.vmstat.fields", TEXT, &fields.include, "Which fields to export, a regular expression." },
		{ 0 },
	},
	.filters = { &fields },
};
