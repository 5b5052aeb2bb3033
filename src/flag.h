/* Command line flags, as data. */
#ifndef FLAG_H
#define FLAG_H

#include <stdbool.h>

enum flag_kind {
	TEXT,           /* to: const char * */
	SWITCH,         /* to: bool; --name and --no-name */
	NUMBER,         /* to: unsigned */
	DURATION,       /* to: double, in seconds; given as 500ms, 10s or 2m */
	LIST,           /* to: struct flag_list; repeatable */
};

struct flag {
	const char *name;       /* without dashes */
	enum flag_kind kind;
	void *to;               /* holds the default until it is set */
	const char *help;       /* NULL: accepted, but not shown */
	const char *shown;      /* the default as --help shows it, where *to does not say it */
};

/* The name of the flag that sets this variable, for messages; "?" if none does. */
const char *flag_name(const void *to);

struct flag_list {
	const char *items[256];
	unsigned n;
};

#endif
