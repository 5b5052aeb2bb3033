/* Counters of the IP protocols: /proc/net/netstat and snmp, pairs of lines, and /proc/net/snmp6, a key on each line. */
#include "../collector.h"

static struct filter fields = {
	.include = "^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|"
	    "TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|"
	    "Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|"
	    "Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$",
};

static const struct every field = {
	"node_netstat_", "The field of this name in /proc/net/netstat, snmp or snmp6.", UNTYPED, &fields, '6',
};

const struct collector netstat = {
	.name = "netstat",
	.help = "Counters of the IP protocols.",
	.tables = (const struct table[]){
		{ NET, "netstat", pairs, .every = &field },
		{ NET, "snmp", pairs, .every = &field },
		{ NET, "snmp6", keyed, .every = &field, .optional = true },
		{ 0 },
	},
	.flags = (const struct flag[]){
		{ "collector.netstat.fields", TEXT, &fields.include,
		    "Which fields to export, as a regular expression on PROTOCOL_Field." },
		{ 0 },
	},
	.filters = { &fields },
};
