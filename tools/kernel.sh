#!/bin/sh
# Prints the directory with boot/vmlinuz-* and lib/modules/* of Debian's cloud kernel: / or an unpacked package.
# kernel.sh [VERSION]: that of this release, or such a one of its backports, 6.12
set -eu
PATH=$PATH:/usr/sbin:/sbin
version=${1:-}
tools=$(dirname "$0")
flavour=cloud-$(dpkg --print-architecture)

for image in "/boot/vmlinuz-$version"*-"$flavour"; do
	if [ -r "$image" ] && [ -f "/lib/modules/${image#/boot/vmlinuz-}/modules.dep" ]; then
		echo /
		exit
	fi
done
if [ -n "$version" ]; then
	APT_CONFIG=$("$tools/backports.sh")
	export APT_CONFIG
fi
package=$(apt-cache depends "linux-image-$flavour" 2>/dev/null | sed -n "s/.*Depends: \(linux-image-${version}[0-9.].*\)/\1/p")
[ -n "$package" ] || {
	echo "kernel.sh: apt knows no linux-image${version:+-$version}-$flavour; run apt-get update" >&2
	exit 1
}
root=$("$tools/fetch-deb.sh" "$package")
release=${package#linux-image-}
[ -f "$root/lib/modules/$release/modules.dep" ] || depmod -b "$root" "$release"
echo "$root"
