/*
 * /proc/spl/kstat/zfs: kstats of OpenZFS as a whole, and in a directory for each pool those of the pool and of its
 * datasets. Rows are "hits  4  6021", the type in the middle.
 */
#include "../collector.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../file.h"
#include "../text.h"

#define ZFS "spl/kstat/zfs"

#define POOL(key, help) { #key, UNTYPED, ONE, "node_zfs_zpool_" #key, help }

/* A kstat of I/O: one row of these columns. */
static const struct metric io[] = {
	POOL(nread, "Bytes read."),
	POOL(nwritten, "Bytes written."),
	POOL(reads, "Reads."),
	POOL(writes, "Writes."),
	POOL(wtime, "Nanoseconds in which requests waited."),
	POOL(wlentime, "Nanoseconds in which requests waited, each counted."),
	POOL(wupdate, "When the queue of those that wait last changed, in nanoseconds."),
	POOL(rtime, "Nanoseconds in which requests ran."),
	POOL(rlentime, "Nanoseconds in which requests ran, each counted."),
	POOL(rupdate, "When the queue of those that run last changed, in nanoseconds."),
	POOL(wcnt, "Requests that wait."),
	POOL(rcnt, "Requests that run."),
};

#define STATE(state) \
	{ NULL, GAUGE, ONE, "node_zfs_zpool_state", "1 for the state that the pool is in.", { { "state", state } } }

static const struct metric states[] = {
	STATE("online"), STATE("degraded"), STATE("faulted"), STATE("offline"), STATE("removed"), STATE("unavail"),
	STATE("suspended"),
	{ 0 },
};

static const struct every datasets = { "node_zfs_zpool_dataset_", "From a dataset's objset file.", UNTYPED };

#define EVERY(file, name, help) \
	{ PROC, ZFS "/" file, kstat, .every = &(const struct every){ "node_zfs_" name "_", help, UNTYPED }, \
	    .by_update = true }

/* Those of pools, then those of OpenZFS; each release lacks some, as does a pool that is exported meanwhile. */
static const struct table tables[] = {
	{ PROC, ZFS "/*/io", columns, io, COUNT(io), .by_update = true },
	{ PROC, ZFS "/*/objset-*", kstat, .every = &datasets, .by_update = true },
	EVERY("abdstats", "abd", "From abdstats: the buffers of the ARC."),
	EVERY("arcstats", "arc", "From arcstats: the ARC, the cache of what was read."),
	EVERY("dbufstats", "dbuf", "From dbufstats: the cache of dbufs, blocks as they are used."),
	EVERY("dmu_tx", "dmu_tx", "From dmu_tx: transactions, and what held them up."),
	EVERY("dnodestats", "dnode", "From dnodestats: dnodes, the inodes of ZFS."),
	EVERY("fm", "fm", "From fm: reports of faults that were lost."),
	EVERY("vdev_cache_stats", "vdev_cache", "From vdev_cache_stats: the cache of devices; none since OpenZFS 2.2."),
	EVERY("vdev_mirror_stats", "vdev_mirror", "From vdev_mirror_stats: which side of a mirror was read."),
	EVERY("xuio_stats", "xuio", "From xuio_stats: I/O without copying."),
	EVERY("zfetchstats", "zfetch", "From zfetchstats: reading ahead."),
	EVERY("zil", "zil", "From zil: the intent log."),
	{ 0 },
};

enum { IO, OBJSET, KSTATS };

static void
add_io(const struct scope *pool, uint32_t row, struct page *p)
{
	char *at = place_read(pool, "io"), *line;

	if (at == NULL) {
		place_fail(-errno);
		return;
	}
	while ((line = text_line(&at)) != NULL && !text_starts(line, "nread "))
		;
	place_fail(table_parse_row(&tables[IO], at, row, p));
}

static void
add_state(const struct scope *pool, uint32_t row, struct page *p)
{
	char *at = place_read(pool, "state"), *line;

	if (at == NULL) {
		place_fail(-errno);
		return;
	}
	line = text_line(&at);
	for (const struct metric *m = states; m->name != NULL; m++)
		page_add(p, m, row, line != NULL && strcasecmp(line, m->fixed[0].value) == 0);
}

/*
 * The labels of a dataset, from the row "dataset_name  7  tank/home". As in node_exporter a name begins where its first
 * word is first found in the row, which for a pool called "data" is in "dataset_name".
 */
static bool
row_of(const char *pool, const char *text, uint32_t *row, struct page *p)
{
	const char *at = strstr(text, "\ndataset_name ");
	char line[512], *name;
	int start = 0;

	if (at == NULL)
		return false;
	snprintf(line, sizeof line, "%.*s", (int)strcspn(at + 1, "\n"), at + 1);
	sscanf(line, "%*s %*s %n", &start);
	name = line + start;
	name = memmem(line, strlen(line), name, strcspn(name, " "));
	*row = page_row(p, LABELS({ "dataset", name }, { "zpool", pool }));
	return start > 0;
}

static void
add_dataset(const struct scope *s, const char *file, const char *pool, struct page *p)
{
	char *text = place_read(s, file);
	uint32_t row;

	if (text == NULL)
		place_fail(-errno);
	else
		place_fail(row_of(pool, text, &row, p) ? table_parse_row(&tables[OBJSET], text, row, p) : -EINVAL);
}

static void
add_pool(const char *name, struct page *p)
{
	struct scope pool = { 0 };
	uint32_t row = page_row_of(p, "zpool", name);
	char path[sizeof ZFS "/" + NAME_MAX], **objsets;
	int n;

	snprintf(path, sizeof path, ZFS "/%s", name);
	if ((pool.dir = file_directory(place(PROC)->dir, path)) < 0)
		return;
	add_io(&pool, row, p);
	add_state(&pool, row, p);
	n = place_list(&pool, ".", "objset-*", &objsets);
	for (int i = 0; i < n; i++)
		add_dataset(&pool, objsets[i], name, p);
	place_list_free(objsets, n);
	close(pool.dir);
}

static int
update(const struct scope *s, struct page *p)
{
	char **pools;
	int n = place_list_directories(place(PROC), ZFS, "*", &pools);

	if (n < 0)
		return -ENODATA;
	for (const struct table *t = &tables[KSTATS]; t->path != NULL; t++)
		place_fail(table_read(t, s, p));
	for (int i = 0; i < n; i++)
		add_pool(pools[i], p);
	place_list_free(pools, n);
	return place_failure();
}

const struct collector zfs = {
	.name = "zfs",
	.help = "OpenZFS: its caches, pools and datasets.",
	.tables = tables,
	.metrics = states,
	.update = update,
};
