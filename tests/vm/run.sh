#!/bin/bash
# Runs nodegauge on real kernels, in one guest per case, and checks its pages against the kernel's files.
# run.sh [CASE-LAYOUT[-KERNEL]]... The binary is $NODEGAUGE, by default build/nodegauge.
# The case churnSECONDS goes on for $VM_CHURN_SECONDS. Exits with 77 where there is no QEMU or kernel.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
nodegauge=${NODEGAUGE:-$here/../../build/nodegauge}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
[[ -x $nodegauge ]] || { echo "vm: $nodegauge is not built" >&2; exit 1; }
${CC:-cc} -O2 -static -o "$tmp/load" "$here/load.c" "$here/../../src/nonss.c" -lcgroup
${CC:-cc} -O2 -static -o "$tmp/churn" "$here/churn.c"
files=(-f "$tmp/load" -f "$tmp/churn" -f "$nodegauge:/bin/nodegauge")
for script in kubepods states sidecar guest; do files+=(-f "$here/$script.sh"); done
churn=${VM_CHURN_SECONDS:-20}

failed=0 again=0 # 1: after a machine that hung, which is forgiven once for each case
check() { # NAME CASE LAYOUT [VM-OPTION]...
	local name=$1 case=$2 layout=$3 status=0 started=$SECONDS out=$tmp/$1
	shift 3
	"$here/vm.sh" "$@" -d 16M -d 64M -o "$out" "${files[@]}" -- guest.sh "$case" "$layout" || status=$?
	if ((status == 124 && !again)); then
		echo "vm: $name: the machine hung; once more"
		again=1 check "$name" "$case" "$layout" "$@"
		return
	fi
	if ((status == 77)) && [[ $name == *-*-6* ]]; then
		echo "vm: $name: SKIPPED, there is no such kernel"
		return
	fi
	((status != 77)) || exit 77
	((status)) || [[ $case == sidecar ]] || "$here/check.py" "$case" "$out" || status=$?
	echo "vm: $name: $( ((status)) && echo FAILED || echo ok) ($((SECONDS - started)) s)"
	((status == 0)) || failed=1
	[[ ! ${VM_KEEP:-} ]] || { mkdir -p "$VM_KEEP" && cp -r "$out" "$VM_KEEP/"; }
}

ran=0
# case layout kernel options
while read -r case layout kernel options; do
	name=$case-$layout
	read -ra options <<<"$options"
	[[ $kernel == - ]] || name+=-$kernel options+=(-k "$kernel")
	(($# == 0)) || [[ " $* " == *" $name "* ]] || continue
	ran=$((ran + 1))
	check "$name" "$case" "$layout" "${options[@]}" </dev/null
done <<CASES
idle containerd -
idle containerd 6.12
idle cgroupfs -
idle crio -
idle docker -
idle podman -
idle kind -
idle k3s -
pod containerd -
pod containerd 6.12
user containerd -
states containerd - -n 16M
states containerd 6.12 -n 16M
churn$churn containerd - -t $((churn + 120))
churn$churn containerd 6.12 -t $((churn + 120))
past containerd -
past containerd 6.12
sidecar - -
sidecar - 6.12
v1 - - -g v1
hybrid - - -g hybrid
CASES
(($# == 0 || ran == $#)) || { echo "vm: a case that there is not: $*" >&2; exit 1; }
exit $failed
