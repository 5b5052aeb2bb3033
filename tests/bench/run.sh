#!/bin/bash
# Prints what scrapes cost: of the node natively, of containers in a guest that counts instructions. run.sh [node] [containers]
# The binary is $NODEGAUGE, by default build/nodegauge. Nothing is judged.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
nodegauge=${NODEGAUGE:-$here/../../build/nodegauge}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(($#)) || set -- node containers
command -v strace >/dev/null || { echo "bench: strace is missing; try: apt-get install strace" >&2; exit 1; }
${CC:-cc} -O2 -static -o "$tmp/floor" "$here/floor.c"

node() {
	echo "==> node: some two minutes; CPU of a scrape with gzip"
	peer=$("$here/../../tools/node_exporter.sh") || { peer=; echo "node_exporter is left out, see the message above"; }
	[[ ! $peer ]] || echo "beside $peer"
	"$here/node.py" "$nodegauge" "$tmp/floor" ${peer:+"$peer"}
}

containers() {
	echo "==> containers: in a guest, in instructions"
	${CC:-cc} -O2 -static -o "$tmp/load" "$here/../vm/load.c" "$here/../../src/nonss.c" -lcgroup
	files=(-f "$tmp/floor" -f "$tmp/load" -f "$here/../vm/kubepods.sh" -f "$here/files.sh" -f "$here/guest.sh" -f "$nodegauge:/bin/nodegauge")
	strace=$(command -v strace)
	files+=(-f "$strace:/bin/strace")
	for file in $(ldd "$strace" | grep -o '/[^ ]*'); do files+=(-f "$file:$file"); done
	for pods in 10 50; do
		"$here/../vm/vm.sh" -t 200 -M 1024 -q "-smp 1 -icount shift=0,sleep=off" "${files[@]}" -- guest.sh $pods 4 >"$tmp/$pods"
	done
	"$here/containers.py" "$tmp/10" "$tmp/50"
}

for part; do "$part"; done
