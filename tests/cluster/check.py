#!/usr/bin/env python3
"""Is what a cluster's test left in DIRECTORY as it should be: our pages beside the kubelet's, and Prometheus's series?   check.py DIRECTORY"""
import datetime, json, os, re, sys

WHERE = sys.argv[1]
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + "/../kubelet")
import run as kubelet

# Not told in the chart's pod: what a socket is, without CAP_SYS_PTRACE.
UNTOLD = {"container_sockets": "left out"}
LEFT = re.compile("container_ended_.*|container_sampler_.*")
# What metrics-server looks for, in each container and of the node.
OF_CONTAINERS = "container_cpu_usage_seconds_total", "container_memory_working_set_bytes", "container_start_time_seconds"
OF_NODE = "node_cpu_usage_seconds_total", "node_memory_working_set_bytes"
IDLE = "guaranteed", "burstable", "besteffort", "initialized", "host-network", "static-node"
JOBS = {"native": ("nodegauge", "nodegauge-containers"), "kube-prometheus": ("node-exporter", "kubelet")}
SCRAPE = {"up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_samples_post_metric_relabeling", "scrape_series_added"}
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
    process = dict(line.split(":\t", 1) for line in text("status").splitlines())
    expect(set(process["Uid"].split()) == {"65532"}, "uid", process["Uid"])
    expect(int(process["CapEff"], 16) == 1 << 2, "not exactly CAP_DAC_READ_SEARCH:", process["CapEff"])


def check_log():
    log = [json.loads(line) for line in text("nodegauge.log").splitlines()]
    ready = [line["time"] for line in log if line["msg"] == "ready"]
    if len(ready) != 1:
        return expect(False, "not 'ready' once:", log)
    expect(not [line for line in log if line["level"] == "ERROR"], "errors in the log:", log)
    first, had = (datetime.datetime.fromisoformat(time) for time in (log[0]["time"], ready[0]))
    print(f"the first page is there {(had - first).total_seconds():.2f} s after the first line of the log")


def check_node(node):
    names = [dict(labels)["nodename"] for labels in node["node_uname_info"]]
    expect(names == ["node"], "nodename", names)
    expect(len(node["node_scrape_collector_success"]) > 20, "collectors of the node", node["node_scrape_collector_success"])


def still(kind, labels):
    """Is it known between which values it is? Counters rise, an idle pod does nothing."""
    return kind == "counter" or dict(labels).get("pod") in IDLE


def check_family(family, kind, pages, what):
    """The same series; each value is between what the kubelet had before and what it had later."""
    before, ours, after = (kubelet.comparable(family, page.get(family, {})) for page in pages)
    expect(what or ours.keys() == after.keys(), "not the same series:", family, [sorted(k) for k in ours.keys() ^ after.keys()][:3])
    for labels in filter(lambda labels: still(kind, labels), before.keys() & ours.keys() & after.keys()):
        least, most = sorted((before[labels], after[labels]))
        expect(what or least * (1 - 1e-9) <= ours[labels] <= most * (1 + 1e-9),
               family, sorted(labels), ours[labels], "is not between", least, "and", most)


def check_page(name, known):
    (_, before), (kinds, ours), (their_kinds, after) = (kubelet.page(text(f"{w}-{name}.prom")) for w in ("before", "ours", "after"))
    for family in sorted(f for f in ours.keys() | after.keys() if re.match("(container|machine|pod|node)_(?!scrape)", f)):
        if not LEFT.fullmatch(family):
            expect(known.get(family) in ("added", "left out") or kinds.get(family) == their_kinds.get(family), "type of", family)
            check_family(family, kinds.get(family), (before, ours, after), known.get(family))
    print(f"/metrics/{name}: {sum(map(len, ours.values()))} series, the kubelet's {sum(map(len, after.values()))}")
    return ours


def check_memory(ours):
    of = [[v for k, v in ours[family].items() if {("container", "nodegauge"), ("namespace", "monitoring")} <= k]
          for family in ("container_memory_max_usage_bytes", "container_spec_memory_limit_bytes")]
    (peak,), (limit,) = of
    expect(0 < peak < limit, "memory", of)
    print(f"the pod's memory {peak / 2**20:.1f} of {limit / 2**20:.0f} MiB")


def statuses(pods, kinds=("containerStatuses", "initContainerStatuses")):
    """{(namespace, pod, container): status}"""
    return {(pod["metadata"]["namespace"], pod["metadata"]["name"], status["name"]): status
            for pod in pods for kind in kinds for status in pod["status"].get(kind, [])}


def by_container(samples):
    return {tuple(dict(labels)[l] for l in ("namespace", "pod", "container")): value for labels, value in samples.items()}


def check_lives(pods, ours):
    """Restarts and kills that the API server knows of too."""
    restarts, kills = (by_container(ours[family]) for family in ("container_restarts_total", "container_oom_kills_total"))
    for key, status in statuses(pods).items():
        had = restarts.get(key, None if "running" in status["state"] else 0)
        expect(had == status["restartCount"], key, had, "restarts, not", status["restartCount"])
    status = statuses(pods)["default", "killed", "main"]
    expect(status["lastState"]["terminated"]["reason"] == "OOMKilled", "not killed:", status)
    expect({k: v for k, v in kills.items() if v} == {("default", "killed", "main"): 2}, "kills", kills)


def check_ended(pods, ours):
    """The job's container, and that of the killed pod, which ended twice."""
    times, usage, oom = (ours.get("container_ended_" + f, {}) for f in ("time_seconds", "cpu_usage_seconds", "oom_events"))
    (job, status), = ((key, s) for key, s in statuses(pods).items() if key[1].startswith("ended-"))
    finished = datetime.datetime.fromisoformat(status["state"]["terminated"]["finishedAt"]).timestamp()
    expect(abs(by_container(times).get(job, 0) - finished) < 2, "the job ended at", finished, "not", times)
    expect(by_container(usage).get(job, 0) > 0, "the job had no CPU time:", usage)
    killed = [v for k, v in oom.items() if ("pod", "killed") in k and ("container", "main") in k]
    expect(killed == [1, 1], "kills of those that ended:", oom)


def check_sidecars(pods):
    """The other container's figures, from inside its pod; the one that sleeps has the same for the node."""
    node = kubelet.page(text("sidecar-node.prom"))[1]
    for name, container in ("app", "app"), ("job", "main"):
        pod, = (pod for pod in pods if pod["metadata"].get("labels", {}).get("app.kubernetes.io/name") == name)
        key = "restricted", pod["metadata"]["name"], container
        ours = kubelet.page(text(f"sidecar-{name}.prom"))[1]
        for family in "container_cpu_usage_seconds_total", "container_memory_rss", "container_processes":
            had, has = (by_container(samples.get(family, {})).get(key) for samples in (ours, node))
            expect(had and (has == had or name == "job"), "sidecar:", family, key, had, "but of the node", has)
        for status in pod["status"]["containerStatuses"]:
            expect(name != "job" or status["state"]["terminated"]["exitCode"] == 0, "the job's", status)


def word(line, label):
    """As metrics-server finds it: the first of the label, which has no escapes."""
    return line.split(label + '="', 1)[1].split('"', 1)[0]


def check_for_metrics_server(pods, page):
    of, node = {}, {}
    for line in page.splitlines():
        name = re.match(r"\w*", line)[0]
        if name in OF_CONTAINERS:
            of.setdefault(tuple(word(line, l) for l in ("namespace", "pod", "container")), {})[name] = float(line.rsplit(" ", 1)[1])
        if name in OF_NODE:
            node[name] = float(line.split(" ")[1])
    running = {key for key, status in statuses(pods).items() if "running" in status["state"]}
    expect(of.keys() == running, "for metrics-server:", sorted(of.keys() ^ running))
    for key, values in [*of.items(), ("node", node)]:
        expect(len(values) == (2 if key == "node" else 3) and all(values.values()), "metrics-server drops", key, values)


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
    pods = json.loads(text("pods.json"))["items"]
    pod, = (pod for pod in pods if pod["metadata"]["namespace"] == "monitoring")
    check_pod(pod)
    check_log()
    check_node(kubelet.page(text("node.prom"))[1])
    ours = check_page("cadvisor", {**kubelet.exceptions("exceptions"), **UNTOLD})
    check_memory(ours)
    check_lives(pods, ours)
    check_ended(pods, kubelet.page(text("ended.prom"))[1])
    check_sidecars(pods)
    check_page("resource", {"container_start_time_seconds": "other value"})
    check_for_metrics_server(pods, text("ours-resource.prom"))
    for compat in JOBS:
        check_series(compat, pod["metadata"]["name"])
    print("\n".join(failures[:20]) or "all as it should be")
    if failures:
        print(len(failures), "failures")
    return bool(failures)


sys.exit(main())
