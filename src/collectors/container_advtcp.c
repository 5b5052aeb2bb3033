/*
 * Counters of TCP of each pod: Tcp of /proc/<pid>/net/snmp, TcpExt of net/netstat.
 * proc_pid_net(5), https://docs.kernel.org/networking/snmp_counter.html
 */
#include "../collector.h"

#define OF(key, state) \
	{ key, GAUGE, ONE, "container_network_advance_tcp_stats_total", \
	    "Figures of TCP by their names in the kernel.", { { "tcp_state", state } } }
#define TCP(key, state) OF("Tcp " key, state)
#define EXT(key, state) OF("TcpExt " key, state)

static const struct metric metrics[] = {
	TCP("RtoAlgorithm", "rtoalgorithm"), TCP("RtoMin", "rtomin"), TCP("RtoMax", "rtomax"),
	TCP("MaxConn", "maxconn"), TCP("ActiveOpens", "activeopens"), TCP("PassiveOpens", "passiveopens"),
	TCP("AttemptFails", "attemptfails"), TCP("EstabResets", "estabresets"), TCP("CurrEstab", "currestab"),
	TCP("InSegs", "insegs"), TCP("OutSegs", "outsegs"), TCP("RetransSegs", "retranssegs"),
	TCP("InErrs", "inerrs"), TCP("OutRsts", "outrsts"), TCP("InCsumErrors", "incsumerrors"),
	EXT("EmbryonicRsts", "embryonicrsts"), EXT("SyncookiesSent", "syncookiessent"),
	EXT("SyncookiesRecv", "syncookiesrecv"), EXT("SyncookiesFailed", "syncookiesfailed"),
	EXT("PruneCalled", "prunecalled"), EXT("RcvPruned", "rcvpruned"), EXT("OfoPruned", "ofopruned"),
	EXT("OutOfWindowIcmps", "outofwindowicmps"), EXT("LockDroppedIcmps", "lockdroppedicmps"), EXT("TW", "tw"),
	EXT("TWRecycled", "twrecycled"), EXT("TWKilled", "twkilled"),
	EXT("TCPTimeWaitOverflow", "tcptimewaitoverflow"), EXT("TCPTimeouts", "tcptimeouts"),
	EXT("TCPSpuriousRTOs", "tcpspuriousrtos"), EXT("TCPLossProbes", "tcplossprobes"),
	EXT("TCPLossProbeRecovery", "tcplossproberecovery"), EXT("TCPRenoRecoveryFail", "tcprenorecoveryfail"),
	EXT("TCPSackRecoveryFail", "tcpsackrecoveryfail"), EXT("TCPRenoFailures", "tcprenofailures"),
	EXT("TCPSackFailures", "tcpsackfailures"), EXT("TCPLossFailures", "tcplossfailures"),
	EXT("DelayedACKs", "delayedacks"), EXT("DelayedACKLocked", "delayedacklocked"),
	EXT("DelayedACKLost", "delayedacklost"), EXT("ListenOverflows", "listenoverflows"),
	EXT("ListenDrops", "listendrops"), EXT("TCPHPHits", "tcphphits"), EXT("TCPPureAcks", "tcppureacks"),
	EXT("TCPHPAcks", "tcphpacks"), EXT("TCPRenoRecovery", "tcprenorecovery"),
	EXT("TCPSackRecovery", "tcpsackrecovery"), EXT("TCPSACKReneging", "tcpsackreneging"),
	EXT("TCPFACKReorder", "tcpfackreorder"), EXT("TCPSACKReorder", "tcpsackreorder"),
	EXT("TCPRenoReorder", "tcprenoreorder"), EXT("TCPTSReorder", "tcptsreorder"),
	EXT("TCPFullUndo", "tcpfullundo"), EXT("TCPPartialUndo", "tcppartialundo"),
	EXT("TCPDSACKUndo", "tcpdsackundo"), EXT("TCPLossUndo", "tcplossundo"),
	EXT("TCPFastRetrans", "tcpfastretrans"), EXT("TCPSlowStartRetrans", "tcpslowstartretrans"),
	EXT("TCPLostRetransmit", "tcplostretransmit"), EXT("TCPRetransFail", "tcpretransfail"),
	EXT("TCPRcvCollapsed", "tcprcvcollapsed"), EXT("TCPDSACKOldSent", "tcpdsackoldsent"),
	EXT("TCPDSACKOfoSent", "tcpdsackofosent"), EXT("TCPDSACKRecv", "tcpdsackrecv"),
	EXT("TCPDSACKOfoRecv", "tcpdsackoforecv"), EXT("TCPAbortOnData", "tcpabortondata"),
	EXT("TCPAbortOnClose", "tcpabortonclose"), EXT("TCPAbortOnMemory", "tcpabortonmemory"),
	EXT("TCPAbortOnTimeout", "tcpabortontimeout"), EXT("TCPAbortOnLinger", "tcpabortonlinger"),
	EXT("TCPAbortFailed", "tcpabortfailed"), EXT("TCPMemoryPressures", "tcpmemorypressures"),
	EXT("TCPMemoryPressuresChrono", "tcpmemorypressureschrono"), EXT("TCPSACKDiscard", "tcpsackdiscard"),
	EXT("TCPDSACKIgnoredOld", "tcpdsackignoredold"), EXT("TCPDSACKIgnoredNoUndo", "tcpdsackignorednoundo"),
	EXT("TCPMD5NotFound", "tcpmd5notfound"), EXT("TCPMD5Unexpected", "tcpmd5unexpected"),
	EXT("TCPMD5Failure", "tcpmd5failure"), EXT("TCPSackShifted", "tcpsackshifted"),
	EXT("TCPSackMerged", "tcpsackmerged"), EXT("TCPSackShiftFallback", "tcpsackshiftfallback"),
	EXT("TCPBacklogDrop", "tcpbacklogdrop"), EXT("PFMemallocDrop", "pfmemallocdrop"),
	EXT("TCPMinTTLDrop", "tcpminttldrop"), EXT("TCPDeferAcceptDrop", "tcpdeferacceptdrop"),
	EXT("IPReversePathFilter", "ipreversepathfilter"), EXT("TCPReqQFullDoCookies", "tcpreqqfulldocookies"),
	EXT("TCPReqQFullDrop", "tcpreqqfulldrop"), EXT("TCPFastOpenActive", "tcpfastopenactive"),
	EXT("TCPFastOpenActiveFail", "tcpfastopenactivefail"), EXT("TCPFastOpenPassive", "tcpfastopenpassive"),
	EXT("TCPFastOpenPassiveFail", "tcpfastopenpassivefail"),
	EXT("TCPFastOpenListenOverflow", "tcpfastopenlistenoverflow"),
	EXT("TCPFastOpenCookieReqd", "tcpfastopencookiereqd"), EXT("TCPSynRetrans", "tcpsynretrans"),
	EXT("TCPOrigDataSent", "tcporigdatasent"), EXT("PAWSActive", "pawsactive"), EXT("PAWSEstab", "pawsestab"),
};

const struct collector container_advtcp = {
	.name = "container.advtcp",
	.help = "Counters of TCP of pods, and of containers without one.",
	.over = PODS,
	.off = true,
	.tables = (const struct table[]){
		{ POD, "net/snmp", pairs, metrics, COUNT(metrics) },
		{ POD, "net/netstat", pairs, metrics, COUNT(metrics) },
		{ 0 },
	},
};
