#!/bin/busybox sh
# In the guest: a pod of four containers that share their processes; the sidecar has one's user, and no capability.
# shellcheck shell=dash
set -eu
cgroups=/sys/fs/cgroup
pod=kubepods.slice/kubepods-pod5f0c2b5e_1d1e_4c8b_9d3f_0a1b2c3d4e5f.slice
user=65532 stranger=1000

fail() {
	echo "sidecar: $1" >&2
	failed=1
}
id() { # CONTAINER
	echo "$1" | sha256sum | cut -c 1-64
}
cgroup() { # CONTAINER
	echo "$pod/cri-containerd-$(id "$1").scope"
}
# In the namespaces of the pod's first process, with a view of the cgroup tree of its own.
container() { # NAME USER CGROUP-MOUNT COMMAND...
	name=$1 as=$2 mount=$3
	shift 3
	load cgroup "$(cgroup "$name")"
	echo 0 >"$cgroups/$(cgroup "$name")/cgroup.procs"
	exec nsenter -t "$pause" -p -n load container "$as" "$mount" "$@"
}
get() {
	nsenter -t "$pause" -n wget -qO "/out/$2" "http://127.0.0.1:9100$1"
}
# The value of a family for a container.
value() { # FAMILY CONTAINER
	sed -n "s/^$1{container=\"$2\",.* //p" /out/page
}
within() { # WHAT LOW VALUE HIGH
	awk -v l="$2" -v v="$3" -v h="$4" 'BEGIN { exit !(v != "" && l + 0 <= v + 0 && v + 0 <= h + 0) }' ||
		fail "$1 is '$3', not from $2 to $4"
}
is() { # WHAT EXPECTED VALUE
	[ "$2" = "$3" ] || fail "$1 is '$3', not '$2'"
}
usage() { # CONTAINER: CPU time in seconds
	awk '/^usage_usec/ { print $2 / 1e6 }' "$cgroups/$(cgroup "$1")/cpu.stat"
}
start() { # FLAG...
	(
		POD_NAME=web POD_NAMESPACE=shop
		export POD_NAME POD_NAMESPACE
		container side $user cgroup2 nodegauge --mode=sidecar --exit-with=main "$@"
	) >/out/log 2>&1 &
	sidecar=$!
	for _ in $(seq 150); do
		! get /readyz ready 2>/dev/null || return 0
		sleep 0.2
	done
	fail "it does not get ready"
}

failed=0
trap '[ $? = 0 ] || cat /out/log >&2' EXIT
for name in pause app other liar; do cp /bin/load "/bin/$name"; done
load cgroup "$(cgroup pause)"
(echo 0 >"$cgroups/$(cgroup pause)/cgroup.procs"; exec unshare -n -p -f pause burn 0) &
until pause=$(pidof pause); do sleep 0.1; done
nsenter -t "$pause" -n ip link set lo up
nsenter -t "$pause" -n ip link add eth0 type veth
(container main $user cgroup2 app touch 24) &
(container other $stranger cgroup2 other burn 0.3) &
(container liar $user tmpfs liar burn 0) &
until pidof app >/dev/null && pidof other >/dev/null && pidof liar >/dev/null; do sleep 0.1; done
echo 64M >"$cgroups/$(cgroup main)/memory.max"
sleep 2
start --container.names=main='ap?'
low=$(usage main)
get /metrics page
high=$(usage main)
get /metrics/cadvisor cadvisor
get / landing
memory=$(cat "$cgroups/$(cgroup main)/memory.current")

within "CPU time of main" "$low" "$(value container_cpu_usage_seconds_total main)" "$high"
within "memory of main" $((memory - 1048576)) "$(value container_memory_usage_bytes main | awk '{ printf "%d", $1 }')" $((memory + 1048576))
is "limit of main" 6.7108864e+07 "$(value container_spec_memory_limit_bytes main)"
is "labels of main" "container=\"main\",id=\"/cri-containerd-$(id main).scope\",image=\"\",name=\"$(id main)\",namespace=\"shop\",pod=\"web\"" \
	"$(sed -n 's/^container_threads_max{\(container="main".*\)} .*/\1/p' /out/page)"
within "memory of the sidecar" 100000 "$(value container_memory_usage_bytes nodegauge)" 50000000
for name in other liar; do
	is "memory of $name" '' "$(value container_memory_usage_bytes $name)"
	is "processes of $name" 1 "$(value container_processes $name)"
	within "resident memory of $name" 4096 "$(value container_processes_resident_memory_bytes $name)" 10000000
done
within "CPU time of other" 0.28 "$(value container_processes_cpu_seconds_total other)" 1
grep -q "^container_network_receive_bytes_total{container=\"\",id=\"/cri-containerd-$(id pause).scope\"" /out/page ||
	fail "the pod has no network"
grep -q '^node_load1' /out/page && fail "the node is on the page"
is "pages that agree" "$(grep -c '^container_' /out/page)" "$(grep -c '^container_' /out/cadvisor)"
is "said on the landing page" 1 "$(grep -c 'user and group' /out/landing)"
is "said in the log" 1 "$(grep -c 'user and group' /out/log)"

# The main process ends: one scrape later so does the sidecar, or else after the time of grace.
kill "$(pidof app)"
until grep -q 'has ended' /out/log; do sleep 0.1; done
printf 'HEAD /metrics HTTP/1.0\r\n\r\n' | nsenter -t "$pause" -n nc 127.0.0.1 9100 >/out/head
get '/metrics?collect[]=container.cpu' part
sleep 1
kill -0 $sidecar || fail "it does not wait for a scrape"
get /metrics page || fail "no last scrape"
wait $sidecar || fail "its status is $?"
is "CPU time of main, which has ended" '' "$(value container_cpu_usage_seconds_total main)"
within "last CPU time of main" "$low" "$(value container_ended_cpu_usage_seconds main)" 100
cp /out/log /out/first
(container main $user cgroup2 app burn 0) &
start --container.names=main=app --exit-grace=1s
kill "$(pidof app)"
wait $sidecar || fail "its status is $? without a scrape"
exit $failed
