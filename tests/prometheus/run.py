#!/usr/bin/env python3
"""A real Prometheus scrapes both pages of a running nodegauge; promtool parses every page. 77: there is no Prometheus."""
import glob, gzip, json, os, re, socket, subprocess, sys, tempfile, time, urllib.parse, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
NODEGAUGE = os.environ.get("NODEGAUGE", HERE + "/../../build/nodegauge")
PATHS = {"node": "/metrics", "cadvisor": "/metrics/cadvisor"}
RULES = {       # of node-mixin
    "cpu use": 'avg by (job) (1 - sum without (mode) (rate(node_cpu_seconds_total{mode=~"idle|iowait|steal"}[5s])))',
    "memory use": "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
    "free space": 'node_filesystem_avail_bytes{fstype!=""} / (node_filesystem_size_bytes{fstype!=""} > 0)',
    "load": 'node_load1 / count without (cpu, mode) (node_cpu_seconds_total{mode="idle"})',
    "page faults": "rate(node_vmstat_pgmajfault[5s])",
    "network": 'rate(node_network_receive_bytes_total{device="lo"}[5s])',
}


def check(holds, *about):
    if not holds:
        sys.exit(" ".join(str(a)[:2000] for a in about))


def get(url, **headers):
    answer = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20)
    body = answer.read()
    return gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body


def start_nodegauge():
    """Of this machine, but with cgroups that are certainly there."""
    p = subprocess.Popen([NODEGAUGE, "--web.listen-address=127.0.0.1:0", f"--path.cgroupfs={HERE}/../collectors/container.memory/cgroup"],
                         stderr=subprocess.PIPE, text=True)
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


def configuration(target, own):
    """As the chart's ServiceMonitor has it: labels of the page win over those of our own pod."""
    pod = {"targets": [target], "labels": {"pod": "ours", "namespace": "ours", "container": "ours"}}
    jobs = [{"job_name": j, "metrics_path": p, "honor_labels": True, "static_configs": [pod]} for j, p in PATHS.items()]
    jobs.append({"job_name": "self", "static_configs": [{"targets": [own]}]})
    return {"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": jobs}


class Prometheus:
    def __init__(self, programs, directory, target):
        own = f"127.0.0.1:{free_port()}"
        self.url = "http://" + own
        with open(directory + "/prometheus.yml", "w") as f:
            json.dump(configuration(target, own), f)
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
    cgroups = prometheus.query('{__name__=~"container_memory_.*"}')
    check(cgroups and not any("pod" in labels or "namespace" in labels for labels, _ in cgroups), "our own pod's labels", cgroups)


def check_stale(prometheus, nodegauge):
    nodegauge.terminate()
    check(nodegauge.wait(10) == 0, "exit", nodegauge.returncode)
    wait("up == 0", lambda: prometheus.value("up{job!='self'}") == dict.fromkeys(PATHS, 0))
    for family in "node_load1", "machine_memory_bytes":
        wait(family + " is stale", lambda: not prometheus.query(family))


def check_pages(promtool, target):
    """promtool ends with 3 where it does not like names, which are others' here; with 1 where it cannot parse."""
    pages = [open(p, "rb").read() for p in sorted(glob.glob(HERE + "/../*/expected.prom") + glob.glob(HERE + "/../collectors/*/expected.prom"))]
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
    nodegauge, target = start_nodegauge()
    prometheus = None
    try:
        with tempfile.TemporaryDirectory() as directory:
            wait("ready", lambda: ready(target))
            check_pages(programs + "/promtool", target)
            prometheus = Prometheus(programs, directory, target)
            check_scrapes(prometheus, target)
            check_rules(prometheus)
            check_stale(prometheus, nodegauge)
            prometheus.process.kill()
            prometheus.process.wait()
    finally:
        for p in (nodegauge, prometheus and prometheus.process):
            if p:
                p.kill()
    return 0


def ready(target):
    try:
        return get("http://" + target + "/readyz")
    except OSError:
        return None


sys.exit(main())
