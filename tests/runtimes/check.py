#!/usr/bin/env python3
"""Does the page agree with what the runtime knows of its containers?   check.py DIRECTORY"""
import os
import re
import sys

where = sys.argv[1]
COLUMNS = ("kind", "id", "container", "image", "name", "namespace", "pod", "network",
           "pid", "state", "created", "started", "attempt", "exit", "reason")
failures = []


def rows(name):
    lines = open(os.path.join(where, name)).read().splitlines()
    return [dict(zip(COLUMNS, line.split("\t"))) for line in lines if line.startswith("container")]


def values(family, **labels):
    """Of the samples that have these labels."""
    found = []
    for line in open(os.path.join(where, "cadvisor.prom")):
        if line.startswith(family + "{"):
            has = dict(re.findall(r'(\w+)="([^"]*)"', line))
            if labels.items() <= has.items():
                found.append(float(line.split()[-1]))
    return found


def expect(right, message):
    if not right:
        failures.append(message)


own = open(os.path.join(where, "own")).read().strip() if os.path.exists(os.path.join(where, "own")) else None
containers = rows("runtime.tsv")
for row in containers:
    if row["state"] == "CONTAINER_EXITED" or row["id"] == own:
        continue                                        # we are not among the processes of its namespace
    start = values("container_start_time_seconds", id=row["id"])
    early, late = int(row["created"]) / 1e9 - 2, int(row["started"]) / 1e9 + 1     # of the process itself, in seconds
    right = len(start) == 1 and early <= start[0] <= late
    expect(right, f"{row['container']} started at {start}, and not from {early} to {late}")
ended = [row for row in containers if row["pod"] == "batch-0"]
for row in ended:
    stopped = row["state"] == "CONTAINER_EXITED"
    seen = values("container_last_seen", name=row["name"])
    expect(len(seen) == (not stopped), f"{row['container']} is {row['state']} and has {len(seen)} times")
    of = {label: row[label] for label in ("container", "namespace", "pod")}
    kills = sum(r["reason"] == "OOMKilled" for r in ended if r["container"] == row["container"])
    attempts = max(int(r["attempt"]) for r in ended if r["container"] == row["container"])
    for family, right in ("container_oom_kills_total", kills), ("container_restarts_total", attempts):
        got = values(family, **of)
        expect(got == [right], f"{family} of {row['container']} is {got}, the runtime says {right}")
print("\n".join(failures) or f"{len(containers)} containers compared")
sys.exit(bool(failures))
