#!/bin/sh
# From strace -f -y on stdin: the files and directories that were read, as lines "READS PATH". $1 is the process traced.
# Files of processes are left out: these end.
sed -nE 's/^[0-9]+ +(read|pread64|getdents64)\([0-9]+<(\/[^>]*)>.*/\2/p' | sed "s#^/proc/$1/#/proc/self/#" | grep -vE '^/proc/[0-9]+/cgroup' | sort | uniq -c
