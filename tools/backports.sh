#!/bin/sh
# Prints an APT_CONFIG with which apt knows the backports of this Debian release alone. Its lists and cache are in our cache,
# a day old at most, so it needs no root and leaves the machine's apt alone.
set -eu
cache=${XDG_CACHE_HOME:-$HOME/.cache}/nodegauge/backports

fail() {
	echo "backports.sh: $1" >&2
	exit 1
}

# shellcheck source=/dev/null
[ ! -r /etc/os-release ] || . /etc/os-release
[ "${ID:-}" = debian ] && command -v apt-get >/dev/null || fail "not a Debian system"
if [ -z "$(find "$cache/fetched" -mtime -1 2>/dev/null)" ]; then
	# shellcheck disable=SC2016 # apt's own variable
	archive=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $VERSION_CODENAME" "Created-By: Packages" | head -n 1)
	mkdir -p "$cache/lists/partial" "$cache/cache/archives/partial" "$cache/parts"
	keys=/usr/share/keyrings/debian-archive-keyring.gpg
	echo "deb [signed-by=$keys] ${archive:-http://deb.debian.org/debian} $VERSION_CODENAME-backports main" >"$cache/sources.list"
	cat >"$cache/apt.conf" <<-CONF
		Dir::Etc::SourceList "$cache/sources.list";
		Dir::Etc::SourceParts "$cache/parts";
		Dir::State::Lists "$cache/lists";
		Dir::Cache "$cache/cache";
		APT::Sandbox::User "$(id -un)";
		Acquire::Languages "none";
	CONF
	APT_CONFIG=$cache/apt.conf apt-get -qq update >&2 || [ -e "$cache/fetched" ] ||
		fail "apt-get update failed, see its message above"
	touch "$cache/fetched"
fi
echo "$cache/apt.conf"
