/* The distribution, from os-release(5) of the node's root. */
#include "../collector.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "../clock.h"
#include "../text.h"

static const struct metric metrics[] = {
	{ NULL, GAUGE, ONE, "node_os_info", "The distribution and its version." },
	{ NULL, GAUGE, ONE, "node_os_version", "Major and minor version of the distribution, as a number." },
	{ NULL, GAUGE, ONE, "node_os_support_end_timestamp_seconds", "When its support ends, in Unix time." },
	{ 0 },
};

enum { INFO, VERSION, SUPPORT_END };

enum { ID = 1, ID_LIKE, NAME = 5, VERSION_ID = 11, LABELS, END = LABELS, KEYS };

/* The file's keys in lower case; all but the last are labels of node_os_info. */
static struct label release[KEYS] = {
	{ "build_id" }, { "id" }, { "id_like" }, { "image_id" }, { "image_version" }, { "name" }, { "pretty_name" },
	{ "variant" }, { "variant_id" }, { "version" }, { "version_codename" }, { "version_id" }, { "support_end" },
};

static char
unescaped(char c)
{
	static const char escapes[] = "b\bf\fn\nr\rt\t";

	for (const char *e = escapes; *e != '\0'; e += 2)
		if (*e == c)
			return e[1];
	return c;
}

/* Removes quotes, escapes and a comment in place, as a shell does. False if a quote is not closed. */
static bool
unquote(char *at)
{
	char *out = at, *end = at, quote = '\0';

	for (; *at != '\0' && (quote != '\0' || *at != '#'); at++) {
		if (quote == '\0' && (*at == '"' || *at == '\'')) {
			quote = *at;
			continue;
		}
		if (*at == quote) {
			quote = '\0';
			continue;
		}
		*out++ = quote == '"' && *at == '\\' && at[1] != '\0' ? unescaped(*++at) : *at;
		if (quote != '\0' || (*at != ' ' && *at != '\t'))
			end = out;
	}
	*end = '\0';
	return quote == '\0';
}

static int
parse_line(char *line)
{
	char *value = line, *key = text_field(&value, '=');

	if (value == NULL)
		return -EINVAL;
	value = text_trim(value);
	if (!unquote(value))
		return -EINVAL;
	key = text_trim(text_starts(key, "export ") ? key + sizeof "export" : key);
	for (size_t i = 0; i < KEYS; i++)
		if (strcasecmp(key, release[i].name) == 0 && key[strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")] == '\0')
			release[i].value = value;
	return 0;
}

static int
parse(char *at)
{
	char *line;
	int err = 0;

	for (size_t i = 0; i < KEYS; i++)
		release[i].value = "";
	while (err == 0 && (line = text_line(&at)) != NULL)
		if (*(line = text_trim(line)) != '\0' && *line != '#')
			err = parse_line(line);
	return err;
}

/* The number at the beginning of VERSION_ID. */
static void
add_version(struct page *p)
{
	const char *id = release[VERSION_ID].value;
	char text[32];
	size_t n = strspn(id, "0123456789");
	double version;

	if (id[n] == '.')
		n += 1 + strspn(id + n + 1, "0123456789");
	if (n >= sizeof text)
		return;
	*(char *)mempcpy(text, id, n) = '\0';
	if (text_number(text, &version) && version > 0)
		page_add(p, &metrics[VERSION],
		    page_row(p, LABELS(release[ID], release[ID_LIKE], release[NAME])), version);
}

static int
add_support_end(struct page *p)
{
	struct tm day = { 0 };
	const char *end;

	if (*release[END].value == '\0')
		return 0;
	if ((end = strptime(release[END].value, "%Y-%m-%d", &day)) == NULL || *end != '\0')
		return -EINVAL;
	page_add(p, &metrics[SUPPORT_END], 0, (double)timegm(&day));
	return 0;
}

/* What is read into release stands in kept. 0, -ENODATA, or another -errno. */
static int
read_release(void)
{
	static struct buf kept;
	char *text = place_read_inside(place(ROOT), "etc/os-release");

	if (text == NULL && errno == ENOENT)
		text = place_read_inside(place(ROOT), "usr/lib/os-release");
	if (text == NULL)
		return errno == ENOENT ? -ENODATA : -errno;
	kept.size = 0;
	buf_keep(&kept, text);
	return parse(kept.data);
}

enum { AGE_MAX = 60 };                  /* seconds; releases change seldom */

static int
update(const struct scope *s, struct page *p)
{
	static double read;
	static int err = -EAGAIN;
	double now = clock_now();

	(void)s;
	if (err != 0 || now - read >= AGE_MAX) {
		err = read_release();
		read = now;
	}
	if (err != 0)
		return err;
	page_add(p, &metrics[INFO], page_row(p, release, LABELS), 1);
	add_version(p);
	return add_support_end(p);
}

const struct collector os = {
	.name = "os",
	.help = "The distribution and its version.",
	.metrics = metrics,
	.update = update,
};
