/* Devices of sysfs. */
#include "device.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "place.h"
#include "text.h"

static void
print_path(struct buf *b, const struct device *d)
{
	if (d->of != NULL)
		print_path(b, d->of);
	if (strcmp(d->where, ".") != 0)
		buf_print(b, "%s/", d->where);
	buf_print(b, "%s/", d->name);
}

int
device_blame(const struct device *d, const char *file, int err)
{
	struct buf path = { 0 };

	print_path(&path, d);
	buf_print(&path, "%s", file);
	place_note(place(SYS), path.data);
	place_blame();
	buf_free(&path);
	return err;
}

/* The inode of an entry, which a new device of the same name does not have; 0 if there is none. */
static ino_t
inode_of(int dir, const char *path)
{
	struct stat st;

	return fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_ino : 0;
}

typedef int adder(const struct device *, struct page *);

/* Room for the inodes of those of n devices that were not ours when they were read last, and 0 for the others. */
static ino_t *
not_ours(adder *add, size_t n)
{
	static struct {
		adder *add;
		ino_t *inodes;
		size_t n;
	} known[32];
	size_t i = 0;

	while (known[i].add != NULL && known[i].add != add)
		i++;
	assert(i + 1 < COUNT(known));
	known[i].add = add;
	if (n > known[i].n) {
		known[i].inodes = must_realloc(known[i].inodes, n * sizeof *known[i].inodes);
		memset(known[i].inodes + known[i].n, 0, (n - known[i].n) * sizeof *known[i].inodes);
		known[i].n = n;
	}
	return known[i].inodes;
}

/* What add says; a failure is none if the device has gone meanwhile. */
static int
add_device(struct device *d, int dir, const char *path, adder *add, struct page *p)
{
	int err;

	if ((d->dir = file_directory(dir, path)) < 0)
		return 0;
	err = add(d, p);
	close(d->dir);
	return err < 0 && inode_of(dir, path) == 0 ? 0 : err;
}

int
device_each(const struct device *of, const char *where, const char *glob,
    int (*add)(const struct device *, struct page *), struct page *p)
{
	const struct scope below = { .dir = of == NULL ? place(SYS)->dir : of->dir };
	char **names, path[PATH_MAX];
	int n = place_list(&below, where, glob, &names), result = 0, err;
	ino_t *skip;

	if (n < 0)
		return n == -ENOENT || n == -EACCES || n == -EPERM ? -ENODATA : n;
	skip = not_ours(add, (size_t)n);
	for (int i = 0; i < n; i++) {
		struct device d = { of, where, names[i] };

		snprintf(path, sizeof path, "%s/%s", where, names[i]);
		if (skip[i] != 0 && skip[i] == inode_of(below.dir, path))
			continue;
		err = add_device(&d, below.dir, path, add, p);
		skip[i] = err == NOT_OURS ? inode_of(below.dir, path) : 0;
		if (err < 0 && (result == 0 || result == -ENODATA))
			result = err == -ENOENT ? -ENODATA : err;
	}
	place_list_free(names, n);
	return result;
}

static struct buf attribute;

/* The text of an attribute, good until the next, or NULL and an -errno. */
static char *
read_text(const struct device *d, const char *file, int *err)
{
	ssize_t n = file_read_until(d->dir, file, END_SHORT, &attribute);

	*err = n < 0 ? (int)n : 0;
	if (n < 0)
		return NULL;
	if (n > ATTRIBUTE_MAX)
		attribute.data[ATTRIBUTE_MAX] = '\0';
	return text_trim(attribute.data);
}

int
device_text(const struct device *d, const char *file, char to[ATTRIBUTE_MAX + 1])
{
	int err;
	const char *text = read_text(d, file, &err);

	if (text != NULL)
		strcpy(to, text);
	return err == 0 || err == -ENOENT ? err : device_blame(d, file, err);
}

int
device_number(const struct device *d, const char *file, int base, uint64_t *value)
{
	int err;
	const char *text = read_text(d, file, &err);

	if (text != NULL && !text_u64(text, base, value))
		err = -EINVAL;
	return err == 0 || err == -ENOENT ? err : device_blame(d, file, err);
}

static bool
no_answer(int err)
{
	return err == -ENOENT || err == -EACCES || err == -EPERM || err == -EINVAL || err == -EOPNOTSUPP;
}

/* Drivers before Linux 4.17 say "N/A (no PMA)" where they cannot count. */
static int
read_value(const struct device *d, const char *file, double *value)
{
	uint64_t number;
	int err;
	const char *text = read_text(d, file, &err);

	*value = NAN;
	if (text == NULL)
		return no_answer(err) ? 0 : device_blame(d, file, err);
	if (text_u64(text, 0, &number))
		*value = (double)number;
	else if (strstr(text, "N/A (no PMA)") == NULL)
		return device_blame(d, file, -EINVAL);
	return 0;
}

int
device_numbers(const struct device *d, const char *directory, const struct metric *metrics, size_t n, double values[])
{
	struct device in = { d, ".", directory, file_directory(d->dir, directory) };
	int result = 0, err;

	for (size_t i = 0; i < n; i++)
		values[i] = NAN;
	if (in.dir < 0)
		return in.dir;
	for (size_t i = 0; i < n; i++)
		if ((err = read_value(&in, metrics[i].key, &values[i])) != 0)
			result = err;
	close(in.dir);
	return result;
}
