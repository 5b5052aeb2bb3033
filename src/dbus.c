/* The client's side of D-Bus over a Unix socket, SASL EXTERNAL. Nothing here waits but for poll(2). */
#include "dbus.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "place.h"
#include "text.h"

enum {
	PIECE = 16 << 10,       /* read at once */
	KEEP = 1 << 20,         /* of a buffer until the next collection */
	LINE = 1024,            /* before the first message */
};

static const int64_t patience = 2000000000, too_late = 60000000000;     /* nanoseconds */

/* Below the node's root; the second one where an image of ours, which has no links, has it mounted. */
static const char *const sockets[][2] = {
	[DBUS_SYSTEM] = { "run/dbus/system_bus_socket", "var/run/dbus/system_bus_socket" },
	[DBUS_SYSTEMD] = { "run/systemd/private" },
};

static void
hang_up(struct dbus *d)
{
	if (d->open)
		close(d->fd);
	d->open = d->greeted = false;
	d->in.size = d->out.size = d->asked.size = 0;
	d->sent = d->read = d->waiting = 0;
}

/* Connecting ------------------------------------------------------------------------------------------------------- */

/* Not a wait either: where the queue of the socket is full, that is -EAGAIN. */
static int
connect_to(struct dbus *d, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if ((size_t)snprintf(address.sun_path, sizeof address.sun_path, "%s", path) >= sizeof address.sun_path)
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	d->fd = fd;
	d->open = true;
	return 0;
}

/* A socket below the node's root, wherever that is and however long its path. */
static int
connect_inside(struct dbus *d, const char *path)
{
	const struct scope *root = place(ROOT);
	char link[32];
	int socket, err;

	if (root->dir < 0)
		return -ENOENT;
	socket = file_open_inside(root->dir, path, O_PATH);
	if (socket < 0)
		return socket;
	snprintf(link, sizeof link, "/proc/self/fd/%d", socket);
	err = connect_to(d, link);
	close(socket);
	return err;
}

/* The socket of an address in the environment, such as unix:path=/run/dbus/system_bus_socket,guid=... NULL: none. */
static const char *
given_path(const struct dbus *d)
{
	static const char prefix[] = "unix:path=";
	static char path[PATH_MAX];
	const char *address = d->peer == DBUS_SYSTEM ? getenv("DBUS_SYSTEM_BUS_ADDRESS") : NULL;

	if (address == NULL || !text_starts(address, prefix))
		return NULL;
	snprintf(path, sizeof path, "%s", address + strlen(prefix));
	path[strcspn(path, ",;")] = '\0';
	return path;
}

static int
connect_any(struct dbus *d)
{
	const char *const *paths = sockets[d->peer], *given = given_path(d);
	int err = given != NULL ? connect_to(d, given) : connect_inside(d, paths[0]);

	if (given == NULL && err == -ENOENT && paths[1] != NULL)
		err = connect_inside(d, paths[1]);
	return err;
}

/* The server looks at the credentials of the socket by itself, which are right in a user namespace too. */
static int
open_connection(struct dbus *d)
{
	int err = connect_any(d);

	if (err != 0)
		return err;
	buf_add(&d->out, "", 1);
	buf_text(&d->out, "AUTH EXTERNAL\r\nDATA\r\n");
	d->first = d->waiting = 1;
	if (d->late)
		d->given_up = clock_nanoseconds() + too_late;
	return dbus_answers(d, NULL, NULL);
}

/* Messages follow the server's OK, and a bus wants to be greeted before others. */
static void
greet(struct dbus *d)
{
	d->greeted = true;
	d->waiting = 0;
	buf_text(&d->out, "BEGIN\r\n");
	if (d->peer == DBUS_SYSTEM)
		dbus_ask(d, &(struct dbus_call){ "org.freedesktop.DBus", "/org/freedesktop/DBus",
		    "org.freedesktop.DBus", "Hello", { NULL } });
}

/* Conversation ----------------------------------------------------------------------------------------------------- */

/* The lines before the first message. 1: one was taken; 0: there is none yet; or -errno. */
static int
take_line(struct dbus *d)
{
	char *line = d->in.data + d->read, *end = memchr(line, '\n', d->in.size - d->read);

	if (end == NULL)
		return d->in.size - d->read > LINE ? -EBADMSG : 0;
	*end = '\0';
	d->read = (size_t)(end + 1 - d->in.data);
	if (text_starts(line, "OK"))
		greet(d);
	else if (!text_starts(line, "DATA"))
		return text_starts(line, "REJECTED") ? -EACCES : -EBADMSG;
	return 1;
}

/* The call that a message answers, if it waits for one still. */
static bool
was_asked(struct dbus *d, const struct dbus_message *m, size_t *call)
{
	*call = m->answers - d->first;
	if (!m->is_answer || *call >= d->asked.size || d->asked.data[*call] == 0)
		return false;
	d->asked.data[*call] = 0;
	d->waiting--;
	return true;
}

/* As take_line. Signals and what is none of ours are passed over. */
static int
take_message(struct dbus *d, dbus_taker *take, void *to)
{
	const char *data = d->in.data + d->read;
	size_t left = d->in.size - d->read, call;
	ssize_t size = left < DBUS_HEAD ? DBUS_HEAD : dbus_size(data);
	struct dbus_message m;

	if (size < 0)
		return (int)size;
	if (left < (size_t)size)
		return 0;
	if (dbus_read(data, (size_t)size, &m) != 0)
		return -EBADMSG;
	d->read += (size_t)size;
	if (was_asked(d, &m, &call) && take != NULL)
		take(call, &m, to);
	return 1;
}

/* Sends what the socket has room for. */
static int
send_some(struct dbus *d)
{
	ssize_t n = 0;

	while (d->sent < d->out.size &&
	    (n = send(d->fd, d->out.data + d->sent, d->out.size - d->sent, MSG_NOSIGNAL)) > 0)
		d->sent += (size_t)n;
	if (d->sent == d->out.size)
		d->sent = d->out.size = 0;
	return n < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
}

/* Reads what there is, and takes what is whole of it. */
static int
receive_some(struct dbus *d, dbus_taker *take, void *to)
{
	ssize_t n;
	int err;

	while ((n = recv(d->fd, buf_reserve(&d->in, PIECE), PIECE, 0)) > 0) {
		d->in.size += (size_t)n;
		d->late = false;        /* a sign of life */
		do
			err = d->greeted ? take_message(d, take, to) : take_line(d);
		while (err > 0);
		if (err < 0)
			return err;
		d->in.size -= d->read;
		if (d->read > 0)
			memmove(d->in.data, d->in.data + d->read, d->in.size);
		d->read = 0;
		if (clock_nanoseconds() > d->deadline)
			return 0;
	}
	return n == 0 ? -ECONNRESET : errno != EAGAIN && errno != EINTR ? -errno : 0;
}

static int
wait_for(struct dbus *d)
{
	struct pollfd p = { d->fd, (short)(d->out.size > 0 ? POLLIN | POLLOUT : POLLIN), 0 };
	int64_t left = d->deadline - clock_nanoseconds();

	return left > 0 && poll(&p, 1, d->late ? 0 : (int)(left / 1000000) + 1) != 0 ? 0 : -ETIMEDOUT;
}

int
dbus_answers(struct dbus *d, dbus_taker *take, void *to)
{
	int err;

	while ((err = send_some(d)) == 0 && (err = receive_some(d, take, to)) == 0 && d->waiting > 0)
		if ((err = wait_for(d)) != 0)
			break;
	if (err == -ETIMEDOUT && !d->late)
		d->given_up = clock_nanoseconds() + too_late;
	d->late = err == -ETIMEDOUT;
	if (err != 0 && !d->late)
		hang_up(d);
	if (err == 0) {
		d->first += (uint32_t)d->asked.size;
		d->asked.size = 0;
	}
	return err;
}

int
dbus_begin(struct dbus *d)
{
	const char *given = given_path(d);
	int64_t now = clock_nanoseconds();
	int err = 0;

	place_note(given != NULL ? NULL : place(ROOT), given != NULL ? given : sockets[d->peer][0]);
	d->deadline = now + patience;
	if (d->in.room > KEEP && d->in.size == 0)
		buf_free(&d->in);
	if (d->open)
		err = dbus_answers(d, NULL, NULL);      /* what it said meanwhile, perhaps goodbye */
	if (d->open && d->late && now > d->given_up)
		hang_up(d);             /* and it stays late */
	return d->open ? err : open_connection(d);
}

void
dbus_end(struct dbus *d)
{
	if (d->peer == DBUS_SYSTEMD && !d->late)
		hang_up(d);
}

void
dbus_ask(struct dbus *d, const struct dbus_call *c)
{
	dbus_write(&d->out, d->first + (uint32_t)d->asked.size, c);
	buf_add(&d->asked, "\1", 1);
	d->waiting++;
}

void
dbus_ask_property(struct dbus *d, const char *service, const char *path, const char *interface, const char *name)
{
	dbus_ask(d, &(struct dbus_call){ service, path, "org.freedesktop.DBus.Properties", "Get", { interface, name } });
}

int
dbus_check(const struct dbus_message *answer, const char *signature)
{
	if (answer->error == NULL)
		return strcmp(answer->signature, signature) == 0 ? 0 : -EBADMSG;
	place_note(NULL, answer->error);
	return strcmp(answer->error, "org.freedesktop.DBus.Error.AccessDenied") == 0 ? -EACCES : -EREMOTEIO;
}

struct dbus_value
dbus_value(struct dbus_message *answer)
{
	bool is_value = answer->error == NULL && strcmp(answer->signature, "v") == 0;

	return is_value ? dbus_variant(&answer->body) : (struct dbus_value){ .text = "" };
}
