#!/usr/bin/env python3
"""Is what a cluster's test left in DIRECTORY as it should be: our pages beside the kubelet's, and Prometheus's series?   check.py DIRECTORY"""
import json, os, re, sys

WHERE = sys.argv[1]
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + "/../kubelet")
import run as kubelet

JOBS = {"native": ("nodegauge", "nodegauge-containers"), "kube-prometheus": ("node-exporter", "kubelet")}
SCRAPE = {"up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling", "scrape_series_added"}
STEADY = re.compile("container_(spec|cpu|fs|processes|threads).*|machine_.*")
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


def check_containers(ours):
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


def targets(compat, pod):
    """{job: labels} that a scrape adds; those of our pod stand at the node's series only."""
    node, containers = JOBS[compat]
    common = {"endpoint": "metrics", "instance": "node"}
    path = {"metrics_path": "/metrics/cadvisor"} if compat == "kube-prometheus" else {}
    return {node: dict(common, job=node, container="nodegauge", namespace="monitoring", pod=pod, service="nodegauge"),
            containers: dict(common, job=containers, node="node", **path)}


def check_series(compat, pod):
    """Each has the labels of its target, and is there once."""
    series = [r["metric"] for r in json.loads(text(compat + ".json"))["data"]["result"]]
    wanted, seen = targets(compat, pod), set()
    for s in series:
        target = wanted.get(s["job"], {"job": JOBS[compat]})
        expect(target.items() <= s.items(), compat, s, "has not all of", target)
        own = {k: v for k, v in s.items() if k not in target}
        expect("pod" not in own or own.get("id", "").startswith("/kubepods/"), compat, "labels of our pod:", s)
        key = s["__name__"] in SCRAPE and s["job"], *sorted(own.items())
        expect(key not in seen, compat, "counted twice:", s)
        seen.add(key)
    check_targets(compat, wanted, series)


def check_targets(compat, wanted, series):
    up = [{k: v for k, v in s.items() if k != "__name__"} for s in series if s["__name__"] == "up"]
    expect(len(up) == 2 and all(target in up for target in wanted.values()), compat, "up", up)
    for family, job in zip(("node_load1", "container_memory_working_set_bytes"), JOBS[compat]):
        expect(any(s["__name__"] == family and s["job"] == job and s["container"] == "nodegauge" for s in series if "container" in s),
               compat, "no", family, "of", job)


def main():
    pod, = json.loads(text("pods.json"))["items"]
    check_pod(pod)
    check_node(kubelet.page(text("node.prom"))[1])
    check_containers(kubelet.page(text("cadvisor.prom"))[1])
    for compat in JOBS:
        check_series(compat, pod["metadata"]["name"])
    print("\n".join(failures[:20]) or "all as it should be")
    if failures:
        print(len(failures), "failures")
    return bool(failures)


sys.exit(main())
