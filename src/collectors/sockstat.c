/* /proc/net/sockstat and sockstat6: sockets and the memory they take, "TCP: inuse 4 orphan 0 ...". */
#include "../collector.h"

#define INUSE(proto) \
	{ proto " inuse", GAUGE, ONE, "node_sockstat_" proto "_inuse", proto " sockets in use." }

static const struct metric v4[] = {
	{ "sockets used", GAUGE, ONE, "node_sockstat_sockets_used", "Sockets of all families in use." },
	INUSE("TCP"),
	{ "TCP orphan", GAUGE, ONE, "node_sockstat_TCP_orphan", "TCP sockets that no process holds any more." },
	{ "TCP tw", GAUGE, ONE, "node_sockstat_TCP_tw", "TCP sockets in TIME_WAIT." },
	{ "TCP alloc", GAUGE, ONE, "node_sockstat_TCP_alloc", "TCP sockets allocated, in every state." },
	{ "TCP mem", GAUGE, ONE, "node_sockstat_TCP_mem", "Memory of TCP buffers, in pages." },
	{ "TCP mem", GAUGE, PAGES, "node_sockstat_TCP_mem_bytes", "Memory of TCP buffers, in bytes." },
	INUSE("UDP"),
	{ "UDP mem", GAUGE, ONE, "node_sockstat_UDP_mem", "Memory of UDP buffers, in pages." },
	{ "UDP mem", GAUGE, PAGES, "node_sockstat_UDP_mem_bytes", "Memory of UDP buffers, in bytes." },
	INUSE("UDPLITE"),
	INUSE("RAW"),
	INUSE("FRAG"),
	{ "FRAG memory", GAUGE, ONE, "node_sockstat_FRAG_memory", "Memory of IPv4 fragments to be joined, in bytes." },
};

static const struct metric v6[] = {
	INUSE("TCP6"),
	INUSE("UDP6"),
	INUSE("UDPLITE6"),
	INUSE("RAW6"),
	INUSE("FRAG6"),
	{ "FRAG6 memory", GAUGE, ONE, "node_sockstat_FRAG6_memory",
	    "Memory of IPv6 fragments to be joined, in bytes." },
};

const struct collector sockstat = {
	.name = "sockstat",
	.help = "Sockets in use and their memory.",
	.tables = (const struct table[]){
		{ NET, "sockstat", nested, v4, COUNT(v4), .optional = true },
		{ NET, "sockstat6", nested, v6, COUNT(v6), .optional = true },
		{ 0 },
	},
};
