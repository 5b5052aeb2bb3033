/* UDP sockets of each pod: /proc/<pid>/net/udp and udp6. proc_pid_net(5) */
#include "../collector.h"

#include <string.h>

#include "../sockets.h"
#include "../text.h"

#define OF(family, help, what) { "", GAUGE, ONE, family, help, { { "udp_state", what } } }
#define SOCKETS(family, help) \
	OF(family, help, "listen"), OF(family, help, "dropped"), \
	OF(family, help, "rxqueued"), OF(family, help, "txqueued")

enum { LISTEN, DROPPED, RX, TX, FIGURES };

static const struct metric metrics[] = {
	SOCKETS("container_network_udp_usage_total", "UDP sockets of IPv4, their queues in bytes and datagrams lost."),
	SOCKETS("container_network_udp6_usage_total", "UDP sockets of IPv6, their queues in bytes and datagrams lost."),
	{ 0 },
};

/* "sl: local remote state tx:rx tr:when retransmits uid timeout inode references pointer drops"; tx, rx hexadecimal. */
static void
add_line(char *line, void *to)
{
	enum { QUEUES = 4, DROPS = 12, WORDS };
	struct sockets *sum = to;
	char *words[WORDS], *rx;
	uint64_t tx_bytes, rx_bytes, drops;

	for (size_t i = 0; i < WORDS; i++)
		if ((words[i] = text_word(&line, " ")) == NULL) {
			sum->garbled = true;
			return;
		}
	if (strcmp(words[0], "sl") == 0)
		return;
	rx = words[QUEUES];
	if (!text_u64(text_field(&rx, ':'), 16, &tx_bytes) || rx == NULL || !text_u64(rx, 16, &rx_bytes) ||
	    !text_u64(words[DROPS], 10, &drops)) {
		sum->garbled = true;
		return;
	}
	sum->figures[LISTEN]++;
	sum->figures[DROPPED] += (double)drops;
	sum->figures[RX] += (double)rx_bytes;
	sum->figures[TX] += (double)tx_bytes;
}

static int
update(const struct scope *s, struct page *p)
{
	static const char *const files[] = { "net/udp", "net/udp6" };

	return sockets_add(s, p, files, add_line, metrics, FIGURES);
}

const struct collector container_udp = {
	.name = "container.udp",
	.help = "UDP sockets of pods, and of containers without one.",
	.over = PODS,
	.off = true,
	.metrics = metrics,
	.update = update,
};
