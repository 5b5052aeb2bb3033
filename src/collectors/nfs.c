/*
 * /proc/net/rpc/nfs: what the NFS clients of the node asked for. "net" and "rpc" count all programs of RPC; a line of
 * a version, "proc3 22 0 17 ...", begins with how many procedures the kernel knows, and is there once that is loaded.
 */
#include "../collector.h"

#define PACKETS(proto) \
	{ "net", COUNTER, ONE, "node_nfs_packets_total", "Packets of NFS clients.", { { "protocol", proto } } }
#define REQUEST(key, proto, method) \
	{ key, COUNTER, ONE, "node_nfs_requests_total", "Requests of NFS clients.", \
	    { { "method", method }, { "proto", proto } } }
#define V2(method) REQUEST("proc2", "2", method)
#define V3(method) REQUEST("proc3", "3", method)
#define V4(method) REQUEST("proc4", "4", method)

static const struct metric metrics[] = {
	{ "net" }, PACKETS("udp"), PACKETS("tcp"),
	{ "net", COUNTER, ONE, "node_nfs_connections_total", "TCP connections of NFS clients." },
	{ "rpc", COUNTER, ONE, "node_nfs_rpcs_total", "Remote procedure calls made." },
	{ "rpc", COUNTER, ONE, "node_nfs_rpc_retransmissions_total", "Calls sent again." },
	{ "rpc", COUNTER, ONE, "node_nfs_rpc_authentication_refreshes_total", "Credentials renewed." },

	{ "proc2" },
	V2("Null"), V2("GetAttr"), V2("SetAttr"), V2("Root"), V2("Lookup"), V2("ReadLink"), V2("Read"),
	V2("WrCache"), V2("Write"), V2("Create"), V2("Remove"), V2("Rename"), V2("Link"), V2("SymLink"), V2("MkDir"),
	V2("RmDir"), V2("ReadDir"), V2("FsStat"),

	{ "proc3" },
	V3("Null"), V3("GetAttr"), V3("SetAttr"), V3("Lookup"), V3("Access"), V3("ReadLink"), V3("Read"),
	V3("Write"), V3("Create"), V3("MkDir"), V3("SymLink"), V3("MkNod"), V3("Remove"), V3("RmDir"), V3("Rename"),
	V3("Link"), V3("ReadDir"), V3("ReadDirPlus"), V3("FsStat"), V3("FsInfo"), V3("PathConf"), V3("Commit"),

	{ "proc4" },
	V4("Null"), V4("Read"), V4("Write"), V4("Commit"), V4("Open"), V4("OpenConfirm"), V4("OpenNoattr"),
	V4("OpenDowngrade"), V4("Close"), V4("Setattr"), V4("FsInfo"), V4("Renew"), V4("SetClientID"),
	V4("SetClientIDConfirm"), V4("Lock"), V4("Lockt"), V4("Locku"), V4("Access"), V4("Getattr"), V4("Lookup"),
	V4("LookupRoot"), V4("Remove"), V4("Rename"), V4("Link"), V4("Symlink"), V4("Create"), V4("Pathconf"),
	V4("StatFs"), V4("ReadLink"), V4("ReadDir"), V4("ServerCaps"), V4("DelegReturn"), V4("GetACL"), V4("SetACL"),
	V4("FsLocations"), V4("ReleaseLockowner"), V4("Secinfo"), V4("FsidPresent"), V4("ExchangeID"),
	V4("CreateSession"), V4("DestroySession"), V4("Sequence"), V4("GetLeaseTime"), V4("ReclaimComplete"),
	V4("GetDeviceInfo"), V4("LayoutGet"), V4("LayoutCommit"), V4("LayoutReturn"), V4("SecinfoNoName"),
	V4("TestStateID"), V4("FreeStateID"), V4("GetDeviceList"), V4("BindConnToSession"), V4("DestroyClientID"),
	V4("Seek"), V4("Allocate"), V4("DeAllocate"), V4("LayoutStats"), V4("Clone"),
};

const struct collector nfs = {
	.name = "nfs",
	.help = "Requests of NFS clients.",
	.tables = (const struct table[]){
		{ NET, "rpc/nfs", listed, metrics, COUNT(metrics) },
		{ 0 },
	},
};
