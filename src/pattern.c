/* Regular expressions by PCRE2, held to what RE2 would do: no backslash-C, $ at the very end, a bounded search. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "pattern.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "flag.h"

enum { STEPS_MAX = 100000 };    /* of one match; RE2 needs no limit, a backtracking matcher does */

struct pattern {
	pcre2_code *code;
	pcre2_match_context *context;
};

struct pattern *
pattern_new(const char *text, char *error, size_t size)
{
	struct pattern *p;
	PCRE2_SIZE offset;
	PCRE2_UCHAR reason[128];
	int code;
	pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
	    PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C, &code, &offset, NULL);

	if (compiled == NULL) {
		pcre2_get_error_message(code, reason, sizeof reason);
		snprintf(error, size, "%s at offset %zu", (char *)reason, (size_t)offset);
		return NULL;
	}
	p = must_zero(sizeof *p);
	p->code = compiled;
	p->context = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(p->context, STEPS_MAX);
	return p;
}

bool
pattern_matches(const struct pattern *p, const char *word)
{
	static pcre2_match_data *match; /* its workspace of 20 kB serves all patterns, of which collections alone ask */

	if (match == NULL)
		match = pcre2_match_data_create(1, NULL);
	return pcre2_match(p->code, (PCRE2_SPTR)word, strlen(word), 0, 0, match, p->context) >= 0;
}

static struct pattern *
prepare(const char *const *to)
{
	const char *text = *to;
	char error[200];
	struct pattern *p;

	if (text == NULL || *text == '\0')
		return NULL;
	p = pattern_new(text, error, sizeof error);
	if (p == NULL) {
		fprintf(stderr, "nodegauge: --%s: bad regular expression '%s': %s\n", flag_name(to), text, error);
		exit(1);
	}
	return p;
}

void
filter_prepare(struct filter *f, const char *default_exclude)
{
	bool include = f->include != NULL && *f->include != '\0';

	if (include && f->exclude == default_exclude)
		f->exclude = NULL;
	if (include && f->exclude != NULL && *f->exclude != '\0' && f->flag != NULL) {
		fprintf(stderr, "nodegauge: --%s-include and --%s-exclude exclude each other\n", f->flag, f->flag);
		exit(1);
	}
	f->included = prepare(&f->include);
	f->excluded = prepare(&f->exclude);
}

void
filter_inherit(const char **pattern, const char *const *old)
{
	if (*old == NULL || **old == '\0')
		return;
	if (*pattern != NULL && **pattern != '\0') {
		fprintf(stderr, "nodegauge: --%s and --%s exclude each other\n", flag_name(old), flag_name(pattern));
		exit(1);
	}
	*pattern = *old;
}

bool
filter_takes(const struct filter *f, const char *word)
{
	return (f->excluded == NULL || !pattern_matches(f->excluded, word)) &&
	    (f->included == NULL || pattern_matches(f->included, word));
}
