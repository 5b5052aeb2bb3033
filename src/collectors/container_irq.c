/* irq.pressure of a cgroup: "full avg10=0.00 ... total=0", Linux 6.1. Documentation/accounting/psi.rst */
#include "../collector.h"

static const struct metric metrics[] = {
	{ "full total", COUNTER, US, "container_pressure_irq_stalled_seconds_total",
	    "Time in which all tasks waited for interrupts to be served." },
};

const struct collector container_irq = {
	.name = "container.irq",
	.help = "Time lost to interrupts, where the kernel measures their time.",
	.over = CONTAINERS,
	.off = true,
	.tables = (const struct table[]){
		{ CGROUP, "irq.pressure", nested, metrics, COUNT(metrics) },
		{ 0 },
	},
};
