/*
 * What the drivers of network interfaces tell ethtool(8): their statistics, under names of their own, who they are, and
 * which speeds and kinds of port they have. The names of a driver's statistics become those of families once for all
 * interfaces that have the same ones.
 */
#include "../ethtool.h"

#include <ctype.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../collector.h"
#include "../netlink.h"
#include "../text.h"

static struct filter devices, names = { .include = ".*" };

#define STAT(key, name, help) { key, UNTYPED, ONE, "node_ethtool_" name "_total", help }
#define BIT(name, help) { "", GAUGE, ONE, "node_network_" name, help }

/* First statistics that most drivers have. */
static const struct metric metrics[] = {
	STAT("rx_bytes", "received_bytes", "Bytes received."),
	STAT("rx_dropped", "received_dropped", "Packets received and dropped."),
	STAT("rx_errors", "received_errors", "Packets received with errors."),
	STAT("rx_packets", "received_packets", "Packets received."),
	STAT("tx_bytes", "transmitted_bytes", "Bytes sent."),
	STAT("tx_errors", "transmitted_errors", "Errors while sending."),
	STAT("tx_packets", "transmitted_packets", "Packets sent."),
	{ "", GAUGE, ONE, "node_ethtool_info", "The driver of the interface." },
	BIT("supported_port_info", "A kind of port that the interface has."),
	BIT("autonegotiate", "1 if the interface negotiates its speed."),
	BIT("supported_speed_bytes", "A speed that the interface is capable of, in bytes per second."),
	BIT("autonegotiate_supported", "1 if the interface can negotiate its speed."),
	BIT("pause_supported", "1 if the interface can do pause frames."),
	BIT("asymmetricpause_supported", "1 if the interface can do asymmetric pause frames."),
	BIT("advertised_speed_bytes", "A speed that the interface offers, in bytes per second."),
	BIT("autonegotiate_advertised", "1 if the interface offers to negotiate its speed."),
	BIT("pause_advertised", "1 if the interface offers pause frames."),
	BIT("asymmetricpause_advertised", "1 if the interface offers asymmetric pause frames."),
	{ 0 },
};

enum {
	USUAL = 7, INFO = USUAL, PORT, AUTONEGOTIATE, SUPPORTED, ADVERTISED = SUPPORTED + 4,
	SPEED = 0, OF_AUTONEGOTIATE, OF_PAUSE, OF_ASYMMETRIC,           /* behind either */
};

#define MODE(name) (UINT32_C(1) << ETHTOOL_LINK_MODE_##name##_BIT)

static const struct {
	uint32_t mode;
	const char *name;
} ports[] = {
	{ MODE(TP), "TP" }, { MODE(AUI), "AUI" }, { MODE(MII), "MII" }, { MODE(FIBRE), "FIBRE" }, { MODE(BNC), "BNC" },
	{ MODE(Backplane), "Backplane" },
};

/* The link modes that fit the 32 bits of ETHTOOL_GSET. */
static const struct {
	uint32_t mode;
	const char *duplex, *name;
} speeds[] = {
	{ MODE(10baseT_Half), "half", "10baseT" }, { MODE(10baseT_Full), "full", "10baseT" },
	{ MODE(100baseT_Half), "half", "100baseT" }, { MODE(100baseT_Full), "full", "100baseT" },
	{ MODE(1000baseT_Half), "half", "1000baseT" }, { MODE(1000baseT_Full), "full", "1000baseT" },
	{ MODE(10000baseT_Full), "full", "10000baseT" }, { MODE(1000baseKX_Full), "full", "1000baseKX" },
	{ MODE(10000baseKX4_Full), "full", "10000baseKX4" }, { MODE(10000baseKR_Full), "full", "10000baseKR" },
	{ MODE(10000baseR_FEC), "full", "10000baseR_FEC" }, { MODE(20000baseMLD2_Full), "full", "20000baseMLD2" },
	{ MODE(20000baseKR2_Full), "full", "20000baseKR2" }, { MODE(40000baseKR4_Full), "full", "40000baseKR4" },
	{ MODE(40000baseCR4_Full), "full", "40000baseCR4" }, { MODE(40000baseSR4_Full), "full", "40000baseSR4" },
	{ MODE(40000baseLR4_Full), "full", "40000baseLR4" }, { MODE(56000baseKR4_Full), "full", "56000baseKR4" },
	{ MODE(56000baseCR4_Full), "full", "56000baseCR4" }, { MODE(56000baseSR4_Full), "full", "56000baseSR4" },
	{ MODE(56000baseLR4_Full), "full", "56000baseLR4" }, { MODE(25000baseCR_Full), "full", "25000baseCR" },
};

static void
add_modes(struct page *p, const struct metric *m, const char *device, uint32_t row, uint32_t modes)
{
	for (size_t i = 0; i < COUNT(speeds); i++)
		if (modes & speeds[i].mode)
			page_add(p, &m[SPEED], page_row(p, LABELS(
				{ "device", device }, { "duplex", speeds[i].duplex }, { "mode", speeds[i].name }
			)), atoi(speeds[i].name) * 125000.0);
	page_add(p, &m[OF_AUTONEGOTIATE], row, (modes & MODE(Autoneg)) != 0);
	page_add(p, &m[OF_PAUSE], row, (modes & MODE(Pause)) != 0);
	page_add(p, &m[OF_ASYMMETRIC], row, (modes & MODE(Asym_Pause)) != 0);
}

static void
add_settings(struct page *p, const char *device, uint32_t row)
{
	struct ethtool_cmd settings = { .cmd = ETHTOOL_GSET };

	if (ethtool_ask(device, &settings) != 0)
		return;
	add_modes(p, &metrics[SUPPORTED], device, row, settings.supported);
	add_modes(p, &metrics[ADVERTISED], device, row, settings.advertising);
	for (size_t i = 0; i < COUNT(ports); i++)
		if (settings.supported & ports[i].mode)
			page_add(p, &metrics[PORT],
			    page_row(p, LABELS({ "device", device }, { "type", ports[i].name })), 1);
	page_add(p, &metrics[AUTONEGOTIATE], row, settings.autoneg);
}

static void
add_info(struct page *p, const char *device, const struct ethtool_drvinfo *driver)
{
	char name[33], version[33], firmware[33], bus[33], rom[33];

	snprintf(name, sizeof name, "%.32s", driver->driver);
	snprintf(version, sizeof version, "%.32s", driver->version);
	snprintf(firmware, sizeof firmware, "%.32s", driver->fw_version);
	snprintf(bus, sizeof bus, "%.32s", driver->bus_info);
	snprintf(rom, sizeof rom, "%.32s", driver->erom_version);
	page_add(p, &metrics[INFO], page_row(p, LABELS(
		{ "bus_info", bus }, { "device", device }, { "driver", name }, { "expansion_rom_version", rom },
		{ "firmware_version", firmware }, { "version", version }
	)), 1);
}

enum { STATS_MAX = 32768, SETS_MAX = 64 };

/*
 * struct ethtool_gstrings and ethtool_stats. As large as can be, for some kernels write more than was asked for; what is
 * not used takes no memory.
 */
static struct {
	uint32_t command, set, n;
	char strings[STATS_MAX][ETH_GSTRING_LEN];
} labels;

static struct {
	uint32_t command, n;
	uint64_t values[STATS_MAX];
} stats;

/* The names of a driver's statistics, and what each is exported as; NULL: not. */
struct set {
	size_t n;
	char (*strings)[ETH_GSTRING_LEN];
	const struct metric **metrics;
};

static struct set sets[SETS_MAX];
static size_t n_sets;

struct name {
	char raw[ETH_GSTRING_LEN + 1], plain[ETH_GSTRING_LEN + 1];      /* the driver's; without what no name has */
	char family[sizeof "node_ethtool_" + (size_t)4 * ETH_GSTRING_LEN];      /* tx_ becomes transmitted_ */
	size_t i;
};

/*
 * Prints plain with rx and tx, where they are words, in full. Of two equal words in a row only the first is: node_exporter
 * takes the underscore between them for a part of it.
 */
static void
spell(char *to, const char *plain)
{
	static const char *const words[] = { "rx", "received", "tx", "transmitted" };
	const char *at = plain + strspn(plain, "_");
	bool begins = true;             /* a word may, */
	size_t w, not = COUNT(words);   /* but not this one */

	while (*at != '\0') {
		w = *at == 'r' ? 0 : 2;
		if (begins && w != not && strncmp(at, words[w], 2) == 0 && (at[2] == '_' || at[2] == '\0')) {
			to = stpcpy(to, words[w + 1]);
			at += 2;
			if (*at == '_')
				*to++ = *at++;
			not = w;
			continue;
		}
		begins = *at == '_';
		not = COUNT(words);
		*to++ = *at++;
	}
	*to = '\0';
}

/* False if the statistic is not exported. */
static bool
make_name(struct name *n, size_t i)
{
	char lower[sizeof n->plain];

	n->i = i;
	snprintf(n->raw, sizeof n->raw, "%.*s", ETH_GSTRING_LEN, labels.strings[i]);
	memcpy(n->plain, n->raw, sizeof n->plain);
	text_name(n->plain);
	for (size_t k = 0; k < sizeof lower; k++)
		lower[k] = (char)tolower((unsigned char)n->plain[k]);
	spell(stpcpy(n->family, "node_ethtool_"), lower);
	return lower[strspn(lower, "_")] != '\0' && filter_takes(&names, n->plain);
}

static int
compare(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int order = strcmp(x->family, y->family);

	return order != 0 ? order : x->i < y->i ? -1 : 1;
}

static const struct metric *
metric_of(struct page *p, const struct name *n)
{
	for (size_t i = 0; i < USUAL; i++)
		if (strcmp(metrics[i].key, n->plain) == 0)
			return &metrics[i];
	return page_metric(p, UNTYPED, ONE, n->family, "A statistic of the driver, under its name.");
}

/* Different statistics that would be one family are left out; of those that a driver calls the same the last is taken. */
static void
choose(struct page *p, struct set *s, const struct name *n, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (strcmp(n[i].raw, n[0].raw) != 0)
			return;
	s->metrics[n[count - 1].i] = metric_of(p, &n[count - 1]);
}

static void
make_set(struct page *p, struct set *s, size_t n)
{
	struct name *made = must_realloc(NULL, n * sizeof *made);
	size_t count = 0, begin = 0;

	s->n = n;
	s->strings = must_realloc(s->strings, n * sizeof *s->strings);
	s->metrics = must_realloc(s->metrics, n * sizeof *s->metrics);
	memcpy(s->strings, labels.strings, n * sizeof *s->strings);
	memset(s->metrics, 0, n * sizeof *s->metrics);
	for (size_t i = 0; i < n; i++)
		count += make_name(&made[count], i);
	qsort(made, count, sizeof *made, compare);
	for (size_t i = 1; i <= count; i++) {
		if (i < count && strcmp(made[i].family, made[begin].family) == 0)
			continue;
		choose(p, s, &made[begin], i - begin);
		begin = i;
	}
	free(made);
}

/* The set that has just been read; one that is new takes the place of the first, if there are too many. */
static const struct set *
find_set(struct page *p, size_t n)
{
	static const struct page *of;
	static size_t next;
	struct set *s;

	if (of != p)
		n_sets = next = 0;
	of = p;
	for (s = sets; s < sets + n_sets; s++)
		if (s->n == n && memcmp(s->strings, labels.strings, n * sizeof *s->strings) == 0)
			return s;
	s = &sets[next];
	next = (next + 1) % SETS_MAX;
	n_sets += n_sets < SETS_MAX;
	make_set(p, s, n);
	return s;
}

/* Their number may change between the requests: then there are none this time. */
static void
add_stats(struct page *p, const char *device, uint32_t row, size_t n)
{
	const struct set *s;

	labels.command = ETHTOOL_GSTRINGS;
	labels.set = ETH_SS_STATS;
	stats.command = ETHTOOL_GSTATS;
	labels.n = stats.n = (uint32_t)n;
	if (n == 0 || n > STATS_MAX || ethtool_ask(device, &labels) != 0 || ethtool_ask(device, &stats) != 0 ||
	    labels.n != n || stats.n != n)
		return;
	s = find_set(p, n);
	for (size_t i = 0; i < n; i++)
		if (s->metrics[i] != NULL)
			page_add(p, s->metrics[i], row, (double)stats.values[i]);
}

static void
add(struct page *p, const char *device)
{
	struct ethtool_drvinfo driver = { .cmd = ETHTOOL_GDRVINFO };
	uint32_t row = page_row_of(p, "device", device);

	add_settings(p, device, row);
	if (ethtool_ask(device, &driver) != 0)
		return;
	add_info(p, device, &driver);
	add_stats(p, device, row, driver.n_stats);
}

/* An interface that a driver tells nothing of is no failure. */
static int
update(const struct scope *s, struct page *p)
{
	const struct link *links;
	int n;

	(void)s;
	if (!place_is_our_network())
		return -ENODATA;
	n = netlink_links(p, &links);
	for (int i = 0; i < n; i++)
		if (filter_takes(&devices, links[i].name))
			add(p, links[i].name);
	return n < 0 ? n : 0;
}

const struct collector ethtool = {
	.name = "ethtool",
	.help = "Statistics, speeds and ports that drivers of network interfaces tell ethtool.",
	.off = true,
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.ethtool.device-include", TEXT, &devices.include,
		    "Interfaces to take, as a regular expression." },
		{ "collector.ethtool.device-exclude", TEXT, &devices.exclude,
		    "Interfaces to leave out, as a regular expression." },
		{ "collector.ethtool.metrics-include", TEXT, &names.include,
		    "Statistics to take, as a regular expression of their names in ethtool with underscores." },
		{ 0 },
	},
	.filters = { &devices, &names },
};
