/*
 * /proc/net/rpc/nfsd: what the node's NFS server was asked for. "proc3 22 0 17 ..." begins with how many procedures the
 * kernel knows, "proc4ops 76 ..." with how many operations, of which an NFSv4 request has several.
 */
#include "../collector.h"

#define PACKETS(proto) \
	{ "net", COUNTER, ONE, "node_nfsd_packets_total", "Packets of the NFS server.", { { "proto", proto } } }
#define ERRORS(error) \
	{ "rpc", COUNTER, ONE, "node_nfsd_rpc_errors_total", "Calls that were refused.", { { "error", error } } }
#define REQUEST(key, proto, method) \
	{ key, COUNTER, ONE, "node_nfsd_requests_total", "Requests to the NFS server.", \
	    { { "method", method }, { "proto", proto } } }
#define V2(method) REQUEST("proc2", "2", method)
#define V3(method) REQUEST("proc3", "3", method)
#define OP(method) REQUEST("proc4ops", "4", method)

static const struct metric metrics[] = {
	{ "rc", COUNTER, ONE, "node_nfsd_reply_cache_hits_total", "Calls answered from the reply cache." },
	{ "rc", COUNTER, ONE, "node_nfsd_reply_cache_misses_total", "Calls whose replies were put into the cache." },
	{ "rc", COUNTER, ONE, "node_nfsd_reply_cache_nocache_total", "Calls that need no cache." },
	{ "fh", COUNTER, ONE, "node_nfsd_file_handles_stale_total", "File handles that were stale." },
	{ "io", COUNTER, ONE, "node_nfsd_disk_bytes_read_total", "Bytes that clients read." },
	{ "io", COUNTER, ONE, "node_nfsd_disk_bytes_written_total", "Bytes that clients wrote." },
	{ "th", GAUGE, ONE, "node_nfsd_server_threads", "Threads of the NFS server." },
	{ "ra", GAUGE, ONE, "node_nfsd_read_ahead_cache_size_blocks",
	    "Size of the read-ahead cache; none since Linux 5.4." },
	{ "ra" }, { "ra" }, { "ra" }, { "ra" }, { "ra" }, { "ra" }, { "ra" }, { "ra" }, { "ra" }, { "ra" },
	{ "ra", COUNTER, ONE, "node_nfsd_read_ahead_cache_not_found_total", "Reads not found in that cache." },
	{ "net" }, PACKETS("udp"), PACKETS("tcp"),
	{ "net", COUNTER, ONE, "node_nfsd_connections_total", "TCP connections that were accepted." },
	{ "rpc", COUNTER, ONE, "node_nfsd_server_rpcs_total", "Remote procedure calls received." },
	{ "rpc" }, ERRORS("fmt"), ERRORS("auth"), ERRORS("cInt"),

	{ "proc2" }, { "proc2" },
	V2("GetAttr"), V2("SetAttr"), V2("Root"), V2("Lookup"), V2("ReadLink"), V2("Read"), V2("WrCache"),
	V2("Write"), V2("Create"), V2("Remove"), V2("Rename"), V2("Link"), V2("SymLink"), V2("MkDir"), V2("RmDir"),
	V2("ReadDir"), V2("FsStat"),

	{ "proc3" }, { "proc3" },
	V3("GetAttr"), V3("SetAttr"), V3("Lookup"), V3("Access"), V3("ReadLink"), V3("Read"), V3("Write"),
	V3("Create"), V3("MkDir"), V3("SymLink"), V3("MkNod"), V3("Remove"), V3("RmDir"), V3("Rename"), V3("Link"),
	V3("ReadDir"), V3("ReadDirPlus"), V3("FsStat"), V3("FsInfo"), V3("PathConf"), V3("Commit"),

	{ "proc4ops" }, { "proc4ops" }, { "proc4ops" }, { "proc4ops" },
	OP("Access"), OP("Close"), OP("Commit"), OP("Create"), OP("DelegPurge"), OP("DelegReturn"), OP("GetAttr"),
	OP("GetFH"), OP("Link"), OP("Lock"), OP("Lockt"), OP("Locku"), OP("Lookup"), OP("LookupRoot"), OP("Nverify"),
	OP("Open"), OP("OpenAttr"), OP("OpenConfirm"), OP("OpenDgrd"), OP("PutFH"), { "proc4ops" }, { "proc4ops" },
	OP("Read"), OP("ReadDir"), OP("ReadLink"), OP("Remove"), OP("Rename"), OP("Renew"), OP("RestoreFH"),
	OP("SaveFH"), OP("SecInfo"), OP("SetAttr"), OP("SetClientID"), OP("SetClientIDConfirm"), OP("Verify"),
	OP("Write"), OP("RelLockOwner"),
	REQUEST("wdeleg_getattr", "4", "WdelegGetattr"),
};

const struct collector nfsd = {
	.name = "nfsd",
	.help = "Requests to the NFS server.",
	.tables = (const struct table[]){
		{ NET, "rpc/nfsd", listed, metrics, COUNT(metrics) },
		{ 0 },
	},
};
