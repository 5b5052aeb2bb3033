#!/usr/bin/env python3
"""Interfaces in a network of their own: what rtnetlink says of them is what their files say, also after changes."""
import difflib, os, re, shutil, subprocess, sys, tempfile, time, urllib.request

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


def ip(lines):
    subprocess.run(["ip", "-batch", "-"], input=lines.strip(), text=True, check=True)


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


def inside():
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
        return 0 if compare("after changes", address) and same else 1
    finally:
        server.terminate()
        server.communicate()


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        sys.exit(inside())
    if subprocess.run([*SPACES, "true"], stderr=subprocess.DEVNULL).returncode != 0 or not shutil.which("ip"):
        print("netlink: skipped, it needs root for a network of its own, and iproute2")
        sys.exit(77)
    sys.exit(subprocess.run([*SPACES, sys.executable, __file__, "inside"]).returncode)
