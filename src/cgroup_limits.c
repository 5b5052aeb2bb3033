/* Limits of cgroups, read again only when a process wrote to one. */
#include "cgroup_node.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "text.h"

static void
garbled(struct limits *l)
{
	l->garbled = true;
	place_blame();
}

/* A number, "max" as infinity, and NAN for a word that is not there. */
static double
value(const char *word, struct limits *l)
{
	double v = NAN;

	if (word == NULL)
		return NAN;
	if (strcmp(word, "max") == 0)
		return INFINITY;
	if (!text_number(word, &v)) {
		garbled(l);
		return NAN;
	}
	return v;
}

static double
limit(const struct scope *s, const char *path, struct limits *l)
{
	char *text = place_read(s, path);

	return value(text == NULL ? NULL : text_trim(text), l);
}

/* "max 100000": the quota and the period in microseconds. */
static void
read_cpu_max(const struct scope *s, struct limits *l)
{
	char *text = place_read(s, "cpu.max");

	l->quota = text == NULL ? NAN : value(text_word(&text, " \n"), l);
	l->period = text == NULL ? NAN : value(text_word(&text, " \n"), l);
	if (text != NULL && isnan(l->period)) {
		l->quota = NAN;
		garbled(l);
	}
}

const struct limits *
cgroup_limits(const struct scope *s)
{
	struct node *n = (struct node *)(uintptr_t)s->container;
	struct limits *l = &n->limits;

	if (n->limits_known)
		return l;
	n->c.scope.keep = NULL;         /* limits are read too seldom to stay open */
	l->garbled = false;
	read_cpu_max(s, l);
	l->weight = limit(s, "cpu.weight", l);
	l->memory = limit(s, "memory.max", l);
	l->high = limit(s, "memory.high", l);
	l->low = limit(s, "memory.low", l);
	l->reservation = limit(s, "memory.min", l);
	l->swap = limit(s, "memory.swap.max", l);
	l->swap_high = limit(s, "memory.swap.high", l);
	l->zswap = limit(s, "memory.zswap.max", l);
	l->threads = limit(s, "pids.max", l);
	n->c.scope.keep = &n->files;
	n->limits_known = n->watch >= 0 && !l->garbled;  /* or nobody would know which file it is */
	return l;
}

/* The kernel tells its own news by the same event: those are no limits. */
void
cgroup_limits_written(struct node *n, const char *file)
{
	if (!text_starts(file, "cgroup.") && strstr(file, ".events") == NULL)
		n->limits_known = false;
}
