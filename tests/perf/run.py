#!/usr/bin/env python3
"""The perf collector beside node_exporter's on this machine: the same series whatever the flags say, which count the same.
77: there is no node_exporter, or nothing that may be counted."""
import os, re, subprocess, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)) + "/../node_exporter")
from run import NODEGAUGE, node_exporter, scrape, start

PERF = "--collector.perf."
FLAGS = [
    [],
    [PERF + "cpus=0"],
    [PERF + "cpus=0-1:2", PERF + "disable-hardware-profilers"],
    [PERF + "cpus=0,100-101"],
    [PERF + "software-profilers=PageFault", PERF + "software-profilers=ContextSwitch", PERF + "disable-cache-profilers"],
    [PERF + "software-profilers=NoSuchThing"],
    [PERF + "hardware-profilers=CpuCycles", PERF + "cache-profilers=LLReadMiss", PERF + "software-profilers=MajorFault"],
    [PERF + "disable-hardware-profilers", PERF + "disable-software-profilers", PERF + "disable-cache-profilers"],
]
REFUSED = [PERF + "cpus=x", PERF + "cpus=1-2-3", PERF + "cpus=0,", PERF + "tracepoint=sched"]


def perf(page):
    types, values = page
    keep = lambda name: name.startswith(("node_perf_", "node_scrape_collector_success"))
    return {n: t for n, t in types.items() if keep(n)}, {s: float(v) for s, v in values.items() if keep(s)}


def both(peer, flags):
    flags = ["--collector.disable-defaults", "--collector.perf", *flags]
    return start(peer, *flags), start(NODEGAUGE, *flags)


def compare(peer, flags):
    (them, their_port), (us, our_port) = both(peer, flags)
    try:
        look = [perf(scrape(port)) for port in (their_port, our_port, their_port)]
        time.sleep(1)
        again = [perf(scrape(port)) for port in (their_port, our_port, their_port)]
    finally:
        for p in (them, us):
            p.kill()
            p.communicate()
    if look[0][0] != look[1][0] or look[0][1].keys() != look[1][1].keys():
        yield f"{flags}: {sorted(look[0][1].keys() ^ look[1][1].keys())} are not on both pages"
        return
    for series, value in look[1][1].items():
        least, most = again[0][1][series] - look[2][1][series], again[2][1][series] - look[0][1][series]
        if not least <= again[1][1][series] - value <= most:
            yield f"{flags}: {series} grew by {again[1][1][series] - value}, node_exporter's by {least} to {most}"


def refused(program, flag):
    done = subprocess.run([program, "--collector.perf", flag, "--web.listen-address=127.0.0.1:0"], capture_output=True, timeout=20)
    return done.returncode != 0


def main():
    peer = node_exporter()
    once = subprocess.run([NODEGAUGE, "--once", "--collector.disable-defaults", "--collector.perf"], capture_output=True, text=True)
    if not re.search("^node_perf_", once.stdout, re.M):
        print("skipped: nothing may be counted here")
        sys.exit(77)
    wrong = [line for flags in FLAGS for line in compare(peer, flags)]
    wrong += [f"{flag} is not refused" for flag in REFUSED for program in (peer, NODEGAUGE) if not refused(program, flag)]
    for line in wrong:
        print(line)
    print(f"{len(FLAGS) + len(REFUSED)} command lines, {len(wrong)} differences")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
