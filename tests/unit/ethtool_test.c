/* What drivers of network interfaces answer, and what the names of their statistics become. */
#include <criterion/criterion.h>

#include "ethtool.h"
#include "printed.h"

static int answer(const char *device, void *request);   /* in place of the kernel's */

#define ethtool_ask answer
#define ethtool ethtool_here
#include "../../src/collectors/ethtool.c" /* NOLINT(bugprone-suspicious-include): its messages and names are its own */
#undef ethtool

static uint32_t supported, advertising;

static void
put_driver(struct ethtool_drvinfo *d)
{
	strcpy(d->driver, "ixgbe");
	strcpy(d->version, "6.8.0");
	memset(d->fw_version, 'f', sizeof d->fw_version);       /* without a NUL */
	strcpy(d->bus_info, "0000:01:00.0");
	d->n_stats = 2;
}

static int
answer(const char *device, void *request)
{
	uint32_t command;

	memcpy(&command, request, sizeof command);
	cr_expect_str_eq(device, "eth0");
	if (command == ETHTOOL_GDRVINFO) {
		put_driver(request);
	} else if (command == ETHTOOL_GSET) {
		((struct ethtool_cmd *)request)->supported = supported;
		((struct ethtool_cmd *)request)->advertising = advertising;
		((struct ethtool_cmd *)request)->autoneg = AUTONEG_ENABLE;
		return supported == 0 ? -EOPNOTSUPP : 0;
	} else if (command == ETHTOOL_GSTRINGS) {
		cr_expect_eq(labels.n, 2);
		strcpy(labels.strings[0], "rx_packets");
		strcpy(labels.strings[1], "lro_flushed");
	} else if (command == ETHTOOL_GSTATS) {
		cr_expect_eq(stats.n, 2);
		stats.values[0] = 17;
		stats.values[1] = UINT64_C(1) << 40;
	} else {
		return -EOPNOTSUPP;
	}
	return 0;
}

static void
expect_sample(const struct page *p, const char *sample)
{
	char line[256];

	snprintf(line, sizeof line, "\n%s\n", sample);
	cr_expect_not_null(strstr(printed(p), line), "%s", sample);
}

static size_t
count(const struct page *p, const char *start)
{
	size_t n = 0;

	for (const char *at = printed(p); (at = strstr(at, start)) != NULL; at++)
		n++;
	return n;
}

Test(ethtool, answers)
{
	struct page *p = page_new();

	supported = UINT32_MAX;
	advertising = 1 << ETHTOOL_LINK_MODE_1000baseT_Full_BIT | 1 << ETHTOOL_LINK_MODE_Pause_BIT;
	add(p, "eth0");
	expect_sample(p, "node_ethtool_info{bus_info=\"0000:01:00.0\",device=\"eth0\",driver=\"ixgbe\",expansion_rom_version=\"\","
	    "firmware_version=\"ffffffffffffffffffffffffffffffff\",version=\"6.8.0\"} 1");
	expect_sample(p, "node_ethtool_received_packets_total{device=\"eth0\"} 17");
	expect_sample(p, "node_ethtool_lro_flushed{device=\"eth0\"} 1.099511627776e+12");
	expect_sample(p, "node_network_autonegotiate{device=\"eth0\"} 1");
	expect_sample(p, "node_network_autonegotiate_supported{device=\"eth0\"} 1");
	expect_sample(p, "node_network_autonegotiate_advertised{device=\"eth0\"} 0");
	expect_sample(p, "node_network_pause_supported{device=\"eth0\"} 1");
	expect_sample(p, "node_network_pause_advertised{device=\"eth0\"} 1");
	expect_sample(p, "node_network_asymmetricpause_supported{device=\"eth0\"} 1");
	expect_sample(p, "node_network_asymmetricpause_advertised{device=\"eth0\"} 0");
	expect_sample(p, "node_network_supported_port_info{device=\"eth0\",type=\"FIBRE\"} 1");
	cr_expect_eq(count(p, "\nnode_network_supported_port_info{"), 6);
	expect_sample(p, "node_network_supported_speed_bytes{device=\"eth0\",duplex=\"half\",mode=\"10baseT\"} 1.25e+06");
	expect_sample(p, "node_network_supported_speed_bytes{device=\"eth0\",duplex=\"full\",mode=\"10000baseR_FEC\"} 1.25e+09");
	expect_sample(p, "node_network_supported_speed_bytes{device=\"eth0\",duplex=\"full\",mode=\"25000baseCR\"} 3.125e+09");
	expect_sample(p, "node_network_supported_speed_bytes{device=\"eth0\",duplex=\"full\",mode=\"56000baseLR4\"} 7e+09");
	cr_expect_eq(count(p, "\nnode_network_supported_speed_bytes{"), 22);
	expect_sample(p, "node_network_advertised_speed_bytes{device=\"eth0\",duplex=\"full\",mode=\"1000baseT\"} 1.25e+08");
	cr_expect_eq(count(p, "\nnode_network_advertised_speed_bytes{"), 1);
	page_free(p);
}

/* An interface without link modes has its statistics all the same. */
Test(ethtool, no_modes)
{
	struct page *p = page_new();

	add(p, "eth0");
	cr_expect_eq(count(p, "\nnode_network_"), 0);
	cr_expect_eq(count(p, "\nnode_ethtool_"), 3);
	page_free(p);
}

/* Sets the strings of a driver and returns what they are exported as. */
static const struct set *
set_of(struct page *p, const char *const *strings, size_t n)
{
	memset(labels.strings, 0, n * sizeof *labels.strings);
	for (size_t i = 0; i < n; i++)
		memcpy(labels.strings[i], strings[i], strnlen(strings[i], ETH_GSTRING_LEN));
	return find_set(p, n);
}

static void
check(struct page *p, const char *string, const char *family)
{
	const struct set *s = set_of(p, &string, 1);

	if (family == NULL)
		cr_expect_null(s->metrics[0], "%s", string);
	else
		cr_expect_str_eq(s->metrics[0]->name, family, "%s", string);
}

Test(ethtool, names)
{
	struct page *p = page_new();

	check(p, "rx_bytes", "node_ethtool_received_bytes_total");
	check(p, "tx_dropped", "node_ethtool_transmitted_dropped");
	check(p, "port.rx_dropped", "node_ethtool_port_received_dropped");
	check(p, "rx-0.bytes", "node_ethtool_received_0_bytes");
	check(p, "[0]: rx_ucast_packets", "node_ethtool_0_received_ucast_packets");
	check(p, "Tx Queue#: 3", "node_ethtool_transmitted_queue_3");
	check(p, "rx_rx_rx", "node_ethtool_received_rx_received");
	check(p, "a_rx_tx_b", "node_ethtool_a_received_transmitted_b");
	check(p, "rx", "node_ethtool_received");
	check(p, "rxq_tx0", "node_ethtool_rxq_tx0");
	check(p, "___x__y", "node_ethtool_x__y");
	check(p, "rx_tx_rx_tx_rx_tx_rx_tx_rx_tx_rx", "node_ethtool_received_transmitted_received_transmitted_received_"
	    "transmitted_received_transmitted_received_transmitted_received");
	check(p, "a name of thirty-two characters.", "node_ethtool_a_name_of_thirty_two_characters_");
	check(p, "", NULL);
	check(p, "...", NULL);
	page_free(p);
}

/* Two that would be one family are left out; one that is there twice counts where it stands last. */
Test(ethtool, clashes)
{
	static const char *const strings[] = { "rx_a", "RX.a", "b", "tx_c", "tx_c", "Rx_A", "rx_bytes" };
	struct page *p = page_new();
	const struct set *s = set_of(p, strings, COUNT(strings));

	cr_expect_null(s->metrics[0]);
	cr_expect_null(s->metrics[1]);
	cr_expect_null(s->metrics[5]);
	cr_expect_str_eq(s->metrics[2]->name, "node_ethtool_b");
	cr_expect_null(s->metrics[3]);
	cr_expect_str_eq(s->metrics[4]->name, "node_ethtool_transmitted_c");
	cr_expect_eq(s->metrics[6], &metrics[0]);
	cr_expect_eq(set_of(p, strings, COUNT(strings)), s);
	cr_expect_neq(set_of(p, strings, COUNT(strings) - 1), s);
	page_free(p);
}

/* Drivers that keep changing their names do not fill the memory. */
Test(ethtool, many)
{
	struct page *p = page_new();

	for (int i = 0; i < 3 * SETS_MAX; i++) {
		char name[ETH_GSTRING_LEN], family[64];

		snprintf(name, sizeof name, "queue_%d", i);
		snprintf(family, sizeof family, "node_ethtool_queue_%d", i);
		check(p, name, family);
	}
	cr_expect_eq(n_sets, SETS_MAX);
	page_free(p);
}
