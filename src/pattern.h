/* Regular expressions as node_exporter's flags take them: RE2 syntax, matching anywhere in the word. */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct pattern;

/* NULL with the reason in error if the text is no expression. */
struct pattern *pattern_new(const char *text, char *error, size_t size);
bool pattern_matches(const struct pattern *p, const char *word);

/* Which names a collector takes. The texts are set by flags; "" is no pattern. */
struct filter {
	const char *include, *exclude;
	const char *flag;               /* both together are refused, naming this; NULL: exclude wins */
	struct pattern *included, *excluded;
};

/* Compiles the patterns; an include set without an exclude drops the default exclude. Exits with a message if bad. */
void filter_prepare(struct filter *f, const char *default_exclude);

/* Takes the pattern of a deprecated flag, before that. Exits with a message if the flag that replaced it is set too. */
void filter_inherit(const char **pattern, const char *const *old);

/* True if the word is to be taken. */
bool filter_takes(const struct filter *f, const char *word);

#endif
