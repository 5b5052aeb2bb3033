#!/bin/sh
# Builds the cluster's node once, a disk image with containerd and Kubernetes, and prints the directory it is kept in.
set -eu
here=$(dirname "$(readlink -f "$0")")
tools=$here/../../tools
cache=${XDG_CACHE_HOME:-$HOME/.cache}/nodegauge/cluster
PATH=$PATH:/usr/sbin:/sbin:/usr/local/go/bin

fail() {
	echo "cluster: $1" >&2
	exit 1
}
# Is $1 newer than the files and directories that follow?
fresh() {
	target=$1
	shift
	[ -e "$target" ] && [ -z "$(find "$@" -newer "$target" | head -n 1)" ]
}
# go_build MODULE PROGRAM PACKAGE [FLAG]...
go_build() {
	module=$here/$1 program=$cache/bin/$2 package=$3
	shift 3
	! fresh "$program" "$module" || return 0
	echo "cluster: go build $(basename "$program") (minutes, the first time)" >&2
	(cd "$module" && CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w" "$@" -o "$program" "$package") ||
		fail "$(basename "$program") was not built"
}

command -v go >/dev/null || fail "Kubernetes is built by Go, which is missing"
mkdir -p "$cache/bin"
# What Kubernetes takes for its version is set by its release scripts alone.
version=$(sed -n 's|^\tk8s.io/kubernetes v||p' "$here/kube/go.mod")
minor=${version#*.} minor=${minor%.*} set=k8s.io/component-base/version
go_build kube kube . -ldflags="-s -w -X $set.gitVersion=v$version -X $set.gitMajor=1 -X $set.gitMinor=$minor"
go_build operator prometheus-operator github.com/prometheus-operator/prometheus-operator/cmd/operator
go_build prometheus prometheus github.com/prometheus/prometheus/cmd/prometheus -tags=remove_all_sd,enable_kubernetes_sd
helm=$("$tools/helm.sh")

if fresh "$cache/node.ext4" "$here/build.sh" "$cache/bin" "$helm"; then
	echo "$cache"
	exit
fi
echo "cluster: the node's disk" >&2
work=$(mktemp -d "$cache/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root
for directory in bin dev etc guest out pki proc run sys tmp usr/local/bin; do mkdir -p "$root/$directory"; done
echo 127.0.0.1 localhost >"$root/etc/hosts"
echo node >"$root/etc/hostname"
echo root:x:0:0:root:/root:/bin/sh >"$root/etc/passwd"
tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"

for package in libc6 libseccomp2 containerd runc containernetworking-plugins; do
	tree=$("$tools/fetch-deb.sh" "$package")
	cp -a "$tree/." "$root"
done
cp "$cache"/bin/* "$helm" "$root/usr/local/bin"
for name in etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl; do
	ln -s kube "$root/usr/local/bin/$name"
done
cp "$(command -v busybox)" "$root/bin"
busybox --list | grep -vx busybox | sed "s|^|$root/bin/|" | xargs -n 1 ln -s busybox

# One certificate, signed by itself, is authority, server and client everywhere.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /O=system:masters/CN=node \
	-addext subjectAltName=DNS:node,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.0.2.15,IP:10.96.0.1 \
	-addext extendedKeyUsage=serverAuth,clientAuth -keyout "$root/pki/key" -out "$root/pki/certificate" 2>/dev/null

# The image of sandboxes and of idle containers.
cd "$work"
tar -cf layer.tar -C "$root" bin/busybox
echo '[{"Config": "config.json", "RepoTags": ["localhost/pause:1"], "Layers": ["layer.tar"]}]' >manifest.json
cat >config.json <<CONFIG
{"architecture": "amd64", "os": "linux", "config": {"Entrypoint": ["/bin/busybox", "sleep", "inf"]},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$(sha256sum <layer.tar | cut -c -64)"]}}
CONFIG
tar -cf "$root/pause.tar" manifest.json config.json layer.tar

cd "$here/operator"
go mod download github.com/prometheus-operator/prometheus-operator
cd "$(go list -m -f '{{.Dir}}' github.com/prometheus-operator/prometheus-operator)/example/prometheus-operator-crd"
for kind in servicemonitors podmonitors probes prometheusrules prometheuses; do
	cat "monitoring.coreos.com_$kind.yaml"
done >"$root/crds.yaml"

mke2fs -qF -t ext4 -m 0 -O ^has_journal -E root_owner=0:0 -d "$root" "$work/node.ext4" 4G >/dev/null
mv "$work/node.ext4" "$cache"
echo "$cache"
