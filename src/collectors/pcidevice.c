/*
 * PCI devices: /sys/bus/pci/devices. Documentation/ABI/testing/sysfs-bus-pci of the kernel
 *
 * What a device is stays so until it is unplugged, and is kept until the devices are others; pci.ids is read then too.
 */
#include "../collector.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../device.h"
#include "../file.h"
#include "../listing.h"
#include "../pci_ids.h"
#include "../text.h"

#define DEVICES "bus/pci/devices"

static bool with_names;
static const char *ids_file;

#define PCI(file, name, help) { file, GAUGE, ONE, "node_pcidevice_" name, help }

static const struct metric metrics[] = {
	PCI("max_link_speed", "max_link_transfers_per_second",
	    "Transfers per second that the link is capable of; -1: unknown."),
	PCI("current_link_speed", "current_link_transfers_per_second",
	    "Transfers per second of the link; -1: unknown."),
	PCI("max_link_width", "max_link_width", "Lanes that the link is capable of; -1: unknown."),
	PCI("current_link_width", "current_link_width", "Lanes of the link; -1: unknown."),
	PCI("d3cold_allowed", "d3cold_allowed", "1 if the device may be without power while it is suspended."),
	PCI("sriov_drivers_autoprobe", "sriov_drivers_autoprobe", "1 if drivers are tried on new virtual functions."),
	PCI("sriov_numvfs", "sriov_numvfs", "Virtual functions enabled."),
	PCI("sriov_totalvfs", "sriov_totalvfs", "Virtual functions that the device can have."),
	PCI("sriov_vf_total_msix", "sriov_vf_total_msix", "MSI-X vectors for all virtual functions."),
	PCI("numa_node", "numa_node", "NUMA node that the device is at."),
	PCI("power_state", "power_state", "1 for the power state that the device is in, 0 for the others."),
	PCI(NULL, "info", "What the device is, and what it is beneath."),
	{ 0 },
};

/* Where the kinds of values end. */
enum { SPEEDS = 2, WIDTHS = 4, SWITCHES = 6, VALUES = 9, NUMA_NODE = VALUES, POWER_STATE, INFO };

static struct known {
	char *name;                     /* "0000:00:1f.2" */
	struct labels *info, *location;
} *known;
static size_t n_known;

static struct listing all;
static int incomplete;                  /* -errno if there are some that do not say what they are */

/* What they are -------------------------------------------------------------------------------------------------- */

enum { SEGMENT, BUS, SLOT, FUNCTION, PARTS };

struct location {
	char part[PARTS][16];
};

/* While devices are looked for. */
struct found {
	const char *name;
	struct location at, parent;
	uint64_t revision;
};

static bool
parse_location(const char *text, struct location *l)
{
	static const char separators[PARTS] = { ':', ':', '.', '\0' };
	static const int widths[PARTS] = { 4, 2, 2, 1 };
	char copy[64], *at = copy, *field;
	uint64_t n;

	snprintf(copy, sizeof copy, "%s", text);
	for (size_t i = 0; i < PARTS; i++) {
		field = text_field(&at, separators[i]);
		if (field == NULL || !text_u64(field, 16, &n) || n > INT32_MAX)
			return false;
		snprintf(l->part[i], sizeof l->part[i], "%0*llx", widths[i], (unsigned long long)n);
	}
	return true;
}

/* Of a link to ../../../devices/pci0000:00/0000:00:02.5/0000:04:00.0; a root such as pci0000:00 is none. */
static void
read_parent(const char *name, struct location *parent)
{
	char link[PATH_MAX], *slash;
	ssize_t n = readlinkat(all.fd, name, link, sizeof link - 1);

	link[n < 0 ? 0 : n] = '\0';
	if ((slash = strrchr(link, '/')) != NULL)
		*slash = '\0';
	if (slash == NULL || (slash = strrchr(link, '/')) == NULL || !parse_location(slash + 1, parent))
		for (size_t i = 0; i < PARTS; i++)
			strcpy(parent->part[i], "*");
}

static bool
read_id(const struct device *d, const char *attribute, uint64_t *id, int *err)
{
	double value = device_value(d, attribute, err);

	*id = isnan(value) || value < 0 || value > INT32_MAX ? 0 : (uint64_t)value;
	return !isnan(value);
}

/* 0 or -errno: it does not say what it is. */
static int
read_device(const char *name, struct found *f, struct pci_device *pci)
{
	const struct device d = { NULL, DEVICES, name, file_directory(all.fd, name) };
	bool whole;
	int err = 0;

	if (d.dir < 0)
		return -ENODATA;
	f->name = name;
	read_parent(name, &f->parent);
	whole = parse_location(name, &f->at) &&
	    read_id(&d, "class", &pci->id[PCI_CLASS], &err) && read_id(&d, "vendor", &pci->id[PCI_VENDOR], &err) &&
	    read_id(&d, "device", &pci->id[PCI_DEVICE], &err) &&
	    read_id(&d, "subsystem_vendor", &pci->id[PCI_SUBSYSTEM_VENDOR], &err) &&
	    read_id(&d, "subsystem_device", &pci->id[PCI_SUBSYSTEM_DEVICE], &err) &&
	    read_id(&d, "revision", &f->revision, &err);
	close(d.dir);
	return whole ? 0 : err != 0 ? err : -ENODATA;
}

/* Where distributions have pci.ids. */
static void
find_names(struct pci_device *pci, size_t n, struct buf *text)
{
	static const char *const paths[] = { "usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids" };
	ssize_t size = -ENOENT;

	if (ids_file != NULL && *ids_file != '\0')
		size = file_read(AT_FDCWD, ids_file, text);
	else
		for (size_t i = 0; size < 0 && i < COUNT(paths); i++)
			size = file_read_inside(place(ROOT)->dir, paths[i], text);
	if (size >= 0)
		pci_ids_find(text->data, pci, n);
}

static struct labels *
location_labels(const struct location *l)
{
	return labels_new(LABELS({ "bus", l->part[BUS] }, { "device", l->part[SLOT] },
	    { "function", l->part[FUNCTION] }, { "segment", l->part[SEGMENT] }));
}

static struct labels *
info_labels(const struct found *f, const struct pci_device *pci)
{
	char id[PCI_IDS][24], unknown[PCI_IDS][40], revision[24];
	const char *name[PCI_IDS];
	size_t n = 0;

	for (size_t i = 0; i < PCI_IDS; i++) {
		snprintf(id[i], sizeof id[i], "0x%0*llx", i == PCI_CLASS ? 6 : 4, (unsigned long long)pci->id[i]);
		snprintf(unknown[i], sizeof unknown[i], i == PCI_CLASS ? "Unknown class (%s)" : "%s", id[i] + 2);
		name[i] = !with_names ? NULL : pci->name[i] != NULL ? pci->name[i] : unknown[i];
	}
	snprintf(revision, sizeof revision, "0x%02llx", (unsigned long long)f->revision);
	struct label labels[] = {
		{ "bus", f->at.part[BUS] }, { "class_id", id[PCI_CLASS] }, { "class_name", name[PCI_CLASS] },
		{ "device", f->at.part[SLOT] }, { "device_id", id[PCI_DEVICE] }, { "device_name", name[PCI_DEVICE] },
		{ "function", f->at.part[FUNCTION] }, { "parent_bus", f->parent.part[BUS] },
		{ "parent_device", f->parent.part[SLOT] }, { "parent_function", f->parent.part[FUNCTION] },
		{ "parent_segment", f->parent.part[SEGMENT] }, { "revision", revision },
		{ "segment", f->at.part[SEGMENT] }, { "subsystem_device_id", id[PCI_SUBSYSTEM_DEVICE] },
		{ "subsystem_device_name", name[PCI_SUBSYSTEM_DEVICE] },
		{ "subsystem_vendor_id", id[PCI_SUBSYSTEM_VENDOR] },
		{ "subsystem_vendor_name", name[PCI_SUBSYSTEM_VENDOR] }, { "vendor_id", id[PCI_VENDOR] },
		{ "vendor_name", name[PCI_VENDOR] },
	};
	for (size_t i = 0; i < COUNT(labels); i++)
		if (labels[i].value != NULL)
			labels[n++] = labels[i];
	return labels_new(labels, n);
}

static void
forget_devices(void)
{
	while (n_known > 0) {
		struct known *k = &known[--n_known];

		free(k->name);
		free(k->info);
		free(k->location);
	}
}

static void
find_devices(void)
{
	struct pci_device *pci = must_zero((all.n + 1) * sizeof *pci);
	struct found *found = must_zero((all.n + 1) * sizeof *found);
	struct buf text = { 0 };
	size_t n = 0;
	int err;

	forget_devices();
	incomplete = 0;
	for (size_t i = 0; i < all.n; i++)
		if ((err = read_device(all.entries[i]->d_name, &found[n], &pci[n])) == 0)
			n++;
		else
			incomplete = err;
	if (with_names)
		find_names(pci, n, &text);
	known = must_realloc(known, (n + 1) * sizeof *known);
	for (; n_known < n; n_known++)
		known[n_known] = (struct known){
			must_copy(found[n_known].name), info_labels(&found[n_known], &pci[n_known]),
			location_labels(&found[n_known].at),
		};
	buf_free(&text);
	free(found);
	free(pci);
}

/* What they do --------------------------------------------------------------------------------------------------- */

/* "16", or "8.0 GT/s PCIe", before Linux 5.7 "8 GT/s"; "Unknown" and nothing are as if it was not there. */
static double
read_value(const struct device *d, size_t i, double absent, int *err)
{
	char room[ATTRIBUTE_MAX + 1], *text = device_answer(d, metrics[i].key, room, err), *word;
	double value;

	if (text == NULL || text_starts(text, "Unknown") || (word = text_word(&text, " ")) == NULL)
		return absent;
	if (text_number(word, &value) && (i < SPEEDS ? text_starts(text, "GT/s") : *text == '\0'))
		return i < SPEEDS ? value * 1e9 : i >= WIDTHS && i < SWITCHES ? value != 0 : value;
	*err = device_blame(d, metrics[i].key, -EINVAL);
	return absent;
}

static void
add_power_state(const struct device *d, struct page *p, int *err)
{
	static const char *const states[] = { "D0", "D1", "D2", "D3hot", "D3cold", "unknown", "error" };
	char room[ATTRIBUTE_MAX + 1];
	const char *state = device_answer(d, metrics[POWER_STATE].key, room, err);

	for (size_t i = 0; state != NULL && *state != '\0' && i < COUNT(states); i++)
		page_add(p, &metrics[POWER_STATE], page_row_of(p, "state", states[i]), strcmp(state, states[i]) == 0);
}

static int
add_device(const struct known *k, struct page *p)
{
	const struct device d = { NULL, DEVICES, k->name, file_directory(all.fd, k->name) };
	double node;
	int err = 0;

	if (d.dir < 0)
		return 0;
	page_scope(p, k->info);
	page_add(p, &metrics[INFO], 0, 1);
	page_scope(p, k->location);
	for (size_t i = 0; i < VALUES; i++)
		page_add(p, &metrics[i], 0, read_value(&d, i, i < WIDTHS ? -1 : 0, &err));
	if ((node = read_value(&d, NUMA_NODE, -1, &err)) != -1)
		page_add(p, &metrics[NUMA_NODE], 0, node);
	add_power_state(&d, p, &err);
	close(d.dir);
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	int err = listing_open(&all, place(SYS)->dir, DEVICES), result;

	(void)s;
	if (err < 0)
		return err == -ENOENT ? -ENODATA : err;
	if (err > 0)
		find_devices();
	result = incomplete;
	for (size_t i = 0; i < n_known; i++)
		if ((err = add_device(&known[i], p)) != 0)
			result = err;
	page_scope(p, NULL);
	listing_close(&all);
	return result;
}

const struct collector pcidevice = {
	.name = "pcidevice",
	.help = "PCI devices: what they are, links, power states, virtual functions.",
	.off = true,
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.pcidevice.names", SWITCH, &with_names, "Export the names of devices too, by pci.ids." },
		{ "collector.pcidevice.idsfile", TEXT, &ids_file, "The file pci.ids.",
		    "<rootfs>/usr/share/misc/pci.ids or hwdata/pci.ids" },
		{ 0 },
	},
};
