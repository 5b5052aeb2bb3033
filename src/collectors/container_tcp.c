/* TCP sockets of each pod: /proc/<pid>/net/tcp and tcp6. https://docs.kernel.org/networking/proc_net_tcp.html */
#include "../collector.h"

#include <string.h>

#include "../sockets.h"
#include "../text.h"

#define IN(family, help, state) { "", GAUGE, ONE, family, help, { { "tcp_state", state } } }
#define STATES(family, help) \
	IN(family, help, "established"), IN(family, help, "synsent"), IN(family, help, "synrecv"), \
	IN(family, help, "finwait1"), IN(family, help, "finwait2"), IN(family, help, "timewait"), \
	IN(family, help, "close"), IN(family, help, "closewait"), IN(family, help, "lastack"), \
	IN(family, help, "listen"), IN(family, help, "closing")

enum { N_STATES = 11 };

/* The states in the order of their numbers, which begin with 1. */
static const struct metric metrics[] = {
	STATES("container_network_tcp_usage_total", "TCP sockets of IPv4."),
	STATES("container_network_tcp6_usage_total", "TCP sockets of IPv6."),
	{ 0 },
};

/* "sl: local remote state ...", the state in hexadecimal; the first line is a header. */
static void
count(char *line, void *to)
{
	struct sockets *c = to;
	const char *word = text_word(&line, " ");
	uint64_t state;

	if (word != NULL && strcmp(word, "sl") == 0)
		return;
	for (int i = 0; i < 3; i++)
		word = text_word(&line, " ");
	if (word == NULL || !text_u64(word, 16, &state))
		c->garbled = true;
	else if (state >= 1 && state <= N_STATES)
		c->figures[state - 1]++;
}

static int
update(const struct scope *s, struct page *p)
{
	static const char *const files[] = { "net/tcp", "net/tcp6" };

	return sockets_add(s, p, files, count, metrics, N_STATES);
}

const struct collector container_tcp = {
	.name = "container.tcp",
	.help = "TCP sockets of pods, and of containers without one, by state.",
	.over = PODS,
	.off = true,
	.metrics = metrics,
	.update = update,
};
