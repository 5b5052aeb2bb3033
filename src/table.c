/* Running a collector's tables over a scope. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "reading.h"

static struct buf text;

static int
read_plain(struct reading *r, const struct scope *s)
{
	ssize_t n = place_read_to(s, r->t->path, &text);

	if (n == 0 && r->t->place < PLACES)     /* those of a cgroup may be empty */
		return -EINVAL;
	return n < 0 ? (int)n : r->t->read(r, text.data);
}

/* One row for each name that the '*' stands for; a row that cannot be read costs only itself. */
static int
read_each(struct reading *r, const struct scope *s, const char *star)
{
	const char *part = memrchr(r->t->path, '/', (size_t)(star - r->t->path)), *rest = strchrnul(star, '/');
	int prefix = part == NULL ? 0 : (int)(part - r->t->path), n, err = 0;
	char path[512], glob[64], **names;
	ssize_t size;

	part = part == NULL ? r->t->path : part + 1;
	snprintf(path, sizeof path, "%.*s", prefix, r->t->path);
	snprintf(glob, sizeof glob, "%.*s", (int)(rest - part), part);
	if ((n = place_list(s, prefix == 0 ? "." : path, glob, &names)) < 0)
		return n;
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%.*s/%s%s", prefix, r->t->path, names[i], rest);
		if (!reading_row(r, names[i], &r->row))
			continue;
		size = place_read_to(s, path + (prefix == 0), &text);
		r->keys = r->passed = 0;
		if (size >= 0 ? r->t->read(r, text.data) != 0 : !device_no_answer((int)size))
			err = size < 0 ? (int)size : -EINVAL;
	}
	place_list_free(names, n);
	return err;
}

int
table_parse_row(const struct table *t, char *at, uint32_t row, struct page *p)
{
	struct reading r = reading_new(t, p, row);

	return t->read(&r, at);
}

int
table_parse(const struct table *t, char *at, struct page *p)
{
	return table_parse_row(t, at, 0, p);
}

int
table_read(const struct table *t, const struct scope *s, struct page *p)
{
	struct reading r = reading_new(t, p, 0);
	const char *star = strchr(t->path, '*');

	if (t->place < PLACES)
		s = place(t->place);
	place_note(s, t->path);
	if (s->dir < 0)
		return -ENOENT;
	return star == NULL ? read_plain(&r, s) : read_each(&r, s, star);
}

static bool
absent(int err)
{
	return err == -ENOENT || err == -EOPNOTSUPP || err == -ENODATA;
}

int
table_run(const struct collector *c, const struct scope *s, struct page *p)
{
	int err, result = 0;

	for (const struct table *t = c->tables; t != NULL && t->path != NULL; t++) {
		if (t->by_update)
			continue;
		err = table_read(t, s, p);
		if (err == 0 || (absent(err) && t->optional) || (result != 0 && !absent(result)))
			continue;
		result = err;
		if (!absent(err))
			place_blame();
	}
	return absent(result) ? -ENODATA : result;
}
