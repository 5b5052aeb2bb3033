/*
 * Last figures of containers. When its last process has gone, cgroup.events of a container says so, and until the
 * runtime removes it the kernel still has what it used. Documentation/admin-guide/cgroup-v2.rst
 */
#include "cgroup_node.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "text.h"

/* In the order in which they ended, the oldest at first. */
static struct kept {
	struct ended e;
	double until;
} all[ENDED_MAX];
static size_t n_all;
static double dropped;

/* Of all devices: "8:0 rbytes=1 wbytes=2 ...". */
static double
sum(const char *text, const char *key)
{
	double bytes = 0;

	while ((text = strstr(text, key)) != NULL)
		bytes += strtod(text += strlen(key), NULL);
	return bytes;
}

static void
know_nothing(struct ended *e)
{
	for (int i = 0; i < ENDED_FIGURES; i++)
		e->figures[i] = NAN;
	e->figures[ENDED_TIME] = (double)time(NULL);
}

/* Each file once, for the cgroup may go at any moment. */
static void
read_figures(const struct scope *s, double figures[ENDED_FIGURES])
{
	const char *text;

	if ((text = place_read(s, "cpu.stat")) != NULL) {
		figures[ENDED_USAGE] = text_value(text, "usage_usec");
		figures[ENDED_USER] = text_value(text, "user_usec");
		figures[ENDED_SYSTEM] = text_value(text, "system_usec");
	}
	figures[ENDED_PEAK] = place_value(s, "memory.peak");
	if ((text = place_read(s, "memory.events")) != NULL)
		figures[ENDED_KILLS] = cgroup_oom_kills(text);
	if ((text = place_read(s, "io.stat")) != NULL) {
		figures[ENDED_READ] = sum(text, "rbytes=");
		figures[ENDED_WRITTEN] = sum(text, "wbytes=");
	}
}

void
cgroup_ended_read(struct node *container)
{
	if (cgroup_runs(&container->c.scope))
		return;
	if (container->ended == NULL)
		container->ended = must_zero(sizeof *container->ended);
	know_nothing(container->ended);
	read_figures(&container->c.scope, container->ended->figures);
}

static void
drop(size_t i)
{
	free((void *)(uintptr_t)all[i].e.labels);
	memmove(&all[i], &all[i + 1], (--n_all - i) * sizeof *all);
}

/* A container that is started again may have the cgroup that it had: only its last end is told. */
static void
drop_earlier(const struct labels *labels)
{
	for (size_t i = 0; i < n_all; i++)
		if (labels_equal(all[i].e.labels, labels)) {
			drop(i);
			return;
		}
}

void
cgroup_ended_forget(struct node *n)
{
	struct kept *k;

	if (n->c.kind == CGROUP_CONTAINER && !n->who.is_sandbox) {
		drop_earlier(n->c.scope.labels);
		if (n_all == ENDED_MAX) {
			drop(0);
			dropped++;
		}
		k = &all[n_all++];
		know_nothing(&k->e);
		if (n->ended != NULL)
			k->e = *n->ended;
		if (n->c.started > 0)
			k->e.figures[ENDED_START] = n->c.started;
		k->e.labels = n->c.scope.labels;
		k->until = clock_now() + PAST_SECONDS;
		n->c.scope.labels = NULL;
	}
	free(n->ended);
}

const struct ended *
cgroup_ended(size_t i)
{
	while (n_all > 0 && all[0].until <= clock_now())
		drop(0);
	return i < n_all ? &all[i].e : NULL;
}

double
cgroup_ended_dropped(void)
{
	return dropped;
}
