/*
 * /sys/fs/btrfs/<UUID>: space by what it holds and how that is laid out, and commits; of the devices more is known to
 * ioctls of linux/btrfs.h on the mounted file system.
 */
#include "../collector.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/btrfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../device.h"
#include "../file.h"
#include "../mounts.h"
#include "../text.h"

#define BTRFS(type, unit, name, help) { NULL, type, unit, "node_btrfs_" name, help }
#define ERRORS(kind) \
	{ NULL, COUNTER, ONE, "node_btrfs_device_errors_total", "Errors of a device.", { { "type", kind } } }

static const struct metric metrics[] = {
	BTRFS(GAUGE, ONE, "info", "The file system's label."),
	BTRFS(GAUGE, ONE, "global_rsv_size_bytes", "Size of the reserve that lets it delete when it is full."),
	BTRFS(GAUGE, ONE, "reserved_bytes", "Space reserved for writes that are under way."),
	BTRFS(GAUGE, ONE, "used_bytes", "Used space."),
	BTRFS(GAUGE, ONE, "size_bytes", "Space allocated to block groups."),
	BTRFS(GAUGE, ONE, "allocation_ratio", "Bytes on devices for each byte that is stored."),
	BTRFS(GAUGE, ONE, "device_size_bytes", "Size of a device."),
	BTRFS(GAUGE, ONE, "device_unused_bytes", "Space of a device that is not allocated to block groups."),
	ERRORS("write"), ERRORS("read"), ERRORS("flush"), ERRORS("corruption"), ERRORS("generation"),
	{ 0 },
};

enum {
	INFO, RESERVE, RESERVED, USED, SIZE, RATIO, DEVICE_SIZE, DEVICE_UNUSED, DEVICE_ERRORS,
	UUID_TEXT = 37,
};

static const struct metric commits[] = {
	{ "commits", COUNTER, ONE, "node_btrfs_commits_total", "Commits." },
	{ "last_commit_ms", GAUGE, MILLI, "node_btrfs_last_commit_seconds", "How long the last commit took." },
	{ "max_commit_ms", GAUGE, MILLI, "node_btrfs_max_commit_seconds", "How long the slowest commit took." },
	{ "total_commit_ms", COUNTER, MILLI, "node_btrfs_commit_seconds_total", "How long all commits took." },
};

static const struct table tables[] = {
	{ SYS, "fs/btrfs/*/commit_stats", listed, commits, COUNT(commits), .by_update = true },
	{ 0 },
};

/* A file system that is looked at. */
struct btrfs {
	struct scope dir;
	const char *uuid;
	int devices;
};

/* As node_exporter has it: what is missing or no number is 0. */
static uint64_t
number(const struct btrfs *b, const char *path)
{
	char *text = place_read(&b->dir, path);
	uint64_t n;

	return text != NULL && text_u64(text_trim(text), 10, &n) ? n : 0;
}

/* node_exporter has 0 where one of these is missing, too, which it looks at first. */
static uint64_t
reserve(const struct btrfs *b)
{
	if (faccessat(b->dir.dir, "features", F_OK, 0) != 0 || faccessat(b->dir.dir, "devices", F_OK, 0) != 0)
		return 0;
	return number(b, "allocation/global_rsv_size");
}

/* The trimmed text of a file; "" if there is none. */
static const char *
read_text(const struct btrfs *b, const char *path, char room[ATTRIBUTE_MAX + 1])
{
	device_read(b->dir.dir, path, room);
	return text_trim(room);
}

/* Mounts, for the ioctls --------------------------------------------------------------------------------------------- */

/* A file system that is open while a collection runs. */
struct opened {
	const char *source;             /* as the mount table has it */
	char uuid[UUID_TEXT];
	int fd;
	__u64 devices, last_device;
};

static struct opened *opened;
static size_t n_opened, room_opened;

static bool
is_btrfs(const struct mounts *t, const struct mount *m)
{
	(void)t;
	return strcmp(m->line.type, "btrfs") == 0;
}

static struct mounts mounts = { .take = is_btrfs, .unasked = true };

static void
print_uuid(char to[UUID_TEXT], const unsigned char *u)
{
	for (int i = 0; i < BTRFS_UUID_SIZE; i++)
		to += sprintf(to, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", u[i]);
}

static const struct opened *
opened_of(const char *uuid)
{
	for (size_t i = 0; i < n_opened; i++)
		if (strcmp(opened[i].uuid, uuid) == 0)
			return &opened[i];
	return NULL;
}

static bool
is_opened(const char *source)
{
	for (size_t i = 0; i < n_opened; i++)
		if (strcmp(opened[i].source, source) == 0)
			return true;
	return false;
}

/* Another mount may hide the one that the table has, or we may not look there; then the next one of it may do. */
static void
open_mount(const struct mount *m)
{
	const struct question *q = &mounts.questions[m->question];
	struct opened o = { .source = m->line.device };
	struct btrfs_ioctl_fs_info_args info = { 0 };

	if (q->far || is_opened(o.source))
		return;
	o.fd = file_open_inside(place(ROOT)->dir, q->path + strlen(place_path(ROOT)), O_RDONLY | O_DIRECTORY);
	if (o.fd < 0)
		return;
	if (ioctl(o.fd, BTRFS_IOC_FS_INFO, &info) == 0)
		print_uuid(o.uuid, info.fsid);
	if (*o.uuid == '\0' || opened_of(o.uuid) != NULL) {
		close(o.fd);
		return;
	}
	o.devices = info.num_devices;
	o.last_device = info.max_id;
	opened = must_grow(opened, n_opened, &room_opened, sizeof *opened);
	opened[n_opened++] = o;
}

static void
open_mounts(void)
{
	mounts_read(&mounts);
	for (size_t i = 0; i < mounts.n; i++)
		open_mount(&mounts.list[i]);
}

static void
close_mounts(void)
{
	while (n_opened > 0)
		close(opened[--n_opened].fd);
}

/* Devices ------------------------------------------------------------------------------------------------------------ */

static void
add_device(struct page *p, const char *fs, const struct btrfs_ioctl_dev_info_args *info, const __u64 *errors)
{
	const char *path = (const char *)info->path, *slash = strrchr(path, '/');
	char uuid[UUID_TEXT];
	uint32_t row;

	print_uuid(uuid, info->uuid);
	row = page_row(p, LABELS(
		{ "btrfs_dev_uuid", uuid }, { "device", slash == NULL ? path : slash + 1 }, { "uuid", fs }
	));
	page_add(p, &metrics[DEVICE_SIZE], row, (double)info->total_bytes);
	page_add(p, &metrics[DEVICE_UNUSED], row, (double)(info->total_bytes - info->bytes_used));
	for (int i = 0; i < BTRFS_DEV_STAT_VALUES_MAX; i++)
		page_add(p, &metrics[DEVICE_ERRORS + i], row, (double)errors[i]);
}

/* The numbers of devices have gaps where one was removed. */
static bool
ask_devices(const struct opened *o, const char *fs, struct page *p)
{
	struct btrfs_ioctl_dev_info_args info;
	struct btrfs_ioctl_get_dev_stats stats;

	for (__u64 id = 0, left = o->devices; id <= o->last_device && left > 0; id++) {
		info = (struct btrfs_ioctl_dev_info_args){ .devid = id };
		stats = (struct btrfs_ioctl_get_dev_stats){ .devid = id, .nr_items = BTRFS_DEV_STAT_VALUES_MAX };
		if (ioctl(o->fd, BTRFS_IOC_DEV_INFO, &info) != 0) {
			if (errno != ENODEV)
				return false;
			continue;
		}
		if (ioctl(o->fd, BTRFS_IOC_GET_DEV_STATS, &stats) != 0)
			return false;
		info.path[sizeof info.path - 1] = '\0';
		add_device(p, fs, &info, stats.values);
		left--;
	}
	return true;
}

static void
add_sizes(const struct btrfs *b, char *const *names, struct page *p)
{
	char path[sizeof "devices//size" + NAME_MAX];

	for (int i = 0; i < b->devices; i++) {
		snprintf(path, sizeof path, "devices/%s/size", names[i]);
		page_add(p, &metrics[DEVICE_SIZE], page_row(p, LABELS({ "device", names[i] }, { "uuid", b->uuid })),
		    (double)(number(b, path) * 512));
	}
}

/* What an ioctl has told is no part of the file system if a later one fails. */
static void
add_devices(struct btrfs *b, struct page *p)
{
	const struct opened *o = opened_of(b->uuid);
	char **names;
	int n = place_list(&b->dir, "devices", "*", &names);

	b->devices = n < 0 ? 0 : n;
	page_scope(p, NULL);
	if (o == NULL || !ask_devices(o, b->uuid, p)) {
		page_drop_scope(p);
		add_sizes(b, names, p);
	}
	place_list_free(names, n);
}

/* Space -------------------------------------------------------------------------------------------------------------- */

static double
ratio(const char *mode, double devices)
{
	static const struct {
		const char *mode;
		double ratio;
	} ratios[] = {
		{ "single", 1 }, { "raid0", 1 }, { "dup", 2 }, { "raid1", 2 }, { "raid10", 2 }, { "raid1c3", 3 },
		{ "raid1c4", 4 },
	};

	for (size_t i = 0; i < COUNT(ratios); i++)
		if (strcmp(mode, ratios[i].mode) == 0)
			return ratios[i].ratio;
	return strcmp(mode, "raid5") == 0 ? devices / (devices - 1) :
	    strcmp(mode, "raid6") == 0 ? devices / (devices - 2) : 0;
}

static void
add_layout(const struct btrfs *b, const char *group, const char *mode, struct page *p)
{
	uint32_t row = page_row(p, LABELS({ "block_group_type", group }, { "mode", mode }, { "uuid", b->uuid }));
	char path[sizeof "allocation/metadata//total_bytes" + NAME_MAX];

	snprintf(path, sizeof path, "allocation/%s/%s/used_bytes", group, mode);
	page_add(p, &metrics[USED], row, (double)number(b, path));
	snprintf(path, sizeof path, "allocation/%s/%s/total_bytes", group, mode);
	page_add(p, &metrics[SIZE], row, (double)number(b, path));
	page_add(p, &metrics[RATIO], row, ratio(mode, b->devices));
}

/*
 * False if there is no such group: data and metadata may be in common ones called "mixed", which node_exporter does not
 * export.
 */
static bool
add_group(const struct btrfs *b, const char *group, struct page *p)
{
	uint32_t row = page_row(p, LABELS({ "block_group_type", group }, { "uuid", b->uuid }));
	char path[sizeof "allocation/metadata/bytes_reserved"], **modes;
	int n;

	snprintf(path, sizeof path, "allocation/%s/bytes_reserved", group);
	page_add(p, &metrics[RESERVED], row, (double)number(b, path));
	snprintf(path, sizeof path, "allocation/%s", group);
	n = place_list_directories(&b->dir, path, "*", &modes);
	for (int i = 0; i < n; i++)
		add_layout(b, group, modes[i], p);
	place_list_free(modes, n);
	return n >= 0;
}

/* ---------------------------------------------------------------------------------------------------------------- */

/* Before Linux 6.0 commits are not told, and node_exporter has 0. */
static void
add_commits(const struct btrfs *b, uint32_t row, struct page *p)
{
	char *text = place_read(&b->dir, "commit_stats");
	int err = text == NULL ? -errno : table_parse_row(&tables[0], text, row, p);

	place_fail(err);
	for (size_t i = 0; i < COUNT(commits) && err == -ENOENT; i++)
		page_add(p, &commits[i], row, 0);
}

/* There is always a system group, so that a file system without one has been unmounted meanwhile. */
static void
add_space(const struct btrfs *b, struct page *p)
{
	uint32_t row = page_row_of(p, "uuid", b->uuid);
	char room[ATTRIBUTE_MAX + 1];

	page_scope(p, NULL);
	page_add(p, &metrics[INFO], page_row(p, LABELS(
		{ "label", read_text(b, "label", room) }, { "uuid", b->uuid }
	)), 1);
	page_add(p, &metrics[RESERVE], row, (double)reserve(b));
	add_commits(b, row, p);
	add_group(b, "data", p);
	add_group(b, "metadata", p);
	if (!add_group(b, "system", p))
		page_drop_scope(p);
}

static void
add(const char *name, struct page *p)
{
	char path[sizeof "fs/btrfs/" + NAME_MAX], room[ATTRIBUTE_MAX + 1];
	struct btrfs b = { .dir.records = true };

	snprintf(path, sizeof path, "fs/btrfs/%s", name);
	if ((b.dir.dir = file_directory(place(SYS)->dir, path)) < 0)
		return;
	b.uuid = read_text(&b, "metadata_uuid", room);
	if (*b.uuid == '\0')            /* Linux before 5.0 */
		b.uuid = name;
	add_devices(&b, p);
	add_space(&b, p);
	close(b.dir.dir);
}

static int
update(const struct scope *s, struct page *p)
{
	char **names;
	int n = place_list(place(SYS), "fs/btrfs", "*-*", &names);

	(void)s;
	if (n > 0)
		open_mounts();
	for (int i = 0; i < n; i++)
		add(names[i], p);
	close_mounts();
	page_scope(p, NULL);
	place_list_free(names, n);
	return n < 0 && n != -ENOENT ? n : place_failure();
}

const struct collector btrfs = {
	.name = "btrfs",
	.help = "Space, commits and devices of btrfs.",
	.tables = tables,
	.metrics = metrics,
	.update = update,
};
