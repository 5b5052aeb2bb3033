#!/bin/busybox sh
# In the guest: a container with a writable layer, logs and volumes on a disk; is what is told of them what du finds?
# shellcheck shell=dash
set -eu
address=127.0.0.1:9100
cgroups=/sys/fs/cgroup

mount -t ext4 -o prjquota /dev/vda /var
kubepods.sh containerd 2 1
row=$(grep '^container' /out/expected.tsv | head -n 1)
field() { echo "$row" | cut -f "$1"; }
cgroup=$(field 2) container=$(field 3) namespace=$(field 6) pod=$(field 7) uid=$(field 8)
id=${cgroup##*/cri-containerd-} id=${id%.scope}

layer=/var/lib/snapshots/4
root=/run/containerd/io.containerd.runtime.v2.task/k8s.io/$id/rootfs
logs=/var/log/pods/${namespace}_${pod}_$uid/$container
volumes=/var/lib/kubelet/pods/$uid/volumes/kubernetes.io~empty-dir
fill() { dd if=/dev/zero of="$1" bs=64k count="$2" 2>/dev/null; }

mkdir -p $layer/fs $layer/work /var/lib/image "$root" "$logs" "$volumes/cache" "$volumes/limited" "$volumes/memory"
fill /var/lib/image/large 40
fill /var/lib/image/removed 1
mount -t overlay overlay -o lowerdir=/var/lib/image,upperdir=$layer/fs,workdir=$layer/work "$root"
fill "$root/data" 30
ln "$root/data" "$root/again"
rm "$root/removed"
fill "$logs/0.log" 3
fill "$volumes/cache/file" 7
mount -t tmpfs tmpfs "$volumes/memory"
fill "$volumes/memory/file" 5

# A directory elsewhere has the same project: a walk would not find what is in it.
mkdir /var/lib/same
project /dev/vda 7 $((16 << 20)) "$volumes/limited" /var/lib/same
fill "$volumes/limited/file" 11
fill /var/lib/same/file 13
sync

neighbour=$(head -n 1 "$cgroups$cgroup/cgroup.procs")
(echo 0 >"$cgroups$cgroup/cgroup.procs" && exec load pod "$neighbour" nodegauge --path.rootfs=/host --web.listen-address=$address \
	--collector.container.usage --collector.container.usage.interval=500ms) >/out/log 2>&1 &
trap '[ $? = 0 ] || { echo "the log of nodegauge:"; cat /out/log; grep -E "^container_(fs_[ul]|fs_inodes|log|volume|usage)" /out/page; } >&2' EXIT

kilobytes() { du -sck "$@" 2>/dev/null | tail -n 1 | cut -f 1; }
# The value of a family for an id, and with more of its labels.
value() {
	grep "^$1{" /out/page | grep -F "id=\"$2\"" | grep -F "${3:-}" | sed 's/.* //'
}
# FAMILY ID BYTES [LABEL]
check() {
	got=$(value "$1" "$2" "${4:-}")
	echo "$got" | awk -v want="$3" 'END { exit !(NR == 1 && $1 == want) }' || wrong="$wrong
$1 ${4:-}: $got, not $3"
}
look() {
	nsenter -t "$(pidof nodegauge)" -n wget -qO /out/page "http://$address/metrics/cadvisor" 2>/dev/null || return 1
	wrong=
	check container_fs_usage_bytes "$cgroup" $(($(kilobytes "$layer/fs" "$logs") << 10)) 'device="/dev/vda"'
	check container_log_usage_bytes "$cgroup" $(($(kilobytes "$logs") << 10))
	check container_fs_limit_bytes "$cgroup" "$(stat -fc '%b %S' /var | awk '{ print $1 * $2 }')"
	check container_usage_complete "$cgroup" 1
	check container_fs_inodes_used "$cgroup" 5
	check container_volume_usage_bytes "${cgroup%/*}" $(($(kilobytes "$volumes/cache") << 10)) 'volume="cache"'
	check container_volume_usage_bytes "${cgroup%/*}" $(($(kilobytes "$volumes/limited" /var/lib/same) << 10)) 'volume="limited"'
	check container_usage_complete "${cgroup%/*}" 1
	! grep -q 'volume="memory"' /out/page || wrong="$wrong
a volume in memory is there"
	[ -z "$wrong" ]
}
until_right() {
	wrong='no answer'
	for _ in $(seq 25); do
		look && return
		sleep 0.5
	done
	echo "$1:$wrong" >&2
	exit 1
}
until_right "at first"
fill "$root/more" 20
rm "$root/more"
fill "$root/data" 50
fill "$volumes/limited/file" 17
sync
until_right "after writes"
umount "$root"
rm -r "$logs"
for _ in $(seq 25); do
	look || :
	[ "$(value container_fs_usage_bytes "$cgroup")$(value container_log_usage_bytes "$cgroup")" ] || exit 0
	sleep 0.5
done
echo "usage of what has gone" >&2
exit 1
