/* Sessions of users, by the D-Bus interface of the login manager. org.freedesktop.login1(5) */
#include "../collector.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "../dbus.h"

#define SERVICE "org.freedesktop.login1"
#define MANAGER "/org/freedesktop/login1"

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_logind_sessions", "Sessions of each seat, which is empty for those from afar, and kind." },
	{ 0 },
};

/* The kinds of sessions; what has another type or class is counted as the first. */
static const char *const remotes[] = { "false", "true" };
static const char *const types[] = { "other", "unspecified", "tty", "x11", "wayland", "mir", "web" };
static const char *const classes[] = { "other", "user", "greeter", "lock-screen", "background" };
enum { REMOTES = COUNT(remotes), TYPES = COUNT(types), CLASSES = COUNT(classes) };

/* Of what is asked of a session. */
enum { REMOTE, TYPE, CLASS, PROPERTIES, AT_ONCE = DBUS_AT_ONCE / PROPERTIES };

static const struct {
	const char *name;
	char type;
} properties[] = { [REMOTE] = { "Remote", 'b' }, [TYPE] = { "Type", 's' }, [CLASS] = { "Class", 's' } };

struct session {
	uint32_t seat, path;            /* in all.texts */
	int kind[PROPERTIES];           /* -1: unknown */
};

struct seat {
	uint32_t name;
	unsigned sessions[REMOTES][TYPES][CLASSES];
};

static struct dbus bus;

/* Of one collection. */
static struct {
	struct seat *seats;
	struct session *sessions;
	size_t n_seats, room_seats, n_sessions, room_sessions;
	struct buf texts;
	size_t first;                   /* of the sessions that are asked */
	int err;
} all;

static const char *
text(uint32_t at)
{
	return all.texts.data + at;
}

static void
add_seat(const char *name)
{
	all.seats = must_grow(all.seats, all.n_seats, &all.room_seats, sizeof *all.seats);
	all.seats[all.n_seats] = (struct seat){ .name = 0 };
	all.seats[all.n_seats++].name = buf_keep(&all.texts, name);
}

/* Its name and path. */
static void
take_seat(struct dbus_reader *r)
{
	const char *name = dbus_text(r);

	dbus_text(r);
	if (!r->bad)
		add_seat(name);
}

/* Its name, the user's number and name, the seat and the path. */
static void
take_session(struct dbus_reader *r)
{
	const char *seat, *path;

	dbus_text(r);
	dbus_u32(r);
	dbus_text(r);
	seat = dbus_text(r);
	path = dbus_text(r);
	if (r->bad)
		return;
	all.sessions = must_grow(all.sessions, all.n_sessions, &all.room_sessions, sizeof *all.sessions);
	all.sessions[all.n_sessions++] = (struct session){
		buf_keep(&all.texts, seat), buf_keep(&all.texts, path), { -1, -1, -1 }
	};
}

/* Of the calls ListSeats and ListSessions. */
static void
take_list(size_t call, struct dbus_message *m, void *to)
{
	int err = dbus_check(m, call == 0 ? "a(so)" : "a(susso)");
	struct dbus_reader list;

	(void)to;
	if (err == 0) {
		list = dbus_array(&m->body);
		while (dbus_next(&list))
			(call == 0 ? take_seat : take_session)(&list);
		err = list.bad ? -EBADMSG : 0;
	}
	if (all.err == 0)
		all.err = err;
}

static int
place_in(const char *const *names, int n, const char *name)
{
	int i = n;

	while (--i > 0 && strcmp(names[i], name) != 0)
		;
	return i;
}

static void
take_property(size_t call, struct dbus_message *m, void *to)
{
	size_t property = call % PROPERTIES;
	struct dbus_value v = dbus_value(m);
	int *kind = &all.sessions[all.first + call / PROPERTIES].kind[property];

	(void)to;
	if (v.type != properties[property].type)
		return;
	switch (property) {
	case REMOTE: *kind = v.number != 0; break;
	case TYPE: *kind = place_in(types, TYPES, v.text); break;
	default: *kind = place_in(classes, CLASSES, v.text);
	}
}

static int
ask_sessions(void)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < all.n_sessions; i++) {
		if (i % AT_ONCE == 0)
			all.first = i;
		for (size_t k = 0; k < PROPERTIES; k++)
			dbus_ask_property(&bus, SERVICE, text(all.sessions[i].path), SERVICE ".Session", properties[k].name);
		if (i % AT_ONCE == AT_ONCE - 1 || i + 1 == all.n_sessions)
			err = dbus_answers(&bus, take_property, NULL);
	}
	return err;
}

/* One that has gone since it was listed has no kind. */
static void
count(const struct session *s)
{
	for (size_t k = 0; k < PROPERTIES; k++)
		if (s->kind[k] < 0)
			return;
	for (struct seat *seat = all.seats; seat < all.seats + all.n_seats; seat++)
		if (strcmp(text(seat->name), text(s->seat)) == 0)
			seat->sessions[s->kind[REMOTE]][s->kind[TYPE]][s->kind[CLASS]]++;
}

static void
add(struct page *p, const struct seat *s)
{
	for (int i = 0; i < REMOTES * TYPES * CLASSES; i++) {
		int remote = i / (TYPES * CLASSES), type = i / CLASSES % TYPES, class = i % CLASSES;

		page_add(p, &metrics[0], page_row(p, LABELS({ "class", classes[class] }, { "remote", remotes[remote] },
		    { "seat", text(s->name) }, { "type", types[type] })), s->sessions[remote][type][class]);
	}
}

static int
update(const struct scope *s, struct page *p)
{
	int err;

	(void)s;
	all.n_seats = all.n_sessions = all.texts.size = 0;
	all.err = 0;
	err = dbus_begin(&bus);
	if (err != 0)
		return err;
	dbus_ask(&bus, &(struct dbus_call){ SERVICE, MANAGER, SERVICE ".Manager", "ListSeats", { NULL } });
	dbus_ask(&bus, &(struct dbus_call){ SERVICE, MANAGER, SERVICE ".Manager", "ListSessions", { NULL } });
	err = dbus_answers(&bus, take_list, NULL);
	if (err == 0)
		err = all.err;
	if (err == 0)
		err = ask_sessions();
	if (err != 0)
		return err;
	add_seat("");
	for (size_t i = 0; i < all.n_sessions; i++)
		count(&all.sessions[i]);
	for (size_t i = 0; i < all.n_seats; i++)
		add(p, &all.seats[i]);
	return 0;
}

const struct collector logind = {
	.name = "logind",
	.help = "Sessions of systemd-logind, over D-Bus.",
	.off = true,
	.metrics = metrics,
	.update = update,
};
