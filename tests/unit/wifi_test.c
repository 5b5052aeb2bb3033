/* What wifi makes of messages of nl80211. */
#include <criterion/criterion.h>

#include <linux/netlink.h>

#include "netlink.h"

/* Stand in for the kernel. */
static int family(const char *name, unsigned short *number);
static int answer(unsigned short number, uint8_t command, unsigned short type, uint32_t index, netlink_taker *take, void *to);

#define netlink_family family
#define netlink_dump_generic answer
#define wifi wifi_here
#include "../../src/collectors/wifi.c" /* NOLINT(bugprone-suspicious-include): its messages and names are its own */
#undef wifi

#include "printed.h"

static struct buf message;
static int family_error, station_error;

static void
begin(void)
{
	static const char headers[NLMSG_HDRLEN + GENL_HDRLEN];

	message.size = 0;
	buf_add(&message, headers, sizeof headers);
}

/* Appends an attribute; without a value, the header of one whose value ends where end_nest is called. */
static size_t
put(unsigned short type, const void *value, size_t size)
{
	const struct nlattr a = { (unsigned short)(sizeof a + size), type };
	size_t at = message.size;

	buf_add(&message, &a, sizeof a);
	buf_add(&message, value, size);
	buf_add(&message, "\0\0\0", NLA_ALIGN(size) - size);
	return at;
}

static void
put_number(unsigned short type, uint64_t value, size_t size)
{
	put(type, &value, size);        /* little-endian */
}

static void
end_nest(size_t at)
{
	((struct nlattr *)(void *)(message.data + at))->nla_len = (unsigned short)(message.size - at);
}

static void
hand(netlink_taker *take, void *to)
{
	struct nlmsghdr *m = (struct nlmsghdr *)(void *)message.data;

	m->nlmsg_len = (uint32_t)message.size;
	take(m, to);
}

static void
put_rate(unsigned short type, uint16_t narrow, uint32_t wide)
{
	size_t nest = put(type | NLA_F_NESTED, "", 0);

	put_number(NL80211_RATE_INFO_BITRATE, narrow, 2);
	if (wide != 0)
		put_number(NL80211_RATE_INFO_BITRATE32, wide, 4);
	end_nest(nest);
}

static void
hand_interface(uint32_t index, const char *name, uint32_t frequency, netlink_taker *take, void *to)
{
	begin();
	put_number(NL80211_ATTR_IFINDEX, index, 4);
	if (name != NULL)
		put(NL80211_ATTR_IFNAME, name, strlen(name) + 1);
	put(NL80211_ATTR_MAC, "\2\0\0\0\0\1", 6);
	if (frequency != 0)
		put_number(NL80211_ATTR_WIPHY_FREQ, frequency, 4);
	hand(take, to);
}

static void
hand_network(const char *bssid, const char *elements, size_t size, int status, netlink_taker *take, void *to)
{
	size_t nest;

	begin();
	put_number(NL80211_ATTR_IFINDEX, 3, 4);
	nest = put(NL80211_ATTR_BSS, "", 0);
	put(NL80211_BSS_BSSID, bssid, 6);
	put(NL80211_BSS_INFORMATION_ELEMENTS, elements, size);
	if (status >= 0)
		put_number(NL80211_BSS_STATUS, (uint32_t)status, 4);
	end_nest(nest);
	hand(take, to);
}

static void
hand_station(netlink_taker *take, void *to)
{
	size_t nest;

	begin();
	put_number(NL80211_ATTR_IFINDEX, 3, 4);
	put(NL80211_ATTR_MAC, "\0\x11\x22\x33\x44\x55", 6);
	nest = put(NL80211_ATTR_STA_INFO, "", 0);
	put_number(NL80211_STA_INFO_CONNECTED_TIME, 100, 4);
	put_number(NL80211_STA_INFO_INACTIVE_TIME, 1234, 4);
	put_number(NL80211_STA_INFO_RX_BYTES, 705, 4);
	put_number(NL80211_STA_INFO_TX_BYTES, 17, 4);
	put_number(NL80211_STA_INFO_RX_BYTES64, 5000000000, 8);
	put_number(NL80211_STA_INFO_SIGNAL, 0xcb, 1);
	put_rate(NL80211_STA_INFO_RX_BITRATE, 8667, 0);
	put_rate(NL80211_STA_INFO_TX_BITRATE, 0, 120100);
	put_number(NL80211_STA_INFO_RX_PACKETS, 7, 4);
	put_number(NL80211_STA_INFO_TX_PACKETS, 8, 4);
	put_number(NL80211_STA_INFO_TX_RETRIES, 9, 4);
	put_number(NL80211_STA_INFO_TX_FAILED, 10, 4);
	put_number(NL80211_STA_INFO_BEACON_LOSS, 11, 4);
	end_nest(nest);
	hand(take, to);
}

static int
family(const char *name, unsigned short *number)
{
	cr_expect_str_eq(name, "nl80211");
	*number = 28;
	return family_error;
}

static int
answer(unsigned short number, uint8_t command, unsigned short type, uint32_t index, netlink_taker *take, void *to)
{
	static const char home[] = "\1\2ab\0\4home\3\1x", other[] = "\0\5other", cut[] = "\0\4mesh\0\x20no";

	cr_expect_eq(number, 28);
	cr_expect_eq(type, index == 0 ? 0 : NL80211_ATTR_IFINDEX);
	take(NULL, to);
	if (command == NL80211_CMD_GET_INTERFACE) {
		hand_interface(3, "wlan0", 5180, take, to);
		hand_interface(4, NULL, 0, take, to);
		hand_interface(5, "wlan1", 0, take, to);
	} else if (command == NL80211_CMD_GET_SCAN && index == 3) {
		hand_network("\1\1\1\1\1\1", other, sizeof other - 1, -1, take, to);
		hand_network("\2\2\2\2\2\2", home, sizeof home - 1, 1, take, to);
		hand_network("\3\3\3\3\3\3", other, sizeof other - 1, 1, take, to);
	} else if (command == NL80211_CMD_GET_SCAN) {
		hand_network("\4\4\4\4\4\4", cut, sizeof cut - 1, 2, take, to);
	} else if (command == NL80211_CMD_GET_STATION && index == 3) {
		hand_station(take, to);
	} else {
		return station_error;
	}
	return 0;
}

static const char expected[] =
    "node_wifi_interface_frequency_hertz{device=\"wlan0\"} 5.18e+09\n"
    "node_wifi_interface_frequency_hertz{device=\"wlan1\"} 0\n"
    "node_wifi_station_beacon_loss_total{device=\"wlan0\",mac_address=\"00:11:22:33:44:55\"} 11\n"
    "node_wifi_station_connected_seconds_total{device=\"wlan0\",mac_address=\"00:11:22:33:44:55\"} 100\n"
    "node_wifi_station_inactive_seconds{device=\"wlan0\",mac_address=\"00:11:22:33:44:55\"} 1.234\n"
    "node_wifi_station_info{bssid=\"02:02:02:02:02:02\",device=\"wlan0\",mode=\"client\",ssid=\"home\"} 1\n"
    "node_wifi_station_info{bssid=\"04:04:04:04:04:04\",device=\"wlan1\",mode=\"unknown\",ssid=\"mesh\"} 1\n"
    "node_wifi_station_receive_bits_per_second{device=\"wlan0\",mac_address=\"00:11:22:33:44:55\"} 8.667e+08\n"
    "node_wifi_station_receive_bytes_total{device=\"wlan0\",mac_address=\"00:11:22:33:44:55\"} 5e+09\n"
    "node_wifi_station_received_packets_total{device=\"wlan0\",mac_address=\"00:11:22:33:44:55\"} 7\n"
    "node_wifi_station_signal_dbm{device=\"wlan0\",mac_address=\"00:11:22:33:44:55\"} -53\n"
    "node_wifi_station_transmit_bits_per_second{device=\"wlan0\",mac_address=\"00:11:22:33:44:55\"} 1.201e+10\n"
    "node_wifi_station_transmit_bytes_total{device=\"wlan0\",mac_address=\"00:11:22:33:44:55\"} 17\n"
    "node_wifi_station_transmit_failed_total{device=\"wlan0\",mac_address=\"00:11:22:33:44:55\"} 10\n"
    "node_wifi_station_transmit_retries_total{device=\"wlan0\",mac_address=\"00:11:22:33:44:55\"} 9\n"
    "node_wifi_station_transmitted_packets_total{device=\"wlan0\",mac_address=\"00:11:22:33:44:55\"} 8\n";

/* The page without the lines of help and type. */
static const char *
samples(const struct page *p)
{
	static char text[8192];
	char *to = text;
	size_t n;

	for (const char *line = printed(p); *line != '\0'; line += n) {
		n = strcspn(line, "\n") + 1;
		if (*line != '#')
			to = mempcpy(to, line, n);
	}
	*to = '\0';
	return text;
}

Test(wifi, messages)
{
	struct page *p = page_new();

	cr_assert(place_open());
	cr_expect_eq(wifi_here.update(place(PROC), p), 0);
	cr_expect_str_eq(samples(p), expected);
	page_free(p);
}

/* An interface without stations is none that failed. */
Test(wifi, failures)
{
	struct page *p = page_new();

	cr_assert(place_open());
	station_error = -EOPNOTSUPP;
	cr_expect_eq(wifi_here.update(place(PROC), p), -EOPNOTSUPP);
	cr_expect_str_eq(samples(p), expected);
	page_clear(p);
	station_error = -ENODEV;
	cr_expect_eq(wifi_here.update(place(PROC), p), 0);
	page_clear(p);
	family_error = -ENOENT;
	cr_expect_eq(wifi_here.update(place(PROC), p), -ENODATA);
	cr_expect_str_eq(samples(p), "");
	page_free(p);
}
