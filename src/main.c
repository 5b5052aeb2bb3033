/* Start, signals, stop. */
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "capability.h"
#include "cgroup.h"
#include "http.h"
#include "log.h"
#include "options.h"
#include "place.h"
#include "scrape.h"
#include "sidecar_exit.h"
#include "thread.h"
#include "version.h"

static int
print_page(void)
{
	struct body *b;
	const char *text;
	size_t size;
	enum which_page which = NODE_PAGE;

	while (which < WHICH_PAGES && strcmp(options_path, selection_paths[which]) != 0)
		which++;
	if (which == WHICH_PAGES) {
		fprintf(stderr, "nodegauge: no such page: --once.path=%s\n", options_path);
		return 1;
	}
	b = scrape(which, selection_all(which), false, 1e6);
	text = scrape_body(b, &size);
	if (fwrite(text, 1, size, stdout) != size || fflush(stdout) != 0) {
		perror("nodegauge: standard output");
		return 1;
	}
	scrape_release(b);
	return 0;
}

/* A thread that collects must not end: children that it made to ask file systems would be killed. */
static void *
warm(void *unused)
{
	(void)unused;
	scrape_warm();
	log_line(LOG_INFO, "ready", NULL);
	thread_trim_stack();
	scrape_attend();
}

static int
serve(const sigset_t *stop)
{
	int got;

	if (!http_start())
		return 1;
	thread_start(warm);
	sidecar_exit_start();
	sigwait(stop, &got);
	log_line(LOG_INFO, "stopping", "signal", strsignal(got), NULL);
	http_stop();
	return 0;
}

/* As many open files as we may have: each cgroup takes one, and the soft limit is often but 1024. */
static void
raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

/*
 * Where pages of 2 MB are given unasked, one comes with the first byte of libcgroup's tables, before main. A program that
 * is started anew has none. It is also told, as can be done at its start alone, that not each of its threads is to keep
 * what it freed.
 */
static void
start_small(char **argv)
{
	char path[PATH_MAX];            /* and not the link, by whose name it would be called */
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	if (n <= 0 || prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) != 0)
		return;
	path[n] = '\0';
	setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 0);
	execv(path, argv);
}

int
main(int argc, char **argv)
{
	sigset_t stop;

	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 128 << 10);   /* and not more later: a sent page's memory goes back */
	start_small(argv);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	options_parse(argc, argv);
	raise_files();
	if (options_once)
		pthread_sigmask(SIG_UNBLOCK, &stop, NULL);
	else
		log_line(LOG_INFO, "starting nodegauge", "version", NODEGAUGE_VERSION,
		    "revision", NODEGAUGE_REVISION, NULL);
	capability_raise();
	if (!place_open())
		return 1;
	cgroup_open();
	scrape_prepare();
	_exit(options_once ? print_page() : serve(&stop));
}
