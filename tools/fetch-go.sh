#!/bin/sh
# Builds the Go program $1@$2 into the cache once and prints its path; ends 77 where Go is missing.
set -eu
package=${1:?usage: fetch-go.sh PACKAGE VERSION}
version=${2:?usage: fetch-go.sh PACKAGE VERSION}
bin=${XDG_CACHE_HOME:-$HOME/.cache}/nodegauge/bin
program=$bin/${package##*/}
PATH=$PATH:/usr/local/go/bin

current() {
	[ -x "$program" ] || return 1
	! command -v go >/dev/null || go version -m "$program" | grep -q "[[:space:]]$version\([[:space:]]\|\$\)"
}

mkdir -p "$bin"
exec 9>"$bin/.lock"
current || flock 9
if ! current; then
	command -v go >/dev/null || {
		echo "${package##*/} is left out: it is built by Go, which is missing" >&2
		exit 77
	}
	echo "building ${package##*/} $version (once, some minutes)" >&2
	GOBIN=$bin CGO_ENABLED=0 go install "$package@$version" >&2 || {
		echo "fetch-go.sh: go install $package@$version failed, see its message above" >&2
		exit 1
	}
fi
echo "$program"
