/*
 * Properties of network interfaces, in the words of /sys/class/net/<interface>. Most of them are in one dump of
 * rtnetlink, and each file costs as much as the dump of an interface; so few files are read, and all of them only where
 * rtnetlink does not answer for the node.
 */
#include "../collector.h"

#include <errno.h>
#include <limits.h>
#include <linux/ethtool.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../device.h"
#include "../ethtool.h"
#include "../netlink.h"
#include "../text.h"

static struct filter devices = { .exclude = "^$" };
static bool no_invalid_speed, as_netlink, with_stats, by_netlink;

#define NETWORK(file, type, unit, name, help) { file, type, unit, "node_network_" name, help }

/* The key is the file. */
static const struct metric metrics[] = {
	NETWORK("addr_assign_type", GAUGE, ONE, "address_assign_type",
	    "Where the address is from: 0 permanent, 1 random, 2 stolen from another interface, 3 set."),
	NETWORK("dev_id", GAUGE, ONE, "device_id", "Tells apart interfaces that share an address."),
	NETWORK("name_assign_type", GAUGE, ONE, "name_assign_type",
	    "Where the name is from: 1 the kernel's order, 2 predictable, 3 user space, 4 renamed."),
	NETWORK("speed", GAUGE, MBIT, "speed_bytes", "Speed in bytes per second; negative where it is unknown."),
	NETWORK("carrier", GAUGE, ONE, "carrier", "1 if there is a carrier; absent while the interface is down."),
	NETWORK("carrier_changes", COUNTER, ONE, "carrier_changes_total", "Changes of the carrier."),
	NETWORK("carrier_up_count", COUNTER, ONE, "carrier_up_changes_total", "Times that the carrier appeared."),
	NETWORK("carrier_down_count", COUNTER, ONE, "carrier_down_changes_total", "Times that the carrier went away."),
	NETWORK("dormant", GAUGE, ONE, "dormant", "1 if it waits for an event, as 802.1X; absent while it is down."),
	NETWORK("flags", GAUGE, ONE, "flags", "IFF_ flags, netdevice(7)."),
	NETWORK("ifindex", GAUGE, ONE, "iface_id", "The interface's index."),
	NETWORK("iflink", GAUGE, ONE, "iface_link", "Index of the interface that this one stands on, or its own."),
	NETWORK("link_mode", GAUGE, ONE, "iface_link_mode", "1 if it becomes dormant, not up, with its carrier."),
	NETWORK("mtu", GAUGE, ONE, "mtu_bytes", "Largest packet, in bytes."),
	NETWORK("netdev_group", GAUGE, ONE, "net_dev_group", "The group it is in."),
	NETWORK("tx_queue_len", GAUGE, ONE, "transmit_queue_length", "Packets that the transmit queue may hold."),
	NETWORK("type", GAUGE, ONE, "protocol_type", "ARPHRD_ type: 1 Ethernet, 772 loopback."),
	NETWORK(NULL, GAUGE, ONE, "up", "1 if the operational state is up."),
	NETWORK(NULL, GAUGE, ONE, "info", "The interface's addresses and states."),
	NETWORK(NULL, GAUGE, ONE, "altnames_info", "A further name of the interface."),
	{ 0 },
};

enum {
	ADDR_ASSIGN_TYPE, DEV_ID, NAME_ASSIGN_TYPE, STATIC,     /* rtnetlink has them not, but they rarely change */
	SPEED = STATIC, CARRIER, CARRIER_CHANGES, CARRIER_UPS, CARRIER_DOWNS, DORMANT, FLAGS, IFINDEX, IFLINK,
	LINK_MODE, MTU, GROUP, QUEUE, TYPE, VALUES,
	UP = VALUES, INFO, ALTNAMES,
};

enum { TEXT_MAX = LINK_ALIAS_MAX };

/* An interface: NAN is a file that is not there or does not answer. */
struct interface {
	const char *name;
	double values[VALUES];
	char address[TEXT_MAX + 1], broadcast[TEXT_MAX + 1], alias[IFALIASZ], operstate[TEXT_MAX + 1],
	    duplex[TEXT_MAX + 1];
};

static char nothing[1];

/* The trimmed text of a file of the interface, good until the next; or nothing, with *err set if that is not absence. */
static char *
read_text(const char *name, const char *file, int *err)
{
	char *text = place_readf(place(SYS), "class/net/%s/%s", name, file);

	if (text != NULL) {
		text[strnlen(text, TEXT_MAX)] = '\0';
		return text_trim(text);
	}
	if (!device_no_answer(-errno))
		*err = -errno;
	return nothing;
}

/* As in node_exporter what is no whole number of 64 bits is 0. */
static double
read_value(const char *name, size_t i, int *err)
{
	char *text = read_text(name, metrics[i].key, err);
	double value;

	if (text == nothing)
		return NAN;
	return text_integer(text, &value) ? value : 0;
}

static void
copy(char to[TEXT_MAX + 1], const char *text)
{
	if (memccpy(to, text, '\0', TEXT_MAX) == NULL)
		to[TEXT_MAX] = '\0';
}

static int
from_files(struct interface *f, const char *name)
{
	int err = 0;

	f->name = name;
	for (size_t i = 0; i < VALUES; i++)
		f->values[i] = read_value(name, i, &err);
	copy(f->address, read_text(name, "address", &err));
	copy(f->broadcast, read_text(name, "broadcast", &err));
	copy(f->alias, read_text(name, "ifalias", &err));
	copy(f->operstate, read_text(name, "operstate", &err));
	copy(f->duplex, read_text(name, "duplex", &err));
	return err;
}

/* False once the interface has vanished, and for what is none: bonding_masters is a file. */
static bool
is_there(const char *name)
{
	char path[sizeof "class/net/" + NAME_MAX];
	struct stat st;

	snprintf(path, sizeof path, "class/net/%s", name);
	return fstatat(place(SYS)->dir, path, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

static void
print_address(char to[TEXT_MAX + 1], const unsigned char *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			*to++ = ':';
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 0xf];
	}
	*to = '\0';
}

/* The flags of sysfs are those that are set; dev_get_flags() has put the present state in place of some. */
static double
flags(const struct link *l, int *err)
{
	const unsigned state = IFF_RUNNING | IFF_LOWER_UP | IFF_DORMANT | IFF_PROMISC | IFF_ALLMULTI;

	if (!l->has_allmulti)
		return read_value(l->name, FLAGS, err);
	return (l->flags & ~state) | (l->promiscuity > 0 ? IFF_PROMISC : 0) | (l->allmulti > 0 ? IFF_ALLMULTI : 0);
}

/* What is kept of an interface's files, with what tells that they may have changed. */
struct kept {
	int index;
	char name[IFNAMSIZ];
	unsigned char address[LINK_ADDRESS_MAX];
	double values[STATIC];
	bool settled;                   /* speed and duplex are known, for this state of the carrier */
	uint8_t carrier;
	uint32_t changes;
	double speed;
	char duplex[sizeof "unknown"];
};

static struct {
	struct kept *kept;
	size_t n;
} all;

static bool
is_of(const struct kept *k, const struct link *l)
{
	return k->index == l->index && strcmp(k->name, l->name) == 0 &&
	    memcmp(k->address, l->address, sizeof l->address) == 0;
}

/* What is kept of the i-th link; links come in one order, so that it is mostly found where it was. */
static struct kept *
keep(size_t i, const struct link *l, int *err)
{
	struct kept new = { .index = l->index };
	size_t k = i;

	while (k < all.n && !is_of(&all.kept[k], l))
		k++;
	if (k < all.n) {
		new = all.kept[k];
	} else {
		memcpy(new.name, l->name, sizeof new.name);
		memcpy(new.address, l->address, sizeof new.address);
		for (size_t v = 0; v < STATIC; v++)
			new.values[v] = read_value(l->name, v, err);
		all.kept = must_realloc(all.kept, (all.n + 1) * sizeof *all.kept);
		all.n++;
	}
	all.kept[k] = all.kept[i];
	all.kept[i] = new;
	return &all.kept[i];
}

/* ethtool's settings of a link. The kernel first tells how many words its masks of link modes have. */
static bool
ask_settings(const char *name, struct ethtool_link_settings *settings)
{
	static int8_t words;
	union {
		struct ethtool_link_settings base;
		char room[sizeof(struct ethtool_link_settings) + sizeof(uint32_t[3 * INT8_MAX])];
	} answer;

	for (int i = 0; i < 2; i++) {
		answer.base = (struct ethtool_link_settings){
			.cmd = ETHTOOL_GLINKSETTINGS, .link_mode_masks_nwords = words,
		};
		if (ethtool_ask(name, &answer) != 0)
			return false;
		if (answer.base.link_mode_masks_nwords > 0)
			break;
		words = (int8_t)-answer.base.link_mode_masks_nwords;
	}
	*settings = answer.base;
	return true;
}

/* Speed and duplex as sysfs has them. ethtool would wake a device that sleeps because it has no carrier. */
static void
add_settings(struct interface *f, const struct link *l, int *err)
{
	struct ethtool_link_settings s;

	f->values[SPEED] = NAN;
	f->duplex[0] = '\0';
	if (!l->carrier) {
		f->values[SPEED] = read_value(l->name, SPEED, err);
		copy(f->duplex, read_text(l->name, "duplex", err));
	} else if (ask_settings(l->name, &s)) {
		f->values[SPEED] = (int32_t)s.speed;
		copy(f->duplex, s.duplex == DUPLEX_FULL ? "full" : s.duplex == DUPLEX_HALF ? "half" : "unknown");
	}
}

/* The same, kept where they cannot change while the carrier does not: without one, and of veth, whose are made up. */
static void
add_kept_settings(struct interface *f, struct kept *k, const struct link *l, int *err)
{
	if (!(l->flags & IFF_UP)) {
		f->values[SPEED] = NAN;
		f->duplex[0] = '\0';
		k->settled = false;
	} else if (k->settled && k->carrier == l->carrier && k->changes == l->changes) {
		f->values[SPEED] = k->speed;
		copy(f->duplex, k->duplex);
	} else {
		add_settings(f, l, err);
		k->settled = (!l->carrier || l->veth) && strlen(f->duplex) < sizeof k->duplex;
		k->carrier = l->carrier;
		k->changes = l->changes;
		k->speed = f->values[SPEED];
		text_first(k->duplex, sizeof k->duplex, f->duplex);
	}
}

static const char *
operstate(const struct link *l)
{
	static const char *const names[] = {
		"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up",
	};

	return l->operstate < COUNT(names) ? names[l->operstate] : "unknown";
}

/* What is the same in a link and in its files. */
static void
add_link(struct interface *f, const struct link *l)
{
	f->values[CARRIER_CHANGES] = l->changes;
	f->values[CARRIER_UPS] = l->ups;
	f->values[CARRIER_DOWNS] = l->downs;
	f->values[IFINDEX] = l->index;
	f->values[LINK_MODE] = l->mode;
	f->values[MTU] = l->mtu;
	f->values[GROUP] = l->group;
	f->values[QUEUE] = l->queue;
	f->values[TYPE] = l->type;
	print_address(f->address, l->address, l->address_size);
	print_address(f->broadcast, l->broadcast, l->address_size);
	copy(f->operstate, operstate(l));
}

/* The i-th link as its files have it. Carrier, speed, duplex and dormant do not answer while it is down. */
static int
from_link(struct interface *f, size_t i, const struct link *l)
{
	bool up = l->flags & IFF_UP;
	int err = 0;
	struct kept *k = keep(i, l, &err);

	f->name = l->name;
	memcpy(f->values, k->values, sizeof k->values);
	add_kept_settings(f, k, l, &err);
	f->values[CARRIER] = up ? l->carrier : NAN;
	f->values[DORMANT] = up ? (l->flags & IFF_DORMANT) != 0 : NAN;
	f->values[FLAGS] = flags(l, &err);
	f->values[IFLINK] = l->lower;
	add_link(f, l);
	copy(f->alias, netlink_alias(l));
	return err;
}

/*
 * The same as node_exporter tells it with --collector.netclass.netlink: flags and states as they are in the messages, also
 * of what is down; dormant is the link mode; an unknown speed is that of 32 bits set, and words are those of its library.
 */
static int
from_link_as_netlink(struct interface *f, size_t i, const struct link *l)
{
	struct ethtool_link_settings s;
	int err = 0;

	f->name = l->name;
	memcpy(f->values, keep(i, l, &err)->values, sizeof(double[STATIC]));
	f->values[SPEED] = NAN;
	f->duplex[0] = '\0';
	if (ask_settings(l->name, &s)) {
		f->values[SPEED] = s.speed;
		copy(f->duplex, s.duplex == DUPLEX_FULL ? "Full" : s.duplex == DUPLEX_HALF ? "Half" : "Unknown");
	}
	f->values[CARRIER] = l->carrier;
	f->values[DORMANT] = l->mode;
	f->values[FLAGS] = l->flags;
	f->values[IFLINK] = l->lower != 0 ? l->lower : (uint32_t)l->index;
	add_link(f, l);
	snprintf(f->alias, sizeof f->alias, "%s", netlink_alias_whole(l));
	return err;
}

static const char *
adminstate(const struct interface *f)
{
	if (isnan(f->values[FLAGS]))
		return "unknown";
	return (unsigned)f->values[FLAGS] & IFF_UP ? "up" : "down";
}

static uint32_t
info_row(struct page *p, const struct interface *f)
{
	if (as_netlink)
		return page_row(p, LABELS(
			{ "address", f->address }, { "broadcast", f->broadcast }, { "device", f->name },
			{ "duplex", f->duplex }, { "ifalias", f->alias }, { "operstate", f->operstate }
		));
	return page_row(p, LABELS(
		{ "address", f->address }, { "adminstate", adminstate(f) }, { "broadcast", f->broadcast },
		{ "device", f->name }, { "duplex", f->duplex }, { "ifalias", f->alias }, { "operstate", f->operstate }
	));
}

static void
add(struct page *p, struct interface *f)
{
	uint32_t row = page_row_of(p, "device", f->name);

	if (no_invalid_speed && f->values[SPEED] < 0)
		f->values[SPEED] = NAN;
	for (size_t i = 0; i < VALUES; i++)
		if (!isnan(f->values[i]))
			page_add(p, &metrics[i], row, f->values[i]);
	page_add(p, &metrics[UP], row, strcmp(f->operstate, "up") == 0);
	page_add(p, &metrics[INFO], info_row(p, f), 1);
}

static int
update_by_files(struct page *p)
{
	struct interface f;
	char **names;
	int n = place_list(place(SYS), "class/net", "*", &names), result = 0, err;

	for (int i = 0; i < n; i++) {
		if (!filter_takes(&devices, names[i]))
			continue;
		err = from_files(&f, names[i]);
		if (isnan(f.values[IFINDEX]) && !is_there(names[i]))
			continue;
		add(p, &f);
		result = err != 0 ? err : result;
	}
	if (n < 0)
		return n == -ENOENT || n == -EACCES || n == -EPERM ? -ENODATA : n;
	place_list_free(names, n);
	return result;
}

#define STAT(name, help) NETWORK("", GAUGE, ONE, name "_total", help)

/* As gauges, which is what --collector.netclass_rtnl.with-stats makes of netdev's counters. */
static const struct metric stats[LINK_STATS] = {
	[RX_PACKETS] = STAT("receive_packets", "Packets received."),
	[TX_PACKETS] = STAT("transmit_packets", "Packets sent."),
	[RX_BYTES] = STAT("receive_bytes", "Bytes received."),
	[TX_BYTES] = STAT("transmit_bytes", "Bytes sent."),
	[RX_ERRORS] = STAT("receive_errors", "Packets received with errors."),
	[TX_ERRORS] = STAT("transmit_errors", "Errors while sending."),
	[RX_DROPPED] = STAT("receive_dropped", "Packets received and dropped by the kernel."),
	[TX_DROPPED] = STAT("transmit_dropped", "Packets dropped on the way out."),
	[MULTICAST] = STAT("multicast", "Multicast packets received."),
	[COLLISIONS] = STAT("collisions", "Collisions while sending."),
	[RX_LENGTH_ERRORS] = STAT("receive_length_errors", "Packets received with a wrong length."),
	[RX_OVER_ERRORS] = STAT("receive_over_errors", "Overruns of the receive ring buffer."),
	[RX_CRC_ERRORS] = STAT("receive_crc_errors", "Packets received with a wrong checksum."),
	[RX_FRAME_ERRORS] = STAT("receive_frame_errors", "Packets received with a framing error."),
	[RX_FIFO_ERRORS] = STAT("receive_fifo_errors", "Overruns of the receive FIFO."),
	[RX_MISSED_ERRORS] = STAT("receive_missed_errors", "Packets dropped by the hardware for want of buffers."),
	[TX_ABORTED_ERRORS] = STAT("transmit_aborted_errors", "Packets not sent: aborted."),
	[TX_CARRIER_ERRORS] = STAT("transmit_carrier_errors", "Packets not sent: carrier lost."),
	[TX_FIFO_ERRORS] = STAT("transmit_fifo_errors", "Underruns of the transmit FIFO."),
	[TX_HEARTBEAT_ERRORS] = STAT("transmit_heartbeat_errors", "Packets not sent: heartbeat lost."),
	[TX_WINDOW_ERRORS] = STAT("transmit_window_errors", "Packets not sent: late collision."),
	[RX_COMPRESSED] = STAT("receive_compressed", "Compressed packets received."),
	[TX_COMPRESSED] = STAT("transmit_compressed", "Compressed packets sent."),
	[RX_NOHANDLER] = STAT("receive_nohandler", "Packets received that no protocol wanted."),
};

/* What only node_exporter's mode of netlink has. */
static void
add_more(struct page *p, const struct link *l)
{
	uint32_t row = page_row_of(p, "device", l->name);

	for (const char *name = netlink_altnames(l); *name != '\0'; name += strlen(name) + 1)
		page_add(p, &metrics[ALTNAMES], page_row(p, LABELS({ "altname", name }, { "device", l->name })), 1);
	for (size_t i = 0; with_stats && i < LINK_STATS; i++)
		if (!(netlink_stats_taken & UINT32_C(1) << i))
			page_add(p, &stats[i], row, (double)l->stats[i]);
}

static int
update_by_netlink(struct page *p)
{
	const struct link *links;
	struct interface f;
	int n = netlink_links(p, &links), result = 0, err;
	size_t taken = 0;

	for (int i = 0; i < n; i++) {
		if (!filter_takes(&devices, links[i].name))
			continue;
		err = (as_netlink ? from_link_as_netlink : from_link)(&f, taken++, &links[i]);
		add(p, &f);
		if (as_netlink)
			add_more(p, &links[i]);
		result = err != 0 ? err : result;
	}
	if (n >= 0)
		all.n = taken;
	return n < 0 ? n : result;
}

static int
update(const struct scope *s, struct page *p)
{
	(void)s;
	return by_netlink ? update_by_netlink(p) : update_by_files(p);
}

static void
prepare(void)
{
	filter_prepare(&devices, NULL);
	by_netlink = place_is_our_network() && place_is_live(SYS);
	as_netlink = as_netlink && by_netlink;
}

const struct collector netclass = {
	.name = "netclass",
	.help = "Properties of network interfaces.",
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.netclass.ignored-devices", TEXT, &devices.exclude,
		    "Interfaces to leave out, as a regular expression." },
		{ "collector.netclass.ignore-invalid-speed", SWITCH, &no_invalid_speed,
		    "Leave out a speed that is not known." },
		{ "collector.netclass.netlink", SWITCH, &as_netlink,
		    "Export what netlink says as it is, not as the files have it; it is asked anyway, where it can be." },
		{ "collector.netclass_rtnl.with-stats", SWITCH, &with_stats,
		    "With that, export the counters of interfaces, as gauges, but for those that netdev exports." },
		{ 0 },
	},
	.prepare = prepare,
};
