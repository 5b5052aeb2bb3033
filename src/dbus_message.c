/* Marshalling, as far as calls with strings and answers of structs, strings and numbers need it. */
#include "dbus_message.h"

#include <byteswap.h>
#include <errno.h>
#include <string.h>

enum { CALL = 1, RESULT = 2, FAILURE = 3 };                     /* types of messages */
enum { PATH = 1, INTERFACE, MEMBER, ERROR_NAME, REPLY_SERIAL, DESTINATION, SENDER, SIGNATURE };  /* of header fields */
enum { NO_AUTO_START = 2, VERSION = 1 };

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static const char own_order = 'l', other_order = 'B';
#else
static const char own_order = 'B', other_order = 'l';
#endif

/* Writing ---------------------------------------------------------------------------------------------------------- */

static void
put_u32(struct buf *b, uint32_t value)
{
	buf_add(b, &value, sizeof value);
}

/* Zeros up to a multiple of eight or four bytes from where the message begins. */
static void
align(struct buf *b, size_t start, size_t to)
{
	buf_add(b, "\0\0\0\0\0\0\0", (to - (b->size - start) % to) % to);
}

static void
put_text(struct buf *b, size_t start, const char *text)
{
	align(b, start, 4);
	put_u32(b, (uint32_t)strlen(text));
	buf_add(b, text, strlen(text) + 1);
}

static void
put_field(struct buf *b, size_t start, char field, char type, const char *text)
{
	align(b, start, 8);
	buf_add(b, (char[]){ field, 1, type, '\0' }, 4);
	put_text(b, start, text);
}

void
dbus_write(struct buf *b, uint32_t serial, const struct dbus_call *c)
{
	size_t start = b->size, body;
	uint32_t size;

	buf_add(b, (char[]){ own_order, CALL, NO_AUTO_START, VERSION }, 4);
	put_u32(b, 0);                  /* the size of the body */
	put_u32(b, serial);
	put_u32(b, 0);                  /* the size of the fields */
	put_field(b, start, PATH, 'o', c->path);
	put_field(b, start, INTERFACE, 's', c->interface);
	put_field(b, start, MEMBER, 's', c->member);
	put_field(b, start, DESTINATION, 's', c->destination);
	if (c->args[0] != NULL) {
		align(b, start, 8);
		buf_add(b, (char[]){ SIGNATURE, 1, 'g', '\0', 2, 's', 's', '\0' }, 8);
	}
	size = (uint32_t)(b->size - start - DBUS_HEAD);
	memcpy(b->data + start + 12, &size, sizeof size);
	align(b, start, 8);
	body = b->size;
	if (c->args[0] != NULL) {
		put_text(b, start, c->args[0]);
		put_text(b, start, c->args[1]);
	}
	size = (uint32_t)(b->size - body);
	memcpy(b->data + start + 4, &size, sizeof size);
}

/* Reading ---------------------------------------------------------------------------------------------------------- */

/* So many bytes, which may be 0, at a multiple of their alignment. NULL, and the reader is bad, where they end. */
static const char *
bytes(struct dbus_reader *r, size_t alignment, size_t n)
{
	size_t from = (r->at + alignment - 1) / alignment * alignment;

	if (r->bad || from > r->end || n > r->end - from) {
		r->bad = true;
		return NULL;
	}
	r->at = from + n;
	return r->message + from;
}

static uint8_t
get_u8(struct dbus_reader *r)
{
	const char *at = bytes(r, 1, 1);

	return at == NULL ? 0 : (uint8_t)*at;
}

uint32_t
dbus_u32(struct dbus_reader *r)
{
	const char *at = bytes(r, 4, 4);
	uint32_t value = 0;

	if (at != NULL)
		memcpy(&value, at, sizeof value);
	return r->swap ? bswap_32(value) : value;
}

static uint64_t
get_u64(struct dbus_reader *r)
{
	const char *at = bytes(r, 8, 8);
	uint64_t value = 0;

	if (at != NULL)
		memcpy(&value, at, sizeof value);
	return r->swap ? bswap_64(value) : value;
}

/* The text of n bytes that stands next, and its NUL. */
static const char *
get_text(struct dbus_reader *r, size_t n)
{
	const char *text = bytes(r, 1, n), *nul = bytes(r, 1, 1);

	if (nul != NULL && *nul == '\0')
		return text;
	r->bad = true;
	return "";
}

const char *
dbus_text(struct dbus_reader *r)
{
	return get_text(r, dbus_u32(r));
}

static const char *
get_signature(struct dbus_reader *r)
{
	return get_text(r, get_u8(r));
}

struct dbus_value
dbus_variant(struct dbus_reader *r)
{
	const char *signature = get_signature(r);
	struct dbus_value v = { .text = "" };

	switch (signature[0] == '\0' || signature[1] != '\0' ? '\0' : signature[0]) {
	case 's': case 'o': v.text = dbus_text(r); break;
	case 'g': v.text = get_signature(r); break;
	case 'y': v.number = get_u8(r); break;
	case 'b': case 'u': v.number = dbus_u32(r); break;
	case 't': v.number = get_u64(r); break;
	default: r->bad = true;
	}
	v.type = r->bad ? '\0' : signature[0];
	return v;
}

struct dbus_reader
dbus_array(struct dbus_reader *r)
{
	size_t n = dbus_u32(r);
	struct dbus_reader array = *r;

	if (bytes(r, 8, n) == NULL)
		return (struct dbus_reader){ .bad = true };
	array.at = r->at - n;
	array.end = r->at;
	return array;
}

bool
dbus_next(struct dbus_reader *array)
{
	return array->at < array->end && bytes(array, 8, 0) != NULL;
}

/* Header fields that are of no concern here may have any value of a basic type. */
static void
read_field(struct dbus_reader *fields, struct dbus_message *m)
{
	uint8_t field = get_u8(fields);
	struct dbus_value v = dbus_variant(fields);

	if (field == REPLY_SERIAL && v.type == 'u')
		m->answers = (uint32_t)v.number;
	else if (field == ERROR_NAME && v.type == 's')
		m->error = v.text;
	else if (field == SIGNATURE && v.type == 'g')
		m->signature = v.text;
}

/* At the first byte of a message; *type is that of the message, *body the size of its body. */
static struct dbus_reader
begin(const char *data, size_t size, uint8_t *type, uint32_t *body)
{
	struct dbus_reader r = { data, 0, size, false, false };
	char order = (char)get_u8(&r);

	r.swap = order == other_order;
	r.bad = order != own_order && order != other_order;
	*type = get_u8(&r);
	get_u8(&r);
	if (get_u8(&r) != VERSION)
		r.bad = true;
	*body = dbus_u32(&r);
	dbus_u32(&r);
	return r;
}

ssize_t
dbus_size(const char head[DBUS_HEAD])
{
	uint32_t body, fields;
	uint8_t type;
	struct dbus_reader r = begin(head, DBUS_HEAD, &type, &body);
	uint64_t size;

	fields = dbus_u32(&r);
	size = ((uint64_t)DBUS_HEAD + fields + 7) / 8 * 8 + body;
	return r.bad || size > DBUS_MESSAGE_MAX ? -EBADMSG : (ssize_t)size;
}

int
dbus_read(const char *data, size_t size, struct dbus_message *m)
{
	uint32_t body;
	uint8_t type;
	struct dbus_reader r = begin(data, size, &type, &body), fields = dbus_array(&r);

	*m = (struct dbus_message){ .signature = "" };
	while (dbus_next(&fields))
		read_field(&fields, m);
	bytes(&r, 8, 0);
	if (r.bad || fields.bad || r.end - r.at != body)
		return -EBADMSG;
	m->is_answer = type == RESULT || type == FAILURE;
	if (type != FAILURE)
		m->error = NULL;
	else if (m->error == NULL)
		return -EBADMSG;
	m->body = r;
	return 0;
}
