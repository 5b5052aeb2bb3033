/*
 * Queueing disciplines at the root of each interface, from rtnetlink(7), tc(8): what they sent, dropped and hold. The
 * counters of the disciplines beneath are part of theirs.
 */
#include "../collector.h"

#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <stdlib.h>
#include <string.h>

#include "../fixture.h"
#include "../netlink.h"

static struct filter devices = { .flag = "collector.qdisc.device" };
static const char *old_include, *old_exclude, *fixtures;

static const struct metric metrics[] = {
	{ "bytes", COUNTER, ONE, "node_qdisc_bytes_total", "Bytes sent." },
	{ "packets", COUNTER, ONE, "node_qdisc_packets_total", "Packets sent." },
	{ "drops", COUNTER, ONE, "node_qdisc_drops_total", "Packets dropped." },
	{ "requeues", COUNTER, ONE, "node_qdisc_requeues_total",
	    "Packets that the device did not take, and that were queued again." },
	{ "overlimits", COUNTER, ONE, "node_qdisc_overlimits_total", "Packets that had to wait for a limit of the rate." },
	{ "qlen", GAUGE, ONE, "node_qdisc_current_queue_length", "Packets in the queue." },
	{ "backlog", GAUGE, ONE, "node_qdisc_backlog", "Bytes in the queue." },
	{ 0 },
};

enum { BYTES, PACKETS, DROPS, REQUEUES, OVERLIMITS, QUEUE, BACKLOG, VALUES };

struct qdisc {
	uint32_t index;
	bool root;
	double parent;                  /* of a fixture: 0 of a root */
	char device[FIXTURE_MAX], kind[FIXTURE_MAX];
	double values[VALUES];
};

static struct {
	struct qdisc *qdiscs;
	size_t n, room;
} all;

static void *
new_qdisc(void)
{
	all.qdiscs = must_grow(all.qdiscs, all.n, &all.room, sizeof *all.qdiscs);
	all.qdiscs[all.n] = (struct qdisc){ 0 };
	return &all.qdiscs[all.n++];
}

/* Both structs have grown at their ends. */
static void
take_counters(struct qdisc *q, const struct attribute *counters)
{
	struct gnet_stats_basic basic = { 0 };
	struct gnet_stats_queue queue = { 0 };
	struct attribute a;

	for (struct attributes from = netlink_nested(counters); netlink_next(&from, &a);) {
		if (a.type == TCA_STATS_BASIC)
			memcpy(&basic, a.data, a.size < sizeof basic ? a.size : sizeof basic);
		else if (a.type == TCA_STATS_QUEUE)
			memcpy(&queue, a.data, a.size < sizeof queue ? a.size : sizeof queue);
	}
	q->values[BYTES] = (double)basic.bytes;
	q->values[PACKETS] = basic.packets;
	q->values[DROPS] = queue.drops;
	q->values[REQUEUES] = queue.requeues;
	q->values[OVERLIMITS] = queue.overlimits;
	q->values[QUEUE] = queue.qlen;
	q->values[BACKLOG] = queue.backlog;
}

static void
take(const struct nlmsghdr *m, void *to)
{
	const struct tcmsg *header;
	struct attribute a;
	struct qdisc *q;

	(void)to;
	if (m == NULL)
		all.n = 0;
	if (m == NULL || (header = netlink_header(m, sizeof *header)) == NULL ||
	    (header->tcm_parent != TC_H_ROOT && header->tcm_parent != TC_H_UNSPEC))
		return;
	q = new_qdisc();
	q->index = (uint32_t)header->tcm_ifindex;
	for (struct attributes from = netlink_attributes(m, sizeof *header); netlink_next(&from, &a);) {
		if (a.type == TCA_KIND)
			netlink_text(&a, q->kind, sizeof q->kind);
		else if (a.type == TCA_STATS2)
			take_counters(q, &a);
	}
}

/* One whose interface has gone meanwhile is passed over. */
static int
ask(struct page *p)
{
	const struct link *links;
	int err = netlink_links(p, &links);

	if (err >= 0)
		err = netlink_dump(NETLINK_ROUTE, RTM_GETQDISC, &(struct tcmsg){ 0 }, sizeof(struct tcmsg), take, NULL);
	for (size_t i = 0; err == 0 && i < all.n; i++) {
		struct qdisc *q = &all.qdiscs[i];

		strcpy(q->device, netlink_name(p, q->index));
		q->root = q->device[0] != '\0';
	}
	return err;
}

#define NUMBER(name, member, most) { name, FIXTURE_NUMBER, offsetof(struct qdisc, member), 0, most }

/* A qdisc.QdiscInfo of github.com/ema/qdisc. */
static const struct fixture_field fields[] = {
	{ "IfaceName", FIXTURE_TEXT, offsetof(struct qdisc, device) },
	{ "Kind", FIXTURE_TEXT, offsetof(struct qdisc, kind) },
	NUMBER("Parent", parent, UINT32_MAX),
	NUMBER("Bytes", values[BYTES], (double)UINT64_MAX), NUMBER("Packets", values[PACKETS], UINT32_MAX),
	NUMBER("Drops", values[DROPS], UINT32_MAX), NUMBER("Requeues", values[REQUEUES], UINT32_MAX),
	NUMBER("Overlimits", values[OVERLIMITS], UINT32_MAX), NUMBER("Qlen", values[QUEUE], UINT32_MAX),
	NUMBER("Backlog", values[BACKLOG], UINT32_MAX),
};

static int
read_fixtures(void)
{
	int err;

	all.n = 0;
	err = fixture_list(fixtures, "results.json", fields, COUNT(fields), new_qdisc);
	for (size_t i = 0; i < all.n; i++)
		all.qdiscs[i].root = all.qdiscs[i].parent == 0;
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	bool given = fixtures != NULL && *fixtures != '\0';
	int err;

	(void)s;
	if (!given && !place_is_our_network())
		return -ENODATA;
	err = given ? read_fixtures() : ask(p);
	for (size_t i = 0; err == 0 && i < all.n; i++) {
		const struct qdisc *q = &all.qdiscs[i];
		uint32_t row;

		if (!q->root || !filter_takes(&devices, q->device))
			continue;
		row = page_row(p, LABELS({ "device", q->device }, { "kind", q->kind }));
		for (size_t v = 0; v < VALUES; v++)
			page_add(p, &metrics[v], row, q->values[v]);
	}
	return err;
}

static void
prepare(void)
{
	filter_inherit(&devices.include, &old_include);
	filter_inherit(&devices.exclude, &old_exclude);
	filter_prepare(&devices, NULL);
}

const struct collector qdisc = {
	.name = "qdisc",
	.help = "Queueing disciplines of network interfaces.",
	.off = true,
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.qdisc.device-include", TEXT, &devices.include,
		    "Interfaces to take, as a regular expression." },
		{ "collector.qdisc.device-exclude", TEXT, &devices.exclude,
		    "Interfaces to leave out, as a regular expression." },
		{ "collector.qdisk.device-include", TEXT, &old_include, NULL },
		{ "collector.qdisk.device-exclude", TEXT, &old_exclude, NULL },
		{ "collector.qdisc.fixtures", TEXT, &fixtures,
		    "For tests: read results.json in this directory, and do not ask the kernel." },
		{ 0 },
	},
	.prepare = prepare,
};
