#!/bin/busybox sh
# What an exporter costs that is scraped every 15 s beside containers that wake up once a second, as lines "NAME VALUE":
# peer.sh PODS CONTAINERS-OF-EACH URL COMMAND...
# In a guest that counts instructions a nanosecond is one.
# shellcheck shell=dash
set -eu
rounds=4 interval=15
pods=$1 containers=$2 url=$3
shift 3

get() { # ENCODING
	wget -qO /tmp/page --header "Accept-Encoding: $1" "$url"
}
uptime() {
	cut -d ' ' -f 1 /proc/uptime
}
cpu() {
	awk '{ sum += $1 } END { printf "%.0f\n", sum }' /proc/"$pid"/task/*/schedstat
}
# VmRSS of status is late by up to 256 kB for each thread before Linux 6.2.
memory() {
	awk -v what="$2:" '$1 == what { print name, $2 }' name="$1" "/proc/$pid/smaps_rollup" "/proc/$pid/status"
}
since_start() {
	echo "$started $(uptime)" | awk '{ print $2 - $1 }'
}
all_there() {
	[ "$(grep -F "container_last_seen{" /tmp/page | grep -c cri-containerd-)" = "$all" ]
}
scrapes() {
	at_scrapes=0
	for _ in $(seq $rounds); do
		sleep $interval
		before=$(cpu)
		get gzip
		at_scrapes=$((at_scrapes + $(cpu) - before))
	done
}

kubepods.sh containerd "$pods" "$containers" awake >&2
sleep 5
all=$(find /sys/fs/cgroup -name 'cri-*' | wc -l)
echo "containers $all"
started=$(uptime)
"$@" >/tmp/log 2>&1 &
pid=$!
trap 'tail /tmp/log >&2' EXIT
until get identity 2>/dev/null; do usleep 10000; done
seconds=$(since_start)
echo "first_page $seconds"
for _ in $(seq 200); do
	! all_there || break
	usleep 50000
	get identity
	seconds=$(since_start)
done
all_there
echo "complete_page $seconds"
cpu | sed 's/^/cpu_start /'
grep -vc '^#' /tmp/page | sed 's/^/samples /'
stat -c 'bytes %s' /tmp/page
echo 5 >"/proc/$pid/clear_refs" # the peak of its memory begins anew
scrapes
before_all=$(cpu)
scrapes
echo "interval $((($(cpu) - before_all) / rounds))"
echo "scrape $((at_scrapes / rounds))"
stat -c 'gzip_bytes %s' /tmp/page
memory rss Rss
memory rss_peak VmHWM
memory anon Anonymous
trap - EXIT
