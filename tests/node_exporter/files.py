#!/usr/bin/env python3
"""node_exporter and nodegauge over the same files: the directories of tests/collectors, each with its collector alone, and one
tree of all of them with all of these collectors.

    files.py [DIRECTORY...]

Families, types, series and values (to 1e-12) agree. What is meant to differ stands in the directory's file "differs": a line
has a regular expression for the whole of a series as it is printed, a blank and the reason; one that is of no use fails, unless
its reason begins with "at times". Where node_exporter ends, the series is "no_answer".
77: there is no node_exporter.
"""
import http.client, math, os, re, shutil, subprocess, sys, tempfile

from run import HERE, LEFT_OUT, NODEGAUGE, matching, node_exporter, scrape, start

COLLECTORS = os.path.abspath(HERE + "/../collectors") + "/"
PLACES = {"procfs": "proc", "sysfs": "sys", "rootfs": "rootfs", "udev.data": "udev"}
LEFT_OUT = LEFT_OUT | {
    r"node_scrape_collector_duration_seconds|node_exporter_build_info|nodegauge_.*|process_.*|promhttp_.*": "each program's own",
}


def flags(directory, nothing, names):
    given = []
    for place, files in PLACES.items():
        given.append(f"--path.{place}=" + (f"{directory}/{files}" if os.path.isdir(f"{directory}/{files}") else nothing))
    given += ["--collector.disable-defaults", *("--collector." + name for name in names)]
    if os.path.exists(directory + "/flags"):
        given += open(directory + "/flags").read().replace("=@/", f"={directory}/").split("\n")[:-1]
    return given


def parse(page):
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", page, re.M))
    series = dict(line.rpartition(" ")[::2] for line in page.split("\n") if line and not line.startswith("#"))
    keep = lambda name: not matching(LEFT_OUT, re.sub(r"\{.*", "", name, flags=re.S))
    return {n: t for n, t in types.items() if keep(n)}, {s: v for s, v in series.items() if keep(s)}


def ours(given):
    done = subprocess.run([NODEGAUGE, *given, "--once", "--log.level=error"], capture_output=True)
    return parse(done.stdout.decode())


def theirs(peer, given):
    """None if it does not start or does not answer. It takes no flag twice."""
    try:
        process, port = start(peer, *dict.fromkeys(["--no-collector.arp.netlink", "--no-collector.netdev.netlink", *given]))
    except SystemExit:
        return None
    try:
        types, series = scrape(port)
    except (OSError, http.client.HTTPException):
        return None
    finally:
        process.terminate()
        process.communicate()
    return parse("".join(f"# TYPE {n} {t}\n" for n, t in types.items()) + "".join(f"{s} {v}\n" for s, v in series.items()))


def same(a, b):
    a, b = float(a), float(b)
    return a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-12, abs_tol=0)


def differences(their, our):
    if their is None:
        yield "no_answer", "node_exporter ended"
        return
    for name in sorted(their[0].keys() & our[0].keys()):
        if their[0][name] != our[0][name]:
            yield name, f"is {our[0][name]}, node_exporter has {their[0][name]}"
    for series in sorted(their[1].keys() | our[1].keys()):
        if series not in our[1]:
            yield series, f"missing, node_exporter has {their[1][series]}"
        elif series not in their[1]:
            yield series, f"{our[1][series]}, node_exporter does not have it"
        elif not same(their[1][series], our[1][series]):
            yield series, f"{our[1][series]}, node_exporter has {their[1][series]}"


def excused(directory):
    if not os.path.exists(directory + "/differs"):
        return {}
    lines = [line.rstrip("\n") for line in open(directory + "/differs")]
    return {line.partition(" ")[0]: line.partition(" ")[2] for line in lines if line}


def collector(directory):
    return os.path.basename(directory).partition("-")[0]


def merge(directories, tree):
    """One machine that has everything: of two files of one name the first stays."""
    for directory in directories:
        for files in PLACES.values():
            for path, _, names in os.walk(f"{directory}/{files}"):
                to = path.replace(directory, tree, 1)
                os.makedirs(to, exist_ok=True)
                for name in [*names, *(d for d in os.listdir(path) if os.path.islink(f"{path}/{d}"))]:
                    if not os.path.lexists(f"{to}/{name}"):
                        shutil.copy2(f"{path}/{name}", f"{to}/{name}", follow_symlinks=False)
    for file in "flags", "differs":
        lines = [line for d in directories if os.path.exists(f"{d}/{file}") for line in open(f"{d}/{file}")]
        with open(f"{tree}/{file}", "w") as out:
            out.writelines(dict.fromkeys(lines))


def compare(peer, directory, nothing, names):
    """The number of series that agree, and what does not; where several collectors read a directory, not each rule is of use."""
    given = flags(directory, nothing, names)
    their, our = theirs(peer, given), ours(given)
    rules, found = excused(directory), []
    used = set(rules if len(names) > 1 else ())
    for series, what in differences(their, our):
        rule = next((r for r in rules if re.fullmatch(r, series, re.S)), None)
        used.add(rule)
        if rule is None:
            found.append(f"{series}: {what}")
    found += [f"differs: nothing is like {rule}" for rule in rules if rule not in used and not rules[rule].startswith("at times")]
    return len(their[1].keys() & our[1].keys()) if their else 0, found


def main():
    peer = node_exporter()
    if "/bin/prometheus-node-exporter" in peer:
        print("skipped: this node_exporter is of another release")
        sys.exit(77)
    known = subprocess.run([peer, "--help"], capture_output=True, text=True)
    known = set(re.findall(r"--\[no-\]collector\.(\w+)\s", known.stdout + known.stderr))
    directories = [os.path.abspath(d) for d in sys.argv[1:]] or sorted(
        COLLECTORS + d for d in os.listdir(COLLECTORS) if d.partition("-")[0] in known)
    failed = agreeing = 0
    with tempfile.TemporaryDirectory() as nothing, tempfile.TemporaryDirectory() as tree:
        compared = [(d, [collector(d)]) for d in directories]
        if not sys.argv[1:]:
            plain = [d for d in directories if "-" not in os.path.basename(d)]
            merge(plain, tree)
            compared.append((tree, [collector(d) for d in plain]))
        for directory, names in compared:
            n, found = compare(peer, directory, nothing, names)
            agreeing += n
            failed += bool(found)
            for line in found:
                print(f"{os.path.basename(directory) if len(names) == 1 else 'together'}: {line}")
        if not sys.argv[1:]:
            print(f"{len(names)} collectors over one tree: {n} series agree")
    print(f"{len(directories)} directories, {agreeing} series agree, {failed} directories differ")
    sys.exit(bool(failed or not agreeing))


if __name__ == "__main__":
    main()
