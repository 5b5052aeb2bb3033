/* The node's file systems and their disks, under the root: statfs(2), /proc/diskstats. admin-guide/iostats.rst */
#include "../collector.h"

#include <errno.h>
#include <string.h>

#include "../cgroup.h"
#include "../mounts.h"
#include "../text.h"

enum { LIMIT, USAGE, INODES, INODES_FREE, IO };

#define COUNTED(unit, what) COUNTER, unit, "container_fs_" what "_total"

/* From IO on those of a disk's line, in their order, but for reads and writes completed: they are container.io's. */
static const struct metric metrics[] = {
	[LIMIT] = { "", GAUGE, ONE, "container_fs_limit_bytes", "Size of the file system." },
	[USAGE] = { "", GAUGE, ONE, "container_fs_usage_bytes", "Bytes used of the file system." },
	[INODES] = { "", GAUGE, ONE, "container_fs_inodes_total", "Inodes of the file system." },
	[INODES_FREE] = { "", GAUGE, ONE, "container_fs_inodes_free", "Free inodes of the file system." },
	[IO] = { "", COUNTED(ONE, "reads_merged"), "Reads merged with an adjacent one." },
	{ "", COUNTED(ONE, "sector_reads"), "Sectors of 512 bytes read." },
	{ "", COUNTED(MILLI, "read_seconds"), "Time spent by all reads." },
	{ "", COUNTED(ONE, "writes_merged"), "Writes merged with an adjacent one." },
	{ "", COUNTED(ONE, "sector_writes"), "Sectors of 512 bytes written." },
	{ "", COUNTED(MILLI, "write_seconds"), "Time spent by all writes." },
	{ "", GAUGE, ONE, "container_fs_io_current", "Requests in flight." },
	{ "", COUNTED(MILLI, "io_time_seconds"), "Time in which requests were in flight." },
	{ "", COUNTED(MILLI, "io_time_weighted_seconds"), "The same, times the number of requests." },
	{ 0 },
};

enum { READS, WRITES = 4, NUMBERS = 11 };

/* Beneath these the mounts are those of single containers and pods. */
static const char default_exclude[] =
    "^/((var/)?run|var/lib|var/snap|data)/(.+/)?(containerd|containers|docker|kubelet|crio|podman)/.+";
static struct filter points = { .exclude = default_exclude };

static struct buf lines;

static void
prepare(void)
{
	filter_prepare(&points, default_exclude);
}

/* What the label device says, as cAdvisor has it. */
static const char *
name_of(const struct mount *m)
{
	static struct buf names[2];
	static unsigned i;
	struct buf *name = &names[++i % COUNT(names)];

	if (strcmp(m->line.type, "tmpfs") == 0)
		return m->line.point;
	if (strcmp(m->line.type, "overlay") != 0)
		return m->line.device;
	name->size = 0;
	buf_print(name, "%s_%s-%s", m->line.device, m->line.major, m->line.minor);
	return name->data;
}

static bool
is_new(const struct mounts *t, const struct mount *m)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(name_of(&t->list[i]), name_of(m)) == 0)
			return false;
	return true;
}

static bool
take(const struct mounts *t, const struct mount *m)
{
	static const char *const types[] = { "btrfs", "overlay", "tmpfs", "vfat", "xfs", "zfs" };
	bool root = strcmp(m->line.point, "/") == 0 && strcmp(m->line.type, "rootfs") != 0;
	bool known = root || text_starts(m->line.type, "ext") || text_starts(m->line.type, "nfs");

	for (size_t i = 0; !known && i < COUNT(types); i++)
		known = strcmp(m->line.type, types[i]) == 0;
	if (!known)
		return false;
	if ((strcmp(m->line.type, "tmpfs") == 0 || strcmp(m->line.type, "overlay") == 0) &&
	    !filter_takes(&points, m->line.point))
		return false;
	return is_new(t, m);
}

static struct mounts mounts = { .take = take };

/* One that does not answer, or that we may not ask, has no sizes. */
static void
add_sizes(struct page *p, const struct mount *m)
{
	const struct question *q = &mounts.questions[m->question];
	const struct statfs *fs = &q->fs;
	uint32_t row;

	if (!q->answered || q->err != 0)
		return;
	row = page_row_of(p, "device", name_of(m));
	page_add(p, &metrics[LIMIT], row, (double)fs->f_blocks * (double)fs->f_frsize);
	page_add(p, &metrics[USAGE], row, (double)(fs->f_blocks - fs->f_bfree) * (double)fs->f_frsize);
	page_add(p, &metrics[INODES], row, (double)fs->f_files);
	page_add(p, &metrics[INODES_FREE], row, (double)fs->f_ffree);
}

/* btrfs has no numbers of a device. */
static bool
is_on(const struct mount *m, char *const *disk)
{
	if (strcmp(m->line.major, "0") == 0)
		return text_starts(m->line.device, "/dev/") && strcmp(m->line.device + strlen("/dev/"), disk[2]) == 0;
	return strcmp(m->line.major, disk[0]) == 0 && strcmp(m->line.minor, disk[1]) == 0;
}

static int
add_io(struct page *p, const struct mount *m, char *const *numbers)
{
	const struct metric *metric = &metrics[IO];
	uint32_t row = page_row_of(p, "device", name_of(m));
	double value;
	int err = 0;

	for (int i = 0; i < NUMBERS; i++) {
		if (i == READS || i == WRITES)
			continue;
		if (text_number(numbers[i], &value))
			page_add(p, metric, row, value);
		else
			err = -EINVAL;
		metric++;
	}
	return err;
}

static int
add_disks(struct page *p)
{
	ssize_t size = place_read_to(place(PROC), "diskstats", &lines);
	char *at = lines.data, *line, *words[3 + NUMBERS];
	size_t n;
	int err = 0;

	if (size < 0)
		return size == -ENOENT ? 0 : (int)size;
	while ((line = text_line(&at)) != NULL) {
		for (n = 0; n < COUNT(words) && (words[n] = text_word(&line, " ")) != NULL; n++)
			;
		for (size_t i = 0; n == COUNT(words) && i < mounts.n; i++)
			if (is_on(&mounts.list[i], words) && add_io(p, &mounts.list[i], words + 3) != 0)
				err = -EINVAL;
	}
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	int err, more;

	if (!s->container->root)
		return 0;
	if ((err = mounts_read(&mounts)) != 0)
		place_blame();
	for (size_t i = 0; i < mounts.n; i++)
		add_sizes(p, &mounts.list[i]);
	more = add_disks(p);
	return err != 0 ? err : more;
}

const struct collector container_disk = {
	.name = "container.disk",
	.help = "Size and I/O of the node's file systems.",
	.over = CONTAINERS,
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.container.disk.mount-points-exclude", TEXT, &points.exclude,
		    "Mount points of tmpfs and overlay to leave out, a regular expression." },
		{ 0 },
	},
	.prepare = prepare,
};
