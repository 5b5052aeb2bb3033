/*
 * What small exporters call node_cpu_usage_percent, node_memory_used_bytes and the like, for the dashboards made for
 * them. It runs after the other collectors, whose failures it tells.
 */
#include "../collector.h"

#include <errno.h>
#include <string.h>

#include "../clock.h"
#include "../collection.h"
#include "../file.h"
#include "../process.h"
#include "../text.h"

static const struct metric memory[] = {
	{ "MemTotal", GAUGE, KIB, "node_memory_total_bytes", "Memory that the kernel can use." },
	{ "MemAvailable", GAUGE, KIB, "node_memory_available_bytes",
	    "Estimate of the memory that new programs can have without swapping." },
};

static const struct metric uptime[] = {
	{ "uptime", GAUGE, ONE, "node_uptime_seconds", "Time since the node booted." },
};

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_memory_used_bytes", "Memory that is not available." },
	{ NULL, GAUGE, ONE, "node_cpu_usage_percent",
	    "CPU time used since the last look, at least a second ago: of all CPUs, and of each as a core." },
	{ NULL, GAUGE, ONE, "node_scrape_error", "1 if another collector of this page failed." },
	{ NULL, GAUGE, ONE, "node_exporter_up", "Always 1." },
	{ NULL, GAUGE, PAGES, "process_memory_bytes", "Resident memory of the exporter." },
	{ 0 },
};

enum { USED, USAGE, ERROR, UP, RESIDENT };

/* The CPU time of a line of /proc/stat, in ticks. Guests are in user and nice already. */
struct time {
	double all, idle;
};

enum { TIMES = 8, IDLE = 3, IOWAIT = 4 };

static bool
read_time(char *line, struct time *t)
{
	const char *word;
	double ticks;

	*t = (struct time){ 0 };
	for (int i = 0; i < TIMES && (word = text_word(&line, " ")) != NULL; i++) {
		if (!text_number(word, &ticks))
			return false;
		t->all += ticks;
		if (i == IDLE || i == IOWAIT)
			t->idle += ticks;
	}
	return true;
}

enum { CPUS_MAX = 8192 };

/* All CPUs, then each by its number: its time at the look before the last and at the last one; at first, at boot. */
static struct {
	struct time looks[2];
} cpus[1 + CPUS_MAX];

static double
percent(const struct time *from, const struct time *to)
{
	double all = to->all - from->all, used = all - (to->idle - from->idle);

	return all <= 0 || used <= 0 ? 0 : used > all ? 100 : 100 * used / all;
}

/* A CPU, or all of them: its row on the page, if there is one, and if it is time, what it is compared to from now on. */
static int
look_at(char *line, bool late, struct page *p)
{
	char *number = text_word(&line, " ") + strlen("cpu");
	struct time now, *looks;
	uint64_t i = 0;

	if ((*number != '\0' && (!text_u64(number, 10, &i) || i++ >= CPUS_MAX)) || !read_time(line, &now))
		return -EINVAL;
	looks = cpus[i].looks;
	if (p != NULL)
		page_add(p, &metrics[USAGE], i == 0 ? 0 : page_row_of(p, "core", number), percent(&looks[late], &now));
	if (late) {
		looks[0] = looks[1];
		looks[1] = now;
	}
	return 0;
}

/* A look counts for a second, lest many scrapers make it a matter of milliseconds. */
static int
look(struct page *p)
{
	static double looked;
	char *at = place_read(place(PROC), "stat"), *line;
	bool late = clock_now() - looked >= 1;
	int err = 0;

	if (at == NULL)
		return -errno;
	while ((line = text_line(&at)) != NULL && text_starts(line, "cpu"))
		if (look_at(line, late, p) != 0)
			err = -EINVAL;
	if (late)
		looked = clock_now();
	return err;
}

static void
prepare(void)
{
	look(NULL);
}

static void
add_own_memory(struct page *p)
{
	static struct buf text;
	struct process_stat stat;

	if (file_read(-1, "/proc/self/stat", &text) >= 0 && process_stat(text.data, &stat))
		page_add(p, &metrics[RESIDENT], 0, stat.pages);
}

static int
update(const struct scope *s, struct page *p)
{
	double total = page_last(p, &memory[0]), available = page_last(p, &memory[1]);

	(void)s;
	if (available > 0)
		page_add(p, &metrics[USED], 0, total - available);
	page_add(p, &metrics[ERROR], 0, collection_failed());
	page_add(p, &metrics[UP], 0, 1);
	add_own_memory(p);
	return look(p);
}

const struct collector compat = {
	.name = "compat",
	.help = "The names that small exporters have for what the node does.",
	.off = true,
	.tables = (const struct table[]){
		{ PROC, "meminfo", keyed, memory, COUNT(memory) },
		{ PROC, "uptime", columns, uptime, COUNT(uptime) },
		{ 0 },
	},
	.metrics = metrics,
	.update = update,
	.prepare = prepare,
};
