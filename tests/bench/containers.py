#!/usr/bin/env python3
"""The table of what guest.sh found in two guests: containers.py SMALL LARGE"""
import sys

MIB = 1024
# what, in what unit, which value, divided by
ROWS = [
    ("CPU of a scrape with gzip", "M instructions", "gzip", 1e6),
    ("without gzip", "M instructions", "plain", 1e6),
    ("floor: open read close", "M instructions", "floor_open", 1e6),
    ("floor: kept open, pread", "M instructions", "floor_kept", 1e6),
    ("system calls", "", "calls", 1),
    ("files read", "", "files", 1),
    ("samples", "", "samples", 1),
    ("page", "kB", "plain_bytes", 1e3),
    ("page with gzip", "kB", "gzip_bytes", 1e3),
    ("RSS idle", "MiB", "rss_idle", MIB),
    ("RSS after 100 scrapes", "MiB", "rss", MIB),
    ("of it anonymous", "MiB", "anon", MIB),
]


def number(x):
    return "%.0f" % x if x >= 100 else "%.3g" % x


def cells(values, large, what, unit):
    """The value, and what one container adds to it where that is more work."""
    small, much = values[what], large[what]
    each = (much - small) / (large["containers"] - values["containers"])
    more = "" if unit == MIB else number(each / (1000 if unit == 1e6 else unit))
    return [number(small / unit), number(much / unit), more, "%.2g x" % (much / small)]


def main(*files):
    small, large = ({k: float(v) for k, v in map(str.split, open(f))} for f in files)
    print("| | %d containers | %d | each one more (thousands of instructions) | growth |" % (small["containers"], large["containers"]))
    print("|---" * 5 + "|")
    for title, unit, what, scale in ROWS:
        print("|", ", ".join(filter(None, (title, unit))), "|", " | ".join(cells(small, large, what, scale)), "|")
    for v in small, large:
        print("%d containers, %d cgroups: without gzip %.2f x the floor opened, %.2f x the floor kept open; with gzip %.2f x, %.2f x" % (
            v["containers"], v["cgroups"], *(v[a] / v[b] for a in ("plain", "gzip") for b in ("floor_open", "floor_kept"))))


main(*sys.argv[1:])
