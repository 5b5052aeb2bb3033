#!/usr/bin/env python3
"""
Interfaces in a network of their own: what rtnetlink says of them is what their files say, also after changes; and what netlink,
ethtool and sock_diag say is what node_exporter makes of it, if there is one.
"""
import difflib, http.client, os, re, shutil, socket, subprocess, sys, tempfile, threading, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
NODEGAUGE = os.environ.get("NODEGAUGE", "build/nodegauge")
SPACES = ["unshare", "-n", "-m", "-p", "-f", "--mount-proc"]
FLAGS = ["--collector.disable-defaults", "--web.disable-exporter-metrics", "--collector.netdev.label-ifalias",
         "--collector.netdev.device-exclude=^lo$", "--collector.arp", "--collector.netclass", "--collector.netdev"]
OURS = re.compile(r"node_(network|arp)_")

MACHINE = """
link set lo up
link add veth0 type veth peer name veth1
link add veth2 type veth peer name veth3
link add br0 type bridge
link add ifb7 type ifb
tuntap add tun0 mode tun
tuntap add tap0 mode tap
link set veth0 alias 'uplink "a\\b" é'
link set veth1 mtu 1400 txqueuelen 77 group 5
link set veth2 promisc on
link set veth3 allmulticast on
link set veth3 master br0
link set veth0 up
link set veth1 up
link set br0 up
link set tap0 up
link set tun0 up
address add 192.0.2.1/24 dev veth0
neighbour add 192.0.2.2 lladdr 02:00:00:00:00:02 dev veth0
neighbour add 192.0.2.3 lladdr 02:00:00:00:00:03 nud noarp dev veth0
neighbour add 192.0.2.4 lladdr 02:00:00:00:00:04 dev br0
"""

CHANGES = """
link set veth0 address 02:00:00:00:00:09
link set tap0 down
link set tap0 name tap9
link delete ifb7
link add ifb8 type ifb
link set veth2 promisc off
link set veth3 up
link set veth2 up
link set veth0 alias ''
"""

# A kernel may lack some of them.
QDISCS = """
dev veth0 root handle 1: htb default 10
dev veth0 ingress
dev veth1 clsact
dev veth2 root fq_codel
dev veth3 root pfifo limit 7
dev tap0 root mq
dev tap9 root mq
"""

ROUTES = """
link set veth0 alias 'uplink "a\\b" é'
neighbour replace 192.0.2.2 lladdr 02:00:00:00:00:02 dev veth0
address add 192.0.2.65/32 peer 192.0.2.66/32 dev veth1
address add 2001:db8::1/64 dev veth0 nodad
address add 2001:db8:1::1/128 dev veth2 nodad
link property add dev veth0 altname uplink-of-the-rack altname enp0s31f6
route add default via 192.0.2.2 dev veth0 metric 77
route add default via 192.0.2.2 dev veth0 metric 77 table 100
route add 198.51.100.0/24 via 192.0.2.2 src 192.0.2.1 proto 187
route add 203.0.113.0/25 dev veth2 proto 250
route add 203.0.113.128/25 nexthop via 192.0.2.2 dev veth0 weight 3 nexthop dev veth2 weight 200
route add blackhole 10.0.0.0/8
route add unreachable 172.16.0.0/12
route add prohibit 192.168.0.0/16
route add default via 2001:db8::2 dev veth0 metric 5
route add 2001:db8:2::/48 nexthop via 2001:db8::2 dev veth0 weight 1 nexthop via 2001:db8::3 dev veth0 weight 2
route add blackhole 2001:db8:3::/48
"""

STATES = ["established", "syn_sent", "fin_wait2", "time_wait", "close_wait", "listen"]

# Flags without "collector.", and what has to be on the page for them.
BESIDE = [
    (["tcpstat", "qdisc", "network_route", "ethtool", "wifi", "arp", "netdev", "netclass"],
     [r'kind="htb"', r'weight="200"', r'dest="2001:db8:2::/48"', r'driver="veth"', r"node_ethtool_peer_ifindex"] +
     [f'state="{s}"' for s in STATES]),
    (["netdev", "netdev.address-info", "netdev.enable-detailed-metrics", "netdev.label-ifalias"],
     [r'address="192.0.2.65",device="veth1",netmask="32"', r"receive_missed_errors_total", r'ifalias="uplink']),
    (["netclass", "netclass.netlink"], [r'altname="enp0s31f6"', r'duplex="Full"']),
    (["netclass", "netclass.netlink", "netclass_rtnl.with-stats"], [r"TYPE node_network_receive_bytes_total gauge"]),
    (["netdev", "netclass", "netclass.netlink", "netclass_rtnl.with-stats"],
     [r"TYPE node_network_receive_bytes_total counter", r"TYPE node_network_receive_missed_errors_total gauge"]),
    (["netdev", "no-netdev.netlink", "netdev.device-exclude=^tap"], [r"node_network_receive_errs_total"]),
    (["netdev", "no-netdev.netlink", "netdev.address-info", "netdev.enable-detailed-metrics", "netdev.label-ifalias"],
     [r"node_network_receive_errors_total", r'ifalias="uplink', r"node_network_address_info"]),
    (["arp", "no-arp.netlink", "arp.device-include=veth0|br0", "arp.device-exclude=^br0$"], [r"node_arp_entries"]),
    (["qdisc", "qdisc.device-include=^veth"], [r'kind="htb"']),
    (["qdisc", "qdisc.device-exclude=^veth"], [r'device="lo"']),
    (["ethtool", "ethtool.device-include=^veth[12]$", "ethtool.device-exclude=2", "ethtool.metrics-include=^rx_queue"],
     [r"node_ethtool_received_queue_0_xdp_packets"]),
]


def ip(lines):
    subprocess.run(["ip", "-batch", "-"], input=lines.strip(), text=True, check=True)


def tc(lines):
    for line in lines.strip().splitlines():
        subprocess.run(["tc", "qdisc", "add", *line.split()], stderr=subprocess.DEVNULL)


def sockets():
    """TCP sockets in several states, with bytes in their queues."""
    kept = []
    for family, address in (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"):
        server = socket.socket(family)
        server.bind((address, 0))
        server.listen()

        def pair():
            client = socket.create_connection(server.getsockname()[:2])
            kept.extend((client, accepted := server.accept()[0]))
            return client, accepted

        client, accepted = pair()
        client.send(b"x" * 1000)
        pair()[0].shutdown(socket.SHUT_WR)
        for end in pair():
            end.close()
        silent = socket.socket(socket.AF_INET)
        silent.setblocking(False)
        silent.connect_ex(("192.0.2.2", 9))
        kept += [server, silent]
    return kept


def families(page):
    return sorted(line for line in page.splitlines() if OURS.match(line))


def by_files():
    """A procfs that is a copy: there netlink is not asked."""
    with tempfile.TemporaryDirectory() as proc:
        os.mkdir(f"{proc}/net")
        for name in "dev", "arp":
            shutil.copy(f"/proc/net/{name}", f"{proc}/net/{name}")
        return families(subprocess.run([NODEGAUGE, "--once", f"--path.procfs={proc}", *FLAGS], text=True, check=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)


def difference(address):
    by_netlink = families(urllib.request.urlopen(f"http://{address}/metrics").read().decode())
    return list(difflib.unified_diff(by_files(), by_netlink, "files", "netlink", lineterm="", n=0))


def compare(when, address):
    """The kernel settles states of links a moment after they change; a difference that stays is one."""
    for _ in range(20):
        if not (diff := difference(address)):
            break
        time.sleep(0.25)
    files = by_files()
    print(f"netlink: {when}: {len(files)} samples, {'the same' if not diff else 'different'}")
    print("".join(line + "\n" for line in diff), end="", flush=True)
    return not diff and any("veth3" in line for line in files) and any("node_arp_entries" in line for line in files)


def lines(page):
    """What is compared: types and series, but for the traffic of the scrapes."""
    ours = re.compile(r"(# TYPE )?node_((network|arp|tcp|qdisc|ethtool|wifi)_|scrape_collector_success)")
    traffic = re.compile(r'node_network_(receive|transmit)_(bytes|packets)_total\{device="lo"')
    return sorted(line for line in page.splitlines() if ours.match(line) and not traffic.match(line))


def scraped(connection):
    """By a connection that stays, since it is one of the sockets that are counted. What it asks may be in a queue still."""
    request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    connection.sendall(request)
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    queued = re.compile(r'(\{state="tx_queued_bytes"\}) (\S+)')
    return lines(queued.sub(lambda m: f"{m[1]} {float(m[2]) - len(request):.0f}", answer.read().decode()))


def once(flags):
    return lines(subprocess.run([NODEGAUGE, "--once", *flags], text=True, check=True, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL).stdout)


def settled(lines):
    """Without the types of what netdev and netclass both have: node_exporter takes that of the first to be ready."""
    either = re.compile(r"# TYPE node_network_(receive|transmit)_(bytes|packets|compressed|nohandler)_total")
    return [line for line in lines if not either.match(line)]


def beside(peer, flags, wanted):
    """Both programs with the same flags."""
    flags = ["--collector.disable-defaults", "--web.disable-exporter-metrics", *(re.sub("^(no-)?", r"--\1collector.", f) for f in flags)]
    process, port = start(peer, *flags)
    threading.Thread(target=process.stderr.read, daemon=True).start()   # it logs more than a pipe holds
    try:
        with socket.create_connection(("127.0.0.1", int(port))) as connection:
            for _ in range(20):
                theirs, ours = scraped(connection), once(flags)
                if settled(theirs) == settled(ours):
                    break
                time.sleep(0.25)
    finally:
        process.terminate()
        process.wait()
    missing = [w for w in wanted if not any(re.search(w, line) for line in ours)]
    diff = list(difflib.unified_diff(settled(theirs), settled(ours), "node_exporter", "nodegauge", lineterm="", n=0))
    print(f"netlink: {' '.join(flags[2:])}: {len(theirs)} lines, {'the same' if not diff else 'different'}")
    print("".join(f"{line}\n" for line in diff + [f"nowhere: {m}" for m in missing]), end="", flush=True)
    return not diff and not missing


def in_a_pod():
    """With a network of its own, while procfs is the node's: nothing of the pod passes for the node's."""
    names = ["tcpstat", "qdisc", "network_route", "ethtool", "wifi"]
    done = subprocess.run(["unshare", "-n", NODEGAUGE, "--once", "--collector.disable-defaults", *("--collector." + n for n in names),
                           "--collector.netdev", "--collector.netdev.address-info"],
                          text=True, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    page = lines(done.stdout)
    wrong = [line for line in page if re.search(r"node_(tcp|qdisc|ethtool|wifi)_|node_network_(routes?_|address_info)", line)]
    wrong += [n for n in names if f'node_scrape_collector_success{{collector="{n}"}} 0' not in page]
    print(f"netlink: in a pod: {len(page)} lines", *wrong, sep="\n")
    return not wrong and any("veth3" in line for line in page)


def all_beside(peer):
    tc(QDISCS)
    for link in "lo", "veth0", "veth2":
        with open(f"/proc/sys/net/ipv6/conf/{link}/disable_ipv6", "w") as file:
            file.write("0")
    ip(ROUTES)
    kept = sockets()
    return all([beside(peer, *row) for row in BESIDE])


def inside(peer):
    subprocess.run(["mount", "-t", "sysfs", "sysfs", "/sys"], check=True)
    for which in "all", "default":
        with open(f"/proc/sys/net/ipv6/conf/{which}/disable_ipv6", "w") as file:
            file.write("1")
    ip(MACHINE)
    server = subprocess.Popen([NODEGAUGE, "--web.listen-address=127.0.0.1:0", *FLAGS], text=True, stderr=subprocess.PIPE)
    address = next(m[0] for line in server.stderr if (m := re.search(r"127\.0\.0\.1:\d+", line)))
    try:
        same = compare("at first", address)
        ip(CHANGES)
        same = compare("after changes", address) and in_a_pod() and same
    finally:
        server.terminate()
        server.communicate()
    return 0 if (not peer or all_beside(peer)) and same else 1


if __name__ == "__main__":
    sys.path.insert(0, HERE + "/../node_exporter")
    from run import start
    if sys.argv[1:2] == ["inside"]:
        sys.exit(inside(sys.argv[2]))
    if subprocess.run([*SPACES, "true"], stderr=subprocess.DEVNULL).returncode != 0 or not shutil.which("ip"):
        print("netlink: skipped, it needs root for a network of its own, and iproute2")
        sys.exit(77)
    peer = subprocess.run([HERE + "/../../tools/node_exporter.sh"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.strip()
    if not peer or "/bin/prometheus-node-exporter" in peer:
        print("netlink: there is no node_exporter to compare with")
        peer = ""
    sys.exit(subprocess.run([*SPACES, sys.executable, __file__, "inside", peer]).returncode)
