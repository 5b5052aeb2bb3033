/* What network interfaces received and sent, from rtnetlink or /proc/net/dev, and the addresses they have. */
#include "../collector.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "../ip.h"
#include "../netlink.h"
#include "../text.h"

static struct filter devices = { .flag = "collector.netdev.device" };
static const char *old_include, *old_exclude;
static bool by_netlink = true, detailed, with_alias, with_addresses;

#define TOTAL(name, help) { name, COUNTER, ONE, "node_network_" name "_total", help }

/* First those of /proc/net/dev, in the order of its columns. */
static const struct metric metrics[] = {
	TOTAL("receive_bytes", "Bytes received."),
	TOTAL("receive_packets", "Packets received."),
	TOTAL("receive_errs", "Packets received with errors."),
	TOTAL("receive_drop", "Packets received and dropped, also by the hardware for want of buffers."),
	TOTAL("receive_fifo", "Overruns of the receive FIFO."),
	TOTAL("receive_frame", "Packets received with errors of length, frame, checksum or ring buffer."),
	TOTAL("receive_compressed", "Compressed packets received."),
	TOTAL("receive_multicast", "Multicast packets received."),
	TOTAL("transmit_bytes", "Bytes sent."),
	TOTAL("transmit_packets", "Packets sent."),
	TOTAL("transmit_errs", "Errors while sending."),
	TOTAL("transmit_drop", "Packets dropped on the way out."),
	TOTAL("transmit_fifo", "Underruns of the transmit FIFO."),
	TOTAL("transmit_colls", "Collisions while sending."),
	TOTAL("transmit_carrier", "Packets not sent: carrier lost, aborted, heartbeat or late collision."),
	TOTAL("transmit_compressed", "Compressed packets sent."),
	TOTAL("receive_nohandler", "Packets received that no protocol wanted."),
	TOTAL("receive_errors", "Packets received with errors."),
	TOTAL("receive_dropped", "Packets received and dropped by the kernel."),
	TOTAL("transmit_errors", "Errors while sending."),
	TOTAL("transmit_dropped", "Packets dropped on the way out."),
	TOTAL("multicast", "Multicast packets received."),
	TOTAL("collisions", "Collisions while sending."),
	TOTAL("receive_length_errors", "Packets received with a wrong length."),
	TOTAL("receive_over_errors", "Overruns of the receive ring buffer."),
	TOTAL("receive_crc_errors", "Packets received with a wrong checksum."),
	TOTAL("receive_frame_errors", "Packets received with a framing error."),
	TOTAL("receive_fifo_errors", "Overruns of the receive FIFO."),
	TOTAL("receive_missed_errors", "Packets dropped by the hardware for want of buffers."),
	TOTAL("transmit_aborted_errors", "Packets not sent: aborted."),
	TOTAL("transmit_carrier_errors", "Packets not sent: carrier lost."),
	TOTAL("transmit_fifo_errors", "Underruns of the transmit FIFO."),
	TOTAL("transmit_heartbeat_errors", "Packets not sent: heartbeat lost."),
	TOTAL("transmit_window_errors", "Packets not sent: late collision."),
	{ "address_info", GAUGE, ONE, "node_network_address_info", "Addresses of the interface." },
	{ 0 },
};

enum { COLUMNS = 16, NOHANDLER = COLUMNS, ADDRESS = COUNT(metrics) - 2 };

/* Which metric a column of /proc/net/dev is with the names of --collector.netdev.enable-detailed-metrics. */
static const unsigned char detailed_columns[COLUMNS] = { 0, 1, 17, 18, 4, 5, 6, 7, 8, 9, 19, 20, 12, 13, 14, 15 };

enum { USUAL = 1, DETAILED = 2, BOTH = 3 };

/* Which counters of rtnetlink each metric is the sum of; the usual ones add up as the kernel does in /proc/net/dev. */
static const struct {
	unsigned char when, n, stats[4];
} sums[ADDRESS] = {
	{ BOTH, 1, { RX_BYTES } }, { BOTH, 1, { RX_PACKETS } }, { USUAL, 1, { RX_ERRORS } },
	{ USUAL, 2, { RX_DROPPED, RX_MISSED_ERRORS } }, { USUAL, 1, { RX_FIFO_ERRORS } },
	{ USUAL, 4, { RX_LENGTH_ERRORS, RX_OVER_ERRORS, RX_CRC_ERRORS, RX_FRAME_ERRORS } },
	{ BOTH, 1, { RX_COMPRESSED } }, { USUAL, 1, { MULTICAST } }, { BOTH, 1, { TX_BYTES } },
	{ BOTH, 1, { TX_PACKETS } }, { USUAL, 1, { TX_ERRORS } }, { USUAL, 1, { TX_DROPPED } },
	{ USUAL, 1, { TX_FIFO_ERRORS } }, { USUAL, 1, { COLLISIONS } },
	{ USUAL, 4, { TX_CARRIER_ERRORS, TX_ABORTED_ERRORS, TX_WINDOW_ERRORS, TX_HEARTBEAT_ERRORS } },
	{ BOTH, 1, { TX_COMPRESSED } }, { BOTH, 1, { RX_NOHANDLER } }, { DETAILED, 1, { RX_ERRORS } },
	{ DETAILED, 1, { RX_DROPPED } }, { DETAILED, 1, { TX_ERRORS } }, { DETAILED, 1, { TX_DROPPED } },
	{ DETAILED, 1, { MULTICAST } }, { DETAILED, 1, { COLLISIONS } }, { DETAILED, 1, { RX_LENGTH_ERRORS } },
	{ DETAILED, 1, { RX_OVER_ERRORS } }, { DETAILED, 1, { RX_CRC_ERRORS } },
	{ DETAILED, 1, { RX_FRAME_ERRORS } }, { DETAILED, 1, { RX_FIFO_ERRORS } },
	{ DETAILED, 1, { RX_MISSED_ERRORS } }, { DETAILED, 1, { TX_ABORTED_ERRORS } },
	{ DETAILED, 1, { TX_CARRIER_ERRORS } }, { DETAILED, 1, { TX_FIFO_ERRORS } },
	{ DETAILED, 1, { TX_HEARTBEAT_ERRORS } }, { DETAILED, 1, { TX_WINDOW_ERRORS } },
};

static uint32_t
row_of(struct page *p, const char *name, const char *alias)
{
	return page_row(p, (struct label[]){ { "device", name }, { "ifalias", alias } }, alias != NULL ? 2 : 1);
}

static void
add_link(struct page *p, const struct link *l)
{
	uint32_t row = row_of(p, l->name, with_alias ? netlink_alias(l) : NULL);

	for (size_t i = 0; i < COUNT(sums); i++) {
		uint64_t sum = 0;

		if (!(sums[i].when & (detailed ? DETAILED : USUAL)))
			continue;
		for (size_t k = 0; k < sums[i].n; k++)
			sum += l->stats[sums[i].stats[k]];
		page_add(p, &metrics[i], row, (double)sum);
	}
}

static int
add_links(struct page *p)
{
	const struct link *links;
	int n = netlink_links(p, &links);

	for (int i = 0; i < n; i++)
		if (filter_takes(&devices, links[i].name))
			add_link(p, &links[i]);
	return n < 0 ? n : 0;
}

/* A file of sysfs, good until the next; NULL if it cannot be read. */
static char *
property(const char *name, const char *file)
{
	char *text = place_readf(place(SYS), "class/net/%s/%s", name, file);

	if (text == NULL)
		return NULL;
	text[strnlen(text, LINK_ALIAS_MAX)] = '\0';
	return text_trim(text);
}

/* "eth0: 1 2 ...", the name right-aligned. */
static bool
add_line(struct page *p, char *line)
{
	double values[COLUMNS], nohandler;
	char *colon = strrchr(line, ':'), *name, *word, *alias = NULL;
	uint32_t row;

	if (colon == NULL)
		return false;
	*colon++ = '\0';
	name = text_trim(line);
	for (size_t i = 0; i < COLUMNS; i++)
		if ((word = text_word(&colon, " \t")) == NULL || !text_number(word, &values[i]))
			return false;
	if (!filter_takes(&devices, name))
		return true;
	if (with_alias && (alias = property(name, "ifalias")) == NULL)
		alias = "";
	row = row_of(p, name, alias);
	for (size_t i = 0; i < COLUMNS; i++)
		page_add(p, &metrics[detailed ? detailed_columns[i] : i], row, values[i]);
	if (by_netlink && (word = property(name, "statistics/rx_nohandler")) != NULL && text_number(word, &nohandler))
		page_add(p, &metrics[NOHANDLER], row, nohandler);
	return true;
}

/* The lines are copied, for each may need files of its own. */
static int
add_lines(struct page *p)
{
	static struct buf lines;
	char *at = place_read(place(NET), "dev"), *line;
	int err = 0;

	if (at == NULL)
		return -errno;
	lines.size = 0;
	buf_add(&lines, at, strlen(at) + 1);
	at = lines.data;
	if (text_line(&at) == NULL || text_line(&at) == NULL)
		return -EINVAL;
	while ((line = text_line(&at)) != NULL)
		if (!add_line(p, line))
			err = -EINVAL;
	return err;
}

/* As Go's net.IP tells them, which counts loopback among link-local. */
static const char *
scope_of(int family, const void *address)
{
	const unsigned char *b = address;
	const struct in6_addr *six = address;

	if (family == AF_INET) {
		if (b[0] == 127 || (b[0] == 169 && b[1] == 254) || (b[0] == 224 && b[1] == 0 && b[2] == 0))
			return "link-local";
		return memcmp(b, "\0\0\0", 4) == 0 || memcmp(b, "\377\377\377\377", 4) == 0 || b[0] >> 4 == 14 ? "" :
		    "global";
	}
	if (IN6_IS_ADDR_LOOPBACK(six) || IN6_IS_ADDR_LINKLOCAL(six) || IN6_IS_ADDR_MC_LINKLOCAL(six))
		return "link-local";
	if (IN6_IS_ADDR_MC_NODELOCAL(six))
		return "interface-local";
	return IN6_IS_ADDR_UNSPECIFIED(six) || IN6_IS_ADDR_MULTICAST(six) ? "" : "global";
}

/* A link with two ends has its own address in IFA_LOCAL. */
static const void *
address_of(const struct nlmsghdr *m, const struct ifaddrmsg *info)
{
	const void *address = NULL;
	struct attribute a;

	for (struct attributes from = netlink_attributes(m, sizeof *info); netlink_next(&from, &a);)
		if ((a.type == IFA_LOCAL || (a.type == IFA_ADDRESS && address == NULL)) &&
		    a.size >= (info->ifa_family == AF_INET ? 4 : 16))
			address = a.data;
	return address;
}

struct address {
	unsigned index, prefix;
	int family;
	unsigned char bytes[16];
};

static struct {
	struct address *addresses;
	size_t n, room;
} all;

static void
take_address(const struct nlmsghdr *m, void *to)
{
	const struct ifaddrmsg *info = m == NULL ? NULL : netlink_header(m, sizeof *info);
	const void *bytes = info == NULL ? NULL : address_of(m, info);
	struct address *a;

	(void)to;
	if (m == NULL)
		all.n = 0;
	if (bytes == NULL || (info->ifa_family != AF_INET && info->ifa_family != AF_INET6))
		return;
	all.addresses = must_grow(all.addresses, all.n, &all.room, sizeof *all.addresses);
	a = &all.addresses[all.n++];
	*a = (struct address){ info->ifa_index, info->ifa_prefixlen, info->ifa_family };
	memcpy(a->bytes, bytes, info->ifa_family == AF_INET ? 4 : 16);
}

static void
add_address(struct page *p, const struct address *a)
{
	char device[IF_NAMESIZE], address[INET6_ADDRSTRLEN], netmask[8];
	struct label labels[] = {
		{ "address", address }, { "device", device }, { "netmask", netmask },
		{ "scope", scope_of(a->family, a->bytes) },
	};

	if (if_indextoname(a->index, device) == NULL || !filter_takes(&devices, device))
		return;
	ip_print(address, a->bytes, a->family == AF_INET ? 4 : 16);
	snprintf(netmask, sizeof netmask, "%u", a->prefix);
	page_add(p, &metrics[ADDRESS], page_row(p, labels, COUNT(labels)), 1);
}

static int
add_addresses(struct page *p)
{
	int err = netlink_dump(NETLINK_ROUTE, RTM_GETADDR, &(struct ifaddrmsg){ 0 }, sizeof(struct ifaddrmsg),
	    take_address, NULL);

	for (size_t i = 0; err == 0 && i < all.n; i++)
		add_address(p, &all.addresses[i]);
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	bool ours = place_is_our_network();
	int err = by_netlink && ours ? add_links(p) : add_lines(p);

	(void)s;
	return err == 0 && with_addresses && ours ? add_addresses(p) : err;
}

static void
prepare(void)
{
	filter_inherit(&devices.include, &old_include);
	filter_inherit(&devices.exclude, &old_exclude);
	filter_prepare(&devices, NULL);
	for (size_t i = 0; i < COUNT(sums); i++)
		if (sums[i].when == BOTH || (detailed && sums[i].when == DETAILED))
			netlink_stats_taken |= UINT32_C(1) << sums[i].stats[0];
}

const struct collector netdev = {
	.name = "netdev",
	.help = "Traffic of network interfaces.",
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.netdev.device-include", TEXT, &devices.include,
		    "Interfaces to take, as a regular expression." },
		{ "collector.netdev.device-exclude", TEXT, &devices.exclude,
		    "Interfaces to leave out, as a regular expression." },
		{ "collector.netdev.device-whitelist", TEXT, &old_include, NULL },
		{ "collector.netdev.device-blacklist", TEXT, &old_exclude, NULL },
		{ "collector.netdev.netlink", SWITCH, &by_netlink,
		    "Ask netlink where the node's network is our own, instead of reading /proc/net/dev." },
		{ "collector.netdev.address-info", SWITCH, &with_addresses,
		    "Export the addresses of interfaces, where the node's network is our own." },
		{ "collector.netdev.enable-detailed-metrics", SWITCH, &detailed,
		    "Export each counter under netlink's name for it, not the sums of /proc/net/dev." },
		{ "collector.netdev.label-ifalias", SWITCH, &with_alias, "Add the label ifalias." },
		{ 0 },
	},
	.prepare = prepare,
};
