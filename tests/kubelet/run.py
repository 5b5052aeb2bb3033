#!/usr/bin/env python3
"""Pages of a real kubelet against ours, made of the files that the kubelet had read.

kubelet 1.34.4 with containerd 1.6.20 on Linux 6.1, driver cgroupfs; /kubepods was frozen while pages and files were taken, the
rest of the node lived on, the network of pods too. node.tar.gz holds what nodegauge reads of it. Differences have to stand in
docs/compatibility.md. What statfs says of a mount point cannot be recorded: of these families only the series are compared.
"""
import glob, gzip, os, re, subprocess, sys, tarfile, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
NODEGAUGE = os.environ.get("NODEGAUGE", HERE + "/../../build/nodegauge")
LABELS = ["container", "id", "image", "name", "namespace", "pod"]
SAMPLE = re.compile(r'(\w+)(?:\{(.*)\})? (\S+)(?: \d+)?')
STATFS = {"container_fs_" + w for w in ("inodes_free", "inodes_total", "limit_bytes", "usage_bytes")}
DISKS = {"container_fs_" + w for w in (
    "io_current", "io_time_seconds_total", "io_time_weighted_seconds_total", "read_seconds_total", "reads_merged_total",
    "sector_reads_total", "sector_writes_total", "write_seconds_total", "writes_merged_total")}
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def page(text):
    """{family: type}, {family: {labels: value}}; a repeated sample ends the test."""
    types, samples = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE"):
            types[line.split()[2]] = line.split()[3]
        if line.startswith("#"):
            continue
        name, labels, value = SAMPLE.fullmatch(line).groups()
        labels = frozenset(LABEL.findall(labels or ""))
        family = samples.setdefault(name, {})
        assert labels not in family, "twice: " + line
        family[labels] = float(value)
    return types, samples


def exceptions(table):
    """{family: what} of one of the tables in docs/compatibility.md."""
    text = open(HERE + "/../../docs/compatibility.md").read()
    rows = re.findall(r"^\| (`.*`) \| ([a-z ]+) \|", text.split(f"<!-- {table} -->")[1].split(f"<!-- /{table} -->")[0], re.M)
    return {family: what for families, what in rows for family in re.findall(r"`(\w+)`", families)}


def comparable(family, samples):
    """Those of /kubepods, of the machine and of its disks, without what the fixture cannot tell."""
    kept = {}
    for labels, value in samples.items():
        d = dict(labels)
        if not d.get("id", "/kubepods").startswith("/kubepods") and family not in STATFS | DISKS:
            continue
        if family in DISKS and not value and not d["device"].startswith("/dev/vd"):
            continue                                    # cAdvisor's zeros for what is on no disk
        d.pop("kernelVersion", None)                    # not recorded
        kept[frozenset(d.items())] = value
    return kept


def equal(family, theirs, ours):
    """Counters of networks and disks were read up to a few seconds later."""
    if family in STATFS:
        return True
    if family in DISKS:
        return theirs <= ours <= 5 * theirs             # the recording was written to one of them
    return theirs <= ours <= 1.2 * theirs if family.startswith("container_network_") else theirs == ours


def judge(family, theirs, ours):
    """None if they are equal, or which exception that needs."""
    if theirs.keys() == ours.keys():
        return None if all(equal(family, theirs[k], ours[k]) for k in ours) else "other value"
    return "added" if not theirs else "left out" if not ours else "other labels"


def compare(theirs, ours, known):
    """Differences that are not known, and what is known but no difference."""
    wrong = []
    for family in sorted(theirs.keys() | ours.keys() | known.keys()):
        a, b = theirs.get(family, {}), ours.get(family, {})
        entire, a, b = a and not b, comparable(family, a), comparable(family, b)
        found = "left out" if entire else judge(family, a, b)
        if found == known.get(family):
            continue
        wrong.append(f"{family}: {found or 'no difference'}, docs/compatibility.md: {known.get(family)}")
        wrong += [f"  kubelet's {a.get(k)}, ours {b.get(k)}: {sorted(k)}" for k in a.keys() | b.keys() if a.get(k) != b.get(k)][:3]
    return wrong


def living(samples):
    """The root and system.slice went on; they have all families that a pod has of the kernel, with all six labels."""
    wrong = []
    for cgroup in "/", "/system.slice":
        of = {f: k for f, s in samples.items() for k in s if ("id", cgroup) in k}
        wrong += [f"{f}: not all six labels: {sorted(k)}" for f, k in of.items() if not set(LABELS) <= dict(k).keys()]
        wrong += [f"{f}: not of {cgroup}" for f in ("container_cpu_usage_seconds_total", "container_memory_working_set_bytes",
                  "container_fs_reads_bytes_total", "container_pressure_io_waiting_seconds_total", "container_processes",
                  "container_spec_memory_limit_bytes", "container_start_time_seconds") if f not in of]
    return wrong


def make_mount_points(root):
    """What is mounted there is this machine's."""
    for line in open(root + "/proc/1/mountinfo"):
        os.makedirs(root + line.split()[4], exist_ok=True)


def make_open_files(root):
    """From fd.txt of each process, as ls -l printed it."""
    for process in glob.glob(root + "/proc/[0-9]*"):
        os.mkdir(process + "/fd")
        for fd, target in re.findall(r" (\d+) -> (.*)", open(process + "/fd.txt").read()):
            os.symlink(target, process + "/fd/" + fd)


def resources(theirs, ours):
    """Of /metrics/resource: the node lived on; a start is the process's, not when the runtime was told to start it."""
    wrong = [f"{f}: {sorted(theirs.get(f, {}).keys() ^ ours.get(f, {}).keys(), key=str)}" for f in theirs.keys() | ours.keys()
             if theirs.get(f, {}).keys() != ours.get(f, {}).keys()]
    for family, samples in theirs.items():
        for labels, value in samples.items():
            mine = ours.get(family, {}).get(labels, value)
            if not (family.startswith("node_") or mine == value or family == "container_start_time_seconds" and abs(mine - value) < 2):
                wrong.append(f"{family}: kubelet's {value}, ours {mine}: {sorted(labels)}")
    return wrong


def serve(root, path):
    return subprocess.run([NODEGAUGE, "--once", "--once.path=" + path, "--path.rootfs=" + root, "--collector.container.files.list",
                           "--web.disable-exporter-metrics", "--log.level=error"], stdout=subprocess.PIPE, text=True, check=True).stdout


def main():
    with tempfile.TemporaryDirectory() as root:
        tarfile.open(HERE + "/node.tar.gz").extractall(root)
        make_mount_points(root)
        make_open_files(root)
        text, resource = serve(root, "/metrics/cadvisor"), serve(root, "/metrics/resource")
    types, ours = page(text)
    their_types, theirs = page(gzip.open(HERE + "/cadvisor.prom.gz", "rt").read())
    ours = {f: s for f, s in ours.items() if re.match("(container|machine|cadvisor)_", f)}
    wrong = [f"{f}: {types[f]}, kubelet's {t}" for f, t in their_types.items() if types.get(f, t) != t]
    wrong += compare(theirs, ours, exceptions("exceptions")) + living(ours)
    types, samples = page(resource)
    their_types, their_resources = page(gzip.open(HERE + "/resource.prom.gz", "rt").read())
    wrong += [f"{f}: {types[f]}, kubelet's {t}" for f, t in their_types.items() if types.get(f, t) != t]
    wrong += resources(their_resources, samples)
    print("\n".join(wrong) or f"{sum(len(comparable(f, s)) for f, s in theirs.items() if f in ours)} samples compared")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
