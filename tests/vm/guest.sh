#!/bin/busybox sh
# One case in the guest: guest.sh CASE LAYOUT
# Makes the cgroups, starts nodegauge, and leaves in /out its pages, its log, and the kernel's files from before and after.
# shellcheck shell=dash
set -eu
[ "$1" != sidecar ] || exec sidecar.sh
case=$1 layout=$2 pods=''
[ "$case" != states ] || pods=8
address=127.0.0.1:9100
cgroups=/sys/fs/cgroup

in_cgroup() { # CGROUP COMMAND...
	echo 0 >"$cgroups/$1/cgroup.procs"
	shift
	exec "$@"
}
each_of() { # COUNT KIND: the cgroups of the first of them
	grep "^$2" /out/expected.tsv | cut -f 2 | head -n "$1"
}

# A container whose processes are killed as one, and whose cgroup is gone a moment later.
past() {
	killed=$cgroups$(each_of 3 container | tail -n 1)
	echo 1 >"$killed/memory.oom.group"
	echo 16M >"$killed/memory.max"
	(in_cgroup "${killed#"$cgroups"}" load touch 24) 2>/dev/null || true
	sleep 0.03 # a runtime takes longer
	until rmdir "$killed" 2>/dev/null; do :; done
	sleep 0.5
}
# Containers that come and go, while pages are asked for as fast as that goes; and what nodegauge holds before and after.
held() {
	sleep 3 # the next look at the tree and the end of connections
	pid=$(pidof nodegauge)
	echo "fds $(find "/proc/$pid/fd" -mindepth 1 | wc -l)"
	echo "watches $(cat "/proc/$pid"/fdinfo/* | grep -c ^inotify)"
	echo "threads $(find "/proc/$pid/task" -maxdepth 1 -mindepth 1 | wc -l)"
	awk '/^(Rss|Anonymous):/ { print $1 $2 }' "/proc/$pid/smaps_rollup" | tr : ' '
}
churned() { # SECONDS
	get metrics/cadvisor cadvisor.prom
	held >/out/held-before
	churn 50 "$1" "$cgroups$(each_of 1 pod)" $cgroups/system.slice >/out/churned &
	churning=$!
	n=0
	while kill -0 $churning 2>/dev/null; do
		get metrics/cadvisor "churn-$((n += 1)).prom.gz" --header "Accept-Encoding: gzip"
		sleep 0.2
	done
	wait $churning
	get metrics/cadvisor cadvisor.prom
	held >/out/held-after
}
settled() {
	last=
	until sum=$(cat "$cgroups"/*/cpu.stat "$cgroups"/*/memory.stat | md5sum) && [ "$sum" = "$last" ]; do
		last=$sum
		sleep 1
	done
}

record() { # NAME
	find $cgroups -type f \( -name 'cpu*' -o -name 'io.*' -o -name 'memory.*' -o -name 'pids.*' -o -name 'hugetlb.*' -o \
		-name 'cpuset.*' -o -name irq.pressure -o -name cgroup.events -o -name cgroup.procs -o -name cgroup.stat \) -print0 | xargs -0 grep -H '' 2>/dev/null |
		sed "s#^$cgroups##" >"/out/$1.cgroup"
	while read -r network pid _; do
		[ "$network" = host ] || [ ! -e "/proc/$pid" ] || sed "s/^/$network /" "/proc/$pid/net/dev"
	done </out/sleepers.txt >"/out/$1.net"
	sed 's/^/host /' /proc/1/net/dev >>"/out/$1.net"
	for process in /proc/[1-9]*; do
		echo "$(sed -n 's/^0:://p' "$process/cgroup") $(ls "$process/fd" | wc -l) $(sed -n 's/^Max open files *//p' "$process/limits")"
	done 2>/dev/null >"/out/$1.files"
}
get() { # PATH FILE [WGET-OPTION]...
	path=$1 file=$2
	shift 2
	nsenter -t "$(pidof nodegauge)" -n wget -qO "/out/$file" "$@" "http://$address/$path"
}
start() {
	case $case in
	pod | user)
		own=$(each_of 1 container)
		echo "$own" >/out/own
		neighbour=$(head -n 1 "$cgroups$own/cgroup.procs")
		(in_cgroup "$own" load "$case" "$neighbour" nodegauge --path.rootfs=/host --web.listen-address=$address \
			--collector.container.files.list) >/out/log 2>&1 &
		;;
	states)
		# shellcheck disable=SC2046 # a list of words
		nodegauge --web.listen-address=$address --sampler.interval=100ms $(printf -- '--collector.container.%s ' hugetlb cgroup \
			threads swap cpuset irq throttling memory.details io.limits cpu.nice) >/out/log 2>&1 &
		;;
	idle) nodegauge --web.listen-address=$address --collector.container.files.list >/out/log 2>&1 & ;;
	*) nodegauge --web.listen-address=$address >/out/log 2>&1 & ;;
	esac
	for _ in $(seq 150); do
		get readyz ready 2>/dev/null && return
		sleep 0.2
	done
	echo "nodegauge does not get ready" >&2
	exit 1
}

trap '[ $? = 0 ] || { echo "the log of nodegauge:"; cat /out/log; } >&2' EXIT
if [ "$layout" = - ]; then
	id=$(echo app | sha256sum | cut -c 1-64)
	for hierarchy in "$cgroups"/*/; do mkdir -p "$hierarchy/kubepods/pod$(echo pod | md5sum | cut -c 1-32)/$id"; done
else
	kubepods.sh "$layout" ${pods:+"$pods" 3}
fi
start
case $case in
states) states.sh; settled ;;
past) past ;;
runtime) ended.sh ;;
churn*) churned "${case#churn}" ;;
esac
if [ "$layout" = - ]; then
	get metrics node.prom
	get metrics/cadvisor cadvisor.prom
else
	sed 's/ .*//' /proc/uptime >/out/uptime
	grep -H '' /sys/block/*/dev >/out/disks
	stat -c %s /proc/self/fd >/out/sized
	record before
	get metrics node.prom
	get metrics/cadvisor cadvisor.prom
	record after
	get metrics/resource resource.prom
	date +%s >/out/now
fi
