/* Watchdog timers: /sys/class/watchdog. Documentation/ABI/testing/sysfs-class-watchdog of the kernel */
#include "../collector.h"

#include "../device.h"

#define WATCHDOG(file, name, help) { file, GAUGE, ONE, "node_watchdog_" name, help }

static const struct metric metrics[] = {
	WATCHDOG("bootstatus", "bootstatus", "WDIOF_ flags of how the machine was last started."),
	WATCHDOG("fw_version", "fw_version", "Version of the firmware."),
	WATCHDOG("nowayout", "nowayout", "1 if it cannot be stopped once it is started."),
	WATCHDOG("timeleft", "timeleft_seconds", "Time until it resets the machine."),
	WATCHDOG("timeout", "timeout_seconds", "Time without a ping after which it resets the machine."),
	WATCHDOG("pretimeout", "pretimeout_seconds", "How long before that it gives notice."),
	WATCHDOG("access_cs0", "access_cs0", "1 if it resets the machine into the first of two images."),
	WATCHDOG(NULL, "info", "What the watchdog is, and its states."),
	{ 0 },
};

enum { INFO = COUNT(metrics) - 2 };

static const struct label described[] = {
	{ "identity", "identity" }, { "name", NULL }, { "options", "options" },
	{ "pretimeout_governor", "pretimeout_governor" }, { "state", "state" }, { "status", "status" },
};

static int
add(const struct device *d, struct page *p)
{
	struct device_labels labels;
	int err = 0;

	device_add(d, metrics, COUNT(metrics), page_row_of(p, "name", d->name), p, &err);
	device_label(d, described, COUNT(described), ALL_LABELS, &labels, &err);
	page_add(p, &metrics[INFO], page_row(p, labels.labels, labels.n), 1);
	return err;
}

const struct collector watchdog = {
	.name = "watchdog",
	.help = "Watchdog timers.",
	.metrics = metrics,
	.devices = { "class/watchdog", "*", add },
};
