/* netlink(7): dumps, and the links of rtnetlink(7) decoded. */
#include "netlink.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "buf.h"
#include "text.h"

enum { RECEIVE = 32 << 10, TRIES = 4 };

static int socks[NETLINK_GENERIC + 1];  /* by protocol, plus one; 0: not open */
static uint32_t sequence;

static int
open_socket(int protocol)
{
	struct timeval patience = { .tv_sec = 2 };

	if (socks[protocol] == 0) {
		socks[protocol] = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol) + 1;
		if (socks[protocol] == 0)
			return -errno;
		setsockopt(socks[protocol] - 1, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	}
	return socks[protocol] - 1;
}

/* With what is left of an answer. */
static void
close_socket(int protocol)
{
	if (socks[protocol] != 0)
		close(socks[protocol] - 1);
	socks[protocol] = 0;
}

static int
ask(int sock, unsigned short type, const void *body, size_t size)
{
	struct {
		struct nlmsghdr header;
		char body[128];
	} request = { .header = {
		.nlmsg_len = (uint32_t)NLMSG_LENGTH(size), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.nlmsg_seq = ++sequence,
	} };

	if (size > sizeof request.body)
		return -E2BIG;
	memcpy(request.body, body, size);
	return send(sock, &request, request.header.nlmsg_len, 0) < 0 ? -errno : 0;
}

/* The error of a message that tells of one, or 1. */
static int
outcome(const struct nlmsghdr *m)
{
	const int *err = netlink_header(m, sizeof *err);        /* NLMSG_ERROR and NLMSG_DONE begin with it */

	return err != NULL && *err < 0 ? *err : 1;
}

/* Hands on the messages of one datagram. 1 at the dump's end, or -errno. */
static int
hand_on(const char *at, size_t size, netlink_taker *take, void *to, bool *changed)
{
	const struct nlmsghdr *m;

	for (size_t step; size >= sizeof *m; at += step, size -= step) {
		m = (const struct nlmsghdr *)(const void *)at;
		if (m->nlmsg_len < sizeof *m || m->nlmsg_len > size)
			break;
		step = NLMSG_ALIGN(m->nlmsg_len) < size ? NLMSG_ALIGN(m->nlmsg_len) : size;
		if (m->nlmsg_seq != sequence)
			continue;
		*changed = *changed || (m->nlmsg_flags & NLM_F_DUMP_INTR);
		if (m->nlmsg_type == NLMSG_ERROR || m->nlmsg_type == NLMSG_DONE)
			return outcome(m);
		take(m, to);
	}
	return 0;
}

static int
receive(int sock, netlink_taker *take, void *to, bool *changed)
{
	static char datagram[RECEIVE] __attribute__((aligned(NLMSG_ALIGNTO)));
	int err = 0;
	ssize_t n;

	while (err == 0) {
		n = recv(sock, datagram, sizeof datagram, 0);
		if (n > 0)
			err = hand_on(datagram, (size_t)n, take, to, changed);
		else if (n == 0 || errno != EINTR)
			err = n == 0 ? -EPIPE : -errno;
	}
	return err < 0 ? err : 0;
}

int
netlink_dump(int protocol, unsigned short type, const void *body, size_t size, netlink_taker *take, void *to)
{
	bool changed = true;
	int err = 0, sock;

	for (int i = 0; i < TRIES && err == 0 && changed; i++) {
		changed = false;
		take(NULL, to);
		if ((sock = open_socket(protocol)) < 0)
			return sock;
		err = ask(sock, type, body, size);
		if (err == 0)
			err = receive(sock, take, to, &changed);
		if (err < 0)
			close_socket(protocol);
	}
	return err;
}

const void *
netlink_header(const struct nlmsghdr *m, size_t size)
{
	return m->nlmsg_len < NLMSG_LENGTH(size) ? NULL : NLMSG_DATA(m);
}

struct attributes
netlink_attributes(const struct nlmsghdr *m, size_t header)
{
	const char *message = (const char *)m, *end = message + m->nlmsg_len;

	return NLMSG_SPACE(header) > m->nlmsg_len ? (struct attributes){ end, end } :
	    (struct attributes){ message + NLMSG_SPACE(header), end };
}

struct attributes
netlink_nested(const struct attribute *a)
{
	return (struct attributes){ a->data, (const char *)a->data + a->size };
}

bool
netlink_next(struct attributes *from, struct attribute *a)
{
	size_t left = (size_t)(from->end - from->at), whole;
	struct nlattr header;

	if (left < sizeof header)
		return false;
	memcpy(&header, from->at, sizeof header);
	if (header.nla_len < sizeof header || header.nla_len > left)
		return false;
	*a = (struct attribute){
		header.nla_type & NLA_TYPE_MASK, header.nla_len - sizeof header, from->at + sizeof header,
	};
	whole = NLMSG_ALIGN((size_t)header.nla_len);
	from->at += whole < left ? whole : left;
	return true;
}

uint64_t
netlink_number(const struct attribute *a)
{
	uint8_t one;
	uint16_t two;
	uint32_t four;
	uint64_t eight;

	switch (a->size) {
	case sizeof one: return memcpy(&one, a->data, sizeof one), one;
	case sizeof two: return memcpy(&two, a->data, sizeof two), two;
	case sizeof four: return memcpy(&four, a->data, sizeof four), four;
	case sizeof eight: return memcpy(&eight, a->data, sizeof eight), eight;
	default: return 0;
	}
}

void
netlink_text(const struct attribute *a, char *to, size_t size)
{
	snprintf(to, size, "%.*s", (int)a->size, (const char *)a->data);
}

struct wanted {
	const char *name;
	unsigned short id;              /* 0: not found */
};

static void
take_family(const struct nlmsghdr *m, void *to)
{
	struct wanted *w = to;
	unsigned short id = 0;
	struct attribute a;
	char name[GENL_NAMSIZ] = "";

	if (m == NULL) {
		w->id = 0;
		return;
	}
	for (struct attributes all = netlink_attributes(m, GENL_HDRLEN); netlink_next(&all, &a);) {
		if (a.type == CTRL_ATTR_FAMILY_ID)
			id = (unsigned short)netlink_number(&a);
		else if (a.type == CTRL_ATTR_FAMILY_NAME)
			netlink_text(&a, name, sizeof name);
	}
	if (strcmp(name, w->name) == 0)
		w->id = id;
}

/* All families are listed: were one asked for by its name, the kernel would load the module that has it. */
int
netlink_family(const char *name, unsigned short *family)
{
	const struct genlmsghdr list = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	struct wanted w = { .name = name };
	int err = netlink_dump(NETLINK_GENERIC, GENL_ID_CTRL, &list, sizeof list, take_family, &w);

	*family = w.id;
	return err == 0 && w.id == 0 ? -ENOENT : err;
}

int
netlink_dump_generic(unsigned short family, uint8_t command, unsigned short type, uint32_t index, netlink_taker *take,
    void *to)
{
	struct {
		struct genlmsghdr header;
		struct nlattr of;
		uint32_t index;
	} body = { { .cmd = command, .version = 1 }, { sizeof body.of + sizeof body.index, type }, index };

	return netlink_dump(NETLINK_GENERIC, family, &body, index != 0 ? sizeof body : sizeof body.header, take, to);
}

uint32_t netlink_stats_taken;

static struct {
	struct link *links;
	size_t n, room;
	struct buf names;               /* aliases and further names */
	const struct page *page;        /* the collection they are of */
	uint32_t age;
	int err;
} all;

/* Where each attribute goes. */
static const struct {
	uint8_t offset, size;
} attributes[] = {
#define TO(type, member) [type] = { offsetof(struct link, member), sizeof((struct link *)0)->member }
	TO(IFLA_IFNAME, name), TO(IFLA_ADDRESS, address), TO(IFLA_BROADCAST, broadcast), TO(IFLA_MTU, mtu),
	TO(IFLA_LINK, lower), TO(IFLA_TXQLEN, queue), TO(IFLA_GROUP, group), TO(IFLA_OPERSTATE, operstate),
	TO(IFLA_LINKMODE, mode), TO(IFLA_CARRIER, carrier), TO(IFLA_PROMISCUITY, promiscuity),
	TO(IFLA_ALLMULTI, allmulti), TO(IFLA_CARRIER_CHANGES, changes), TO(IFLA_CARRIER_UP_COUNT, ups),
	TO(IFLA_CARRIER_DOWN_COUNT, downs), TO(IFLA_STATS64, stats),
#undef TO
};

static uint32_t
keep_name(const struct attribute *a)
{
	uint32_t at = (uint32_t)all.names.size;

	buf_add(&all.names, a->data, strnlen(a->data, a->size));
	buf_add(&all.names, "", 1);
	return at;
}

static uint32_t
keep_altnames(const struct attribute *list)
{
	uint32_t at = (uint32_t)all.names.size;
	struct attribute a;

	for (struct attributes names = netlink_nested(list); netlink_next(&names, &a);)
		if (a.type == IFLA_ALT_IFNAME && a.size > 0 && *(const char *)a.data != '\0')
			keep_name(&a);
	buf_add(&all.names, "", 1);
	return at;
}

static bool
is_veth(const struct attribute *info)
{
	struct attribute a;

	for (struct attributes in = netlink_nested(info); netlink_next(&in, &a);)
		if (a.type == IFLA_INFO_KIND)
			return a.size >= 4 && memcmp(a.data, "veth", 4) == 0 && (a.size == 4 || ((const char *)a.data)[4] == '\0');
	return false;
}

static void
take_attribute(struct link *l, const struct attribute *a)
{
	size_t size = a->type < COUNT(attributes) ? attributes[a->type].size : 0;

	if (size > 0)
		memcpy((char *)l + attributes[a->type].offset, a->data, a->size < size ? a->size : size);
	switch (a->type) {
	case IFLA_ADDRESS:
		l->address_size = (uint8_t)(a->size < LINK_ADDRESS_MAX ? a->size : LINK_ADDRESS_MAX);
		break;
	case IFLA_ALLMULTI: l->has_allmulti = true; break;
	case IFLA_IFALIAS: l->alias = keep_name(a); break;
	case IFLA_PROP_LIST: l->altnames = keep_altnames(a); break;
	case IFLA_LINKINFO: l->veth = is_veth(a); break;
	}
}

static void
take_link(const struct nlmsghdr *m, void *to)
{
	const struct ifinfomsg *info;
	struct attribute a;
	struct link *l;

	(void)to;
	if (m == NULL) {
		all.n = all.names.size = 0;
		buf_add(&all.names, "", 1);
		return;
	}
	if ((info = netlink_header(m, sizeof *info)) == NULL)
		return;
	all.links = must_grow(all.links, all.n, &all.room, sizeof *all.links);
	l = &all.links[all.n++];
	*l = (struct link){
		.index = info->ifi_index, .lower = (uint32_t)info->ifi_index,
		.type = info->ifi_type, .flags = info->ifi_flags,
	};
	for (struct attributes from = netlink_attributes(m, sizeof *info); netlink_next(&from, &a);)
		take_attribute(l, &a);
	l->name[sizeof l->name - 1] = '\0';
}

int
netlink_links(const struct page *p, const struct link **links)
{
	if (all.page != p || all.age != page_age(p)) {
		all.err = netlink_dump(NETLINK_ROUTE, RTM_GETLINK, &(struct ifinfomsg){ 0 }, sizeof(struct ifinfomsg),
		    take_link, NULL);
		all.page = p;
		all.age = page_age(p);
	}
	*links = all.links;
	return all.err != 0 ? all.err : (int)all.n;
}

/* Looked for from the last one on: what refers to links is mostly in their order. */
const char *
netlink_name(const struct page *p, uint32_t index)
{
	static int last;
	const struct link *links;
	int n = netlink_links(p, &links);

	for (int i = 0; i < n; i++, last++) {
		if (last >= n)
			last = 0;
		if ((uint32_t)links[last].index == index)
			return links[last].name;
	}
	return "";
}

const char *
netlink_alias(const struct link *l)
{
	static char cut[LINK_ALIAS_MAX + 1];

	snprintf(cut, sizeof cut, "%s", netlink_alias_whole(l));
	return text_trim(cut);
}

const char *
netlink_alias_whole(const struct link *l)
{
	return all.names.data + l->alias;
}

const char *
netlink_altnames(const struct link *l)
{
	return all.names.data + l->altnames;
}
