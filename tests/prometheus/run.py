#!/usr/bin/env python3
"""A real Prometheus scrapes both pages as the chart's ServiceMonitor says; promtool parses every page. 77: there is no Prometheus."""
import glob, gzip, json, os, re, socket, subprocess, sys, tarfile, tempfile, time, urllib.parse, urllib.request
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
NODEGAUGE = os.environ.get("NODEGAUGE", HERE + "/../../build/nodegauge")
PATHS = {"node-exporter": "/metrics", "kubelet": "/metrics/cadvisor"}
NODE, POD = "node-1", "nodegauge-x7k2p"
TARGETS = {     # the labels that a scrape adds; those of our own pod are for the node's series only
    "node-exporter": {"endpoint": "metrics", "instance": NODE, "namespace": "monitoring", "pod": POD,
                      "service": "nodegauge", "container": "nodegauge"},
    "kubelet": {"endpoint": "metrics", "instance": NODE, "node": NODE, "metrics_path": "/metrics/cadvisor"},
}
OURS = {"namespace", "pod", "container", "service"}
CONTAINERS = [  # of kubelet/node.tar.gz, sandboxes without a name
    ("default", "restarts-node", ""), ("kube-system", "besteffort-node", ""), ("kube-system", "besteffort-node", "sleep"),
    ("shop", "guaranteed-node", ""), ("shop", "guaranteed-node", "writer"),
    ("shop", "web-node", ""), ("shop", "web-node", "busy"), ("shop", "web-node", "httpd"),
]
RULES = {       # of node-mixin
    "cpu use": 'avg by (job) (1 - sum without (mode) (rate(node_cpu_seconds_total{job="node-exporter",mode=~"idle|iowait|steal"}[5s])))',
    "cpus": 'count by (namespace, pod, instance) (node_cpu_seconds_total{job="node-exporter",mode="idle"})',
    "memory use": "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
    "free space": 'node_filesystem_avail_bytes{fstype!=""} / (node_filesystem_size_bytes{fstype!=""} > 0)',
    "load": 'node_load1 / count without (cpu, mode) (node_cpu_seconds_total{job="node-exporter",mode="idle"})',
    "page faults": "rate(node_vmstat_pgmajfault[5s])",
    "network": 'rate(node_network_receive_bytes_total{device="lo"}[5s])',
}
CAD = 'job="kubelet",metrics_path="/metrics/cadvisor",image!=""'
CONTAINER_RULES = {     # of kube-prometheus, before they are joined with kube_pod_info
    "cpu": "sum by (cluster, namespace, pod, container) (rate(container_cpu_usage_seconds_total{%s}[5s]))" % CAD,
    "working set": "sum by (cluster, namespace, pod, container) (container_memory_working_set_bytes{%s})" % CAD,
}


def check(holds, *about):
    if not holds:
        sys.exit(" ".join(str(a)[:2000] for a in about))


def get(url, **headers):
    answer = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20)
    body = answer.read()
    return gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body


def start_nodegauge(root):
    """On a node with pods; its CPU time, load and page faults are this machine's, which move."""
    tarfile.open(HERE + "/../kubelet/node.tar.gz").extractall(root)
    os.remove(root + "/proc/stat")
    for name in "stat", "loadavg", "vmstat":
        os.symlink("/proc/" + name, f"{root}/proc/{name}")
    p = subprocess.Popen([NODEGAUGE, "--web.listen-address=127.0.0.1:0", "--path.rootfs=" + root], stderr=subprocess.PIPE, text=True)
    for line in p.stderr:
        at = re.search(r'address=\S*:(\d+)', line)
        if at:
            return p, "127.0.0.1:" + at[1]
    sys.exit("nodegauge ended")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait(what, holds, seconds=60):
    end = time.monotonic() + seconds
    while not (got := holds()):
        check(time.monotonic() < end, "not within", seconds, "s:", what)
        time.sleep(0.2)
    return got


def chart():
    """The objects of the rendered chart by their kind."""
    with open(HERE + "/../../deploy/kube-prometheus.yaml") as f:
        return {o["kind"]: o for o in yaml.safe_load_all(f) if o}


def label_name(text):
    return re.sub("[^a-zA-Z0-9_]", "_", text)


def discovered(objects, address):
    """The target as Kubernetes service discovery (role endpoints) finds it."""
    service, daemonset = objects["Service"]["metadata"], objects["DaemonSet"]["spec"]["template"]["spec"]
    container, = daemonset["containers"]
    meta = {"namespace": service["namespace"], "service_name": service["name"], "endpoint_port_name": container["ports"][0]["name"],
            "endpoint_ready": "true", "endpoint_address_target_kind": "Pod", "endpoint_address_target_name": POD,
            "endpoint_node_name": NODE, "pod_name": POD, "pod_node_name": NODE, "pod_phase": "Running", "pod_ready": "true",
            "pod_container_name": container["name"], "pod_container_port_name": container["ports"][0]["name"]}
    for name, value in service["labels"].items():
        meta["service_label_" + label_name(name)] = value
        meta["service_labelpresent_" + label_name(name)] = "true"
    return {"targets": [address], "labels": {"__meta_kubernetes_" + k: v for k, v in meta.items()}}


def relabel(target, *source, **more):
    return {"source_labels": [s if s == "job" else "__meta_kubernetes_" + s for s in source], "target_label": target, **more}


def select(action, regex, *source):
    return {"action": action, "regex": regex, "source_labels": ["__meta_kubernetes_" + s for s in source]}


def operators_relabelings(spec, port):
    """What the Prometheus Operator puts before an endpoint's own relabelings."""
    labels = sorted((label_name(k), v) for k, v in spec["selector"]["matchLabels"].items())
    kind_and_name = "endpoint_address_target_kind", "endpoint_address_target_name"
    return [relabel("__tmp_prometheus_job_name", "job"),
            *(select("keep", f"({v});true", "service_label_" + k, "service_labelpresent_" + k) for k, v in labels),
            select("keep", port, "endpoint_port_name"),
            relabel("node", *kind_and_name, regex="Node;(.*)", replacement="${1}"),
            relabel("pod", *kind_and_name, regex="Pod;(.*)", replacement="${1}"),
            relabel("namespace", "namespace"),
            relabel("service", "service_name"),
            relabel("pod", "pod_name"),
            relabel("container", "pod_container_name"),
            select("drop", "(Failed|Succeeded)", "pod_phase"),
            relabel("job", "service_name"),
            relabel("job", "service_label_" + label_name(spec["jobLabel"]), regex="(.+)"),
            {"target_label": "endpoint", "replacement": port}]


def snake(fields):
    return {re.sub("[A-Z]", lambda m: "_" + m[0].lower(), k): v for k, v in fields.items()}


def scrape_configs(monitor, targets):
    """As the Prometheus Operator makes them of a ServiceMonitor, but once a second."""
    name, spec = "/".join(monitor["metadata"][k] for k in ("namespace", "name")), monitor["spec"]
    for i, endpoint in enumerate(spec["endpoints"]):
        own = dict(endpoint, interval="1s", scrapeTimeout="1s")
        port, interval, path = (own.pop(k) for k in ("port", "interval", "path"))
        relabelings = operators_relabelings(spec, port) + [snake(r) for r in own.pop("relabelings")]
        metric_relabelings = [snake(r) for r in own.pop("metricRelabelings", [])]
        yield {"job_name": f"serviceMonitor/{name}/{i}", "scrape_interval": interval, "metrics_path": path, **snake(own),
               "file_sd_configs": [{"files": [targets]}], "relabel_configs": relabelings, "metric_relabel_configs": metric_relabelings}


def configure(directory, target, own):
    objects = chart()
    with open(directory + "/targets.json", "w") as f:
        json.dump([discovered(objects, target)], f)
    jobs = [*scrape_configs(objects["ServiceMonitor"], directory + "/targets.json"),
            {"job_name": "self", "scrape_interval": "1s", "scrape_timeout": "1s", "static_configs": [{"targets": [own]}]}]
    with open(directory + "/prometheus.yml", "w") as f:
        json.dump({"scrape_configs": jobs}, f)


class Prometheus:
    def __init__(self, programs, directory, target):
        own = f"127.0.0.1:{free_port()}"
        self.url = "http://" + own
        configure(directory, target, own)
        self.log = open(directory + "/log", "w+")
        self.process = subprocess.Popen([programs + "/prometheus", f"--config.file={directory}/prometheus.yml",
                                         f"--storage.tsdb.path={directory}/data", f"--web.listen-address={own}"], stderr=self.log)

    def query(self, text):
        """[(labels, value)]; none while Prometheus is starting."""
        try:
            answer = json.loads(get(f"{self.url}/api/v1/query?query={urllib.parse.quote(text)}"))
        except OSError:
            check(self.process.poll() is None, "prometheus ended:", open(self.log.name).read())
            return []
        return [(r["metric"], float(r["value"][1])) for r in answer["data"]["result"]]

    def value(self, text):
        return {labels.get("job", ""): v for labels, v in self.query(text)}


def check_scrapes(prometheus, target):
    """Five scrapes of each page, none refused or shortened."""
    ours = 'job!="self"'
    wait("five scrapes that are up", lambda: min(prometheus.value(f"count_over_time(up{{{ours}}}[1m])").values(), default=0) >= 5)
    up = prometheus.value(f"min_over_time(up{{{ours}}}[1m])")
    check(up == dict.fromkeys(PATHS, 1), "up", up, prometheus.query("up"))
    got = [labels for labels, _ in prometheus.query(f"up{{{ours}}}")]
    check(len(got) == 2 and all(dict(t, job=j, __name__="up") in got for j, t in TARGETS.items()), "labels of the targets", got)
    for job, path in PATHS.items():
        def agrees():
            n = sum(not line.startswith(b"#") for line in get("http://" + target + path, **{"Accept-Encoding": "gzip"}).splitlines())
            return n == prometheus.value("scrape_samples_scraped").get(job)
        wait(f"as many samples of {path} as are on the page", agrees)
    for kind in "sample_duplicate_timestamp", "sample_out_of_order", "sample_out_of_bounds", "exceeded_sample_limit":
        got = wait(kind, lambda: prometheus.query(f"prometheus_target_scrapes_{kind}_total"))
        check(all(v == 0 for _, v in got), kind, got)


def check_rules(prometheus):
    for name, rule in RULES.items():
        got = wait(name, lambda: prometheus.query(rule))
        check(all(0 <= v < float("inf") for _, v in got), name, got)
        print(f"{name}: {len(got)}, {got[0][1]:.3g}")
    for name, rule in CONTAINER_RULES.items():
        got = wait(name, lambda: prometheus.query(rule))
        keys = sorted(tuple(l.get(k, "") for k in ("namespace", "pod", "container")) for l, _ in got)
        check(keys == CONTAINERS, name, got)


def check_series(prometheus):
    """Containers keep the labels of the page; nothing on their page has those of our own pod."""
    series = {job: [l for l, _ in prometheus.query(f'{{__name__!="",job="{job}"}}')] for job in PATHS}
    for job, all_labels in series.items():
        check(len(all_labels) > 100, job, "has few series:", all_labels)
        for labels in all_labels:
            check(TARGETS[job].items() <= labels.items(), labels, "has not all of", TARGETS[job])
            check(not any(l.startswith("exported_") for l in labels), "a label of the page gave way:", labels)
    of_pods = [l for l in series["kubelet"] if re.match("/kubepods.*/pod", l.get("id", ""))]
    check(of_pods and all({"namespace", "pod"} <= l.keys() and l["pod"] != POD for l in of_pods), "series of pods", of_pods)
    for labels in series["kubelet"]:
        check(labels in of_pods or not OURS & labels.keys(), "labels of our pod:", labels)
    names = {tuple(l.get(k, "") for k in ("namespace", "pod", "container")) for l in of_pods if "image" in l}
    check(sorted(names) == CONTAINERS, "containers with an image", names)
    for family in "container_cpu_usage_seconds_total", "machine_cpu_cores":
        check(any(l["__name__"] == family and l.get("id", "/") == "/" for l in series["kubelet"]), "no", family, "of the root")


def check_stale(prometheus, nodegauge):
    nodegauge.terminate()
    check(nodegauge.wait(10) == 0, "exit", nodegauge.returncode)
    wait("up == 0", lambda: prometheus.value("up{job!='self'}") == dict.fromkeys(PATHS, 0))
    for family in "node_load1", "machine_memory_bytes":
        wait(family + " is stale", lambda: not prometheus.query(family))


def check_pages(promtool, target):
    """promtool ends with 3 where it does not like names, which are others' here; with 1 where it cannot parse."""
    pages = [open(p, "rb").read() for p in sorted(glob.glob(HERE + "/../*/expected.prom") + glob.glob(HERE + "/../collectors/*/expected.prom"))]
    check(len(pages) > 50, "only", len(pages), "pages")
    pages += [get("http://" + target + p) for p in PATHS.values()]
    for page in pages:
        done = subprocess.run([promtool, "check", "metrics"], input=page, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        check(done.returncode in (0, 3), done.stdout.decode(), page.decode())
    print(f"{len(pages)} pages parsed")


def main():
    found = subprocess.run([HERE + "/../../tools/prometheus.sh"], stdout=subprocess.PIPE, text=True)
    if found.returncode != 0:
        print("no prometheus: tools/prometheus.sh could not get it")
        return 77
    programs = found.stdout.strip()
    nodegauge = prometheus = None
    try:
        with tempfile.TemporaryDirectory() as directory:
            nodegauge, target = start_nodegauge(directory + "/root")
            wait("ready", lambda: ready(target))
            check_pages(programs + "/promtool", target)
            prometheus = Prometheus(programs, directory, target)
            check_scrapes(prometheus, target)
            check_series(prometheus)
            check_rules(prometheus)
            check_stale(prometheus, nodegauge)
            prometheus.process.kill()
            prometheus.process.wait()
    finally:
        for p in nodegauge, prometheus and prometheus.process:
            if p:
                p.kill()
    return 0


def ready(target):
    try:
        return get("http://" + target + "/readyz")
    except OSError:
        return None


sys.exit(main())
