#!/usr/bin/env python3
"""Each flag of node_exporter's is taken, has the same default, and --no- if it is a switch. 77: there is no node_exporter."""
import json, os, re, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + "/../node_exporter")
from run import NODEGAUGE, node_exporter

HIDDEN = {      # not in its help
    "collector.diskstats.ignored-devices": "^x",
    "collector.filesystem.ignored-fs-types": "^x",
    "collector.filesystem.ignored-mount-points": "^x",
    "collector.filesystem.mount-timeout": "5s",
    "collector.filesystem.stat-workers": "4",
    "collector.netdev.device-blacklist": "^x",
    "collector.netdev.device-whitelist": "^x",
    "collector.qdisk.device-exclude": "^x",
    "collector.qdisk.device-include": "^x",
    "collector.systemd.unit-blacklist": "^x",
    "collector.systemd.unit-whitelist": "^x",
}
HIDDEN_SWITCHES = {"collector.systemd.private"}
NOT_BUILT_IN = r"collector\.(ntp|runit|supervisord)\b.*"
OTHERS = {      # in our help
    "collector.compat": "is ours",
    "collector.pcidevice.idsfile": "says where it is",
    "collector.perf.cpus": "says that these are all",
    "path.procfs": "is beneath --path.rootfs",
    "path.sysfs": "is beneath --path.rootfs",
    "path.udev.data": "is beneath --path.rootfs",
    "runtime.gomaxprocs": "there is no Go runtime",
    "web.config.file": "is refused",
    "web.systemd-socket": "is refused",
}


def text(program, *flags):
    return subprocess.run([program, *flags], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def flags(help):
    """Switches, and the others with their defaults; "" where there is none."""
    switches = set(re.findall(r"^ +--\[no-\](\S+)", help, re.M)) - {"version"}
    valued = dict(re.findall(r"^ +--([a-z]\S*?)=(\S*)", help, re.M))
    for name, value in valued.items():
        value = json.loads(value) if value.startswith('"') else value
        valued[name] = "" if value in (name.upper(), "...") else value
    return switches, valued


def off(help):
    return set(re.findall(r"^ +--\[no-\](collector\.\w+) (?:\*|[^-]*?default:\s+disabled)", help, re.M))


def takes(*flags):
    return text(NODEGAUGE, *flags, "--help").returncode == 0


def differences(their_help, our_help):
    (switches, valued), (our_switches, our_valued) = flags(their_help), flags(our_help)
    for name in sorted(switches | HIDDEN_SWITCHES):
        if not takes("--" + name) or not takes("--no-" + name):
            yield f"{name}: is no switch"
        if name in switches - our_switches - OTHERS.keys() and not re.fullmatch(NOT_BUILT_IN, name):
            yield f"{name}: is not shown"
    for name, value in sorted((valued | HIDDEN).items()):
        built_in = not re.fullmatch(NOT_BUILT_IN, name)
        if not takes(f"--{name}={value}") or not takes("--" + name, value or "x"):
            yield f"{name}: does not take {value}"
        if built_in and takes("--no-" + name):
            yield f"{name}: is no switch, but --no- is taken"
        if built_in and name in valued and our_valued.get(name) != value and name not in OTHERS:
            yield f"{name}: the default is {our_valued.get(name)}, of node_exporter {value}"
    for name in sorted((off(their_help) ^ off(our_help)) - OTHERS.keys()):
        if not re.fullmatch(NOT_BUILT_IN, name):
            yield f"{name}: is off in one of them"


def main():
    peer = node_exporter()
    if "/bin/prometheus-node-exporter" in peer:
        print("skipped: this node_exporter is of another release")
        sys.exit(77)
    help = text(peer, "--help-long").stdout
    found = list(differences(help, text(NODEGAUGE, "--help").stdout))
    print(*found, sep="\n")
    print(f"{sum(map(len, flags(help)))} flags, {len(found)} differences")
    sys.exit(bool(found or not help))


if __name__ == "__main__":
    main()
