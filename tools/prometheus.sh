#!/bin/sh
# Prints the directory of Debian's prometheus and promtool, installed or else unpacked in the cache (no service starts).
set -eu
if command -v prometheus >/dev/null && command -v promtool >/dev/null; then
	dirname "$(command -v promtool)"
else
	echo "$("$(dirname "$0")/fetch-deb.sh" prometheus)/usr/bin"
fi
