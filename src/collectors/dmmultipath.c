/*
 * Multipath devices of the device mapper: /sys/block/dm-3, whose dm/uuid begins with "mpath-", and the disks in its
 * slaves, each of which is a path. The state of a path is that of the SCSI disk or NVMe controller.
 */
#include "../collector.h"

#include <errno.h>
#include <string.h>

#include "../device.h"
#include "../text.h"

#define DEVICE(name, help) { NULL, GAUGE, ONE, "node_dmmultipath_device_" name, help }

static const struct metric metrics[] = {
	DEVICE("info", "The device's names."),
	DEVICE("active", "1 if the device is active, 0 while it is suspended."),
	{ NULL, GAUGE, SECTORS, "node_dmmultipath_device_size_bytes", "Size of the device." },
	DEVICE("paths", "Paths of the device."),
	DEVICE("paths_active", "Paths whose disk is running or whose controller is live."),
	DEVICE("paths_failed", "Paths that are in any other state."),
	{ NULL, GAUGE, ONE, "node_dmmultipath_path_state", "The state of a path's disk or controller." },
	{ 0 },
};

enum { INFO, ACTIVE, SIZE, PATHS, PATHS_ACTIVE, PATHS_FAILED, PATH_STATE };

/* A path whose disk has gone has no state. */
static int
add_path(const char *device, const char *path, struct page *p, unsigned *active)
{
	char *state = place_readf(place(SYS), "block/%s/device/state", path);
	int err = errno;

	if (state == NULL) {
		if (err != ENOENT)
			place_blame();
		return -err;
	}
	state[strnlen(state, ATTRIBUTE_MAX)] = '\0';
	state = text_trim(state);
	page_add(p, &metrics[PATH_STATE], page_row(p, LABELS(
		{ "device", device },
		{ "path", path },
		{ "state", state }
	)), 1);
	*active += strcmp(state, "running") == 0 || strcmp(state, "live") == 0;
	return 0;
}

static int
add_paths(const struct device *d, const char *device, struct page *p, uint32_t row)
{
	const struct scope below = { .dir = d->dir };
	char **names;
	int n = place_list(&below, "slaves", "*", &names), result = 0, err;
	unsigned active = 0;

	for (int i = 0; i < n; i++)
		if ((err = add_path(device, names[i], p, &active)) != 0)
			result = err;
	if (n < 0 && n != -ENOENT)
		return device_blame(d, "slaves", n);
	n = n < 0 ? 0 : n;
	place_list_free(names, n);
	page_add(p, &metrics[PATHS], row, n);
	page_add(p, &metrics[PATHS_ACTIVE], row, active);
	page_add(p, &metrics[PATHS_FAILED], row, n - (int)active);
	return result;
}

static int
add_device(const struct device *d, struct page *p)
{
	char uuid[ATTRIBUTE_MAX + 1], name[ATTRIBUTE_MAX + 1];
	uint64_t suspended, size;
	uint32_t row;
	int err = device_text(d, "dm/uuid", uuid);

	if (err == -ENOENT || (err == 0 && *uuid == '\0'))      /* it may get one yet */
		return 0;
	if (err == 0 && !text_starts(uuid, "mpath-"))
		return NOT_OURS;
	if (err != 0 || (err = device_text(d, "dm/name", name)) != 0 ||
	    (err = device_number(d, "dm/suspended", 10, &suspended)) != 0 ||
	    (err = device_number(d, "size", 10, &size)) != 0)
		return err;
	page_add(p, &metrics[INFO], page_row(p, LABELS(
		{ "device", name },
		{ "sysfs_name", d->name },
		{ "uuid", uuid }
	)), 1);
	row = page_row(p, LABELS({ "device", name }, { "sysfs_name", d->name }));
	page_add(p, &metrics[ACTIVE], row, suspended != 1);
	page_add(p, &metrics[SIZE], row, (double)size);
	return add_paths(d, name, p, row);
}

const struct collector dmmultipath = {
	.name = "dmmultipath",
	.help = "Multipath devices and their paths.",
	.metrics = metrics,
	.devices = { "block", "dm-*", add_device },
};
