#!/bin/bash
# Space of containers on a real overlay and on ext4 with project quotas, in a guest of tests/vm; seen from a pod.
# The binary is $NODEGAUGE, by default build/nodegauge. Exits with 77 where there is no QEMU, kernel or mke2fs.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
vm=$here/../vm
nodegauge=${NODEGAUGE:-$here/../../build/nodegauge}
mke2fs=$(PATH=$PATH:/sbin:/usr/sbin command -v mke2fs) || { echo "usage: there is no mke2fs" >&2; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
[[ -x $nodegauge ]] || { echo "usage: $nodegauge is not built" >&2; exit 1; }
${CC:-cc} -O2 -static -o "$tmp/load" "$vm/load.c" "$here/../../src/nonss.c" -lcgroup
${CC:-cc} -O2 -static -o "$tmp/project" "$here/project.c"
truncate -s 64M "$tmp/disk"
"$mke2fs" -q -t ext4 -b 4096 -O project,quota -E quotatype=prjquota "$tmp/disk"
"$vm/vm.sh" -t 300 -m ext4 -m overlay -m quota_v2 -q "-drive if=virtio,format=raw,cache=unsafe,file=$tmp/disk" -f "$tmp/load" \
	-f "$tmp/project" -f "$vm/kubepods.sh" -f "$here/guest.sh" -f "$nodegauge:/bin/nodegauge" -- guest.sh
