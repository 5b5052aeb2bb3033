#!/bin/bash
# Compares our page of containers with that of a cAdvisor with all that it can count, in one guest, of the same cgroups.
# The binary is $NODEGAUGE, by default build/nodegauge. Exits with 77 where there is no Go, QEMU or kernel.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
nodegauge=${NODEGAUGE:-$here/../../build/nodegauge}
sets=advtcp,app,cpu,cpuLoad,cpu_topology,cpuset,disk,diskIO,hugetlb,memory,memory_numa,network,oom_event,percpu,perf_event
sets+=,pressure,process,sched,tcp,udp
cadvisor=$("$here/../../tools/cadvisor.sh")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
${CC:-cc} -O2 -static -o "$tmp/load" "$here/../vm/load.c" "$here/../../src/nonss.c" -lcgroup
files=(-f "$tmp/load" -f "$here/../vm/kubepods.sh" -f "$here/../vm/states.sh" -f "$here/guest.sh"
	-f "$nodegauge:/bin/nodegauge" -f "$cadvisor:/bin/cadvisor")
"$here/../vm/vm.sh" -M 1024 -t 300 -d 16M -d 64M -d 8M -n 16M -m ext4 -o "$tmp/out" "${files[@]}" -- guest.sh "$sets"
[[ ! ${CADVISOR_KEEP:-} ]] || cp -r "$tmp/out" "$CADVISOR_KEEP"
"$here/compare.py" "$tmp/out"
