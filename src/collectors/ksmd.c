/* /sys/kernel/mm/ksm: merging of equal pages, a number in each file. Documentation/admin-guide/mm/ksm.rst */
#include "../collector.h"

#define KSM(type, unit, name, help) (const struct metric[]){ { NULL, type, unit, "node_ksmd_" name, help } }, 1
#define FILE_OF_KSM(file) SYS, "kernel/mm/ksm/" file, single

static const struct table tables[] = {
	{ FILE_OF_KSM("full_scans"), KSM(COUNTER, ONE, "full_scans_total", "How often all mergeable memory was scanned.") },
	{ FILE_OF_KSM("merge_across_nodes"), KSM(GAUGE, ONE, "merge_across_nodes",
	    "1 if pages of different NUMA nodes are merged.") },
	{ FILE_OF_KSM("pages_shared"), KSM(GAUGE, ONE, "pages_shared", "Pages that others were merged into.") },
	{ FILE_OF_KSM("pages_sharing"), KSM(GAUGE, ONE, "pages_sharing", "Pages saved by merging.") },
	{ FILE_OF_KSM("pages_to_scan"), KSM(GAUGE, ONE, "pages_to_scan", "Pages to scan before ksmd sleeps.") },
	{ FILE_OF_KSM("pages_unshared"), KSM(GAUGE, ONE, "pages_unshared", "Pages that no other one was equal to.") },
	{ FILE_OF_KSM("pages_volatile"), KSM(GAUGE, ONE, "pages_volatile", "Pages that change too fast to be merged.") },
	{ FILE_OF_KSM("run"), KSM(GAUGE, ONE, "run", "1 if ksmd runs, 0 if it is stopped, 2 if it undid all merging.") },
	{ FILE_OF_KSM("sleep_millisecs"), KSM(GAUGE, MILLI, "sleep_seconds", "How long ksmd sleeps between two scans.") },
	{ FILE_OF_KSM("general_profit"), KSM(GAUGE, ONE, "general_profit_bytes",
	    "Memory saved less what merging itself takes; negative where it costs more. Linux 6.1."), .optional = true },
	{ 0 },
};

const struct collector ksmd = {
	.name = "ksmd",
	.help = "Merging of equal pages.",
	.off = true,
	.tables = tables,
};
