/* Mounts of the node and the sizes of what is mounted. */
#include "../collector.h"

#include <ctype.h>
#include <string.h>
#include <sys/statvfs.h>

#include "../mounts.h"

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_filesystem_device_error", "1 if the file system could not be asked." },
	{ NULL, GAUGE, ONE, "node_filesystem_readonly", "1 if the file system is mounted read-only." },
	{ NULL, GAUGE, ONE, "node_filesystem_size_bytes", "Size of the file system." },
	{ NULL, GAUGE, ONE, "node_filesystem_free_bytes", "Free space, including what is reserved for root." },
	{ NULL, GAUGE, ONE, "node_filesystem_avail_bytes", "Free space that is not reserved for root." },
	{ NULL, GAUGE, ONE, "node_filesystem_files", "Inodes." },
	{ NULL, GAUGE, ONE, "node_filesystem_files_free", "Free inodes." },
	{ NULL, GAUGE, ONE, "node_filesystem_purgeable_bytes", "Always 0: Linux has no such space." },
	{ NULL, GAUGE, ONE, "node_filesystem_mount_info", "Device numbers of the mount." },
	{ 0 },
};

enum { DEVICE_ERROR, READONLY, SIZE, MOUNT_INFO = 8 };

static const char default_points[] =
    "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)";
static const char default_types[] =
    "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|"
    "proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|tracefs)$";

static struct filter points = { .exclude = default_points, .flag = "collector.filesystem.mount-points" };
static struct filter types = { .exclude = default_types, .flag = "collector.filesystem.fs-types" };

static bool
take(const struct mounts *t, const struct mount *m)
{
	(void)t;
	return filter_takes(&points, m->line.point) && filter_takes(&types, m->line.type);
}

static struct mounts mounts = { .take = take, .options = true };

static void
prepare(void)
{
	filter_prepare(&points, default_points);
	filter_prepare(&types, default_types);
}

static bool
has_option(const char *options, const char *option)
{
	size_t n = strlen(option);

	for (; options != NULL; options = strchr(options, ',') == NULL ? NULL : strchr(options, ',') + 1)
		if (strncmp(options, option, n) == 0 && (options[n] == ',' || options[n] == '\0'))
			return true;
	return false;
}

/*
 * statfs tells it at once, where a file system that met an error is read-only without a word in the table's changes; but
 * "emergency_ro", which ext4 has since Linux 6.15, only the table.
 */
static bool
is_readonly(const struct mount *m, const struct question *q)
{
	if (place_is_live(PROC) && q->answered && q->err == 0 && (q->fs.f_flags & ST_RDONLY))
		return true;
	return has_option(m->line.options, "ro") || has_option(m->line.super_options, "ro") ||
	    has_option(m->line.super_options, "emergency_ro");
}

/* What label device_error says. */
static const char *
error_of(const struct question *q)
{
	static char text[80];

	if (!q->answered)
		return "mountpoint timeout";
	if (q->err == 0)
		return "";
	strncpy(text, strerror(-q->err), sizeof text - 1);
	text[0] = (char)tolower((unsigned char)text[0]);
	return text;
}

static void
add_sizes(struct page *p, const struct statfs *fs, uint32_t row)
{
	const double block = (double)fs->f_bsize;
	const double values[] = {
		(double)fs->f_blocks * block, (double)fs->f_bfree * block, (double)fs->f_bavail * block,
		(double)fs->f_files, (double)fs->f_ffree, 0,
	};

	for (size_t i = 0; i < COUNT(values); i++)
		page_add(p, &metrics[SIZE + i], row, values[i]);
}

static void
add(struct page *p, const struct mount *m)
{
	const struct question *q = &mounts.questions[m->question];
	const char *error = error_of(q);
	uint32_t row;

	if (!m->again) {
		row = page_row(p, LABELS(
			{ "device", m->line.device },
			{ "device_error", error },
			{ "fstype", m->line.type },
			{ "mountpoint", m->line.point }
		));
		page_add(p, &metrics[DEVICE_ERROR], row, *error != '\0');
		page_add(p, &metrics[READONLY], row, is_readonly(m, q));
		if (*error == '\0')
			add_sizes(p, &q->fs, row);
	}
	if (*error == '\0')
		page_add(p, &metrics[MOUNT_INFO], page_row(p, LABELS(
			{ "device", m->line.device },
			{ "major", m->line.major },
			{ "minor", m->line.minor },
			{ "mountpoint", m->line.point }
		)), 1);
}

static int
update(const struct scope *s, struct page *p)
{
	int err = mounts_read(&mounts);

	(void)s;
	for (size_t i = 0; i < mounts.n; i++)
		add(p, &mounts.list[i]);
	return err;
}

static const char *unused;              /* a scrape waits as it has to, not as it is told to */

#define POINTS "collector.filesystem.mount-points"
#define TYPES "collector.filesystem.fs-types"

const struct collector filesystem = {
	.name = "filesystem",
	.help = "Size and state of mounted file systems.",
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ POINTS "-exclude", TEXT, &points.exclude, "Mount points to leave out, a regular expression." },
		{ POINTS "-include", TEXT, &points.include, "Mount points to export, a regular expression." },
		{ TYPES "-exclude", TEXT, &types.exclude, "File system types to leave out, a regular expression." },
		{ TYPES "-include", TEXT, &types.include, "File system types to export, a regular expression." },
		{ "collector.filesystem.ignored-mount-points", TEXT, &points.exclude, NULL },
		{ "collector.filesystem.ignored-fs-types", TEXT, &types.exclude, NULL },
		{ "collector.filesystem.mount-timeout", TEXT, &unused, NULL },
		{ "collector.filesystem.stat-workers", TEXT, &unused, NULL },
		{ 0 },
	},
	.prepare = prepare,
};
