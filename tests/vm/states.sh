#!/bin/busybox sh
# Puts the containers that kubepods.sh made, one after the other, into each state that a cgroup can be in: states.sh [nameable]
# Leaves lines "STATE CGROUP" in /out/states.txt. Needs an empty disk /dev/vda, swap on /dev/vdb, /dev/nvme0n1.
# With nameable there are no cgroups with odd names.
# shellcheck shell=dash
set -eu
cgroups=/sys/fs/cgroup

give() { # FILE=VALUE...
	for setting; do echo "${setting#*=}" >"$at/${setting%%=*}"; done
}
run_in() { # CGROUP COMMAND...
	where=$1
	shift
	(echo 0 >"$where/cgroup.procs" && exec "$@") >/dev/null 2>&1 &
}
run() { # COMMAND...
	run_in "$at" "$@"
}
until_there() { # FILE PATTERN: a line of the container's file matches
	for _ in $(seq 100); do
		! grep -qE "$2" "$at/$1" || return 0
		sleep 0.1
	done
	echo "states.sh: $state: no $2 in $1" >&2
	exit 1
}
move_to() { # CHILD
	for pid in $(cat "$at/cgroup.procs"); do echo "$pid" >"$at/$1/cgroup.procs"; done
}

throttled() {
	give cpu.max="20000 100000" cpu.max.burst=5000
	run load burn 0.3
	until_there cpu.stat 'nr_throttled [1-9]'
}
weight() { give cpu.weight=1000; }
idle() { give cpu.idle=1; }
cpuset() { give cpuset.cpus=0 cpuset.mems=0; }
killed() {
	give memory.max=16M memory.swap.max=0
	run load touch 24
	until_there memory.events 'oom_kill [1-9]'
}
group_killed() {
	give memory.oom.group=1
	killed
	until_there cgroup.events 'populated 0'
}
high() {
	give memory.high=16M memory.swap.max=0
	run load touch 17
	until_there memory.events 'high [1-9]'
}
protected() {
	give memory.min=4M memory.low=8M memory.high=64M memory.max=128M
	run load touch 12
}
swapping() {
	give memory.max=16M memory.swap.max=32M memory.swap.high=24M
	run load touch 24
	until_there memory.swap.current '[0-9]{7}'
}
swap_full() {
	give memory.max=8M memory.swap.max=4M
	run load touch 24
	until_there memory.events 'oom_kill [1-9]'
}
huge() {
	give hugetlb.2MB.max=6M
	run load huge 2
	until_there hugetlb.2MB.current '^4194304$'
	run load huge 2
	until_there hugetlb.2MB.events 'max [1-9]'
}
two_disks() {
	give io.max="$(cat /sys/block/nvme0n1/dev) wbps=67108864 riops=2000"
	run load write /dev/vda 2
	run load write /dev/nvme0n1 3
	until_there io.stat "^$(cat /sys/block/nvme0n1/dev) .*wbytes=3145728"
	until_there io.stat "^$(cat /sys/block/vda/dev) .*wbytes=2097152"
}
io_cost() {
	echo 1 >/sys/module/blk_cgroup/parameters/blkcg_debug_stats
	echo "$(cat /sys/block/vda/dev) enable=1" >$cgroups/io.cost.qos
	run load write /dev/vda 2
	until_there io.stat 'cost.usage=[1-9]'
}
pids_max() {
	give pids.max=8
	run load fork 20
	until_there pids.events 'max [1-9]'
}
threads() {
	run load threads 3
	until_there pids.current '^5$'
}
threaded() {
	mkdir "$at/worker"
	echo threaded >"$at/worker/cgroup.type"
}
nested() {
	mkdir "$at/inner"
	move_to inner
	echo "+memory +pids" >"$at/cgroup.subtree_control"
	echo 32M >"$at/inner/memory.max"
	run_in "$at/inner" load touch 4
	until_there inner/pids.current '^2$'
}
uncontrolled() {
	mkdir "$at/child"
	run_in "$at/child" load touch 1
	until_there child/cgroup.events 'populated 1'
}
empty() {
	echo 1 >"$at/cgroup.kill"
	until_there cgroup.events 'populated 0'
}
frozen() {
	give cgroup.freeze=1
	until_there cgroup.events 'frozen 1'
}
dying() { # its pages of a tmpfs keep a removed cgroup
	mkdir "$at/main" "$at/gone"
	move_to main
	echo +memory >"$at/cgroup.subtree_control"
	run_in "$at/gone" dd if=/dev/zero of=/tmp/kept bs=1M count=1
	wait $!
	rmdir "$at/gone"
	until_there cgroup.stat 'nr_dying_descendants [1-9]'
}
churned() {
	for _ in $(seq 20); do
		mkdir "$at/child"
		run_in "$at/child" true
		wait $!
		until rmdir "$at/child" 2>/dev/null; do usleep 10000; done
	done
}
# Cgroups that are no container's: whatever bytes a name may have. The kernel refuses a newline alone.
names() {
	long=$(printf '%0255d' 0 | tr 0 n)
	for parent in $cgroups $cgroups/kubepods.slice "${at%/*}" "$at"; do
		for name in 'with space' 'ünïcödé' 'back\slash' 'quote"s' "apostrophe's" 'brace{x="y"}' "$(printf 'tab\there')" \
			"$(printf 'bytes-\377\376')" -dash .hidden 'disk\x2duuid.mount' 'cri-containerd-12"\34.scope' "$long"; do
			mkdir -p "$parent/$name"
		done
	done
}

echo 8 >/proc/sys/vm/nr_hugepages # while memory is whole
mkswap /dev/vdb >/dev/null
swapon /dev/vdb
states="throttled weight idle cpuset killed group_killed high protected swapping swap_full huge two_disks io_cost pids_max
	threads threaded nested uncontrolled empty frozen dying churned names"
[ "${1:-}" != nameable ] || states=${states% names}
grep ^container /out/expected.tsv | cut -f 2 >/tmp/containers
for state in $states; do
	read -r container
	at=$cgroups$container
	"$state"
	echo "$state $container" >>/out/states.txt
done </tmp/containers
