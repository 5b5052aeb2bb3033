/* CPU time of /proc/stat, throttling and topology of /sys/devices/system/cpu, and on demand /proc/cpuinfo. */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../selection.h"
#include "../stat_text.h"
#include "../text.h"

#define CPUS "devices/system/cpu"

#define TIME(mode) \
	{ NULL, COUNTER, TICKS, "node_cpu_seconds_total", "Time that a CPU spent in each mode.", { { "mode", mode } } }
#define GUEST(mode) \
	{ NULL, COUNTER, TICKS, "node_cpu_guest_seconds_total", "Time in which guests ran.", { { "mode", mode } } }

/* First those of a CPU's numbers in /proc/stat, in their order. */
static const struct metric metrics[] = {
	TIME("user"), TIME("nice"), TIME("system"), TIME("idle"),
	TIME("iowait"), TIME("irq"), TIME("softirq"), TIME("steal"),
	GUEST("user"), GUEST("nice"),
	{ NULL, COUNTER, ONE, "node_cpu_core_throttles_total", "How often a core was throttled for its heat." },
	{ NULL, COUNTER, ONE, "node_cpu_package_throttles_total", "How often a package was throttled for its heat." },
	{ NULL, GAUGE, ONE, "node_cpu_isolated", "1 for a CPU that the scheduler leaves alone." },
	{ NULL, GAUGE, ONE, "node_cpu_online", "1 if the CPU is online." },
	{ NULL, GAUGE, ONE, "node_cpu_info", "The CPU's maker and model." },
	{ NULL, GAUGE, MHZ, "node_cpu_frequency_hertz", "Frequency of the CPU." },
	{ NULL, GAUGE, ONE, "node_cpu_flag_info", "Flags of the first CPU." },
	{ NULL, GAUGE, ONE, "node_cpu_bug_info", "Bugs of the first CPU." },
	{ 0 },
};

enum {
	IDLE = 3, MODES = 8, TIMES = 10,
	CORE_THROTTLES = TIMES, PACKAGE_THROTTLES, ISOLATED, ONLINE, INFO, FREQUENCY, FLAG_INFO, BUG_INFO,
};

/* CPU time ------------------------------------------------------------------------------------------------------- */

enum { JUMP_BACK = 300 };               /* ticks that idle goes back when a CPU was taken out and put in again */

/* The greatest values seen of each CPU, in the order of their numbers: the kernel's may go back a little. */
struct cpu {
	uint64_t id;
	double ticks[TIMES];
};

static struct cpu *cpus;
static size_t n_cpus;
static bool cpus_changed = true;
static bool with_guest = true;

static void
remove_cpu(size_t i)
{
	memmove(&cpus[i], &cpus[i + 1], (--n_cpus - i) * sizeof *cpus);
	cpus_changed = true;
}

static void
insert_cpu(size_t i, uint64_t id)
{
	cpus = must_realloc(cpus, (n_cpus + 1) * sizeof *cpus);
	memmove(&cpus[i + 1], &cpus[i], (n_cpus++ - i) * sizeof *cpus);
	cpus[i] = (struct cpu){ .id = id };
	cpus_changed = true;
}

/* The i-th CPU, which has this number; those before it that are not there any more are forgotten. */
static struct cpu *
cpu_at(size_t i, uint64_t id)
{
	while (i < n_cpus && cpus[i].id < id)
		remove_cpu(i);
	if (i == n_cpus || cpus[i].id != id)
		insert_cpu(i, id);
	return &cpus[i];
}

static void
advance(struct cpu *c, const double *ticks)
{
	if (c->ticks[IDLE] - ticks[IDLE] >= JUMP_BACK)
		memset(c->ticks, 0, sizeof c->ticks);
	for (size_t i = 0; i < TIMES; i++)
		if (ticks[i] > c->ticks[i])
			c->ticks[i] = ticks[i];
}

/* A line's numbers; those that an old kernel does not have are 0. */
static bool
read_ticks(char *line, double *ticks)
{
	const char *word;

	memset(ticks, 0, TIMES * sizeof *ticks);
	for (size_t i = 0; i < TIMES && (word = text_word(&line, " \t")) != NULL; i++)
		if (!text_number(word, &ticks[i]))
			return false;
	return true;
}

static int
add_times(struct page *p)
{
	char *at = stat_text(p), *line, *name;
	double ticks[TIMES];
	struct cpu *c;
	uint64_t id;
	uint32_t row;
	size_t n = 0;
	int err = 0;

	if (at == NULL)
		return -errno;
	while ((line = text_line(&at)) != NULL && text_starts(line, "cpu")) {
		if ((name = text_word(&line, " \t") + 3)[0] == '\0')
			continue;
		if (!text_u64(name, 10, &id) || (n > 0 && id <= cpus[n - 1].id) || !read_ticks(line, ticks)) {
			err = -EINVAL;
			continue;
		}
		advance(c = cpu_at(n++, id), ticks);
		row = page_row_of(p, "cpu", name);
		for (size_t i = 0; i < (with_guest ? TIMES : MODES); i++)
			page_add(p, &metrics[i], row, c->ticks[i]);
	}
	while (n_cpus > n)
		remove_cpu(n);
	return n == 0 ? -EINVAL : err;
}

/* Throttling, CPUs that are offline or isolated ------------------------------------------------------------------ */

/* A file that counts for a core, or for a package. */
struct throttle {
	int metric;
	uint64_t package, core;
	char *path;
};

static struct throttle *throttles;
static size_t n_throttles;
static char **names;                    /* of all CPUs in sysfs */
static int n_names;
static bool with_online;

static bool
is_number(char *text, uint64_t *value)
{
	return text != NULL && text_u64(text_trim(text), 10, value);
}

static char *
read_of_cpu(const char *cpu, const char *file)
{
	return place_readf(place(SYS), CPUS "/%s/%s", cpu, file);
}

/* Of the CPUs that share a core or a package, the first that has the file tells for all. */
static void
add_throttle(int metric, uint64_t package, uint64_t core, const char *cpu, const char *file)
{
	char path[320];
	uint64_t value;

	for (size_t i = 0; i < n_throttles; i++)
		if (throttles[i].metric == metric && throttles[i].package == package && throttles[i].core == core)
			return;
	snprintf(path, sizeof path, CPUS "/%s/thermal_throttle/%s", cpu, file);
	if (!is_number(place_read(place(SYS), path), &value))
		return;
	throttles = must_realloc(throttles, (n_throttles + 1) * sizeof *throttles);
	throttles[n_throttles++] = (struct throttle){ metric, package, core, must_copy(path) };
}

/* Ids do not change while the same CPUs are there. */
static void
read_topology(void)
{
	uint64_t package, core;

	place_list_free(names, n_names);
	while (n_throttles > 0)
		free(throttles[--n_throttles].path);
	if ((n_names = place_list(place(SYS), CPUS, "cpu[0-9]*", &names)) < 0)
		n_names = 0;
	for (int i = 0; i < n_names; i++) {
		if (!is_number(read_of_cpu(names[i], "topology/physical_package_id"), &package) ||
		    !is_number(read_of_cpu(names[i], "topology/core_id"), &core))
			continue;
		add_throttle(CORE_THROTTLES, package, core, names[i], "core_throttle_count");
		add_throttle(PACKAGE_THROTTLES, package, 0, names[i], "package_throttle_count");
	}
	with_online = n_names > 0 && (read_of_cpu(names[0], "online") != NULL || errno != ENOENT);
	cpus_changed = false;
}

static void
add_throttles(struct page *p)
{
	char core[24], package[24];
	uint64_t count;

	for (const struct throttle *t = throttles; t < throttles + n_throttles; t++) {
		const struct label labels[] = { { "core", core }, { "package", package } };
		size_t skip = t->metric == PACKAGE_THROTTLES;

		snprintf(core, sizeof core, "%llu", (unsigned long long)t->core);
		snprintf(package, sizeof package, "%llu", (unsigned long long)t->package);
		if (is_number(place_read(place(SYS), t->path), &count))
			page_add(p, &metrics[t->metric], page_row(p, labels + skip, 2 - skip), (double)count);
	}
}

static void
add_online(struct page *p)
{
	uint64_t online;

	for (int i = 0; with_online && i < n_names; i++)
		page_add(p, &metrics[ONLINE], page_row_of(p, "cpu", names[i] + 3),
		    is_number(read_of_cpu(names[i], "online"), &online) && online == 1);
}

enum { ISOLATED_MAX = 8192 };

static bool *isolated;                  /* by number; NULL: none are */

/* "2-4,7", which only the kernel's command line sets. */
static void
read_isolated(void)
{
	char *at = place_read(place(SYS), CPUS "/isolated");
	uint64_t first, last;

	while (at != NULL && text_range(&at, &first, &last) > 0) {
		if (isolated == NULL)
			isolated = must_zero(ISOLATED_MAX);
		for (; first <= last && first < ISOLATED_MAX; first++)
			isolated[first] = true;
	}
}

static void
add_isolated(struct page *p)
{
	char number[16];

	for (int i = 0; isolated != NULL && i < ISOLATED_MAX; i++) {
		if (!isolated[i])
			continue;
		snprintf(number, sizeof number, "%d", i);
		page_add(p, &metrics[ISOLATED], page_row_of(p, "cpu", number), 1);
	}
}

/* /proc/cpuinfo -------------------------------------------------------------------------------------------------- */

static bool with_info;
static struct filter flags, bugs;

/* The file's keys, in the order of the labels they become. */
static const struct {
	const char *key, *label;
} described[] = {
	{ "cache size", "cachesize" }, { "core id", "core" }, { "processor", "cpu" }, { "cpu family", "family" },
	{ "microcode", "microcode" }, { "model", "model" }, { "model name", "model_name" },
	{ "physical id", "package" }, { "stepping", "stepping" }, { "vendor_id", "vendor" },
};

enum { CORE = 1, CPU = 2, PACKAGE = 7, DESCRIBED = COUNT(described) };

static void
add_matching(struct page *p, const struct filter *f, const struct metric *m, const char *label, char *words)
{
	const char *word;

	while (f->included != NULL && words != NULL && (word = text_word(&words, " \t")) != NULL)
		if (filter_takes(f, word))
			page_add(p, m, page_row_of(p, label, word), 1);
}

/* What was read of one CPU. */
struct description {
	struct label labels[DESCRIBED];
	const char *mhz;
	char *flags, *bugs;
};

static void
add_description(struct page *p, const struct description *d, bool first)
{
	const struct label *l = d->labels;
	double mhz = 0;

	page_add(p, &metrics[INFO], page_row(p, l, DESCRIBED), 1);
	if (first) {
		add_matching(p, &flags, &metrics[FLAG_INFO], "flag", d->flags);
		add_matching(p, &bugs, &metrics[BUG_INFO], "bug", d->bugs);
	}
	if ((d->mhz == NULL || text_number(d->mhz, &mhz)) && selection_find(NODE_PAGE, "cpufreq") >= 0)
		page_add(p, &metrics[FREQUENCY],
		    page_row(p, LABELS(l[CORE], l[CPU], l[PACKAGE])), mhz);
}

static void
describe(struct description *d, const char *key, char *value)
{
	for (size_t i = 0; i < DESCRIBED; i++)
		if (strcmp(key, described[i].key) == 0)
			d->labels[i].value = value;
	if (strcmp(key, "cpu MHz") == 0)
		d->mhz = value;
	else if (strcmp(key, "flags") == 0 || strcmp(key, "Features") == 0)
		d->flags = value;
	else if (strcmp(key, "bugs") == 0)
		d->bugs = value;
}

/* Blanks are part of a value: before Linux 4.2 names of models end with some, and a maker is called "  Shanghai  ". */
static int
add_info(struct page *p)
{
	char *at = place_read(place(PROC), "cpuinfo"), *line, *key, *value;
	struct description none = { 0 }, d = none;
	int n = 0;

	if (at == NULL)
		return -errno;
	for (size_t i = 0; i < DESCRIBED; i++)
		none.labels[i] = (struct label){ described[i].label, "" };
	while ((line = text_line(&at)) != NULL) {
		if ((value = strstr(line, ": ")) == NULL)
			continue;
		*value = '\0';
		key = text_trim(line);
		if (strcmp(key, "processor") == 0) {
			if (n++ > 0)
				add_description(p, &d, n == 2);
			d = none;
		}
		describe(&d, key, value + strlen(": "));
	}
	if (n > 0)
		add_description(p, &d, n == 1);
	return n > 0 ? 0 : -EINVAL;
}

/* ---------------------------------------------------------------------------------------------------------------- */

static void
prepare(void)
{
	filter_prepare(&flags, NULL);
	filter_prepare(&bugs, NULL);
	with_info = with_info || flags.included != NULL || bugs.included != NULL;
	read_isolated();
}

static int
update(const struct scope *s, struct page *p)
{
	int err = with_info ? add_info(p) : 0, times = add_times(p);

	(void)s;
	if (cpus_changed)
		read_topology();
	add_throttles(p);
	add_online(p);
	add_isolated(p);
	return err != 0 ? err : times;
}

const struct collector cpu = {
	.name = "cpu",
	.help = "CPU time, throttling, and what the CPUs are.",
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.cpu.guest", SWITCH, &with_guest, "Export node_cpu_guest_seconds_total." },
		{ "collector.cpu.info", SWITCH, &with_info, "Export node_cpu_info." },
		{ "collector.cpu.info.flags-include", TEXT, &flags.include, "Flags to export, a regular expression." },
		{ "collector.cpu.info.bugs-include", TEXT, &bugs.include, "Bugs to export, a regular expression." },
		{ 0 },
	},
	.prepare = prepare,
};
