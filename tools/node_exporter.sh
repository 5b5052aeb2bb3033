#!/bin/sh
# Prints the path of the node_exporter to compare with: the release we follow, or Debian's where Go is missing.
set -eu
tools=$(dirname "$0")
status=0
"$tools/fetch-go.sh" github.com/prometheus/node_exporter v1.12.1 || status=$?
[ "$status" = 77 ] || exit "$status"
echo "$("$tools/fetch-deb.sh" prometheus-node-exporter)/usr/bin/prometheus-node-exporter"
