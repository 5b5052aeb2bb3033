#!/bin/sh
# Installs the chart with our own image in a cluster of one node, a virtual machine, and checks what a real kubelet, the
# Prometheus Operator and Prometheus have of it; build-cluster holds the pages and logs.
set -eu
cd "$(dirname "$0")/../.."
image=build-image/nodegauge-amd64.tar
out=build-cluster
cache=$(tests/cluster/build.sh)

[ -e $image ] && [ -z "$(find CMakeLists.txt Dockerfile cmake src tools/fetch-source.sh tools/image.sh -newer $image | head -n 1)" ] ||
	tools/image.sh amd64
rm -rf $out
mkdir $out
skopeo copy -q oci-archive:$image docker-archive:$out/nodegauge.tar:localhost/nodegauge:test

echo "cluster: the test (some minutes)"
tests/vm/vm.sh -t 1200 -M 3072 -o $out -m virtio_net -m ext4 -m overlay -m bridge -m br_netfilter \
	-q "-cpu max -nic user,restrict=on,model=virtio-net-pci -drive if=virtio,format=raw,snapshot=on,file=$cache/node.ext4" \
	-f tests/cluster/guest:/guest -f helm/nodegauge:/guest/nodegauge -f deploy/sidecar:/guest/sidecar -f $out/nodegauge.tar:/guest/nodegauge.tar \
	-- unshare -m -p -f sh /guest/boot.sh || {
	echo "cluster: the test did not come to its end; its logs are in $out" >&2
	exit 1
}
tests/cluster/check.py $out
