/* Pressure stall information of a cgroup: "some avg10=0.00 ... total=0". Documentation/accounting/psi.rst */
#include "../collector.h"

#define PRESSURE(what) { \
	{ "some total", COUNTER, US, "container_pressure_" what "_waiting_seconds_total", \
	    "Time in which some tasks waited for " what "." }, \
	{ "full total", COUNTER, US, "container_pressure_" what "_stalled_seconds_total", \
	    "Time in which all tasks waited for " what "." }, \
}

static const struct metric cpu[] = PRESSURE("cpu"), io[] = PRESSURE("io"), memory[] = PRESSURE("memory");

const struct collector container_pressure = {
	.name = "container.pressure",
	.help = "Time lost by waiting for CPU, memory and I/O.",
	.over = CONTAINERS,
	.tables = (const struct table[]){
		{ CGROUP, "cpu.pressure", nested, cpu, COUNT(cpu), .optional = true },
		{ CGROUP, "io.pressure", nested, io, COUNT(io), .optional = true },
		{ CGROUP, "memory.pressure", nested, memory, COUNT(memory), .optional = true },
		{ 0 },
	},
};
