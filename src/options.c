/* Flags: --name=value, --name value, --name and --no-name, as node_exporter takes them. */
#include "options.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector.h"
#include "docs.h"
#include "http.h"
#include "identity/chosen.h"
#include "keep.h"
#include "log.h"
#include "place.h"
#include "sampler.h"
#include "selection.h"
#include "self.h"
#include "sidecar.h"
#include "text.h"
#include "version.h"

enum { BY_DEFAULT, FORCED_ON, FORCED_OFF };

static const char *log_level = "info", *log_format = "logfmt";
static unsigned char forced[COLLECTORS_MAX];
static bool disable_defaults;

bool options_once;
const char *options_path = "/metrics";

static const struct flag own_flags[] = {
	{ "once", SWITCH, &options_once, "Print the page of --once.path to standard output and exit." },
	{ "once.path", TEXT, &options_path, "Which page --once prints: /metrics, /metrics/cadvisor or /metrics/resource." },
	{ "log.level", TEXT, &log_level, "The least level that is logged: debug, info, warn or error." },
	{ "log.format", TEXT, &log_format, "logfmt or json." },
	{ "collector.disable-defaults", SWITCH, &disable_defaults,
	    "Only the collectors that are asked for by --collector.NAME." },
	{ 0 },
};

static const struct flag *const groups[] = {
	own_flags, place_flags, keep_flags, sampler_flags, http_flags, self_flags, chosen_flags, sidecar_flags,
};

/* What a sidecar sees of the node is no pod's business, and it alone counts by processes. */
static bool
by_default(const struct collector *c)
{
	bool nodes = c->over == NODE || c->over == MACHINE;

	return !c->off && !(sidecar_is_on() ? nodes : c->over == PROCESSES_OF_POD);
}

bool
options_enabled(size_t i)
{
	return forced[i] == BY_DEFAULT ? !disable_defaults && by_default(collectors[i]) : forced[i] == FORCED_ON;
}

static _Noreturn void
refuse(const char *what, const char *flag)
{
	fprintf(stderr, "nodegauge: %s: --%s (see nodegauge --help)\n", what, flag);
	exit(1);
}

/* Every flag of a table that ends with one without a name. */
static const struct flag *
find_in(const struct flag *flags, const char *name, size_t n)
{
	for (; flags != NULL && flags->name != NULL; flags++)
		if (strlen(flags->name) == n && strncmp(flags->name, name, n) == 0)
			return flags;
	return NULL;
}

static const char *
name_in(const struct flag *flags, const void *to)
{
	for (; flags != NULL && flags->name != NULL; flags++)
		if (flags->to == to)
			return flags->name;
	return NULL;
}

static const struct flag *
find(const char *name, size_t n)
{
	const struct flag *f = NULL;

	for (size_t i = 0; i < COUNT(groups) && f == NULL; i++)
		f = find_in(groups[i], name, n);
	for (size_t i = 0; i < n_collectors && f == NULL; i++)
		f = find_in(collectors[i]->flags, name, n);
	return f;
}

/* The collector of that name; n_collectors if it is not built in. */
static size_t
find_collector(const char *name)
{
	size_t i = 0;

	while (i < n_collectors && strcmp(collectors[i]->name, name) != 0)
		i++;
	return i;
}

const char *
flag_name(const void *to)
{
	const char *name = NULL;

	for (size_t i = 0; i < COUNT(groups) && name == NULL; i++)
		name = name_in(groups[i], to);
	for (size_t i = 0; i < n_collectors && name == NULL; i++)
		name = name_in(collectors[i]->flags, to);
	return name != NULL ? name : "?";
}

/* --collector.NAME and --no-collector.NAME; names of node_exporter's that are not built in are told, not refused. */
static bool
switch_collector(const char *name, bool on)
{
	size_t i;

	if (!text_starts(name, "collector."))
		return false;
	name += strlen("collector.");
	if ((i = find_collector(name)) < n_collectors) {
		forced[i] = on ? FORCED_ON : FORCED_OFF;
		return true;
	}
	if (!selection_known_elsewhere(name))
		return false;
	if (on)
		log_line(LOG_WARN, "this collector is not built in", "name", name, NULL);
	return true;
}

static void
set(const struct flag *f, const char *value)
{
	struct flag_list *list = f->to;
	unsigned long number;
	char *end;

	switch (f->kind) {
	case TEXT:
		*(const char **)f->to = value;
		break;
	case NUMBER:
		number = strtoul(value, &end, 10);
		if (*value < '0' || *value > '9' || *end != '\0' || number > UINT_MAX)
			refuse("not a number", f->name);
		*(unsigned *)f->to = (unsigned)number;
		break;
	case DURATION:
		if (!text_duration(value, f->to))
			refuse("not a duration such as 500ms, 10s or 2m", f->name);
		break;
	case LIST:
		if (list->n == COUNT(list->items))
			refuse("given too often", f->name);
		list->items[list->n++] = value;
		break;
	case SWITCH:
		break;
	}
}

/*
 * --collector.NAME.FLAG of a collector that is not built in: told and passed over, so that a command line of
 * node_exporter's still starts. Returns how many arguments it takes; 0: it is none of those.
 */
static int
pass_over(char **argv, const char *name, size_t n)
{
	const char *dot;
	char collector[64];

	name += text_starts(name, "no-") ? strlen("no-") : 0;
	if (!text_starts(name, "collector.") || (dot = strchr(name + strlen("collector."), '.')) == NULL ||
	    dot >= argv[0] + 2 + n)
		return 0;
	name += strlen("collector.");
	snprintf(collector, sizeof collector, "%.*s", (int)(dot - name), name);
	if (!selection_known_elsewhere(collector) || find_collector(collector) < n_collectors)
		return 0;
	log_line(LOG_WARN, "this flag has no effect: its collector is not built in", "flag", argv[0], NULL);
	return strchr(argv[0], '=') == NULL && argv[1] != NULL && argv[1][0] != '-' ? 2 : 1;
}

/* One argument, and the next one where it is the value. Returns how many were taken. */
static int
take(char **argv)
{
	const char *name = argv[0] + 2, *equals = strchr(name, '=');
	size_t n = equals != NULL ? (size_t)(equals - name) : strlen(name);
	bool no = text_starts(name, "no-");
	const struct flag *f = find(name, n);
	int passed;

	if (f == NULL && no)
		f = find(name + 3, n - 3);
	else
		no = false;
	if (f != NULL && f->kind == SWITCH && equals == NULL) {
		*(bool *)f->to = !no;
		return 1;
	}
	if (f != NULL && f->kind != SWITCH && !no) {
		if (equals == NULL && argv[1] == NULL)
			refuse("a value is missing", name);
		set(f, equals != NULL ? equals + 1 : argv[1]);
		return equals != NULL ? 1 : 2;
	}
	if (equals == NULL && (switch_collector(name, true) ||
	    (text_starts(name, "no-") && switch_collector(name + 3, false))))
		return 1;
	if (f == NULL && (passed = pass_over(argv, name, n)) > 0)
		return passed;
	refuse(f != NULL ? "takes no value" : "unknown flag", name);
}

/* --help ----------------------------------------------------------------------------------------------------------- */

static void
show(const struct flag *f)
{
	const char *fallback = f->kind == TEXT ? *(const char **)f->to : NULL;

	if (f->help == NULL)
		return;
	printf("  --%s%s", f->kind == SWITCH ? "[no-]" : "", f->name);
	if (f->shown != NULL || (fallback != NULL && *fallback != '\0'))
		printf("=%s", f->shown != NULL ? f->shown : fallback);
	else if (f->kind == NUMBER)
		printf("=%u", *(unsigned *)f->to);
	else if (f->kind == DURATION)
		printf("=%gs", *(double *)f->to);
	else if (f->kind != SWITCH)
		printf("=...");
	printf("\n        %s\n", f->help);
}

static void
help(void)
{
	puts("usage: nodegauge [FLAG]...\n\nExports what a node and its containers are doing to Prometheus.\n\nFlags:\n"
	    "  --help, --version");
	for (size_t i = 0; i < COUNT(groups); i++)
		for (const struct flag *f = groups[i]; f->name != NULL; f++)
			show(f);
	puts("\nCollectors (a * is off by default):");
	for (size_t i = 0; i < n_collectors; i++) {
		printf("  --[no-]collector.%s%s\n        %s\n", collectors[i]->name, collectors[i]->off ? " *" : "",
		    collectors[i]->help);
		for (const struct flag *f = collectors[i]->flags; f != NULL && f->name != NULL; f++)
			show(f);
	}
}

static void
special(const char *arg)
{
	if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0)
		help();
	else if (strcmp(arg, "--version") == 0)
		puts("nodegauge, version " NODEGAUGE_VERSION " (branch: " NODEGAUGE_BRANCH ", revision: " NODEGAUGE_REVISION ", "
		    NODEGAUGE_ARCH ")");
	else if (strcmp(arg, "--markdown") == 0)
		docs_print();
	else
		return;
	exit(fflush(stdout) == 0 ? 0 : 1);
}

void
options_parse(int argc, char **argv)
{
	const char *wrong, *wanted;

	for (int i = 1; i < argc;) {
		special(argv[i]);
		if (strncmp(argv[i], "--", 2) != 0) {
			fprintf(stderr, "nodegauge: unexpected argument: %s (see nodegauge --help)\n", argv[i]);
			exit(1);
		}
		i += take(argv + i);
	}
	if ((wrong = sidecar_wrong_flag(&wanted)) != NULL)
		refuse(wanted, wrong);
	if (!log_set_level(log_level))
		refuse("debug, info, warn or error is wanted", "log.level");
	if (!log_set_format(log_format))
		refuse("logfmt or json is wanted", "log.format");
}
