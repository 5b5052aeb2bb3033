/* What the machine has: sysfs' topology of CPUs, /proc/meminfo. Documentation/admin-guide/cputopology.rst */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../text.h"

enum { CORES, PHYSICAL, SOCKETS, MEMORY, SWAP, MACHINE_ERROR, CONTAINER_ERROR, VERSION };

static const struct metric metrics[] = {
	[CORES] = { "", GAUGE, ONE, "machine_cpu_cores", "Logical CPUs online." },
	[PHYSICAL] = { "", GAUGE, ONE, "machine_cpu_physical_cores", "Physical cores." },
	[SOCKETS] = { "", GAUGE, ONE, "machine_cpu_sockets", "CPU sockets." },
	[MEMORY] = { "", GAUGE, KIB, "machine_memory_bytes", "Memory." },
	[SWAP] = { "", GAUGE, KIB, "machine_swap_bytes", "Swap." },
	[MACHINE_ERROR] = { "", GAUGE, ONE, "machine_scrape_error", "1 if the machine could not be read." },
	[CONTAINER_ERROR] = { "", GAUGE, ONE, "container_scrape_error", "1 if containers could not be read." },
	[VERSION] = { "", GAUGE, ONE, "cadvisor_version_info",
	    "Kernel and distribution, under the name that dashboards know." },
	{ 0 },
};

enum { CPUS_MAX = 8192, NAME = 128 };

/* The first line of a file, without space around it; "" if it cannot be read. */
static void
first_line(char out[NAME], char *text)
{
	out[0] = '\0';
	if (text != NULL && (text = text_line(&text)) != NULL)
		snprintf(out, NAME, "%s", text_trim(text));
}

static uint32_t
identity(struct page *p)
{
	static char boot[NAME], machine[NAME], uuid[NAME];
	const struct label labels[] = { { "boot_id", boot }, { "machine_id", machine }, { "system_uuid", uuid } };

	if (boot[0] == '\0') {
		first_line(boot, place_read(place(PROC), "sys/kernel/random/boot_id"));
		first_line(machine, place_read_inside(place(ROOT), "etc/machine-id"));
		if (machine[0] == '\0')
			first_line(machine, place_read_inside(place(ROOT), "var/lib/dbus/machine-id"));
		first_line(uuid, place_read(place(SYS), "class/dmi/id/product_uuid"));
		if (uuid[0] == '\0')
			snprintf(uuid, sizeof uuid, "%s", machine);
	}
	return page_row(p, labels, COUNT(labels));
}

static bool
topology(const char *cpu, const char *file, unsigned *value)
{
	char *text = place_readf(place(SYS), "devices/system/cpu/%s/topology/%s", cpu, file);
	double v;

	if (text == NULL || !text_number(text_trim(text), &v))
		return false;
	*value = (unsigned)(int)v;      /* -1 where the firmware does not tell */
	return true;
}

/* Counts a value that was not there before. */
static void
count(unsigned *seen, size_t *n, unsigned value)
{
	for (size_t i = 0; i < *n; i++)
		if (seen[i] == value)
			return;
	if (*n < CPUS_MAX)
		seen[(*n)++] = value;
}

/* CPUs come and go seldom: they are counted again when their list in sysfs is another one. */
static void
add_cpus(struct page *p, uint32_t row)
{
	static unsigned packages[CPUS_MAX], cores[CPUS_MAX];
	static size_t n_packages, n_cores, n_cpus;
	static char online[NAME];
	char now[NAME], **cpus;
	unsigned package, core;
	int n;

	first_line(now, place_read(place(SYS), "devices/system/cpu/online"));
	if (n_cpus == 0 || strcmp(now, online) != 0) {
		n_packages = n_cores = n_cpus = 0;
		n = place_list(place(SYS), "devices/system/cpu", "cpu[0-9]*", &cpus);
		for (int i = 0; i < n; i++) {
			if (!topology(cpus[i], "physical_package_id", &package) || !topology(cpus[i], "core_id", &core))
				continue;
			n_cpus++;
			count(packages, &n_packages, package);
			count(cores, &n_cores, package << 16 | core);
		}
		if (n >= 0)
			place_list_free(cpus, n);
		memcpy(online, now, sizeof online);
	}
	page_add(p, &metrics[CORES], row, (double)n_cpus);
	page_add(p, &metrics[PHYSICAL], row, (double)n_cores);
	page_add(p, &metrics[SOCKETS], row, (double)n_packages);
}

/* False if there is no MemTotal. */
static bool
add_memory(struct page *p, uint32_t row)
{
	const char *text = place_read(place(PROC), "meminfo");
	double memory = text_value(text, "MemTotal");

	if (memory == 0)
		return false;
	page_add(p, &metrics[MEMORY], row, memory);
	page_add(p, &metrics[SWAP], row, text_value(text, "SwapTotal"));
	return true;
}

static void
distribution(char out[NAME])
{
	char *text = place_read_inside(place(ROOT), "etc/os-release"), *line;

	snprintf(out, NAME, "Unknown");
	while (text != NULL && (line = text_line(&text)) != NULL)
		if (text_starts(line, "PRETTY_NAME=")) {
			line += strlen("PRETTY_NAME=");
			line += strspn(line, "\"'");
			line[strcspn(line, "\"'")] = '\0';
			snprintf(out, NAME, "%s", line);
		}
}

static void
add_version(struct page *p)
{
	static char os[NAME], kernel[NAME];

	if (os[0] == '\0') {
		distribution(os);
		first_line(kernel, place_read(place(PROC), "sys/kernel/osrelease"));
	}
	page_add(p, &metrics[VERSION], page_row(p, LABELS(
		{ "cadvisorRevision", "" }, { "cadvisorVersion", "" }, { "dockerVersion", "" },
		{ "kernelVersion", kernel }, { "osVersion", os }
	)), 1);
}

static int
update(const struct scope *s, struct page *p)
{
	uint32_t row = identity(p);
	bool ok;

	(void)s;
	add_cpus(p, row);
	ok = add_memory(p, row);
	add_version(p);
	page_add(p, &metrics[MACHINE_ERROR], 0, !ok);
	page_add(p, &metrics[CONTAINER_ERROR], 0, 0);
	return ok ? 0 : -EINVAL;
}

const struct collector machine = {
	.name = "machine",
	.help = "CPUs, memory and swap of the machine.",
	.over = MACHINE,
	.metrics = metrics,
	.update = update,
};
