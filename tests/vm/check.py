#!/usr/bin/env python3
"""Do the pages that a case brought back from the guest agree with the kernel's files?   check.py CASE DIRECTORY"""
import collections
import gzip
import os
import re
import sys

case, where = sys.argv[1:]
SIX = ("container", "id", "image", "name", "namespace", "pod")
NODE = ("node_cpu_seconds_total", "node_memory_MemTotal_bytes", "node_load1", "node_disk_reads_completed_total",
        "node_uname_info", "node_boot_time_seconds", "node_netstat_Tcp_CurrEstab", "node_vmstat_pgfault",
        "node_pressure_cpu_waiting_seconds_total")
failures = []


def expect(right, message):
    if not right:
        failures.append(message)


def lines(name):
    opened = gzip.open if name.endswith(".gz") else open
    with opened(os.path.join(where, name), "rt", errors="surrogateescape") as file:
        return file.read().split("\n")[:-1]


def page(name):
    """{family: [(labels, value)]}"""
    families = collections.defaultdict(list)
    seen = set()
    for line in lines(name):
        if not line or line.startswith("#"):
            continue
        sample = re.fullmatch(r'(\w+)(?:\{(.*)\})? (\S+)', line)
        expect(sample, f"{name}: not a sample: {line}")
        if sample:
            labels = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', sample[2] or ""))
            key = sample[1], tuple(sorted(labels.items()))
            expect(key not in seen, f"{name}: twice: {line}")
            seen.add(key)
            families[sample[1]].append((labels, float(sample[3])))
    return families


class Files:
    """What the kernel said at one moment: cgroup files, and the interfaces of each network."""

    def __init__(self, moment):
        self.text = collections.defaultdict(list)
        for line in lines(f"{moment}.cgroup"):
            path, value = line.split(":", 1)
            self.text[path].append(value)
        self.net = collections.defaultdict(dict)
        for line in lines(f"{moment}.net"):
            found = re.fullmatch(r"(\S+)\s+(\S+):(.*)", line)
            if found and not re.match("lo|veth|docker", found[2]):
                self.net[found[1]][found[2]] = [int(n) for n in found[3].split()]
        self.open = [line.split() for line in lines(f"{moment}.files") if len(line.split()) > 3]

    def word(self, cgroup, file, n=0):
        text = self.text.get(f"{cgroup.rstrip('/')}/{file}")
        if text is None:
            return None
        word = text[0].split()[n]
        return word if word == "max" else int(word)

    def limit(self, cgroup, file):
        word = self.word(cgroup, file)
        return 0 if word == "max" else word

    def key(self, cgroup, file, key):
        for line in self.text.get(f"{cgroup.rstrip('/')}/{file}", []):
            if line.split()[0] == key:
                return int(line.split()[1])
        return None

    def stalled(self, cgroup, file, who):
        for line in self.text.get(f"{cgroup}/{file}", []):
            if line.startswith(who):
                return int(line.split("total=")[1]) / 1e6
        return None

    def processes(self, cgroup):
        """Those of a container may be in inner cgroups."""
        inner = [file for file in self.text if file.startswith(f"{cgroup}/") and file.endswith("/cgroup.procs")]
        own = len(self.text.get(f"{cgroup}/cgroup.procs", []))
        return own or (sum(len(self.text[file]) for file in inner) if is_container(cgroup) else 0)

    def files(self, cgroup):
        """How many files are open in a container, and the limit of its first process."""
        inside = [(int(count), limit) for path, count, limit, *_ in self.open if f"{path}/".startswith(f"{cgroup}/")]
        return sum(count for count, _ in inside), inside[0][1] if inside else None

    def disk(self, cgroup, key):
        values = {}
        for line in self.text.get(f"{cgroup}/io.stat", []):
            device, *pairs = line.split()
            if pairs:
                values[device] = int(dict(p.split("=") for p in pairs).get(key, 0))
        return values


def is_container(cgroup):
    return re.search(r"[0-9a-f]{64}(\.scope)?$", cgroup)


def seconds(key):
    return lambda f, c: microseconds(f.key(c, "cpu.stat", key))


def microseconds(value):
    return None if value is None else value / 1e6


def cpus(ranges):
    """How many are in a list such as 0-3,8."""
    if ranges is None:
        return None
    ends = [[int(end) for end in item.split("-")] for item in ranges[0].split(",") if item]
    return sum(end[-1] - end[0] + 1 for end in ends)


def with_quota(rule):
    return lambda f, c: rule(f, c) if f.word(c, "cpu.max") not in (None, "max") else None


def stat(key):
    return lambda f, c: f.key(c, "memory.stat", key)


def pressure(file, who):
    return lambda f, c: f.stalled(c, file, who)


def working_set(f, c):
    return f.word(c, "memory.current") - f.key(c, "memory.stat", "inactive_file")


def kills(f, c):
    """Of a container's group as one; above it there is no telling."""
    group = f.key(c, "memory.events", "oom_group_kill") if re.search(r"[0-9a-f]{64}(\.scope)?$", c) else 0
    return group or f.key(c, "memory.events", "oom_kill")


def shares(f, c):
    """The weight of an idle cgroup reads 0 on older kernels."""
    weight = f.word(c, "cpu.weight")
    return weight and 2 + (weight - 1) * 262142 // 9999


def quota(f, c):
    return None if f.word(c, "cpu.max") == "max" else f.word(c, "cpu.max")


# Families with one series per cgroup, and what it is: None where there must be none.
ONE = {
    "container_cpu_usage_seconds_total": seconds("usage_usec"),
    "container_cpu_user_seconds_total": seconds("user_usec"),
    "container_cpu_system_seconds_total": seconds("system_usec"),
    "container_cpu_cfs_periods_total": with_quota(lambda f, c: f.key(c, "cpu.stat", "nr_periods")),
    "container_cpu_cfs_throttled_periods_total": with_quota(lambda f, c: f.key(c, "cpu.stat", "nr_throttled")),
    "container_cpu_cfs_throttled_seconds_total": with_quota(seconds("throttled_usec")),
    "container_cpu_cfs_burst_periods_total": with_quota(lambda f, c: f.key(c, "cpu.stat", "nr_bursts")),
    "container_cpu_cfs_burst_seconds_total": with_quota(seconds("burst_usec")),
    "container_memory_usage_bytes": lambda f, c: f.word(c, "memory.current"),
    "container_memory_working_set_bytes": working_set,
    "container_memory_rss": stat("anon"),
    "container_memory_cache": stat("file"),
    "container_memory_mapped_file": stat("file_mapped"),
    "container_memory_swap": lambda f, c: f.word(c, "memory.swap.current"),
    "container_memory_max_usage_bytes": lambda f, c: f.word(c, "memory.peak"),
    "container_memory_total_active_file_bytes": stat("active_file"),
    "container_memory_total_inactive_file_bytes": stat("inactive_file"),
    "container_memory_kernel_usage": stat("kernel"),
    "container_memory_file_dirty_bytes": stat("file_dirty"),
    "container_memory_file_writeback_bytes": stat("file_writeback"),
    "container_memory_workingset_refault_anon_total": stat("workingset_refault_anon"),
    "container_memory_workingset_refault_file_total": stat("workingset_refault_file"),
    "container_memory_pgscan_total": stat("pgscan"),
    "container_memory_pgsteal_total": stat("pgsteal"),
    "container_memory_events_high_total": lambda f, c: f.key(c, "memory.events", "high"),
    "container_memory_events_max_total": lambda f, c: f.key(c, "memory.events", "max"),
    "container_memory_failcnt": lambda f, c: f.key(c, "memory.events", "max"),
    "container_oom_events_total": kills,
    "container_processes": Files.processes,
    "container_threads": lambda f, c: f.word(c, "pids.current"),
    "container_threads_max": lambda f, c: f.limit(c, "pids.max"),
    "container_pressure_cpu_waiting_seconds_total": pressure("cpu.pressure", "some"),
    "container_pressure_cpu_stalled_seconds_total": pressure("cpu.pressure", "full"),
    "container_pressure_memory_waiting_seconds_total": pressure("memory.pressure", "some"),
    "container_pressure_memory_stalled_seconds_total": pressure("memory.pressure", "full"),
    "container_pressure_io_waiting_seconds_total": pressure("io.pressure", "some"),
    "container_pressure_io_stalled_seconds_total": pressure("io.pressure", "full"),
    "container_spec_cpu_period": lambda f, c: f.word(c, "cpu.max", 1),
    "container_spec_cpu_quota": quota,
    "container_spec_cpu_shares": shares,
    "container_spec_memory_limit_bytes": lambda f, c: f.limit(c, "memory.max"),
    "container_spec_memory_swap_limit_bytes": lambda f, c: f.limit(c, "memory.swap.max"),
    "container_spec_memory_reservation_limit_bytes": lambda f, c: f.limit(c, "memory.min"),
}
# Those of the collectors and flags that are off by default, which the case states has on.
MORE = {
    "container_hugetlb_usage_bytes": lambda f, c: f.word(c, "hugetlb.2MB.rsvd.current"),
    "container_hugetlb_failcnt": lambda f, c: f.key(c, "hugetlb.2MB.events", "max"),
    "container_cgroup_descendants": lambda f, c: f.key(c, "cgroup.stat", "nr_descendants"),
    "container_cgroup_dying_descendants": lambda f, c: f.key(c, "cgroup.stat", "nr_dying_descendants"),
    "container_cgroup_frozen": lambda f, c: f.key(c, "cgroup.events", "frozen"),
    "container_threads_peak": lambda f, c: f.word(c, "pids.peak"),
    "container_threads_events_max_total": lambda f, c: f.key(c, "pids.events", "max"),
    "container_memory_swap_max_usage_bytes": lambda f, c: f.word(c, "memory.swap.peak"),
    **{f"container_memory_swap_events_{key}_total": lambda f, c, key=key: f.key(c, "memory.swap.events", key)
       for key in ("high", "max", "fail")},
    "container_cpuset_cpus": lambda f, c: cpus(f.text.get(c + "/cpuset.cpus.effective")),
    "container_pressure_irq_stalled_seconds_total": pressure("irq.pressure", "full"),
    "container_cpu_cfs_throttled_local_seconds_total": lambda f, c: microseconds(f.key(c, "cpu.stat.local", "throttled_usec")),
    "container_cpu_nice_seconds_total": seconds("nice_usec"),
    **{f"container_memory_{key}_bytes": stat(key)
       for key in ("kernel_stack", "pagetables", "percpu", "sock", "slab_reclaimable", "slab_unreclaimable", "zswap", "zswapped")},
    "container_memory_zswpin_total": stat("zswpin"),
    "container_memory_zswpout_total": stat("zswpout"),
    **{f"container_memory_events_{key}_total": lambda f, c, key=key: f.key(c, "memory.events", key)
       for key in ("low", "oom_group_kill")},
}
# What tells from the kernel's files that a container is in the state that states.sh put it in.
STATES = {
    "throttled": lambda f, c: f.key(c, "cpu.stat", "nr_throttled"),
    "weight": lambda f, c: f.word(c, "cpu.weight") == 1000,
    "idle": lambda f, c: f.word(c, "cpu.idle"),
    "cpuset": lambda f, c: f.text[c + "/cpuset.cpus"] == ["0"],
    "killed": lambda f, c: f.key(c, "memory.events", "oom_kill") and not f.key(c, "memory.events", "oom_group_kill"),
    "group_killed": lambda f, c: f.key(c, "memory.events", "oom_group_kill") and not f.processes(c),
    "high": lambda f, c: f.key(c, "memory.events", "high"),
    "protected": lambda f, c: f.word(c, "memory.min") and f.word(c, "memory.low"),
    "swapping": lambda f, c: f.word(c, "memory.swap.current"),
    "swap_full": lambda f, c: f.key(c, "memory.events", "oom_kill"),
    "huge": lambda f, c: f.word(c, "hugetlb.2MB.current") and f.key(c, "hugetlb.2MB.events", "max"),
    "two_disks": lambda f, c: len(f.disk(c, "wbytes")) == 2,
    "io_cost": lambda f, c: any(f.disk(c, "cost.usage").values()),
    "pids_max": lambda f, c: f.key(c, "pids.events", "max"),
    "threads": lambda f, c: f.word(c, "pids.current") > f.processes(c),
    "threaded": lambda f, c: c + "/worker/cgroup.events" in f.text,
    "nested": lambda f, c: f.processes(c + "/inner") == 2 and f"{c}/cgroup.procs" not in f.text,
    "uncontrolled": lambda f, c: f.processes(c + "/child") and c + "/child/memory.current" not in f.text,
    "empty": lambda f, c: not f.processes(c),
    "frozen": lambda f, c: f.key(c, "cgroup.events", "frozen"),
    "dying": lambda f, c: f.key(c, "cgroup.stat", "nr_dying_descendants"),
    "churned": lambda f, c: f.key(c, "cpu.stat", "usage_usec"),
    "names": lambda f, c: any(path.startswith(c + "/with space/") for path in f.text),
}
# Families with a series per disk: the key in io.stat.
DISK = {
    "container_fs_reads_bytes_total": "rbytes",
    "container_fs_writes_bytes_total": "wbytes",
    "container_fs_reads_total": "rios",
    "container_fs_writes_total": "wios",
}
# Families with a series per interface: the column in net/dev.
NET = {
    "container_network_receive_bytes_total": 0,
    "container_network_receive_packets_total": 1,
    "container_network_receive_errors_total": 2,
    "container_network_receive_packets_dropped_total": 3,
    "container_network_transmit_bytes_total": 8,
    "container_network_transmit_packets_total": 9,
    "container_network_transmit_errors_total": 10,
    "container_network_transmit_packets_dropped_total": 11,
}


# Families of what has gone.
PAST = re.compile("container_(oom_kills|restarts|ended)_")


def within(value, low, high):
    return min(low, high) - 1e-9 <= value <= max(low, high) + 1e-9


def containers_of(families):
    return {name: samples for name, samples in families.items()
            if name.startswith("container_") and name != "container_scrape_error" and not PAST.match(name)}


def check_labels(families, rows):
    """Every cgroup that was made is there once, with its labels; no other one has any."""
    want = {row["id"]: row for row in rows}
    for name, samples in families.items():
        for labels, _ in samples:
            expect(all(l in labels for l in SIX), f"{name}: not all six labels: {labels}")
            row = want.get(labels.get("id"), {})
            for label in SIX:
                right = row.get(label, "")
                got = labels.get(label, "")
                unknown = label == "id" or right == "*" or (case == "user" and label in hidden(row))
                expect(unknown or got == right, f"{name}: {label} of {labels['id']} is {got!r}, not {right!r}")
    ids = collections.Counter(labels["id"] for labels, _ in families["container_last_seen"])
    for row in rows:
        times = ids[row["id"]]
        expect(times == 1 or row["kind"] == "dropped", f"{row['kind']} {row['id']} is there {times} times")
    for cgroup in ids:
        expect("conmon" not in cgroup and not cgroup.endswith("/container"), f"{cgroup} is not one of its own")
        expect(cgroup in want or "kubepods" not in cgroup, f"{cgroup} is nothing that was made")


def hidden(row):
    """What cannot be known without the right to read bundles: the log links name app containers alone."""
    return {"container": ("image",), "sandbox": ("image", "container", "namespace", "pod")}.get(row.get("kind"), ())


def is_ours(cgroup):
    """True where nodegauge itself runs: its memory rises and falls while it is looked at."""
    return case in ("pod", "user") and lines("own")[0].startswith(cgroup)


def check_values(rules, families, rows, before, after):
    for name, rule in rules.items():
        samples = {labels["id"]: value for labels, value in families[name]}
        for row in rows:
            cgroup = row["id"]
            low, high, got = rule(before, cgroup), rule(after, cgroup), samples.get(cgroup)
            if low is None or got is None:
                unused = low == 0 and name == "container_cpu_usage_seconds_total"
                expect(low is None and got is None or unused, f"{name}: {cgroup} has {got}, the kernel {low}")
            elif not (name.startswith("container_memory") and is_ours(cgroup)):
                expect(within(got, low, high), f"{name}: {cgroup} has {got:.15g}, the kernel {low:.15g} to {high:.15g}")


def check_files(families, rows, before, after):
    """
    Open files and their limit of all containers that have a process, whatever pid namespace nodegauge is in. They are listed
    where case is idle or pod; for a user that is not allowed, and else before Linux 6.2 there is no other way.
    """
    counted = case in ("idle", "pod") or case != "user" and lines("sized") != ["0"]
    files, sockets, limits = ({labels["id"]: value for labels, value in families["container_" + name]}
                              for name in ("file_descriptors", "sockets", "ulimits_soft"))
    for cgroup in [row["id"] for row in rows if row["kind"] in ("container", "sandbox")]:
        (low, limit), (high, _) = before.files(cgroup), after.files(cgroup)
        right = is_ours(cgroup) or (within(files.get(cgroup, -1), low, high) if counted else cgroup not in files)
        expect(right, f"container_file_descriptors: {cgroup} has {files.get(cgroup)}, the kernel {low} to {high}")
        hidden_sockets = high > 0 and (case == "user" or case == "pod" and not is_ours(cgroup))
        expect(not hidden_sockets or cgroup not in sockets, f"container_sockets: {cgroup} has some that may not be seen")
        expect(limits.get(cgroup) == (limit and int(limit)), f"container_ulimits_soft: {cgroup} has {limits.get(cgroup)}, the kernel {limit}")


def check_disks(families, rows, before, after):
    device = {number: "/dev/" + path.split("/")[3] for path, number in (line.split(":", 1) for line in lines("disks"))}
    for name, key in DISK.items():
        samples = {(labels["id"], labels["device"]): value for labels, value in families[name]}
        for row in rows:
            low, high = before.disk(row["id"], key), after.disk(row["id"], key)
            for number, value in low.items():
                got = samples.get((row["id"], device[number]))
                expect(got is not None and within(got, value, high[number]),
                       f"{name}: {row['id']} {number} has {got}, the kernel {value}")


def check_io_limits(families, rows, files):
    """What io.max says, and nothing where it says max."""
    for key, name in (("rbps", "read_bytes"), ("wbps", "write_bytes"), ("riops", "reads"), ("wiops", "writes")):
        got = {labels["id"]: value for labels, value in families[f"container_spec_io_{name}_per_second"]}
        said = {row["id"]: float(found[1]) for row in rows for line in files.text.get(f"{row['id']}/io.max", [])
                if (found := re.search(rf"\b{key}=(\d+)", line))}
        expect(got == said, f"limits of {name}: {got}, the kernel {said}")


def check_network(families, rows, before, after):
    """Once per pod, on its series or its sandbox's, per container without a pod, and for the node; with the interfaces inside."""
    owners = collections.defaultdict(set)
    for row in rows:
        if row["kind"] in ("pod", "sandbox", "dropped", "root") or (row["kind"] == "container" and not row["pod"]):
            owners[row["pod"] or row["id"]].add(row["id"])
    networks = {row["id"]: row["network"] for row in rows}
    for name, column in NET.items():
        got = collections.defaultdict(dict)
        for labels, value in families[name]:
            got[labels["id"]][labels["interface"]] = value
        for cgroup in got:
            expect(any(cgroup in ids for ids in owners.values()), f"{name}: {cgroup} has a network")
        for ids in owners.values():
            having = [cgroup for cgroup in ids if cgroup in got]
            expect(len(having) == 1, f"{name}: {len(having)} cgroups have the network of {sorted(ids)}")
            for cgroup in having:
                network = networks[cgroup]
                check_interfaces(f"{name}: {cgroup}", got[cgroup], before.net[network], after.net[network], column)


def check_interfaces(what, got, low, high, column):
    expect(got.keys() == low.keys(), f"{what} has {sorted(got)}, the kernel {sorted(low)}")
    for interface in got.keys() & low.keys():
        value, first, last = got[interface], low[interface][column], high[interface][column]
        expect(within(value, first, last), f"{what} {interface} has {value}, the kernel {first}")


def check_times(families, rows):
    now = int(lines("now")[0])
    boot = now - float(lines("uptime")[0]) - 60
    for row in rows:
        for name in ("container_last_seen", "container_start_time_seconds"):
            times = [value for labels, value in families[name] if labels["id"] == row["id"]]
            right = row["kind"] == "dropped" or len(times) == 1 and boot <= times[0] <= now + 1
            expect(right, f"{name}: {row['id']} has {times}")


def check_states(before):
    """Did each state come about?"""
    for line in lines("states.txt"):
        state, cgroup = line.split()
        expect(STATES[state](before, cgroup), f"{cgroup} is not {state}")


def check_sampler(families, before):
    """What was used between scrapes: at least what is used now, and of CPU what the quota allows."""
    cgroups = dict(line.split() for line in lines("states.txt"))
    throttled, swapping = cgroups["throttled"], cgroups["swapping"]
    memory, cpu = ({labels["id"]: value for labels, value in families["container_sampler_" + name]}
                   for name in ("memory_usage_max_bytes", "cpu_usage_max_cores"))
    expect(before.word(swapping, "memory.current") <= memory[swapping] <= 16 << 20, f"memory of {swapping}: {memory[swapping]}")
    expect(0.01 < cpu[throttled] < 1, f"CPU of {throttled}: {cpu[throttled]}")
    expect(memory["/"] > memory[swapping] and cpu["/"] > 0, "the node has no peaks")


def check_past(families, rows):
    """The kill of a container that went before anyone could have read its files, and its last figures."""
    gone = [row for row in rows if row["kind"] == "container"][2]
    pod = os.path.dirname(gone["id"])
    ended = {**{label: gone[label] for label in SIX}}
    kept = {**ended, "id": pod, "image": "", "name": ""}
    for name, labels, low, high in (("container_oom_kills_total", kept, 1, 1), ("container_restarts_total", kept, 0, 0),
                                    ("container_ended_cpu_usage_seconds", ended, 0.001, 60), ("container_ended_oom_events", ended, 1, 1),
                                    ("container_ended_memory_max_usage_bytes", ended, 16e6, 17e6)):
        values = [value for of, value in families[name] if of == labels]
        expect(len(values) == 1 and low <= values[0] <= high, f"{name} of {gone['container']} in {pod} is {values}")
    others = [value for of, value in families["container_oom_kills_total"] if of != kept]
    expect(len(others) > 1 and not any(others), f"kills of others: {others}")
    expect(gone["id"] not in [labels["id"] for labels, _ in families["container_last_seen"]], f"{gone['id']} is still there")


def check_version(node, version):
    for family in NODE:
        expect(node[family], f"{family} is missing")
    said = [value for _, value in node["nodegauge_cgroup_version"]]
    expect(said == [version], f"the cgroup version is {version}, not {said}")


def check_without(cadvisor):
    expect(not containers_of(cadvisor), f"containers without cgroup v2: {sorted(containers_of(cadvisor))}")
    said = [line for line in lines("log") if "no container" in line]
    expect(len(said) == 1, f"not one line of the log says why there are no containers: {said}")


def check_containers(cadvisor):
    columns = ("kind", *("id", "container", "image", "name", "namespace", "pod"), "network")
    rows = [dict(zip(columns, line.split("\t"))) for line in lines("expected.tsv")]
    families = collections.defaultdict(list, containers_of(cadvisor))
    if case == "past":
        check_past(collections.defaultdict(list, cadvisor), rows)
        return
    before, after = Files("before"), Files("after")
    check_labels(families, rows)
    check_times(families, rows)
    check_network(families, rows, before, after)
    below = [row for row in rows if row["kind"] not in ("root", "dropped")]
    check_values(ONE, families, below, before, after)
    check_files(families, below, before, after)
    check_disks(families, below, before, after)
    if case == "states":
        check_states(before)
        check_values(MORE, families, below, before, after)
        check_io_limits(families, below, before)
        check_sampler(families, before)
    if case.startswith("churn"):
        check_churn(cadvisor, rows)


def families_of(families):
    """{cgroup: names of its families}, but for those that come with what it does."""
    has = collections.defaultdict(set)
    for name, samples in containers_of(families).items():
        for labels, _ in samples:
            if "_fs_" not in name:
                has[labels["id"]].add(name)
    return has


def check_churn(last, rows):
    """Every container of every page is entire, and nothing stays."""
    seen, ended, figures = set(), set(), set()
    entire = families_of(last)
    pages = sorted(name for name in os.listdir(where) if name.endswith(".gz"))
    for name in pages:
        families = page(name)
        check_labels_once(families, rows)
        seen.update(check_entire(name, families, entire, rows))
        ended.update(labels["id"] for labels, _ in families["container_ended_time_seconds"])
        figures.update(labels["id"] for labels, value in families["container_ended_cpu_usage_seconds"] if value)
    expect(figures, "no last figures")
    expect(len(seen) > len(pages), f"only {len(seen)} were ever seen")
    left = [cgroup for cgroup in entire if "c0de" in cgroup]
    expect(not left, f"{len(left)} are still there: {left[:3]}")
    print(f"check.py: {lines('churned')[0]} containers, {len(seen)} of them seen on {len(pages)} pages; "
          f"ends of {len(ended)}, last figures of {len(figures)}; {last['container_ended_dropped_total'][0][1]:.0f} dropped")
    check_held()


def check_entire(name, families, entire, rows):
    """Those that stay have what they always have; those that come and go what others have. Without a process there is no limit."""
    stay = [row["id"] for row in rows if row["kind"] == "container"]
    has, alive = families_of(families), {labels["id"] for labels, value in families["container_processes"] if value}
    churned = {cgroup for cgroup in has if "c0de" in cgroup}
    network = {family for family in families if family.startswith("container_network_")}
    common = {family for family in entire[stay[0]] if not re.search("_(network|cfs)_", family)}
    for cgroup in entire.keys() | churned:
        want = common if cgroup in churned else entire[cgroup]
        if cgroup in churned and not is_in_pod(cgroup):
            want = want | network
        if cgroup in churned - alive:
            want = want - network - {"container_ulimits_soft"}
        missing = want - has[cgroup]
        expect(not missing, f"{name}: {cgroup} has {len(has[cgroup])} families, but no {sorted(missing)[:5]}")
    for family, samples in containers_of(families).items():
        for labels, _ in samples:
            right = labels["id"] not in churned or labels["container"] == "churn"
            expect(right, f"{name}: {family} of {labels['id']} is of {labels['container']!r}")
    return churned


def is_in_pod(cgroup):
    return cgroup.startswith("/kubepods")


def check_held():
    before, after = (dict(line.split() for line in lines(f"held-{moment}")) for moment in ("before", "after"))
    print(f"check.py: held {before}, then {after}")
    for what in "fds", "watches", "threads":
        expect(int(after[what]) <= int(before[what]), f"{what}: {before[what]} before, {after[what]} after")
    expect(int(after["Anonymous"]) <= int(before["Anonymous"]) + 512, "memory grows")


def check_labels_once(families, rows):
    ids = collections.Counter(labels["id"] for labels, _ in families["container_last_seen"])
    for row in rows:
        expect(ids[row["id"]] == 1, f"{row['id']} is there {ids[row['id']]} times while others come and go")


node, cadvisor = page("node.prom"), page("cadvisor.prom")
check_version(node, 1 if case in ("v1", "hybrid") else 2)
if case in ("v1", "hybrid"):
    check_without(cadvisor)
else:
    check_containers(cadvisor)
for message in failures[:20]:
    print(f"check.py: {case}: {message}", file=sys.stderr)
if len(failures) > 20:
    print(f"check.py: {case}: and {len(failures) - 20} more", file=sys.stderr)
sys.exit(bool(failures))
