#!/usr/bin/env python3
"""Nodes by their runtimes: every cgroup bears the names that cAdvisor and the kubelet give it, and nothing else is exported.

Each directory here with a cgroups.txt is a node: these are its cgroups, root holds what its runtime left on disk (as recorded
where a version is in the name, without what is not read), expected.tsv has what is exported: id, container, image, name, namespace,
pod and, behind them, labels that the flags of the file flags let through. On crio-1.34.0 the bundle of batch-0's sandbox is not there
yet, as in the moment in which its cgroup is made.
"""
import os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
NODEGAUGE = os.environ.get("NODEGAUGE", HERE + "/../../build/nodegauge")
LABELS = ["id", "container", "image", "name", "namespace", "pod"]
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def lines(path):
    return open(path).read().splitlines() if os.path.exists(path) else []


def make(root, cgroups):
    """A cgroup tree of that many cgroups, and the proc that says where it is."""
    os.makedirs(root + "/proc/1")
    open(root + "/proc/1/mountinfo", "w").write("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
    open(root + "/proc/stat", "w").write("btime 1700000000\n")
    os.makedirs(root + "/sys/fs/cgroup")
    open(root + "/sys/fs/cgroup/cgroup.controllers", "w").write("cpu memory\n")
    for cgroup in ["", *cgroups]:
        os.makedirs(root + "/sys/fs/cgroup" + cgroup, exist_ok=True)
        open(root + "/sys/fs/cgroup" + cgroup + "/cgroup.procs", "w").close()
        open(root + "/sys/fs/cgroup" + cgroup + "/cpu.stat", "w").write("usage_usec 1000000\n")


def exported(root, flags):
    """[[value of each of LABELS, then name=value of others]] in order."""
    page = subprocess.run([NODEGAUGE, "--once", "--once.path=/metrics/cadvisor", "--path.rootfs=" + root, "--log.level=error", *flags],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    found = []
    for labels in re.findall(r"^container_cpu_usage_seconds_total\{(.*)\} ", page, re.M):
        labels = dict(LABEL.findall(labels))
        del labels["cpu"]
        found.append([labels.pop(name) for name in LABELS] + ["=".join(pair) for pair in sorted(labels.items())])
    return sorted(found)


def check(node):
    with tempfile.TemporaryDirectory() as top:
        root = top + "/root"
        shutil.copytree(node + "/root", root)
        make(root, lines(node + "/cgroups.txt"))
        found = exported(root, lines(node + "/flags"))
    expected = sorted(line.split("\t") for line in lines(node + "/expected.tsv"))
    if sys.argv[1:] == ["-u", os.path.basename(node)]:
        open(node + "/expected.tsv", "w").write("".join("\t".join(row) + "\n" for row in found))
    wrong = ["- " + "\t".join(row) for row in expected if row not in found]
    wrong += ["+ " + "\t".join(row) for row in found if row not in expected]
    print(f"{os.path.basename(node)}: {len(found)} cgroups, {len(wrong)} lines wrong", *wrong, sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    nodes = sorted(entry.path for entry in os.scandir(HERE) if os.path.exists(entry.path + "/cgroups.txt"))
    sys.exit(not nodes or any([check(node) for node in nodes]))
