/*
 * Messages of D-Bus on the wire: calls are written, what a bus sends is read. Nothing in it is trusted: a reader that
 * meets its end, or what does not fit, is bad from then on, and reads zeros and empty texts. D-Bus Specification 0.43
 */
#ifndef DBUS_MESSAGE_H
#define DBUS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"

enum {
	DBUS_HEAD = 16,                 /* bytes of a message that tell its size */
	DBUS_MESSAGE_MAX = 64 << 20,    /* a list of 100,000 units has 30 MB */
};

struct dbus_call {
	const char *destination, *path, *interface, *member;
	const char *args[2];            /* none, or two strings */
};

/* A part of a message, from where it is read on. Alignment is that of offsets in the message. */
struct dbus_reader {
	const char *message;
	size_t at, end;
	bool swap, bad;
};

struct dbus_message {
	bool is_answer;                 /* of a call: a result or an error */
	uint32_t answers;               /* the serial of the call */
	const char *error;              /* its name; NULL: a result */
	const char *signature;          /* of the body; "" if there is none */
	struct dbus_reader body;
};

/* The value of a variant of a basic type. */
struct dbus_value {
	char type;                      /* of the signature: s, u, t, ...; 0: bad, or no basic one */
	const char *text;               /* of s, o and g, else "" */
	uint64_t number;                /* of y, b, u and t, else 0 */
};

/* Appends a call. Its serial must not be 0. */
void dbus_write(struct buf *b, uint32_t serial, const struct dbus_call *c);

/* The size of the message that begins so, or -EBADMSG. */
ssize_t dbus_size(const char head[DBUS_HEAD]);

/* Takes a whole message apart; it has to stay while m is used. 0, or -EBADMSG. */
int dbus_read(const char *data, size_t size, struct dbus_message *m);

/* What stands next. A text is in the message, with its NUL. */
uint32_t dbus_u32(struct dbus_reader *r);
const char *dbus_text(struct dbus_reader *r);
struct dbus_value dbus_variant(struct dbus_reader *r);

/* The elements of the array that stands next, all structs or values of eight bytes; r goes on behind them. */
struct dbus_reader dbus_array(struct dbus_reader *r);

/* True if there is one more struct, and goes to it. */
bool dbus_next(struct dbus_reader *array);

#endif
