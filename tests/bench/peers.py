#!/usr/bin/env python3
"""The table of what peer.sh found: peers.py NAME FILE... NAME FILE... The others are compared with the first one."""
import os
import sys

# title, which value, divided by
COLUMNS = [
    ("M instructions in 15 s", "interval", 1e6),
    ("of them by the scrape", "scrape", 1e6),
    ("RSS MiB", "rss", 1024),
    ("at its peak", "rss_peak", 1024),
    ("s to the first page", "first_page", 1),
    ("to all containers", "complete_page", 1),
    ("samples", "samples", 1),
    ("kB", "bytes", 1e3),
    ("kB gzip", "gzip_bytes", 1e3),
]


def number(x):
    return "%.0f" % x if x >= 100 else "%.3g" % x


def main(*words):
    print("| | containers |", " | ".join(title for title, _, _ in COLUMNS), "|")
    print("|---" * (len(COLUMNS) + 2) + "|")
    name, ours = "", {}
    for word in words:
        if not os.path.exists(word):
            name = word
            continue
        values = {k: float(v) for k, v in map(str.split, open(word))}
        our = ours.setdefault(values["containers"], values)
        cells = [number(values[what] / scale) for _, what, scale in COLUMNS]
        if our is not values:
            cells[0] += " (%.2g x)" % (values["interval"] / our["interval"])
            cells[2] += " (%.2g x)" % (values["rss"] / our["rss"])
        print("|", name, "| %.0f |" % values["containers"], " | ".join(cells), "|")


main(*sys.argv[1:])
