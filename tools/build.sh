#!/bin/sh
# Configures the build directory $1 with the CMake options that follow and builds what changed.
set -eu
directory=${1:?usage: build.sh DIRECTORY [CMAKE-OPTION]...}
shift

fail() {
	echo "build.sh: $1" >&2
	exit 1
}

if [ ! -f "$directory/Makefile" ] || [ $# -gt 0 ]; then
	echo "==> configure $directory"
	cmake --log-level=NOTICE -S . -B "$directory" "$@" >/dev/null || fail "not configured: do what the message above says, then try again"
fi
echo "==> build $directory"
cmake --build "$directory" -j"$(nproc)" -- -s --no-print-directory >/dev/null ||
	fail "not built: correct the error above; after a change of compiler or packages, make clean first"
