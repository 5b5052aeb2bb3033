#!/bin/busybox sh
# Makes the cgroups, sleepers, bundles and log links of a node's containers: kubepods.sh LAYOUT [PODS [CONTAINERS [awake]]]
# What a scrape has to find goes to /out/expected.tsv, * for anything:
# kind, id, container, image, name, namespace, pod, network.
# shellcheck shell=dash
set -eu
layout=$1 pods=${2:-6} containers=${3:-2}
cgroups=/sys/fs/cgroup
tab=$(printf '\t')

hash() {
	echo "$layout $*" | sha256sum | cut -c 1-64
}
expect() {
	(IFS=$tab; echo "$*") >>/out/expected.tsv
}

# A pod's qos, namespace, name, uid, network and cgroup; every sixth one is static and on the node's network.
pod() {
	namespace=default pod=web-$1 uid=$(hash pod "$1" | sed -E 's/(.{8})(.{4})(.{4})(.{4})(.{12}).*/\1-\2-\3-\4-\5/')
	case $(($1 % 3)) in 0) qos='' ;; 1) qos=burstable ;; 2) qos=besteffort ;; esac
	[ $(($1 % 6)) != 5 ] || namespace=kube-system pod=proxy-$1-node uid=$(echo "$uid" | tr -d -)
	network=$uid
	[ $namespace = default ] || network=host
	case $layout in
	podman) cgroup=machine.slice ;;
	cgroupfs) slices "kubepods kubepods/$qos" "kubepods/${qos:+$qos/}pod$uid" ;;
	kind) systemd_slices kubelet.slice/ kubelet-kubepods ;;
	*) systemd_slices '' kubepods ;;
	esac
}
systemd_slices() {
	slices "$1$2.slice $1$2.slice/${qos:+$2-$qos.slice}" \
		"$1$2.slice/${qos:+$2-$qos.slice/}$2${qos:+-$qos}-pod$(echo "$uid" | tr - _).slice"
}
slices() {
	cgroup=$2
	for slice in $1; do
		[ -d "$cgroups/$slice" ] || { load cgroup "$slice"; expect slice "/$slice" '' '' '' '' '' -; }
	done
	load cgroup "$cgroup"
	expect pod "/$cgroup" '' '' '' "$namespace" "$pod" "$network"
}

# A container's cgroup, the one its process is in, and the file that tells its names.
place() {
	bundles=/run/containerd/io.containerd.runtime.v2.task/k8s.io leaf=cri-containerd-$id.scope inner='' file=config.json
	case $layout in
	cgroupfs) leaf=$id ;;
	k3s) bundles=/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io ;;
	crio) bundles=/run/containers/storage/overlay-containers leaf=crio-$id.scope inner=/container file=userdata/config.json ;;
	docker) bundles=/var/lib/docker/containers leaf=docker-$id.scope file=config.v2.json ;;
	podman) bundles=/var/lib/containers/storage/overlay-containers leaf=libpod-$id.scope inner=/container file=userdata/config.json ;;
	esac
	record=$bundles/$id/$file
}
bundle() { # ANNOTATIONS
	echo '{"ociVersion":"1.1.0","process":{"rlimits":[{"type":"RLIMIT_NOFILE","hard":18446744073709551615,"soft":1024}]},
		"annotations":{'"$1"'}}'
}
containerd_record() {
	cri=io.kubernetes.cri
	names='"'$cri.container-type'":"'$kind'","'$cri.sandbox-id'":"'$sandbox'","'$cri.sandbox-name'":"'$pod'",
		"'$cri.sandbox-namespace'":"'$namespace'","'$cri.sandbox-uid'":"'$uid'"'
	case $kind in
	sandbox) bundle "$names,"'"'$cri.podsandbox.image-name'":"'"$image"'"' ;;
	container) bundle "$names,"'"'$cri.container-name'":"'"$container"'","'$cri.image-name'":"'"$image"'"' ;;
	esac
}
kubernetes_labels() {
	echo '"io.kubernetes.container.name":"'"$container"'","io.kubernetes.pod.name":"'"$pod"'",
		"io.kubernetes.pod.namespace":"'"$namespace"'","io.kubernetes.pod.uid":"'"$uid"'"'
}
crio_record() {
	crio=io.kubernetes.cri-o
	names='"'$crio.ContainerType'":"'$kind'","'$crio.ContainerID'":"'$id'","'$crio.SandboxID'":"'$sandbox'"'
	case $kind in
	sandbox) bundle "$names,"'"'$crio.Name'":"k8s_'"${pod}_${namespace}_$uid"'_0","'$crio.ContainerName'":"'"$name"'",
		"'$crio.KubeName'":"'"$pod"'","'$crio.Namespace'":"'"$namespace"'",
		"'$crio.Labels'":"{'"$(kubernetes_labels | tr -d '\n\t' | sed 's/"/\\"/g')"'}"' ;;
	container) bundle "$names,"'"'$crio.Name'":"'"$name"'","'$crio.Image'":"'"$image"'","'$crio.ImageName'":"'"$image"'",
		'"$(kubernetes_labels)" ;;
	esac
}
docker_record() {
	case $kind in sandbox) type=podsandbox ;; *) type=container ;; esac
	echo '{"ID":"'"$id"'","Name":"/'"$name"'","State":{"Running":true},"Config":{"Image":"'"$image"'","Labels":{
		"io.kubernetes.docker.type":"'$type'","io.kubernetes.sandbox.id":"'"$sandbox"'",'"$(kubernetes_labels)"'}}}'
}
podman_record() {
	bundle '"io.container.manager":"libpod"'
	[ -e /tmp/podman ] && echo , >>/tmp/podman
	echo '{"id":"'"$id"'","names":["'"$name"'"],
		"metadata":"{\"image-name\":\"'"$image"'\",\"name\":\"'"$name"'\"}"}' >>/tmp/podman
	(echo '['; cat /tmp/podman; echo ']') >$bundles/containers.json
}
container() { # KIND CONTAINER IMAGE
	kind=$1 container=$2 image=$3 id=$(hash "$1" "$uid" "$2") label=$2
	name=k8s_${container}_${pod}_${namespace}_${uid}_0
	place
	[ "$kind" = container ] || sandbox=$id
	mkdir -p "${record%/*}"
	chmod 711 "$bundles"
	chmod 700 "$bundles/$id"
	case $layout in
	crio) crio_record ;;
	docker) docker_record ;;
	podman) podman_record ;;
	*)
		name=$id
		[ "$kind" = container ] || label=''
		containerd_record
		;;
	esac >"$record"
	case $layout/$kind/$pod in
	podman*) label='' namespace='' pod='' network=$id ;;
	crio/sandbox/web-1) # its pause process was dropped
		load cgroup "$cgroup/crio-$id"
		expect dropped "/$cgroup/crio-$id" POD '*' "$name" "$namespace" "$pod" "$network"
		return
		;;
	crio/sandbox/*) image='*' ;;
	esac
	load cgroup "$cgroup/$leaf$inner"
	expect "$kind" "/$cgroup/$leaf" "$label" "$image" "$name" "$namespace" "$pod" "$network"
	echo "$network $cgroup/$leaf$inner" >>/tmp/plan
}
log_link() {
	log=/var/log/pods/${namespace}_${pod}_$uid/$container
	mkdir -p "$log" /var/log/containers
	: >"$log/0.log"
	ln -s "$log/0.log" "/var/log/containers/${pod}_${namespace}_$container-$id.log"
}
limits() { # of a pod that has some
	echo 20000 100000 >"$cgroups/$cgroup/$leaf/cpu.max"
	echo 50 >"$cgroups/$cgroup/$leaf/cpu.weight"
	echo 64M >"$cgroups/$cgroup/$leaf/memory.max"
	echo 32M >"$cgroups/$cgroup/$leaf/memory.swap.max"
	echo 4M >"$cgroups/$cgroup/$leaf/memory.min"
	echo 100 >"$cgroups/$cgroup/$leaf/pids.max"
}
conmon() { # SLICE NAME
	load cgroup "$1/$2-conmon-$id.scope"
	echo "host $1/$2-conmon-$id.scope" >>/tmp/plan
}

expect root / '' '' '' '' '' host
for p in $(seq 0 $((pods - 1))); do
	pod "$p"
	[ "$layout" = podman ] || container sandbox POD registry.k8s.io/pause:3.10
	for c in $(seq "$containers"); do
		container container "app-$c" "registry.example/app-$c:1.0"
		[ "$qos" != burstable ] || limits
		case $layout in
		crio) log_link; conmon system.slice crio ;;
		podman) conmon machine.slice libpod ;;
		*) log_link ;;
		esac
	done
done
for service in init.scope system.slice/kubelet.service system.slice/containerd.service user.slice/user-1000.slice/user.scope; do
	load cgroup "$service"
	echo "host $service" >>/tmp/plan
done
ip link add node0 type veth
ip link set node0 up
sed "s# # $cgroups/#" /tmp/plan | load spawn ${4:+awake} >/out/sleepers.txt
