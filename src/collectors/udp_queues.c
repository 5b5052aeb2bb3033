/* /proc/net/udp and udp6: bytes waiting in the queues of all UDP sockets. */
#include "../collector.h"

#include <errno.h>

#include "../text.h"

#define QUEUE(queue, ip) \
	{ queue, GAUGE, ONE, "node_udp_queues", "Bytes in the queues of UDP sockets.", \
	    { { "ip", ip }, { "queue", queue } } }

static const struct metric metrics[] = {
	QUEUE("rx", "v4"),
	QUEUE("tx", "v4"),
	QUEUE("rx", "v6"),
	QUEUE("tx", "v6"),
	{ 0 },
};

/* A line is "sl: local remote st tx_queue:rx_queue ...", the queues in hexadecimal. */
static bool
add_line(char *line, uint64_t queued[2])
{
	char *word = NULL;
	uint64_t bytes;

	for (int i = 0; i < 4; i++)
		if (text_word(&line, " ") == NULL)
			return false;
	for (int i = 1; i >= 0; i--) {
		if ((word = text_word(&line, " :")) == NULL || !text_u64(word, 16, &bytes))
			return false;
		queued[i] += bytes;
	}
	return true;
}

static int
add(struct page *p, const char *path, const struct metric m[2])
{
	char *at = place_read(place(NET), path), *line;
	uint64_t queued[2] = { 0 };

	if (at == NULL)
		return -errno;
	if (text_line(&at) == NULL)
		return -EINVAL;
	while ((line = text_line(&at)) != NULL)
		if (!add_line(line, queued))
			return -EINVAL;
	for (int i = 0; i < 2; i++)
		page_add(p, &m[i], 0, (double)queued[i]);
	return 0;
}

static int
update(const struct scope *s, struct page *p)
{
	int v4 = add(p, "udp", &metrics[0]), v6 = add(p, "udp6", &metrics[2]);

	(void)s;
	if (v4 == -ENOENT && v6 == -ENOENT)
		return -ENODATA;
	return v4 != 0 && v4 != -ENOENT ? v4 : v6 == -ENOENT ? 0 : v6;
}

const struct collector udp_queues = {
	.name = "udp_queues",
	.help = "Queues of UDP sockets.",
	.metrics = metrics,
	.update = update,
};
