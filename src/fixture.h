/*
 * JSON in place of what the kernel answers, so that collectors that ask netlink can be run over files: what the flags
 * --collector.NAME.fixtures are for. Read by the rules of Go's encoding/json, for which such files are written.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stddef.h>

enum fixture_kind {
	FIXTURE_NUMBER,         /* to: double, a whole number */
	FIXTURE_TEXT,           /* to: char [FIXTURE_MAX], cut if it is longer */
	FIXTURE_ADDRESS,        /* likewise, aa:bb:cc; in the file it is base64 */
};

enum { FIXTURE_MAX = 128 };

/* A member of an object, and of the struct that it is for. */
struct fixture_field {
	const char *name;               /* case does not matter */
	enum fixture_kind kind;
	size_t offset;
	double least, most;             /* of a number */
};

/*
 * Reads the object in directory/file, or each of the objects of a list into what new gives, and sets the members that they
 * have; null has none. 0; -ENOENT; -EBADMSG if it is not that, or one of the values is of another kind; or another -errno.
 */
int fixture_object(const char *directory, const char *file, const struct fixture_field *fields, size_t n, void *to);
int fixture_list(const char *directory, const char *file, const struct fixture_field *fields, size_t n,
    void *(*new)(void));

#endif
