/*
 * Software RAID. /proc/mdstat has a line for each array, its status, and what it is busy with:
 *   md1 : active raid1 sdb1[1] sda1[0](F)
 *         1046528 blocks super 1.2 [2/1] [_U]
 *         [=>...................]  recovery =  9.3% (97408/1046528) finish=0.6min speed=24352K/sec
 *         bitmap: 1/1 pages [4KB], 65536KB chunk
 * and /sys/block/md1/md has its attributes. https://docs.kernel.org/admin-guide/md.html
 */
#include "../collector.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../device.h"
#include "../text.h"

#define DISKS(state) \
	{ NULL, GAUGE, ONE, "node_md_disks", "The array's disks in each state.", { { "state", state } } }
#define STATE(state) \
	{ NULL, GAUGE, ONE, "node_md_state", "1 for the state that the array is in.", { { "state", state } } }

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_md_disks_required", "Disks that make up the whole array, as /proc/mdstat has it." },
	DISKS("active"), DISKS("failed"), DISKS("spare"),
	{ NULL, GAUGE, ONE, "node_md_blocks", "The array's size, in blocks of 1 KiB." },
	{ NULL, GAUGE, ONE, "node_md_blocks_synced",
	    "Blocks of 1 KiB that a resync, recovery, reshape or check has done; all of them when none goes on." },
	STATE("active"), STATE("inactive"), STATE("recovering"), STATE("resync"), STATE("check"),
	{ NULL, GAUGE, ONE, "node_md_raid_disks", "Disks that make up the whole array, as sysfs has it." },
	{ NULL, GAUGE, ONE, "node_md_degraded", "Disks that the array lacks." },
	{ 0 },
};

enum { REQUIRED, ACTIVE, FAILED, SPARE, BLOCKS, SYNCED, NUMBERS, STATES = NUMBERS, RAID_DISKS = STATES + 5, DEGRADED };

/* /proc/mdstat --------------------------------------------------------------------------------------------------- */

/* What is known of an array; NAN: it does not say. */
struct array {
	const char *name, *state;       /* name is NULL: none */
	bool status, counted;           /* its status was seen; [required/active] in it is not for us */
	double numbers[NUMBERS];
};

static int
count(const char *line, const char *word)
{
	int n = 0;

	for (; (line = strstr(line, word)) != NULL; line++)
		n++;
	return n;
}

/* The last two numbers that stand in a line as "[2/1]" does; false if there are none. */
static bool
read_pair(const char *line, char open, char close, double *first, double *second)
{
	uint64_t a, b;
	bool any = false;
	int end = 0;

	for (; (line = strchr(line, open)) != NULL; line++)
		if (sscanf(line + 1, "%18" SCNu64 "/%18" SCNu64 "%n", &a, &b, &end) == 2 && line[1 + end] == close) {
			*first = (double)a;
			*second = (double)b;
			any = true;
		}
	return any;
}

static void
add(struct page *p, const struct array *a)
{
	uint32_t row;

	if (a->name == NULL)
		return;
	row = page_row_of(p, "device", a->name);
	for (size_t i = 0; i < NUMBERS; i++)
		if (!isnan(a->numbers[i]))
			page_add(p, &metrics[i], row, a->numbers[i]);
	for (size_t i = STATES; i < RAID_DISKS; i++)
		page_add(p, &metrics[i], row, strcmp(metrics[i].fixed[0].value, a->state) == 0);
}

/* "md1 : active raid1 sdb1[1] sda1[0]": all disks count as active where the status does not say otherwise. */
static void
begin(struct array *a, char *line)
{
	bool striped = strstr(line, "raid0") != NULL || strstr(line, "linear") != NULL;
	bool inactive = strstr(line, "inactive") != NULL;
	int disks = striped || !inactive ? count(line, "[") : 0;
	const char *colon;

	*a = (struct array){ .counted = striped || inactive, .numbers = {
		[REQUIRED] = disks, [ACTIVE] = disks, [FAILED] = count(line, "(F)"), [SPARE] = count(line, "(S)"),
		[BLOCKS] = NAN, [SYNCED] = NAN,
	} };
	if (!a->counted)        /* one without disks has its status here */
		read_pair(line, '[', ']', &a->numbers[REQUIRED], &a->numbers[ACTIVE]);
	a->name = text_word(&line, " ");
	colon = text_word(&line, " ");
	a->state = colon != NULL && strcmp(colon, ":") == 0 ? text_word(&line, " ") : NULL;
}

static int
read_status(struct array *a, char *line)
{
	const char *blocks;
	uint64_t n;

	a->status = true;
	if (!a->counted)
		read_pair(line, '[', ']', &a->numbers[REQUIRED], &a->numbers[ACTIVE]);
	if ((blocks = text_word(&line, " ")) == NULL)
		return 0;
	if (!text_u64(blocks, 10, &n))
		return -EINVAL;
	a->numbers[BLOCKS] = a->numbers[SYNCED] = (double)n;
	return 0;
}

/* What has not begun, or goes on elsewhere, says PENDING, DELAYED or REMOTE in place of how far it is. */
static void
read_action(struct array *a, const char *line)
{
	static const char *const actions[][2] = {
		{ "recovery", "recovering" }, { "reshape", "reshaping" }, { "check", "check" }, { "resync", "resync" },
	};
	double all;

	if (strstr(line, "bitmap") != NULL)
		return;
	for (size_t i = 0; i < COUNT(actions); i++)
		if (strstr(line, actions[i][0]) != NULL) {
			a->state = actions[i][1];
			if (!read_pair(line, '(', ')', &a->numbers[SYNCED], &all))
				a->numbers[SYNCED] = 0;
			return;
		}
}

/* No line that begins an array. */
static bool
is_other(const char *line)
{
	return *line == '\0' || *line == ' ' || text_starts(line, "Personalities") || text_starts(line, "unused");
}

static int
read_mdstat(struct page *p, char *at)
{
	struct array a = { 0 };
	char *line;
	int err = 0;

	while ((line = text_line(&at)) != NULL) {
		if (!is_other(line)) {
			add(p, &a);
			begin(&a, line);
			if (a.state == NULL) {
				a.name = NULL;
				err = -EINVAL;
			}
		} else if (*line == ' ' && a.name != NULL) {
			if (a.status)
				read_action(&a, line);
			else if (read_status(&a, line) != 0)
				err = -EINVAL;
		}
	}
	add(p, &a);
	return err;
}

/* /sys/block/md* ------------------------------------------------------------------------------------------------- */

static bool
is_one_of(const char *word, const char *const *words)
{
	while (*words != NULL && strcmp(word, *words) != 0)
		words++;
	return *words != NULL;
}

/* "2", or while the array grows "3 (2)"; empty or a word if it has none. */
static void
add_raid_disks(const struct device *d, struct page *p, uint32_t row)
{
	char text[ATTRIBUTE_MAX + 1], *at = text;
	const char *disks;
	uint64_t n;

	if (device_text(d, "md/raid_disks", text) == 0 && (disks = text_word(&at, " ")) != NULL &&
	    text_u64(disks, 10, &n))
		page_add(p, &metrics[RAID_DISKS], row, (double)n);
}

static int
add_attributes(const struct device *d, struct page *p)
{
	static const char *const diskless[] = { "", "container", "imsm", "ddf", NULL };
	static const char *const redundant[] = { "raid1", "raid4", "raid5", "raid6", "raid10", NULL };
	char level[ATTRIBUTE_MAX + 1];
	uint64_t degraded = 0;
	uint32_t row;
	int err = device_text(d, "md/level", level);

	if (err != 0)
		return err == -ENOENT ? 0 : err;
	row = page_row_of(p, "device", d->name);
	if (!is_one_of(level, diskless))
		add_raid_disks(d, p, row);
	if (is_one_of(level, redundant) && (err = device_number(d, "md/degraded", 10, &degraded)) != 0)
		return err == -ENOENT ? 0 : err;        /* one that does not run is not known to be degraded */
	page_add(p, &metrics[DEGRADED], row, (double)degraded);
	return 0;
}

static int
update(const struct scope *s, struct page *p)
{
	char *text = place_read(place(PROC), "mdstat");
	int err, attributes;

	(void)s;
	if (text == NULL)
		return errno == ENOENT ? -ENODATA : -errno;
	if ((err = read_mdstat(p, text)) != 0)
		place_blame();
	attributes = device_each(NULL, "block", "md*", add_attributes, p);
	return err != 0 || attributes == -ENODATA ? err : attributes;
}

const struct collector mdadm = {
	.name = "mdadm",
	.help = "Software RAID.",
	.metrics = metrics,
	.update = update,
};
