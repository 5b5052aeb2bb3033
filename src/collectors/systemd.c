/*
 * Units of the service manager, by its D-Bus interface. org.freedesktop.systemd1(5): one list of all units, then what
 * is asked of each unit that the patterns take.
 */
#include "../collector.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../dbus.h"
#include "../unit_types.h"

#define SERVICE "org.freedesktop.systemd1"
#define MANAGER "/org/freedesktop/systemd1"

enum { WITH_STATE = 212 };      /* the version since which there are SystemState and LastTriggerUSec */

static const char every_unit[] = ".+", no_unit_files[] = ".+\\.(automount|device|mount|scope|slice)";
static struct filter units = { .include = every_unit, .exclude = no_unit_files };
static const char *old_include, *old_exclude;
static bool private, with_tasks, with_restarts, with_start, has_state;

#define SYSTEMD(type, unit, name, help) { NULL, type, unit, "node_systemd_" name, help }

enum {
	STATE, UNITS, RUNNING, VERSION, VIRTUALIZATION, RESTARTS, TASKS, TASKS_MAX, START, LAST_TRIGGER, ACCEPTED, CONNECTIONS,
	REFUSED,
};

static const struct metric metrics[] = {
	[STATE] = SYSTEMD(GAUGE, ONE, "unit_state", "1 for the state that a unit is in; type is Type= of a service or mount."),
	[UNITS] = SYSTEMD(GAUGE, ONE, "units", "Units in each state, loaded or not."),
	[RUNNING] = SYSTEMD(GAUGE, ONE, "system_running", "1 if the system is running, and not degraded or in another state."),
	[VERSION] = SYSTEMD(GAUGE, ONE, "version", "The version of systemd, as a number."),
	[VIRTUALIZATION] = SYSTEMD(GAUGE, ONE, "virtualization_info", "The virtual machine or container that it runs in."),
	[RESTARTS] = SYSTEMD(COUNTER, ONE, "service_restart_total", "Restarts of a service by its Restart= setting."),
	[TASKS] = SYSTEMD(GAUGE, ONE, "unit_tasks_current", "Tasks of a service."),
	[TASKS_MAX] = SYSTEMD(GAUGE, ONE, "unit_tasks_max", "Limit of the tasks of a service."),
	[START] = SYSTEMD(GAUGE, US, "unit_start_time_seconds", "When a unit became active, in Unix time; 0: it is not."),
	[LAST_TRIGGER] = SYSTEMD(GAUGE, US, "timer_last_trigger_seconds", "When a timer elapsed last, in Unix time; 0: never."),
	[ACCEPTED] = SYSTEMD(COUNTER, ONE, "socket_accepted_connections_total", "Connections that a socket accepted."),
	[CONNECTIONS] = SYSTEMD(GAUGE, ONE, "socket_current_connections", "Connections of a socket that are open."),
	[REFUSED] = SYSTEMD(GAUGE, ONE, "socket_refused_connections_total", "Connections that a socket refused."),
	{ 0 },
};

/* The first five are on the page always. */
static const char *const states[] = {
	"active", "activating", "deactivating", "inactive", "failed", "reloading", "refreshing", "maintenance",
};
enum { ACTIVE, OF_UNITS = 5, STATES = COUNT(states) };

/* What is asked of the units whose names end so. */
static const struct property {
	const char *suffix, *interface, *name;
	char type;
	const bool *wanted;             /* NULL: always */
	const struct metric *metric;    /* NULL: it is the label type of unit_state */
} properties[] = {
	{ ".service", SERVICE ".Service", "Type", 's', NULL, NULL },
	{ ".mount", SERVICE ".Mount", "Type", 's', NULL, NULL },
	{ ".service", SERVICE ".Service", "NRestarts", 'u', &with_restarts, &metrics[RESTARTS] },
	{ ".service", SERVICE ".Service", "TasksCurrent", 't', &with_tasks, &metrics[TASKS] },
	{ ".service", SERVICE ".Service", "TasksMax", 't', &with_tasks, &metrics[TASKS_MAX] },
	{ "", SERVICE ".Unit", "ActiveEnterTimestamp", 't', &with_start, &metrics[START] },
	{ ".timer", SERVICE ".Timer", "LastTriggerUSec", 't', &has_state, &metrics[LAST_TRIGGER] },
	{ ".socket", SERVICE ".Socket", "NAccepted", 'u', NULL, &metrics[ACCEPTED] },
	{ ".socket", SERVICE ".Socket", "NConnections", 'u', NULL, &metrics[CONNECTIONS] },
	{ ".socket", SERVICE ".Socket", "NRefused", 'u', NULL, &metrics[REFUSED] },
};

struct item {
	uint32_t name, path;            /* in all.texts */
	uint8_t state;                  /* STATES: another one */
};

static struct dbus bus = { .peer = DBUS_SYSTEM }, peer = { .peer = DBUS_SYSTEMD };
static struct dbus *manager;            /* one of them */

/* Of one collection. */
static struct {
	struct item *units;
	size_t n, room;
	struct buf texts;
	unsigned in_state[STATES];
	double version;
	bool running;
	int units_err, state_err;
	struct {
		uint32_t unit;
		const struct property *property;
	} asked[DBUS_AT_ONCE];
	size_t n_asked;
} all;

static const char *
text(uint32_t at)
{
	return all.texts.data + at;
}

/* The manager and the list of units ------------------------------------------------------------------------------- */

static uint8_t
state_of(const char *name)
{
	uint8_t i = 0;

	while (i < STATES && strcmp(states[i], name) != 0)
		i++;
	return i;
}

/* name, description, load, active, sub, followed, path, job, its type, its path */
static void
take_unit(struct dbus_reader *r)
{
	const char *name = dbus_text(r), *load, *path;
	uint8_t state;

	dbus_text(r);
	load = dbus_text(r);
	state = state_of(dbus_text(r));
	dbus_text(r);
	dbus_text(r);
	path = dbus_text(r);
	dbus_u32(r);
	dbus_text(r);
	dbus_text(r);
	if (r->bad)
		return;
	if (state < STATES)
		all.in_state[state]++;
	if (strcmp(load, "loaded") != 0 || !filter_takes(&units, name))
		return;
	all.units = must_grow(all.units, all.n, &all.room, sizeof *all.units);
	all.units[all.n++] = (struct item){ buf_keep(&all.texts, name), buf_keep(&all.texts, path), state };
}

static int
take_units(struct dbus_message *m)
{
	int err = dbus_check(m, "a(ssssssouso)");
	struct dbus_reader list;

	if (err != 0)
		return err;
	list = dbus_array(&m->body);
	while (dbus_next(&list))
		take_unit(&list);
	return list.bad ? -EBADMSG : 0;
}

/* The first number of at least three digits in a version, such as 252.38 in 252.38-1~deb12u1; 0: there is none. */
static double
version_number(const char *version)
{
	char number[32];
	size_t n;

	for (; *version != '\0'; version += n + (n == 0)) {
		n = strspn(version, "0123456789");
		if (n < 3)
			continue;
		snprintf(number, sizeof number, "%.*s", (int)strspn(version, "0123456789."), version);
		return strtod(number, NULL);
	}
	return 0;
}

/* In the order of the calls, which need not be that of their answers. */
enum { ASK_VERSION, ASK_VIRTUALIZATION, ASK_STATE, ASK_LOADED, ASK_UNITS };

static void
take_manager(size_t call, struct dbus_message *m, void *to)
{
	struct dbus_value v = call == ASK_UNITS ? (struct dbus_value){ .text = "" } : dbus_value(m);

	if (call == ASK_VERSION) {
		all.version = version_number(v.text);
		page_add(to, &metrics[VERSION], page_row_of(to, "version", all.version > 0 ? v.text : ""), all.version);
	} else if (call == ASK_VIRTUALIZATION) {
		page_add(to, &metrics[VIRTUALIZATION], page_row_of(to, "virtualization_type",
		    v.type != 's' ? "unknown" : *v.text == '\0' ? "none" : v.text), 1);
	} else if (call == ASK_STATE) {
		all.state_err = dbus_check(m, "v");
		all.running = strcmp(v.text, "running") == 0;
	} else if (call == ASK_LOADED) {
		unit_types_begin(v.number);
	} else {
		all.units_err = take_units(m);
	}
}

static int
ask_manager(struct page *p)
{
	int err;

	dbus_ask_property(manager, SERVICE, MANAGER, SERVICE ".Manager", "Version");
	dbus_ask_property(manager, SERVICE, MANAGER, SERVICE ".Manager", "Virtualization");
	dbus_ask_property(manager, SERVICE, MANAGER, SERVICE ".Manager", "SystemState");
	dbus_ask_property(manager, SERVICE, MANAGER, SERVICE ".Manager", "UnitsLoadTimestampMonotonic");
	dbus_ask(manager, &(struct dbus_call){ SERVICE, MANAGER, SERVICE ".Manager", "ListUnits", { NULL } });
	err = dbus_answers(manager, take_manager, p);
	if (err == 0)
		err = all.units_err;
	for (size_t i = 0; i < STATES && err == 0; i++)
		if (i < OF_UNITS || all.in_state[i] > 0)
			page_add(p, &metrics[UNITS], page_row_of(p, "state", states[i]), all.in_state[i]);
	has_state = all.version >= WITH_STATE;
	if (err == 0 && has_state && (err = all.state_err) == 0)
		page_add(p, &metrics[RUNNING], 0, all.running);
	return err;
}

/* The units -------------------------------------------------------------------------------------------------------- */

static void
add_states(struct page *p, const struct item *u, const char *type)
{
	for (size_t i = 0; i < OF_UNITS; i++)
		page_add(p, &metrics[STATE], page_row(p, LABELS({ "name", text(u->name) }, { "state", states[i] },
		    { "type", type })), u->state == i);
}

static void
take_type(struct page *p, const struct item *u, struct dbus_value v)
{
	if (v.type == 's')
		unit_types_keep(text(u->name), v.text);
	add_states(p, u, v.text);
}

static void
take_property(size_t call, struct dbus_message *m, void *to)
{
	const struct property *q = all.asked[call].property;
	const struct item *u = &all.units[all.asked[call].unit];
	struct dbus_value v = dbus_value(m);
	bool unlimited = (q->metric == &metrics[TASKS] || q->metric == &metrics[TASKS_MAX]) && v.number == UINT64_MAX;

	if (q->metric == NULL)
		take_type(to, u, v);
	else if (v.type == q->type && !unlimited)
		page_add(to, q->metric, page_row_of(to, "name", text(u->name)), (double)v.number);
}

static int
flush(struct page *p)
{
	int err = all.n_asked == 0 ? 0 : dbus_answers(manager, take_property, p);

	all.n_asked = 0;
	return err;
}

static bool
ends_with(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n >= m && strcmp(name + n - m, suffix) == 0;
}

static void
ask(const struct item *u, const struct property *property)
{
	all.asked[all.n_asked].unit = (uint32_t)(u - all.units);
	all.asked[all.n_asked++].property = property;
	dbus_ask_property(manager, SERVICE, text(u->path), property->interface, property->name);
}

/* Asks for what is not known. */
static void
ask_unit(struct page *p, const struct item *u)
{
	const char *type = "";

	for (const struct property *q = properties; q < properties + COUNT(properties); q++) {
		if ((q->wanted != NULL && !*q->wanted) || !ends_with(text(u->name), q->suffix))
			continue;
		if (q->metric == &metrics[START] && u->state != ACTIVE)
			page_add(p, q->metric, page_row_of(p, "name", text(u->name)), 0);
		else if (q->metric != NULL || (type = unit_types_find(text(u->name))) == NULL)
			ask(u, q);
	}
	if (type != NULL)
		add_states(p, u, type);
}

/* Without a bus root can still ask the manager itself. */
static int
begin(void)
{
	int err;

	manager = private ? &peer : &bus;
	err = dbus_begin(manager);
	if (err == 0 || err == -ETIMEDOUT || private)
		return err;
	manager = &peer;
	return dbus_begin(manager);
}

static int
update(const struct scope *s, struct page *p)
{
	int err;

	(void)s;
	all.n = all.texts.size = all.n_asked = 0;
	memset(all.in_state, 0, sizeof all.in_state);
	err = begin();
	if (err == 0)
		err = ask_manager(p);
	for (size_t i = 0; err == 0 && i < all.n; i++) {
		ask_unit(p, &all.units[i]);
		if (all.n_asked + COUNT(properties) > DBUS_AT_ONCE || i + 1 == all.n)
			err = flush(p);
	}
	if (err == 0)
		unit_types_end();
	dbus_end(manager);
	return err;
}

/* Takes the pattern of a deprecated flag, unless the flag that replaced it is set too; it is for the whole name. */
static void
anchor(const char **pattern, const char *standard, const char *old, const char *flags)
{
	struct buf b = { 0 };

	if (old != NULL && *old != '\0') {
		if (*pattern != standard) {
			fprintf(stderr, "nodegauge: --collector.systemd.unit-%s exclude each other\n", flags);
			exit(1);
		}
		*pattern = old;
	}
	buf_print(&b, "^(?:%s)$", *pattern);
	*pattern = b.data;
}

static void
prepare(void)
{
	anchor(&units.include, every_unit, old_include, "whitelist and --collector.systemd.unit-include");
	anchor(&units.exclude, no_unit_files, old_exclude, "blacklist and --collector.systemd.unit-exclude");
	filter_prepare(&units, NULL);
}

const struct collector systemd = {
	.name = "systemd",
	.help = "Units of systemd, over D-Bus.",
	.off = true,
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.systemd.unit-include", TEXT, &units.include,
		    "Units to take, as a regular expression of the whole name." },
		{ "collector.systemd.unit-exclude", TEXT, &units.exclude,
		    "Units to leave out, as a regular expression of the whole name." },
		{ "collector.systemd.unit-whitelist", TEXT, &old_include, NULL },
		{ "collector.systemd.unit-blacklist", TEXT, &old_exclude, NULL },
		{ "collector.systemd.private", SWITCH, &private, NULL },
		{ "collector.systemd.enable-task-metrics", SWITCH, &with_tasks, "Export the tasks of services." },
		{ "collector.systemd.enable-restarts-metrics", SWITCH, &with_restarts, "Export the restarts of services." },
		{ "collector.systemd.enable-start-time-metrics", SWITCH, &with_start, "Export when units became active." },
		{ 0 },
	},
	.prepare = prepare,
};
