#!/usr/bin/env python3
"""What a scrape of the node's page costs, beside node_exporter's and the kernel floor: node.py NODEGAUGE FLOOR [NODE_EXPORTER]"""
import atexit, glob, http.client, os, re, socket, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS, HOT, PAUSED, PAUSE = 5, int(os.environ.get("BENCH_SCRAPES", 200)), 20, 0.5
WAITS = re.compile(r"\d+ +(futex|nanosleep|clock_nanosleep|epoll_p?wait|p?poll|<\.\.\.|\+\+\+|---)")


class Server:
    """A running exporter."""

    def __init__(self, name, command, tracer=()):
        with socket.create_server(("127.0.0.1", 0)) as s:
            port = s.getsockname()[1]
        self.name, self.hot, self.paused = name, [], []
        self.process = subprocess.Popen([*tracer, *command, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        atexit.register(self.process.kill)
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        for _ in range(100):
            try:
                self.connection.connect()
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        time.sleep(1)
        self.idle = self.memory("VmRSS")

    def get(self, encoding="gzip"):
        self.connection.request("GET", "/metrics", headers={"Accept-Encoding": encoding})
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return body

    def cpu(self):
        return sum(int(open(f).read().split()[0]) for f in glob.glob(f"/proc/{self.process.pid}/task/*/schedstat"))

    def memory(self, what):
        return int(re.search(what + r":\s+(\d+)", open(f"/proc/{self.process.pid}/status").read()).group(1))

    def cost(self, scrapes):
        before = self.cpu()
        for _ in range(scrapes):
            self.get()
        return (self.cpu() - before) / scrapes

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Floor:
    def __init__(self, name, program, mode, files):
        self.name, self.hot, self.paused = name, [], []
        self.process = subprocess.Popen([program, mode, files], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)

    def cost(self, passes):
        print(passes, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())


def trace(command, scrapes):
    """The lines of strace of so many scrapes that come after the first ones, and the process."""
    with tempfile.NamedTemporaryFile("r") as log:
        server = Server("", command, ["strace", "-D", "-f", "-y", "-s", "0", "-o", log.name])
        for _ in range(3):
            server.get()
        time.sleep(0.5)
        log.seek(0, os.SEEK_END)
        for _ in range(scrapes):
            server.get()
        time.sleep(0.5)
        lines = log.read()
        server.stop()
        return lines, server.process.pid


def calls(command):
    """System calls of a scrape, without waiting."""
    lines, _ = trace(command, 10)
    return sum(not WAITS.match(line) for line in lines.splitlines()) / 10


def files_read(command, path):
    lines, pid = trace(command, 1)
    text = subprocess.run([HERE + "/files.sh", str(pid)], input=lines, text=True, capture_output=True, check=True).stdout
    with open(path, "w") as f:
        f.write(text)
    return len(text.splitlines())


def collectors(page):
    return set(re.findall(r'node_scrape_collector_success\{collector="(\w+)"', page))


def measure(subjects):
    for s in subjects:
        if isinstance(s, Server):
            s.connection.close()        # its server may have done so by now; the next request opens another
            s.get()
    for _ in range(ROUNDS):
        for s in subjects:
            s.hot.append(s.cost(HOT))
        rest = {s: [] for s in subjects}
        for _ in range(PAUSED):
            for s in subjects:
                time.sleep(PAUSE / len(subjects))
                rest[s].append(s.cost(1))
        for s in subjects:
            s.paused.append(statistics.mean(rest[s]))


def row(s):
    """Of figures; None where there is none."""
    cpu = [statistics.median(s.hot) / 1e6, statistics.median(s.paused) / 1e6]
    if isinstance(s, Floor):
        return cpu + [None] * 7
    page = s.get("identity")
    samples = sum(not line.startswith(b"#") for line in page.splitlines())
    return cpu + [s.calls, s.idle / 1024, s.memory("VmRSS") / 1024, s.memory("RssAnon") / 1024,
                  samples, len(page) / 1000, len(s.get()) / 1000]


def number(x):
    return "%.0f" % x if x >= 100 else "%.3g" % x


def show(subjects):
    scrapes = ROUNDS * (HOT + PAUSED)
    heads = ["CPU ms, back to back", "CPU ms, every 0.5 s", "system calls", "RSS MiB idle", f"RSS MiB after {scrapes}",
             "of it anonymous", "samples", "kB", "kB gzip"]
    print("| |", " | ".join(heads), "|")
    print("|---" * (len(heads) + 1) + "|")
    ours = row(subjects[0])
    for s in subjects:
        cells = ["" if x is None else number(x) if s is subjects[0] else f"{number(x)} ({x / our:.2g} x)"
                 for x, our in zip(row(s), ours)]
        print("|", s.name, "|", " | ".join(cells), "|")


def main(nodegauge, floor, peer=None):
    ours = Server("nodegauge", [nodegauge])
    ours.calls = calls([nodegauge])
    subjects = [ours]
    if peer:
        theirs = Server("node_exporter, defaults", [peer])
        same = sorted(collectors(ours.get("identity").decode()) & collectors(theirs.get("identity").decode()))
        command = [peer, "--collector.disable-defaults", *("--collector." + name for name in same)]
        subjects += [Server("node_exporter, same collectors", command), theirs]
        subjects[1].calls, subjects[2].calls = calls(command), calls([peer])
    with tempfile.TemporaryDirectory() as tmp:
        count = files_read([nodegauge], tmp + "/files")
        subjects += [Floor(f"floor: {count} files, open read close", floor, "open", tmp + "/files"),
                     Floor("floor: kept open, pread", floor, "kept", tmp + "/files")]
        measure(subjects)
    if peer:
        print("same collectors:", *same)
    show(subjects)


main(*sys.argv[1:])
