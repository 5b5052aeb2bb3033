#!/bin/bash
# Runs nodegauge beside a real containerd with pods, as root and as in a pod of its own, and checks its pages against the
# kernel's files and what the runtime knows: Debian's containerd 1.6 on Debian's kernel, and 2.0, built here, on a newer one.
# The binary is $NODEGAUGE. Exits with 77 where there is no Go, QEMU or kernel.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
vm=$here/../vm tools=$here/../../tools
nodegauge=${NODEGAUGE:-$here/../../build/nodegauge}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null || { echo "runtimes: left out, Go is missing" >&2; exit 77; }
bin=${XDG_CACHE_HOME:-$HOME/.cache}/nodegauge/bin
export CGO_ENABLED=0
go build -C "$here" -trimpath -buildvcs=false -o "$bin/cri" .
${CC:-cc} -O2 -static -o "$tmp/load" "$vm/load.c" "$here/../../src/nonss.c" -lcgroup

files=()
program() { # FILE [TARGET]: with its libraries
	local library
	files+=(-f "$1:${2:-/bin/$(basename "$1")}")
	for library in $(LD_LIBRARY_PATH=$seccomp ldd "$1" 2>/dev/null | grep -o '/[^ ]*'); do
		case $library in
		/lib64/*) files+=(-f "$library:$library") ;;
		*) files+=(-f "$library:/lib/x86_64-linux-gnu/$(basename "$library")") ;;
		esac
	done
}
# Archives with an image that sleeps.
layer() {
	mkdir -p "$tmp/layer/bin"
	cp "$(command -v busybox)" "$tmp/layer/bin/"
	for name in sh sleep; do ln -s busybox "$tmp/layer/bin/$name"; done
	tar -C "$tmp/layer" -cf "$tmp/layer.tar" bin
}
image() { # NAME TAG
	cat >"$tmp/config.json" <<-CONFIG
		{"architecture": "amd64", "os": "linux", "author": "$1",
		 "config": {"Cmd": ["/bin/sleep", "100000"], "Env": ["PATH=/bin"]},
		 "rootfs": {"type": "layers", "diff_ids": ["sha256:$(sha256sum "$tmp/layer.tar" | cut -d ' ' -f 1)"]}}
	CONFIG
	echo '[{"Config": "config.json", "RepoTags": ["registry.example/'"$1:$2"'"], "Layers": ["layer.tar"]}]' >"$tmp/manifest.json"
	tar -C "$tmp" -cf "$tmp/$1.tar" config.json layer.tar manifest.json
	files+=(-f "$tmp/$1.tar:/$1.tar")
}

# The directories of both releases.
containerd_1.6() {
	local directory
	directory=$("$tools/fetch-deb.sh" containerd) || return 1
	echo "$directory/usr/bin"
}
containerd_2.0() {
	local directory=$bin/containerd-2.0 package=github.com/containerd/containerd/v2/cmd
	if [[ ! -x $directory/ctr ]]; then
		echo "building containerd 2.0 (once, some minutes)" >&2
		mkdir -p "$directory"
		go build -C "$here/containerd-2.0" -trimpath -o "$directory" $package/containerd $package/containerd-shim-runc-v2 $package/ctr || return 1
	fi
	echo "$directory"
}

seccomp=$("$tools/fetch-deb.sh" libseccomp2)/usr/lib/x86_64-linux-gnu
program "$("$tools/fetch-deb.sh" runc)/usr/sbin/runc"
plugins=$("$tools/fetch-deb.sh" containernetworking-plugins)/usr/lib/cni
for name in ptp host-local loopback; do program "$plugins/$name" "/opt/cni/bin/$name"; done
layer
image web 1.0
image pause 3.10
files+=(-f "$bin/cri" -f "$tmp/load" -f "$nodegauge:/bin/nodegauge" -f "$vm/guest.sh" -f "$here/pods.sh:/bin/kubepods.sh"
	-f "$here/expected.sh" -f "$here/ended.sh" -f "$here/pods.json:/pods.json" -f "$here/ended.json:/ended.json")

common=("${files[@]}") failed=0
for release in 1.6 2.0; do
	files=("${common[@]}")
	directory=$(containerd_$release) || { echo "containerd $release: left out, it cannot be had" >&2; continue; }
	for name in containerd containerd-shim-runc-v2 ctr; do program "$directory/$name"; done
	[[ $release == 1.6 ]] && kernel='' || kernel=6.12
	for case in runtime pod; do
		started=$SECONDS status=0 out=$tmp/$release-$case
		"$vm/vm.sh" -M 2048 -t 240 -k "$kernel" -m overlay -d 16M -o "$out" "${files[@]}" -- guest.sh $case containerd || status=$?
		((status != 77)) || exit 77
		((status)) || { "$vm/check.py" $case "$out" && "$here/check.py" "$out"; } || status=$?
		echo "containerd $release: $case: $( ((status)) && echo FAILED || echo ok) ($((SECONDS - started)) s)"
		((status == 0)) || failed=1
		[[ ! ${VM_KEEP:-} ]] || { mkdir -p "$VM_KEEP" && cp -r "$out" "$VM_KEEP/containerd-$release-$case"; }
	done
done
exit $failed
