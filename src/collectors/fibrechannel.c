/*
 * Fibre Channel host adapters, /sys/class/fc_host/host5, and what their firmware counts, statistics in it, in
 * hexadecimal: "0x1d4c". Which of the attributes there are depends on the driver.
 */
#include "../collector.h"

#include <errno.h>
#include <string.h>

#include "../device.h"
#include "../text.h"

#define COUNT_OF(file, name, help) { "statistics/" file, COUNTER, ONE, "node_fibrechannel_" name "_total", help }

static const struct metric metrics[] = {
	COUNT_OF("dumped_frames", "dumped_frames", "Frames dropped because there was no buffer for them."),
	COUNT_OF("error_frames", "error_frames", "Frames received with an error."),
	COUNT_OF("fcp_packet_aborts", "fcp_packet_aborts", "SCSI commands that were aborted."),
	COUNT_OF("invalid_crc_count", "invalid_crc", "Frames received with a wrong checksum."),
	COUNT_OF("invalid_tx_word_count", "invalid_tx_words", "Transmission words received that are not valid."),
	COUNT_OF("link_failure_count", "link_failure", "Times that the link failed."),
	COUNT_OF("loss_of_signal_count", "loss_of_signal", "Times that the signal was lost."),
	COUNT_OF("loss_of_sync_count", "loss_of_sync", "Times that the synchronization of words was lost."),
	COUNT_OF("nos_count", "nos", "Not Operational primitive sequences received."),
	COUNT_OF("rx_frames", "rx_frames", "Frames received."),
	COUNT_OF("rx_words", "rx_words", "Words of 4 bytes received."),
	COUNT_OF("seconds_since_last_reset", "seconds_since_last_reset", "Seconds that the firmware has counted for."),
	COUNT_OF("tx_frames", "tx_frames", "Frames sent."),
	COUNT_OF("tx_words", "tx_words", "Words of 4 bytes sent."),
	{ NULL, GAUGE, ONE, "node_fibrechannel_info", "The adapter's addresses, speed and state." },
	{ 0 },
};

enum { INFO = COUNT(metrics) - 2, COUNTERS = INFO };

/* What the driver cannot count is all ones. */
static int
add_counters(const struct device *d, struct page *p)
{
	uint32_t row = page_row_of(p, "fc_host", d->name);
	char room[ATTRIBUTE_MAX + 1], *text;
	uint64_t value;
	int err = 0;

	for (size_t i = 0; i < COUNTERS; i++) {
		if ((text = device_answer(d, metrics[i].key, room, &err)) == NULL)
			continue;
		if (!text_u64(text, 0, &value))
			err = device_blame(d, metrics[i].key, -EINVAL);
		else if (value != UINT64_MAX)
			page_add(p, &metrics[i], row, (double)value);
	}
	return err;
}

static bool
is_address(const char *file)
{
	return strcmp(file, "fabric_name") == 0 || strcmp(file, "port_id") == 0 || strcmp(file, "port_name") == 0;
}

/* The files are called as the labels that they become. Addresses lose their 0x; a file that is not there is "". */
static int
add_host(const struct device *d, struct page *p)
{
	struct label labels[] = {
		{ "dev_loss_tmo" }, { "fabric_name" }, { "fc_host", d->name }, { "port_id" }, { "port_name" },
		{ "port_state" }, { "port_type" }, { "speed" }, { "supported_classes" }, { "supported_speeds" },
		{ "symbolic_name" },
	};
	char text[COUNT(labels)][ATTRIBUTE_MAX + 1];
	int err;

	for (size_t i = 0; i < COUNT(labels); i++) {
		if (labels[i].value != NULL)
			continue;
		text[i][0] = '\0';
		if ((err = device_text(d, labels[i].name, text[i])) != 0 && err != -ENOENT)
			return err;
		labels[i].value = text[i] + (is_address(labels[i].name) && strlen(text[i]) > 2 ? 2 : 0);
	}
	page_add(p, &metrics[INFO], page_row(p, labels, COUNT(labels)), 1);
	return add_counters(d, p);
}

const struct collector fibrechannel = {
	.name = "fibrechannel",
	.help = "Fibre Channel host adapters.",
	.metrics = metrics,
	.devices = { "class/fc_host", "*", add_host },
};
