#!/bin/sh
# The node's page whole, over files of one machine (Linux 6.12); without the collectors that ask the kernel by system calls.
#   run.sh [-u]
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../collectors/run.sh" "$@" "$here"
