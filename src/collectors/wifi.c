/* Interfaces of WiFi, the network that each is in, and its stations, from nl80211, linux/nl80211.h. */
#include "../collector.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/nl80211.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../fixture.h"
#include "../netlink.h"

static const char *fixtures;

#define STATION(type, name, help) { "", type, ONE, "node_wifi_station_" name, help }

static const struct metric metrics[] = {
	STATION(COUNTER, "connected_seconds_total", "Time that the station has been connected."),
	STATION(GAUGE, "inactive_seconds", "Time since the station was last active."),
	STATION(GAUGE, "receive_bits_per_second", "Bits per second at which the station's packets come."),
	STATION(GAUGE, "transmit_bits_per_second", "Bits per second at which packets are sent to the station."),
	STATION(COUNTER, "receive_bytes_total", "Bytes received from the station."),
	STATION(COUNTER, "transmit_bytes_total", "Bytes sent to the station."),
	STATION(COUNTER, "received_packets_total", "Packets received from the station."),
	STATION(COUNTER, "transmitted_packets_total", "Packets sent to the station."),
	STATION(GAUGE, "signal_dbm", "Strength of the station's signal."),
	STATION(COUNTER, "transmit_retries_total", "Packets sent to the station again."),
	STATION(COUNTER, "transmit_failed_total", "Packets that could not be sent to the station."),
	STATION(COUNTER, "beacon_loss_total", "Times that the station's beacon was missed."),
	STATION(GAUGE, "info", "The network that the interface is in."),
	{ "", GAUGE, MHZ, "node_wifi_interface_frequency_hertz", "The frequency of the interface, 0 if it has none." },
	{ 0 },
};

enum {
	CONNECTED, INACTIVE, RX_RATE, TX_RATE, RECEIVED, SENT, PACKETS_RECEIVED, PACKETS_SENT, SIGNAL, RETRIES,
	FAILED, BEACON_LOSS, VALUES,
	INFO = VALUES, FREQUENCY,
};

struct interface {
	uint32_t index;
	double frequency;               /* MHz */
	char name[FIXTURE_MAX];
};

/* The first two values are nanoseconds, as in a fixture. */
struct station {
	double values[VALUES];
	char address[FIXTURE_MAX];
};

/* A network, if there is one. */
struct network {
	bool found;
	double status;                  /* NL80211_BSS_STATUS_ */
	char ssid[FIXTURE_MAX], bssid[FIXTURE_MAX];
};

static struct {
	struct interface *interfaces;
	size_t n_interfaces, room_interfaces;
	struct station *stations;
	size_t n_stations, room_stations;
	struct network network;
} all;

static void *
new_interface(void)
{
	all.interfaces = must_grow(all.interfaces, all.n_interfaces, &all.room_interfaces, sizeof *all.interfaces);
	all.interfaces[all.n_interfaces] = (struct interface){ 0 };
	return &all.interfaces[all.n_interfaces++];
}

static void *
new_station(void)
{
	all.stations = must_grow(all.stations, all.n_stations, &all.room_stations, sizeof *all.stations);
	all.stations[all.n_stations] = (struct station){ 0 };
	return &all.stations[all.n_stations++];
}

/* The kernel's answers ------------------------------------------------------------------------------------------- */

static void
print_address(char to[FIXTURE_MAX], const struct attribute *a)
{
	*to = '\0';
	for (size_t i = 0; i < a->size && i < FIXTURE_MAX / 3; i++)
		to += sprintf(to, i == 0 ? "%02x" : ":%02x", ((const unsigned char *)a->data)[i]);
}

static void
take_interface(const struct nlmsghdr *m, void *to)
{
	struct interface *f;
	struct attribute a;

	(void)to;
	if (m == NULL) {
		all.n_interfaces = 0;
		return;
	}
	f = new_interface();
	for (struct attributes from = netlink_attributes(m, GENL_HDRLEN); netlink_next(&from, &a);) {
		if (a.type == NL80211_ATTR_IFINDEX)
			f->index = (uint32_t)netlink_number(&a);
		else if (a.type == NL80211_ATTR_IFNAME)
			netlink_text(&a, f->name, sizeof f->name);
		else if (a.type == NL80211_ATTR_WIPHY_FREQ)
			f->frequency = (double)netlink_number(&a);
	}
}

/* The attribute of that type in a message; false if there is none. */
static bool
find(const struct nlmsghdr *m, unsigned short type, struct attribute *a)
{
	for (struct attributes from = netlink_attributes(m, GENL_HDRLEN); netlink_next(&from, a);)
		if (a->type == type)
			return true;
	return false;
}

/* Information elements, each a type, a length and so many bytes; 0 is the name of the network. */
static void
take_ssid(struct network *n, const struct attribute *elements)
{
	const unsigned char *at = elements->data, *end = at + elements->size;

	for (; end - at >= 2 && end - at - 2 >= at[1]; at += 2 + at[1])
		if (at[0] == 0)
			snprintf(n->ssid, sizeof n->ssid, "%.*s", at[1], (const char *)at + 2);
}

/* Of all networks in reach only the one that the interface is in has a status. */
static void
take_network(const struct nlmsghdr *m, void *to)
{
	struct network n = { 0 };
	struct attribute bss, a;

	(void)to;
	if (m == NULL)
		all.network = n;
	if (m == NULL || all.network.found || !find(m, NL80211_ATTR_BSS, &bss))
		return;
	for (struct attributes from = netlink_nested(&bss); netlink_next(&from, &a);) {
		if (a.type == NL80211_BSS_BSSID) {
			print_address(n.bssid, &a);
		} else if (a.type == NL80211_BSS_INFORMATION_ELEMENTS) {
			take_ssid(&n, &a);
		} else if (a.type == NL80211_BSS_STATUS) {
			n.status = (double)netlink_number(&a);
			n.found = true;
		}
	}
	if (n.found)
		all.network = n;
}

/* In units of 100 kbit/s; the attribute of 16 bits is for what fits. */
static double
rate(const struct attribute *info)
{
	struct attribute a;
	uint64_t narrow = 0, wide = 0;

	for (struct attributes from = netlink_nested(info); netlink_next(&from, &a);) {
		if (a.type == NL80211_RATE_INFO_BITRATE)
			narrow = netlink_number(&a);
		else if (a.type == NL80211_RATE_INFO_BITRATE32)
			wide = netlink_number(&a);
	}
	return (double)(wide != 0 ? wide : narrow) * 100 * 1000;
}

static void
take_figure(struct station *s, const struct attribute *a)
{
	double *v = s->values, n = (double)netlink_number(a);

	switch (a->type) {
	case NL80211_STA_INFO_CONNECTED_TIME: v[CONNECTED] = n * 1e9; break;
	case NL80211_STA_INFO_INACTIVE_TIME: v[INACTIVE] = n * 1e6; break;
	case NL80211_STA_INFO_RX_BITRATE: v[RX_RATE] = rate(a); break;
	case NL80211_STA_INFO_TX_BITRATE: v[TX_RATE] = rate(a); break;
	case NL80211_STA_INFO_RX_BYTES: v[RECEIVED] = v[RECEIVED] > 0 ? v[RECEIVED] : n; break;
	case NL80211_STA_INFO_TX_BYTES: v[SENT] = v[SENT] > 0 ? v[SENT] : n; break;
	case NL80211_STA_INFO_RX_BYTES64: v[RECEIVED] = n; break;
	case NL80211_STA_INFO_TX_BYTES64: v[SENT] = n; break;
	case NL80211_STA_INFO_RX_PACKETS: v[PACKETS_RECEIVED] = n; break;
	case NL80211_STA_INFO_TX_PACKETS: v[PACKETS_SENT] = n; break;
	case NL80211_STA_INFO_SIGNAL: v[SIGNAL] = (int8_t)netlink_number(a); break;
	case NL80211_STA_INFO_TX_RETRIES: v[RETRIES] = n; break;
	case NL80211_STA_INFO_TX_FAILED: v[FAILED] = n; break;
	case NL80211_STA_INFO_BEACON_LOSS: v[BEACON_LOSS] = n; break;
	default: break;
	}
}

static void
take_station(const struct nlmsghdr *m, void *to)
{
	struct attribute info, a;
	struct station *s;

	(void)to;
	if (m == NULL)
		all.n_stations = 0;
	if (m == NULL || !find(m, NL80211_ATTR_STA_INFO, &info))
		return;
	s = new_station();
	if (find(m, NL80211_ATTR_MAC, &a))
		print_address(s->address, &a);
	for (struct attributes from = netlink_nested(&info); netlink_next(&from, &a);)
		take_figure(s, &a);
}

static unsigned short nl80211;

static int
ask_interfaces(void)
{
	int err = place_is_our_network() ? netlink_family(NL80211_GENL_NAME, &nl80211) : -ENOENT;

	if (err != 0)
		return err == -ENOENT || err == -EPERM || err == -EACCES ? -ENODATA : err;
	return netlink_dump_generic(nl80211, NL80211_CMD_GET_INTERFACE, 0, 0, take_interface, NULL);
}

static int
ask(const struct interface *f, uint8_t command, netlink_taker *take)
{
	return netlink_dump_generic(nl80211, command, NL80211_ATTR_IFINDEX, f->index, take, NULL);
}

static int
ask_network(const struct interface *f)
{
	return ask(f, NL80211_CMD_GET_SCAN, take_network);
}

static int
ask_stations(const struct interface *f)
{
	return ask(f, NL80211_CMD_GET_STATION, take_station);
}

/* Fixtures: Interface, BSS and StationInfo of github.com/mdlayher/wifi ------------------------------------------- */

#define INTEGER(name, in, member) { name, FIXTURE_NUMBER, offsetof(in, member), -0x1p63, 0x1p63 }

static const struct fixture_field interface_fields[] = {
	{ "Name", FIXTURE_TEXT, offsetof(struct interface, name) },
	INTEGER("Frequency", struct interface, frequency),
};

static const struct fixture_field network_fields[] = {
	{ "SSID", FIXTURE_TEXT, offsetof(struct network, ssid) },
	{ "BSSID", FIXTURE_ADDRESS, offsetof(struct network, bssid) },
	INTEGER("Status", struct network, status),
};

#define FIGURE(name, value) INTEGER(name, struct station, values[value])

static const struct fixture_field station_fields[] = {
	{ "HardwareAddr", FIXTURE_ADDRESS, offsetof(struct station, address) },
	FIGURE("Connected", CONNECTED), FIGURE("Inactive", INACTIVE),
	FIGURE("ReceivedBytes", RECEIVED), FIGURE("TransmittedBytes", SENT),
	FIGURE("ReceivedPackets", PACKETS_RECEIVED), FIGURE("TransmittedPackets", PACKETS_SENT),
	FIGURE("ReceiveBitrate", RX_RATE), FIGURE("TransmitBitrate", TX_RATE), FIGURE("Signal", SIGNAL),
	FIGURE("TransmitRetries", RETRIES), FIGURE("TransmitFailed", FAILED), FIGURE("BeaconLoss", BEACON_LOSS),
};

static int
read_interfaces(void)
{
	all.n_interfaces = 0;
	return fixture_list(fixtures, "interfaces.json", interface_fields, COUNT(interface_fields), new_interface);
}

static const char *
file_of(const struct interface *f, const char *file)
{
	static char path[FIXTURE_MAX + 32];

	snprintf(path, sizeof path, "%s/%s", f->name, file);
	return path;
}

static int
read_network(const struct interface *f)
{
	int err;

	all.network = (struct network){ 0 };
	err = fixture_object(fixtures, file_of(f, "bss.json"), network_fields, COUNT(network_fields), &all.network);
	all.network.found = err == 0;
	return err;
}

static int
read_stations(const struct interface *f)
{
	all.n_stations = 0;
	return fixture_list(fixtures, file_of(f, "stationinfo.json"), station_fields, COUNT(station_fields), new_station);
}

/* The page ------------------------------------------------------------------------------------------------------- */

/* As Go has a duration in seconds. */
static double
seconds(double nanoseconds)
{
	double whole = trunc(nanoseconds / 1e9);

	return whole + fmod(nanoseconds, 1e9) / 1e9;
}

/* node_exporter's library counts a status more than the kernel: an IBSS that is joined is unknown but in fixtures. */
static const char *
mode(const struct network *n)
{
	enum { LIBRARY_IBSS_JOINED = 3 };

	if (n->status == NL80211_BSS_STATUS_AUTHENTICATED || n->status == NL80211_BSS_STATUS_ASSOCIATED)
		return "client";
	return n->status == LIBRARY_IBSS_JOINED ? "ad-hoc" : "unknown";
}

static void
add_station(struct page *p, const char *device, struct station *s)
{
	uint32_t row = page_row(p, LABELS({ "device", device }, { "mac_address", s->address }));

	s->values[CONNECTED] = seconds(s->values[CONNECTED]);
	s->values[INACTIVE] = seconds(s->values[INACTIVE]);
	for (size_t i = 0; i < VALUES; i++)
		page_add(p, &metrics[i], row, s->values[i]);
}

/* What an interface of its kind does not have, or that has gone, is no failure. */
static int
failure(int err)
{
	return err == -ENOENT || err == -ENODEV ? 0 : err;
}

static int
add(struct page *p, const struct interface *f, bool given)
{
	const struct network *n = &all.network;
	int err = (given ? read_network : ask_network)(f), more;

	page_add(p, &metrics[FREQUENCY], page_row_of(p, "device", f->name), f->frequency);
	if (err == 0 && n->found)
		page_add(p, &metrics[INFO], page_row(p, LABELS(
			{ "bssid", n->bssid }, { "device", f->name }, { "mode", mode(n) }, { "ssid", n->ssid }
		)), 1);
	more = (given ? read_stations : ask_stations)(f);
	for (size_t i = 0; more == 0 && i < all.n_stations; i++)
		add_station(p, f->name, &all.stations[i]);
	return failure(err) != 0 ? err : failure(more);
}

static int
update(const struct scope *s, struct page *p)
{
	bool given = fixtures != NULL && *fixtures != '\0';
	int err = given ? read_interfaces() : ask_interfaces(), result = err, one;

	(void)s;
	for (size_t i = 0; err == 0 && i < all.n_interfaces; i++) {
		if (all.interfaces[i].name[0] == '\0')
			continue;
		one = add(p, &all.interfaces[i], given);
		result = one != 0 ? one : result;
	}
	return result;
}

const struct collector wifi = {
	.name = "wifi",
	.help = "Interfaces and stations of WiFi.",
	.off = true,
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.wifi.fixtures", TEXT, &fixtures,
		    "For tests: read files in this directory, and do not ask the kernel." },
		{ 0 },
	},
};
