#!/bin/sh
# From strace -f -y on stdin: the files and directories that were read, as lines "READS PATH". $1 is the process traced.
sed -nE 's/^[0-9]+ +(read|pread64|getdents64)\([0-9]+<(\/[^>]*)>.*/\2/p' | sed "s#^/proc/$1/#/proc/self/#" | sort | uniq -c
