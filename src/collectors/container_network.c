/* /proc/<pid>/net/dev of one process of each pod, whose others share its network. proc_pid_net(5) */
#include "../collector.h"

#include <strings.h>

#define RECEIVED(what) COUNTER, ONE, "container_network_receive_" what "_total"
#define SENT(what) COUNTER, ONE, "container_network_transmit_" what "_total"

static const struct metric metrics[] = {
	{ "interface" },
	{ "bytes", RECEIVED("bytes"), "Bytes received." },
	{ "packets", RECEIVED("packets"), "Packets received." },
	{ "errs", RECEIVED("errors"), "Errors while receiving." },
	{ "drop", RECEIVED("packets_dropped"), "Packets dropped while receiving." },
	{ "fifo" }, { "frame" }, { "compressed" }, { "multicast" },
	{ "bytes", SENT("bytes"), "Bytes sent." },
	{ "packets", SENT("packets"), "Packets sent." },
	{ "errs", SENT("errors"), "Errors while sending." },
	{ "drop", SENT("packets_dropped"), "Packets dropped while sending." },
};

/* As cAdvisor has it: loopback and the outer ends of containers' links are not of interest. Headers have a '|'. */
static const char *
row(char *interface)
{
	static const char *const skipped[] = { "lo", "veth", "docker", "nerdctl", "Inter-|", "face" };

	for (size_t i = 0; i < COUNT(skipped); i++)
		if (strncasecmp(interface, skipped[i], __builtin_strlen(skipped[i])) == 0)
			return NULL;
	return interface;
}

const struct collector container_network = {
	.name = "container.network",
	.help = "Traffic of the interfaces of pods, and of containers without one.",
	.over = PODS,
	.tables = (const struct table[]){
		{ POD, "net/dev", columns, metrics, COUNT(metrics), "interface", .row = row },
		{ 0 },
	},
};
