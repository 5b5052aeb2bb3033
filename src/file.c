/* Reading files whole. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The kernel allocates and clears as much as a read of /proc/sys asks for, and hands out most other files in pieces of
 * at most a page, so asking for more than a page at first gains nothing.
 */
enum { PIECE = 4096, ROW_MAX = 512 };

int
file_directory(int dir, const char *path)
{
	int fd = openat(dir, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Whether there may be more behind a read of n bytes of what was wanted; procfs fills no more than a page at once. */
static bool
is_more(enum file_end end, ssize_t n, size_t want)
{
	switch (end) {
	case END_SHORT: return (size_t)n == want;
	case END_ROOM: return n + ROW_MAX > PIECE;
	case END_EMPTY: break;
	}
	return true;
}

ssize_t
file_reread(int fd, enum file_end end, struct buf *b)
{
	size_t want;
	ssize_t n;

	b->size = 0;
	do {
		want = b->size < PIECE ? PIECE : b->size;
		n = pread(fd, buf_reserve(b, want + 1), want, (off_t)b->size);
		if (n > 0)
			b->size += (size_t)n;
		if (b->size > KERNEL_FILE_MAX)
			return -EFBIG;
	} while (n > 0 ? is_more(end, n, want) : n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	b->data[b->size] = '\0';
	return (ssize_t)b->size;
}

static ssize_t
read_and_close(int fd, enum file_end end, struct buf *b)
{
	ssize_t n = file_reread(fd, end, b);

	close(fd);
	return n;
}

ssize_t
file_read_until(int dir, const char *path, enum file_end end, struct buf *b)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : read_and_close(fd, end, b);
}

ssize_t
file_read(int dir, const char *path, struct buf *b)
{
	return file_read_until(dir, path, END_EMPTY, b);
}

/* Hands out the whole lines of a text of n bytes. How many bytes are left behind them. */
static size_t
hand_out(char *text, size_t n, void (*take)(char *, void *), void *to)
{
	char *at = text, *end;

	while ((end = memchr(at, '\n', n - (size_t)(at - text))) != NULL) {
		*end = '\0';
		take(at, to);
		at = end + 1;
	}
	n -= (size_t)(at - text);
	memmove(text, at, n);
	return n;
}

int
file_lines(int dir, const char *path, void (*take)(char *, void *), void *to)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	char text[2 * PIECE + 1];
	size_t size = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, text + size, PIECE)) > 0) {
		size = hand_out(text, size + (size_t)n, take, to);
		if (size > PIECE)
			break;
	}
	if (n < 0)
		n = -errno;
	close(fd);
	if (n > 0)
		return -EINVAL;
	text[size] = '\0';
	if (n == 0 && size > 0)
		take(text, to);
	return (int)n;
}

int
file_entries(int fd, file_entry_taker *take, void *to)
{
	_Alignas(struct dirent64) char entries[16384];
	const struct dirent64 *entry;
	ssize_t size;

	while ((size = getdents64(fd, entries, sizeof entries)) > 0)
		for (ssize_t at = 0; at < size; at += entry->d_reclen) {
			entry = (const struct dirent64 *)(const void *)(entries + at);
			take(entry, to);
		}
	return size < 0 ? -errno : 0;
}

ssize_t
file_read_inside(int root, const char *path, struct buf *b)
{
	int fd = file_open_inside(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int err;

	if (fd < 0)
		return fd;
	err = fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ? -EINVAL : st.st_size > FILE_MAX ? -EFBIG : 0;
	if (err == 0)
		return read_and_close(fd, END_EMPTY, b);
	close(fd);
	return err;
}
