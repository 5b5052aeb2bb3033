#!/bin/bash
# Runs nodegauge beside a real container runtime with pods, as root, as in a pod of its own, and as root where systemd makes the
# cgroups, and checks its pages against the kernel's files and what the runtime knows: Debian's containerd 1.6 on Debian's kernel,
# and on a newer one containerd 2.0 and CRI-O 1.34, built here. The binary is $NODEGAUGE; RELEASES and CASES choose. Exits with 77
# where there is no Go, QEMU or kernel.
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
	for library in $(LD_LIBRARY_PATH=$libraries ldd "$1" 2>/dev/null | grep -o '/[^ ]*'); do
		case $library in
		/lib64/*) files+=(-f "$library:$library") ;;
		*) files+=(-f "$library:/lib/x86_64-linux-gnu/$(basename "$library")") ;;
		esac
	done
}

# A registry, for a server of files, with images that sleep.
layer() {
	mkdir -p "$tmp/layer/bin"
	cp "$(command -v busybox)" "$tmp/layer/bin/"
	for name in sh sleep; do ln -s busybox "$tmp/layer/bin/$name"; done
	tar -C "$tmp/layer" -cf "$tmp/layer.tar" bin
}
digest() {
	echo "sha256:$(sha256sum "$1" | cut -d ' ' -f 1)"
}
blob() { # FILE KIND DIRECTORY: prints its descriptor
	local digest
	digest=$(digest "$1")
	cp "$1" "$3/$digest"
	echo "{\"mediaType\": \"application/vnd.oci.image.$2\", \"digest\": \"$digest\", \"size\": $(stat -c %s "$1")}"
}
image() { # NAME TAG
	local image=$tmp/registry/v2/$1
	mkdir -p "$image/blobs" "$image/manifests"
	cat >"$tmp/config" <<-CONFIG
		{"architecture": "amd64", "os": "linux", "author": "$1",
		 "config": {"Cmd": ["/bin/sleep", "100000"], "Env": ["PATH=/bin"]},
		 "rootfs": {"type": "layers", "diff_ids": ["$(digest "$tmp/layer.tar")"]}}
	CONFIG
	cat >"$image/manifests/$2" <<-MANIFEST
		{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		 "config": $(blob "$tmp/config" config.v1+json "$image/blobs"),
		 "layers": [$(blob "$tmp/layer.tar" layer.v1.tar "$image/blobs")]}
	MANIFEST
	cp "$image/manifests/$2" "$image/manifests/$(digest "$image/manifests/$2")"
}

# The programs of each release: their paths.
deb() { # PACKAGE FILE...
	local directory
	directory=$("$tools/fetch-deb.sh" "$1") || return 1
	printf "$directory/%s\n" "${@:2}"
}
built() { # RELEASE PACKAGE...
	local directory=$bin/$1
	if [[ ! -d $directory ]]; then
		echo "building $1 (once, some minutes)" >&2
		rm -rf "$directory.new"
		mkdir -p "$directory.new"
		go build -C "$here/$1" -trimpath -ldflags=-s -tags containers_image_openpgp -o "$directory.new" "${@:2}" || return 1
		mv "$directory.new" "$directory"
	fi
	printf "$directory/%s\n" "${@##*/}" | tail -n +2
}
pinns() {
	local program=$bin/crio-1.34/pinns sources
	sources=$(go list -C "$here/crio-1.34" -m -f '{{.Dir}}' github.com/cri-o/cri-o)/pinns/src
	[[ -x $program ]] || ${CC:-cc} -O2 -static -o "$program" "$sources"/*.c || return 1
	echo "$program"
}
containerd-1.6() { deb containerd usr/bin/containerd usr/bin/containerd-shim-runc-v2; }
containerd-2.0() { built containerd-2.0 github.com/containerd/containerd/v2/cmd/containerd{,-shim-runc-v2}; }
crio-1.34() { built crio-1.34 github.com/cri-o/cri-o/cmd/crio && pinns && deb conmon usr/bin/conmon; }

libraries=$(deb libseccomp2 usr/lib/x86_64-linux-gnu):$(deb libsystemd-shared usr/lib/x86_64-linux-gnu/systemd)
systemd=$(deb systemd lib/systemd/systemd) cases=${CASES:-runtime pod systemd}
program "$systemd" /lib/systemd/systemd
if LD_LIBRARY_PATH=$libraries ldd "$systemd" | grep 'not found' >&2; then
	echo "systemd: left out, it lacks libraries" >&2
	cases=${cases/systemd/}
fi
program "$(deb runc usr/sbin/runc)"
for plugin in $(deb containernetworking-plugins usr/lib/cni/{ptp,host-local,loopback}); do
	program "$plugin" "/opt/cni/bin/${plugin##*/}"
done
layer
image web 1.0
image pause 3.0
echo >"$tmp/registry/v2/index.html"
files+=(-f "$bin/cri" -f "$tmp/load" -f "$tmp/registry:/registry" -f "$nodegauge:/bin/nodegauge" -f "$vm/guest.sh"
	-f "$here/pods.sh:/bin/kubepods.sh" -f "$here/systemd.sh" -f "$here/expected.sh" -f "$here/ended.sh" -f "$here/pods.json:/pods.json"
	-f "$here/ended.json:/ended.json")

common=("${files[@]}") failed=0
for release in ${RELEASES:-containerd-1.6 containerd-2.0 crio-1.34}; do
	files=("${common[@]}")
	programs=$($release) || { echo "$release: left out, it cannot be had" >&2; continue; }
	for program in $programs; do program "$program"; done
	[[ $release == containerd-1.6 ]] && kernel='' || kernel=6.12
	for case in $cases; do
		started=$SECONDS status=0 out=$tmp/$release-$case run=$case command=()
		[[ $case != systemd ]] || run=runtime command=(systemd.sh)
		command+=(guest.sh "$run" "${release%-*}")
		"$vm/vm.sh" -M 2048 -t 300 -k "$kernel" -m overlay -d 16M -o "$out" "${files[@]}" -- "${command[@]}" || status=$?
		((status != 77)) || exit 77
		((status)) || { "$vm/check.py" "$run" "$out" && "$here/check.py" "$out"; } || status=$?
		echo "$release: $case: $( ((status)) && echo FAILED || echo ok) ($((SECONDS - started)) s)"
		((status == 0)) || failed=1
		[[ ! ${VM_KEEP:-} ]] || { mkdir -p "$VM_KEEP" && cp -r "$out" "$VM_KEEP/$release-$case"; }
	done
done
exit $failed
