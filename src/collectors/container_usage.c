/* What writable layers, logs and volumes of containers take on the node's disks. */
#include "../collector.h"

#include <errno.h>
#include <math.h>

#include "../cgroup.h"
#include "../clock.h"
#include "../usage.h"

enum { USAGE, LIMIT, INODES_TOTAL, INODES_FREE, INODES, LOGS, VOLUME, VOLUME_INODES, AGE, COMPLETE };

static const struct metric metrics[] = {
	[USAGE] = { "", GAUGE, ONE, "container_fs_usage_bytes", "Bytes used of the file system." },
	[LIMIT] = { "", GAUGE, ONE, "container_fs_limit_bytes", "Size of the file system." },
	[INODES_TOTAL] = { "", GAUGE, ONE, "container_fs_inodes_total", "Inodes of the file system." },
	[INODES_FREE] = { "", GAUGE, ONE, "container_fs_inodes_free", "Free inodes of the file system." },
	[INODES] = { "", GAUGE, ONE, "container_fs_inodes_used", "Inodes of the writable layer and the logs." },
	[LOGS] = { "", GAUGE, ONE, "container_log_usage_bytes", "Bytes of the logs, those of earlier attempts too." },
	[VOLUME] = { "", GAUGE, ONE, "container_volume_usage_bytes", "Bytes in a volume of the pod's own." },
	[VOLUME_INODES] = { "", GAUGE, ONE, "container_volume_inodes_used", "Inodes in a volume of the pod's own." },
	[AGE] = { "", GAUGE, ONE, "container_usage_age_seconds", "Time since space on disk was counted." },
	[COMPLETE] = { "", GAUGE, ONE, "container_usage_complete", "0 if at least as much as was counted is in use." },
	{ 0 },
};

static void
add_volume(struct page *p, const struct usage_part *part)
{
	uint32_t row = page_row_of(p, "volume", part->volume);

	page_add(p, &metrics[VOLUME], row, part->bytes);
	if (!isnan(part->inodes))
		page_add(p, &metrics[VOLUME_INODES], row, part->inodes);
}

static void
add_layer(struct page *p, const struct usage *u, double bytes, double inodes)
{
	uint32_t row = page_row_of(p, "device", u->device);

	page_add(p, &metrics[USAGE], row, bytes);
	page_add(p, &metrics[LIMIT], row, u->size);
	page_add(p, &metrics[INODES_TOTAL], row, u->inodes);
	page_add(p, &metrics[INODES_FREE], row, u->inodes_free);
	if (!isnan(inodes))
		page_add(p, &metrics[INODES], row, inodes);
}

/* As cAdvisor has it, logs are part of a container's usage. */
static void
add(struct page *p, const struct usage *u)
{
	double bytes = 0, inodes = 0, logs = 0;
	bool layer = false, logged = false;

	for (const struct usage_part *part = u->parts; part < u->parts + u->n; part++) {
		if (part->kind == USAGE_VOLUME) {
			add_volume(p, part);
			continue;
		}
		layer |= part->kind == USAGE_LAYER;
		logged |= part->kind == USAGE_LOGS;
		logs += part->kind == USAGE_LOGS ? part->bytes : 0;
		bytes += part->bytes;
		inodes += part->inodes;
	}
	if (layer)
		add_layer(p, u, bytes, inodes);
	if (logged)
		page_add(p, &metrics[LOGS], 0, logs);
	page_add(p, &metrics[AGE], 0, clock_now() - u->ended);
	page_add(p, &metrics[COMPLETE], 0, u->complete);
}

static int
update(const struct scope *s, struct page *p)
{
	struct cgroup_who who;
	const struct usage *u;

	if (s->container->kind != CGROUP_POD && s->container->kind != CGROUP_CONTAINER)
		return 0;
	cgroup_who(s, &who);
	u = usage_ask(&who);
	if (u->ended > 0 && (u->n > 0 || !u->complete))
		add(p, u);
	usage_release();
	return 0;
}

const struct collector container_usage = {
	.name = "container.usage",
	.help = "Space that writable layers, logs and emptyDir volumes take, counted now and then in the background.",
	.over = CONTAINERS,
	.off = true,
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.container.usage.interval", DURATION, &usage_interval,
		    "Time from one look at a container to the next; 0: at each scrape, which waits for all of them." },
		{ "collector.container.usage.share", NUMBER, &usage_share,
		    "Percent of the time in which directories are read; the rest of it is slept." },
		{ "collector.container.usage.entries", NUMBER, &usage_entries,
		    "Files and directories that are counted in one layer, log directory or volume." },
		{ 0 },
	},
	.prepare = usage_start,
};
