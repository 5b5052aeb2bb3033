/* Containers that come and go, with the records that containerd has of them. */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
	"usage: churn EACH-SECOND SECONDS CGROUP...\n"
	"Containers in each of the cgroups in turn. Each has one process, that ends within a second; a moment later the\n"
	"container's cgroup and its record are removed.\n";

#define BUNDLES "/run/containerd/io.containerd.runtime.v2.task/k8s.io"
enum { ALIVE_MAX = 4096, LIFE_MS = 1000, REMOVED_AFTER_MS = 30 };

static struct container {
	char id[65];
	const char *above; /* the cgroup that its own is in */
	pid_t pid;       /* 0: has ended */
	int64_t ended;   /* in ms */
	bool used;
} containers[ALIVE_MAX];

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static void
write_record(const struct container *c)
{
	static const char *const format =
		"{\"annotations\":{\"io.kubernetes.cri.container-type\":\"container\",\"io.kubernetes.cri.container-name\":\"churn\","
		"\"io.kubernetes.cri.image-name\":\"registry.example/churn:1.0\",\"io.kubernetes.cri.sandbox-name\":\"churned\","
		"\"io.kubernetes.cri.sandbox-namespace\":\"default\"}}\n";
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof path, BUNDLES "/%.64s", c->id);
	if (mkdir(path, 0700))
		err(1, "%s", path);
	snprintf(path, sizeof path, BUNDLES "/%.64s/config.json", c->id);
	file = fopen(path, "we");
	if (!file || fputs(format, file) < 0 || fclose(file))
		err(1, "%s", path);
}

static void
remove_record(const struct container *c)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, BUNDLES "/%.64s/config.json", c->id);
	unlink(path);
	snprintf(path, sizeof path, BUNDLES "/%.64s", c->id);
	rmdir(path);
}

static void
start(struct container *c, const char *above, unsigned number)
{
	char path[PATH_MAX];
	struct clone_args args = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
	int fd;

	snprintf(c->id, sizeof c->id, "c0de%012x%048x", number, number); /* the first digits tell ids apart */
	write_record(c);
	c->above = above;
	snprintf(path, sizeof path, "%s/cri-containerd-%.64s.scope", above, c->id);
	fd = mkdir(path, 0755) ? -1 : open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	args.cgroup = (uint64_t)fd;
	c->pid = fd < 0 ? -1 : (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (c->pid < 0)
		err(1, "%s", path);
	if (c->pid == 0) {
		usleep((useconds_t)(number * 7919 % LIFE_MS) * 1000);
		_exit(0);
	}
	close(fd);
	c->used = true;
}

static void
reap(int64_t at)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		for (struct container *c = containers; c < containers + ALIVE_MAX; c++)
			if (c->used && c->pid == pid) {
				c->pid = 0;
				c->ended = at;
			}
}

/* Busy is a cgroup until the kernel has taken the dead process off it. */
static void
remove_old(int64_t at)
{
	char path[PATH_MAX];

	reap(at);
	for (struct container *c = containers; c < containers + ALIVE_MAX; c++) {
		if (!c->used || c->pid || at - c->ended < REMOVED_AFTER_MS)
			continue;
		snprintf(path, sizeof path, "%s/cri-containerd-%.64s.scope", c->above, c->id);
		if (rmdir(path) == 0) {
			remove_record(c);
			c->used = false;
		} else if (errno != EBUSY) {
			err(1, "%s", path);
		}
	}
}

static struct container *
free_one(void)
{
	for (struct container *c = containers; c < containers + ALIVE_MAX; c++)
		if (!c->used)
			return c;
	return NULL;
}

static bool
any_left(void)
{
	for (struct container *c = containers; c < containers + ALIVE_MAX; c++)
		if (c->used)
			return true;
	return false;
}

int
main(int argc, char **argv)
{
	int64_t begin = now();
	unsigned number = 0;
	struct container *c;

	if (argc < 4)
		return fputs(usage, stderr), 2;
	while (now() - begin < atoi(argv[2]) * INT64_C(1000)) {
		c = free_one();
		if (c && now() - begin >= (int64_t)number * 1000 / atoi(argv[1])) {
			start(c, argv[3 + number % (unsigned)(argc - 3)], number);
			number++;
		}
		remove_old(now());
		usleep(1000);
	}
	while (any_left()) {
		remove_old(now());
		usleep(1000);
	}
	printf("%u\n", number);
	return 0;
}
