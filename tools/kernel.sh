#!/bin/sh
# Prints the directory with boot/vmlinuz-* and lib/modules/* of Debian's cloud kernel: / or an unpacked package.
set -eu
PATH=$PATH:/usr/sbin:/sbin
flavour=cloud-$(dpkg --print-architecture)

for image in /boot/vmlinuz-*-"$flavour"; do
	if [ -r "$image" ] && [ -f "/lib/modules/${image#/boot/vmlinuz-}/modules.dep" ]; then
		echo /
		exit
	fi
done
package=$(apt-cache depends "linux-image-$flavour" 2>/dev/null | awk '/Depends: linux-image-[0-9]/ { print $2; exit }')
[ -n "$package" ] || {
	echo "kernel.sh: apt knows no linux-image-$flavour; run apt-get update" >&2
	exit 1
}
root=$("$(dirname "$0")/fetch-deb.sh" "$package")
release=${package#linux-image-}
[ -f "$root/lib/modules/$release/modules.dep" ] || depmod -b "$root" "$release"
echo "$root"
