/* What rtnetlink says of our own network. One collection runs at a time, so that one socket serves all. */
#ifndef NETLINK_H
#define NETLINK_H

#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "page.h"

/* Takes one message of a dump; NULL where it begins, and begins again because the objects changed under way. */
typedef void netlink_taker(const struct nlmsghdr *m, void *to);

/* Dumps all objects of an address family: RTM_GETLINK and the like. 0 or -errno. */
int netlink_dump(unsigned short type, unsigned char family, netlink_taker *take, void *to);

/* Counters of a link, in the order of struct rtnl_link_stats64. */
enum link_stat {
	RX_PACKETS, TX_PACKETS, RX_BYTES, TX_BYTES, RX_ERRORS, TX_ERRORS, RX_DROPPED, TX_DROPPED, MULTICAST, COLLISIONS,
	RX_LENGTH_ERRORS, RX_OVER_ERRORS, RX_CRC_ERRORS, RX_FRAME_ERRORS, RX_FIFO_ERRORS, RX_MISSED_ERRORS,
	TX_ABORTED_ERRORS, TX_CARRIER_ERRORS, TX_FIFO_ERRORS, TX_HEARTBEAT_ERRORS, TX_WINDOW_ERRORS,
	RX_COMPRESSED, TX_COMPRESSED, RX_NOHANDLER,
	LINK_STATS
};

enum { LINK_ADDRESS_MAX = 32, LINK_ALIAS_MAX = 128 };

/* A link as its RTM_NEWLINK message has it. */
struct link {
	int index;
	uint32_t lower;                 /* the link it stands on, or its own index */
	unsigned type, flags;           /* flags as dev_get_flags(): not those of sysfs */
	uint32_t mtu, queue, group, promiscuity, allmulti, changes, ups, downs;
	uint8_t operstate, mode, carrier;
	bool has_allmulti;              /* Linux 6.0 */
	uint8_t address_size;
	unsigned char address[LINK_ADDRESS_MAX], broadcast[LINK_ADDRESS_MAX];
	char name[IFNAMSIZ];
	uint32_t alias;                 /* for netlink_alias */
	uint64_t stats[LINK_STATS];
};

/* All links, asked for once in each collection of p. Their number, or -errno. */
int netlink_links(const struct page *p, const struct link **links);

/* ifalias of a link, "" if it has none; trimmed, and cut as node_exporter cuts what it reads of sysfs. */
const char *netlink_alias(const struct link *l);

#endif
