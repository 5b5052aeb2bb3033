#!/usr/bin/env python3
"""The web server, by raw sockets: a line for each group of checks, exit 1 at the first that fails."""
import gzip
import json
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

BINARY = os.path.abspath(os.environ.get("NODEGAUGE", "build/nodegauge"))
TEXT = "text/plain; charset=utf-8"
PAGE = "text/plain; version=0.0.4; charset=utf-8"
HTML = "text/html; charset=utf-8"
ALLOW = "GET, HEAD, OPTIONS"
THREADS = 8     # of the server
PATHS = {
    "/metrics": PAGE, "/metrics/cadvisor": PAGE, "/metrics/resource": PAGE, "/": HTML, "/healthz": TEXT, "/livez": TEXT, "/health": TEXT,
    "/-/healthy": TEXT, "/readyz": TEXT, "/-/ready": TEXT,
}
UNKNOWN = ["/metricsfoo", "/metrics/", "/metrics/cadvisor/", "/metrics/foo", "/foo", "//", "/healthz/", "/./metrics",
           "/%6detrics", "/Metrics", "/-/", "/index.html", "/../etc/passwd"]
SAMPLE = re.compile(r'[a-zA-Z_:][\w:]*(\{(\w+="(\\.|[^"\\])*",?)*\})? (NaN|[+-]Inf|[-+.\deE]+)')


def check(holds, *about):
    if not holds:
        raise AssertionError(" ".join(str(a)[:400] for a in about))


class Server:
    """The binary, on a free port of the loopback unless told otherwise."""

    def __init__(self, *flags, listen=("127.0.0.1:0",)):
        flags = [*flags, *("--web.listen-address=" + a for a in listen)]
        self.log, self.ports = [], []
        self.process = subprocess.Popen([BINARY, *flags], stderr=subprocess.PIPE, text=True)
        while len(self.ports) < len(listen):
            line = self.process.stderr.readline()
            check(line, "ended:", *self.log)
            self.log.append(line)
            at = re.search(r'Listening on".*address"?[=:]"?[^"\s]*:(\d+)', line)
            if at:
                self.ports.append(int(at[1]))
        self.port = self.ports[0]
        self.reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def request(self, raw, **more):
        return read(send(self.port, raw, **more))

    def get(self, path, *headers, method="GET"):
        return self.request("\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *headers, "", ""]))

    def wait_ready(self):
        while self.get("/readyz")[0] != 200:
            time.sleep(0.01)


def send(port, raw, host="127.0.0.1", keep=False):
    s = socket.create_connection((host, port), timeout=20)
    s.sendall((raw if keep else raw.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)).encode())
    return s


def read(s):
    """Status, headers by lower-case name, and body; the connection must end after a whole answer."""
    raw = b""
    while piece := s.recv(65536):
        raw += piece
    s.close()
    head, found, body = raw.partition(b"\r\n\r\n")
    check(found, "no whole header:", raw)
    first, *lines = head.decode().split("\r\n")
    headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
    check(len(headers) == len(lines), "a header twice:", lines)
    status = int(first.split()[1])
    check(headers["connection"] == "close", lines)
    check(re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", headers["date"]), lines)
    if status == 204:
        check("content-length" not in headers and not body, raw)
    elif body:
        check(int(headers["content-length"]) == len(body), "cut:", first, headers, len(body))
    return status, headers, body


def families(body):
    """Names of the families of a page, which must be well formed."""
    text = body.decode()
    check(text.endswith("\n"), "no newline at the end")
    for line in text.splitlines():
        check(line.startswith("# ") or SAMPLE.fullmatch(line), "not a sample:", line)
    return re.findall(r"^# TYPE (\S+)", text, re.M)


def collectors(body):
    return set(re.findall(rb'^node_scrape_collector_success\{collector="([^"]*)"', body, re.M))


# Groups of checks ---------------------------------------------------------------------------------------------------


def paths(s):
    for path, kind in PATHS.items():
        for request in path, path + "?x=1", f"http://127.0.0.1:{s.port}{path}":
            status, headers, body = s.get(request)
            check(status == 200 and headers["content-type"] == kind and body, request, status, headers)
    for path in UNKNOWN:
        status, headers, body = s.get(path)
        check(status == 404 and body == b"404 page not found\n", path, status, body)
    check(s.request("GET /healthz HTTP/1.0\r\n\r\n")[0] == 200, "HTTP/1.0")
    for path in re.findall(rb'href="([^"]*)"', s.get("/")[2]):
        check(s.get(path.decode())[0] == 200, "a link of the landing page:", path)


def methods(s):
    """What is refused, and in which order, on every path."""
    body = "Content-Length: 3\r\n\r\nabc"
    chunked = "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    for path in [*PATHS, *UNKNOWN]:
        known = path in PATHS
        for method in "GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "CONNECT", "TRACE", "BREW", "get":
            allowed = method in ALLOW.split(", ")
            status, headers, text = s.get(path, method=method)
            expected = 405 if not allowed else 404 if not known else 204 if method == "OPTIONS" else 200
            check(status == expected, method, path, status)
            check((headers.get("allow") == ALLOW) == (status in (204, 405)), method, path, headers)
            check("access-control-allow-origin" not in headers, headers)
            check(bool(text) == (method != "HEAD" and status != 204), method, path, text)
            if method in ("TRACE", "BREW", "get"):
                continue        # the server reads no further than such a method
            for rest in body, chunked, "Content-Length: 0\r\nContent-Length: 3\r\n\r\nabc":
                status = s.request(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{rest}")[0]
                check(status == 413, method, path, rest, status)
        expected = s.get(path)
        got = s.get(path, method="HEAD")
        check({*got[1]} == {*expected[1]} and got[1]["content-type"] == expected[1]["content-type"], path, got)
        check(int(got[1]["content-length"]) > 0, path, got)
        check(s.get(path, "Content-Length: 0")[0] == (200 if known else 404), path, "with an empty body")
    cors = s.get("/metrics", "Origin: http://a", "Access-Control-Request-Method: GET", method="OPTIONS")
    check(cors[0] == 204 and not any(h.startswith("access-control") for h in cors[1]), cors)


def queries(s):
    combined = "Combined collect and exclude queries are not allowed."
    for query, status, text in [
        ("collect[]=bogus", 400, "missing collector: bogus"),
        ("collect[]=loadavg&collect[]=bogus", 400, "missing collector: bogus"),
        ("collect[]=stat", 400, "disabled collector: stat"),
        ("collect[]=", 400, "missing collector: "),
        ("collect[]=loadavg%00", 400, "missing collector: loadavg%00"),
        ("collect[]=%C3%A4%0D%0Ab", 400, "missing collector: ????b"),
        ("exclude[]=bogus", 400, "missing collector: bogus"),
        ("collect[]=loadavg&exclude[]=uname", 400, combined),
        ("collect[]=bogus&exclude[]=uname", 400, combined),
        ("x=" + "y" * 5000, 400, "The query is too long."),
    ]:
        for spelling in query, query.replace("[]", "%5B%5D"), query.replace("[]", "%5b%5d"):
            got = s.get("/metrics?" + spelling)
            check(got[0] == status and got[2].decode() == text + "\n", spelling, got[0], got[2])
            check(got[1]["content-type"] == TEXT, got)
    everything = collectors(s.get("/metrics")[2])
    for query, expected in [
        ("collect[]=loadavg", {b"loadavg"}),
        ("collect%5B%5D=loadavg&collect[]=%75name", {b"loadavg", b"uname"}),
        ("collect[]=loadavg&collect[]=loadavg", {b"loadavg"}),
        ("exclude[]=loadavg", everything - {b"loadavg"}),
        ("exclude[]=stat&exclude[]=systemd&exclude[]=zoneinfo", everything),
        ("&".join(f"exclude[]={name.decode()}" for name in everything), set()),
        ("name=x&collect=loadavg&&", everything),
    ]:
        status, _, body = s.get("/metrics?" + query)
        check(status == 200 and collectors(body) == expected, query, status, collectors(body))
        check("node_exporter_build_info" in families(body), query)
    check(s.get("/metrics/cadvisor?collect[]=loadavg")[2] == b"missing collector: loadavg\n", "the other page's")
    check(s.get("/metrics/cadvisor?exclude[]=loadavg")[0] == 200, "exclude on the containers' page")


def encodings(s):
    for header, packed in [
        ("gzip", True), ("GZip", True), ("deflate, gzip;q=0.5", True), ("*", True), ("gzip;q=0", False),
        ("gzip;q=0, *", False), ("identity", False), ("*;q=0", False), ("br", False), ("", False),
    ]:
        for path in "/metrics", "/metrics/cadvisor", "/metrics/resource":
            _, headers, body = s.get(path, "Accept-Encoding: " + header)
            check((headers.get("content-encoding") == "gzip") == packed, header, headers)
            check(headers["vary"] == "Accept-Encoding" and headers["content-type"] == PAGE, headers)
            families(gzip.decompress(body) if packed else body)
    for path in "/metrics", "/metrics/cadvisor":
        plain = s.get(path)[2]
        packed = s.get(path, "Accept-Encoding: gzip")[2]
        check(families(gzip.decompress(packed)) == families(plain), "gzip differs on", path)
        check(len(packed) < len(plain) / 2, len(packed), len(plain))
    check("content-encoding" not in s.get("/", "Accept-Encoding: gzip")[1], "gzip of the landing page")


def parallel(s):
    pages = ["/metrics", "/metrics/cadvisor", "/metrics/resource", "/metrics?collect[]=loadavg", "/metrics?exclude[]=uname"]
    wanted = [(page, encoding) for page in pages for encoding in ("gzip", "identity")] * 8
    with ThreadPoolExecutor(len(wanted)) as pool:
        for status, headers, body in pool.map(lambda w: s.get(w[0], "Accept-Encoding: " + w[1]), wanted):
            check(status == 200, status, headers)
            families(gzip.decompress(body) if "content-encoding" in headers else body)


def one_answer(s):
    """The header and the body of an answer after which the connection may stay open."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        piece = s.recv(65536)
        check(piece, "cut:", raw)
        raw += piece
    head, _, body = raw.partition(b"\r\n\r\n")
    length = int(re.search(rb"Content-Length: (\d+)", head)[1])
    while len(body) < length:
        body += s.recv(65536)
    check(len(body) == length, "more than one answer")
    return head, body


def ends(s, seconds=20):
    s.settimeout(seconds)
    try:
        return s.recv(1) == b""
    except TimeoutError:
        return False


KEPT = 3


def kept(s):
    """Connections stay open for those who scrape, but never for all workers; not where the client or an error ends them."""
    request = "GET /metrics?collect[]=loadavg HTTP/1.1\r\nHost: x\r\n\r\n"
    held = [send(s.port, request, keep=True) for _ in range(KEPT)]
    for c in held:
        check(b"Connection" not in one_answer(c)[0], "not kept")
    for c in held:
        for _ in range(3):
            c.sendall(request.encode())
            check(one_answer(c)[0].startswith(b"HTTP/1.1 200"), "a second request")
    one_more = send(s.port, request, keep=True)
    check(b"Connection: close" in one_answer(one_more)[0] and ends(one_more), "one more than are kept")
    for c in held:
        check(not ends(c, 0.05), "closed without a reason")
    held.pop().close()
    deadline = time.monotonic() + 20
    while b"Connection" in one_answer(again := send(s.port, request, keep=True))[0]:
        check(time.monotonic() < deadline, "its place stays taken")
    held.append(again)
    held[0].sendall(b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx")
    check(one_answer(held[0])[0].startswith(b"HTTP/1.1 413") and ends(held[0]), "after an error")
    held[1].sendall(b"garbage\r\n\r\n")
    check(b"HTTP/1.1 400" in held[1].recv(4096) and ends(held[1]), "after garbage")
    held[2].sendall(request.replace("Host", "Connection: close\r\nHost").encode())
    check(b"Connection: close" in one_answer(held[2])[0] and ends(held[2]), "as the client wishes")


def stop_kept():
    """Connections that stay open do not hold up the end."""
    with Server() as s:
        held = [send(s.port, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", keep=True) for _ in range(KEPT)]
        for c in held:
            one_answer(c)
        s.process.terminate()
        expect_end(s.process, 0.7)


def hostile(s):
    silent = [socket.create_connection(("127.0.0.1", s.port)) for _ in range(4 * THREADS)]
    check(s.get("/healthz")[0] == 200, "silent connections hold the server")
    for c in silent:
        c.close()
    check(s.request("GET /metrics HTTP/1.1\r\nContent-Length: 9\r\n\r\n")[0] == 413, "waits for a body")
    check(s.request("GET /healthz HTTP/1.1\r\nX: ".ljust(16384, "y"))[0] == 400, "a header without end")
    for raw in "\r\n\r\n \x01\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / FTP/1.1\r\n\r\n":
        check(s.request(raw)[0] == 400, raw)
    check(s.get("/metrics", "X-Prometheus-Scrape-Timeout-Seconds: nan")[0] == 200, "an odd timeout")


def telemetry_path():
    with Server("--web.telemetry-path=/node") as s:
        check(collectors(s.get("/node")[2]), "/node")
        check(s.get("/metrics")[0] == 404 and s.get("/metrics/cadvisor")[0] == 200, "the other paths")
        check(b'href="/node"' in s.get("/")[2], "the landing page")
    with Server("--web.telemetry-path=/") as s:
        check(collectors(s.get("/")[2]), "/")


def have_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        return True
    except OSError:
        return False


def reaches(port, host):
    try:
        return read(send(port, "GET /healthz HTTP/1.1\r\n\r\n", host))[0] == 200
    except ConnectionError:
        return False


def addresses():
    v4, v6, both = ["127.0.0.1"], ["::1"], ["127.0.0.1", "::1"]
    table = [("127.0.0.1:0", v4), ("[127.0.0.1]:0", v4), ("0.0.0.0:0", v4), ("[0.0.0.0]:0", v4), ("localhost:0", v4),
             (":0", v4)]
    if have_ipv6():
        table += [("[::1]:0", v6), ("[::]:0", both)]
        table[5] = (":0", both)
    with Server(listen=[address for address, _ in table]) as s:
        check(len(set(s.ports)) == len(table), "ports", s.ports)
        for (address, hosts), port in zip(table, s.ports):
            for host in both:
                check(reaches(port, host) == (host in hosts), address, host, port)
        taken = f"127.0.0.1:{s.port}"
        refused = ["9100", ":9100s", ":9100r", ":65536", ":", "127.1:0", "node.example:0", "::1:0", "[::1:0",
                   "vsock://:9100", "127.0.0.1:0,127.0.0.1:0", "192.0.2.1:0", taken]
        for address in refused:
            expect_exit(address, "--web.listen-address=127.0.0.1:0", "--web.listen-address=" + address)
        expect_exit("Address already in use", "--web.listen-address=" + taken)
    expect_exit("vsock is not supported", "--web.listen-address=vsock://:9100")


def flags():
    expect_exit("/etc/web.yml", "--web.config.file=/etc/web.yml")
    expect_exit("web.systemd-socket", "--web.systemd-socket")
    expect_exit("metrics", "--web.telemetry-path=metrics")
    with Server("--web.config.file=", "--runtime.gomaxprocs=2", "--no-web.systemd-socket") as s:
        check(s.get("/healthz")[0] == 200, "flags of node_exporter's")


def expect_exit(word, *flag, **more):
    ended = subprocess.run([BINARY, *flag], stderr=subprocess.PIPE, text=True, timeout=10, **more)
    errors = [line for line in ended.stderr.splitlines() if "level=ERROR" in line]
    check(ended.returncode == 1 and len(errors) == 1 and word in errors[0], flag, ended.returncode, ended.stderr)


def logs():
    with Server("--log.format=json", "--log.level=debug") as s:
        s.wait_ready()
        s.request("GET / HTTP/1.1\r\nno colon\r\n\r\n")
        s.process.terminate()
        s.process.wait()
        s.reader.join()
        lines = [json.loads(line) for line in s.log]
    check(all({"time", "level", "msg"} <= set(line) for line in lines), lines)
    check([x["address"] for x in lines if x["msg"] == "Listening on"] == [f"127.0.0.1:{s.port}"], lines)


def blame():
    """A failure's line names the file, not another one that was read, or that failed for another collector or cgroup."""
    files = {"cgroup.controllers": "cpu io memory\n", "cpu.stat": "usage_usec 1\n", "cpu.max": "max 100000\n",
             "memory.max": "much\n", "pids.max": "max\n", "io.stat": "8:0 rbytes=?\n"}
    with tempfile.TemporaryDirectory() as cgroup:
        for name, text in files.items():
            with open(f"{cgroup}/{name}", "w", encoding="ascii") as f:
                f.write(text)
        os.makedirs(cgroup + "/a.slice/io.stat")
        log = subprocess.run([BINARY, "--once", "--once.path=/metrics/cadvisor", "--path.cgroupfs=" + cgroup],
                             capture_output=True, text=True, check=True).stderr
    found = dict(re.findall(r'"collector failed" name=container.(\S+) err="Invalid argument" path=(\S+)', log))
    check(found == {"io": "/io.stat", "process": "/memory.max", "spec": "/memory.max"}, log)


class Slow:
    """A server whose first collection waits until it is let go: its only file is a FIFO that nobody writes to."""

    def __init__(self, *more):
        self.dir = tempfile.TemporaryDirectory()
        self.fifo = self.dir.name + "/loadavg"
        os.mkfifo(self.fifo)
        only = ["--collector.disable-defaults", "--collector.loadavg", f"--path.procfs={self.dir.name}"]
        self.server = Server(*only, *more)
        self.writer = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.__exit__()
        if self.writer is not None:
            os.close(self.writer)
        self.dir.cleanup()

    def let_go(self):
        self.writer = os.open(self.fifo, os.O_RDWR)

    def scrapes(self, n, *headers):
        """So many of them, under way."""
        return [send(self.server.port, "\r\n".join(["GET /metrics HTTP/1.1", *headers, "", ""])) for _ in range(n)]

    def accepted(self, n):
        """Waits until n connections have been accepted."""
        fds = f"/proc/{self.server.process.pid}/fd"
        while sum(os.readlink(f"{fds}/{fd}").startswith("socket:") for fd in os.listdir(fds)) < n + 1:
            time.sleep(0.01)


def first_of(connections):
    """The answer that comes first; the others stay."""
    one = next(iter(select.select(connections, [], [], 20)[0]), None)
    check(one, "no answer")
    connections.remove(one)
    return read(one)


def readiness():
    with Slow() as slow:
        for path in "/readyz", "/-/ready":
            status, _, body = slow.server.get(path)
            check(status == 503 and body == b"not ready: first collection under way\n", path, status, body)
        for path in "/healthz", "/livez", "/health", "/-/healthy":
            check(slow.server.get(path)[0] == 200, path)
        slow.let_go()
        slow.server.wait_ready()


def deadline():
    with Slow() as slow:
        scrapes = slow.scrapes(2, "X-Prometheus-Scrape-Timeout-Seconds: 0.7")
        status, _, body = first_of(scrapes)
        check(status == 503 and b"in time" in body, status, body)
        slow.let_go()
        slow.server.wait_ready()
        check(slow.server.get("/metrics")[0] == 200, "after a late collection")


def limit():
    with Slow("--web.max-requests=2") as slow:
        scrapes = slow.scrapes(3, "X-Prometheus-Scrape-Timeout-Seconds: 60")
        status, _, body = first_of(scrapes)
        check(status == 503, status, body)
        check(body == b"Limit of concurrent requests reached (2), try again later.\n", body)
        slow.let_go()
        check([read(c)[0] for c in scrapes] == [200, 200], "within the limit")


def refuses(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
        return False
    except ConnectionError:
        return True


def expect_end(process, within=1):
    check(process.wait(within) == 0, "exit", process.returncode)


def stop_waits():
    """What was accepted before SIGTERM, also what waits for a thread, is answered, unless the machine is busy with other things."""
    for attempt in range(5):
        try:
            return stop_and_wait()
        except AssertionError as failure:
            last = failure
    raise last


def stop_and_wait():
    with Slow() as slow:
        scrapes = slow.scrapes(12)
        asking = send(slow.server.port, "GET /readyz HTTP/1.1\r\n\r\n")
        slow.accepted(13)
        slow.server.process.terminate()
        while not refuses(slow.server.port):
            pass
        slow.let_go()
        for connection in scrapes:
            status, _, body = read(connection)
            check(status == 200 and collectors(body) == {b"loadavg"}, status, body)
        check(read(asking)[::2] == (503, b"not ready: stopping\n"), "readiness while stopping")
        expect_end(slow.server.process)


def stop_hangs():
    """A collection that does not end does not hold up the end."""
    with Slow() as slow:
        scrapes = slow.scrapes(1)
        slow.accepted(len(scrapes))
        slow.server.process.terminate()
        expect_end(slow.server.process, 3)


def stop_real():
    with Server() as s:
        s.wait_ready()
        asked = [send(s.port, "GET /metrics HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n") for _ in range(20)]
        s.process.send_signal(signal.SIGTERM)
        for connection in asked:
            status, _, body = read(connection)
            check(status == 200, status)
            families(gzip.decompress(body))
        expect_end(s.process)
    with Server() as s:
        s.process.send_signal(signal.SIGINT)
        expect_end(s.process)


def writer_of(fifo):
    """Waits until someone opens it to read."""
    while True:
        try:
            return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.01)


def stop_once():
    """--once ends by a signal even while a file does not answer."""
    with tempfile.TemporaryDirectory() as proc:
        os.mkfifo(proc + "/loadavg")
        p = subprocess.Popen([BINARY, "--once", "--collector.disable-defaults", "--collector.loadavg",
                              "--path.procfs=" + proc], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        writer = writer_of(proc + "/loadavg")
        p.send_signal(signal.SIGINT)
        check(p.wait(5) == -signal.SIGINT, p.returncode)
        os.close(writer)


def files():
    """A soft limit of open files is none."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    page = subprocess.run([BINARY, "--once"], capture_output=True, text=True, check=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (20, hard))).stdout
    found = float(re.search(r"^process_max_fds (.*)", page, re.M)[1])
    check(found == (hard if hard != resource.RLIM_INFINITY else 2.0 ** 64), found, hard)


def threads():
    """Without threads it ends with a message."""
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    if hard == resource.RLIM_INFINITY:
        expect_exit("thread", "--web.listen-address=127.0.0.1:0", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK, (1 << 60, hard)))


def run(group, *args):
    try:
        group(*args)
    except Exception as e:
        print(f"http: {group.__name__}: FAILED: {type(e).__name__}: {e}")
        sys.exit(1)
    print(f"http: {group.__name__}: ok", flush=True)


def main():
    with Server("--no-collector.stat") as s:
        for group in Server.wait_ready, paths, methods, queries, encodings, parallel, hostile, kept:
            run(group, s)
    for group in (telemetry_path, addresses, flags, logs, blame, readiness, deadline, limit,
                  stop_waits, stop_hangs, stop_real, stop_kept, stop_once, files, threads):
        run(group)


if __name__ == "__main__":
    main()
