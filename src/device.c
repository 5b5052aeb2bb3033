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
#include "slow.h"
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

bool
device_no_answer(int err)
{
	return err == -EINVAL || err == -EACCES || err == -EPERM || err == -ENOENT || err == -ENODEV || err == -ENXIO ||
	    err == -EOPNOTSUPP || err == -ENODATA || err == -ENOTDIR || err == -EAGAIN;
}

ssize_t
device_read(int dir, const char *file, char to[ATTRIBUTE_MAX + 1])
{
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -errno : slow_read(fd, to, ATTRIBUTE_MAX);

	to[n < 0 ? 0 : n] = '\0';
	return n;
}

/* The text of an attribute, in room, or NULL and an -errno. */
static char *
read_text(const struct device *d, const char *file, char room[ATTRIBUTE_MAX + 1], int *err)
{
	ssize_t n = device_read(d->dir, file, room);

	*err = n < 0 ? (int)n : 0;
	return n < 0 ? NULL : text_trim(room);
}

int
device_text(const struct device *d, const char *file, char to[ATTRIBUTE_MAX + 1])
{
	char room[ATTRIBUTE_MAX + 1];
	int err;
	const char *text = read_text(d, file, room, &err);

	if (text != NULL)
		strcpy(to, text);
	return err == 0 || err == -ENOENT ? err : device_blame(d, file, err);
}

int
device_number(const struct device *d, const char *file, int base, uint64_t *value)
{
	char room[ATTRIBUTE_MAX + 1];
	int err;
	const char *text = read_text(d, file, room, &err);

	if (text != NULL && !text_u64(text, base, value))
		err = -EINVAL;
	return err == 0 || err == -ENOENT ? err : device_blame(d, file, err);
}

char *
device_answer(const struct device *d, const char *file, char to[ATTRIBUTE_MAX + 1], int *err)
{
	int reason;
	char *text = read_text(d, file, to, &reason);

	if (text == NULL && err != NULL && !device_no_answer(reason))
		*err = device_blame(d, file, reason);
	return text;
}

/* Some drivers print in hexadecimal, with 0x before it. */
static double
integer(const char *word)
{
	bool minus = *word == '-';
	uint64_t n;

	if (!text_u64(word + minus, 0, &n))
		return NAN;
	return minus ? -(double)n : (double)n;
}

/* Drivers of InfiniBand before Linux 4.17 say "N/A (no PMA)" where they cannot count. */
double
device_value(const struct device *d, const char *file, int *err)
{
	char room[ATTRIBUTE_MAX + 1], *text = device_answer(d, file, room, err);
	double value = text == NULL ? NAN : integer(text);

	if (text != NULL && err != NULL && isnan(value) && strstr(text, "N/A (no PMA)") == NULL)
		*err = device_blame(d, file, -EINVAL);
	return value;
}

void
device_add(const struct device *d, const struct metric *metrics, size_t n, uint32_t row, struct page *p, int *err)
{
	double value;

	for (size_t i = 0; i < n; i++) {
		if (metrics[i].key == NULL || isnan(value = device_value(d, metrics[i].key, err)))
			continue;
		if (value >= 0 || metrics[i].type != COUNTER)
			page_add(p, &metrics[i], row, value);
		else if (err != NULL)
			*err = device_blame(d, metrics[i].key, -EINVAL);
	}
}

int
device_add_below(const struct device *d, const char *directory, const struct metric *metrics, size_t n, uint32_t row,
    struct page *p)
{
	const struct device below = { d, ".", directory, file_directory(d->dir, directory) };
	int err = 0;

	if (below.dir < 0)
		return below.dir;
	device_add(&below, metrics, n, row, p, &err);
	close(below.dir);
	return err;
}

void
device_label(const struct device *d, const struct label *wanted, size_t n, enum which_labels which,
    struct device_labels *to, int *err)
{
	const char *text;

	to->n = 0;
	for (size_t i = 0; i < n; i++) {
		text = wanted[i].value == NULL ? d->name : device_answer(d, wanted[i].value, to->room[i], err);
		if (text == NULL ? which == ALL_LABELS : *text != '\0' || which != FILLED_LABELS)
			to->labels[to->n++] = (struct label){ wanted[i].name, text == NULL ? "" : text };
	}
}
