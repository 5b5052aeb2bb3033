#!/bin/sh
# Builds the cAdvisor to compare with into the cache and prints its path; ends 77 where Go is missing.
set -eu
module=$(dirname "$0")/../tests/cadvisor
bin=${XDG_CACHE_HOME:-$HOME/.cache}/nodegauge/bin
program=$bin/cadvisor-$(cat "$module/main.go" "$module/go.mod" "$module/go.sum" | sha256sum | cut -c 1-12)
PATH=$PATH:/usr/local/go/bin

if [ ! -e "$program" ]; then
	command -v go >/dev/null || {
		echo "cadvisor is left out: it is built by Go, which is missing" >&2
		exit 77
	}
	echo "building cadvisor (once, a minute)" >&2
	mkdir -p "$bin"
	CGO_ENABLED=0 go build -C "$module" -trimpath -buildvcs=false -ldflags="-s -w" -o "$program.new" . >&2 || {
		echo "cadvisor.sh: go build failed, see its message above" >&2
		exit 1
	}
	mv "$program.new" "$program"
fi
echo "$program"
