#!/bin/busybox sh
# Leaves what the runtime knows in /out/runtime.tsv, in /out/expected.tsv and sleepers.txt what a scrape has to find of it,
# and in /out/starts.tsv when the kernel started the processes.
# shellcheck shell=dash
set -eu
cgroups=/sys/fs/cgroup

row() { # KIND CGROUP NAMESPACE POD NETWORK
	printf '%s\t%s\t\t\t\t%s\t%s\t%s\n' "$@"
}

cri list >/out/runtime.tsv
{
	row root / '' '' host
	for slice in kubepods kubepods/burstable kubepods/besteffort kubepods.slice kubepods.slice/kubepods-burstable.slice \
		kubepods.slice/kubepods-besteffort.slice; do
		[ ! -d $cgroups/$slice ] || row slice /$slice '' '' -
	done
	awk -F '\t' '$1 == "sandbox" { print $2, $6, $7, $8 }' /out/runtime.tsv | while read -r cgroup namespace pod network; do
		row pod "${cgroup%/*}" "$namespace" "$pod" "$network"
	done
	cut -f 1-8 /out/runtime.tsv | while IFS= read -r line; do
		cgroup=$(echo "$line" | cut -f 2)
		[ -d "$cgroups$cgroup" ] || line=$(echo "$line" | sed 's/\.scope\t/\t/') cgroup=${cgroup%.scope} # of CRI-O, without a process
		[ ! -d "$cgroups$cgroup" ] || echo "$line"
	done
} >/out/expected.tsv
awk -F '\t' '$10 != "CONTAINER_EXITED" { print $8, $9, $2 }' /out/runtime.tsv >/out/sleepers.txt
boot=$(sed -n 's/^btime //p' /proc/stat)
while read -r _ pid cgroup; do
	[ ! -e "/proc/$pid" ] || printf '%s\t%s\n' "$cgroup" $((boot + $(cut -d ' ' -f 22 "/proc/$pid/stat") / 100))
done </out/sleepers.txt >/out/starts.tsv
