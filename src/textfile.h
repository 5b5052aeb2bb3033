/* Text files of other programs: what became of each, and the families of all. */
#ifndef TEXTFILE_H
#define TEXTFILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "expo/parse.h"
#include "page.h"

enum { TEXTFILES_BYTES = 16 << 20 };    /* of all files, and of their strings; twice as much of what is printed */

/* Why samples are not on the page. */
enum reason {
	NONE,
	UNREADABLE, NOT_REGULAR, TOO_LARGE, TOO_MANY, FORMAT, TIMESTAMP,       /* the whole file */
	HELP, TYPE, DUPLICATE,          /* what a file before, or a line, has already */
	COLLECTOR_HAS_IT,
	REASONS,
};

/* A text file; or a directory that could not be read, or not wholly. */
struct textfile {
	char *path;
	struct stat st;                 /* when it was read; of a path that is not there all is 0 */
	bool settled;                   /* a change since then would show in st */
	enum reason refused;
	const char *why;                /* it is refused; NULL: refused tells all */
	unsigned line;                  /* for FORMAT */
	bool helps_differ;              /* from those of files before it */
	size_t dropped[REASONS], told[REASONS];
	const char *family[REASONS];    /* one of which samples were dropped; only while they are merged */
};

/* All there is to keep of files: their families as they are printed, in the order of their names. */
struct textfile_families {
	struct lent *list;
	uint32_t *files;                /* the first that has each */
	size_t n;
	struct buf text;
};

/*
 * Merges what was parsed of files, the text's number being the place of the file. A family is as the first file has it;
 * samples that do not agree with it are counted as dropped.
 */
void textfile_merge(struct parsed *p, struct textfile *files, struct textfile_families *to);

/* Counts samples of a file as dropped. */
void textfile_drop(struct textfile *f, enum reason why, const char *family, size_t samples);

#endif
