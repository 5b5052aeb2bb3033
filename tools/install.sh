#!/bin/sh
# Installs the Debian packages of the named groups that are missing: build, test, lint, fuzz, image.
set -eu

packages() {
	case $1 in
	build)
		echo build-essential cmake pkg-config nasm xz-utils ca-certificates git \
			libjansson-dev libcgroup-dev libpcre2-dev
		;;
	test)
		echo libcriterion-dev python3 python3-yaml curl procps iproute2 \
			qemu-system-x86 busybox-static cpio kmod
		;;
	bench) echo strace python3 qemu-system-x86 busybox-static cpio kmod ;;
	lint) echo shellcheck clang clang-tidy ;;
	fuzz) echo clang libclang-rt-14-dev ;;
	image) echo debootstrap buildah skopeo libcap2-bin ;;
	*)
		echo "install.sh: unknown group '$1'; one of: build test bench lint fuzz image" >&2
		exit 2
		;;
	esac
}

# Prints those of its arguments that dpkg does not have.
missing() {
	# shellcheck disable=SC2016 # dpkg-query's own variables
	dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
		awk -v wanted="$*" '$2 == "installed" { have[$1] }
			END { n = split(wanted, name, " "); for (i = 1; i <= n; i++) if (!(name[i] in have)) printf "%s ", name[i] }'
}

wanted=
for group; do
	wanted="$wanted $(packages "$group")"
done
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "install.sh: not a Debian system, nothing installed; this step needs what Debian calls:$wanted" >&2
	exit 0
fi
# shellcheck disable=SC2086 # a list of words
absent=$(missing $wanted)
[ -n "$absent" ] || exit 0

echo "==> install $absent"
sudo=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || {
		echo "install.sh: neither root nor sudo; as root: apt-get install $absent" >&2
		exit 1
	}
	sudo=sudo
fi
$sudo apt-get -qq update || echo "install.sh: apt-get update had errors, going on with the lists it has" >&2
# shellcheck disable=SC2086 # a list of words
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $absent >/dev/null || {
	echo "install.sh: apt-get could not install the packages above; see its message, then try again" >&2
	exit 1
}
