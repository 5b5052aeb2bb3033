#!/bin/sh
# node_exporter and nodegauge over the files of tests/collectors. 77: there is no node_exporter.
exec "$(dirname "$0")/../node_exporter/files.py" "$@"
