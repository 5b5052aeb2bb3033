#!/bin/bash
# Runs nodegauge on a real kernel, in one guest per case, and checks its pages against the kernel's files: run.sh [CASE-LAYOUT]...
# The binary is $NODEGAUGE, by default build/nodegauge. Exits with 77 where there is no QEMU or kernel.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
nodegauge=${NODEGAUGE:-$here/../../build/nodegauge}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
[[ -x $nodegauge ]] || { echo "vm: $nodegauge is not built" >&2; exit 1; }
${CC:-cc} -O2 -static -o "$tmp/load" "$here/load.c" "$here/../../src/nonss.c" -lcgroup

failed=0
check() { # CASE LAYOUT [VM-OPTION]...
	local case=$1 layout=$2 status=0 started=$SECONDS out=$tmp/$1-$2
	shift 2
	"$here/vm.sh" "$@" -d 16M -d 64M -o "$out" -f "$tmp/load" -f "$here/kubepods.sh" -f "$here/guest.sh" -f "$nodegauge:/bin/nodegauge" \
		-- guest.sh "$case" "$layout" || status=$?
	((status != 77)) || exit 77
	((status)) || "$here/check.py" "$case" "$out" || status=$?
	echo "vm: $case $layout: $( ((status)) && echo FAILED || echo ok) ($((SECONDS - started)) s)"
	((status == 0)) || failed=1
	[[ ! ${VM_KEEP:-} ]] || { mkdir -p "$VM_KEEP" && cp -r "$out" "$VM_KEEP/"; }
}

# case layout options
while read -r case layout options; do
	(($# == 0)) || [[ " $* " == *" $case-$layout "* ]] || continue
	read -ra options <<<"$options"
	check "$case" "$layout" "${options[@]}" </dev/null
done <<'CASES'
idle containerd
idle cgroupfs
idle crio
idle docker
idle podman
idle kind
idle k3s
pod containerd
user containerd
loads containerd
churn containerd
past containerd
v1 - -g v1
hybrid - -g hybrid
CASES
exit $failed
