#!/bin/busybox sh
# What scrapes of idle containers cost, as lines "NAME VALUE": guest.sh PODS CONTAINERS-OF-EACH
# In a guest that counts instructions a nanosecond is one.
# shellcheck shell=dash
set -eu
scrapes=5

get() { # ENCODING
	wget -qO /tmp/page --header "Accept-Encoding: $1" http://127.0.0.1:9100/metrics/cadvisor
}
start() { # COMMAND...
	"$@" --log.level=error >&2 &
	for _ in $(seq 50); do
		! wget -qO /dev/null http://127.0.0.1:9100/readyz 2>/dev/null || break
		sleep 0.2
	done
	get gzip
	sleep 2 # processes are new for a second
	get gzip
}
cpu() {
	awk '{ sum += $1 } END { printf "%.0f\n", sum }' /proc/"$pid"/task/*/schedstat
}
# VmRSS of status is late by up to 256 kB for each thread before Linux 6.2.
memory() {
	awk -v what="$2:" '$1 == what { print name, $2 }' name="$1" "/proc/$pid/smaps_rollup" "/proc/$pid/status"
}
cost() { # NAME ENCODING COUNT
	before=$(cpu)
	for _ in $(seq "$3"); do get "$2"; done
	echo "$1 $((($(cpu) - before) / $3))"
	echo "$1_bytes $(stat -c %s /tmp/page)"
}

kubepods.sh containerd "$1" "$2" >&2
sleep 5
find /sys/fs/cgroup -name 'cri-*' | wc -l | sed 's/^/containers /'
find /sys/fs/cgroup -type d | wc -l | sed 's/^/cgroups /'

start nodegauge
pid=$(pidof nodegauge)
memory rss_idle Rss
cost gzip gzip $scrapes
cost plain identity $scrapes
grep -vc '^#' /tmp/page | sed 's/^/samples /'
for _ in $(seq 100); do get gzip; done
memory rss Rss
memory anon Anonymous
kill "$pid"
wait

start strace -D -f -y -s 0 -o /tmp/trace nodegauge
pid=$(pidof nodegauge)
sleep 1
lines=$(wc -l </tmp/trace)
get gzip
sleep 1
tail -n +$((lines + 1)) /tmp/trace >/tmp/scrape
grep -Ecv 'resumed>|\+\+\+|---|[0-9] (futex|poll)' /tmp/scrape | sed 's/^/calls /'
sed -E 's/^[0-9]+ +//; s/\(.*//' /tmp/scrape | sort | uniq -c | sort -rn >&2
files.sh "$pid" </tmp/scrape >/tmp/files
wc -l </tmp/files | sed 's/^/files /'
cp /tmp/files /tmp/scrape /out
echo "floor_open $(echo $scrapes | floor open /tmp/files)"
echo "floor_kept $(echo $scrapes | floor kept /tmp/files)"
