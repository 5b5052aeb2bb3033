/* Who is to be looked at, and the thread that does; without it nothing waits. All is behind the lock. */
#include "usage.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "text.h"
#include "thread.h"

enum { HASHES = 256, FORGET = 600 };    /* seconds after which what nobody asks for is forgotten */

struct asked {
	struct cgroup_who who;          /* strings on the heap */
	struct usage last;
	double due;                     /* when it may be looked at again */
	double time;                    /* when somebody asked */
	bool wanted;
	struct asked *next;
};

double usage_interval = 60;
unsigned usage_share = 5, usage_entries = 1000000;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wanted = PTHREAD_COND_INITIALIZER;
static struct asked *table[HASHES];

static struct asked **
place_of(const char *id)
{
	struct asked **at = &table[text_hash(id) % HASHES];

	while (*at != NULL && strcmp((*at)->who.id, id) != 0)
		at = &(*at)->next;
	return at;
}

/* Names become known once, and never change; the thread may be reading those that are. */
static void
learn(const char **to, const char *name)
{
	if (*to == NULL && name != NULL)
		*to = must_copy(name);
}

static void
learn_all(struct cgroup_who *to, const struct cgroup_who *from)
{
	to->is_pod = from->is_pod;
	learn(&to->id, from->id);
	learn(&to->uid, from->uid);
	learn(&to->namespace, from->namespace);
	learn(&to->pod, from->pod);
	learn(&to->container, from->container);
}

static void
forget(struct asked *a)
{
	const char *const strings[] = { a->who.id, a->who.uid, a->who.namespace, a->who.pod, a->who.container };

	for (size_t i = 0; i < COUNT(strings); i++)
		free((void *)(uintptr_t)strings[i]);
	free(a->last.parts);
	free(a);
}

static void
forget_gone(double now)
{
	struct asked *a;

	for (size_t i = 0; i < HASHES; i++)
		for (struct asked **at = &table[i]; (a = *at) != NULL;)
			if (now - a->time > FORGET + usage_interval) {
				*at = a->next;
				forget(a);
			} else {
				at = &a->next;
			}
}

const struct usage *
usage_ask(const struct cgroup_who *who)
{
	struct asked **at, *a;

	pthread_mutex_lock(&lock);
	at = place_of(who->id);
	if (*at == NULL)
		*at = must_zero(sizeof **at);
	a = *at;
	learn_all(&a->who, who);
	a->time = clock_now();
	if (usage_interval == 0) {
		forget_gone(a->time);
		usage_measure(&a->who, &a->last);
	} else if (!a->wanted && a->time >= a->due) {
		a->wanted = true;
		pthread_cond_signal(&wanted);
	}
	return &a->last;
}

void
usage_release(void)
{
	pthread_mutex_unlock(&lock);
}

/* What was due first of all that is wanted, or NULL. */
static struct asked *
choose(void)
{
	struct asked *first = NULL;

	for (size_t i = 0; i < HASHES; i++)
		for (struct asked *a = table[i]; a != NULL; a = a->next)
			if (a->wanted && (first == NULL || a->due < first->due))
				first = a;
	return first;
}

/* After everybody else: the disk when it is idle, the CPU when nobody wants it. Threads have their own of each. */
static void
stand_back(void)
{
	enum { WHO_PROCESS = 1, CLASS_IDLE = 3 << 13 };         /* ioprio_set(2) */

	syscall(SYS_ioprio_set, WHO_PROCESS, 0, CLASS_IDLE);
	setpriority(PRIO_PROCESS, (id_t)gettid(), 19);
	sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){ 0 });
}

static void *
run(void *unused)
{
	struct cgroup_who who;
	struct usage fresh;
	struct asked *a;

	stand_back();
	pthread_mutex_lock(&lock);
	for (;;) {
		forget_gone(clock_now());
		while ((a = choose()) == NULL)
			pthread_cond_wait(&wanted, &lock);
		a->due = clock_now() + usage_interval;
		who = a->who;
		pthread_mutex_unlock(&lock);
		fresh = (struct usage){ 0 };
		usage_measure(&who, &fresh);
		pthread_mutex_lock(&lock);
		free(a->last.parts);
		a->last = fresh;
		a->wanted = false;
	}
	return unused;
}

void
usage_start(void)
{
	if (usage_share == 0)
		usage_share = 1;
	if (usage_interval > 0)
		thread_start(run);
}
