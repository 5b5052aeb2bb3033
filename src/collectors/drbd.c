/*
 * Replicated disks of DRBD 8, /proc/drbd:
 *    0: cs:Connected ro:Primary/Secondary ds:UpToDate/UpToDate C r-----
 *       ns:17324442 nr:10961 dw:17324442 dr:10961 al:0 bm:0 lo:0 pe:0 ua:0 ap:0 ep:1 wo:f oos:0
 * https://linbit.com/drbd-user-guide/users-guide-drbd-8-4/ ("The /proc/drbd status file")
 */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../text.h"

#define DRBD(key, type, unit, name, help) { key, type, unit, "node_drbd_" name, help }
#define OF_NODE(key, node, name, help) { key, GAUGE, ONE, "node_drbd_" name, help, { { "node", node } } }

/* nr is in KiB too, but node_exporter exports it as it is. */
static const struct metric metrics[] = {
	DRBD("ns", COUNTER, KIB, "network_sent_bytes_total", "Bytes sent to the peer."),
	DRBD("nr", COUNTER, ONE, "network_received_bytes_total", "Data received from the peer, in KiB."),
	DRBD("dw", COUNTER, KIB, "disk_written_bytes_total", "Bytes written to the local disk."),
	DRBD("dr", COUNTER, KIB, "disk_read_bytes_total", "Bytes read from the local disk."),
	DRBD("al", COUNTER, ONE, "activitylog_writes_total", "Updates of the activity log."),
	DRBD("bm", COUNTER, ONE, "bitmap_writes_total", "Updates of the bitmap."),
	DRBD("lo", GAUGE, ONE, "local_pending", "Requests that the local disk has not answered."),
	DRBD("pe", GAUGE, ONE, "remote_pending", "Requests that the peer has not answered."),
	DRBD("ua", GAUGE, ONE, "remote_unacknowledged", "Requests of the peer that were not answered yet."),
	DRBD("ap", GAUGE, ONE, "application_pending", "Requests that DRBD has not answered."),
	DRBD("ep", GAUGE, ONE, "epochs", "Epochs in flight."),
	DRBD("oos", GAUGE, KIB, "out_of_sync_bytes", "Bytes that are known to be out of sync."),
	OF_NODE("ro", "local", "node_role_is_primary", "1 if the node's role is primary."),
	OF_NODE("ro", "remote", "node_role_is_primary", "1 if the node's role is primary."),
	OF_NODE("ds", "local", "disk_state_is_up_to_date", "1 if the node's disk is up to date."),
	OF_NODE("ds", "remote", "disk_state_is_up_to_date", "1 if the node's disk is up to date."),
	DRBD("cs", GAUGE, ONE, "connected", "1 if the peer is connected."),
	{ 0 },
};

enum { NUMBERS = 12, ROLES = NUMBERS, DISKS = ROLES + 2, CONNECTED = DISKS + 2 };

/* "Primary/Secondary": of this node and of its peer. */
static int
add_pair(struct page *p, const struct metric m[2], uint32_t row, char *value, const char *wanted)
{
	const char *local = text_field(&value, '/'), *remote = text_field(&value, '/');

	page_add(p, &m[0], row, strcmp(local, wanted) == 0);
	if (remote == NULL)
		return -EINVAL;
	page_add(p, &m[1], row, strcmp(remote, wanted) == 0);
	return 0;
}

static int
add(struct page *p, uint32_t row, const char *key, char *value)
{
	double number;

	if (strcmp(key, "ro") == 0)
		return add_pair(p, &metrics[ROLES], row, value, "Primary");
	if (strcmp(key, "ds") == 0)
		return add_pair(p, &metrics[DISKS], row, value, "UpToDate");
	if (strcmp(key, "cs") == 0)
		page_add(p, &metrics[CONNECTED], row, strcmp(value, "Connected") == 0);
	for (size_t i = 0; i < NUMBERS; i++) {
		if (strcmp(key, metrics[i].key) != 0)
			continue;
		if (!text_number(value, &number))
			return -EINVAL;
		page_add(p, &metrics[i], row, number);
	}
	return 0;
}

/* Words are "key:value"; "0:" is where a device begins. */
static int
update(const struct scope *s, struct page *p)
{
	char *at = place_read(place(PROC), "drbd"), *word, *key, device[32];
	uint32_t row = page_row_of(p, "device", "unknown");
	uint64_t minor;
	int err = 0;

	(void)s;
	if (at == NULL)
		return errno == ENOENT ? -ENODATA : -errno;
	while ((word = text_word(&at, " \n\t")) != NULL) {
		key = text_field(&word, ':');
		if (word == NULL || strchr(word, ':') != NULL)
			continue;
		if (*word == '\0' && text_u64(key, 10, &minor)) {
			snprintf(device, sizeof device, "drbd%ju", (uintmax_t)minor);
			row = page_row_of(p, "device", device);
		} else if (add(p, row, key, word) != 0) {
			err = -EINVAL;
		}
	}
	return err;
}

const struct collector drbd = {
	.name = "drbd",
	.help = "Replicated disks of DRBD 8.",
	.off = true,
	.metrics = metrics,
	.update = update,
};
