#!/usr/bin/env python3
"""Does the page agree with what the runtime knows of its containers?   check.py DIRECTORY"""
import os
import re
import sys

where = sys.argv[1]
COLUMNS = ("kind", "id", "container", "image", "name", "namespace", "pod", "network",
           "pid", "state", "attempt", "exit", "reason")
# By the kernel, for memory; a runtime does not know why if systemd has taken the cgroup away first.
SIGKILLED = "137"
failures = []


def rows(name):
    lines = open(os.path.join(where, name)).read().splitlines()
    return [dict(zip(COLUMNS, line.split("\t"))) for line in lines if line.startswith("container")]


def samples(page, family):
    for line in open(os.path.join(where, page)):
        if line.startswith(family + "{"):
            yield dict(re.findall(r'(\w+)="([^"]*)"', line)), float(line.split()[-1])


def values(family, **labels):
    """Of the samples that have these labels."""
    return [value for has, value in samples("cadvisor.prom", family) if labels.items() <= has.items()]


def names(labels):
    return labels["namespace"], labels["pod"], labels["container"]


def expect(right, message):
    if not right:
        failures.append(message)


own = open(os.path.join(where, "own")).read().strip() if os.path.exists(os.path.join(where, "own")) else None
containers = rows("runtime.tsv")
for line in open(os.path.join(where, "starts.tsv")):
    cgroup, start = line.split()
    found = values("container_start_time_seconds", id=cgroup)
    right = cgroup == own or len(found) == 1 and abs(found[0] - int(start)) <= 1   # we are no process of its namespace
    expect(right, f"{cgroup} started at {found}, its process at {start}")
ended = [row for row in containers if row["pod"] == "batch-0"]
for row in ended:
    of = {label: row[label] for label in ("container", "namespace", "pod")}
    kills = sum(r["exit"] == SIGKILLED for r in ended if r["container"] == row["container"])
    attempts = max(int(r["attempt"]) for r in ended if r["container"] == row["container"])
    for family, right in ("container_oom_kills_total", kills), ("container_restarts_total", attempts):
        got = values(family, **of)
        expect(got == [right], f"{family} of {row['container']} is {got}, the runtime says {right}")
running = sorted(names(row) for row in containers if row["state"] == "CONTAINER_RUNNING")
seen = sorted(names(has) for has, _ in samples("resource.prom", "container_cpu_usage_seconds_total"))
expect(seen == running, f"/metrics/resource has {seen}, the runtime runs {running}")
print("\n".join(failures) or f"{len(containers)} containers compared")
sys.exit(bool(failures))
