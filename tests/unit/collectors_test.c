/* The collectors as data: what Prometheus would not take, and what our own rules forbid. */
#include "collector.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "collection.h"
#include "http.h"
#include "self.h"

/* Counters that are not called _total, and gauges that are, for node_exporter or cAdvisor call them so. */
static const char *const exceptions[] = {
	"container_memory_failcnt", "container_fs_inodes_total", "container_network_advance_tcp_stats_total",
	"container_network_tcp_usage_total", "container_network_tcp6_usage_total",
	"container_network_udp_usage_total", "container_network_udp6_usage_total",
	"container_hugetlb_failcnt", "node_systemd_socket_refused_connections_total",
	NULL,
};

static bool
is_exception(const char *name)
{
	for (const char *const *e = exceptions; *e != NULL; e++)
		if (strcmp(*e, name) == 0)
			return true;
	return false;
}

static bool
ends_with(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* A letter, or one of more; then these and digits. */
static bool
is_name(const char *name, const char *more)
{
	if (!isalpha((unsigned char)*name) && (*name == '\0' || strchr(more, *name) == NULL))
		return false;
	for (; *name != '\0'; name++)
		if (!isalnum((unsigned char)*name) && strchr(more, *name) == NULL)
			return false;
	return true;
}

static bool
is_label(const char *name)
{
	return is_name(name, "_") && strncmp(name, "__", 2) != 0;
}

static void
check_help(const char *help, const char *what)
{
	cr_expect(help != NULL && ends_with(help, ".") && !isspace((unsigned char)*help) && !ends_with(help, ".."),
	    "help of %s: %s", what, help);
	cr_expect_null(help == NULL ? NULL : strpbrk(help, "\n\t"), "help of %s", what);
}

static void
check_labels(const struct metric *m)
{
	const struct label *l = m->fixed;

	for (size_t i = 0; i < COUNT(m->fixed) && l[i].name != NULL; i++) {
		cr_expect(is_label(l[i].name), "%s{%s}", m->name, l[i].name);
		cr_expect_not_null(l[i].value, "%s{%s}", m->name, l[i].name);
	}
	if (l[1].name != NULL)
		cr_expect(l[0].name != NULL && strcmp(l[0].name, l[1].name) < 0, "labels of %s in order", m->name);
}

static void
check_metric(const struct metric *m)
{
	cr_expect(is_name(m->name, "_:"), "%s", m->name);
	check_labels(m);
	if (m->type != PART)
		check_help(m->help, m->name);
	if (m->type == COUNTER || m->type == GAUGE)
		cr_expect(ends_with(m->name, "_total") == (m->type == COUNTER) || is_exception(m->name), "%s is a %s",
		    m->name, m->type == COUNTER ? "counter" : "gauge");
	if (m->type == HISTOGRAM)
		cr_expect(ends_with(m->name, "_bucket"), "%s", m->name);
	if (m->type == PART)
		cr_expect(ends_with(m->name, "_count") || ends_with(m->name, "_sum"), "%s", m->name);
}

/* Every metric of the program, one after the other. */
static void
each_metric(void (*see)(const struct metric *m))
{
	const struct metric *const own[] = { self_metrics, collection_metrics };

	for (size_t i = 0; i < n_collectors; i++) {
		for (const struct table *t = collectors[i]->tables; t != NULL && t->path != NULL; t++)
			for (size_t k = 0; k < t->n; k++)
				if (t->metrics[k].name != NULL)
					see(&t->metrics[k]);
		for (const struct metric *m = collectors[i]->metrics; m != NULL && m->name != NULL; m++)
			see(m);
	}
	for (size_t i = 0; i < COUNT(own); i++)
		for (const struct metric *m = own[i]; m->name != NULL; m++)
			see(m);
}

Test(collectors, metrics)
{
	each_metric(check_metric);
}

static const struct metric *seen[4096];
static size_t n_seen;

/* A family has one type and one help text, whichever collector adds to it. */
static void
compare(const struct metric *m)
{
	for (size_t i = 0; i < n_seen; i++) {
		if (strcmp(seen[i]->name, m->name) != 0)
			continue;
		cr_expect_eq(seen[i]->type, m->type, "type of %s", m->name);
		if (m->type != PART)
			cr_expect_str_eq(seen[i]->help, m->help, "help of %s", m->name);
		return;
	}
	cr_assert_lt(n_seen, COUNT(seen));
	seen[n_seen++] = m;
}

Test(collectors, families)
{
	each_metric(compare);
	cr_expect_gt(n_seen, 100);
}

static bool was_used[COUNT(exceptions)];

static void
use(const struct metric *m)
{
	for (size_t i = 0; exceptions[i] != NULL; i++)
		was_used[i] |= strcmp(exceptions[i], m->name) == 0 &&
		    (m->type == COUNTER) != ends_with(m->name, "_total");
}

Test(collectors, exceptions_are_needed)
{
	each_metric(use);
	for (size_t i = 0; exceptions[i] != NULL; i++)
		cr_expect(was_used[i], "%s", exceptions[i]);
}

static void
check_table(const struct collector *c, const struct table *t)
{
	bool is_keyed = t->read == keyed || t->read == nested || t->read == pairs ||
	    t->read == kstat;

	cr_expect(t->read != NULL && *t->path != '/' && *t->path != '\0', "%s: %s", c->name, t->path);
	cr_expect(t->n > 0 || t->every != NULL, "%s: %s is read for nothing", c->name, t->path);
	cr_expect((t->place == CGROUP) <= (c->over == CONTAINERS) && (t->place == POD) <= (c->over == PODS), "%s: %s",
	    c->name, t->path);
	if (t->row_label != NULL) {
		cr_expect(is_label(t->row_label), "%s: %s", c->name, t->path);
		cr_expect(t->read == columns || t->read == nested || strchr(t->path, '*') != NULL, "%s: %s has no rows",
		    c->name, t->path);
	}
	if (t->read == single)
		cr_expect(t->n == 1 && t->metrics[0].name != NULL, "%s: %s", c->name, t->path);
	if (t->row_column != 0)
		cr_expect(t->read == columns && t->row_label != NULL, "%s: %s", c->name, t->path);
	for (size_t i = 0; i < t->n && is_keyed; i++)
		cr_expect(t->metrics[i].key != NULL && t->metrics[i].name != NULL, "%s: %s, row %zu", c->name, t->path,
		    i);
	if (t->every != NULL) {
		cr_expect(is_keyed && is_name(t->every->prefix, "_:"), "%s: %s", c->name, t->path);
		check_help(t->every->help, t->every->prefix);
	}
}

Test(collectors, tables)
{
	for (size_t i = 0; i < n_collectors; i++)
		for (const struct table *t = collectors[i]->tables; t != NULL && t->path != NULL; t++)
			check_table(collectors[i], t);
}

/* Labels of a row and of a metric never have one name. */
Test(collectors, labels_of_rows)
{
	for (size_t i = 0; i < n_collectors; i++)
		for (const struct table *t = collectors[i]->tables; t != NULL && t->path != NULL; t++)
			for (size_t k = 0; k < t->n && t->row_label != NULL; k++)
				for (size_t l = 0; l < COUNT(t->metrics[k].fixed) &&
				    t->metrics[k].fixed[l].name != NULL; l++)
					cr_expect_str_neq(t->metrics[k].fixed[l].name, t->row_label, "%s",
					    t->metrics[k].name);
}

Test(collectors, names)
{
	for (size_t i = 0; i < n_collectors; i++) {
		const struct collector *c = collectors[i];

		cr_expect(is_name(c->name, "_."), "%s", c->name);
		check_help(c->help, c->name);
		cr_expect(c->tables != NULL || c->devices.add != NULL || c->update != NULL, "%s does nothing", c->name);
		cr_expect(c->devices.add == NULL || c->update == NULL, "%s does one of both", c->name);
		for (size_t k = 0; k < i; k++)
			cr_expect_str_neq(c->name, collectors[k]->name);
	}
}

/* Flags ------------------------------------------------------------------------------------------------------------ */

static const struct flag *flags[512];
static size_t n_flags;

static void
check_flag(const struct flag *f, const char *prefix)
{
	cr_expect(is_name(f->name, "_-."), "%s", f->name);
	cr_expect(strncmp(f->name, prefix, strlen(prefix)) == 0, "%s is not a flag of %s", f->name, prefix);
	cr_expect(strncmp(f->name, "no-", 3) != 0, "%s", f->name);
	cr_expect_not_null(f->to, "%s", f->name);
	if (f->help != NULL)
		check_help(f->help, f->name);
	for (size_t i = 0; i < n_flags; i++)
		cr_expect_str_neq(f->name, flags[i]->name);
	for (size_t i = 0; i < n_collectors; i++)
		cr_expect(strncmp(f->name, "collector.", 10) != 0 || strcmp(f->name + 10, collectors[i]->name) != 0,
		    "%s", f->name);
	cr_assert_lt(n_flags, COUNT(flags));
	flags[n_flags++] = f;
}

Test(collectors, flags)
{
	const struct flag *const others[] = { place_flags, http_flags, self_flags };

	for (size_t i = 0; i < COUNT(others); i++)
		for (const struct flag *f = others[i]; f->name != NULL; f++)
			check_flag(f, "");
	for (size_t i = 0; i < n_collectors; i++)
		for (const struct flag *f = collectors[i]->flags; f != NULL && f->name != NULL; f++)
			check_flag(f, "collector.");
}
