#!/usr/bin/env python3
"""The textfile collector over directories of *.prom files: the page is as expected, and line by line as node_exporter's.

    run.py [-u] [CASE...]       -u writes "expected" anew, to be reviewed like code

A case is a directory here. It is copied, its shell script "setup" makes what no repository can hold, and both programs run
in the copy with the "flags", one on a line. Every file was changed at the second 1600000000. What is meant to differ from
node_exporter stands in "differs": a regular expression for a whole line, two blanks and the reason; where node_exporter does
not answer at all, the line is "(no answer)".
"""
import http.client, os, re, shutil, subprocess, sys, tempfile, threading, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + "/../node_exporter")
from run import NODEGAUGE, start

OWN = re.compile(r"(# (HELP|TYPE) )?(node_scrape_collector_|node_exporter_build_info|go_|process_|promhttp_|"
                 r"nodegauge_(?!textfile))|# HELP (node_textfile|nodegauge)_")


def lines(page):
    return [line for line in page.splitlines() if not OWN.match(line)]


def prepare(case, to):
    shutil.copytree(f"{HERE}/{case}", to, symlinks=True)
    if os.path.exists(to + "/setup"):
        subprocess.run(["sh", "-eu", "./setup"], cwd=to, check=True)
    for directory, _, names in os.walk(to):
        for name in names:
            if os.path.isfile(f"{directory}/{name}"):
                os.utime(f"{directory}/{name}", (1600000000, 1600000000))
    return ["--collector.disable-defaults", "--collector.textfile", *open(to + "/flags").read().split("\n")[:-1]]


def ours(flags, at):
    done = subprocess.run([NODEGAUGE, *flags, "--once", "--log.level=error"], cwd=at, capture_output=True, text=True, timeout=60)
    if done.returncode or done.stderr:
        sys.exit(f"nodegauge: {done.returncode} {done.stderr}")
    return lines(done.stdout)


def theirs(peer, flags, at):
    """None if it ends or does not answer."""
    here = os.getcwd()
    os.chdir(at)
    try:
        process, port = start(peer, *flags)
    finally:
        os.chdir(here)
    threading.Thread(target=process.stderr.read, daemon=True).start()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return lines(answer.read().decode(errors="replace"))
    except (OSError, http.client.HTTPException):
        return None
    finally:
        process.kill()
        process.wait()


def unlike(our, their):
    """Lines that only one has; if there are none, the first that stands elsewhere."""
    if their is None:
        return ["(no answer)"]
    our = [line for line in our if "nodegauge_textfile" not in line]
    only = [line for line in our if line not in their] + [line for line in their if line not in our]
    return only or [a for a, b in zip(our, their) if a != b][:1]


def excused(case):
    path = f"{HERE}/{case}/differs"
    rows = open(path).read().splitlines() if os.path.exists(path) else []
    return [row.partition("  ")[0] for row in rows]


def compare(case, our, their):
    rules, used = excused(case), set()
    for line in unlike(our, their):
        rule = next((r for r in rules if r == line or re.fullmatch(r, line)), None)
        used.add(rule)
        if rule is None:
            yield f"unlike node_exporter: {line}"
    yield from (f"differs: nothing is like {rule}" for rule in rules if rule not in used)


def run(case, peer, update):
    with tempfile.TemporaryDirectory() as parent:
        at = parent + "/case"
        flags = prepare(case, at)
        our = ours(flags, at)
        if update:
            open(f"{HERE}/{case}/expected", "w").write("".join(line + "\n" for line in our))
        elif our != open(f"{HERE}/{case}/expected").read().split("\n")[:-1]:
            return ["not as expected:", *our]
        return list(compare(case, our, theirs(peer, flags, at))) if peer else []


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


def living():
    """Files that change while nodegauge runs: what it shows after each step, and that it tells of each thing once."""
    with tempfile.TemporaryDirectory() as at:
        file = at + "/x.prom"
        process, port = start(NODEGAUGE, "--collector.disable-defaults", "--collector.textfile", "--collector.textfile.directory=" + at)
        log = []
        threading.Thread(target=lambda: log.extend(process.stderr), daemon=True).start()

        def shows(step, *wanted):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
                page = answer.read().decode()
            samples = re.findall(r"^(?:m|node_textfile_scrape_error|nodegauge_textfile_dropped)[{ ].*$", page, re.M)
            samples = [sample.replace(at + "/", "") for sample in samples]
            if samples != list(wanted):
                yield f"{step}: {samples}, not {list(wanted)}"

        def rename():
            write(at + "/new", "m 3\n")
            os.rename(at + "/new", file)

        def old(text):
            write(file, text)
            os.utime(file, (1600000000, 1600000000))

        refused = 'nodegauge_textfile_dropped{file="x.prom",reason="%s"} 1'
        no_error, error = "node_textfile_scrape_error 0", "node_textfile_scrape_error 1"
        steps = [
            ("empty", lambda: None, no_error),
            ("written", lambda: write(file, "m 1\n"), "m 1", no_error),
            ("again", lambda: None, "m 1", no_error),
            ("the same size and time", lambda: old("m 2\n"), "m 2", no_error),
            ("the same size and time once more", lambda: old("m 5\n"), "m 5", no_error),
            ("another file", rename, "m 3", no_error),
            ("settled", lambda: time.sleep(4), "m 3", no_error),
            ("read no more", lambda: None, "m 3", no_error),
            ("changed", lambda: write(file, "m 4\n"), "m 4", no_error),
            ("broken", lambda: write(file, "m 4\n["), error, refused % "format"),
            ("still broken", lambda: None, error, refused % "format"),
            ("mended", lambda: write(file, "m 6\n"), "m 6", no_error),
            ("too large", lambda: os.truncate(file, 1 << 40), error, refused % "too_large"),
            ("gone", lambda: os.unlink(file), no_error),
        ]
        for step, do, *wanted in steps:
            do()
            yield from shows(step, *wanted)
            yield from shows(step + ", again", *wanted)
        process.terminate()
        process.wait()
        told = [line for line in log if "text file" in line]
        if len(told) != 2 or "reason=format" not in told[0] or "reason=too_large" not in told[1]:
            yield f"log: {told}"


HANG = """
import ctypes, os, subprocess, sys
here, program = sys.argv[1:]
os.mkdir(here + "/far")
fuse = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={fuse},rootmode=40000,user_id=0,group_id=0".encode()
if ctypes.CDLL(None).mount(b"none", (here + "/far").encode(), b"fuse", 0, options):
    sys.exit(77)
done = subprocess.run([program, "--collector.disable-defaults", "--collector.textfile", "--once", "--log.level=error",
    f"--collector.textfile.directory={here}/far/a", f"--collector.textfile.directory={here}/near"], stdout=subprocess.PIPE, timeout=20)
sys.stdout.buffer.write(done.stdout)
os.close(fuse)
"""


def hanging():
    """A directory on a file system that does not answer: FUSE without a server. Needs root."""
    with tempfile.TemporaryDirectory() as at:
        os.mkdir(at + "/near")
        write(at + "/near/x.prom", "m 1\n")
        done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--mount-proc", sys.executable, "-c", HANG, at, NODEGAUGE],
                              capture_output=True, text=True)
        if done.returncode and "TimeoutExpired" not in done.stderr:
            return print("hanging: skipped, nothing can be mounted here")
        for line in ("m 1", "node_textfile_scrape_error 1", f'nodegauge_textfile_dropped{{file="{at}/far/a",reason="unreadable"}} 1'):
            if line not in done.stdout.split("\n"):
                yield f"no {line}: {done.stderr[-200:]}"


def main():
    update = sys.argv[1:2] == ["-u"]
    cases = sys.argv[1 + update:] or sorted(d for d in os.listdir(HERE) if os.path.exists(f"{HERE}/{d}/flags"))
    found = subprocess.run([HERE + "/../../tools/node_exporter.sh"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    peer = found.stdout.strip() if found.returncode == 0 else ""
    if "/bin/prometheus-node-exporter" in peer:     # Debian's is of another release
        peer = ""
    failed = 0
    for case in map(os.path.basename, (c.rstrip("/") for c in cases)):
        wrong = run(case, peer, update)
        failed += bool(wrong)
        for line in wrong:
            print(f"{case}: {line}")
    for line in [] if sys.argv[1:] else [*living(), *hanging()]:
        failed += 1
        print("changing or hanging:", line)
    print(f"{len(cases)} cases, {failed} failed" + ("" if peer else ", not compared: there is no node_exporter"))
    sys.exit(bool(failed or not cases))


if __name__ == "__main__":
    main()
