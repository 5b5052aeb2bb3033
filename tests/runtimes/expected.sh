#!/bin/busybox sh
# Leaves what the runtime knows in /out/runtime.tsv, and in /out/expected.tsv and sleepers.txt what a scrape has to find of it.
# shellcheck shell=dash
set -eu

row() { # KIND CGROUP NAMESPACE POD NETWORK
	printf '%s\t%s\t\t\t\t%s\t%s\t%s\n' "$@"
}

cri list >/out/runtime.tsv
{
	row root / '' '' host
	for cgroup in /kubepods /kubepods/burstable /kubepods/besteffort; do row slice $cgroup '' '' -; done
	awk -F '\t' '$1 == "sandbox" { print $2, $6, $7, $8 }' /out/runtime.tsv | while read -r cgroup namespace pod network; do
		row pod "${cgroup%/*}" "$namespace" "$pod" "$network"
	done
	awk -F '\t' '$10 != "CONTAINER_EXITED"' /out/runtime.tsv | cut -f 1-8
} >/out/expected.tsv
awk -F '\t' '$10 != "CONTAINER_EXITED" { print $8, $9, $2 }' /out/runtime.tsv >/out/sleepers.txt
