#!/usr/bin/env python3
"""Do the two pages that guest.sh brought back differ as docs/compatibility.md says?   compare.py DIRECTORY

Of the cgroups that are ours too. The pods were frozen, so their figures are equal; those of the root have to lie between ours
from before and after where they only grow.
"""
import importlib.util
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SPEC = importlib.util.spec_from_file_location("kubelet", HERE + "/../kubelet/run.py")
kubelet = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(kubelet)
OURS_ALONE = {"container", "image", "name", "namespace", "pod"}


def page(where, name):
    """{family: type}, {family: {labels: value}} without the labels that cAdvisor has from a runtime alone."""
    types, families = kubelet.page(open(os.path.join(where, name)).read())
    bare = {}
    for family, samples in families.items():
        if re.match("(container|machine|cadvisor)_", family):
            bare[family] = {frozenset(l for l in labels if l[0] not in OURS_ALONE): v for labels, v in samples.items()}
    return types, bare


def of(samples, ids):
    """Those of our cgroups and of the machine; not of the guest's first root."""
    return {labels: v for labels, v in samples.items() if dict(labels).get("id", "/") in ids and ("device", "rootfs") not in labels}


def of_tmpfs(labels):
    """Of which cAdvisor tells 0 for all that disks have."""
    return not dict(labels).get("device", "/dev/").startswith("/dev/")


# The root's start, which cAdvisor reckons from the time of its own; what it has looked at minutes ago.
BY_CHANCE = {"container_start_time_seconds", "machine_node_hugepages_count"}


def judge(family, counter, theirs, before, after):
    """None if they are equal, or how they are not."""
    if not theirs or not after:
        return "added" if after else "left out" if theirs else None
    if family.startswith("container_network_"):       # cAdvisor knows the networks of pods from a runtime alone
        before, after = of(before, "/"), of(after, "/")
    theirs = {labels: v for labels, v in theirs.items() if v or labels in after or not of_tmpfs(labels)}
    if theirs.keys() != after.keys():
        return "other labels"
    for labels, value in theirs.items():
        low, high = before.get(labels, value), after[labels]
        moving = ("id", "/") in labels and not counter
        if not moving and not min(low, high) <= value <= max(low, high):
            return "other value"
    return None


def main(where):
    ids = {line.split("\t")[1] for line in open(os.path.join(where, "expected.tsv"))}
    types, theirs = page(where, "theirs.prom")
    our_types, after = page(where, "after.prom")
    _, before = page(where, "before.prom")
    known = {**kubelet.exceptions("exceptions"), **kubelet.exceptions("cadvisor")}
    wrong, compared = [], 0
    for family in sorted(theirs.keys() | after.keys() | known.keys()):
        a, b, c = (of(samples.get(family, {}), ids) for samples in (theirs, before, after))
        found = judge(family, types.get(family) == "counter", a, b, c)
        if found is None and family in BY_CHANCE:
            found = known.get(family)
        if found != (None if known.get(family) == "equal" else known.get(family)):
            wrong.append(f"{family}: {found or 'equal'}, docs/compatibility.md: {known.get(family)}")
            wrong += [f"  theirs {a.get(k)}, ours {b.get(k)} {c.get(k)}: {sorted(k)}"
                      for k in a.keys() | c.keys() if not (k in a and k in c and b.get(k) == a[k])][:3]
        if family in types and family in our_types and types[family] != our_types[family]:
            wrong.append(f"{family}: {our_types[family]}, cAdvisor's {types[family]}")
        compared += len(a) if c else 0
    print("\n".join(wrong) or f"{compared} samples compared")
    return bool(wrong)


sys.exit(main(sys.argv[1]))
