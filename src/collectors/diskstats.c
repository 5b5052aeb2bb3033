/*
 * /proc/diskstats: a line of counters for each block device, and what udev knows of it.
 * https://docs.kernel.org/admin-guide/iostats.html
 */
#include "../collector.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../log.h"
#include "../text.h"

/* First those of the line's numbers, in their order; older kernels have the first 11 or 15. */
static const struct metric metrics[] = {
	{ NULL, COUNTER, ONE, "node_disk_reads_completed_total", "Reads completed." },
	{ NULL, COUNTER, ONE, "node_disk_reads_merged_total", "Reads merged with an adjacent one." },
	{ NULL, COUNTER, SECTORS, "node_disk_read_bytes_total", "Bytes read." },
	{ NULL, COUNTER, MS, "node_disk_read_time_seconds_total", "Time spent by all reads." },
	{ NULL, COUNTER, ONE, "node_disk_writes_completed_total", "Writes completed." },
	{ NULL, COUNTER, ONE, "node_disk_writes_merged_total", "Writes merged with an adjacent one." },
	{ NULL, COUNTER, SECTORS, "node_disk_written_bytes_total", "Bytes written." },
	{ NULL, COUNTER, MS, "node_disk_write_time_seconds_total", "Time spent by all writes." },
	{ NULL, GAUGE, ONE, "node_disk_io_now", "Requests in flight." },
	{ NULL, COUNTER, MS, "node_disk_io_time_seconds_total", "Time in which requests were in flight." },
	{ NULL, COUNTER, MS, "node_disk_io_time_weighted_seconds_total", "The same, times the number of requests." },
	{ NULL, COUNTER, ONE, "node_disk_discards_completed_total", "Discards completed." },
	{ NULL, COUNTER, ONE, "node_disk_discards_merged_total", "Discards merged with an adjacent one." },
	{ NULL, COUNTER, ONE, "node_disk_discarded_sectors_total", "Sectors of 512 bytes discarded." },
	{ NULL, COUNTER, MS, "node_disk_discard_time_seconds_total", "Time spent by all discards." },
	{ NULL, COUNTER, ONE, "node_disk_flush_requests_total", "Flush requests completed." },
	{ NULL, COUNTER, MS, "node_disk_flush_requests_time_seconds_total", "Time spent by all flush requests." },
	{ NULL, GAUGE, ONE, "node_disk_info", "The device's numbers, model and serial number." },
	{ NULL, GAUGE, ONE, "node_disk_filesystem_info", "The file system on the device." },
	{ NULL, GAUGE, ONE, "node_disk_device_mapper_info", "The device mapper's names of the device." },
	{ NULL, GAUGE, ONE, "node_disk_ata_write_cache", "1 if the ATA disk has a write cache." },
	{ NULL, GAUGE, ONE, "node_disk_ata_write_cache_enabled", "1 if the ATA disk's write cache is on." },
	{ NULL, GAUGE, ONE, "node_disk_ata_rotation_rate_rpm", "Rotation rate of the ATA disk; 0 if it has none." },
	{ 0 },
};

enum { LEAST = 11, NUMBERS = 17, INFO = NUMBERS, FILESYSTEM_INFO, MAPPER_INFO, ATA };

enum {
	ATA_WRITE_CACHE, ATA_WRITE_CACHE_ENABLED, ATA_ROTATION_RATE, ID_ATA, PATH, WWN, MODEL, REVISION,
	SCSI_SERIAL, SHORT_SERIAL, SERIAL, FS_TYPE, FS_USAGE, FS_UUID, FS_VERSION,
	DM_NAME, DM_UUID, DM_VG, DM_LV, DM_LAYER, PROPERTIES,
};

static const char *const properties[PROPERTIES] = {
	"ID_ATA_WRITE_CACHE", "ID_ATA_WRITE_CACHE_ENABLED", "ID_ATA_ROTATION_RATE_RPM", "ID_ATA",
	"ID_PATH", "ID_WWN", "ID_MODEL", "ID_REVISION", "SCSI_IDENT_SERIAL", "ID_SERIAL_SHORT", "ID_SERIAL",
	"ID_FS_TYPE", "ID_FS_USAGE", "ID_FS_UUID", "ID_FS_VERSION",
	"DM_NAME", "DM_UUID", "DM_VG_NAME", "DM_LV_NAME", "DM_LV_LAYER",
};

/* What is kept of a line between readings. */
struct disk {
	char *major, *minor, *name;
	bool taken, rotational, known;
	ino_t inode;                            /* of udev's file, to see that it was replaced */
	struct timespec written;
	char *text;                             /* what it says, in which the properties stand */
	const char *property[PROPERTIES];
};

static struct disk *disks;
static size_t n_disks;
static struct buf lines;

static const char default_exclude[] = "^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\\d+n\\d+p)\\d+$";
static struct filter devices = { .exclude = default_exclude, .flag = "collector.diskstats.device" };

static void
prepare(void)
{
	filter_prepare(&devices, default_exclude);
	if (place(UDEV)->dir < 0)
		log_line(LOG_WARN, "no properties of disks: udev's data cannot be opened",
		    "path", place_path(UDEV), NULL);
}

static void
read_properties(struct disk *d, const char *file)
{
	char *at = place_read_inside(place(UDEV), file), *line, *key;

	free(d->text);
	at = d->text = at == NULL ? NULL : must_copy(at);
	memset(d->property, 0, sizeof d->property);
	while ((line = text_line(&at)) != NULL) {
		if (!text_starts(line, "E:"))
			continue;
		line += 2;
		key = text_field(&line, '=');
		for (size_t i = 0; i < PROPERTIES && line != NULL; i++)
			if (strcmp(key, properties[i]) == 0)
				d->property[i] = line;
	}
}

static void
read_rotational(struct disk *d)
{
	char *text = place_readf(place(SYS), "block/%s/queue/rotational", d->name);

	d->rotational = text != NULL && strcmp(text_trim(text), "1") == 0;
}

/* Reads what is known of the device anew if it was not seen before or udev has written its file again. */
static void
refresh(struct disk *d)
{
	struct stat udev = { 0 };
	char file[64];

	snprintf(file, sizeof file, "b%s:%s", d->major, d->minor);
	if (place(UDEV)->dir >= 0)
		fstatat(place(UDEV)->dir, file, &udev, AT_SYMLINK_NOFOLLOW);
	if (d->known && udev.st_ino == d->inode && memcmp(&udev.st_mtim, &d->written, sizeof d->written) == 0)
		return;
	read_properties(d, file);
	read_rotational(d);
	d->inode = udev.st_ino;
	d->written = udev.st_mtim;
	d->known = true;
}

static void
forget(struct disk *d)
{
	free(d->major);
	free(d->minor);
	free(d->name);
	free(d->text);
}

/* The device of the i-th line: most often the one that was there last time. */
static struct disk *
disk_of(size_t i, char *const *words)
{
	struct disk *d;

	if (i == n_disks) {
		disks = must_realloc(disks, ++n_disks * sizeof *disks);
		disks[i] = (struct disk){ 0 };
	}
	d = &disks[i];
	if (d->name != NULL && strcmp(d->name, words[2]) == 0 &&
	    strcmp(d->major, words[0]) == 0 && strcmp(d->minor, words[1]) == 0)
		return d;
	forget(d);
	*d = (struct disk){ must_copy(words[0]), must_copy(words[1]), must_copy(words[2]) };
	d->taken = filter_takes(&devices, d->name);
	return d;
}

static const char *
property(const struct disk *d, int which)
{
	return d->property[which] == NULL ? "" : d->property[which];
}

static const char *
serial(const struct disk *d)
{
	int which = SCSI_SERIAL;

	while (which < SERIAL && *property(d, which) == '\0')
		which++;
	return property(d, which);
}

static void
add_info(struct page *p, const struct disk *d)
{
	page_add(p, &metrics[INFO], page_row(p, LABELS(
		{ "device", d->name },
		{ "major", d->major },
		{ "minor", d->minor },
		{ "model", property(d, MODEL) },
		{ "path", property(d, PATH) },
		{ "revision", property(d, REVISION) },
		{ "rotational", d->rotational ? "1" : "0" },
		{ "serial", serial(d) },
		{ "wwn", property(d, WWN) }
	)), 1);
}

static void
add_filesystem(struct page *p, const struct disk *d)
{
	if (*property(d, FS_TYPE) != '\0')
		page_add(p, &metrics[FILESYSTEM_INFO], page_row(p, LABELS(
			{ "device", d->name },
			{ "type", property(d, FS_TYPE) },
			{ "usage", property(d, FS_USAGE) },
			{ "uuid", property(d, FS_UUID) },
			{ "version", property(d, FS_VERSION) }
		)), 1);
}

static void
add_mapper(struct page *p, const struct disk *d)
{
	if (*property(d, DM_NAME) != '\0')
		page_add(p, &metrics[MAPPER_INFO], page_row(p, LABELS(
			{ "device", d->name },
			{ "lv_layer", property(d, DM_LAYER) },
			{ "lv_name", property(d, DM_LV) },
			{ "name", property(d, DM_NAME) },
			{ "uuid", property(d, DM_UUID) },
			{ "vg_name", property(d, DM_VG) }
		)), 1);
}

static int
add(struct page *p, struct disk *d, char *const *words, size_t n)
{
	uint32_t row = page_row_of(p, "device", d->name);
	double value;
	int err = 0;

	for (size_t i = 0; i < n && i < NUMBERS; i++)
		if (text_number(words[i], &value))
			page_add(p, &metrics[i], row, value);
		else
			err = -EINVAL;
	refresh(d);
	add_info(p, d);
	add_filesystem(p, d);
	add_mapper(p, d);
	if (*property(d, ID_ATA) != '\0')
		for (size_t i = 0; i <= ATA_ROTATION_RATE; i++)
			if (text_number(property(d, (int)i), &value))
				page_add(p, &metrics[ATA + i], row, value);
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	ssize_t size = place_read_to(place(PROC), "diskstats", &lines);
	char *at = lines.data, *line, *words[3 + NUMBERS];
	struct disk *d;
	size_t n, row = 0;
	int err = 0;

	(void)s;
	if (size < 0)
		return (int)size;
	while ((line = text_line(&at)) != NULL) {
		for (n = 0; n < COUNT(words) && (words[n] = text_word(&line, " \t")) != NULL; n++)
			;
		if (n < 3 + LEAST)
			continue;
		d = disk_of(row++, words);
		if (d->taken && add(p, d, words + 3, n - 3) != 0)
			err = -EINVAL;
	}
	while (n_disks > row)
		forget(&disks[--n_disks]);
	return err;
}

const struct collector diskstats = {
	.name = "diskstats",
	.help = "I/O of block devices, and what udev knows of them.",
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.diskstats.device-exclude", TEXT, &devices.exclude, "Devices to leave out, a regexp." },
		{ "collector.diskstats.device-include", TEXT, &devices.include, "Devices to export, a regexp." },
		{ "collector.diskstats.ignored-devices", TEXT, &devices.exclude, NULL },
		{ 0 },
	},
	.prepare = prepare,
};
