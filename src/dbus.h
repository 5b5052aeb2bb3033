/*
 * A connection to a message bus or to a peer: made when it is first needed, and kept. Calls are sent together and their
 * answers taken as they come, all of one collection before one deadline. A bus that does not answer in time is not
 * waited for again until it has.
 */
#ifndef DBUS_H
#define DBUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "dbus_message.h"

enum { DBUS_AT_ONCE = 100 };    /* calls of one dbus_answers, at most: dbus-daemon has a limit of 128 */

enum dbus_peer {
	DBUS_SYSTEM,            /* the system bus */
	DBUS_SYSTEMD,           /* the manager's own socket, for root alone */
};

struct dbus {
	enum dbus_peer peer;            /* the rest is 0 at first */
	bool open, greeted;             /* greeted: it has taken our credentials */
	bool late;                      /* it did not answer in time */
	int fd;
	int64_t deadline, given_up;     /* given_up: when a late one is made anew */
	struct buf in, out, asked;      /* asked: a byte for each call, which is 0 once it is answered */
	size_t sent, read, waiting;     /* waiting: calls without an answer */
	uint32_t first;                 /* serial of the first call */
};

/* Takes the answer to a call, counted from 0 since dbus_answers. It may be an error. */
typedef void dbus_taker(size_t call, struct dbus_message *answer, void *to);

/* Begins a collection. 0 or -errno. */
int dbus_begin(struct dbus *d);

/* Ends it. The manager's own socket is closed: it sends all its signals to whoever is there, and keeps what is not read. */
void dbus_end(struct dbus *d);

/* Adds a call to those that dbus_answers sends. */
void dbus_ask(struct dbus *d, const struct dbus_call *c);

/* Takes the answers to all calls, in any order, each once. 0 or -errno: some did not come. */
int dbus_answers(struct dbus *d, dbus_taker *take, void *to);

/* The same for a property of an object. */
void dbus_ask_property(struct dbus *d, const char *service, const char *path, const char *interface, const char *name);

/* -errno of an answer that is an error, which is noted for the message about it, or has not this signature; or 0. */
int dbus_check(const struct dbus_message *answer, const char *signature);

/* The value of a property in an answer; of type 0 if it is an error. */
struct dbus_value dbus_value(struct dbus_message *answer);

#endif
