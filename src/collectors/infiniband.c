/*
 * InfiniBand and RoCE adapters: /sys/class/infiniband/mlx5_0, its ports, ports/1, and their counters. Which there are
 * depends on the driver. https://docs.kernel.org/admin-guide/abi-stable.html (sysfs-class-infiniband)
 */
#include "../collector.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "../device.h"
#include "../text.h"

#define COUNTS(file, unit, name, help) { file, COUNTER, unit, "node_infiniband_" name "_total", help }
#define IS(name, help) { NULL, GAUGE, ONE, "node_infiniband_" name, help }

/* Data is counted in words of 4 bytes. counters_ext is of kernels before Linux 4.5, hw_counters mostly of mlx5. */
static const struct metric metrics[] = {
	IS("info", "The adapter's type and firmware."),
	IS("state_id", "State of the port: 1 down, 2 initializing, 3 armed, 4 active, 5 active but deferred."),
	IS("physical_state_id",
	    "Physical state of the port: 1 asleep, 2 polling, 3 disabled, 4 training, 5 link up, 6 recovering, 7 testing."),
	IS("rate_bytes_per_second", "Rate of the port's link."),

	COUNTS("excessive_buffer_overrun_errors", ONE, "excessive_buffer_overrun_errors",
	    "Times that buffers overran for as long as the port tolerates it."),
	COUNTS("link_downed", ONE, "link_downed", "Times that the link went down because it could not recover."),
	COUNTS("link_error_recovery", ONE, "link_error_recovery", "Times that the link recovered from errors."),
	COUNTS("local_link_integrity_errors", ONE, "local_link_integrity_errors",
	    "Times that local physical errors were more than the port tolerates."),
	COUNTS("multicast_rcv_packets", ONE, "multicast_packets_received", "Multicast packets received."),
	COUNTS("multicast_xmit_packets", ONE, "multicast_packets_transmitted", "Multicast packets sent."),
	COUNTS("port_rcv_constraint_errors", ONE, "port_constraint_errors_received",
	    "Packets received and dropped by raw filters, partition keys or IP versions."),
	COUNTS("port_rcv_data", DWORDS, "port_data_received_bytes", "Bytes received."),
	COUNTS("port_rcv_discards", ONE, "port_discards_received",
	    "Packets received and dropped because the port was down or congested."),
	COUNTS("port_rcv_errors", ONE, "port_errors_received", "Packets received with an error."),
	COUNTS("port_rcv_packets", ONE, "port_packets_received", "Packets received."),
	COUNTS("port_rcv_remote_physical_errors", ONE, "port_receive_remote_physical_errors",
	    "Packets received that were marked as bad on their way."),
	COUNTS("port_rcv_switch_relay_errors", ONE, "port_receive_switch_relay_errors",
	    "Packets received that the switch could not forward."),
	COUNTS("port_xmit_constraint_errors", ONE, "port_constraint_errors_transmitted",
	    "Packets not sent because of raw filters, partition keys or IP versions."),
	COUNTS("port_xmit_data", DWORDS, "port_data_transmitted_bytes", "Bytes sent."),
	COUNTS("port_xmit_discards", ONE, "port_discards_transmitted",
	    "Packets not sent because the port was down or congested."),
	COUNTS("port_xmit_packets", ONE, "port_packets_transmitted", "Packets sent."),
	COUNTS("port_xmit_wait", ONE, "port_transmit_wait", "Ticks in which the port had data to send but could not."),
	COUNTS("symbol_error", ONE, "symbol_error", "Minor errors of the lanes of the link."),
	COUNTS("unicast_rcv_packets", ONE, "unicast_packets_received", "Unicast packets received."),
	COUNTS("unicast_xmit_packets", ONE, "unicast_packets_transmitted", "Unicast packets sent."),
	COUNTS("VL15_dropped", ONE, "vl15_dropped", "Packets of subnet management dropped for want of buffers."),

	COUNTS("port_multicast_rcv_packets", ONE, "legacy_multicast_packets_received", "Multicast packets received."),
	COUNTS("port_multicast_xmit_packets", ONE, "legacy_multicast_packets_transmitted", "Multicast packets sent."),
	COUNTS("port_rcv_data_64", DWORDS, "legacy_data_received_bytes", "Bytes received."),
	COUNTS("port_rcv_packets_64", ONE, "legacy_packets_received", "Packets received."),
	COUNTS("port_unicast_rcv_packets", ONE, "legacy_unicast_packets_received", "Unicast packets received."),
	COUNTS("port_unicast_xmit_packets", ONE, "legacy_unicast_packets_transmitted", "Unicast packets sent."),
	COUNTS("port_xmit_data_64", DWORDS, "legacy_data_transmitted_bytes", "Bytes sent."),
	COUNTS("port_xmit_packets_64", ONE, "legacy_packets_transmitted", "Packets sent."),

	COUNTS("duplicate_request", ONE, "duplicate_requests_packets", "Requests received that had been carried out."),
	COUNTS("implied_nak_seq_err", ONE, "implied_nak_seq_errors",
	    "Answers whose number tells that one before them was lost."),
	{ "lifespan", GAUGE, MS_WHOLE, "node_infiniband_lifespan_seconds",
	    "How long the device hands out the counters that it read last." },
	COUNTS("local_ack_timeout_err", ONE, "local_ack_timeout_errors",
	    "Times that a sender's timer for an acknowledgement ran out."),
	COUNTS("np_cnp_sent", ONE, "np_cnp_packets_sent", "Notifications of congestion (CNP) sent."),
	COUNTS("np_ecn_marked_roce_packets", ONE, "np_ecn_marked_roce_packets_received",
	    "RoCE packets received that were marked for congestion."),
	COUNTS("out_of_buffer", ONE, "out_of_buffer_drops", "Packets dropped because the queue had no receive request."),
	COUNTS("out_of_sequence", ONE, "out_of_sequence_packets_received", "Packets received out of sequence."),
	COUNTS("packet_seq_err", ONE, "packet_sequence_errors", "Negative acknowledgements of a packet's number received."),
	COUNTS("req_cqe_error", ONE, "req_cqes_errors", "Requests completed with an error."),
	COUNTS("req_cqe_flush_error", ONE, "req_cqes_flush_errors", "Requests flushed with an error."),
	COUNTS("req_remote_access_errors", ONE, "req_remote_access_errors",
	    "Requests that the other side refused for want of access."),
	COUNTS("req_remote_invalid_request", ONE, "req_remote_invalid_request_errors",
	    "Requests that the other side found not valid."),
	COUNTS("resp_cqe_error", ONE, "resp_cqes_errors", "Responses completed with an error."),
	COUNTS("resp_cqe_flush_error", ONE, "resp_cqes_flush_errors", "Responses flushed with an error."),
	COUNTS("resp_local_length_error", ONE, "resp_local_length_errors", "Requests received of a wrong length."),
	COUNTS("resp_remote_access_errors", ONE, "resp_remote_access_errors",
	    "Requests received that were refused for want of access."),
	COUNTS("rnr_nak_retry_err", ONE, "rnr_nak_retry_packets_received", "Answers received that the receiver is not ready."),
	COUNTS("roce_adp_retrans", ONE, "roce_adp_retransmits", "Adaptive retransmissions of RoCE."),
	COUNTS("roce_adp_retrans_to", ONE, "roce_adp_retransmits_timeout",
	    "Times that RoCE timed out because of adaptive retransmission."),
	COUNTS("roce_slow_restart", ONE, "roce_slow_restart_used", "Times that RoCE restarted slowly."),
	COUNTS("roce_slow_restart_cnps", ONE, "roce_slow_restart_cnps",
	    "Notifications of congestion that a slow restart of RoCE made."),
	COUNTS("roce_slow_restart_trans", ONE, "roce_slow_restart", "Times that RoCE went over to a slow restart."),
	COUNTS("rp_cnp_handled", ONE, "rp_cnp_packets_handled",
	    "Notifications of congestion received that slowed down sending."),
	COUNTS("rp_cnp_ignored", ONE, "rp_cnp_ignored_packets_received",
	    "Notifications of congestion received and ignored."),
	COUNTS("rx_atomic_requests", ONE, "rx_atomic_requests", "Atomic requests received."),
	COUNTS("rx_dct_connect", ONE, "rx_dct_connect_requests",
	    "Requests received to connect dynamically connected targets (DCT)."),
	COUNTS("rx_icrc_encapsulated", ONE, "rx_icrc_encapsulated_errors", "RoCE packets received with a wrong checksum."),
	COUNTS("rx_read_requests", ONE, "rx_read_requests", "Read requests received."),
	COUNTS("rx_write_requests", ONE, "rx_write_requests", "Write requests received."),
	{ 0 },
};

enum {
	INFO, STATE, PHYSICAL_STATE, RATE,
	COUNTERS, EXTENDED = COUNTERS + 22, HARDWARE = EXTENDED + 8, ALL = COUNT(metrics) - 1,
};

static struct filter devices;

static int
add_counters(const struct device *d, const char *directory, size_t from, size_t to, struct page *p, uint32_t row)
{
	int err = device_add_below(d, directory, &metrics[from], to - from, row, p);

	return err == -ENOENT ? 0 : err;
}

/* "4: ACTIVE" */
static int
add_state(const struct device *d, const char *file, const struct metric *m, struct page *p, uint32_t row)
{
	char text[ATTRIBUTE_MAX + 1], *at = text;
	uint64_t id;
	int err = device_text(d, file, text);

	if (err != 0)
		return err;
	if (!text_u64(text_trim(text_field(&at, ':')), 10, &id) || id > UINT32_MAX || at == NULL)
		return device_blame(d, file, -EINVAL);
	page_add(p, m, row, (double)id);
	return 0;
}

/* "100 Gb/sec (4X EDR)", in whole bytes per second */
static int
add_rate(const struct device *d, struct page *p, uint32_t row)
{
	char text[ATTRIBUTE_MAX + 1], *at = text;
	double gigabits;
	int err = device_text(d, "rate", text);

	if (err != 0)
		return err;
	if (!text_number(text_field(&at, ' '), &gigabits) || !(gigabits >= 0 && gigabits < 1e9) || at == NULL)
		return device_blame(d, "rate", -EINVAL);
	page_add(p, &metrics[RATE], row, trunc((float)gigabits * 125e6));
	return 0;
}

static int
add_port(const struct device *d, struct page *p)
{
	uint32_t row = page_row(p, LABELS({ "device", d->of->name }, { "port", d->name }));
	const int errors[] = {
		add_state(d, "state", &metrics[STATE], p, row),
		add_state(d, "phys_state", &metrics[PHYSICAL_STATE], p, row),
		add_rate(d, p, row),
		add_counters(d, "counters", COUNTERS, EXTENDED, p, row),
		add_counters(d, "counters_ext", EXTENDED, HARDWARE, p, row),
		add_counters(d, "hw_counters", HARDWARE, ALL, p, row),
	};

	for (size_t i = 0; i < COUNT(errors); i++)
		if (errors[i] != 0)
			return errors[i];
	return 0;
}

static int
add_device(const struct device *d, struct page *p)
{
	static const char *const files[] = { "board_id", "fw_ver", "hca_type" };
	char text[COUNT(files)][ATTRIBUTE_MAX + 1] = { 0 };
	int err;

	if (!filter_takes(&devices, d->name))
		return NOT_OURS;
	for (size_t i = 0; i < COUNT(files); i++)
		if ((err = device_text(d, files[i], text[i])) != 0 && (err != -ENOENT || strcmp(files[i], "fw_ver") == 0))
			return err;
	page_add(p, &metrics[INFO], page_row(p, LABELS(
		{ "board_id", text[0] },
		{ "device", d->name },
		{ "firmware_version", text[1] },
		{ "hca_type", text[2] }
	)), 1);
	return device_each(d, "ports", "[0-9]*", add_port, p);
}

const struct collector infiniband = {
	.name = "infiniband",
	.help = "InfiniBand and RoCE adapters.",
	.metrics = metrics,
	.devices = { "class/infiniband", "*", add_device },
	.flags = (const struct flag[]){
		{ "collector.infiniband.device-exclude", TEXT, &devices.exclude, "Adapters to leave out, a regexp." },
		{ "collector.infiniband.device-include", TEXT, &devices.include, "Adapters to export, a regexp." },
		{ 0 },
	},
	.filters = { &devices },
};
