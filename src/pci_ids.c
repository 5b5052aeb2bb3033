/*
 * pci.ids has devices beneath their vendor and subsystems beneath a device, each one tab deeper; then classes likewise:
 *
 *	8086  Intel Corporation
 *		1533  I210 Gigabit Network Connection
 *			103c 0003  Ethernet I210-T1 GbE NIC
 *	C 01  Mass storage controller
 *		08  Non-Volatile memory controller
 *			02  NVM Express
 */
#include "pci_ids.h"

#include <stdbool.h>
#include <string.h>

#include "text.h"

enum { DEPTH = 3 };

/* A line: its id, and those of the lines that it is beneath. */
struct line {
	uint64_t id[DEPTH], second;     /* of a subsystem: its vendor and its own */
	size_t depth;
	bool is_class;
	const char *name;
};

static bool
take_id(char **at, uint64_t *id)
{
	char *word = text_word(at, " ");

	return word != NULL && text_u64(word, 16, id);
}

/* False if it is none; the next may still be beneath what was before it. */
static bool
parse(struct line *l, char *text)
{
	char *name = strstr(text, "  "), *ids;
	size_t depth = strspn(text, "\t");
	bool begins_class = text_starts(text, "C ");
	uint64_t id;

	if (*text == '#' || depth >= DEPTH || name == NULL)
		return false;
	*name = '\0';
	ids = text + (begins_class ? 2 : depth);
	if (!take_id(&ids, &id))
		return false;
	if ((depth == DEPTH - 1 && !l->is_class && !take_id(&ids, &l->second)) || text_word(&ids, " ") != NULL)
		return false;
	l->is_class = depth == 0 ? begins_class : l->is_class;
	l->depth = depth;
	l->name = text_trim(name + 2);
	l->id[depth] = id;
	while (++depth < DEPTH)
		l->id[depth] = UINT64_MAX;
	return true;
}

static void
match_class(const struct line *l, struct pci_device *d)
{
	for (size_t i = 0; i <= l->depth; i++)
		if (l->id[i] != (d->id[PCI_CLASS] >> (16 - 8 * i) & 0xff))
			return;
	d->name[PCI_CLASS] = l->name;
}

static void
match(const struct line *l, struct pci_device *d)
{
	if (l->depth == 0 && l->id[0] == d->id[PCI_SUBSYSTEM_VENDOR])
		d->name[PCI_SUBSYSTEM_VENDOR] = l->name;
	if (l->id[0] != d->id[PCI_VENDOR])
		return;
	if (l->depth == 0)
		d->name[PCI_VENDOR] = l->name;
	else if (l->id[1] != d->id[PCI_DEVICE])
		return;
	else if (l->depth == 1)
		d->name[PCI_DEVICE] = l->name;
	else if (l->id[2] == d->id[PCI_SUBSYSTEM_VENDOR] && l->second == d->id[PCI_SUBSYSTEM_DEVICE])
		d->name[PCI_SUBSYSTEM_DEVICE] = l->name;
}

void
pci_ids_find(char *text, struct pci_device *devices, size_t n)
{
	struct line l = { .id = { UINT64_MAX, UINT64_MAX, UINT64_MAX } };
	char *line;

	while ((line = text_line(&text)) != NULL)
		for (size_t i = parse(&l, line) ? 0 : n; i < n; i++)
			if (l.is_class)
				match_class(&l, &devices[i]);
			else
				match(&l, &devices[i]);
}
