#!/bin/sh
# Unpacks the Debian package $1 into the cache once, without installing it, and prints the directory.
set -eu
package=${1:?usage: fetch-deb.sh PACKAGE}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/nodegauge/deb

[ ! -d "$cache/$package" ] || { echo "$cache/$package"; exit; }
command -v apt-get >/dev/null || {
	echo "fetch-deb.sh: no apt-get here to fetch $package with; install $package yourself" >&2
	exit 1
}
mkdir -p "$cache"
work=$(mktemp -d "$cache/.$package.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

download() {
	apt-get -qq -o "APT::Sandbox::User=$(id -un)" download "$package" >&2
}
# The lists may be missing or older than the archive.
update() {
	if [ "$(id -u)" = 0 ]; then apt-get -qq update >&2; else sudo apt-get -qq update >&2; fi
}

echo "fetching the Debian package $package" >&2
download 2>/dev/null || { update || :; download; } || {
	echo "fetch-deb.sh: apt-get could not download $package, see its message above" >&2
	exit 1
}
dpkg-deb -x ./*.deb tree
mv -T tree "$cache/$package" 2>/dev/null || [ -d "$cache/$package" ]
echo "$cache/$package"
