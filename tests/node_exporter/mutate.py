#!/usr/bin/env python3
"""node_exporter and nodegauge over the directories of tests/collectors, each time with something changed at random: a number, a
word, a line, a file, a name, or one of these everywhere. What then differs is printed, a line of JSON each, to be sorted by hand.

    mutate.py SEED TIMES [DIRECTORY...]     TIMES for each directory

All that node_exporter has is to be equal. Where its collector fails we may have more, and where it ends there is nothing to compare.
"""
import json, os, random, re, resource, shutil, subprocess, sys, tempfile

from files import COLLECTORS, collector, differences, excused, flags, parse, theirs
from run import NODEGAUGE, node_exporter

MEMORY = 6 << 30        # node_exporter has a place for each CPU up to the greatest number
NUMBERS = ["0", "1", "-1", "-0", "+1", "007", "0x1f", "1_000", "1.5", "1e3", ".5", "128", "256", "2147483648", "4294967295",
           "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551615",
           "18446744073709551616", "-9223372036854775808", "-9223372036854775809", "1e400", "inf", "nan", "9" * 23]
WORDS = ["max", "unlimited", "N/A", "<not supported>", "", "unknown", "a b", "é", "\xff", '"', "\\", "-", "a:b", "a.b", "UP", "none"]
NAMES = ["new.dot", "new:colon", "UPPER", "ünï", 'q"uote', "da-sh", "sp ace", "under_score", "x", "12", "00", "card0-DP-1", "b\\n"]
PARTS = ["7", "10", "128", "00", "01", "", "x", "-1", "4294967296"]        # for the number in a name

# Texts ----------------------------------------------------------------------------------------------------------------


def swap(pattern, values):
    """One match of the pattern becomes one of the values."""
    def change(text, rng):
        at = rng.choice(list(re.finditer(pattern, text)) or [None])
        return at and text[:at.start()] + rng.choice(values) + text[at.end():]
    return change


def every(pattern, new):
    return lambda text, rng: re.sub(pattern, lambda m: new(m[0], rng), text)


def line(change):
    """One line becomes others."""
    def changed(text, rng):
        lines = text.split("\n")
        i = rng.randrange(len(lines))
        return "\n".join(lines[:i] + change(lines[i], rng) + lines[i + 1:])
    return changed


def moved(text, rng):
    lines = text.split("\n")
    lines.insert(rng.randrange(len(lines)), lines.pop(rng.randrange(len(lines))))
    return "\n".join(lines)


def column(times):
    """One word of one line is there so many times."""
    def change(text, rng):
        parts = re.findall(r"\s*\S+", text) or [text]
        i = rng.randrange(len(parts))
        return ["".join(parts[:i] + times * [parts[i]] + parts[i + 1:])]
    return line(change)


def some_number(old, rng):
    digits = rng.choice([1, 1, 2, 3, 5, 8, 10, 13, 16, 18, len(old)])
    return old if rng.random() < 0.6 else str(rng.randrange(10 ** (digits - 1), 10 ** digits))


NUMBER = r"(?<![A-Za-z0-9_])[0-9]+(?![A-Za-z0-9_])"
TEXTS = {
    "number": swap(r"(?<![A-Za-z])[0-9]+(\.[0-9]+)?", NUMBERS),
    "number in a word": swap(r"(?<=[A-Za-z])[0-9]+", PARTS),
    "word": swap(r"[^\s:=,]+", WORDS),
    "key": swap(r"(?m)^\s*[A-Za-z_][^\s:=]*", ["Unknown", "new_key", "x-y.z", "K(a)", "é"]),
    "letter": swap(r"[a-z]", ["A", "Q", "_", "-", ".", " "]),
    "unit": swap(r"(?<=[0-9])(?=\s|$)", [" kB", "k", "M", "\tms ", "%", " "]),
    "whole": lambda text, rng: rng.choice(NUMBERS + WORDS) + rng.choice(["\n", "", "\n\n", " \n", "\0"]),
    "line removed": line(lambda old, rng: []),
    "line twice": line(lambda old, rng: [old, old]),
    "line moved": moved,
    "line cut": line(lambda old, rng: [old[:rng.randrange(len(old) + 1)]]),
    "line more": line(lambda old, rng: [rng.choice(["", " ", "\t", "new 1", "new: 1 2 3", "# comment", "x", "new=1"]), old]),
    "column more": line(lambda old, rng: [old + rng.choice([" 5", "\t5", " x", " 5 6 7 8"])]),
    "column removed": column(0),
    "column twice": column(2),
    "indented": line(lambda old, rng: [rng.choice([" ", "\t", "   "]) + old]),
    "not indented": line(lambda old, rng: [old.lstrip()]),
    "blank behind": line(lambda old, rng: [old + rng.choice([" ", "\t", "\r"])]),
    "cut": lambda text, rng: text[:rng.randrange(len(text) + 1)],
    "twice": lambda text, rng: text + text,
}
EVERYWHERE = {          # with the part of the files that it happens to
    "no newline": (1, lambda text, rng: text.rstrip("\n")),
    "newlines": (1, lambda text, rng: text + "\n"),
    "crlf": (1, lambda text, rng: text.replace("\n", "\r\n")),
    "tabs": (1, lambda text, rng: text.replace(" ", "\t")),
    "blanks": (1, lambda text, rng: text.replace("\t", " ")),
    "wide": (1, lambda text, rng: text.replace(" ", "  ")),
    "narrow": (1, lambda text, rng: re.sub(r"[ \t]+", " ", text)),
    "a column": (1, lambda text, rng: re.sub(r"(?m)$(?<=.)", " 9", text)),
    "no column": (1, lambda text, rng: re.sub(r"(?m) \S+$", "", text)),
    "numbers": (1, every(NUMBER, some_number)),
    "zeros": (0.5, every(NUMBER, lambda old, rng: "0")),
    "lines removed": (1, every(r"(?m)^.*\n", lambda old, rng: old if rng.random() > 0.1 else "")),
    "order": (0.5, lambda text, rng: "".join(rng.sample(lines := text.splitlines(True), len(lines)))),
    "empty": (0.05, lambda text, rng: ""),
    "blank": (0.1, lambda text, rng: "\n"),
    "few files": (0.7, lambda text, rng: None),
    "files removed": (0.05, lambda text, rng: None),
}

# Files ----------------------------------------------------------------------------------------------------------------


def paths(tree):
    """What is in its places."""
    for at, directories, names in os.walk(tree):
        if at != tree:
            yield from (f"{at}/{name}" for name in directories + names)


def is_directory(path):
    return os.path.isdir(path) and not os.path.islink(path)


def other(path, rng):
    """Another name in the same directory, as often of the same kind."""
    where, name = os.path.split(path)
    names = NAMES + [name + "2", name + "-x", "a" + name, name.upper(), name[:-1] or "y"]
    if rng.random() < 0.6:
        names = [re.sub(r"[0-9]+", part, name, count=1) for part in PARTS]
    to = f"{where}/{rng.choice(names) or 'z'}"
    return None if os.path.lexists(to) else to


def move(path, rng):
    to = other(path, rng)
    if to:
        os.rename(path, to)


def copy(path, rng):
    to = other(path, rng)
    if to and is_directory(path):
        shutil.copytree(path, to, symlinks=True)
    elif to:
        shutil.copy2(path, to, follow_symlinks=False)


def remove(path, rng):
    shutil.rmtree(path) if is_directory(path) else os.remove(path)


def link(path, rng):
    os.rename(path, path + ".moved")
    os.symlink(os.path.basename(path) + ".moved", path)


def dangle(path, rng):
    remove(path, rng)
    os.symlink("nowhere", path)


def turn(path, rng):
    """A directory for a file, a file for a directory."""
    was = os.path.isdir(path)
    remove(path, rng)
    write(path, "1\n") if was else os.mkdir(path)


def add(path, rng):
    to = (path if os.path.isdir(path) else os.path.dirname(path)) + "/" + rng.choice(NAMES)
    if os.path.lexists(to):
        return
    os.mkdir(to) if rng.random() < 0.5 else write(to, rng.choice(NUMBERS + WORDS) + "\n")


def follow(path, rng):
    """What a link leads to in its place, but for links back."""
    target = os.path.realpath(path)
    if not os.path.islink(path) or not os.path.exists(path) or path.startswith(target + "/"):
        return
    os.remove(path)
    if os.path.isdir(target):
        shutil.copytree(target, path, symlinks=True, ignore=shutil.ignore_patterns("subsystem", "device"))
    else:
        shutil.copy2(target, path)


PATHS = {"renamed": move, "copied": copy, "removed": remove, "a link": link, "dangling": dangle, "turned": turn, "added": add}
MANY = {"links followed": (1, follow), "some links followed": (0.4, follow), "some removed": (0.03, remove),
        "some copied": (0.03, copy), "some renamed": (0.03, move)}


def read(path):
    return open(path, encoding="utf-8", newline="", errors="surrogateescape").read()


def write(path, text):
    if os.path.islink(path):
        os.remove(path)
    open(path, "w", encoding="utf-8", newline="", errors="surrogateescape").write(text)


def change_text(path, rng, change):
    """True if it is another one then; without one, the file is gone."""
    old = read(path)
    new = change(old, rng)
    if new is None:
        os.remove(path)
    elif new != old:
        write(path, new)
    return new != old


def mutate(tree, rng):
    """Changes something; what."""
    there = sorted(paths(tree))
    files = [path for path in there if os.path.isfile(path)]
    kind = rng.random()
    if files and kind < 0.5:
        path, what = rng.choice(files), rng.choice(list(TEXTS))
        return [what, os.path.relpath(path, tree)] if change_text(path, rng, TEXTS[what]) else mutate(tree, rng)
    if kind < 0.7:
        path, what = rng.choice(there), rng.choice(list(PATHS))
        PATHS[what](path, rng)
        return [what, os.path.relpath(path, tree)]
    if files and kind < 0.9:
        what = rng.choice(list(EVERYWHERE))
        part, change = EVERYWHERE[what]
        for path in files:
            if os.path.isfile(path) and rng.random() < part:
                change_text(path, rng, change)
        return [what + " everywhere"]
    what = rng.choice(list(MANY))
    part, change = MANY[what]
    for path in there:
        if os.path.lexists(path) and rng.random() < part:
            change(path, rng)
    return [what]


# Comparing ------------------------------------------------------------------------------------------------------------


def ours(given):
    """With what is wrong in any case: an end by a signal, and a series twice."""
    done = subprocess.run([NODEGAUGE, *given, "--once", "--log.level=error"], capture_output=True)
    page = done.stdout.decode()
    series = [row.rpartition(" ")[0] for row in page.split("\n") if row and not row.startswith("#")]
    found = [f"twice {s}" for s in sorted(set(series)) if series.count(s) > 1] if len(set(series)) < len(series) else []
    return parse(page), found + ([f"status {done.returncode}"] if done.returncode else [])


def judge(peer, tree, nothing, rules):
    name = collector(tree)
    given = flags(tree, nothing, [name])
    (our, found), their = ours(given), theirs(peer, given)
    if their is None:
        return "ended", found
    failed = their[1].get(f'node_scrape_collector_success{{collector="{name}"}}') != "1"
    for series, what in differences(their, our):
        lost = failed and what.endswith("does not have it")
        if not lost and not any(re.fullmatch(rule, series, re.S) for rule in rules):
            found.append(f"{series}: {what}")
    return "failed" if failed else "succeeded", found


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    peer, rng, count = node_exporter(), random.Random(int(sys.argv[1])), {}
    directories = [os.path.abspath(d) for d in sys.argv[3:]] or sorted(
        COLLECTORS + d for d in os.listdir(COLLECTORS) if not d.startswith(("container.", "compat", "machine", "resource")))
    for directory in directories:
        for _ in range(int(sys.argv[2])):
            with tempfile.TemporaryDirectory() as top, tempfile.TemporaryDirectory() as nothing:
                tree = f"{top}/{os.path.basename(directory)}"
                shutil.copytree(directory, tree, symlinks=True, ignore=shutil.ignore_patterns("expected.prom"))
                if not list(paths(tree)):
                    continue
                what = mutate(tree, rng)
                state, found = judge(peer, tree, nothing, excused(directory))
            counts = count.setdefault(collector(directory), dict.fromkeys(["ended", "failed", "succeeded", "differ"], 0))
            counts[state] += 1
            counts["differ"] += bool(found)
            if found:
                print(json.dumps([os.path.basename(directory), state, *what, found], ensure_ascii=False), flush=True)
    for name, counts in count.items():
        print(name, counts, file=sys.stderr)


if __name__ == "__main__":
    main()
