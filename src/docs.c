/* Every collector, flag and family, as Markdown. */
#include "docs.h"

#include <stdio.h>
#include <string.h>

#include "collection.h"
#include "collector.h"
#include "expo/text.h"
#include "self.h"

static const char *const overs[] = {
	[NODE] = "the node", [MACHINE] = "the machine", [CONTAINERS] = "each cgroup", [PODS] = "each pod",
	[PROCESSES_OF_POD] = "containers out of a sidecar's reach",
	[PAST] = "containers that have gone", [RESOURCE] = "each container and pod",
};

/* Text of a table's cell. */
static void
cell(const char *text)
{
	for (; *text != '\0'; text++)
		printf(*text == '|' || *text == '\\' ? "\\%c" : "%c", *text);
}

/* A family is told once, by the first of its metrics. */
static void
family(const struct metric *first, const struct metric *m)
{
	for (; first != m; first++)
		if (first->name != NULL && strcmp(first->name, m->name) == 0)
			return;
	if (m->type == PART)
		return;
	printf("| `%s` | %s | ", m->name, expo_types[m->type]);
	cell(m->help);
	puts(" |");
}

static void
table(const struct table *t)
{
	for (const struct metric *m = t->metrics; m < t->metrics + t->n; m++)
		if (m->name != NULL)
			family(t->metrics, m);
	if (t->every != NULL) {
		printf("| `%s*` | %s | ", t->every->prefix, expo_types[t->every->type]);
		cell(t->every->help);
		puts(" |");
	}
}

static void
metrics(const struct metric *first)
{
	for (const struct metric *m = first; m != NULL && m->name != NULL; m++)
		family(first, m);
}

static void
flags(const struct collector *c)
{
	for (const struct flag *f = c->flags; f != NULL && f->name != NULL; f++)
		if (f->help != NULL) {
			printf("- `--%s%s`: ", f->kind == SWITCH ? "[no-]" : "", f->name);
			cell(f->help);
			puts("");
		}
	if (c->flags != NULL)
		puts("");
}

static void
collector(const struct collector *c)
{
	printf("## %s\n\n%s Read of %s; %s by default.\n\n", c->name, c->help, overs[c->over], c->off ? "off" : "on");
	flags(c);
	puts("| family | type | |\n|---|---|---|");
	for (const struct table *t = c->tables; t != NULL && t->path != NULL; t++)
		if (t == c->tables || t->metrics == NULL || t->metrics != t[-1].metrics)
			table(t);
	metrics(c->metrics);
	puts("");
}

void
docs_print(void)
{
	puts("# Metrics\n\nPrinted by `nodegauge --markdown` from the tables that the program runs on.\n\n"
	    "What is read of the node is on `/metrics`, the collector `resource` is on `/metrics/resource`, and all else on\n"
	    "`/metrics/cadvisor`.\n");
	for (size_t i = 0; i < n_collectors; i++)
		collector(collectors[i]);
	puts("## the exporter itself\n\n| family | type | |\n|---|---|---|");
	metrics(collection_metrics);
	metrics(self_metrics);
}
