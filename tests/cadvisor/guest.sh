#!/bin/busybox sh
# Containers in every state, then frozen; leaves in /out the pages of cAdvisor and, from before and after, of nodegauge.
# shellcheck shell=dash
set -eu

get() { # PORT FILE
	wget -qO "/out/$2" "http://127.0.0.1:$1"
}

# Whether cAdvisor has looked at the root in a second after this one: samples have the time of its look, in milliseconds.
is_newer() {
	awk -v since="$1" '/^container_memory_usage_bytes[{].*id="\/"/ { newer = $NF / 1000 >= since + 1 } END { exit !newer }' \
		/out/theirs.prom
}

trap '[ $? = 0 ] || { tail -n 30 /tmp/log /tmp/ourlog; } >&2' EXIT
mke2fs /dev/vdc >/dev/null
mount -t ext4 /dev/vdc /mnt
dd if=/dev/zero of=/mnt/file bs=64k count=10 conv=fsync 2>/dev/null
kubepods.sh containerd 8 3
cadvisor -allow_dynamic_housekeeping=false -enable_metrics="$1" >/tmp/log 2>&1 &
nodegauge --log.level=error --collector.container.tcp --collector.container.udp --collector.container.advtcp \
	--collector.container.files.list --collector.machine.topology >/tmp/ourlog 2>&1 &
states.sh nameable # a name that is not UTF-8 ends cAdvisor
echo 1 >/sys/fs/cgroup/kubepods.slice/cgroup.freeze
sleep 5
get 9100/metrics/cadvisor before.prom
since=$(date +%s)
until get 8080/metrics theirs.prom && is_newer $since; do sleep 1; done
get 9100/metrics/cadvisor after.prom
