/* Looks at containers between scrapes. */
#include "sampler.h"

#include <math.h>
#include <stdlib.h>

#include "cgroup_node.h"
#include "clock.h"

enum { SLOTS = 12 };                    /* of the window: a peak is forgotten that many slots after it */

/* What was seen of a cgroup. */
struct samples {
	double cpu, time;               /* of the last look */
	long slot;                      /* of the last look */
	struct peak slots[SLOTS];
};

enum { LONGEST = 1000000 };             /* seconds to wait at once, so that milliseconds fit an int */

static double interval, next;

const struct flag sampler_flags[] = {
	{ "sampler.interval", DURATION, &interval,
	    "Time between looks at memory and CPU time, whose peaks are exported, such as 500ms; 0 for none." },
	{ 0 },
};

int
sampler_pause(void)
{
	double left = fmin(next - clock_now(), LONGEST);

	return interval == 0 ? -1 : left <= 0 ? 0 : (int)(left * 1000) + 1;
}

/* The slot of this moment; those that have passed without a look are empty. */
static struct peak *
slot_of(struct samples *s, double now)
{
	long slot = (long)(now * SLOTS / SAMPLER_SECONDS);

	if (slot - s->slot > SLOTS)
		s->slot = slot - SLOTS;
	while (s->slot < slot)
		s->slots[++s->slot % SLOTS] = (struct peak){ NAN, NAN };
	return &s->slots[slot % SLOTS];
}

static struct samples *
nothing_seen(void)
{
	struct samples *s = must_zero(sizeof *s);

	for (int i = 0; i < SLOTS; i++)
		s->slots[i] = (struct peak){ NAN, NAN };
	s->cpu = NAN;
	return s;
}

static void
look(struct node *n, double now)
{
	double cpu = cgroup_cpu(&n->c.scope), memory = cgroup_memory(&n->c.scope);
	struct samples *s = n->samples != NULL ? n->samples : (n->samples = nothing_seen());
	struct peak *peak = slot_of(s, now);

	peak->memory = fmax(peak->memory, memory);
	if (cpu >= s->cpu && now > s->time)
		peak->cpu = fmax(peak->cpu, (cpu - s->cpu) / 1e6 / (now - s->time));
	s->cpu = cpu;
	s->time = now;
}

void
sampler_run(void)
{
	double now = clock_now();

	if (interval == 0 || now < next)
		return;
	for (size_t i = 0; i < cgroup_nodes.n; i++)
		if (cgroup_nodes.list[i]->c.root || cgroup_nodes.list[i]->c.kind != CGROUP_SLICE)
			look(cgroup_nodes.list[i], now);
	next = now + interval;
}

bool
sampler_peak(const struct scope *scope, struct peak *peak)
{
	struct samples *s = ((const struct node *)scope->container)->samples;

	if (s == NULL)
		return false;
	slot_of(s, clock_now());
	*peak = (struct peak){ NAN, NAN };
	for (int i = 0; i < SLOTS; i++) {
		peak->memory = fmax(peak->memory, s->slots[i].memory);
		peak->cpu = fmax(peak->cpu, s->slots[i].cpu);
	}
	return true;
}
