/* Neighbours of each interface that ARP knows or asks for. */
#include "../collector.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "../netlink.h"
#include "../text.h"

static struct filter devices;
static bool by_netlink = true;

static const struct metric metrics[] = {
	{ "entries", GAUGE, ONE, "node_arp_entries", "ARP entries of the interface." },
	{ 0 },
};

/* Of one interface; index is 0 where only its name is known. */
struct tally {
	int index;
	char name[IF_NAMESIZE];
	unsigned n;
};

static struct {
	struct tally *tallies;
	size_t n, room;
} all;

static void
count(int index, const char *name)
{
	size_t i = 0;

	while (i < all.n && (all.tallies[i].index != index || strcmp(all.tallies[i].name, name) != 0))
		i++;
	if (i == all.n) {
		all.tallies = must_grow(all.tallies, all.n, &all.room, sizeof *all.tallies);
		all.tallies[all.n++] = (struct tally){ .index = index };
		snprintf(all.tallies[i].name, sizeof all.tallies[i].name, "%s", name);
	}
	all.tallies[i].n++;
}

/* /proc/net/arp leaves out NUD_NOARP, and so do we. */
static void
take(const struct nlmsghdr *m, void *to)
{
	const struct ndmsg *neighbour = m == NULL ? NULL : netlink_header(m, sizeof *neighbour);

	(void)to;
	if (m == NULL)
		all.n = 0;
	else if (neighbour != NULL && neighbour->ndm_family == AF_INET && !(neighbour->ndm_state & NUD_NOARP))
		count(neighbour->ndm_ifindex, "");
}

/* Rows of six columns, the last one the device, and a header of nine. */
static int
read_file(void)
{
	char *at = place_read(place(NET), "arp"), *line, *word, *last;

	if (at == NULL)
		return -errno;
	while ((line = text_line(&at)) != NULL) {
		int n = 0;

		for (last = NULL; (word = text_word(&line, " \t")) != NULL; n++)
			last = word;
		if (n == 6)
			count(0, last);
		else if (n != 0 && n != 9)
			return -EINVAL;
	}
	return 0;
}

static int
update(const struct scope *s, struct page *p)
{
	int err;

	(void)s;
	all.n = 0;
	if (by_netlink && place_is_our_network())
		err = netlink_dump(NETLINK_ROUTE, RTM_GETNEIGH, &(struct ndmsg){ .ndm_family = AF_INET },
		    sizeof(struct ndmsg), take, NULL);
	else
		err = read_file();
	for (size_t i = 0; err == 0 && i < all.n; i++) {
		const struct tally *t = &all.tallies[i];
		const char *name = t->index == 0 ? t->name : netlink_name(p, (uint32_t)t->index);

		if (*name != '\0' && filter_takes(&devices, name))
			page_add(p, &metrics[0], page_row_of(p, "device", name), t->n);
	}
	return err;
}

const struct collector arp = {
	.name = "arp",
	.help = "ARP entries of each interface.",
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.arp.device-include", TEXT, &devices.include,
		    "Interfaces to take, as a regular expression." },
		{ "collector.arp.device-exclude", TEXT, &devices.exclude,
		    "Interfaces to leave out, as a regular expression." },
		{ "collector.arp.netlink", SWITCH, &by_netlink,
		    "Ask netlink where the node's network is our own, instead of reading /proc/net/arp." },
		{ 0 },
	},
	.filters = { &devices },
};
