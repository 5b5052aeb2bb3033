#!/usr/bin/env python3
"""systemd and logind over a scripted bus: the pages of a bus that behaves, node_exporter's beside them, and buses that do not.

    run.py [-u]         -u writes the expected pages anew, to be reviewed like code
"""
import os, re, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + "/../node_exporter")
from bus import HERE, PENDING_MAX, Bus, bit_errors
from run import NODEGAUGE, node_exporter, scrape, start

ALL = ["--collector.systemd.enable-task-metrics", "--collector.systemd.enable-restarts-metrics",
       "--collector.systemd.enable-start-time-metrics", "--collector.systemd.unit-exclude=", "--collector.logind"]
PAGES = {   # expected page: flags
    "all": ALL,
    "default": [],
    "patterns": ["--collector.systemd.unit-include=app.*|.+\\.(mount|socket)", "--collector.systemd.unit-exclude=app.+\\.socket|tmp"],
    "deprecated": ["--collector.systemd.unit-whitelist=app.*", "--collector.systemd.unit-blacklist=.+\\.timer"],
}
BASE = ["--collector.disable-defaults", "--collector.systemd"]
OURS = re.compile(r"(# TYPE )?node_(systemd|logind|scrape_collector_success)")
failures = 0


def check(what, good, *detail):
    global failures
    if not good:
        failures += 1
        print(f"FAILED: {what}", *detail)


def same(what, page, expected):
    missing, extra = expected - page, page - expected
    check(what, page == expected, *(f"\n- {line}" for line in sorted(missing)[:5]), *(f"\n+ {line}" for line in sorted(extra)[:5]))


def lines(text):
    return {line for line in text.splitlines() if OURS.match(line)}


def once(rootfs, *flags):
    done = subprocess.run([NODEGAUGE, *BASE, *flags, "--once", f"--path.rootfs={rootfs}", "--path.procfs=/proc", "--log.level=error"],
                          capture_output=True, text=True)
    check("ends well", done.returncode == 0, done.stderr)
    return lines(done.stdout)


class Server:
    """A running program; each look at its page takes no longer than it may."""
    def __init__(self, program, *flags):
        self.process, self.port = start(program, *BASE, *flags)

    def page(self, at_most=1.5):
        begin = time.monotonic()
        types, values = scrape(self.port)
        took = time.monotonic() - begin
        check("time", took < at_most, f"{took:.2f} s, at most {at_most}")
        return lines("".join(f"# TYPE {n} {t}\n" for n, t in types.items()) + "".join(f"{s} {v}\n" for s, v in values.items()))

    def success(self, collector="systemd", at_most=1.5):
        return f'node_scrape_collector_success{{collector="{collector}"}} 1' in self.page(at_most)

    def end(self, at_most=1.0):
        begin = time.monotonic()
        self.process.terminate()
        log = self.process.communicate()[1]
        check("end", self.process.returncode == 0, f"status {self.process.returncode}", log)
        check("time of the end", time.monotonic() - begin < at_most)
        return log


def pages(bus, rootfs, update):
    for name, flags in PAGES.items():
        page = once(rootfs, *flags)
        if update:
            open(f"{HERE}/{name}.prom", "w").write("\n".join(sorted(page)) + "\n")
        same(name, page, lines(open(f"{HERE}/{name}.prom").read()))


def peer_pages(bus):
    try:
        peer = node_exporter()
    except SystemExit:
        return
    if "/bin/prometheus-node-exporter" in peer:
        print("skipped: this node_exporter is of another release")
        return
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={bus.path},guid=0123456789abcdef0123456789abcdef"
    for name, flags in PAGES.items():
        server = Server(peer, *flags)
        same(f"{name} of node_exporter", server.page(), lines(open(f"{HERE}/{name}.prom").read()))
        server.process.terminate()
        server.process.communicate()
    same("an address", once("/nowhere", *ALL), expected("all"))
    del os.environ["DBUS_SYSTEM_BUS_ADDRESS"]


def expected(name):
    return lines(open(f"{HERE}/{name}.prom").read())


def good_manners(bus, rootfs):
    """All that a bus may do."""
    for behaviour in ({"order": ">"}, {"reverse": True}, {"piece": 7}, {"noise": True}, {"order": ">", "reverse": True, "noise": True}):
        bus.behave(**behaviour)
        same(str(behaviour), once(rootfs, *ALL), expected("all"))
    bus.behave()


def many_units(bus, rootfs):
    """More than a bus would take at once."""
    units, sessions = bus.said["units"], bus.said["sessions"]
    unit, session = next(u for u in units if u[0] == "dbus-broker.service"), sessions[0]
    bus.said["units"] = [[f"app{i}.service", *unit[1:]] for i in range(300)]
    bus.said["sessions"] = [[str(i), *session[1:]] for i in range(500)]
    page = once(rootfs, *ALL)
    for family in "service_restart_total", "unit_tasks_current", "unit_start_time_seconds":
        check(family, sum(line.startswith(f"node_systemd_{family}{{") for line in page) == 300)
    check("states", sum('state="active",type="notify"} 1' in line for line in page) == 300)
    check("sessions", 'node_logind_sessions{class="user",remote="false",seat="",type="x11"} 500' in page)
    check("calls at once", 64 < bus.most_pending < PENDING_MAX, bus.most_pending)
    bus.said["units"], bus.said["sessions"] = units, sessions


def errors(bus, rootfs):
    for error, gone, success in (
            ("Service.Type", 'node_systemd_unit_state{name="appfail.service",state="failed",type="exec"} 1', 1),
            ("Service.TasksMax", 'node_systemd_unit_tasks_max{name="appforking.service"} 17', 1),
            ("Timer.LastTriggerUSec", "# TYPE node_systemd_timer_last_trigger_seconds gauge", 1),
            ("Manager.Virtualization", 'node_systemd_virtualization_info{virtualization_type="systemd-nspawn"} 1', 1),
            ("Manager.Version", "node_systemd_system_running 0", 1),
            ("Manager.UnitsLoadTimestampMonotonic", "", 1),
            ("Manager.SystemState", "node_systemd_system_running 0", 0),
            ("ListUnits", 'node_systemd_units{state="failed"} 1', 0)):
        bus.behave(errors=[error])
        page = once(rootfs, *ALL)
        check(f"error of {error}", gone not in page, gone)
        check(f"success without {error}", f'node_scrape_collector_success{{collector="systemd"}} {success}' in page)
    bus.behave(errors=["Service.Type"])
    check("no type", 'node_systemd_unit_state{name="appfail.service",state="failed",type=""} 1' in once(rootfs))
    bus.behave(errors=["ListSeats"])
    page = once(rootfs, *ALL)
    check("no seats", 'node_scrape_collector_success{collector="logind"} 0' in page and
          'node_scrape_collector_success{collector="systemd"} 1' in page)
    bus.behave(errors=["Session.Class"])
    page = once(rootfs, *ALL)
    check("no class", 'node_logind_sessions{class="user",remote="false",seat="",type="x11"} 0' in page)
    bus.behave()


def old_versions(bus, rootfs):
    manager = bus.said["manager"]
    for version, number in (("v257~rc2-3", "257"), ("211", "211"), ("44", None), ("", None), ("219-78.el7_9.7", "219")):
        manager["Manager.Version"] = ["s", version]
        page = once(rootfs)
        line = f'node_systemd_version{{version="{version}"}} {number}' if number else 'node_systemd_version{version=""} 0'
        check(f"version {version}", line in page)
        check(f"state of {version}", ("node_systemd_system_running 0" in page) == (number is not None and int(number) >= 212))
    manager["Manager.Version"] = ["s", "252.38-1~deb12u1"]
    manager["Manager.Virtualization"], manager["Manager.SystemState"] = ["s", ""], ["s", "running"]
    page = once(rootfs)
    check("no virtualization", 'node_systemd_virtualization_info{virtualization_type="none"} 1' in page)
    check("running", "node_systemd_system_running 1" in page)


def types_are_kept(bus, server):
    def asked():
        return sum(call.args[-1:] == ["Type"] for call in bus.calls)
    bus.behave()
    check("first", server.success())
    before = asked()
    page = server.page()
    check("asked again", asked() - before <= 2, asked() - before)
    same("from what is kept", page, expected("default"))
    bus.said["manager"]["Manager.UnitsLoadTimestampMonotonic"][1] += 1
    before = asked()
    server.page()
    check("asked after a load", asked() - before > 8, asked() - before)


def silence(bus, server):
    """A bus that hangs costs its patience once; when it is back, the same connection serves."""
    for hang in ({"silent_after": 0}, {"silent_after": 3}, {"silent_after": 7}):
        check("before", server.success())
        connections = bus.connections
        bus.behave(**hang)
        check("hangs", not server.success(at_most=3))
        for _ in range(3):
            check("hangs still", not server.success(at_most=0.5))
        bus.behave()
        time.sleep(0.1)
        check(f"back after {hang}", server.success())
        check("connections", bus.connections == connections)


def silent_from_the_start(bus, rootfs):
    bus.behave(silent_auth=True)
    server = Server(NODEGAUGE, f"--path.rootfs={rootfs}", "--path.procfs=/proc")
    time.sleep(2.5)     # it makes a page for itself when it starts
    for _ in range(3):
        check("hangs from the start", not server.success(at_most=0.5))
    bus.behave()
    time.sleep(0.1)
    server.success()
    check("began to answer", server.success())
    bus.behave(silent_after=0)
    log = server.end()
    check("said once", log.count("Connection timed out") == 1, log)
    bus.behave()


def goodbyes(bus, server):
    """A connection that ends, a bus that is away and comes back."""
    for n in (0, 1, 5, 20):
        bus.behave(close_after=n)
        check(f"closed after {n}", not server.success() or n == 20)
        bus.behave()
        check(f"again after {n}", server.success() or server.success())
    bus.stop()
    bus.behave(close_after=0)
    server.page()
    check("refused", not server.success())
    os.unlink(bus.path)
    check("gone", not server.success())
    bus.behave()
    bus.listen()
    check("here again", server.success())


def nonsense(bus, server, rounds):
    bad = [
        lambda call, out: b"\0" * 64,
        lambda call, out: b"l\2\1\1" + b"\xff" * 60,
        lambda call, out: out[:12] + b"\xff\xff\xff\x7f" + out[16:],
        lambda call, out: out[:4] + b"\0\0\0\4" + out[8:],
        lambda call, out: out.replace(b"a(ssssssouso)", b"a(ssssssouss)").replace(b"\1v\0", b"\1s\0"),
        lambda call, out: out[:-1] + b"x" if call.fields[3] == "ListUnits" else out,
    ]
    for i, mutate in enumerate(bad):
        bus.behave(mutate=mutate)
        server.page()
        check(f"nonsense {i}", not server.success(), i)
        bus.behave()
        check(f"sense after nonsense {i}", server.success() or server.success())
    for auth in (b"REJECTED EXTERNAL\r\n", b"x" * 5000, b"OK\r\n" * 1000, b"\0\n" * 100):
        bus.behave(auth=auth, close_after=0)
        server.page(at_most=3)
        check(f"authentication {auth[:10]}", not server.success(at_most=3))
    for seed in range(rounds):      # a length that is too large is waited for, and the end of the connection ends that
        bus.behave(mutate=bit_errors(seed))
        server.page(at_most=3)
        bus.disconnect()
    bus.behave()
    bus.said["manager"]["Manager.UnitsLoadTimestampMonotonic"][1] += 1      # a type may be spoiled and kept
    server.success()
    same("after bit errors", server.page(), expected("default"))


def without_a_bus(rootfs):
    """The manager's own socket, which is closed after each look."""
    os.makedirs(rootfs + "/run/systemd")
    manager = Bus(rootfs + "/run/systemd/private")
    same("without a bus", once(rootfs), expected("default"))
    server = Server(NODEGAUGE, f"--path.rootfs={rootfs}", "--path.procfs=/proc", "--collector.systemd.private")
    for _ in range(2):
        before = manager.connections
        same("private", server.page(), expected("default"))
    check("a connection for each", manager.connections == before + 1, manager.connections, before)
    check("no greeting", not any(call.fields[3] == "Hello" for call in manager.calls))
    manager.behave(silent_after=0)
    check("private hangs", not server.success(at_most=3))
    check("private hangs still", not server.success(at_most=0.5))
    manager.behave()
    time.sleep(0.1)
    check("private again", server.success() and server.success())
    server.end()


def in_var_run(rootfs):
    """Where it is mounted into an image that has no /run."""
    os.makedirs(rootfs + "/var/run/dbus")
    Bus(rootfs + "/var/run/dbus/system_bus_socket")
    same("in /var/run", once(rootfs), expected("default"))


def main():
    with tempfile.TemporaryDirectory() as rootfs:
        in_var_run(rootfs)
    with tempfile.TemporaryDirectory() as rootfs:
        without_a_bus(rootfs)
    with tempfile.TemporaryDirectory() as rootfs:
        os.makedirs(rootfs + "/run/dbus")
        check("no bus", 'node_scrape_collector_success{collector="systemd"} 0' in once(rootfs))
        bus = Bus(rootfs + "/run/dbus/system_bus_socket")
        pages(bus, rootfs, "-u" in sys.argv[1:])
        peer_pages(bus)
        good_manners(bus, rootfs)
        many_units(bus, rootfs)
        errors(bus, rootfs)
        server = Server(NODEGAUGE, f"--path.rootfs={rootfs}", "--path.procfs=/proc")
        types_are_kept(bus, server)
        silence(bus, server)
        goodbyes(bus, server)
        nonsense(bus, server, 40)
        server.end()
        silent_from_the_start(bus, rootfs)
        old_versions(bus, rootfs)
    print(f"{len(PAGES)} pages, {failures} failures")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
