/*
 * Metrics that other programs wrote into files: *.prom in the directories of --collector.textfile.directory, in the
 * text format. What comes of all is kept as it is printed, and all are read anew when one has changed. A file is another
 * program's, and may be anything: only regular files are read, and no more of them than the limits below.
 */
#include "../collector.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../file.h"
#include "../log.h"
#include "../paths.h"
#include "../textfile.h"

enum { FILES_MAX = 1000, SAMPLES_ALL_MAX = 4 * PARSED_SAMPLES_MAX };

enum { MTIME, ERROR, DROPPED };

static const struct metric metrics[] = {
	[MTIME] = { "mtime", GAUGE, ONE, "node_textfile_mtime_seconds", "When a text file that was read was changed." },
	[ERROR] = { "error", GAUGE, ONE, "node_textfile_scrape_error",
	    "1 if a directory or file could not be read or was refused, or files differ in the HELP of a family." },
	[DROPPED] = { "dropped", GAUGE, ONE, "nodegauge_textfile_dropped",
	    "Samples of a text file that are not on the page, by reason; 1 if it is the file or directory." },
	{ 0 },
};

static struct flag_list directories;

static const struct flag flags[] = {
	{ "collector.textfile.directory", LIST, &directories,
	    "A directory whose *.prom files are read, or a pattern of directories; it is looked for in the exporter's "
	    "own file system. A file of more than 4 MiB or 65536 samples is dropped, as are those beyond four times as "
	    "much or 1000 files in all. Repeatable." },
	{ 0 },
};

static const char *const reasons[] = {
	[UNREADABLE] = "unreadable", [NOT_REGULAR] = "not_regular", [TOO_LARGE] = "too_large", [TOO_MANY] = "too_many",
	[FORMAT] = "format", [TIMESTAMP] = "timestamp", [HELP] = "help", [TYPE] = "type", [DUPLICATE] = "duplicate",
	[COLLECTOR_HAS_IT] = "collector",
};

struct list {
	struct textfile *files;
	size_t n, room;
};

static struct list list;                /* in the order in which they are found */
static struct textfile_families families;
static struct lent *lent;

/* Files ------------------------------------------------------------------------------------------------------------ */

static bool
same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool
same(const struct textfile *a, const struct textfile *b)
{
	return strcmp(a->path, b->path) == 0 && a->st.st_dev == b->st.st_dev && a->st.st_ino == b->st.st_ino &&
	    a->st.st_size == b->st.st_size && same_time(a->st.st_mtim, b->st.st_mtim) &&
	    same_time(a->st.st_ctim, b->st.st_ctim);
}

/* The path is the list's from here on. */
static struct textfile *
add_file(struct list *to, char *path)
{
	to->files = must_grow(to->files, to->n, &to->room, sizeof *to->files);
	to->files[to->n] = (struct textfile){ .path = path, .settled = true };
	return &to->files[to->n++];
}

/* err is an errno, or 0. */
static void
refuse(struct textfile *f, enum reason why, int err)
{
	f->refused = why;
	f->why = err != 0 ? strerror(err) : NULL;
}

static void
look_in(struct list *to, const char *directory)
{
	struct paths paths = { 0 };
	int err = paths_in(directory, "*.prom", FILES_MAX + 1, &paths);

	for (size_t i = 0; i < paths.n && to->n < FILES_MAX; i++) {
		struct textfile *f = add_file(to, paths.list[i]);

		paths.list[i] = NULL;
		if (stat(f->path, &f->st) != 0) {
			refuse(f, UNREADABLE, errno);
			f->st = (struct stat){ 0 };
		}
	}
	if (err != 0 || (paths.n > 0 && paths.list[paths.n - 1] != NULL))
		refuse(add_file(to, must_copy(directory)), err != 0 ? UNREADABLE : TOO_MANY, -err);
	paths_free(&paths);
}

static struct list
look_everywhere(void)
{
	struct list found = { 0 };
	struct paths paths = { 0 };

	for (size_t i = 0; i < directories.n; i++)
		paths_expand(directories.items[i], &paths);
	for (size_t i = 0; i < paths.n; i++)
		look_in(&found, paths.list[i]);
	paths_free(&paths);
	return found;
}

static bool
has_changed(const struct list *now)
{
	for (size_t i = 0; i < now->n && now->n == list.n; i++)
		if (!list.files[i].settled || !same(&now->files[i], &list.files[i]))
			return true;
	return now->n != list.n;
}

static void
free_list(struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->files[i].path);
	free(l->files);
}

/* Reading ---------------------------------------------------------------------------------------------------------- */

/* Reads a file if it is a regular one of no more than so many bytes; others are not even opened, which can have effects. */
static ssize_t
read_file(struct textfile *f, size_t most, struct buf *text)
{
	ssize_t n;
	int fd;

	if (!S_ISREG(f->st.st_mode))
		return -EINVAL;
	if ((fd = open(f->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) < 0)
		return -errno;
	n = fstat(fd, &f->st) != 0 || !S_ISREG(f->st.st_mode) ? -EINVAL :
	    (size_t)f->st.st_size > most ? -EFBIG : file_reread(fd, END_EMPTY, text);
	close(fd);
	return n;
}

/*
 * Adds what a file says. A moment later it may change unseen, as the clock of a file system may tick only every two
 * seconds; and what could not be read, but for want of permission, may be read the next time.
 */
static void
take_file(struct textfile *f, struct parsed *to, struct buf *text, size_t *left)
{
	ssize_t n = read_file(f, *left < FILE_MAX ? *left : FILE_MAX, text);
	int err;

	f->settled = f->st.st_ctim.tv_sec + 2 < time(NULL);
	if (n >= 0) {
		*left -= (size_t)n < *left ? (size_t)n : *left;
		err = parse(to, text->data, (size_t)n, (uint32_t)(f - list.files), TEXTFILES_BYTES, &f->line, &f->why);
		f->refused = err == 0 ? NONE : err == -EINVAL ? FORMAT : err == -ETIME ? TIMESTAMP : TOO_LARGE;
	} else if (n == -EINVAL || n == -EFBIG) {
		refuse(f, n == -EINVAL ? NOT_REGULAR : TOO_LARGE, 0);
	} else {
		refuse(f, UNREADABLE, (int)-n);
		f->settled &= n == -EACCES;
	}
}

/* What was told of files that were there before. */
static void
remember(const struct list *before)
{
	for (size_t i = 0; i < list.n; i++)
		for (size_t k = 0; k < before->n; k++) {
			const struct textfile *old = &before->files[(i + k) % before->n];

			if (strcmp(old->path, list.files[i].path) != 0)
				continue;
			memcpy(list.files[i].told, old->told, sizeof old->told);
			break;
		}
}

/* Once, until it is another number. */
static void
tell(struct textfile *f, enum reason why)
{
	char line[24];

	if (f->dropped[why] == f->told[why])
		return;
	f->told[why] = f->dropped[why];
	if (f->told[why] == 0)
		return;
	snprintf(line, sizeof line, "%u", f->line);
	if (why < HELP)
		log_line(LOG_WARN, "text file refused", "file", f->path, "reason", reasons[why],
		    f->why != NULL ? "err" : NULL, f->why, why == FORMAT ? "line" : NULL, line, NULL);
	else
		log_line(LOG_WARN, "samples of a text file dropped", "file", f->path, "reason", reasons[why],
		    "family", f->family[why], NULL);
}

static void
read_all(void)
{
	struct parsed parsed = { 0 };
	struct buf text = { 0 };
	size_t left = TEXTFILES_BYTES;

	for (struct textfile *f = list.files; f < list.files + list.n; f++) {
		if (f->refused == NONE && parsed.n_samples >= SAMPLES_ALL_MAX)
			refuse(f, TOO_LARGE, 0);
		else if (f->refused == NONE)
			take_file(f, &parsed, &text, &left);
		textfile_drop(f, f->refused, NULL, f->refused != NONE);
	}
	textfile_merge(&parsed, list.files, &families);
	lent = must_realloc(lent, (families.n + 1) * sizeof *lent);
	for (struct textfile *f = list.files; f < list.files + list.n; f++)
		for (enum reason why = NONE + 1; why < COLLECTOR_HAS_IT; why++)
			tell(f, why);
	buf_free(&text);
	parsed_free(&parsed);
}

/* The page --------------------------------------------------------------------------------------------------------- */

static void
refresh(void)
{
	struct list before = list, now = look_everywhere();

	if (!has_changed(&now)) {
		free_list(&now);
		return;
	}
	list = now;
	remember(&before);
	free_list(&before);
	read_all();
}

/* Families that a collector has added to are the collector's. */
static void
lend(struct page *p)
{
	size_t n = 0;

	for (size_t i = 0; i < list.n; i++)
		list.files[i].dropped[COLLECTOR_HAS_IT] = 0;
	for (size_t i = 0; i < families.n; i++)
		if (page_has(p, families.list[i].name))
			textfile_drop(&list.files[families.files[i]], COLLECTOR_HAS_IT, families.list[i].name,
			    families.list[i].samples);
		else
			lent[n++] = families.list[i];
	page_lend(p, lent, n);
}

static void
add_dropped(struct page *p, struct textfile *f)
{
	tell(f, COLLECTOR_HAS_IT);
	for (enum reason why = NONE + 1; why < REASONS; why++)
		if (f->dropped[why] > 0)
			page_add(p, &metrics[DROPPED],
			    page_row(p, LABELS({ "file", f->path }, { "reason", reasons[why] })), (double)f->dropped[why]);
}

static int
update(const struct scope *s, struct page *p)
{
	bool failed = false;

	(void)s;
	refresh();
	for (size_t i = 0; i < list.n; i++) {
		const struct textfile *f = &list.files[i];

		if (f->refused == NONE)
			page_add(p, &metrics[MTIME], page_row_of(p, "file", f->path), (double)f->st.st_mtim.tv_sec);
		failed |= f->refused != NONE || f->helps_differ;
	}
	page_add(p, &metrics[ERROR], 0, failed);
	lend(p);
	for (size_t i = 0; i < list.n; i++)
		add_dropped(p, &list.files[i]);
	return 0;
}

const struct collector textfile = {
	.name = "textfile",
	.help = "Metrics that other programs wrote into files.",
	.metrics = metrics,
	.update = update,
	.flags = flags,
};
