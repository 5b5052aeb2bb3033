#!/usr/bin/env python3
"""Mounts that hang, real ones of FUSE in a mount and pid namespace of their own: scrapes and SIGTERM go on."""
import contextlib, ctypes, os, re, select, signal, socket, struct, subprocess, sys, tempfile, threading, time, urllib.request

NODEGAUGE = os.path.abspath(os.environ.get("NODEGAUGE", "build/nodegauge"))
SPACES = ["unshare", "-m", "-p", "-f", "--mount-proc", "--kill-child"]
SLOW = 5        # seconds: what takes longer has hung, and anything else may take that long on a busy machine
WAIT = 0.7      # a scrape that waits for a file system takes a second
CHILDREN = 8
TIMEOUT = "mountpoint timeout"
LOOKUP, FORGET, GETATTR, STATFS, INIT, OPENDIR, INTERRUPT, BATCH_FORGET = 1, 2, 3, 17, 26, 27, 36, 42
DETACH, BIND, MOVE = 2, 4096, 8192      # of umount2(2) and mount(2)
BLOCKS = (100, 50, 40, 30, 20)
SIZES = {"size_bytes": 409600, "free_bytes": 204800, "avail_bytes": 163840, "files": 30, "files_free": 20}

libc = ctypes.CDLL(None, use_errno=True)


def check(holds, *about):
    if not holds:
        raise AssertionError(" ".join(str(a)[:2000] for a in about))


def mount(source, point, kind, options="", flags=0):
    data = [a.encode() if a else None for a in (source, point, kind)]
    if libc.mount(*data, ctypes.c_ulong(flags), options.encode()) != 0:
        raise OSError(ctypes.get_errno(), f"mount {point}: {os.strerror(ctypes.get_errno())}")


def until(holds, *about, seconds=SLOW):
    """Waits until it holds; how long that took."""
    begun = time.monotonic()
    while not holds():
        check(time.monotonic() - begun < seconds, "not in time:", *about)
        time.sleep(0.01)
    return time.monotonic() - begun


class Fuse:
    """A file system of two empty directories, one in the other, and its server, which can be told to be silent."""

    all = []

    def __init__(self, point, silent=()):
        os.makedirs(point, exist_ok=True)
        self.point, self.silent, self.reads, self.late, self.held, self.asked = point, set(silent), True, 0, [], 0
        self.started = threading.Event()
        self.fd = os.open("/dev/fuse", os.O_RDWR | os.O_NONBLOCK)
        mount("server", point, "fuse.test", f"fd={self.fd},rootmode=40000,user_id=0,group_id=0,allow_other")
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        Fuse.all.append(self)

    def serve(self):
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        while self.fd >= 0:
            if not poll.poll(50) or not self.reads:
                time.sleep(0.01)
                continue
            try:
                self.take(os.read(self.fd, 1 << 18))
            except OSError:     # it was interrupted, or unmounted
                time.sleep(0.01)

    def take(self, request):
        _, operation, unique, node = struct.unpack_from("=IIQQ", request)
        self.asked += operation == STATFS
        if operation in self.silent:
            self.held.append((operation, unique, node))
        elif self.late and operation == STATFS:
            threading.Timer(self.late, self.answer, (operation, unique, node)).start()
        else:
            self.answer(operation, unique, node)

    def answer(self, operation, unique, node):
        attributes = struct.pack("=6Q10I", node + (operation == LOOKUP), *5 * [0], 0, 0, 0, 0o40755, 2, 0, 0, 0, 4096, 0)
        answers = {
            INIT: struct.pack("=4I2H2I2H8I", 7, 31, 0, 0, 0, 0, 4096, 1, 0, 0, *8 * [0]),
            STATFS: struct.pack("=5Q4I24x", *BLOCKS, 4096, 255, 4096, 0),
            GETATTR: struct.pack("=Q2I", 0, 0, 0) + attributes,
            LOOKUP: struct.pack("=4Q2I", node + 1, 0, 0, 0, 0, 0) + attributes,
        }
        if operation in (FORGET, BATCH_FORGET, INTERRUPT):
            return
        data = answers.get(operation, b"")
        error = 0 if operation in answers else -38
        try:
            os.write(self.fd, struct.pack("=IiQ", 16 + len(data), error, unique) + data)
        except OSError:         # nobody waits for it any more
            pass
        if operation == INIT:
            self.started.set()

    def hang(self, *silent):
        """From now on requests of these kinds are read and not answered; without any, none is even read."""
        check(self.started.wait(SLOW), "INIT")
        self.silent, self.reads = set(silent), bool(silent)
        time.sleep(0.05)

    def resume(self):
        self.silent, self.reads, self.late = set(), True, 0
        while self.held:
            self.answer(*self.held.pop())

    def end(self):
        """The server dies: whoever waits gets ENOTCONN."""
        fd, self.fd = self.fd, -1
        self.thread.join()
        os.close(fd)

    def unmount(self):
        if self.fd >= 0:
            self.end()
        libc.umount2(self.point.encode(), DETACH)


class Gauge:
    """The binary, on a free port; with pid 1 it is the first process of a pid namespace of its own."""

    def __init__(self, *flags, first=False):
        command = [NODEGAUGE, "--web.listen-address=127.0.0.1:0", *flags]
        self.process = subprocess.Popen([*SPACES, *command] if first else command, stderr=subprocess.PIPE, text=True)
        self.log = []
        for line in self.process.stderr:
            self.log.append(line)
            if at := re.search(r'Listening on.*:(\d+)', line):
                self.port = int(at[1])
                break
        else:
            raise AssertionError("ended: " + "".join(self.log))
        threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()
        self.pid = children(self.process.pid)[0] if first else self.process.pid

    def scrape(self):
        begun = time.monotonic()
        page = urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10 * SLOW).read().decode()
        return Page(page, time.monotonic() - begun)

    def quick(self, about):
        """Several scrapes, one of which at least does not wait: on a busy machine any one may be late; files are open then."""
        pages = []
        while len(pages) < 6 and (len(pages) < 3 or pages[-1].seconds >= WAIT):
            pages.append(self.scrape())
        check(pages[-1].seconds < WAIT, about, "scrapes wait:", [p.seconds for p in pages])
        return pages[-1]

    def resources(self):
        """Children, threads, open files."""
        return [len(children(self.pid)), *(len(os.listdir(f"/proc/{self.pid}/{what}")) for what in ("task", "fd"))]

    def listens(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self, about, seconds=1):
        """SIGTERM; on a busy machine the second is more."""
        os.kill(self.pid, signal.SIGTERM)
        begun = time.monotonic()
        try:
            self.process.wait(SLOW)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{about}: SIGTERM does not end it")
        took = time.monotonic() - begun
        print(f"{about}: SIGTERM took {took:.2f} s")
        check(self.process.returncode == 0, about, "status", self.process.returncode, *self.log)


class Page:
    def __init__(self, text, seconds):
        self.text, self.seconds = text, seconds

    def mounts(self, name):
        """Values of a family by mount point, with the label device_error."""
        return {m[2]: (m[1], float(m[3])) for m in re.finditer(
            rf'^node_filesystem_{name}\{{.*device_error="(.*?)",.*mountpoint="(.*?)"\}} (\S+)$', self.text, re.M)}

    def expect(self, about, hung=(), well=(), errors=()):
        error = self.mounts("device_error")
        for fs in hung:
            check(error.get(fs) == (TIMEOUT, 1), about, fs, error)
        for fs, text in dict(errors).items():
            check(error.get(fs) == (text, 1), about, fs, error)
        for fs in well:
            check(error.get(fs) == ("", 0), about, fs, error)
            for name, value in SIZES.items():
                check(self.mounts(name).get(fs) == ("", value), about, fs, name, self.mounts(name))
        local = self.mounts("size_bytes").get(LOCAL)
        check(local == ("", 1 << 20), about, "a local one:", local)


def children(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{task}/children") as f:
            found += [int(p) for p in f.read().split()]
    return found


def state(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(") ")[2][0]
    except OSError:
        return None


# Groups of checks ---------------------------------------------------------------------------------------------------


def one(top):
    """It begins to hang while we run, and ends; children, threads and open files stay as few as they are."""
    with_good = Fuse(f"{top}/good")
    g = Gauge()
    g.quick("before").expect("before", well=[with_good.point])
    few = g.resources()
    hung = Fuse(f"{top}/hung", {STATFS})
    pages = [g.scrape() for _ in range(20)]
    for i, page in enumerate(pages):
        page.expect(f"scrape {i}", hung=[hung.point], well=[with_good.point])
        check(page.seconds < SLOW, "scrape", i, page.seconds)
    print(f"one: scrapes took {pages[0].seconds:.3f} s, {pages[1].seconds:.3f} s, ... {pages[9].seconds:.3f} s")
    check(min(p.seconds for p in pages[1:]) < WAIT, "scrapes wait:", [p.seconds for p in pages])
    more = g.resources()
    check(more[0] <= 2 and more[1] <= few[1] and more[2] <= few[2] + 2, few, more)
    check(hung.asked == 1, "asked", hung.asked, "times")
    hung.resume()
    until(lambda: g.scrape().mounts("device_error").get(hung.point) == ("", 0), "values of what answers again")
    g.scrape().expect("again", well=[hung.point, with_good.point])
    until(lambda: g.scrape() and len(children(g.pid)) == 1, "children that are not needed")
    check(state(children(g.pid)[0]) != "Z", "a zombie")
    check(g.resources()[2] <= few[2] + 2, few, g.resources())
    with_good.unmount()
    hung.unmount()
    g.scrape().expect("unmounted")
    g.stop("one")


def kinds(top):
    """All ways to hang, present when we start; what a mount on a hung one is, and another one of it."""
    silent = Fuse(f"{top}/silent", {STATFS})
    fuses = [silent, Fuse(f"{top}/no init", {INIT}), Fuse(f"{top}/good")]
    unread = Fuse(f"{top}/unread")
    mount(silent.point, f"{top}/again", None, flags=BIND)
    mount("small", f"{silent.point}/below", "tmpfs", "size=1m")
    mount(unread.point, f"{top}/bound", None, flags=BIND)
    below = Fuse(f"{unread.point}/below", {STATFS})
    mount("small", f"{top}/hides/inner", "tmpfs", "size=1m")
    hides = Fuse(f"{top}/hides")
    mount("small", f"{top}/moves", "tmpfs", "size=1m")
    moved = Fuse(f"{top}/moved")
    mount(f"{top}/moves", f"{moved.point}/to", None, flags=MOVE)
    layer = Fuse(f"{top}/layer")
    mount("layers", f"{top}/overlay", "overlay", f"lowerdir={layer.point}/l1:{top}/l2")
    for fs in unread, layer:
        fs.hang()
    for fs in silent, below, hides, moved:
        fs.hang(STATFS, LOOKUP, GETATTR)
    fuses += [below, unread, hides, moved, layer]
    names = ["silent", "silent/below", "again", "no init", "unread", "unread/below", "bound", "hides", "hides/inner", "moved",
             "moved/to", "layer", "overlay"]
    paths = [f"{top}/{name}" for name in names]
    g = Gauge("--collector.filesystem.fs-types-exclude=^proc$")
    for about in "first", "second", "tenth":
        page = g.scrape()
        page.expect(about, hung=paths, well=[f"{top}/good"])
        check(page.seconds < SLOW, about, page.seconds)
    g.quick("kinds").expect("kinds", hung=paths, well=[f"{top}/good"])
    check(len(children(g.pid)) <= CHILDREN, children(g.pid))
    for fs in fuses:
        fs.resume()
    until(lambda: g.scrape().text.count(f'"{TIMEOUT}"') == 0, "all answer again")
    left = children(g.pid)
    for fs in reversed(fuses):
        fs.unmount()
    for name in "overlay", "bound", "again", "hides/inner":
        libc.umount2(f"{top}/{name}".encode(), DETACH)
    g.stop("kinds")
    until(lambda: all(state(p) in (None, "Z") for p in left), "the children end")


def late(top):
    """An answer that comes after three seconds, and a server that has died."""
    late, dead = Fuse(f"{top}/late"), Fuse(f"{top}/dead")
    late.late = 3
    dead.end()
    g = Gauge()
    error = {dead.point: "transport endpoint is not connected"}
    for _ in range(2):
        g.quick("late").expect("late", hung=[late.point], errors=error)
    asks = []
    while len(asks) < 2:        # it is asked again each time that it has answered
        before = late.asked
        page = g.scrape()
        asks += [page.seconds] if late.asked > before else []
    check(min(asks) < WAIT, "each question to it holds a scrape", asks)
    dies = Fuse(f"{top}/dies", {STATFS})
    g.scrape().expect("dies", hung=[dies.point])
    dies.end()
    error[dies.point] = error[dead.point]
    until(lambda: g.scrape().mounts("device_error").get(dies.point) == (error[dies.point], 1), "its server has died")
    late.resume()
    until(lambda: g.scrape().mounts("device_error").get(late.point) == ("", 0), "it is in time again", seconds=4 * SLOW)
    for fs in late, dead, dies:
        fs.unmount()
    g.stop("late")


def many(top):
    """More of them than there are children, between two that answered before."""
    goods = [Fuse(f"{top}/good {i}") for i in range(2)]
    g = Gauge()
    paths = [fs.point for fs in goods]
    g.quick("before").expect("before", well=paths)
    few = g.resources()
    hung = [Fuse(f"{top}/hung {i}", {STATFS}) for i in range(20)]
    goods.append(Fuse(f"{top}/a new one"))
    for i in range(20):
        page = g.scrape()
        page.expect(f"scrape {i}", hung=[fs.point for fs in hung], well=paths)
        check(page.seconds < SLOW, "scrape", i, page.seconds)
        more = g.resources()
        check(more[0] <= CHILDREN and more[1] <= few[1] and more[2] <= few[2] + CHILDREN, few, more)
    g.quick("many")
    for fs in hung:
        fs.resume()
    until(lambda: g.scrape().text.count(f'"{TIMEOUT}"') == 0, "all answer again")
    g.scrape().expect("many", well=[fs.point for fs in hung + goods])
    until(lambda: g.scrape() and len(children(g.pid)) == 1, "children that are not needed")
    for fs in hung + goods:
        fs.unmount()
    g.stop("many")


def texts(top):
    """A directory of text files that hangs, beside one that does not."""
    hung = Fuse(f"{top}/texts")
    with open(f"{LOCAL}/a.prom", "w") as f:
        f.write("from_a_file 7\n")
    hung.hang(STATFS, LOOKUP, GETATTR, OPENDIR)
    g = Gauge(*(f"--collector.textfile.directory={path}" for path in (f"{hung.point}/below", hung.point, LOCAL)))
    for about in "first", "second":
        page = g.scrape()
        check(page.seconds < SLOW, about, page.seconds)
        check("\nfrom_a_file 7\n" in page.text and "\nnode_textfile_scrape_error 1\n" in page.text, about, page.text)
    g.quick("texts")
    hung.resume()
    until(lambda: g.scrape() and hung.asked >= 2, "it is asked again")
    g.stop("texts")
    hung.unmount()


def ends(top):
    """SIGTERM while children ask: who can be killed is, who waits for an answer ends with it."""
    hung = Fuse(f"{top}/hung", {STATFS})
    g = Gauge()
    g.scrape().expect("ends", hung=[hung.point])
    asker = children(g.pid)
    g.stop("its child waits for an answer")
    check(state(asker[0]), "such a child cannot be killed")
    hung.resume()
    until(lambda: not state(asker[0]) or state(asker[0]) == "Z", "the child ends")
    for silent in (), (INIT,):
        hung.unmount()
        hung = Fuse(f"{top}/hung", silent)
        if not silent:
            hung.hang()
        g = Gauge()
        g.scrape().expect("ends", hung=[hung.point])
        asker = children(g.pid)
        g.stop("its child can be killed")
        until(lambda: state(asker[0]) in (None, "Z"), "the child ends")
    hung.unmount()


def first(top):
    """
    As the first process of a pid namespace: the kernel lets it end only after all others there. A child whose request
    the server has read cannot end, whoever it is; then we end with the answer, and stop to listen at once.
    """
    fs = Fuse(f"{top}/hung")
    fs.hang()
    g = Gauge(first=True)
    g.scrape().expect("first", hung=[fs.point])
    g.stop("first process, a child that can be killed")
    fs.hang(STATFS)
    g = Gauge(first=True)
    g.scrape().expect("first", hung=[fs.point])
    asker = children(g.pid)
    os.kill(g.pid, signal.SIGTERM)
    print(f"first process: no longer listens after {until(lambda: not g.listens(), 'closed port'):.2f} s")
    time.sleep(0.5)
    print("first process, its child waits for an answer:", "ended" if g.process.poll() is not None else "cannot end")
    check(list(map(state, asker)) in (["D"], [None]), "such a child is killed")
    fs.resume()
    check(g.process.wait(SLOW) == 0, "status", g.process.returncode)
    fs.unmount()


def main():
    global LOCAL
    if os.getpid() != 1:
        if os.geteuid() != 0 or not os.path.exists("/dev/fuse") or subprocess.run([*SPACES, "true"]).returncode != 0:
            print("no root, /dev/fuse or unshare")
            sys.exit(77)
        os.execvp(SPACES[0], [*SPACES, sys.executable, os.path.abspath(__file__), *sys.argv[1:]])
    top = tempfile.mkdtemp()
    mount("top", top, "tmpfs")
    LOCAL = f"{top}/local"
    for name in "local", "again", "silent/below", "bound", "hides/inner", "moves", "l2", "overlay":
        os.makedirs(f"{top}/{name}")
    mount("small", LOCAL, "tmpfs", "size=1m")
    try:
        for group in [globals()[name] for name in sys.argv[1:]] or [one, kinds, late, many, texts, ends, first]:
            group(top)
            print(f"ok {group.__name__}", flush=True)
    finally:
        for fs in Fuse.all:     # with them all that hangs ends
            fs.unmount()
        libc.umount2(top.encode(), DETACH)
        os.rmdir(top)


main()
