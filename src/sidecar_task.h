/* The processes of our pod, as they were at the last look. The collecting thread's. */
#ifndef SIDECAR_TASK_H
#define SIDECAR_TASK_H

#include "sidecar_box.h"

struct task {
	pid_t pid;
	ino_t inode;                    /* of its directory: another process of the same number has another one */
	struct box *box;                /* NULL: none */
	struct process_stat stat;
	bool seen;
};

struct tasks {
	struct task *list;              /* in the order of their numbers */
	size_t n, room;
};

extern struct tasks sidecar_tasks;

/* Looks at all processes: new ones are counted in their containers, those that ended no longer. */
void sidecar_task_look(void);

/* Reads its stat anew, which stays as it was where that fails. False then. */
bool sidecar_task_read(struct task *t);

/* Its directory in procfs, or -errno. */
int sidecar_task_open(const struct task *t);

#endif
