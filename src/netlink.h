/* What netlink says of our own network. One collection runs at a time, so that one socket of each protocol serves all. */
#ifndef NETLINK_H
#define NETLINK_H

#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "page.h"

/* Takes one message of a dump; NULL where it begins, and begins again because the objects changed under way. */
typedef void netlink_taker(const struct nlmsghdr *m, void *to);

/* Dumps what a message of that type and body asks a protocol for: NETLINK_ROUTE and the like. 0 or -errno. */
int netlink_dump(int protocol, unsigned short type, const void *body, size_t size, netlink_taker *take, void *to);

/* The number of a family of generic netlink. 0; -ENOENT: the kernel does not have it; or another -errno. */
int netlink_family(const char *name, unsigned short *family);

/* The same of such a family; index: of the interface that an attribute of this type tells, or 0. */
int netlink_dump_generic(unsigned short family, uint8_t command, unsigned short type, uint32_t index,
    netlink_taker *take, void *to);

struct attributes {
	const char *at, *end;
};

struct attribute {
	unsigned short type;
	size_t size;
	const void *data;
};

/* The fixed part of a message, NULL if the message is shorter; and the attributes behind it. */
const void *netlink_header(const struct nlmsghdr *m, size_t size);
struct attributes netlink_attributes(const struct nlmsghdr *m, size_t header);

/* Those that are the value of one. */
struct attributes netlink_nested(const struct attribute *a);

/* The next attribute, or false at the end. */
bool netlink_next(struct attributes *from, struct attribute *a);

/* The values: an unsigned integer of 1 to 8 bytes; a text, as far as it fits. */
uint64_t netlink_number(const struct attribute *a);
void netlink_text(const struct attribute *a, char *to, size_t size);

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
	bool veth;
	uint8_t address_size;
	unsigned char address[LINK_ADDRESS_MAX], broadcast[LINK_ADDRESS_MAX];
	char name[IFNAMSIZ];
	uint32_t alias, altnames;       /* for the functions below */
	uint64_t stats[LINK_STATS];
};

/* Which of them netdev exports under their own names, by bit: netclass has the others, if it is told to. */
extern uint32_t netlink_stats_taken;

/* All links, asked for once in each collection of p. Their number, or -errno. */
int netlink_links(const struct page *p, const struct link **links);

/* The name of the link with that index, or "". */
const char *netlink_name(const struct page *p, uint32_t index);

/* ifalias of a link, "" if it has none. netlink_alias trims and cuts it as node_exporter does what it reads of sysfs. */
const char *netlink_alias(const struct link *l);
const char *netlink_alias_whole(const struct link *l);

/* Its further names, one NUL behind each, and "" at the end. */
const char *netlink_altnames(const struct link *l);

#endif
