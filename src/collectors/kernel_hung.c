/* /proc/sys/kernel/hung_task_detect_count: how many hung tasks khungtaskd has found. Linux 6.13 */
#include "../collector.h"

static const struct metric metrics[] = {
	{ "hung_task_detect_count", COUNTER, ONE, "node_kernel_hung_tasks_total",
	    "Tasks found hung since the node booted." },
};

const struct collector kernel_hung = {
	.name = "kernel_hung",
	.help = "Tasks that hang in the kernel.",
	.tables = (const struct table[]){
		{ PROC, "sys/kernel/hung_task_detect_count", single, metrics, COUNT(metrics) },
		{ 0 },
	},
};
