/* The kernel's own price of a scrape: the same reads of the same files, and nothing done with what was read. */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
	"usage: floor open|kept LIST\n"
	"LIST has lines \"READS PATH\". Each number on stdin is that many passes; prints the nanoseconds of CPU of one.\n"
	"open: each file is opened and closed in each pass; kept: opened once, then read by pread\n";

enum { FILES_MAX = 65536, PIECE = 4096 };

static struct file {
	char *path;
	int reads, fd;
	bool directory;
} files[FILES_MAX];
static size_t n_files;

static int
open_file(const struct file *f)
{
	return open(f->path, O_RDONLY | O_CLOEXEC | (f->directory ? O_DIRECTORY : 0));
}

static void
add(const char *path, int reads)
{
	struct file *f = &files[n_files];
	struct stat st;

	if (n_files == FILES_MAX)
		errx(1, "too many files");
	if (stat(path, &st) || !(f->path = strdup(path)))
		err(1, "%s", path);
	f->reads = reads;
	f->directory = S_ISDIR(st.st_mode);
	n_files++;
}

static void
read_file(const struct file *f, int fd)
{
	static char piece[32768];
	off_t at = 0;
	ssize_t n;

	if (f->directory)
		lseek(fd, 0, SEEK_SET);
	for (int i = 0; i < f->reads; i++) {
		n = f->directory ? syscall(SYS_getdents64, fd, piece, sizeof piece) : pread(fd, piece, PIECE, at);
		at += n > 0 ? n : 0;
	}
}

static void
pass(bool kept)
{
	for (const struct file *f = files; f < files + n_files; f++) {
		int fd = kept ? f->fd : open_file(f);

		read_file(f, fd);
		if (!kept)
			close(fd);
	}
}

static double
cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void
keep_open(void)
{
	const struct rlimit most = {FILES_MAX + 16, FILES_MAX + 16};

	setrlimit(RLIMIT_NOFILE, &most); /* where it is refused, the limit there is may do */
	for (struct file *f = files; f < files + n_files; f++)
		if ((f->fd = open_file(f)) < 0)
			err(1, "%s", f->path);
}

int
main(int argc, char **argv)
{
	bool kept = argc == 3 && !strcmp(argv[1], "kept");
	FILE *list = argc == 3 ? fopen(argv[2], "re") : NULL;
	char path[4096];
	int reads, passes;
	double before;

	if (!list || (!kept && strcmp(argv[1], "open")))
		return fputs(usage, stderr), 2;
	while (fscanf(list, "%d %4095[^\n]", &reads, path) == 2)
		add(path, reads);
	if (kept)
		keep_open();
	while (scanf("%d", &passes) == 1) {
		before = cpu();
		for (int i = 0; i < passes; i++)
			pass(kept);
		printf("%.0f\n", (cpu() - before) / passes);
		fflush(stdout);
	}
	return 0;
}
