/*
 * Unicast routes of all tables and families, from a dump of rtnetlink(7); each hop of a multipath route is one. A route
 * that is in two tables is exported once, but counts twice.
 */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ip.h"
#include "../netlink.h"

static const struct metric metrics[] = {
	{ "", GAUGE, ONE, "node_network_route_info", "A route, or a hop of one." },
	{ "", GAUGE, ONE, "node_network_routes", "Routes that lead to the interface." },
	{ 0 },
};

enum { INFO, ROUTES };

/* The values of rtm_protocol, rtnetlink.h. */
static const char *const protocols[256] = {
	[0] = "unspec", [1] = "redirect", [2] = "kernel", [3] = "boot", [4] = "static", [8] = "gated", [9] = "ra",
	[10] = "mrt", [11] = "zebra", [12] = "bird", [13] = "dnrouted", [14] = "xorp", [15] = "ntk", [16] = "dhcp",
	[17] = "mrouted", [42] = "babel", [186] = "bgp", [187] = "isis", [188] = "ospf", [189] = "rip", [192] = "eigrp",
};

struct address {
	unsigned char size, bytes[16];  /* size 0: none */
};

/* Compared as bytes: without padding, the interface first. */
struct route {
	uint32_t device, priority;
	uint16_t weight;                /* 0: not of a multipath route */
	unsigned char protocol, bits, unused;
	struct address to, from, gateway;
};

_Static_assert(sizeof(struct route) == 64, "no padding");

static struct {
	struct route *routes;
	size_t n, room;
} all;

static void
keep(const struct route *r)
{
	all.routes = must_grow(all.routes, all.n, &all.room, sizeof *all.routes);
	all.routes[all.n++] = *r;
}

static void
set_address(struct address *to, const struct attribute *a)
{
	if (a->size != 4 && a->size != 16)
		return;
	to->size = (unsigned char)a->size;
	memcpy(to->bytes, a->data, a->size);
}

/* Each hop is a header and attributes of its own. */
static void
keep_hops(const struct route *of, const struct attribute *multipath)
{
	const char *at = multipath->data, *end = at + multipath->size;
	struct attribute a;
	struct rtnexthop hop;
	struct route r;

	for (; (size_t)(end - at) >= sizeof hop; at += hop.rtnh_len) {
		memcpy(&hop, at, sizeof hop);
		if (hop.rtnh_len < sizeof hop || hop.rtnh_len > end - at)
			return;
		r = *of;
		r.device = (uint32_t)hop.rtnh_ifindex;
		r.weight = hop.rtnh_hops + 1;
		r.gateway = (struct address){ 0 };
		for (struct attributes from = { at + sizeof hop, at + hop.rtnh_len }; netlink_next(&from, &a);)
			if (a.type == RTA_GATEWAY)
				set_address(&r.gateway, &a);
		keep(&r);
	}
}

static void
take_route(const struct nlmsghdr *m, const struct rtmsg *header)
{
	struct route r = { .protocol = header->rtm_protocol, .bits = header->rtm_dst_len };
	struct attribute a, multipath = { 0 };

	for (struct attributes from = netlink_attributes(m, sizeof *header); netlink_next(&from, &a);) {
		switch (a.type) {
		case RTA_DST: set_address(&r.to, &a); break;
		case RTA_PREFSRC: set_address(&r.from, &a); break;
		case RTA_GATEWAY: set_address(&r.gateway, &a); break;
		case RTA_OIF: r.device = (uint32_t)netlink_number(&a); break;
		case RTA_PRIORITY: r.priority = (uint32_t)netlink_number(&a); break;
		case RTA_MULTIPATH: multipath = a; break;
		default: break;
		}
	}
	if (multipath.size > 0)
		keep_hops(&r, &multipath);
	else
		keep(&r);
}

static void
take(const struct nlmsghdr *m, void *to)
{
	const struct rtmsg *header = m == NULL ? NULL : netlink_header(m, sizeof *header);

	(void)to;
	if (m == NULL)
		all.n = 0;
	else if (header != NULL && header->rtm_type == RTN_UNICAST)
		take_route(m, header);
}

enum { ADDRESS_TEXT = INET6_ADDRSTRLEN + sizeof "/128" };

static const char *
print(char to[ADDRESS_TEXT], const struct address *a)
{
	*to = '\0';
	if (a->size > 0)
		ip_print(to, a->bytes, a->size);
	return to;
}

static const char *
print_destination(char to[ADDRESS_TEXT], const struct route *r)
{
	if (r->bits == 0)
		return "default";
	print(to, &r->to);
	sprintf(to + strlen(to), "/%u", r->bits);
	return to;
}

static void
add(struct page *p, const struct route *r, const char *device)
{
	const char *protocol = protocols[r->protocol] != NULL ? protocols[r->protocol] : "unknown";
	char to[ADDRESS_TEXT], from[ADDRESS_TEXT], gateway[ADDRESS_TEXT], priority[16], weight[8] = "";

	snprintf(priority, sizeof priority, "%u", r->priority);
	if (r->weight > 0)
		snprintf(weight, sizeof weight, "%u", r->weight);
	page_add(p, &metrics[INFO], page_row(p, LABELS(
		{ "dest", print_destination(to, r) }, { "device", device }, { "gw", print(gateway, &r->gateway) },
		{ "priority", priority }, { "proto", protocol }, { "src", print(from, &r->from) }, { "weight", weight }
	)), 1);
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct route));
}

/* The routes of one interface, which stand in order. Without a name it has gone meanwhile. */
static void
add_device(struct page *p, const struct route *routes, size_t n)
{
	const char *device = netlink_name(p, routes->device);

	if (*device == '\0' && routes->device != 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (i == 0 || compare(&routes[i - 1], &routes[i]) != 0)
			add(p, &routes[i], device);
	page_add(p, &metrics[ROUTES], page_row_of(p, "device", device), (double)n);
}

static int
update(const struct scope *s, struct page *p)
{
	const struct rtmsg request = { 0 };
	const struct link *links;
	size_t begin = 0;
	int err;

	(void)s;
	if (!place_is_our_network())
		return -ENODATA;
	if ((err = netlink_links(p, &links)) < 0 ||
	    (err = netlink_dump(NETLINK_ROUTE, RTM_GETROUTE, &request, sizeof request, take, NULL)) != 0)
		return err;
	if (all.n > 0)
		qsort(all.routes, all.n, sizeof *all.routes, compare);
	for (size_t i = 1; i <= all.n; i++) {
		if (i < all.n && all.routes[i].device == all.routes[begin].device)
			continue;
		add_device(p, &all.routes[begin], i - begin);
		begin = i;
	}
	return 0;
}

const struct collector network_route = {
	.name = "network_route",
	.help = "Routes of the node.",
	.off = true,
	.metrics = metrics,
	.update = update,
};
