/* /sys/kernel/mm/ksm: merging of equal pages, a number in each file. Documentation/admin-guide/mm/ksm.rst */
#include "../collector.h"

#include <unistd.h>

#include "../file.h"

#define KSM "kernel/mm/ksm"

static const struct metric metrics[] = {
	{ "full_scans", COUNTER, ONE, "node_ksmd_full_scans_total", "How often all mergeable memory was scanned." },
	{ "merge_across_nodes", GAUGE, ONE, "node_ksmd_merge_across_nodes",
	    "1 if pages of different NUMA nodes are merged." },
	{ "pages_shared", GAUGE, ONE, "node_ksmd_pages_shared", "Pages that others were merged into." },
	{ "pages_sharing", GAUGE, ONE, "node_ksmd_pages_sharing", "Pages saved by merging." },
	{ "pages_to_scan", GAUGE, ONE, "node_ksmd_pages_to_scan", "Pages to scan before ksmd sleeps." },
	{ "pages_unshared", GAUGE, ONE, "node_ksmd_pages_unshared", "Pages that no other one was equal to." },
	{ "pages_volatile", GAUGE, ONE, "node_ksmd_pages_volatile", "Pages that change too fast to be merged." },
	{ "run", GAUGE, ONE, "node_ksmd_run", "1 if ksmd runs, 0 if it is stopped, 2 if it undid all merging." },
	{ "sleep_millisecs", GAUGE, MILLI, "node_ksmd_sleep_seconds", "How long ksmd sleeps between two scans." },
	{ 0 },
};

static int
update(const struct scope *s, struct page *p)
{
	struct scope ksm = { .dir = file_directory(place(SYS)->dir, KSM), .records = true };
	double value;
	int err = ksm.dir < 0 ? ksm.dir : 0;

	(void)s;
	for (const struct metric *m = metrics; m->name != NULL && err == 0; m++)
		if ((err = place_number(&ksm, m->key, &value)) == 0)
			page_add(p, m, 0, value);
	if (err != 0)
		place_note(place(SYS), KSM);
	if (ksm.dir >= 0)
		close(ksm.dir);
	return err;
}

const struct collector ksmd = {
	.name = "ksmd",
	.help = "Merging of equal pages.",
	.off = true,
	.metrics = metrics,
	.update = update,
};
