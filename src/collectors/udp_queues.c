/* /proc/net/udp and udp6: bytes waiting in the queues of all UDP sockets. */
#include "../collector.h"

#include <errno.h>
#include <string.h>

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
		if (text_word(&line, " \t") == NULL)
			return false;
	for (int i = 1; i >= 0; i--) {
		if ((word = text_word(&line, " \t:")) == NULL || !text_u64(word, 16, &bytes))
			return false;
		queued[i] += bytes;
	}
	return true;
}

static int
sum(const char *path, uint64_t queued[2])
{
	char *at = place_read(place(NET), path), *line;

	if (at == NULL)
		return -errno;
	if (text_line(&at) == NULL)
		return -EINVAL;
	while ((line = text_line(&at)) != NULL)
		if (!add_line(line, queued))
			return -EINVAL;
	return 0;
}

static const struct protocol {
	const char *path, *count, *key;
	const struct metric *metrics;
} protocols[] = {
	{ "udp", "sockstat", "UDP: inuse ", &metrics[0] },
	{ "udp6", "sockstat6", "UDP6: inuse ", &metrics[2] },
};

/* To print no socket the kernel walks a table of a megabyte or more, and its count of them is at hand. */
static bool
has_none(const struct protocol *u)
{
	const char *text = place_is_live(PROC) ? place_read(place(NET), u->count) : NULL,
	    *at = text == NULL ? NULL : strstr(text, u->key);

	return at != NULL && at[strlen(u->key)] == '0';
}

static int
add(struct page *p, const struct protocol *u)
{
	uint64_t queued[2] = { 0 };
	int err = has_none(u) ? 0 : sum(u->path, queued);

	for (int i = 0; err == 0 && i < 2; i++)
		page_add(p, &u->metrics[i], 0, (double)queued[i]);
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	int v4 = add(p, &protocols[0]), v6 = add(p, &protocols[1]);

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
