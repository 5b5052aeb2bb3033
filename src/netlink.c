/* rtnetlink(7): dumps, and links decoded. */
#include "netlink.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "buf.h"
#include "text.h"

enum { RECEIVE = 32 << 10, TRIES = 4 };

static int sock = -1;
static uint32_t sequence;

static int
open_socket(void)
{
	struct timeval patience = { .tv_sec = 2 };

	if (sock < 0)
		sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (sock < 0)
		return -errno;
	setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return 0;
}

static int
ask(unsigned short type, unsigned char family)
{
	struct {
		struct nlmsghdr header;
		union {
			struct ifinfomsg link;
			struct ndmsg neighbour;
			struct ifaddrmsg address;
			unsigned char family;   /* where each of them begins */
		};
	} request = { .header = {
		.nlmsg_len = sizeof request, .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.nlmsg_seq = ++sequence,
	} };

	request.family = family;
	return send(sock, &request, sizeof request, 0) < 0 ? -errno : 0;
}

/* Hands on the messages of one datagram. 1 at the dump's end, or -errno. */
static int
hand_on(const struct nlmsghdr *m, size_t size, netlink_taker *take, void *to, bool *changed)
{
	int err;

	for (; NLMSG_OK(m, size); m = NLMSG_NEXT(m, size)) {
		if (m->nlmsg_seq != sequence)
			continue;
		*changed = *changed || (m->nlmsg_flags & NLM_F_DUMP_INTR);
		if (m->nlmsg_type == NLMSG_ERROR || m->nlmsg_type == NLMSG_DONE) {
			memcpy(&err, NLMSG_DATA(m), sizeof err);        /* either begins with it */
			return err < 0 ? err : 1;
		}
		take(m, to);
	}
	return 0;
}

static int
dump(unsigned short type, unsigned char family, netlink_taker *take, void *to, bool *changed)
{
	static char datagram[RECEIVE] __attribute__((aligned(NLMSG_ALIGNTO)));
	int err = open_socket();
	ssize_t n;

	if (err == 0)
		err = ask(type, family);
	take(NULL, to);
	while (err == 0) {
		n = recv(sock, datagram, sizeof datagram, 0);
		if (n > 0)
			err = hand_on((const struct nlmsghdr *)(const void *)datagram, (size_t)n, take, to, changed);
		else if (n == 0 || errno != EINTR)
			err = n == 0 ? -EPIPE : -errno;
	}
	if (err < 0 && sock >= 0) {
		close(sock);    /* and with it what is left of the answer */
		sock = -1;
	}
	return err < 0 ? err : 0;
}

int
netlink_dump(unsigned short type, unsigned char family, netlink_taker *take, void *to)
{
	bool changed = true;
	int err = 0;

	for (int i = 0; i < TRIES && err == 0 && changed; i++) {
		changed = false;
		err = dump(type, family, take, to, &changed);
	}
	return err;
}

static struct {
	struct link *links;
	size_t n, room;
	struct buf aliases;
	const struct page *page;        /* the collection they are of */
	uint32_t age;
	int err;
} all;

/* Where each attribute goes. */
static const struct {
	unsigned short type;
	uint8_t offset, size;
} attributes[] = {
#define TO(type, member) { type, offsetof(struct link, member), sizeof((struct link *)0)->member }
	TO(IFLA_IFNAME, name), TO(IFLA_ADDRESS, address), TO(IFLA_BROADCAST, broadcast), TO(IFLA_MTU, mtu),
	TO(IFLA_LINK, lower), TO(IFLA_TXQLEN, queue), TO(IFLA_GROUP, group), TO(IFLA_OPERSTATE, operstate),
	TO(IFLA_LINKMODE, mode), TO(IFLA_CARRIER, carrier), TO(IFLA_PROMISCUITY, promiscuity),
	TO(IFLA_ALLMULTI, allmulti), TO(IFLA_CARRIER_CHANGES, changes), TO(IFLA_CARRIER_UP_COUNT, ups),
	TO(IFLA_CARRIER_DOWN_COUNT, downs), TO(IFLA_STATS64, stats),
#undef TO
};

static uint32_t
keep_alias(const char *alias, size_t n)
{
	uint32_t at = (uint32_t)all.aliases.size;
	char cut[LINK_ALIAS_MAX + 1];

	snprintf(cut, sizeof cut, "%.*s", (int)n, alias);
	buf_text(&all.aliases, text_trim(cut));
	buf_add(&all.aliases, "", 1);
	return at;
}

static void
take_attribute(struct link *l, const struct rtattr *a)
{
	size_t n = RTA_PAYLOAD(a), size;

	for (size_t i = 0; i < COUNT(attributes); i++) {
		if (attributes[i].type != a->rta_type)
			continue;
		size = attributes[i].size;
		memcpy((char *)l + attributes[i].offset, RTA_DATA(a), n < size ? n : size);
	}
	if (a->rta_type == IFLA_ADDRESS) {
		l->address_size = (uint8_t)(n < LINK_ADDRESS_MAX ? n : LINK_ADDRESS_MAX);
	} else if (a->rta_type == IFLA_ALLMULTI) {
		l->has_allmulti = true;
	} else if (a->rta_type == IFLA_IFALIAS) {
		l->alias = keep_alias(RTA_DATA(a), n);
	}
}

static void
take_link(const struct nlmsghdr *m, void *to)
{
	const struct ifinfomsg *info;
	const struct rtattr *a;
	struct link *l;
	size_t size;

	(void)to;
	if (m == NULL) {
		all.n = all.aliases.size = 0;
		buf_add(&all.aliases, "", 1);
		return;
	}
	all.links = must_grow(all.links, all.n, &all.room, sizeof *all.links);
	info = NLMSG_DATA(m);
	l = &all.links[all.n++];
	*l = (struct link){
		.index = info->ifi_index, .lower = (uint32_t)info->ifi_index,
		.type = info->ifi_type, .flags = info->ifi_flags,
	};
	size = NLMSG_PAYLOAD(m, sizeof *info);
	for (a = IFLA_RTA(info); RTA_OK(a, size); a = RTA_NEXT(a, size))
		take_attribute(l, a);
}

int
netlink_links(const struct page *p, const struct link **links)
{
	if (all.page != p || all.age != page_age(p)) {
		all.err = netlink_dump(RTM_GETLINK, AF_UNSPEC, take_link, NULL);
		all.page = p;
		all.age = page_age(p);
	}
	*links = all.links;
	return all.err != 0 ? all.err : (int)all.n;
}

const char *
netlink_alias(const struct link *l)
{
	return all.aliases.data + l->alias;
}
