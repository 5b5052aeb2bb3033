#!/bin/sh
# Runs each fuzz target of the build directory $1 for $2 seconds on its corpus there and its seeds in tests/fuzz/corpus/NAME.
set -eu
directory=${1:?usage: fuzz.sh DIRECTORY SECONDS}
seconds=${2:?usage: fuzz.sh DIRECTORY SECONDS}

for target in "$directory"/fuzz/*_fuzz; do
	[ -x "$target" ] || { echo "fuzz.sh: no target in $directory/fuzz" >&2; exit 1; }
	name=$(basename "$target")
	name=${name%_fuzz}
	mkdir -p "$directory/corpus/$name"
	set -- "$directory/corpus/$name"
	[ ! -d "tests/fuzz/corpus/$name" ] || set -- "$@" "tests/fuzz/corpus/$name"
	echo "==> fuzz $name for $seconds s"
	"$target" -max_total_time="$seconds" -artifact_prefix="$directory/$name-" -print_final_stats=1 "$@" \
		>"$directory/$name.log" 2>&1 || {
		tail -40 "$directory/$name.log" >&2
		echo "fuzz.sh: $name found something; run $target on the $directory/$name-* file to see it again" >&2
		exit 1
	}
	grep 'stat::number_of_executed_units' "$directory/$name.log"
done
