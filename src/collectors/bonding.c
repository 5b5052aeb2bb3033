/*
 * Bonds of network interfaces: /sys/class/net/bonding_masters lists them, <bond>/bonding/slaves the interfaces of one, and
 * <bond>/lower_<interface>/bonding_slave/mii_status says "up" of one that carries traffic.
 */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../text.h"

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_bonding_slaves", "Interfaces of a bond." },
	{ NULL, GAUGE, ONE, "node_bonding_active", "Interfaces of a bond whose link is up." },
	{ 0 },
};

/* The state of an interface in a bond, or NULL and errno. The link to it was slave_<interface> before Linux 3.17. */
static char *
read_state(const char *bond, const char *slave)
{
	char *state = place_readf(place(SYS), "class/net/%s/lower_%s/bonding_slave/mii_status", bond, slave);

	if (state == NULL && errno == ENOENT)
		state = place_readf(place(SYS), "class/net/%s/slave_%s/bonding_slave/mii_status", bond, slave);
	return state;
}

static int
add_bond(struct page *p, const char *bond)
{
	static struct buf slaves;
	char path[300], *at, *slave, *state;
	unsigned n = 0, up = 0;
	uint32_t row;
	ssize_t size;
	int err = 0;

	snprintf(path, sizeof path, "class/net/%s/bonding/slaves", bond);
	if ((size = place_read_to(place(SYS), path, &slaves)) < 0)
		return (int)size;
	for (at = slaves.data; (slave = text_word(&at, " \t\n")) != NULL; ) {
		if ((state = read_state(bond, slave)) == NULL) {
			err = -errno;
			continue;
		}
		n++;
		up += strcmp(text_trim(state), "up") == 0;
	}
	row = page_row_of(p, "master", bond);
	page_add(p, &metrics[0], row, n);
	page_add(p, &metrics[1], row, up);
	return err;
}

/* A bond or an interface that cannot be read is left out, with the others told. */
static int
update(const struct scope *s, struct page *p)
{
	static struct buf bonds;
	ssize_t size = place_read_to(place(SYS), "class/net/bonding_masters", &bonds);
	char *at = bonds.data, *bond;
	int err = 0, result = 0;

	(void)s;
	if (size < 0)
		return size == -ENOENT ? -ENODATA : (int)size;
	while ((bond = text_word(&at, " \t\n")) != NULL)
		if ((err = add_bond(p, bond)) != 0)
			result = err == -ENOENT ? -ENODATA : err;
	return result;
}

const struct collector bonding = {
	.name = "bonding",
	.help = "Bonds of network interfaces.",
	.metrics = metrics,
	.update = update,
};
