/* hugetlb.<size>.* of a cgroup, for the sizes that the node has. Documentation/admin-guide/cgroup-v2.rst */
#include "../collector.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../text.h"

enum { USAGE, REFUSED };

static const struct metric metrics[] = {
	[USAGE] = { "", GAUGE, ONE, "container_hugetlb_usage_bytes", "Huge pages in use or reserved." },
	[REFUSED] = { "max", COUNTER, ONE, "container_hugetlb_failcnt", "How often huge pages were refused for the limit." },
	{ 0 },
};

enum { SIZES_MAX = 8 };

static char sizes[SIZES_MAX][24];       /* "2MB", "1GB": as the kernel calls them in the names of files */
static int n_sizes;

/* The directories in sysfs are called hugepages-2048kB. Sizes are fixed when the kernel starts. */
static void
list_sizes(void)
{
	char **names, unit;
	int n = place_list(place(SYS), "kernel/mm/hugepages", "hugepages-*kB", &names);
	uint64_t kb;

	n_sizes = 0;
	for (int i = 0; i < n && n_sizes < SIZES_MAX; i++) {
		kb = strtoull(names[i] + sizeof "hugepages-" - 1, NULL, 10);
		unit = kb >= 1 << 20 ? 'G' : kb >= 1 << 10 ? 'M' : 'K';
		kb >>= unit == 'G' ? 20 : unit == 'M' ? 10 : 0;
		snprintf(sizes[n_sizes++], sizeof sizes[0], "%ju%cB", (uintmax_t)kb, unit);
	}
	if (n >= 0)
		place_list_free(names, n);
}

/* Pages count once they are reserved; where Linux does not tell (before 5.7), once they are used. */
static char *
read_usage(const struct scope *s, const char *size)
{
	char *text = place_readf(s, "hugetlb.%s.rsvd.current", size);

	return text != NULL || errno != ENOENT ? text : place_readf(s, "hugetlb.%s.current", size);
}

/* The number behind the key "max". */
static char *
read_refused(const struct scope *s, const char *size)
{
	char *text = place_readf(s, "hugetlb.%s.events", size), *key;

	while (text != NULL && (key = text_word(&text, " \n")) != NULL)
		if (strcmp(key, "max") == 0)
			break;
	return text;
}

static int
add(struct page *p, const struct metric *m, uint32_t row, char *number)
{
	double v;

	if (number == NULL)
		return errno == ENOENT ? 0 : -errno;
	if (!text_number(text_trim(number), &v))
		return -EINVAL;
	page_add(p, m, row, v);
	return 0;
}

static int
update(const struct scope *s, struct page *p)
{
	int err = 0;

	for (int i = 0; i < n_sizes; i++) {
		uint32_t row = page_row_of(p, "pagesize", sizes[i]);
		int used = add(p, &metrics[USAGE], row, read_usage(s, sizes[i]));
		int refused = used == 0 ? add(p, &metrics[REFUSED], row, read_refused(s, sizes[i])) : 0;

		if (used != 0 || refused != 0) {
			err = used != 0 ? used : refused;
			place_blame();
		}
	}
	return n_sizes == 0 ? -ENODATA : err;
}

const struct collector container_hugetlb = {
	.name = "container.hugetlb",
	.help = "Huge pages.",
	.over = CONTAINERS,
	.off = true,
	.metrics = metrics,
	.update = update,
	.prepare = list_sizes,
};
