/* Lines of a mount table, as /proc/<pid>/mountinfo has them. No I/O, no allocation. */
#ifndef MOUNTINFO_H
#define MOUNTINFO_H

#include <stdbool.h>

/* The fields of a line; nothing in them is decoded. */
struct mountinfo {
	char *id, *parent, *major, *minor;
	char *root;                     /* what of the file system is mounted */
	char *point, *options, *type, *device, *super_options;
};

/* Cuts a line, without its newline, in place. False if fields are missing. */
bool mountinfo_cut(char *line, struct mountinfo *m);

/* Decodes \ooo in place: for the characters in only, or for all but NUL if that is NULL. Returns the text. */
char *mountinfo_decode(char *text, const char *only);

#endif
