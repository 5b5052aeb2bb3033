#!/bin/sh
# Fetches the source package $1 of this Debian release once and prints the directory it is unpacked in.
# apt checks the signatures; its lists and cache are private to the run, so it needs no root and leaves /etc/apt alone.
set -eu
package=${1:?usage: fetch-source.sh PACKAGE}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/nodegauge/src

fail() {
	echo "fetch-source.sh: cannot fetch the Debian source of $package: $1" >&2
	exit 1
}

# The machine's own entries for the Debian archive (their address ends in /debian...) as deb-src; others are left out.
debian_sources() {
	for file in /etc/apt/sources.list.d/*.sources; do
		[ ! -f "$file" ] || awk -v RS= '/(^|\n)URIs:[^\n]*\/debian[^\/ \t\n]*\/?[ \t]*(\n|$)/ {
			sub(/(^|\n)Types:[^\n]*/, "\nTypes: deb-src"); sub(/^\n/, ""); print $0 "\n" }' "$file"
	done
}
debian_list() {
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ ! -f "$file" ] || sed -nE 's#^deb(-src)?([ \t].*/debian[^/ \t]*/?[ \t])#deb-src\2#p' "$file"
	done | sort -u
}

[ ! -d "$cache/$package" ] || { echo "$cache/$package"; exit; }
command -v apt-get >/dev/null || fail "apt-get is missing; unpack the source yourself and name it with -D..._SOURCE_DIR="

mkdir -p "$cache"
work=$(mktemp -d "$cache/.$package.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts" "$work/tree"
debian_sources >"$work/parts/debian.sources"
debian_list >"$work/sources.list"
[ -s "$work/parts/debian.sources" ] || rm "$work/parts/debian.sources"

apt() {
	apt-get -qq -o "Dir::Etc::SourceList=$work/sources.list" -o "Dir::Etc::SourceParts=$work/parts" \
		-o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o "APT::Sandbox::User=$(id -un)" \
		-o Acquire::Languages=none -o Acquire::Retries=3 "$@" >&2
}

echo "fetching the Debian source package $package" >&2
cd "$work"
apt update || echo "fetch-source.sh: apt-get update had errors, going on with what it got" >&2
apt source --download-only "$package" || fail "see apt's message above; is there a Debian entry in /etc/apt?"
tar -xf "$package"_*.orig.tar.* -C tree --strip-components=1 || fail "no usable orig.tar (is xz-utils installed?)"
mv -T tree "$cache/$package" 2>/dev/null || [ -d "$cache/$package" ] || fail "$cache is not writable"
echo "$cache/$package"
