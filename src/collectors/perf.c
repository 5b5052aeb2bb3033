/*
 * Counters of perf_event_open(2), each CPU's for all that runs on it: of the processor, of its caches, of the kernel,
 * and tracepoints. They are opened at the first scrape and count from then on. What the machine has not, or does not
 * permit, is left out and told once. Values are as counted; where a processor takes turns between more events than it
 * has counters, they are not scaled up, as in node_exporter.
 */
#include "../collector.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../log.h"
#include "../text.h"

enum kind { HARDWARE, SOFTWARE, CACHE, TRACEPOINT, KINDS };

#define COUNT_OF(key, name, help) { key, COUNTER, ONE, "node_perf_" name "_total", help }
#define CACHE_OF(cache, op, result) \
	{ CACHE, PERF_COUNT_HW_CACHE_##cache | PERF_COUNT_HW_CACHE_OP_##op << 8 | \
	    PERF_COUNT_HW_CACHE_RESULT_##result << 16 }

/* The keys are the names by which flags choose them. */
static const struct metric metrics[] = {
	COUNT_OF("CpuCycles", "cpucycles", "Cycles of the CPU, at whatever frequency it had."),
	COUNT_OF("CpuInstr", "instructions", "Instructions that were completed."),
	COUNT_OF("CacheRef", "cache_refs", "Accesses to the last level of the caches."),
	COUNT_OF("CacheMisses", "cache_misses", "Accesses that the last level of the caches did not serve."),
	COUNT_OF("BranchInstr", "branch_instructions", "Branches that were completed."),
	COUNT_OF("BranchMisses", "branch_misses", "Branches that were predicted wrongly."),
	COUNT_OF("StalledCyclesBackend", "stalled_cycles_backend", "Cycles in which nothing was completed."),
	COUNT_OF("StalledCyclesFrontend", "stalled_cycles_frontend", "Cycles in which nothing was issued."),
	COUNT_OF("RefCpuCycles", "ref_cpucycles", "Cycles at the CPU's nominal frequency."),
	COUNT_OF("PageFault", "page_faults", "Page faults."),
	COUNT_OF("ContextSwitch", "context_switches", "Switches from one task to another."),
	COUNT_OF("CpuMigration", "cpu_migrations", "Tasks that came from another CPU."),
	COUNT_OF("MinorFault", "minor_faults", "Page faults that needed no reading."),
	COUNT_OF("MajorFault", "major_faults", "Page faults that waited for a disk."),
	COUNT_OF("L1DataReadHit", "cache_l1d_read_hits", "Reads of the first level's data cache."),
	COUNT_OF("L1DataReadMiss", "cache_l1d_read_misses", "Reads that the first level's data cache did not serve."),
	COUNT_OF("L1DataWriteHit", "cache_l1d_write_hits", "Writes to the first level's data cache."),
	COUNT_OF("L1InstrReadMiss", "cache_l1_instr_read_misses",
	    "Reads that the first level's instruction cache did not serve."),
	COUNT_OF("LLReadHit", "cache_ll_read_hits", "Reads of the last level of the caches."),
	COUNT_OF("LLReadMiss", "cache_ll_read_misses", "Reads that the last level of the caches did not serve."),
	COUNT_OF("LLWriteHit", "cache_ll_write_hits", "Writes to the last level of the caches."),
	COUNT_OF("LLWriteMiss", "cache_ll_write_misses", "Writes that the last level of the caches did not serve."),
	COUNT_OF("DataTLBReadHit", "cache_tlb_data_read_hits", "Reads for which the data TLB was asked."),
	COUNT_OF("DataTLBReadMiss", "cache_tlb_data_read_misses", "Reads of a page that the data TLB did not know."),
	COUNT_OF("DataTLBWriteHit", "cache_tlb_data_write_hits", "Writes for which the data TLB was asked."),
	COUNT_OF("DataTLBWriteMiss", "cache_tlb_data_write_misses", "Writes to a page that the data TLB did not know."),
	COUNT_OF("InstrTLBReadHit", "cache_tlb_instr_read_hits", "Instructions for which the TLB was asked."),
	COUNT_OF("InstrTLBReadMiss", "cache_tlb_instr_read_misses", "Instructions of a page that the TLB did not know."),
	COUNT_OF("BPUReadHit", "cache_bpu_read_hits", "Branches for which the predictor was asked."),
	COUNT_OF("BPUReadMiss", "cache_bpu_read_misses", "Branches that the predictor did not know."),
	{ 0 },
};

enum { EVENTS = COUNT(metrics) - 1 };

/* What the kernel calls each of them. */
static const struct {
	enum kind kind;
	uint64_t config;
} events[EVENTS] = {
	{ HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	{ HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	{ HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES },
	{ HARDWARE, PERF_COUNT_HW_CACHE_MISSES },
	{ HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS },
	{ HARDWARE, PERF_COUNT_HW_BRANCH_MISSES },
	{ HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND },
	{ HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND },
	{ HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES },
	{ SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS },
	{ SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES },
	{ SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS },
	{ SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN },
	{ SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ },
	CACHE_OF(L1D, READ, ACCESS), CACHE_OF(L1D, READ, MISS), CACHE_OF(L1D, WRITE, ACCESS),
	CACHE_OF(L1I, READ, MISS),
	CACHE_OF(LL, READ, ACCESS), CACHE_OF(LL, READ, MISS), CACHE_OF(LL, WRITE, ACCESS), CACHE_OF(LL, WRITE, MISS),
	CACHE_OF(DTLB, READ, ACCESS), CACHE_OF(DTLB, READ, MISS),
	CACHE_OF(DTLB, WRITE, ACCESS), CACHE_OF(DTLB, WRITE, MISS),
	CACHE_OF(ITLB, READ, ACCESS), CACHE_OF(ITLB, READ, MISS),
	CACHE_OF(BPU, READ, ACCESS), CACHE_OF(BPU, READ, MISS),
};

static const char *cpu_list = "";
static struct flag_list chosen[KINDS];          /* of TRACEPOINT the tracepoints */
static bool disabled[KINDS];

static const struct flag flags[] = {
	{ "collector.perf.cpus", TEXT, &cpu_list, "CPUs to count on, as in 0,2-7, or 0-64:4 for every fourth.", "all" },
	{ "collector.perf.tracepoint", LIST, &chosen[TRACEPOINT], "A tracepoint to count, SYSTEM:EVENT. Repeatable." },
	{ "collector.perf.disable-hardware-profilers", SWITCH, &disabled[HARDWARE], "Nothing of the processor." },
	{ "collector.perf.hardware-profilers", LIST, &chosen[HARDWARE],
	    "What to count of the processor alone, such as CpuCycles or CpuInstr. Repeatable." },
	{ "collector.perf.disable-software-profilers", SWITCH, &disabled[SOFTWARE], "Nothing of the kernel." },
	{ "collector.perf.software-profilers", LIST, &chosen[SOFTWARE],
	    "What to count of the kernel alone, such as PageFault or ContextSwitch. Repeatable." },
	{ "collector.perf.disable-cache-profilers", SWITCH, &disabled[CACHE], "Nothing of the caches." },
	{ "collector.perf.cache-profilers", LIST, &chosen[CACHE],
	    "What to count of the caches alone, such as L1DataReadMiss or LLReadHit. Repeatable." },
	{ 0 },
};

static const char *const kinds[] = {
	[HARDWARE] = "hardware", [SOFTWARE] = "software", [CACHE] = "cache", [TRACEPOINT] = "tracepoint",
};

enum { GROUP_MAX = COUNT(chosen[0].items), CPU_MAX = 65536 };

/* Events that one read gives the values of. */
struct group {
	uint64_t cpu;
	int fd;                         /* of the first, which leads; the others stay open with it */
	const struct metric **metrics;
	size_t n;
};

static uint64_t *cpus;
static size_t n_cpus, room_cpus;
static struct group *groups;
static size_t n_groups, room_groups;
static struct metric *tracepoints[GROUP_MAX];   /* the key is what the flag has */

/* What could not be opened. */
static struct {
	size_t failed, tried;
	int err;
	const char *name;               /* the first */
} failures[KINDS];

/* Which CPUs and events ------------------------------------------------------------------------------------------ */

static void
add_cpus(uint64_t first, uint64_t last, uint64_t stride)
{
	for (; first <= last; first += stride) {
		cpus = must_grow(cpus, n_cpus, &room_cpus, sizeof *cpus);
		cpus[n_cpus++] = first;
	}
}

/* FIRST, FIRST-LAST or FIRST-LAST:STRIDE. */
static bool
take_range(char *range)
{
	uint64_t first, last, stride = 1;
	char *at = range, *from = text_field(&at, '-'), *to = at == NULL ? NULL : text_field(&at, ':');

	if (!text_u64(from, 10, &first) || (to != NULL && !text_u64(to, 10, &last)) ||
	    (at != NULL && !text_u64(at, 10, &stride)))
		return false;
	last = to == NULL ? first : last;
	if (last > CPU_MAX || stride == 0 || stride > CPU_MAX)
		return false;
	add_cpus(first, last, stride);
	return true;
}

static bool
take_cpus(const char *list)
{
	char *copy = must_copy(list), *at = copy, *range;
	bool good = true;

	while (good && (range = text_field(&at, ',')) != NULL)
		good = take_range(range);
	free(copy);
	return good;
}

static void
all_cpus(void)
{
	char *online = place_read(place(SYS), "devices/system/cpu/online");
	uint64_t first, last;

	while (online != NULL && text_range(&online, &first, &last) == 1 && last <= CPU_MAX)
		add_cpus(first, last, 1);
	if (n_cpus == 0)
		add_cpus(0, (uint64_t)sysconf(_SC_NPROCESSORS_ONLN) - 1, 1);
}

static bool
is_known(const char *name, enum kind kind)
{
	for (size_t i = 0; i < EVENTS; i++)
		if (events[i].kind == kind && strcmp(metrics[i].key, name) == 0)
			return true;
	return false;
}

/* Drops names that are none from what the flags chose; if none is left all are taken, as if the flag were not given. */
static void
check_chosen(enum kind kind)
{
	struct flag_list *list = &chosen[kind];
	unsigned n = 0;

	for (unsigned i = 0; i < list->n; i++) {
		if (is_known(list->items[i], kind))
			list->items[n++] = list->items[i];
		else
			log_line(LOG_ERROR, "there is no such profiler", "flag", flag_name(list),
			    "name", list->items[i], NULL);
	}
	list->n = n;
}

static bool
is_chosen(size_t event)
{
	const struct flag_list *list = &chosen[events[event].kind];

	for (unsigned i = 0; i < list->n; i++)
		if (strcmp(list->items[i], metrics[event].key) == 0)
			return true;
	return list->n == 0;
}

static _Noreturn void
refuse(const void *flag, const char *value)
{
	fprintf(stderr, "nodegauge: --%s: not understood: '%s'\n", flag_name(flag), value);
	exit(1);
}

static struct metric *
tracepoint(const char *text)
{
	struct metric *m = must_zero(sizeof *m);
	struct buf name = { 0 }, help = { 0 };

	buf_print(&name, "node_perf_%s", text);
	buf_print(&help, "How often the tracepoint %s was passed.", text);
	*m = (struct metric){ text, COUNTER, ONE, text_name(name.data), help.data };
	return m;
}

static void
prepare(void)
{
	if (*cpu_list != '\0' && !take_cpus(cpu_list))
		refuse(&cpu_list, cpu_list);
	for (enum kind kind = HARDWARE; kind < TRACEPOINT; kind++)
		check_chosen(kind);
	for (unsigned i = 0; i < chosen[TRACEPOINT].n; i++) {
		const char *text = chosen[TRACEPOINT].items[i], *colon = strchr(text, ':');

		if (colon == NULL || strchr(colon + 1, ':') != NULL || strchr(text, '/') != NULL)
			refuse(&chosen[TRACEPOINT], text);
		tracepoints[i] = tracepoint(text);
	}
}

/* Opening -------------------------------------------------------------------------------------------------------- */

static void
note(enum kind kind, const char *name, int err)
{
	failures[kind].tried++;
	if (err == 0)
		return;
	if (failures[kind].failed++ == 0) {
		failures[kind].err = err;
		failures[kind].name = name;
	}
}

/* Opens an event on the group's CPU and adds it to the group. A group stands still until it is started. */
static void
open_event(struct group *g, enum kind kind, uint64_t config, const struct metric *m)
{
	static const uint32_t types[] = {
		[HARDWARE] = PERF_TYPE_HARDWARE, [SOFTWARE] = PERF_TYPE_SOFTWARE, [CACHE] = PERF_TYPE_HW_CACHE,
		[TRACEPOINT] = PERF_TYPE_TRACEPOINT,
	};
	struct perf_event_attr attr = { .type = types[kind], .size = sizeof attr, .config = config,
		.read_format = PERF_FORMAT_GROUP, .disabled = g->n == 0, .exclude_hv = 1 };
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, (int)g->cpu, g->n == 0 ? -1 : g->fd,
	    PERF_FLAG_FD_CLOEXEC);

	note(kind, m->key, fd < 0 ? errno : 0);
	if (fd < 0)
		return;
	if (g->n == 0)
		g->fd = fd;
	g->metrics = must_realloc(g->metrics, (g->n + 1) * sizeof *g->metrics);
	g->metrics[g->n++] = m;
}

static void
start(struct group *g)
{
	if (g->n == 0)
		return;
	ioctl(g->fd, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP);
	groups = must_grow(groups, n_groups, &room_groups, sizeof *groups);
	groups[n_groups++] = *g;
}

/* The kernel's events fit one group. A processor counts a group whole or not at all, so its events are each alone. */
static void
open_events(uint64_t cpu)
{
	struct group software = { .cpu = cpu };

	for (size_t i = 0; i < EVENTS; i++) {
		struct group alone = { .cpu = cpu };
		bool together = events[i].kind == SOFTWARE;

		if (disabled[events[i].kind] || !is_chosen(i))
			continue;
		open_event(together ? &software : &alone, events[i].kind, events[i].config, &metrics[i]);
		start(&alone);
	}
	start(&software);
}

/* The number by which the kernel knows a tracepoint; tracefs may be mounted in two places. */
static int
tracepoint_id(const char *text, double *id)
{
	static const char *const places[] = { "tracing", "debug/tracing" };
	int n = (int)strcspn(text, ":"), err = -ENOENT;
	char path[512];

	for (size_t i = 0; i < COUNT(places) && err != 0; i++) {
		snprintf(path, sizeof path, "kernel/%s/events/%.*s/%s/id", places[i], n, text, text + n + 1);
		err = place_number(place(SYS), path, id);
	}
	return err;
}

static void
open_tracepoints(void)
{
	double ids[GROUP_MAX];
	int errors[GROUP_MAX];
	unsigned n = chosen[TRACEPOINT].n;

	for (unsigned i = 0; i < n; i++)
		if ((errors[i] = tracepoint_id(tracepoints[i]->key, &ids[i])) != 0)
			note(TRACEPOINT, tracepoints[i]->key, -errors[i]);
	for (size_t k = 0; k < n_cpus; k++) {
		struct group g = { .cpu = cpus[k] };

		for (unsigned i = 0; i < n; i++)
			if (errors[i] == 0)
				open_event(&g, TRACEPOINT, (uint64_t)ids[i], tracepoints[i]);
		start(&g);
	}
}

static const char *
remedy(int err)
{
	return err == EACCES || err == EPERM ? "permission: CAP_PERFMON, or a lower kernel.perf_event_paranoid" :
	    err == ENOENT || err == ENODEV || err == EOPNOTSUPP || err == EINVAL ? "not on this machine" : "see err";
}

static void
tell(void)
{
	char failed[48];

	for (enum kind kind = HARDWARE; kind < KINDS; kind++) {
		if (failures[kind].failed == 0)
			continue;
		snprintf(failed, sizeof failed, "%zu of %zu", failures[kind].failed, failures[kind].tried);
		log_line(LOG_WARN, "perf events that cannot be counted", "kind", kinds[kind], "events", failed, "first",
		    failures[kind].name, "err", strerror(failures[kind].err), "why", remedy(failures[kind].err), NULL);
	}
}

static void
open_all(void)
{
	if (n_cpus == 0)
		all_cpus();
	for (size_t i = 0; i < n_cpus; i++)
		open_events(cpus[i]);
	open_tracepoints();
	tell();
}

/* Reading -------------------------------------------------------------------------------------------------------- */

static int
add(struct page *p, const struct group *g)
{
	uint64_t values[1 + GROUP_MAX];
	ssize_t n = read(g->fd, values, (1 + g->n) * sizeof *values);
	char cpu[24];
	uint32_t row;

	if (n < 0)
		return -errno;
	if ((size_t)n < (1 + g->n) * sizeof *values)
		return 0;                       /* the CPU has gone */
	snprintf(cpu, sizeof cpu, "%ju", (uintmax_t)g->cpu);
	row = page_row_of(p, "cpu", cpu);
	for (size_t i = 0; i < g->n; i++)
		page_add(p, g->metrics[i], row, (double)values[1 + i]);
	return 0;
}

static int
update(const struct scope *s, struct page *p)
{
	static bool opened;
	int err = 0, result = 0;

	(void)s;
	if (!opened)
		open_all();
	opened = true;
	for (size_t i = 0; i < n_groups; i++)
		if ((err = add(p, &groups[i])) != 0)
			result = err;
	return result;
}

const struct collector perf = {
	.name = "perf",
	.help = "Counters of the processors and of the kernel.",
	.off = true,
	.metrics = metrics,
	.update = update,
	.flags = flags,
	.prepare = prepare,
};
