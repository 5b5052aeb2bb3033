/* SCSI tape drives: the numbers in /sys/class/scsi_tape/st0/stats, times in nanoseconds. */
#include "../collector.h"

#include <string.h>

#include "../device.h"

#define TAPE(file, unit, name, help) { file, COUNTER, unit, "node_tape_" name "_total", help }

static const struct metric metrics[] = {
	{ "in_flight", GAUGE, ONE, "node_tape_io_now", "Requests in flight." },
	TAPE("io_ns", NANO, "io_time_seconds", "Time spent by all requests, among them those that move the tape."),
	TAPE("other_cnt", ONE, "io_others", "Requests that neither read nor write."),
	TAPE("read_byte_cnt", ONE, "read_bytes", "Bytes read."),
	TAPE("read_cnt", ONE, "reads_completed", "Reads completed."),
	TAPE("read_ns", NANO, "read_time_seconds", "Time spent by all reads."),
	TAPE("resid_cnt", ONE, "residual", "Reads and writes that did not transfer all bytes asked for."),
	TAPE("write_byte_cnt", ONE, "written_bytes", "Bytes written."),
	TAPE("write_cnt", ONE, "writes_completed", "Writes completed."),
	TAPE("write_ns", NANO, "write_time_seconds", "Time spent by all writes."),
	{ 0 },
};

static struct filter devices = { .exclude = "^$" };

/* "st0", of the names that each drive has; st0a, st0l and st0m are its modes, nst0 does not rewind. */
static bool
is_drive(const char *name)
{
	return name[2] != '\0' && name[2 + strspn(name + 2, "0123456789")] == '\0';
}

static int
add_drive(const struct device *d, struct page *p)
{
	if (!is_drive(d->name) || !filter_takes(&devices, d->name))
		return NOT_OURS;
	return device_add_below(d, "stats", metrics, COUNT(metrics) - 1, page_row_of(p, "device", d->name), p);
}

const struct collector tapestats = {
	.name = "tapestats",
	.help = "SCSI tape drives.",
	.metrics = metrics,
	.devices = { "class/scsi_tape", "st*[0-9]", add_drive },
	.flags = (const struct flag[]){
		{ "collector.tapestats.ignored-devices", TEXT, &devices.exclude,
		    "Drives to leave out, as a regular expression." },
		{ 0 },
	},
	.filters = { &devices },
};
