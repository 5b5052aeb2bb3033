#!/bin/busybox sh
# Starts containerd and pods by its CRI, as tests/vm/kubepods.sh makes up what these leave: pods.sh
# shellcheck shell=dash
set -eu
cgroups=/sys/fs/cgroup

prepare() {
	mkdir -p /etc/containerd /etc/cni/net.d /var/lib/containerd $cgroups/system.slice/containerd.service
	mount -t tmpfs -o mode=755 tmpfs /var/lib/containerd # an upper layer cannot be on the first root
	cat >/etc/containerd/config.toml <<-CONFIG
		version = 2
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "registry.example/pause:3.10"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
		  runtime_type = "io.containerd.runc.v2"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
		  NoPivotRoot = true
	CONFIG
	cat >/etc/cni/net.d/10-pods.conflist <<-CONFIG
		{"cniVersion": "1.0.0", "name": "pods",
		 "plugins": [{"type": "ptp", "ipam": {"type": "host-local", "subnet": "10.244.0.0/24"}}]}
	CONFIG
	echo root:x:0:0:root:/root:/bin/sh >/etc/passwd
	echo 127.0.0.1 localhost >/etc/hosts
	echo nameserver 127.0.0.1 >/etc/resolv.conf
	ip link add node0 type veth
	ip link set node0 up
}
start_containerd() {
	(echo 0 >$cgroups/system.slice/containerd.service/cgroup.procs && exec containerd) >/tmp/containerd.log 2>&1 &
	for _ in $(seq 100); do
		! ctr version >/dev/null 2>&1 || return 0
		sleep 0.2
	done
	return 1
}
trap '[ $? = 0 ] || tail -n 20 /tmp/containerd.log >&2' EXIT
prepare
start_containerd
for image in /pause.tar /web.tar; do ctr -n k8s.io image import $image >/dev/null; done
cri run </pods.json
expected.sh
