#!/bin/sh
# Runs the test with the disk as its root. It is process 1 of a PID and mount namespace of its own, so that what it starts ends with it.
set -e
mount -t ext4 -o noatime /dev/vda /mnt
for directory in dev sys run tmp; do mount -o move "/$directory" "/mnt/$directory"; done
for directory in guest out; do mount -o bind "/$directory" "/mnt/$directory"; done
mount -t proc proc /mnt/proc
mkdir -p /mnt/dev/shm
mount -t tmpfs tmpfs /mnt/dev/shm
cd /mnt
mount -o move . /
exec chroot . /bin/sh /guest/test.sh
