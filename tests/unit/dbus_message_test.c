/* Calls as a bus takes them, answers in both byte orders, and answers that are cut or spoiled anywhere. */
#include "dbus_message.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A result with the body "v": the text "exec"; to serial 7. */
static const char little[] =
    "l\2\1\1" "\x0d\0\0\0" "\1\0\0\0" "\x0f\0\0\0"
    "\5\1u\0" "\7\0\0\0" "\x08\1g\0" "\1v\0" "\0"
    "\1s\0\0" "\4\0\0\0" "exec";
static const char big[] =
    "B\2\1\1" "\0\0\0\x0d" "\0\0\0\1" "\0\0\0\x0f"
    "\5\1u\0" "\0\0\0\7" "\x08\1g\0" "\1v\0" "\0"
    "\1s\0\0" "\0\0\0\4" "exec";

/* An error; the reserved field 9 of type y is passed over. */
static const char error[] =
    "l\3\1\1" "\0\0\0\0" "\1\0\0\0" "\x1d\0\0\0"
    "\4\1s\0" "\3\0\0\0" "a.b\0" "\0\0\0\0"
    "\5\1u\0" "\7\0\0\0" "\x09\1y\0" "\1" "\0\0\0";

Test(dbus_message, call)
{
	static const char expected[] =
	    "l\1\2\1" "\x12\0\0\0" "\3\0\0\0" "H\0\0\0"
	    "\1\1o\0" "\2\0\0\0" "/p\0" "\0\0\0\0\0"
	    "\2\1s\0" "\3\0\0\0" "i.f\0" "\0\0\0\0"
	    "\3\1s\0" "\3\0\0\0" "Get\0" "\0\0\0\0"
	    "\6\1s\0" "\3\0\0\0" "d.e\0" "\0\0\0\0"
	    "\x08\1g\0" "\2ss\0"
	    "\3\0\0\0" "x.y\0" "\5\0\0\0" "State";
	struct buf b = { 0 };

	buf_add(&b, "odd", 3);          /* alignment is that of the message */
	dbus_write(&b, 3, &(struct dbus_call){ "d.e", "/p", "i.f", "Get", { "x.y", "State" } });
	cr_assert_eq(b.size - 3, sizeof expected);
	cr_expect_arr_eq(b.data + 3, expected, sizeof expected);
	cr_expect_eq(dbus_size(b.data + 3), (ssize_t)sizeof expected);
	b.size = 0;
	dbus_write(&b, 4, &(struct dbus_call){ "d.e", "/p", "i.f", "List", { NULL } });
	cr_expect_eq(dbus_size(b.data), (ssize_t)b.size);
	buf_free(&b);
}

static void
check_result(const char *data, size_t size)
{
	struct dbus_message m;
	struct dbus_value v;

	cr_assert_eq(dbus_size(data), (ssize_t)size);
	cr_assert_eq(dbus_read(data, size, &m), 0);
	cr_expect(m.is_answer && m.error == NULL && m.answers == 7);
	cr_expect_str_eq(m.signature, "v");
	v = dbus_variant(&m.body);
	cr_expect_eq(v.type, 's');
	cr_expect_str_eq(v.text, "exec");
}

Test(dbus_message, byte_orders)
{
	check_result(little, sizeof little);
	check_result(big, sizeof big);
}

Test(dbus_message, error)
{
	struct dbus_message m;

	cr_assert_eq(dbus_read(error, sizeof error - 1, &m), 0);
	cr_expect(m.is_answer && m.answers == 7);
	cr_expect_str_eq(m.error, "a.b");
	cr_expect_str_eq(m.signature, "");
}

/* In memory of just that size, so that a sanitizer sees a read too far. */
static int
read_copy(const char *data, size_t size, struct dbus_message *m)
{
	char *copy = must_realloc(NULL, size + (size == 0));
	int err;

	memcpy(copy, data, size);
	err = dbus_read(copy, size, m);
	if (err == 0)
		dbus_variant(&m->body);
	free(copy);
	return err;
}

Test(dbus_message, cut_and_spoiled)
{
	char spoiled[sizeof little];
	struct dbus_message m;

	for (size_t n = 0; n < sizeof little; n++)
		cr_expect_eq(read_copy(little, n, &m), -EBADMSG, "%zu bytes", n);
	for (size_t i = 0; i < sizeof spoiled; i++)
		for (int c = 0; c < 256; c++) {
			memcpy(spoiled, little, sizeof spoiled);
			spoiled[i] = (char)c;
			read_copy(spoiled, sizeof spoiled, &m);
			dbus_size(spoiled);
		}
}

Test(dbus_message, size)
{
	cr_expect_eq(dbus_size("x\2\1\1" "\0\0\0\0" "\1\0\0\0" "\0\0\0\0"), -EBADMSG);
	cr_expect_eq(dbus_size("l\2\1\2" "\0\0\0\0" "\1\0\0\0" "\0\0\0\0"), -EBADMSG);
	cr_expect_eq(dbus_size("l\2\1\1" "\0\0\0\4" "\1\0\0\0" "\1\0\0\0"), -EBADMSG);
	cr_expect_eq(dbus_size("l\2\1\1" "\xff\xff\xff\xff" "\1\0\0\0" "\xff\xff\xff\xff"), -EBADMSG);
	cr_expect_eq(dbus_size("l\2\1\1" "\3\0\0\0" "\1\0\0\0" "\1\0\0\0"), 27);
}

/* (u, s) twice and a number behind them. */
static const char list[] =
    "\x1a\0\0\0" "\0\0\0\0"
    "\1\0\0\0" "\1\0\0\0" "a\0" "\0\0\0\0\0\0"
    "\2\0\0\0" "\1\0\0\0" "b\0" "\0\0"
    "\x09\0\0\0";

Test(dbus_message, array)
{
	struct dbus_reader r = { list, 0, sizeof list - 1, false, false }, array = dbus_array(&r);

	for (uint32_t i = 1; i <= 2; i++) {
		cr_assert(dbus_next(&array));
		cr_expect_eq(dbus_u32(&array), i);
		cr_expect_str_eq(dbus_text(&array), i == 1 ? "a" : "b");
	}
	cr_expect(!dbus_next(&array) && !array.bad);
	cr_expect_eq(dbus_u32(&r), 9);
	cr_expect(!r.bad);
	cr_expect_eq(dbus_u32(&r), 0);
	cr_expect(r.bad);
}

/* An element does not reach into what is behind the array. */
Test(dbus_message, short_array)
{
	char cut[sizeof list];
	struct dbus_reader r, array;

	memcpy(cut, list, sizeof cut);
	cut[0] = 0x18;
	r = (struct dbus_reader){ cut, 0, sizeof cut - 1, false, false };
	array = dbus_array(&r);
	while (dbus_next(&array)) {
		dbus_u32(&array);
		dbus_text(&array);
	}
	cr_expect(array.bad);
	cut[1] = 1;
	r = (struct dbus_reader){ cut, 0, sizeof cut - 1, false, false };
	cr_expect(!dbus_next(&(struct dbus_reader){ 0 }));
	cr_expect(dbus_array(&r).bad && r.bad);
}
