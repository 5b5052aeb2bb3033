#!/bin/busybox sh
# Containers of a pod that end while nodegauge runs: one done, one killed for its memory and then started again.
# shellcheck shell=dash
set -eu
cri run </ended.json
for _ in $(seq 100); do
	! cri list | cut -f 3,12 | grep -q 'greedy.137' || break
	sleep 0.2
done
sleep 1
expected.sh
