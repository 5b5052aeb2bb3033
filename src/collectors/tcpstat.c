/*
 * TCP sockets by state, and the bytes in their queues, from a dump of sock_diag(7). The kernel tells of each socket, but
 * nothing is kept of it: a million of them are counted as they come. The older request is sent, for it is answered with
 * IPv4 and IPv6 in one walk over the kernel's table.
 */
#include "../collector.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <netinet/tcp.h>
#include <string.h>

#include "../netlink.h"

static const struct metric metrics[] = {
	{ "", GAUGE, ONE, "node_tcp_connection_states", "TCP sockets in a state, or bytes in the queues of all of them." },
	{ 0 },
};

static const char *const states[] = {
	[TCP_ESTABLISHED] = "established", [TCP_SYN_SENT] = "syn_sent", [TCP_SYN_RECV] = "syn_recv",
	[TCP_FIN_WAIT1] = "fin_wait1", [TCP_FIN_WAIT2] = "fin_wait2", [TCP_TIME_WAIT] = "time_wait",
	[TCP_CLOSE] = "close", [TCP_CLOSE_WAIT] = "close_wait", [TCP_LAST_ACK] = "last_ack", [TCP_LISTEN] = "listen",
	[TCP_CLOSING] = "closing",
};

enum { STATES = COUNT(states), ALL = 0xfff };

struct tally {
	uint64_t sockets[STATES], all, received, sent;
};

static void
take(const struct nlmsghdr *m, void *to)
{
	struct tally *t = to;
	const struct inet_diag_msg *socket;

	if (m == NULL) {
		memset(t, 0, sizeof *t);
		return;
	}
	if ((socket = netlink_header(m, sizeof *socket)) == NULL || socket->idiag_state >= STATES)
		return;
	t->sockets[socket->idiag_state]++;
	t->all++;
	t->received += socket->idiag_rqueue;
	t->sent += socket->idiag_wqueue;
}

static void
add(struct page *p, const char *state, uint64_t n)
{
	page_add(p, &metrics[0], page_row_of(p, "state", state), (double)n);
}

static int
update(const struct scope *s, struct page *p)
{
	const struct inet_diag_req request = { .idiag_states = ALL };
	struct tally t;
	int err;

	(void)s;
	if (!place_is_our_network())
		return -ENODATA;
	err = netlink_dump(NETLINK_SOCK_DIAG, TCPDIAG_GETSOCK, &request, sizeof request, take, &t);
	if (err != 0 || t.all == 0)
		return err;
	for (size_t i = 0; i < STATES; i++)
		if (t.sockets[i] > 0 && states[i] != NULL)
			add(p, states[i], t.sockets[i]);
	add(p, "rx_queued_bytes", t.received);
	add(p, "tx_queued_bytes", t.sent);
	return 0;
}

const struct collector tcpstat = {
	.name = "tcpstat",
	.help = "TCP sockets by state.",
	.off = true,
	.metrics = metrics,
	.update = update,
};
