/*
 * io.stat of a cgroup, "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 ...", and io.max, "8:0 rbps=1 wbps=max ...".
 * Documentation/admin-guide/cgroup-v2.rst
 */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../text.h"

#define USAGE COUNTER, ONE, "container_blkio_device_usage_total", "Bytes read and written."
#define LIMIT(what) GAUGE, ONE, "container_spec_io_" what "_per_second"

static const struct metric metrics[] = {
	{ "rbytes", COUNTER, ONE, "container_fs_reads_bytes_total", "Bytes read." },
	{ "wbytes", COUNTER, ONE, "container_fs_writes_bytes_total", "Bytes written." },
	{ "rios", COUNTER, ONE, "container_fs_reads_total", "Reads." },
	{ "wios", COUNTER, ONE, "container_fs_writes_total", "Writes." },
	{ "cost.usage", COUNTER, US, "container_fs_io_cost_usage_seconds_total",
	    "Device time used, by the cost model." },
	{ "cost.wait", COUNTER, US, "container_fs_io_cost_wait_seconds_total",
	    "Time that I/O waited, by the cost model." },
	{ "cost.indebt", COUNTER, US, "container_fs_io_cost_indebt_seconds_total", "Time in debt, by the cost model." },
	{ "cost.indelay", COUNTER, US, "container_fs_io_cost_indelay_seconds_total",
	    "Time delayed for debt, by the cost model." },
	{ "rbps", LIMIT("read_bytes"), "Limit of bytes read per second, if set." },
	{ "wbps", LIMIT("write_bytes"), "Limit of bytes written per second, if set." },
	{ "riops", LIMIT("reads"), "Limit of reads per second, if set." },
	{ "wiops", LIMIT("writes"), "Limit of writes per second, if set." },
	{ "rbytes", USAGE, { { "operation", "Read" } } },
	{ "wbytes", USAGE, { { "operation", "Write" } } },
	{ 0 },
};

/* Names of block devices by their numbers, as sysfs has them. */
static struct device {
	char number[24], name[64];
} *devices;
static size_t n_devices;

static void
list_devices(void)
{
	char **names, *number;
	int n = place_list(place(SYS), "block", "*", &names);

	n_devices = 0;
	for (int i = 0; i < n; i++) {
		if ((number = place_readf(place(SYS), "block/%s/dev", names[i])) == NULL)
			continue;
		devices = must_realloc(devices, (n_devices + 1) * sizeof *devices);
		snprintf(devices[n_devices].number, sizeof devices->number, "%s", text_trim(number));
		snprintf(devices[n_devices++].name, sizeof devices->name, "/dev/%s", names[i]);
	}
	if (n >= 0)
		place_list_free(names, n);
}

/* "/dev/sda" of "8:0", or NULL. */
static const char *
known_device(const char *number)
{
	for (size_t i = 0; i < n_devices; i++)
		if (strcmp(devices[i].number, number) == 0)
			return devices[i].name;
	return NULL;
}

/* The number itself where sysfs does not know it, which it is asked once in a collection. */
static const char *
device(const struct page *p, const char *number)
{
	static uint32_t listed;
	const char *name = known_device(number);

	if (name == NULL && listed != page_age(p)) {
		list_devices();
		listed = page_age(p);
		name = known_device(number);
	}
	return name == NULL ? number : name;
}

/* As cAdvisor has it. */
static bool
left_out(const char *name)
{
	return text_starts(name, "/dev/loop") || text_starts(name, "/dev/ram") || text_starts(name, "/dev/sr");
}

/* Those with an operation have the device's numbers as labels too. */
static void
add(struct page *p, const char *key, double v, uint32_t named, uint32_t numbered)
{
	for (const struct metric *m = metrics; m->name != NULL; m++)
		if (strcmp(m->key, key) == 0)
			page_add(p, m, m->fixed[0].name != NULL ? numbered : named, v);
}

static int
add_device(struct page *p, char *number, char *rest)
{
	const char *name = device(p, number);
	char major[24], *key, *value;
	struct label labels[] = { { "device", name }, { "major", major }, { "minor", strchr(number, ':') + 1 } };
	uint32_t named = page_row(p, labels, 1), numbered;
	double v;

	if (left_out(name))
		return 0;
	snprintf(major, sizeof major, "%.*s", (int)strcspn(number, ":"), number);
	numbered = page_row(p, labels, COUNT(labels));
	while ((key = text_word(&rest, " =")) != NULL) {
		if ((value = text_word(&rest, " =")) == NULL)
			return -EINVAL;
		if (strcmp(value, "max") == 0)
			continue;
		if (!text_number(value, &v))
			return -EINVAL;
		add(p, key, v, named, numbered);
	}
	return 0;
}

static int
read_devices(const struct scope *s, const char *path, struct page *p)
{
	static struct buf text;         /* device() reads files too */
	ssize_t n = place_read_to(s, path, &text);
	char *at = text.data, *line, *number;
	int err = 0;

	if (n < 0)
		return (int)n;
	while ((line = text_line(&at)) != NULL)
		if ((number = text_word(&line, " ")) != NULL && strchr(number, ':') != NULL &&
		    add_device(p, number, line) != 0)
			err = -EINVAL;
	if (err != 0) {
		place_note(s, path);
		place_blame();
	}
	return err;
}

static bool limits;

/* The root has no limits. */
static int
update(const struct scope *s, struct page *p)
{
	int err = read_devices(s, "io.stat", p), more = limits ? read_devices(s, "io.max", p) : 0;

	return err != 0 || more == -ENOENT ? err : more;
}

const struct collector container_io = {
	.name = "container.io",
	.help = "I/O by device.",
	.over = CONTAINERS,
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.container.io.limits", SWITCH, &limits, "Also the limits that io.max sets, of one more file." },
		{ 0 },
	},
};
