/* /proc/sys/fs/file-nr: "1824	0	9223372036854775807", the middle one always 0. proc(5) */
#include "../collector.h"

static const struct metric metrics[] = {
	{ "allocated", GAUGE, ONE, "node_filefd_allocated", "Open files of the whole node." },
	{ NULL },
	{ "maximum", GAUGE, ONE, "node_filefd_maximum", "How many files the node may have open." },
};

const struct collector filefd = {
	.name = "filefd",
	.help = "Open files, and their limit.",
	.tables = (const struct table[]){
		{ PROC, "sys/fs/file-nr", columns, metrics, COUNT(metrics) },
		{ 0 },
	},
};
