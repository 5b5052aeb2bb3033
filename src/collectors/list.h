/*
 * Every collector, in the order in which they run. Its file in this directory bears its name; a trailing underscore
 * keeps it from libc's.
 */
COLLECTOR(diskstats)
COLLECTOR(entropy)
COLLECTOR(filefd)
COLLECTOR(loadavg)
COLLECTOR(meminfo)
COLLECTOR(os)
COLLECTOR(pressure)
COLLECTOR(schedstat)
COLLECTOR(stat_)
COLLECTOR(time_)
COLLECTOR(timex)
COLLECTOR(uname_)
COLLECTOR(vmstat)
