/*
 * Metrics that other programs wrote into files: *.prom in the directories of --collector.textfile.directory, in the
 * text format. What comes of a file is kept as it is printed until the file changes. A file is another program's, and
 * may be anything: only regular files are read, and no more of them than the limits below.
 */
#include "../collector.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../clock.h"
#include "../expo/parse.h"
#include "../file.h"
#include "../log.h"
#include "../options.h"
#include "../scrape.h"
#include "../self.h"
#include "../statfs.h"
#include "../text.h"

enum { ALL_MAX = 4 * FILE_MAX, FILES_MAX = 1000 };

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
	    "own file system. A file of more than 4 MiB or 65536 samples is dropped, as are those beyond 16 MiB or 1000 "
	    "files in all. Repeatable." },
	{ 0 },
};

enum reason {
	NONE,
	UNREADABLE, NOT_REGULAR, TOO_LARGE, TOO_MANY, FORMAT, TIMESTAMP,       /* the whole file */
	HELP, TYPE, DUPLICATE,          /* what a file before, or a line, has already */
	COLLECTOR_HAS_IT,
	REASONS,
};

static const char *const reasons[] = {
	[UNREADABLE] = "unreadable", [NOT_REGULAR] = "not_regular", [TOO_LARGE] = "too_large", [TOO_MANY] = "too_many",
	[FORMAT] = "format", [TIMESTAMP] = "timestamp", [HELP] = "help", [TYPE] = "type", [DUPLICATE] = "duplicate",
	[COLLECTOR_HAS_IT] = "collector",
};

/* A text file; or a directory that could not be read, or not wholly. */
struct file {
	char *path;
	struct stat st;                 /* when it was read */
	bool settled;                   /* a change since then would show in st */
	enum reason refused;
	bool again;                     /* a directory is given twice */
	const char *why;                /* it is refused; NULL: refused tells all */
	unsigned line;                  /* for FORMAT */
	size_t needs;                   /* for TOO_LARGE: how much of ALL_MAX; more than that: never */
	struct parsed parsed;
	size_t dropped[REASONS], shadowed, told[REASONS];
	const char *family[REASONS];    /* one of which samples were dropped */
};

/* A family of a file. */
struct part {
	struct file *file;
	const struct parsed_family *f;
	size_t order;
	bool named;                     /* where no HELP is: in what is printed instead */
	enum reason dropped;
};

/* Parts of one name, and what the page is lent of them. */
struct merged {
	struct part *parts;
	size_t n, order;                /* order of the first that is taken */
	enum type type;
	struct lent lent;
	size_t offset;                  /* in joined, where lent.text is NULL */
};

static struct file **files;             /* in the order in which they are found */
static size_t n_files, room_files;
static struct file **by_path;           /* the same in the order of their paths, each once */
static size_t n_by_path;
static struct part *parts;
static size_t n_parts, room_parts;
static struct merged *merged;
static size_t n_merged, room_merged;
static struct lent *lent;
static struct buf joined;               /* families that come of several files */
static struct buf text;
static bool helps_differ;

/* Paths ------------------------------------------------------------------------------------------------------------ */

struct names {
	char **list;
	size_t n, room;
};

static void
add_name(struct names *to, char *name)
{
	to->list = must_grow(to->list, to->n, &to->room, sizeof *to->list);
	to->list[to->n++] = name;
}

static void
free_names(struct names *names)
{
	while (names->n > 0)
		free(names->list[--names->n]);
	free(names->list);
}

/* Without ".", "//" and what ".." takes back, as Go's filepath.Join has it, in place. */
static char *
clean(char *path)
{
	char *first = path + (*path == '/'), *out = first, *least = first;      /* least: what ".." cannot take back */
	size_t n;

	for (char *from = first; *from != '\0'; from += n + (from[n] == '/')) {
		bool up = strncmp(from, "..", n = strcspn(from, "/")) == 0 && n == 2;

		if (n == 0 || (n == 1 && *from == '.') || (up && out == first && *path == '/'))
			continue;
		if (up && out > least) {
			while (out > least && *--out != '/')
				;
			continue;
		}
		if (out > first)
			*out++ = '/';
		memmove(out, from, n);
		out += n;
		least = up ? out : least;
	}
	*out = '\0';
	return path;
}

static char *
joined_path(const char *directory, const char *name)
{
	struct buf b = { 0 };

	buf_print(&b, "%s%s%s", directory, *directory == '\0' ? "" : "/", name);
	return clean(b.data);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a directory that match, in order, hidden ones too; no more than one beyond FILES_MAX. 0 or -errno. */
static int
list(int fd, const char *glob, struct names *names)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;

	if (dir == NULL) {
		close(fd);
		return -errno;
	}
	while (names->n <= FILES_MAX && (entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    fnmatch(glob, entry->d_name, 0) == 0)
			add_name(names, must_copy(entry->d_name));
	closedir(dir);
	if (names->n > 0)
		qsort(names->list, names->n, sizeof *names->list, by_text);
	return 0;
}

static bool
is_local(const struct statfs *fs)
{
	return fs->f_type == EXT4_SUPER_MAGIC || fs->f_type == XFS_SUPER_MAGIC || fs->f_type == BTRFS_SUPER_MAGIC ||
	    fs->f_type == TMPFS_MAGIC || fs->f_type == OVERLAYFS_SUPER_MAGIC;
}

/* One that hangs would hold us: a child asks first, and where that has found a local one, once a minute. */
static bool
answers(const char *path)
{
	static struct {
		uint32_t path;
		double until;
	} local[16];
	struct question q = { .path = path, .far = true };
	uint32_t hash = text_hash(path), at = hash % COUNT(local);

	if (local[at].path == hash && clock_now() < local[at].until)
		return true;
	statfs_ask(&q, 1, 1000);
	local[at].path = hash;
	local[at].until = q.answered && q.err == 0 && is_local(&q.fs) ? clock_now() + 60 : 0;
	return q.answered;
}

static int
open_directory(const char *path)
{
	int fd = answers(path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : (errno = ETIMEDOUT, -1);

	return fd < 0 ? -errno : fd;
}

#define META "*?[\\"

/* What there is in each of the directories that matches a part of a pattern. */
static struct names
step(struct names *from, const char *glob)
{
	struct names to = { 0 };

	for (size_t i = 0; i < from->n; i++) {
		const char *directory = from->list[i];
		struct names found = { 0 };
		struct stat st;
		int fd;

		if (strpbrk(glob, META) == NULL)
			add_name(&found, must_copy(glob));
		else if ((fd = open_directory(*directory == '\0' ? "." : directory)) >= 0)
			list(fd, glob, &found);
		for (size_t k = 0; k < found.n; k++) {
			char *path = joined_path(directory, found.list[k]);

			if (lstat(*path == '\0' ? "." : path, &st) == 0)
				add_name(&to, path);
			else
				free(path);
		}
		free_names(&found);
	}
	free_names(from);
	return to;
}

/* The directories that a flag's value stands for: itself, unless it is a pattern that matches something. */
static struct names
expand(const char *pattern)
{
	struct names paths = { 0 };
	char *copy, *at, *part;

	if (strpbrk(pattern, META) != NULL && pattern[strlen(pattern) - 1] != '/') {
		at = copy = must_copy(pattern);
		add_name(&paths, must_copy(*pattern == '/' ? "/" : ""));
		while ((part = text_word(&at, "/")) != NULL)
			paths = step(&paths, part);
		free(copy);
	}
	if (paths.n == 0)
		add_name(&paths, must_copy(pattern));
	return paths;
}

/* Files ------------------------------------------------------------------------------------------------------------ */

/* err is an errno, or 0. */
static void
refuse(struct file *f, enum reason why, int err)
{
	parsed_free(&f->parsed);
	f->refused = why;
	f->why = err != 0 ? strerror(err) : NULL;
	f->settled = false;
}

static bool
same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool
same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    same_time(a->st_mtim, b->st_mtim) && same_time(a->st_ctim, b->st_ctim);
}

/* The clock of a file system may tick only every two seconds: what changed a moment ago may do so again unseen. */
static bool
is_settled(const struct stat *st)
{
	return st->st_ctim.tv_sec + 2 < time(NULL);
}

/* Opens a file if it is a regular one; others are not even opened, which can have effects. A descriptor, or -errno. */
static int
open_regular(int dir, const char *name, struct stat *st)
{
	int at = openat(dir, name, O_PATH | O_CLOEXEC), fd;
	char path[32];

	if (at < 0)
		return -errno;
	snprintf(path, sizeof path, "/proc/self/fd/%d", at);
	fd = fstat(at, st) != 0 || !S_ISREG(st->st_mode) ? (errno = EINVAL, -1) :
	    open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	close(at);
	return fd;
}

/* Takes what the text has to say; room is how much of ALL_MAX is left. */
static void
take_text(struct file *f, size_t room)
{
	int err;

	f->why = "a NUL";
	f->line = 1;
	parsed_free(&f->parsed);
	err = memchr(text.data, '\0', text.size) != NULL ? -EINVAL :
	    parse(text.data, f->path, room, &f->parsed, &f->line, &f->why);
	f->refused = err == 0 ? NONE : err == -EINVAL ? FORMAT : err == -ETIME ? TIMESTAMP : TOO_LARGE;
	f->needs = room + 1;            /* for TOO_LARGE */
}

static void
read_file(struct file *f, int dir, const char *name, size_t room)
{
	int fd = open_regular(dir, name, &f->st);
	ssize_t n;

	if (fd < 0) {
		refuse(f, fd == -EINVAL ? NOT_REGULAR : UNREADABLE, fd == -EINVAL ? 0 : -fd);
		return;
	}
	f->needs = f->st.st_size > FILE_MAX ? ALL_MAX + 1 : (size_t)f->st.st_size;
	n = f->needs > room ? -EFBIG : file_reread(fd, false, &text);
	close(fd);
	if (n >= 0)
		take_text(f, room);
	else if (n == -EFBIG)
		refuse(f, TOO_LARGE, 0);
	else
		refuse(f, UNREADABLE, (int)-n);
	f->settled = is_settled(&f->st);
}

/* Reads a file anew if it may have changed, or was refused for want of room that there is now. True if so. */
static bool
look(struct file *f, int dir, const char *name, size_t room)
{
	enum reason before = f->refused;
	struct stat st;
	bool there = fstatat(dir, name, &st, 0) == 0;

	if (!there || !S_ISREG(st.st_mode)) {
		refuse(f, there ? NOT_REGULAR : UNREADABLE, there ? 0 : errno);
		return f->refused != before;
	}
	if (f->settled && same(&st, &f->st) && !(f->refused == TOO_LARGE && f->needs <= room))
		return false;
	read_file(f, dir, name, room);
	return f->refused == NONE || f->refused != before;
}

static void
free_file(struct file *f)
{
	parsed_free(&f->parsed);
	free(f->path);
	free(f);
}

/* The directories as they are now, against those of the last time. */
struct tour {
	struct file **before;           /* without those that were met */
	size_t n_before, hint;
	size_t kept;                    /* bytes of text */
	bool changed;
};

/* The file of that path as it was left, to be the next one; path is freed or kept. */
static struct file *
next_file(struct tour *t, char *path)
{
	struct file *f = NULL;

	for (size_t i = 0; i < t->n_before && f == NULL; i++) {
		struct file **at = &t->before[(t->hint + i) % t->n_before];

		if (*at == NULL || strcmp((*at)->path, path) != 0)
			continue;
		f = *at;
		*at = NULL;
		t->hint = (size_t)(at - t->before) + 1;
		t->changed |= i != 0;
	}
	if (f == NULL) {
		f = must_zero(sizeof *f);
		f->path = path;
		t->changed = true;
	} else {
		free(path);
	}
	files = must_grow(files, n_files, &room_files, sizeof(struct file *));
	return files[n_files++] = f;
}

/* A directory that has no files for us, or too many. */
static void
refuse_directory(struct tour *t, const char *path, enum reason why, int err)
{
	struct file *f = next_file(t, must_copy(path));

	t->changed |= f->refused != why;
	refuse(f, why, err);
}

static void
look_in(struct tour *t, const char *path)
{
	struct names names = { 0 };
	int dir, err;

	if (*path == '\0')
		return;
	dir = open_directory(path);
	err = dir < 0 ? dir : list(fcntl(dir, F_DUPFD_CLOEXEC, 0), "*.prom", &names);
	if (err != 0)
		refuse_directory(t, path, UNREADABLE, -err);
	for (size_t i = 0; i < names.n; i++) {
		struct file *f;

		if (n_files >= FILES_MAX) {
			refuse_directory(t, path, TOO_MANY, 0);
			break;
		}
		f = next_file(t, joined_path(path, names.list[i]));
		t->kept -= f->parsed.size;
		t->changed |= look(f, dir, names.list[i], ALL_MAX - t->kept);
		t->kept += f->parsed.size;
	}
	free_names(&names);
	if (dir >= 0)
		close(dir);
}

/* True if anything is not as it was. */
static bool
look_everywhere(void)
{
	struct tour t = { .before = files, .n_before = n_files };

	files = NULL;
	n_files = room_files = 0;
	for (size_t i = 0; i < t.n_before; i++)
		t.kept += t.before[i]->parsed.size;
	for (size_t i = 0; i < directories.n; i++) {
		struct names paths = expand(directories.items[i]);

		for (size_t k = 0; k < paths.n; k++)
			look_in(&t, paths.list[k]);
		free_names(&paths);
	}
	for (size_t i = 0; i < t.n_before; i++)
		if (t.before[i] != NULL) {
			free_file(t.before[i]);
			t.changed = true;
		}
	free(t.before);
	buf_free(&text);
	return t.changed;
}

/* Merging ---------------------------------------------------------------------------------------------------------- */

/* Names of families that the enabled collectors of this page have, and the exporter itself; in order. */
static const char **taken;
static size_t n_taken, room_taken;

static void
take_names(const struct metric *m, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (m[i].name == NULL)
			continue;
		taken = must_grow(taken, n_taken, &room_taken, sizeof(const char *));
		taken[n_taken++] = m[i].name;
	}
}

/* Of a list that ends with one without a name. */
static void
take_list(const struct metric *m)
{
	size_t n = 0;

	while (m != NULL && m[n].name != NULL)
		n++;
	take_names(m, n);
}

static void
prepare(void)
{
	for (size_t i = 0; i < n_collectors; i++) {
		if (collectors[i]->over != NODE || !options_enabled(i))
			continue;
		take_list(collectors[i]->metrics);
		for (const struct table *t = collectors[i]->tables; t != NULL && t->path != NULL; t++)
			take_names(t->metrics, t->n);
	}
	take_list(scrape_metrics);
	take_list(self_metrics);
	qsort(taken, n_taken, sizeof *taken, by_text);
}

static bool
is_taken(const char *name)
{
	return bsearch(&name, taken, n_taken, sizeof *taken, by_text) != NULL;
}

static void
drop(struct part *p, enum reason why)
{
	if (p->dropped != NONE)
		return;
	p->dropped = why;
	p->file->dropped[why] += p->f->samples;
	p->file->family[why] = p->f->name;
}

static int
by_name_and_order(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	int order = strcmp(x->f->name, y->f->name);

	return order != 0 ? order : x->order < y->order ? -1 : x->order > y->order;
}

static int
compare_paths(const void *a, const void *b)
{
	return strcmp((*(struct file *const *)a)->path, (*(struct file *const *)b)->path);
}

static void
sort_files(void)
{
	struct file **at;

	by_path = must_realloc(by_path, (n_files + 1) * sizeof(struct file *));
	n_by_path = 0;
	for (size_t i = 0; i < n_files; i++) {
		at = by_path + array_place(&files[i], by_path, n_by_path, sizeof(struct file *), compare_paths);
		files[i]->again = at < by_path + n_by_path && compare_paths(at, &files[i]) == 0;
		if (files[i]->again)
			continue;
		memmove(at + 1, at, (size_t)(by_path + n_by_path++ - at) * sizeof(struct file *));
		*at = files[i];
	}
}

static void
collect_parts(void)
{
	n_parts = 0;
	for (size_t i = 0; i < n_files; i++) {
		struct file *f = files[i];

		memset(f->dropped, 0, sizeof f->dropped);
		memset(f->family, 0, sizeof f->family);
		f->dropped[f->refused] = f->refused != NONE;
		for (size_t k = 0; k < f->parsed.n && !f->again; k++) {
			const struct parsed_family *family = &f->parsed.families[k];

			parts = must_grow(parts, n_parts, &room_parts, sizeof *parts);
			parts[n_parts] = (struct part){ .file = f, .f = family, .order = n_parts };
			n_parts++;
			if (family->duplicates == 0)
				continue;
			f->dropped[DUPLICATE] += family->duplicates;
			f->family[DUPLICATE] = family->name;
		}
	}
	if (n_parts > 0)
		qsort(parts, n_parts, sizeof *parts, by_name_and_order);
}

/* Once two files had different HELPs, what more files have is dropped as well: so does node_exporter. */
static void
check_helps(struct merged *m)
{
	const char *help = NULL;
	bool differ = false;

	for (size_t i = 0; i < m->n; i++) {
		const char *own = m->parts[i].f->help;

		if (help != NULL && (differ || (own != NULL && strcmp(own, help) != 0))) {
			differ = helps_differ = true;
			drop(&m->parts[i], HELP);
			continue;
		}
		m->parts[i].named = true;
		help = own != NULL ? own : help;
	}
}

static bool
equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The family is as the first part has it; parts with another HELP, or none where it has one, or another type go. */
static void
check_parts(struct merged *m)
{
	const struct parsed_family *first = NULL;

	for (size_t i = 0; i < m->n; i++) {
		struct part *p = &m->parts[i];

		if (p->dropped != NONE)
			continue;
		if (first == NULL) {
			first = p->f;
			m->order = p->order;
			m->type = p->f->type;
		} else if (!equal(first->help, p->f->help)) {
			drop(p, HELP);
		} else if (first->type != p->f->type) {
			drop(p, TYPE);
		}
	}
}

static void
drop_all(struct merged *m, enum reason why)
{
	for (size_t i = 0; i < m->n; i++)
		drop(&m->parts[i], why);
}

static int
by_name(const void *name, const void *element)
{
	return strcmp(name, ((const struct merged *)element)->lent.name);
}

/* A histogram or summary, and another family by the name of one of its parts: the later one goes. */
static void
check_ending(struct merged *whole, const char *ending)
{
	char name[512];
	struct merged *other;

	if (snprintf(name, sizeof name, "%s%s", whole->lent.name, ending) >= (int)sizeof name)
		return;
	other = bsearch(name, merged, n_merged, sizeof *merged, by_name);
	if (other != NULL)
		drop_all(other->order < whole->order ? whole : other, TYPE);
}

static void
check_endings(void)
{
	for (struct merged *m = merged; m < merged + n_merged; m++) {
		if (m->type != HISTOGRAM && m->type != SUMMARY)
			continue;
		check_ending(m, "_sum");
		check_ending(m, "_count");
		if (m->type == HISTOGRAM)
			check_ending(m, "_bucket");
	}
}

/* "Metric read from a, b": the files that have the family. */
static void
print_no_help(struct buf *to, const struct merged *m)
{
	const char *separator = "Metric read from ";

	for (size_t i = 0; i < m->n; i++) {
		if (!m->parts[i].named)
			continue;
		buf_text(to, separator);
		labels_escape(to, m->parts[i].file->path);
		separator = ", ";
	}
	buf_add(to, "", 1);
}

/* A metric of a part. */
struct piece {
	const struct parsed_metric *m;
	struct part *part;
};

static int
by_labels(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;
	int order = parsed_compare(x->part->file->parsed.text, x->m, y->part->file->parsed.text, y->m);

	return order != 0 ? order : x->part->order < y->part->order ? -1 : x->part->order > y->part->order;
}

/* Prints the metrics of all parts in order; of those with the same labels the first file's. */
static void
print_pieces(struct merged *m, struct piece *pieces, size_t n)
{
	const struct piece *last = NULL;

	qsort(pieces, n, sizeof *pieces, by_labels);
	for (const struct piece *p = pieces; p < pieces + n; p++) {
		struct file *f = p->part->file;

		if (last != NULL && parsed_compare(last->part->file->parsed.text, last->m, f->parsed.text, p->m) == 0) {
			f->dropped[DUPLICATE] += p->m->samples;
			f->family[DUPLICATE] = m->lent.name;
			continue;
		}
		buf_add(&joined, f->parsed.text + p->m->start, p->m->size);
		m->lent.samples += p->m->samples;
		last = p;
	}
}

static void
join(struct merged *m)
{
	struct buf no_help = { 0 };
	struct piece *pieces = NULL;
	size_t n = 0, room = 0;
	const char *help = NULL;

	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; m->parts[i].dropped == NONE && k < m->parts[i].f->n; k++) {
			help = m->parts[i].f->help;
			pieces = must_grow(pieces, n, &room, sizeof *pieces);
			pieces[n++] = (struct piece){ &m->parts[i].f->metrics[k], &m->parts[i] };
		}
	print_no_help(&no_help, m);
	m->offset = joined.size;
	parsed_header(&joined, m->lent.name, help != NULL ? help : no_help.data, m->type);
	print_pieces(m, pieces, n);
	m->lent.size = joined.size - m->offset;
	buf_free(&no_help);
	free(pieces);
}

static bool
is_gone(const struct merged *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->parts[i].dropped == NONE)
			return false;
	return true;
}

/* What is of one file is lent as it is there. */
static void
print(struct merged *m)
{
	const struct parsed_family *f = m->parts[0].f;

	if (is_gone(m))
		return;
	if (m->n > 1) {
		join(m);
		return;
	}
	m->lent.text = m->parts[0].file->parsed.text + f->start;
	m->lent.size = f->size;
	m->lent.samples = f->samples;
}

static void
merge(void)
{
	helps_differ = false;
	n_merged = joined.size = 0;
	sort_files();
	collect_parts();
	for (size_t i = 0, k; i < n_parts; i = k) {
		struct merged m = { .parts = &parts[i], .order = SIZE_MAX, .lent = { .name = parts[i].f->name } };

		for (k = i; k < n_parts && strcmp(parts[k].f->name, parts[i].f->name) == 0; k++)
			;
		m.n = k - i;
		merged = must_grow(merged, n_merged, &room_merged, sizeof *merged);
		merged[n_merged++] = m;
	}
	for (struct merged *m = merged; m < merged + n_merged; m++) {
		if (is_taken(m->lent.name))
			drop_all(m, COLLECTOR_HAS_IT);
		check_helps(m);
		check_parts(m);
	}
	check_endings();
	for (struct merged *m = merged; m < merged + n_merged; m++)
		print(m);
	for (struct merged *m = merged; m < merged + n_merged; m++)
		if (m->lent.text == NULL && m->lent.size > 0)
			m->lent.text = joined.data + m->offset;
	lent = must_realloc(lent, (n_merged + 1) * sizeof *lent);
}

/* The page --------------------------------------------------------------------------------------------------------- */

/* Families that another collector has added to meanwhile stay the collector's. */
static void
lend(struct page *p)
{
	size_t n = 0;

	for (size_t i = 0; i < n_files; i++)
		files[i]->shadowed = 0;
	for (struct merged *m = merged; m < merged + n_merged; m++) {
		if (m->lent.size == 0)
			continue;
		if (!page_has(p, m->lent.name)) {
			lent[n++] = m->lent;
			continue;
		}
		for (size_t i = 0; i < m->n; i++)
			if (m->parts[i].dropped == NONE) {
				m->parts[i].file->shadowed += m->parts[i].f->samples;
				m->parts[i].file->family[COLLECTOR_HAS_IT] = m->lent.name;
			}
	}
	page_lend(p, lent, n);
}

/* Once, until it is another number. */
static void
tell(struct file *f, enum reason why, size_t dropped)
{
	char line[24];

	if (dropped == f->told[why])
		return;
	f->told[why] = dropped;
	if (dropped == 0)
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
add_dropped(struct page *p, struct file *f)
{
	for (enum reason why = NONE + 1; why < REASONS; why++) {
		size_t dropped = f->dropped[why] + (why == COLLECTOR_HAS_IT ? f->shadowed : 0);

		tell(f, why, dropped);
		if (dropped > 0)
			page_add(p, &metrics[DROPPED],
			    page_row(p, LABELS({ "file", f->path }, { "reason", reasons[why] })), (double)dropped);
	}
}

static int
update(const struct scope *s, struct page *p)
{
	bool failed;

	(void)s;
	if (look_everywhere())
		merge();
	failed = helps_differ;
	for (size_t i = 0; i < n_by_path; i++) {
		struct file *f = by_path[i];

		if (f->refused == NONE)
			page_add(p, &metrics[MTIME], page_row_of(p, "file", f->path), (double)f->st.st_mtim.tv_sec);
		failed |= f->refused != NONE;
	}
	page_add(p, &metrics[ERROR], 0, failed);
	lend(p);
	for (size_t i = 0; i < n_by_path; i++)
		add_dropped(p, by_path[i]);
	return 0;
}

const struct collector textfile = {
	.name = "textfile",
	.help = "Metrics that other programs wrote into files.",
	.metrics = metrics,
	.update = update,
	.flags = flags,
	.prepare = prepare,
};
