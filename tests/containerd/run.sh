#!/bin/bash
# Runs nodegauge beside a real containerd with pods, as root and as in a pod of its own, and checks its pages against the
# kernel's files and what the runtime knows. The binary is $NODEGAUGE. Exits with 77 where there is no Go, QEMU or kernel.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
vm=$here/../vm tools=$here/../../tools
nodegauge=${NODEGAUGE:-$here/../../build/nodegauge}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null || { echo "containerd: left out, Go is missing" >&2; exit 77; }
cri=${XDG_CACHE_HOME:-$HOME/.cache}/nodegauge/bin/cri
CGO_ENABLED=0 go build -C "$here" -trimpath -buildvcs=false -o "$cri" .
${CC:-cc} -O2 -static -o "$tmp/load" "$vm/load.c" "$here/../../src/nonss.c" -lcgroup

files=()
program() { # FILE [TARGET]: with its libraries
	local library
	files+=(-f "$1:${2:-/bin/$(basename "$1")}")
	for library in $(LD_LIBRARY_PATH=$seccomp ldd "$1" | grep -o '/[^ ]*'); do
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

seccomp=$("$tools/fetch-deb.sh" libseccomp2)/usr/lib/x86_64-linux-gnu
containerd=$("$tools/fetch-deb.sh" containerd)/usr/bin
for name in containerd containerd-shim-runc-v2 ctr; do program "$containerd/$name"; done
program "$("$tools/fetch-deb.sh" runc)/usr/sbin/runc"
plugins=$("$tools/fetch-deb.sh" containernetworking-plugins)/usr/lib/cni
for name in ptp host-local loopback; do program "$plugins/$name" "/opt/cni/bin/$name"; done
layer
image web 1.0
image pause 3.10
files+=(-f "$cri" -f "$tmp/load" -f "$nodegauge:/bin/nodegauge" -f "$vm/guest.sh" -f "$here/pods.sh:/bin/kubepods.sh"
	-f "$here/expected.sh" -f "$here/ended.sh" -f "$here/pods.json:/pods.json" -f "$here/ended.json:/ended.json")

failed=0
for case in runtime pod; do
	started=$SECONDS status=0
	"$vm/vm.sh" -M 1536 -t 240 -m overlay -d 16M -o "$tmp/$case" "${files[@]}" -- guest.sh $case containerd || status=$?
	((status != 77)) || exit 77
	((status)) || { "$vm/check.py" $case "$tmp/$case" && "$here/check.py" "$tmp/$case"; } || status=$?
	echo "containerd: $case: $( ((status)) && echo FAILED || echo ok) ($((SECONDS - started)) s)"
	((status == 0)) || failed=1
	[[ ! ${VM_KEEP:-} ]] || { mkdir -p "$VM_KEEP" && cp -r "$tmp/$case" "$VM_KEEP/containerd-$case"; }
done
exit $failed
