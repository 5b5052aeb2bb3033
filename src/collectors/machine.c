/* What the machine has: sysfs' topology of CPUs and EDAC, /proc/meminfo. Documentation/admin-guide/cputopology.rst */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../machine_id.h"
#include "../text.h"

#define EDAC "devices/system/edac/mc"

enum {
	CORES, PHYSICAL, SOCKETS, BOOKS, DRAWERS, DIMMS, DIMM_BYTES, MEMORY, SWAP,
	MACHINE_ERROR, CONTAINER_ERROR, VERSION,
};

static const struct metric metrics[] = {
	[CORES] = { "", GAUGE, ONE, "machine_cpu_cores", "Logical CPUs online." },
	[PHYSICAL] = { "", GAUGE, ONE, "machine_cpu_physical_cores", "Physical cores." },
	[SOCKETS] = { "", GAUGE, ONE, "machine_cpu_sockets", "CPU sockets." },
	[BOOKS] = { "", GAUGE, ONE, "machine_cpu_books", "Books of sockets, where there are such." },
	[DRAWERS] = { "", GAUGE, ONE, "machine_cpu_drawers", "Drawers of books, where there are such." },
	[DIMMS] = { "", GAUGE, ONE, "machine_dimm_count", "Memory modules of a type." },
	[DIMM_BYTES] = { "", GAUGE, KIB, "machine_dimm_capacity_bytes", "Size of all memory modules of a type." },
	[MEMORY] = { "", GAUGE, KIB, "machine_memory_bytes", "Memory." },
	[SWAP] = { "", GAUGE, KIB, "machine_swap_bytes", "Swap." },
	[MACHINE_ERROR] = { "", GAUGE, ONE, "machine_scrape_error", "1 if the machine could not be read." },
	[CONTAINER_ERROR] = { "", GAUGE, ONE, "container_scrape_error", "1 if containers could not be read." },
	[VERSION] = { "", GAUGE, ONE, "cadvisor_version_info",
	    "Kernel and distribution, under the name that dashboards know." },
	{ 0 },
};

enum { CPUS_MAX = 8192, NAME = 128 };

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

/* Different values. */
struct set {
	unsigned values[CPUS_MAX];
	size_t n;
};

static void
count(struct set *s, unsigned value)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->values[i] == value)
			return;
	if (s->n < CPUS_MAX)
		s->values[s->n++] = value;
}

/* By metric, of which CORES is not used: logical CPUs are counted alone. */
static struct set sets[DRAWERS + 1];
static size_t n_cpus;

/* Only s390 has books of sockets, and drawers of books. */
static void
count_cpu(const char *cpu)
{
	unsigned package, core, book, drawer;

	if (!topology(cpu, "physical_package_id", &package) || !topology(cpu, "core_id", &core))
		return;
	n_cpus++;
	count(&sets[SOCKETS], package);
	count(&sets[PHYSICAL], package << 16 | core);
	if (topology(cpu, "book_id", &book))
		count(&sets[BOOKS], book);
	if (topology(cpu, "drawer_id", &drawer))
		count(&sets[DRAWERS], drawer);
}

static void
count_cpus(void)
{
	char **cpus;
	int n = place_list(place(SYS), "devices/system/cpu", "cpu[0-9]*", &cpus);

	n_cpus = 0;
	for (size_t i = 0; i < COUNT(sets); i++)
		sets[i].n = 0;
	for (int i = 0; i < n; i++)
		count_cpu(cpus[i]);
	if (n >= 0)
		place_list_free(cpus, n);
}

/* CPUs come and go seldom: they are counted again when their list in sysfs is another one. */
static void
add_cpus(struct page *p)
{
	static char online[NAME];
	char now[NAME];

	text_first(now, sizeof now, place_read(place(SYS), "devices/system/cpu/online"));
	if (n_cpus == 0 || strcmp(now, online) != 0)
		count_cpus();
	memcpy(online, now, sizeof online);
	page_add(p, &metrics[CORES], 0, (double)n_cpus);
	for (size_t i = PHYSICAL; i <= DRAWERS; i++)
		if (i < BOOKS || sets[i].n > 0)
			page_add(p, &metrics[i], 0, (double)sets[i].n);
}

enum { TYPES_MAX = 16 };

/* Memory modules of one type. */
struct dimms {
	char type[64];
	double count, mebibytes;
};

static void
add_dimm(struct dimms *types, const char *controller, const char *dimm)
{
	char type[sizeof types->type], megabytes[16];
	double size = 0;

	text_first(type, sizeof type, place_readf(place(SYS), EDAC "/%s/%s/dimm_mem_type", controller, dimm));
	text_first(megabytes, sizeof megabytes, place_readf(place(SYS), EDAC "/%s/%s/size", controller, dimm));
	text_number(megabytes, &size);
	for (size_t i = 0; i < TYPES_MAX; i++)
		if (types[i].count == 0 || strcmp(types[i].type, type) == 0) {
			strcpy(types[i].type, type);
			types[i].count++;
			types[i].mebibytes += size;
			return;
		}
}

/* Documentation/driver-api/edac.rst; there are none where no driver knows the memory controller. */
static void
add_dimms(struct page *p)
{
	struct dimms types[TYPES_MAX] = { 0 };
	char **controllers, **dimms, path[128];
	int n = place_list(place(SYS), EDAC, "mc[0-9]*", &controllers), n_dimms;

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof path, EDAC "/%s", controllers[i]);
		n_dimms = place_list(place(SYS), path, "dimm[0-9]*", &dimms);
		for (int k = 0; k < n_dimms; k++)
			add_dimm(types, controllers[i], dimms[k]);
		if (n_dimms >= 0)
			place_list_free(dimms, n_dimms);
	}
	if (n >= 0)
		place_list_free(controllers, n);
	for (size_t i = 0; i < TYPES_MAX && types[i].count > 0; i++) {
		uint32_t row = page_row_of(p, "type", types[i].type);

		page_add(p, &metrics[DIMMS], row, types[i].count);
		page_add(p, &metrics[DIMM_BYTES], row, types[i].mebibytes * 1024);
	}
}

/* False if there is no MemTotal. */
static bool
add_memory(struct page *p)
{
	const char *text = place_read(place(PROC), "meminfo");
	double memory = text_value(text, "MemTotal");

	if (memory == 0)
		return false;
	page_add(p, &metrics[MEMORY], 0, memory);
	page_add(p, &metrics[SWAP], 0, text_value(text, "SwapTotal"));
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
		text_first(kernel, sizeof kernel, place_read(place(PROC), "sys/kernel/osrelease"));
	}
	page_add(p, &metrics[VERSION], page_row(p, LABELS(
		{ "cadvisorRevision", "" }, { "cadvisorVersion", "" }, { "dockerVersion", "" },
		{ "kernelVersion", kernel }, { "osVersion", os }
	)), 1);
}

static int
update(const struct scope *s, struct page *p)
{
	bool ok;

	(void)s;
	page_scope(p, machine_id());
	add_cpus(p);
	add_dimms(p);
	ok = add_memory(p);
	page_scope(p, NULL);
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
