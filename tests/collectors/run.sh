#!/bin/sh
# Runs each collector over the files of its directory here and compares the page with expected.prom.
#   run.sh [-u] [DIRECTORY...]      -u writes expected.prom anew, to be reviewed like code
# A directory is called as its collector, or COLLECTOR-what where there are several. It holds proc, sys, rootfs, udev and
# cgroup as far as the collector reads them, and flags, one on each line, "=@/" before a path in the directory. A cgroup
# directory asks for the containers' page, resource for its own. One called node has all collectors.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
nodegauge=${NODEGAUGE:-$here/../../build/nodegauge}
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT

update=
[ "${1-}" != -u ] || { update=1; shift; }
[ $# -gt 0 ] || set -- "$here"/*/

# What differs from run to run is not compared, nor where the directory is.
page() {
	dir=$1 name=$(basename "$1") path=/metrics
	set -- --once --web.disable-exporter-metrics --log.level=error
	[ "$name" = node ] || set -- "$@" --collector.disable-defaults --collector."${name%%-*}"
	for place in procfs:proc sysfs:sys rootfs:rootfs udev.data:udev; do
		files=$dir/${place#*:}
		[ -d "$files" ] || files=$empty
		set -- "$@" "--path.${place%:*}=$files"
	done
	[ ! -d "$dir/cgroup" ] || { path=/metrics/cadvisor; set -- "$@" "--path.cgroupfs=$dir/cgroup"; }
	[ "$name" != resource ] || path=/metrics/resource
	if [ -e "$dir/flags" ]; then
		while read -r flag; do set -- "$@" "$flag"; done <<-end
			$(sed "s|=@/|=$dir/|" "$dir/flags")
		end
	fi
	"$nodegauge" "$@" --once.path=$path |
		grep -vE '^(# (HELP|TYPE) )?(node_scrape_collector_duration_seconds|(node_exporter|nodegauge)_build_info|nodegauge_cgroup_version|container_last_seen|process_memory_bytes)[ {]' |
		sed "s|\"$dir/|\"/|"
}

failed=0 n=0
for dir; do
	dir=${dir%/}
	n=$((n + 1))
	if [ "$update" ]; then
		page "$dir" >"$dir/expected.prom"
	elif ! page "$dir" | diff -u "$dir/expected.prom" -; then
		echo "$(basename "$dir"): differs" >&2
		failed=$((failed + 1))
	fi
done
echo "$n directories, $failed failed"
[ "$n" -gt 0 ] && [ "$failed" -eq 0 ]
