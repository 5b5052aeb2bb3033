#!/bin/sh
# A btrfs on two loop devices: what the ioctls tell of them is what btrfs(8) does, and below a root where its mount point
# is a link that leads out there are only the sizes of sysfs. 77 where no btrfs can be mounted.
set -eu
nodegauge=${NODEGAUGE:-$PWD/build/nodegauge}

skip() {
	echo "skipped: $1"
	exit 77
}

if [ "${1-}" != inside ]; then
	[ "$(id -u)" = 0 ] || skip "not root"
	command -v mkfs.btrfs >/dev/null || skip "no mkfs.btrfs"
	unshare -m -p -f --mount-proc true 2>/dev/null || skip "no namespaces"
	work=$(mktemp -d)
	status=0
	unshare -m -p -f --mount-proc "$0" inside "$work" || status=$?
	while read -r device; do losetup -d "$device"; done <"$work/devices"
	rm -rf "$work"
	exit "$status"
fi

cd "$2"
: >devices
for image in one two; do
	truncate -s 300M $image
	losetup -f --show $image >>devices || skip "no loop device"
done
xargs mkfs.btrfs -q -f -d raid0 -m raid1 <devices >/dev/null 2>&1
mkdir mount
mount "$(head -n 1 devices)" mount || skip "the kernel has no btrfs"
dd if=/dev/zero of=mount/file bs=1M count=8 2>/dev/null
sync -f mount

page() {
	"$nodegauge" --once --log.level=error --collector.disable-defaults --collector.btrfs --path.procfs=/proc --path.sysfs=/sys "$@"
}

uuid=$(findmnt -no UUID mount)
page --path.rootfs=/ | sed -nE "s/^node_btrfs_device_(size|unused)_bytes\{.*device=\"(.*)\",uuid=\"$uuid\"\} (.*)/\1 \2 \3/p" |
	while read -r what device value; do printf '%s %s %.0f\n' "$what" "$device" "$value"; done >ours
btrfs filesystem show --raw mount | awk '$1 == "devid" { sub(".*/", "", $8); print "size", $8, $4 }' >theirs
btrfs filesystem show --raw mount | awk '$1 == "devid" { sub(".*/", "", $8); print "unused", $8, $4 - $6 }' >>theirs
diff -u theirs ours
[ "$(page --path.rootfs=/ | grep -c "^node_btrfs_device_errors_total{.*uuid=\"$uuid\"} 0$")" -eq 10 ]

mkdir root
mkdir -p "root$(dirname "$PWD")"
ln -s "$PWD" "root$PWD"
page --path.rootfs="$PWD/root" >linked
[ "$(grep -c "^node_btrfs_device_size_bytes{.*uuid=\"$uuid\"}" linked)" -eq 2 ]
[ "$(grep -c "btrfs_dev_uuid.*$uuid" linked)" -eq 0 ]
umount mount
echo "$(wc -l <ours) series agree"
