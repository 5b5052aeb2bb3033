#!/bin/sh
# Builds the image without a registry, twice, and leaves build-image/nodegauge-ARCH.tar (OCI) if both have one digest.
#   image.sh [amd64|arm64]
set -eu
cd "$(dirname "$0")/.."
arch=${1:-$(dpkg --print-architecture)}
host=$(dpkg --print-architecture)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/nodegauge/image
out=build-image
base=docker.io/library/debian:bookworm-slim
version=$(sed -n 's/^project(nodegauge VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
revision=$(git rev-parse -q --verify HEAD 2>/dev/null || echo unknown)
branch=$(git symbolic-ref --short HEAD 2>/dev/null || echo unknown)
time=$(git log -1 --format=%ct 2>/dev/null || echo 0)
image=localhost/nodegauge:$version-$arch

fail() {
	echo "image.sh: $1" >&2
	exit 1
}

# A storage of our own: the machine's images are neither used nor changed.
own_buildah() {
	buildah --root "$cache/store" --runroot "$cache/run" "$@"
}

# The machine's Debian mirror; a list of mirrors is no address for debootstrap.
mirror() {
	cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null |
		sed -nE 's#^(URIs:|deb)[ \t].*(https?://[^ \t]*/debian)/?([ \t].*)?$#\2#p' | head -1
}

make_base() {
	echo "image: the base from Debian packages (once, some minutes)"
	from=$(mirror)
	rm -rf "$cache/rootfs"
	debootstrap --variant=minbase bookworm "$cache/rootfs" "${from:-http://deb.debian.org/debian}" >"$cache/debootstrap.log" ||
		fail "debootstrap failed, see $cache/debootstrap.log"
	rm -rf "$cache"/rootfs/var/cache/apt/archives/*.deb "$cache"/rootfs/var/lib/apt/lists/*_*
	id=$(own_buildah from scratch)
	own_buildah add -q "$id" "$cache/rootfs" / >/dev/null
	own_buildah commit -q --rm "$id" "$base" >/dev/null
	rm -rf "$cache/rootfs"
}

# --timestamp sets every time in the image, --identity-label=false leaves the builder's version out.
build() {
	echo "image: build $1 of 2"
	own_buildah bud -q --isolation chroot --pull=never --no-cache --timestamp "$time" --identity-label=false \
		--platform "linux/$arch" --build-arg "BUILDPLATFORM=linux/$host" --build-arg "VERSION=$version" \
		--build-arg "REVISION=$revision" --build-arg "BRANCH=$branch" -t "$image" . >"$out/build-$1.log" 2>&1 || {
		tail -20 "$out/build-$1.log" >&2
		fail "build failed, all of it in $out/build-$1.log"
	}
	rm -f "$out/$1.tar"
	own_buildah push -q "$image" "oci-archive:$out/$1.tar:$version" >/dev/null
}

digest() {
	skopeo inspect --format '{{.Digest}}' "oci-archive:$1"
}

# The file capability of the binary in the image.
capability() {
	id=$(own_buildah from --pull=never --arch "$arch" "$image")
	getcap "$(own_buildah mount "$id")/nodegauge"
	own_buildah rm "$id" >/dev/null
}

[ "$(id -u)" = 0 ] || fail "debootstrap and buildah need root: sudo make image"
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$cache" "$out"
own_buildah inspect --type image "$base" >/dev/null 2>&1 || make_base
build 1
build 2
[ "$(digest "$out/1.tar")" = "$(digest "$out/2.tar")" ] || fail "two builds have two digests"
archive=$out/nodegauge-$arch.tar
mv "$out/2.tar" "$archive"
rm "$out/1.tar"

user=$(skopeo inspect --config --format '{{.Config.User}}' "oci-archive:$archive")
[ "$user" = 65532:65532 ] || fail "user is '$user', not 65532:65532"
case $(capability) in
*" cap_dac_read_search=p") ;;
*) fail "the binary has not exactly the capability cap_dac_read_search=p" ;;
esac
echo "image: $archive, $(stat -c %s "$archive") bytes, $(digest "$archive")"
