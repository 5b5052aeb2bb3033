#!/usr/bin/env python3
"""A live node_exporter beside nodegauge on this machine: families, types, series and values agree. 77: there is no node_exporter."""
import os, re, subprocess, sys, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
NODEGAUGE = os.environ.get("NODEGAUGE", HERE + "/../../build/nodegauge")
ROUNDS = 3

LEFT_OUT = {    # families of node_exporter that we do not have
    r"go_.*": "there is no Go runtime",
    r"process_network_(receive|transmit)_bytes_total": "the traffic of the whole network namespace",
    r"promhttp_metric_handler_errors_total": "a page is made whole before it is sent",
}
ADDED = {r"nodegauge_.*": "ours"}
OTHER_LABELS = {    # only the series that both have are compared
    r"node_exporter_build_info": "version and compiler are each program's own",
}
OTHER_VALUES = {
    r"process_.*|promhttp_.*": "each program's own",
    r"node_scrape_collector_duration_seconds": "each program's own",
    r"node_exporter_build_info": "always 1, with labels of its own",
}

# Gauges that can go up and come back between two scrapes: by how much of the value, and by how much at least.
MOVES = {
    r"node_memory_(Active|Inactive|Anon|Buffers|Cached|Committed_AS|Dirty|File|KReclaimable|KernelStack|Mapped|MemAvailable|MemFree"
    r"|PageTables|Percpu|SReclaimable|SUnreclaim|Shmem|Slab|Swap(Cached|Free)|Unevictable|VmallocUsed|Writeback|Zswap).*":
        (0.1, 1 << 26, "memory of whatever runs here"),
    r"node_filesystem_(avail|free)_bytes": (0.1, 1 << 26, "files of whatever runs here"),
    r"node_filesystem_files_free": (0.1, 1000, "files of whatever runs here"),
    r"node_procs_(running|blocked)": (0, 50, "threads at this instant"),
    r"node_disk_io_now": (0, 50, "requests at this instant"),
    r"node_sockstat_.*|node_netstat_Tcp_CurrEstab|node_udp_queues|node_softnet_backlog_len":
        (0.1, 50, "sockets, those of the scrapes among them"),
    r"node_filefd_allocated": (0.1, 300, "files open at this instant"),
    r"node_nf_conntrack_entries|node_arp_.*": (0.1, 50, "traffic of whatever runs here"),
    r"node_entropy_available_bits": (0, 256, "entropy is taken and comes back"),
}

# Debian's node_exporter is older than the release that we follow.
OLDER_LEFT_OUT = {
    r"node_memory_.*": "it has every line of meminfo, the release those that it knows",
}
OLDER_LABELS = {
    r"node_disk_.*": "it shows zram and has no label rotational",
    r"node_filesystem_.*": "it has no label device_error and stats each device once",
    r"node_network_info": "it has no label adminstate",
    r"node_network_(receive|transmit)_.*": "it leaves out lo",
}


def matching(table, name):
    return next((row for pattern, row in table.items() if re.fullmatch(pattern, name)), None)


def start(program, *flags):
    """The process and the port that it logs."""
    p = subprocess.Popen([program, "--web.listen-address=127.0.0.1:0", *flags], stderr=subprocess.PIPE, text=True)
    for line in p.stderr:
        at = re.search(r"address=\S*:(\d+)", line)
        if at:
            return p, at[1]
    sys.exit(f"{program} ended: {p.wait()}")


def scrape(port):
    """Types by family, values by series."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        page = answer.read().decode()
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", page, re.M))
    values = dict(line.rpartition(" ")[::2] for line in page.split("\n") if line and not line.startswith("#"))
    return types, values


def same_value(name, ours, before, after):
    """To the digit where node_exporter's did not move."""
    part, least, _ = matching(MOVES, name) or (0, 0, "")
    low, high = sorted((float(before), float(after)))
    slack = max(part * high, least)
    if before == after and not slack:
        return ours == before
    return low - slack <= float(ours) <= high + slack


def family_differences(theirs, ours):
    for name in sorted(theirs.keys() | ours.keys()):
        if name not in ours:
            if not matching(LEFT_OUT, name):
                yield f"{name}: missing", ""
        elif name not in theirs:
            if not matching(ADDED, name):
                yield f"{name}: node_exporter does not have it", ""
        elif theirs[name] != ours[name]:
            yield f"{name}: type", f"{ours[name]}, node_exporter has {theirs[name]}"


def series_differences(before, ours, after, shared):
    """A series that node_exporter has in only one of its scrapes came or went meanwhile."""
    for series in sorted(before.keys() | ours.keys() | after.keys()):
        name = series.partition("{")[0]
        theirs = [page[series] for page in (before, after) if series in page]
        if name not in shared:
            continue
        if series not in ours:
            if len(theirs) == 2 and not matching(OTHER_LABELS, name):
                yield f"{series}: missing", ""
        elif not theirs:
            if not matching(OTHER_LABELS, name):
                yield f"{series}: node_exporter does not have it", ""
        elif len(theirs) == 2 and not matching(OTHER_VALUES, name) and not same_value(name, ours[series], *theirs):
            yield f"{series}: value", f"{ours[series]}, node_exporter has {' and '.join(theirs)}"


def differences(before, ours, after):
    """By what differs, with a detail that may be another each time."""
    types = before[0] | after[0]
    return dict([*family_differences(types, ours[0]),
                 *series_differences(before[1], ours[1], after[1], types.keys() & ours[0].keys())])


def node_exporter():
    tool = subprocess.run([HERE + "/../../tools/node_exporter.sh"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if tool.returncode:
        print("skipped: no node_exporter:", (tool.stderr.strip().splitlines() or ["no reason given"])[-1])
        sys.exit(77)
    return tool.stdout.strip()


def main():
    peer = node_exporter()
    if "/bin/prometheus-node-exporter" in peer:
        ADDED[".*"] = "newer"
        LEFT_OUT.update(OLDER_LEFT_OUT)
        OTHER_LABELS.update(OLDER_LABELS)
    us, our_port = start(NODEGAUGE)
    running = [us]
    try:
        collectors = re.findall(r'^node_scrape_collector_success\{collector="(.*?)"', "\n".join(scrape(our_port)[1]), re.M)
        them, their_port = start(peer, "--collector.disable-defaults", *("--collector." + c for c in collectors))
        running.append(them)
        rounds = []
        for _ in range(ROUNDS):
            before, ours, after = scrape(their_port), scrape(our_port), scrape(their_port)
            rounds.append(differences(before, ours, after))
    finally:
        for p in running:
            p.terminate()
    log = us.communicate()[1]
    persistent = [d for d in rounds[-1] if all(d in r for r in rounds)]     # what only moved does not differ each time
    for d in persistent:
        print(d, rounds[-1][d])
    if us.returncode:
        print(f"nodegauge ended with {us.returncode}", log)
    print(f"{len(collectors)} collectors, {len(ours[0])} families, {len(ours[1])} series: {len(persistent)} differences")
    sys.exit(bool(persistent or us.returncode or not collectors))


if __name__ == "__main__":
    main()
