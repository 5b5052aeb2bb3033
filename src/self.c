/* Build info, process_* and promhttp_*. */
#include "self.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collector.h"
#include "file.h"
#include "keep.h"
#include "process.h"
#include "text.h"
#include "version.h"

static bool disabled;

const struct flag self_flags[] = {
	{ "web.disable-exporter-metrics", SWITCH, &disabled,
	    "Leave out what the exporter says of itself: process_* and promhttp_*." },
	{ 0 },
};

enum { CODES = 3, BUCKETS = 11 };

static const int codes[CODES] = { 200, 500, 503 };
static const char *const code_names[CODES] = { "200", "500", "503" };
static const struct {
	double seconds;
	const char *name;
} bounds[BUCKETS] = {
	{ .005, "0.005" }, { .01, "0.01" }, { .025, "0.025" }, { .05, "0.05" }, { .1, "0.1" }, { .25, "0.25" }, { .5, "0.5" },
	{ 1, "1" }, { 2.5, "2.5" }, { 5, "5" }, { 10, "10" },
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	double requests[CODES], buckets[BUCKETS], count, seconds;
	int in_flight;
} web;

void
self_request_begun(void)
{
	pthread_mutex_lock(&lock);
	web.in_flight++;
	pthread_mutex_unlock(&lock);
}

void
self_request_ended(int status, double seconds)
{
	pthread_mutex_lock(&lock);
	web.in_flight--;
	for (int i = 0; i < CODES; i++)
		web.requests[i] += codes[i] == status;
	for (int i = 0; i < BUCKETS; i++)
		web.buckets[i] += seconds <= bounds[i].seconds;
	web.count++;
	web.seconds += seconds;
	pthread_mutex_unlock(&lock);
}

#define BUILD GAUGE, ONE, "node_exporter_build_info", \
	"The version of the exporter, under the name that dashboards know."
#define DURATION "nodegauge_http_request_duration_seconds"

enum { BUILD_INFO, OWN_BUILD_INFO, VERSION, REQUESTS, IN_FLIGHT, BUCKET, SECONDS, REQUEST_COUNT,
	CPU, FDS, FDS_MAX, VIRTUAL, VIRTUAL_MAX, RESIDENT, START, SAMPLES, DROPPED };

const struct metric self_metrics[] = {
	[BUILD_INFO] = { "", BUILD },
	[OWN_BUILD_INFO] = { "", GAUGE, ONE, "nodegauge_build_info", "The version of the exporter." },
	[VERSION] = { "", GAUGE, ONE, "nodegauge_cgroup_version",
	    "The cgroup version found: 2 has containers, 1 (also hybrid) has none, 0 is none found." },
	[REQUESTS] = { "", COUNTER, ONE, "promhttp_metric_handler_requests_total",
	    "Requests for a page by HTTP status." },
	[IN_FLIGHT] = { "", GAUGE, ONE, "promhttp_metric_handler_requests_in_flight",
	    "Requests for a page being answered now, this one included." },
	[BUCKET] = { "", HISTOGRAM, ONE, DURATION "_bucket",
	    "Time from a request for a page to the end of its answer." },
	[SECONDS] = { "", PART, ONE, DURATION "_sum", "" },
	[REQUEST_COUNT] = { "", PART, ONE, DURATION "_count", "" },
	[CPU] = { "", COUNTER, ONE, "process_cpu_seconds_total", "User and system CPU time of the exporter." },
	[FDS] = { "", GAUGE, ONE, "process_open_fds", "File descriptors that the exporter has open." },
	[FDS_MAX] = { "", GAUGE, ONE, "process_max_fds", "File descriptors that the exporter may have open." },
	[VIRTUAL] = { "", GAUGE, PAGES, "process_virtual_memory_bytes", "Virtual memory of the exporter." },
	[VIRTUAL_MAX] = { "", GAUGE, ONE, "process_virtual_memory_max_bytes",
	    "Virtual memory that the exporter may have." },
	[RESIDENT] = { "", GAUGE, PAGES, "process_resident_memory_bytes", "Resident memory of the exporter." },
	[START] = { "", GAUGE, ONE, "process_start_time_seconds", "Start of the exporter in seconds since the epoch." },
	[SAMPLES] = { "", GAUGE, ONE, "nodegauge_samples",
	    "Samples on this page before those of the exporter itself." },
	[DROPPED] = { "", GAUGE, ONE, "nodegauge_samples_dropped",
	    "Samples left out of this page because it had too many." },
	{ 0 },
};

static int cgroup_version;

void
self_cgroup_version(int version)
{
	cgroup_version = version;
}

static void
add_build(struct page *p)
{
	const struct label labels[] = {
		{ "branch", NODEGAUGE_BRANCH }, { "goarch", NODEGAUGE_ARCH }, { "goos", "linux" }, { "goversion", "" },
		{ "revision", NODEGAUGE_REVISION }, { "tags", "" }, { "version", NODEGAUGE_VERSION },
	};
	const struct label own[] = { labels[0], labels[4], labels[6] };

	page_add(p, &self_metrics[BUILD_INFO], page_row(p, labels, COUNT(labels)), 1);
	page_add(p, &self_metrics[OWN_BUILD_INFO], page_row(p, own, COUNT(own)), 1);
	page_add(p, &self_metrics[VERSION], 0, cgroup_version);
}

static void
add_web(struct page *p)
{
	pthread_mutex_lock(&lock);
	for (int i = 0; i < CODES; i++)
		page_add(p, &self_metrics[REQUESTS], page_row_of(p, "code", code_names[i]), web.requests[i]);
	page_add(p, &self_metrics[IN_FLIGHT], 0, web.in_flight);
	for (int i = 0; i < BUCKETS; i++)
		page_add(p, &self_metrics[BUCKET], page_row_of(p, "le", bounds[i].name), web.buckets[i]);
	page_add(p, &self_metrics[BUCKET], page_row_of(p, "le", "+Inf"), web.count);
	page_add(p, &self_metrics[SECONDS], 0, web.seconds);
	page_add(p, &self_metrics[REQUEST_COUNT], 0, web.count);
	pthread_mutex_unlock(&lock);
}

/* Our own /proc, whatever --path.procfs says: proc_pid_stat(5), getrlimit(2). */
static void
add_limit(struct page *p, const struct metric *m, int resource)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)resource, &limit) == 0)
		page_add(p, m, 0, limit.rlim_cur == RLIM_INFINITY ? 18446744073709551615.0 : (double)limit.rlim_cur);
}

/* The start with the hundredths of a second that the kernel's ticks give, as client_golang has it. It is asked once. */
static double
start(void)
{
	static double known;
	static struct buf text;
	struct process_stat stat;

	if (known == 0 && file_read(-1, "/proc/self/stat", &text) >= 0 && process_stat(text.data, &stat))
		known = process_start(&stat);
	return known;
}

/* statm costs the kernel less than stat, and begins with the pages of address space and the resident ones. */
static void
add_memory(struct page *p)
{
	static const int metrics[] = { VIRTUAL, RESIDENT };
	static struct keep own;
	static struct buf text;
	char *at, *word;
	double pages;

	if (keep_read(&own, -1, "/proc/self/statm", END_SHORT, &text) < 0)
		return;
	at = text.data;
	for (size_t i = 0; i < COUNT(metrics) && (word = text_word(&at, " ")) != NULL && text_number(word, &pages); i++)
		page_add(p, &self_metrics[metrics[i]], 0, pages);
}

static void
add_process(struct page *p)
{
	struct timespec cpu;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	page_add(p, &self_metrics[CPU], 0, (double)(cpu.tv_sec * 100 + cpu.tv_nsec / 10000000) / 100);
	add_limit(p, &self_metrics[FDS_MAX], RLIMIT_NOFILE);
	add_limit(p, &self_metrics[VIRTUAL_MAX], RLIMIT_AS);
	page_add(p, &self_metrics[START], 0, start());
	add_memory(p);
}

/* The size of the directory is their number since Linux 6.2; before, it is 0, and they are counted. */
static void
add_descriptors(struct page *p)
{
	static struct scope fds = { .dir = -1 };
	struct stat st;
	char **names;
	int n;

	if (fds.dir < 0)
		fds.dir = file_directory(-1, "/proc/self/fd");
	if (fds.dir < 0 || fstat(fds.dir, &st) != 0)
		return;
	if (st.st_size > 0) {
		page_add(p, &self_metrics[FDS], 0, (double)st.st_size);
	} else if ((n = place_list(&fds, ".", "*", &names)) >= 0) {
		page_add(p, &self_metrics[FDS], 0, n - 1);      /* without that of this look */
		place_list_free(names, n);
	}
}

void
self_add(struct page *p)
{
	size_t samples = page_samples(p);

	page_scope(p, NULL);
	add_build(p);
	if (disabled)
		return;
	page_add(p, &self_metrics[SAMPLES], 0, (double)samples);
	page_add(p, &self_metrics[DROPPED], 0, (double)page_dropped(p));
	add_web(p);
	add_process(p);
	add_descriptors(p);
}
