#!/usr/bin/env python3
"""Is what a cluster's test left in DIRECTORY as it should be: our pages beside the kubelet's, and Prometheus's series?   check.py DIRECTORY"""
import json, os, re, sys

WHERE = sys.argv[1]
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + "/../kubelet")
import run as kubelet

TARGET = {"job", "instance", "endpoint", "service"}     # labels that a scrape gives
JOBS = {"native": ("nodegauge", "nodegauge-containers"), "kube-prometheus": ("node-exporter", "kubelet")}
STEADY = re.compile("container_(spec_.*|processes|threads|threads_max|cpu_usage_seconds_total)|machine_.*")
failures = []


def expect(holds, *about):
    if not holds:
        failures.append(" ".join(str(a)[:500] for a in about))


def text(name):
    with open(f"{WHERE}/{name}") as file:
        return file.read()


def check_pod(pod):
    status = pod["status"]["containerStatuses"][0]
    expect(status["ready"] and status["restartCount"] == 0, "ready, never restarted:", status)
    log = [json.loads(line) for line in text("nodegauge.log").splitlines()]
    expect("ready" in [line["msg"] for line in log], "log has no 'ready':", log)
    expect(not [line for line in log if line["level"] == "ERROR"], "errors in the log:", log)
    process = dict(line.split(":\t", 1) for line in text("status").splitlines())
    expect(set(process["Uid"].split()) == {"65532"}, "uid", process["Uid"])
    expect(int(process["CapEff"], 16) == 1 << 2, "not exactly CAP_DAC_READ_SEARCH:", process["CapEff"])


def check_node(node):
    names = [dict(labels)["nodename"] for labels in node["node_uname_info"]]
    expect(names == ["node"], "nodename", names)
    expect(len(node["node_scrape_collector_success"]) > 20, "collectors of the node", node["node_scrape_collector_success"])


def idle(labels):
    return dict(labels).get("pod") in ("guaranteed", "burstable", "besteffort", None)


def check_family(family, theirs, ours):
    """All series of the kubelet's are ours too; equal is what stands still."""
    for labels in theirs.keys() - ours.keys():
        expect(False, "not ours:", family, sorted(labels))
    for labels in filter(idle, theirs.keys() & ours.keys()):
        if STEADY.fullmatch(family):
            expect(theirs[labels] == ours[labels], family, sorted(labels), theirs[labels], "but ours is", ours[labels])


def check_containers(ours, pod):
    known, theirs = kubelet.exceptions(), kubelet.page(text("kubelet.prom"))[1]
    for family in theirs:
        if family not in known and re.match("(container|machine)_", family):
            check_family(family, kubelet.comparable(theirs[family]), kubelet.comparable(ours.get(family, {})))
    of = {}
    for family in "container_memory_max_usage_bytes", "container_spec_memory_limit_bytes":
        of[family] = [v for k, v in theirs[family].items() if ("container", "nodegauge") in k]
    peak, limit = of.values()
    expect(len(peak) == len(limit) == 1 and 0 < peak[0] < limit[0], "memory", of)
    print(f"{sum(len(s) for s in theirs.values())} series of the kubelet; the pod's memory {peak[0] / 2**20:.1f} of {limit[0] / 2**20:.0f} MiB")


def check_scrape(compat, pod):
    node, containers = JOBS[compat]
    series = [r["metric"] for r in json.loads(text(compat + ".json"))["data"]["result"]]
    common = {"__name__": "up", "endpoint": "metrics", "instance": "node"}
    wanted = [dict(common, job=node, container="nodegauge", namespace="monitoring", pod=pod["metadata"]["name"], service="nodegauge"),
              dict(common, job=containers, node="node")]
    if compat == "kube-prometheus":
        wanted[1]["metrics_path"] = "/metrics/cadvisor"
    up = [s for s in series if s["__name__"] == "up"]
    expect(sorted(up, key=str) == sorted(wanted, key=str), compat, "up:", up)
    check_series(compat, [s for s in series if not re.match("up$|scrape_", s["__name__"])], wanted)


def check_series(compat, series, wanted):
    """Each has its target's labels, and is there once."""
    seen = set()
    for s in series:
        target = next((w for w in wanted if w["job"] == s["job"]), {})
        containers = "node" in target
        own = {k: v for k, v in s.items() if target.get(k) != v or k == "__name__" or containers and k in ("pod",)}
        expect(set(target) <= set(s), compat, "labels of the target:", s)
        key = tuple(sorted(own.items()))
        expect(key not in seen, compat, "counted twice:", s)
        seen.add(key)


def main():
    pod = json.loads(text("pods.json"))["items"][0]
    check_pod(pod)
    check_node(kubelet.page(text("node.prom"))[1])
    check_containers(kubelet.page(text("cadvisor.prom"))[1], pod)
    for compat in JOBS:
        check_scrape(compat, pod)
    print("\n".join(failures) or "all as it should be")
    return bool(failures)


sys.exit(main())
