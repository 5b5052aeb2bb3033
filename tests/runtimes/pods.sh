#!/bin/busybox sh
# Starts a runtime and pods by its CRI, as tests/vm/kubepods.sh makes up what these leave: pods.sh containerd|crio
# shellcheck shell=dash
set -eu
runtime=$1 cgroup=/sys/fs/cgroup/system.slice/$1.service
[ -d /run/systemd/system ] && systemd=true driver=systemd || systemd=false driver=cgroupfs

prepare() {
	mkdir -p /etc/cni/net.d $cgroup
	ln -s /run /var/run
	cat >/etc/cni/net.d/10-pods.conflist <<-CONFIG
		{"cniVersion": "1.0.0", "name": "pods",
		 "plugins": [{"type": "ptp", "ipam": {"type": "host-local", "subnet": "10.244.0.0/24"}}]}
	CONFIG
	echo root:x:0:0:root:/root:/bin/sh >/etc/passwd
	echo 127.0.0.1 localhost registry.example >/etc/hosts
	echo nameserver 127.0.0.1 >/etc/resolv.conf
	echo .0:application/vnd.oci.image.manifest.v1+json >/etc/httpd.conf # by the end of an image's tag
	httpd -p 127.0.0.1:80 -h /registry
	ip link add node0 type veth
	ip link set node0 up
}
# An upper layer cannot be on the first root.
storage() { # DIRECTORY
	mkdir -p "$1"
	mount -t tmpfs -o mode=755 tmpfs "$1"
}
containerd_() {
	storage /var/lib/containerd
	mkdir -p /etc/containerd
	cat >/etc/containerd/config.toml <<-CONFIG
		version = 2
		[grpc]
		  address = "/run/cri.sock"
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "registry.example/pause:3.0"
		[plugins."io.containerd.grpc.v1.cri".registry.mirrors."registry.example"]
		  endpoint = ["http://registry.example"]
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
		  runtime_type = "io.containerd.runc.v2"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
		  NoPivotRoot = true
		  SystemdCgroup = $systemd
	CONFIG
}
crio_() {
	storage /var/lib/containers
	mkdir -p /etc/containers /etc/crio /var/tmp
	echo '{"default": [{"type": "insecureAcceptAnything"}]}' >/etc/containers/policy.json
	cat >/etc/containers/registries.conf <<-CONFIG
		[[registry]]
		location = "registry.example"
		insecure = true
	CONFIG
	cat >/etc/crio/crio.conf <<-CONFIG
		[crio.api]
		listen = "/run/cri.sock"
		[crio.image]
		pause_command = ""
		pause_image = "registry.example/pause:3.0"
		[crio.runtime]
		cgroup_manager = "$driver"
		default_runtime = "runc"
		conmon_cgroup = "pod"
		disable_hostport_mapping = true
		log_level = "warn"
		no_pivot = true
		[crio.runtime.runtimes.runc]
	CONFIG
}
start() {
	(echo 0 >$cgroup/cgroup.procs && exec "$runtime") >/tmp/log 2>&1 &
	for _ in $(seq 100); do
		! cri list >/dev/null 2>&1 || return 0
		sleep 0.2
	done
	return 1
}
trap '[ $? = 0 ] || tail -n 20 /tmp/log >&2' EXIT
prepare
"${runtime}_"
start
cri run </pods.json
expected.sh
