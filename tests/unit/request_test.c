/* Query strings, Accept-Encoding, listen addresses. */
#include "request.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "listen.h"

static void
expect_query(const char *query, const char *expected)
{
	char text[256], *at = strcpy(text, query), got[512] = "";
	const char *name, *value;

	while (query_next(&at, &name, &value))
		sprintf(got + strlen(got), "%s=%s;", name, value);
	cr_expect(eq(str, got, (char *)expected), "%s", query);
}

Test(request, query)
{
	expect_query("collect[]=cpu&collect[]=stat", "collect[]=cpu;collect[]=stat;");
	expect_query("collect%5B%5D=cpu&exclude%5b%5d=a+b", "collect[]=cpu;exclude[]=a b;");
	expect_query("a=1=2&b&=c&&d=", "a=1=2;b=;=c;=;d=;");
	expect_query("a=%zz%4&b=%41%00%", "a=%zz%4;b=A%00%;");
	expect_query("", "=;");
}

static const struct {
	const char *header;
	bool gzip;
} encodings[] = {
	{ NULL, false },
	{ "", false },
	{ "gzip", true },
	{ "GZIP", true },
	{ "x-gzip", true },
	{ "identity", false },
	{ "deflate, gzip;q=1.0, *;q=0.5", true },
	{ "gzip;q=0", false },
	{ "gzip; q = 0.000", false },
	{ "gzip;q=0.001", true },
	{ "gzip ; q=0.8 , br", true },
	{ "*", true },
	{ "*;q=0", false },
	{ "gzip;q=0, *", false },
	{ "*, gzip;q=0", false },
	{ "*;q=0, gzip", true },
	{ "br, deflate", false },
	{ "gzipped", false },
	{ "gzi", false },
	{ ",,gzip", true },
	{ "gzip;q=", false },
};

Test(request, accept_encoding)
{
	for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
		cr_expect(accepts_gzip(encodings[i].header) == encodings[i].gzip, "%s", encodings[i].header);
}

/* Port 0 is always free. Without a spec: refused. 192.0.2.1 is nobody's (RFC 5737). */
static const struct {
	const char *address, *spec;
} specs[] = {
	{ "127.0.0.1:0", "127.0.0.1:0" },
	{ "[127.0.0.1]:0", "127.0.0.1:0" },
	{ "0.0.0.0:0", "0.0.0.0:0" },
	{ "localhost:0", "127.0.0.1:0" },
	{ "9100", NULL },
	{ "", NULL },
	{ ":", NULL },
	{ ":9100s", NULL },
	{ ":9100r", NULL },
	{ ":65536", NULL },
	{ ":-1", NULL },
	{ ":+1", NULL },
	{ ": 1", NULL },
	{ "127.0.0.1", NULL },
	{ "127.0.0.1:", NULL },
	{ "127.0.0.1:0,127.0.0.1:0", NULL },
	{ "127.1:0", NULL },
	{ "node.example:0", NULL },
	{ "::1:0", NULL },
	{ "[::1:0", NULL },
	{ "[]:0", NULL },
	{ "[[::1]]:0", NULL },
	{ "vsock://:9100", NULL },
	{ "192.0.2.1:0", NULL },
};

Test(listen, spec)
{
	char spec[LISTEN_SPEC_MAX];

	for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
		const char *wrong = listen_spec(specs[i].address, spec);

		if (specs[i].spec == NULL)
			cr_expect(wrong != NULL, "%s", specs[i].address);
		else if (wrong != NULL)
			cr_expect(false, "%s: %s", specs[i].address, wrong);
		else
			cr_expect(eq(str, spec, (char *)specs[i].spec));
	}
}
