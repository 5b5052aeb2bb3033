/* /proc/pressure: stalled time, "some avg10=0.00 avg60=0.00 avg300=0.00 total=11220" in microseconds. */
#include "../collector.h"

#include <errno.h>

static const struct metric cpu[] = {
	{ "some total", COUNTER, US_TWICE, "node_pressure_cpu_waiting_seconds_total",
	    "Time in which some task waited for a CPU." },
};

static const struct metric io[] = {
	{ "some total", COUNTER, US_TWICE, "node_pressure_io_waiting_seconds_total",
	    "Time in which some task waited for I/O." },
	{ "full total", COUNTER, US_TWICE, "node_pressure_io_stalled_seconds_total",
	    "Time in which all tasks waited for I/O." },
};

static const struct metric memory[] = {
	{ "some total", COUNTER, US_TWICE, "node_pressure_memory_waiting_seconds_total",
	    "Time in which some task waited for memory." },
	{ "full total", COUNTER, US_TWICE, "node_pressure_memory_stalled_seconds_total",
	    "Time in which all tasks waited for memory." },
};

static const struct metric irq[] = {
	{ "full total", COUNTER, US_TWICE, "node_pressure_irq_stalled_seconds_total",
	    "Time in which all tasks waited for interrupts to be handled." },
};

/* Any of the files may be missing, but not all. */
static int
update(const struct scope *s, struct page *p)
{
	(void)s;
	return page_has(p, cpu->name) || page_has(p, io->name) || page_has(p, memory->name) || page_has(p, irq->name) ?
	    0 : -ENODATA;
}

const struct collector pressure = {
	.name = "pressure",
	.help = "Pressure stall information.",
	.tables = (const struct table[]){
		{ PROC, "pressure/cpu", nested, cpu, COUNT(cpu), .optional = true },
		{ PROC, "pressure/io", nested, io, COUNT(io), .optional = true },
		{ PROC, "pressure/memory", nested, memory, COUNT(memory), .optional = true },
		{ PROC, "pressure/irq", nested, irq, COUNT(irq), .optional = true },
		{ 0 },
	},
	.update = update,
};
