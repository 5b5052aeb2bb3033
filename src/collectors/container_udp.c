/* UDP sockets of each pod: /proc/<pid>/net/udp and udp6. proc_pid_net(5) */
#include "../collector.h"

#include <errno.h>
#include <string.h>

#include "../file.h"
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

struct sum {
	double of[FIGURES];
	bool garbled;
};

/* "sl: local remote state tx:rx tr:when retransmits uid timeout inode references pointer drops"; tx, rx hexadecimal. */
static void
add_line(char *line, void *to)
{
	enum { QUEUES = 4, DROPS = 12, WORDS };
	struct sum *sum = to;
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
	sum->of[LISTEN]++;
	sum->of[DROPPED] += (double)drops;
	sum->of[RX] += (double)rx_bytes;
	sum->of[TX] += (double)tx_bytes;
}

static int
add(struct page *p, const struct scope *s, const char *path, const struct metric *m)
{
	struct sum sum = { 0 };
	int err;

	place_note(s, path);
	if ((err = file_lines(s->dir, path, add_line, &sum)) != 0)
		return err;
	for (int i = 0; i < FIGURES; i++)
		page_add(p, &m[i], 0, sum.of[i]);
	return sum.garbled ? -EINVAL : 0;
}

/* There is no udp6 without IPv6. */
static int
update(const struct scope *s, struct page *p)
{
	int v4 = add(p, s, "net/udp", metrics), v6 = add(p, s, "net/udp6", metrics + FIGURES);

	return v4 != 0 || v6 == -ENOENT ? v4 : v6;
}

const struct collector container_udp = {
	.name = "container.udp",
	.help = "UDP sockets of pods, and of containers without one.",
	.over = PODS,
	.off = true,
	.metrics = metrics,
	.update = update,
};
