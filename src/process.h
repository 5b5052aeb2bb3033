/* The processes of containers, in procfs. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* When a question that had no answer may be asked again. */
struct backoff {
	double next;
	int patience;
};

/* Containers of which some live process is wanted. */
struct wanted_process {
	struct process {
		const char *id;         /* of the container */
		int cgroup;             /* its directory */
		void *of;               /* the caller's */
		int dir;                /* the process's directory in procfs, to be closed; -1 if none was found */
	} *found;
	size_t n;
};

/* Adds one to those wanted; id and cgroup are kept as they are, of is for the caller. */
void process_want(struct wanted_process *w, const char *id, int cgroup, void *of);

/* Finds them by cgroup.procs, and those not seen there, as from another pid namespace, by one look at all processes. */
void process_find(struct wanted_process *w);

/* Frees the list; the directories found are the caller's. */
void process_done(struct wanted_process *w);

/* The directory of the node's first process, or -1. */
int process_first(void);

/* True while the process of this directory has a network. */
bool process_alive(int dir);

/* Told of a process or thread: its number, and the inode of its directory, which another of this number has not. */
typedef void process_taker(const char *number, ino_t inode, void *to);

/* Tells of each process in procfs; of each process or thread in this open directory. 0 or -errno. */
int process_list(process_taker *take, void *to);
int process_list_in(int fd, process_taker *take, void *to);

/* From /proc/<pid>/stat. proc_pid_stat(5) */
struct process_stat {
	char command[64], state;
	double ticks;           /* CPU time of it and of the kernel for it: a hundred are a second */
	double threads;
	double started;         /* ticks after the start of the machine */
	double size, pages;     /* bytes of address space; pages of it that are resident */
};

/* Cuts its text. False if it is not as it should be. */
bool process_stat(char *text, struct process_stat *s);

/* Start of a process, and of the machine, in seconds since the epoch; 0 if it is not known. */
double process_start(const struct process_stat *s);
double process_started(int dir);
double process_boot_time(void);

#endif
