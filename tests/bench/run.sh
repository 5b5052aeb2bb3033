#!/bin/bash
# Prints what scrapes cost: of the node natively, also with many interfaces, of containers in a guest that counts
# instructions, beside cAdvisor too. run.sh [node] [veth] [containers] [cadvisor]. The binary is $NODEGAUGE, by default build/nodegauge. Nothing is judged.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
nodegauge=${NODEGAUGE:-$here/../../build/nodegauge}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(($#)) || set -- node veth containers cadvisor
command -v strace >/dev/null || { echo "bench: strace is missing; try: apt-get install strace" >&2; exit 1; }
${CC:-cc} -O2 -static -o "$tmp/floor" "$here/floor.c"

node() {
	echo "==> node: some two minutes; CPU of a scrape with gzip"
	peer=$("$here/../../tools/node_exporter.sh") || { peer=; echo "node_exporter is left out, see the message above"; }
	[[ ! $peer ]] || echo "beside $peer"
	"$here/node.py" "$nodegauge" "$tmp/floor" ${peer:+"$peer"}
}

# In namespaces of their own, where the node's first process has this network too; needs root.
veth() {
	echo "==> veth: some two minutes; 250 pairs of interfaces"
	peer=$("$here/../../tools/node_exporter.sh") || peer=
	# shellcheck disable=SC2016 # expanded inside
	BENCH_SCRAPES=20 unshare -nmpf --mount-proc bash -c 'mount -t sysfs sysfs /sys
		{ echo "link set lo up"; for i in {1..250}; do
			echo "link add veth$i type veth peer name peer$i"; echo "link set veth$i up"; echo "link set peer$i up"
		done; } | ip -batch -
		exec "$@"' - "$here/node.py" "$nodegauge" "$tmp/floor" ${peer:+"$peer"}
}

guest() { # MIB "VM-OPTION..." SCRIPT ARG...
	local memory=$1 options=$2
	shift 2
	[[ -x $tmp/load ]] || ${CC:-cc} -O2 -static -o "$tmp/load" "$here/../vm/load.c" "$here/../../src/nonss.c" -lcgroup
	# shellcheck disable=SC2086 # a list of words
	"$here/../vm/vm.sh" -t 900 -M "$memory" -q "-cpu max -smp 1 -icount shift=0,sleep=off" -f "$tmp/load" -f "$here/../vm/kubepods.sh" \
		-f "$here/$1" -f "$nodegauge:/bin/nodegauge" $options -- "$@"
}

containers() {
	echo "==> containers: in a guest, in instructions"
	strace=$(command -v strace)
	options="-f $tmp/floor -f $here/files.sh -f $strace:/bin/strace"
	for file in $(ldd "$strace" | grep -o '/[^ ]*'); do options+=" -f $file:$file"; done
	for pods in 10 50; do guest 1024 "$options" guest.sh $pods 4 >"$tmp/$pods"; done
	"$here/containers.py" "$tmp/10" "$tmp/50"
}

# What the kubelet asks of the cAdvisor inside it.
as_kubelet="-enable_metrics=app,cpu,cpuLoad,disk,diskIO,memory,network,oom_event,pressure,process
	-housekeeping_interval=10s -max_housekeeping_interval=15s"

cadvisor() {
	echo "==> cadvisor: some six minutes; CPU in 15 seconds with one scrape with gzip, in a guest, in instructions"
	ours=http://127.0.0.1:9100/metrics/cadvisor theirs=http://127.0.0.1:8080/metrics
	for pods in 10 50 200; do guest 2048 "" peer.sh $pods 4 $ours nodegauge >"$tmp/nodegauge-$pods"; done
	if peer=$("$here/../../tools/cadvisor.sh"); then
		for pods in 10 50; do
			# shellcheck disable=SC2086 # a list of words
			guest 2048 "-f $peer:/bin/cadvisor" peer.sh $pods 4 $theirs cadvisor $as_kubelet >"$tmp/kubelet-$pods"
			guest 2048 "-f $peer:/bin/cadvisor" peer.sh $pods 4 $theirs cadvisor >"$tmp/defaults-$pods"
		done
	fi
	"$here/peers.py" nodegauge "$tmp"/nodegauge-{10,50,200} "cAdvisor as in the kubelet" "$tmp"/kubelet-{10,50} \
		"cAdvisor, defaults" "$tmp"/defaults-{10,50}
}

for part; do "$part"; done
