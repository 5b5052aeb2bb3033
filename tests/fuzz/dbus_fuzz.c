/*
 * Any bytes as what a bus sends, from its greeting on or behind that: the connection, and all that is read of answers.
 * The first byte says which, and how many calls wait for an answer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "dbus.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_MAX_SENT = 64 << 10 };      /* what a socket takes at once */

static volatile size_t seen;

static void
read_text(struct dbus_reader *r)
{
	seen += strlen(dbus_text(r));
}

static void
read_list(struct dbus_reader *body, const char *signature)
{
	struct dbus_reader list = dbus_array(body);

	while (dbus_next(&list))
		for (const char *c = signature; *c != '\0'; c++)
			if (*c == 'u')
				seen += dbus_u32(&list);
			else
				read_text(&list);
	if (!list.bad && list.at < list.end)
		abort();
}

static void
take(size_t call, struct dbus_message *m, void *to)
{
	unsigned char *answered = to;

	if (answered[call]++ != 0)
		abort();
	if (m->error != NULL)
		seen += strlen(m->error);
	if (dbus_check(m, "a(ssssssouso)") == 0)
		read_list(&m->body, "sssssssuss");
	else if (dbus_check(m, "a(susso)") == 0)
		read_list(&m->body, "susss");
	else if (dbus_check(m, "a(so)") == 0)
		read_list(&m->body, "ss");
	else
		seen += strlen(dbus_value(m).text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dbus d = { .open = true, .first = 1, .deadline = clock_nanoseconds() + 1000000000 };
	unsigned char answered[256] = { 0 };
	int ends[2];

	if (size == 0 || size > SIZE_MAX_SENT || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
		return 0;
	d.fd = ends[0];
	d.greeted = data[0] < 0x80;
	d.waiting = !d.greeted;
	for (int i = 0; d.greeted && i < data[0]; i++)
		dbus_ask(&d, &(struct dbus_call){ "a.b", "/", "a.b", "c", { NULL } });
	if (write(ends[1], data + 1, size - 1) != (ssize_t)size - 1)
		abort();
	shutdown(ends[1], SHUT_WR);
	dbus_answers(&d, take, answered);
	if (d.open)
		close(d.fd);
	close(ends[1]);
	buf_free(&d.in);
	buf_free(&d.out);
	buf_free(&d.asked);
	return 0;
}
