/*
 * Any bytes as the kernel's answers on netlink: the first one says to which collector and with which flags, and the rest
 * are messages. What nl80211 answers begins with its number among the families.
 */
#include <linux/netlink.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>

#include "collector.h"
#include "expo/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int kernel_socket(int family, int type, int protocol);
static ssize_t kernel_send(int sock, const void *bytes, size_t size, int flags);
static ssize_t kernel_recv(int sock, void *bytes, size_t size, int flags);

#define socket kernel_socket
#define setsockopt(sock, level, option, value, size) (void)(value)
#define send kernel_send
#define recv kernel_recv
#define close(sock) (void)(sock)
#include "../../src/netlink.c"
#undef socket
#undef setsockopt
#undef send
#undef recv
#undef close

enum { NL80211 = 28 };

static const uint8_t *left, *end;       /* of the input */
static bool ended, families;            /* the answer; it is about families */

static int
kernel_socket(int family, int type, int protocol)
{
	(void)family, (void)type, (void)protocol;
	return 1000;
}

static ssize_t
kernel_send(int sock, const void *bytes, size_t size, int flags)
{
	const struct nlmsghdr *m = bytes;

	(void)sock, (void)flags;
	if (size != m->nlmsg_len)
		abort();
	ended = false;
	families = m->nlmsg_type == GENL_ID_CTRL;
	return (ssize_t)size;
}

/* The one family that there is. */
static size_t
put_family(char *to)
{
	static const struct {
		struct nlmsghdr header;
		struct genlmsghdr generic;
		struct nlattr id, name;
		char text[8];
	} m = {
		.header = { .nlmsg_len = sizeof m, .nlmsg_type = GENL_ID_CTRL },
		.id = { sizeof m.id + 2, CTRL_ATTR_FAMILY_ID }, .name = { sizeof m.name + sizeof m.text, CTRL_ATTR_FAMILY_NAME },
		.text = "nl80211",
	};

	memcpy(to, &m, sizeof m);
	return sizeof m;
}

/* Messages belong to the request; the others are passed over anyway. */
static void
number(char *datagram, size_t size)
{
	struct nlmsghdr *m;

	for (size_t at = 0; at + sizeof *m <= size; at += NLMSG_ALIGN(m->nlmsg_len)) {
		m = (struct nlmsghdr *)(void *)(datagram + at);
		m->nlmsg_seq = sequence;
		if (m->nlmsg_len < sizeof *m || m->nlmsg_len > size - at)
			return;
	}
}

/* A datagram of the input has its length before it; behind them is the end. */
static ssize_t
kernel_recv(int sock, void *bytes, size_t size, int flags)
{
	const struct nlmsghdr done = { .nlmsg_len = sizeof done, .nlmsg_type = NLMSG_DONE };
	size_t n = 0;

	(void)sock, (void)flags;
	if (families && !ended) {
		n = put_family(bytes);
	} else if (!ended && end - left >= 2) {
		n = left[0] | (size_t)left[1] << 8;
		left += 2;
		n = n < (size_t)(end - left) ? n : (size_t)(end - left);
		n = n < size ? n : size;
		memcpy(bytes, left, n);
		left += n;
	}
	ended = families || n == 0 || left == end || *left % 2 == 1;
	if (n < sizeof done) {
		memcpy(bytes, &done, sizeof done);
		n = sizeof done;
	}
	number(bytes, n);
	return (ssize_t)n;
}

static const char *const fuzzed[] = { "arp", "netclass", "netdev", "network_route", "qdisc", "tcpstat", "wifi" };

static struct page *page;
static const struct collector *all_fuzzed[COUNT(fuzzed)];

static void
begin(void)
{
	page = page_new();
	if (!place_open())
		abort();
	for (size_t i = 0; i < n_collectors; i++)
		for (size_t k = 0; k < COUNT(fuzzed); k++)
			if (strcmp(collectors[i]->name, fuzzed[k]) == 0)
				all_fuzzed[k] = collectors[i];
	for (size_t k = 0; k < COUNT(fuzzed); k++)
		if (all_fuzzed[k]->prepare != NULL)
			all_fuzzed[k]->prepare();
}

/* All but those that would have files read instead. */
static void
set_flags(const struct collector *c, unsigned bits)
{
	for (const struct flag *f = c->flags; f != NULL && f->name != NULL; f++) {
		if (f->kind != SWITCH || strcmp(f->name, "collector.arp.netlink") == 0 ||
		    strcmp(f->name, "collector.netdev.netlink") == 0)
			continue;
		*(bool *)f->to = bits & 1;
		bits >>= 1;
	}
}

static void
append(void *to, const char *text, size_t size, bool last)
{
	(void)last;
	buf_add(to, text, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buf piece, text;
	const struct collector *c;

	if (page == NULL)
		begin();
	if (size == 0)
		return 0;
	c = all_fuzzed[data[0] % COUNT(fuzzed)];
	set_flags(c, data[0] / COUNT(fuzzed));
	left = data + 1;
	end = data + size;
	page_clear(page);
	c->update(place(PROC), page);
	text.size = 0;
	expo_text(page, &piece, append, &text);
	return 0;
}
