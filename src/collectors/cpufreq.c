/*
 * Frequencies of CPUs, in kHz, and their governors: /sys/devices/system/cpu/cpuN/cpufreq. Documentation/admin-guide/pm/
 * cpufreq.rst of the kernel
 *
 * Only what is exported is read: to tell what is current, the kernel may have to measure. A CPU that is offline may
 * show the values of others, or none (EBUSY).
 */
#include "../collector.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../device.h"
#include "../file.h"
#include "../listing.h"
#include "../text.h"

#define CPUS "devices/system/cpu"

static const struct metric metrics[] = {
	{ "cpuinfo_cur_freq", GAUGE, KHZ, "node_cpu_frequency_hertz", "Frequency of the CPU." },
	{ "cpuinfo_avg_freq", GAUGE, KHZ, "node_cpu_frequency_avg_hertz", "Average frequency of late." },
	{ "cpuinfo_min_freq", GAUGE, KHZ, "node_cpu_frequency_min_hertz", "Lowest frequency that the CPU can have." },
	{ "cpuinfo_max_freq", GAUGE, KHZ, "node_cpu_frequency_max_hertz", "Highest frequency that the CPU can have." },
	{ "scaling_cur_freq", GAUGE, KHZ, "node_cpu_scaling_frequency_hertz",
	    "Frequency as the kernel last measured or set it." },
	{ "scaling_min_freq", GAUGE, KHZ, "node_cpu_scaling_frequency_min_hertz", "Lowest frequency permitted." },
	{ "scaling_max_freq", GAUGE, KHZ, "node_cpu_scaling_frequency_max_hertz", "Highest frequency permitted." },
	{ NULL, GAUGE, ONE, "node_cpu_scaling_governor", "1 for the governor in use, 0 for the others available." },
	{ 0 },
};

enum { GOVERNOR = 7, CPUS_MAX = 8192 };

static struct listing cpus;
static bool offline[CPUS_MAX];          /* by number */
static bool measured;                   /* in this scrape */

/* "4-7,12", or nothing. */
static int
read_offline(void)
{
	char *list = place_read(place(SYS), CPUS "/offline");
	uint64_t first, last;

	memset(offline, 0, sizeof offline);
	if (list == NULL)
		return -errno;
	while (text_range(&list, &first, &last) > 0)
		for (; first <= last && first < CPUS_MAX; first++)
			offline[first] = true;
	return 0;
}

static bool
is_offline(const char *number)
{
	uint64_t n;

	return text_u64(number, 10, &n) && n < CPUS_MAX && offline[n];
}

static void
add_governors(const struct device *d, const char *number, struct page *p, int *err)
{
	char text[ATTRIBUTE_MAX + 1], list[ATTRIBUTE_MAX + 1], *at, *name;
	const char *used = device_answer(d, "scaling_governor", text, err);

	if (used == NULL || *used == '\0' || (at = device_answer(d, "scaling_available_governors", list, err)) == NULL)
		return;
	while ((name = text_field(&at, ' ')) != NULL)   /* also an empty one, as in node_exporter */
		page_add(p, &metrics[GOVERNOR], page_row(p, LABELS({ "cpu", number }, { "governor", name })),
		    strcmp(name, used) == 0);
}

/*
 * On x86, Linux 4.15 to 5.17 sleep 10 to 20 ms in each scaling_cur_freq whose CPU was not measured in the last second.
 * They do so once for all CPUs when /proc/cpuinfo is opened.
 */
static void
measure(void)
{
	int fd = openat(place(PROC)->dir, "cpuinfo", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
}

/* Without cpufreq there is nothing to tell. */
static int
add_cpu(struct page *p, const char *name)
{
	const char *number = name + strlen("cpu");
	char path[NAME_MAX + 16];
	struct device d = { NULL, CPUS, path, -1 };
	int err = 0;

	snprintf(path, sizeof path, "%s/cpufreq", name);
	if (is_offline(number) || (d.dir = file_directory(cpus.fd, path)) < 0)
		return 0;
	if (!measured)
		measure();
	measured = true;
	device_add(&d, metrics, COUNT(metrics), page_row_of(p, "cpu", number), p, &err);
	add_governors(&d, number, p, &err);
	close(d.dir);
	return err;
}

static int
update(const struct scope *s, struct page *p)
{
	int err = listing_open(&cpus, place(SYS)->dir, CPUS), result;

	(void)s;
	if (err < 0)
		return err;
	result = read_offline();
	measured = false;
	for (size_t i = 0; i < cpus.n; i++)
		if (fnmatch("cpu[0-9]*", cpus.entries[i]->d_name, 0) == 0 &&
		    (err = add_cpu(p, cpus.entries[i]->d_name)) < 0)
			result = err;
	listing_close(&cpus);
	return result;
}

const struct collector cpufreq = {
	.name = "cpufreq",
	.help = "Frequencies of CPUs, and their governors.",
	.metrics = metrics,
	.update = update,
};
