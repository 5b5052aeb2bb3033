/* The text format, read. What is taken and what is not is node_exporter's parser's choice, prometheus/common. */
#include "parse.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../text.h"
#include "text.h"
#include "words.h"

enum { PAIRS_MAX = 64, HASHES = 4096 };

enum { UNKNOWN = -1 };          /* no TYPE and no sample yet */

struct pair {
	struct span name, value;        /* the value with its escapes, which are those of the page */
};

struct parser {
	struct parsed *to;
	char *at;
	unsigned line;
	const char *why;
	uint32_t text;
	struct pair pairs[PAIRS_MAX];   /* of one sample, in order of names */
	size_t n_pairs;
	uint32_t heads[HASHES];         /* of the text's families by name: place + 1 */
};

static int
bad(struct parser *p, const char *why)
{
	p->why = why;
	return -EINVAL;
}

/* Families --------------------------------------------------------------------------------------------------------- */

static uint32_t
keep(struct parser *p, struct span text)
{
	struct buf *to = &p->to->strings;
	uint32_t at = (uint32_t)to->size;

	buf_add(to, text.at, text.n);
	buf_add(to, "", 1);
	return at;
}

/* Where the family of that name is noted, or would be. */
static uint32_t *
find(struct parser *p, const char *name)
{
	uint32_t *at = &p->heads[text_hash(name) % HASHES];

	while (*at != 0 && strcmp(p->to->strings.data + p->to->families[*at - 1].name, name) != 0)
		at = &p->to->families[*at - 1].next;
	return at;
}

/* The place + 1 of the histogram or summary that the name is a piece of; 0 if there is none. */
static uint32_t
whole_of(struct parser *p, char *name, enum piece *piece)
{
	static const char *const endings[] = { [POINT] = "_bucket", [SUM] = "_sum", [TOTAL] = "_count" };
	size_t n = strlen(name);

	for (*piece = POINT; *piece < NO_PIECE; (*piece)++) {
		size_t end = strlen(endings[*piece]);
		uint32_t i;
		int type;

		if (n <= end || strcmp(name + n - end, endings[*piece]) != 0)
			continue;
		name[n - end] = '\0';
		i = *find(p, name);
		name[n - end] = '_';
		type = i == 0 ? UNKNOWN : p->to->families[i - 1].type;
		if (type == HISTOGRAM || (type == SUMMARY && *piece != POINT))
			return i;
	}
	*piece = POINT;
	return 0;
}

/* The family of that name, made if there is none; *piece is which piece of it the name says. */
static struct parsed_family *
family(struct parser *p, struct span name, enum piece *piece)
{
	struct parsed *to = p->to;
	uint32_t at = keep(p, name), i = *find(p, to->strings.data + at);

	*piece = POINT;
	if (i == 0)
		i = whole_of(p, to->strings.data + at, piece);
	if (i != 0) {
		to->strings.size = at;
		return &to->families[i - 1];
	}
	to->families = must_grow(to->families, to->n_families, &to->room_families, sizeof *to->families);
	to->families[to->n_families] = (struct parsed_family){ .name = at, .text = p->text, .type = UNKNOWN };
	*find(p, to->strings.data + at) = (uint32_t)to->n_families + 1;
	return &to->families[to->n_families++];
}

/* Comments --------------------------------------------------------------------------------------------------------- */

static int
read_help(struct parser *p, struct parsed_family *f)
{
	struct span text;

	if (f->help != 0)
		return bad(p, "second HELP");
	if (!words_text(&p->at, '\n', &text))
		return bad(p, "HELP");
	f->help = keep(p, text);
	return 0;
}

static int
read_type(struct parser *p, struct parsed_family *f)
{
	size_t n = strcspn(p->at, "\n");

	if (f->type != UNKNOWN)
		return bad(p, "second TYPE, or one behind samples");
	for (int type = UNTYPED; type < PART; type++)
		if (strlen(expo_types[type]) == n && strncasecmp(p->at, expo_types[type], n) == 0) {
			f->type = type;
			p->at += n;
			return 0;
		}
	return bad(p, "type");
}

static int
comment(struct parser *p)
{
	bool help, type;
	enum piece piece;
	struct span name;
	struct parsed_family *f;

	p->at++;
	words_blanks(&p->at);
	help = strcspn(p->at, " \t\n") == 4 && text_starts(p->at, "HELP");
	type = strcspn(p->at, " \t\n") == 4 && text_starts(p->at, "TYPE");
	if (!help && !type) {
		p->at = strchrnul(p->at, '\n');
		return 0;
	}
	p->at += 4;
	words_blanks(&p->at);
	if (*p->at == '\n')
		return 0;
	name = words_name(&p->at);
	if (*p->at == '\n')
		return 0;
	if (name.n == 0 || words_blanks(&p->at) == 0)
		return bad(p, "name");
	f = family(p, name, &piece);
	return *p->at == '\n' ? 0 : help ? read_help(p, f) : read_type(p, f);
}

/* Labels ----------------------------------------------------------------------------------------------------------- */

static int
add_pair(struct parser *p, struct pair pair)
{
	size_t i = p->n_pairs;
	int order = -1;

	/* Names that begin so are Prometheus's own; node_exporter ends at one. */
	if (text_starts(pair.name.at, "__") || memchr(pair.name.at, ':', pair.name.n) != NULL)
		return bad(p, "label name");
	if (i == PAIRS_MAX)
		return bad(p, "too many labels");
	while (i > 0 && (order = words_compare(p->pairs[i - 1].name, pair.name)) > 0)
		i--;
	if (order == 0)
		return bad(p, "label twice");
	memmove(&p->pairs[i + 1], &p->pairs[i], (p->n_pairs++ - i) * sizeof pair);
	p->pairs[i] = pair;
	return 0;
}

/* From the '=' on. */
static int
read_value(struct parser *p, struct span name)
{
	struct pair pair = { .name = name };

	p->at++;
	words_blanks(&p->at);
	if (*p->at++ != '"' || !words_text(&p->at, '"', &pair.value))
		return bad(p, "label value");
	p->at++;
	words_blanks(&p->at);
	return add_pair(p, pair);
}

/* From the brace on. The name of the sample may stand among the labels, if it did not before them. */
static int
read_labels(struct parser *p, struct span *name)
{
	int err;

	for (p->at++; words_blanks(&p->at), *p->at != '}'; p->at += *p->at == ',') {
		struct span word = words_name(&p->at);

		words_blanks(&p->at);
		if (word.n == 0)
			return bad(p, "label name");
		if (*p->at == '=') {
			if ((err = read_value(p, word)) != 0)
				return err;
		} else if (name->n == 0) {
			*name = word;
		} else {
			return bad(p, "label without a value");
		}
		if (*p->at != ',' && *p->at != '}')
			return bad(p, "end of a label");
	}
	p->at++;
	words_blanks(&p->at);
	return 0;
}

/* Takes le or quantile out of the pairs. */
static int
take_point(struct parser *p, const char *label, double *at)
{
	size_t i = 0;

	while (i < p->n_pairs && words_compare(p->pairs[i].name, (struct span){ (char *)label, strlen(label) }) != 0)
		i++;
	if (i == p->n_pairs)
		return 0;
	if (!words_number(p->pairs[i].value, at))
		return bad(p, label);
	memmove(&p->pairs[i], &p->pairs[i + 1], (--p->n_pairs - i) * sizeof *p->pairs);
	return 0;
}

static uint32_t
print_pairs(struct parser *p)
{
	struct buf *to = &p->to->strings;
	uint32_t at = (uint32_t)to->size;

	for (const struct pair *pair = p->pairs; pair < p->pairs + p->n_pairs; pair++) {
		buf_add(to, ",", pair > p->pairs);
		buf_add(to, pair->name.at, pair->name.n);
		buf_text(to, "=\"");
		buf_add(to, pair->value.at, pair->value.n);
		buf_text(to, "\"");
	}
	buf_add(to, "", 1);
	return at;
}

/* Samples ---------------------------------------------------------------------------------------------------------- */

/* The value, and the end of the line; what stands between them can only be a timestamp. */
static int
read_number(struct parser *p, double *value)
{
	struct span word = { p->at, strcspn(p->at, " \t\n") };

	if (!words_number(word, value))
		return bad(p, "value");
	p->at += word.n;
	if (*p->at == '\n')
		return 0;
	words_blanks(&p->at);
	return *p->at == '-' || (*p->at >= '0' && *p->at <= '9') ? -ETIME : bad(p, "end of a sample");
}

/* From the labels, which have been read, to the end of the line. */
static int
add_sample(struct parser *p, struct span name)
{
	struct parsed *to = p->to;
	struct parsed_sample s = { .order = (uint32_t)to->n_samples, .at = NAN };
	struct parsed_family *f = family(p, name, &s.piece);
	int err = 0;

	if (f->type == UNKNOWN)
		f->type = UNTYPED;
	if (f->type == SUMMARY || f->type == HISTOGRAM)
		err = take_point(p, f->type == SUMMARY ? "quantile" : "le", &s.at);
	if (err != 0 || (err = read_number(p, &s.value)) != 0)
		return err;
	if (s.piece == POINT && isnan(s.at))
		s.piece = NO_PIECE;
	s.family = (uint32_t)(f - to->families);
	s.labels = print_pairs(p);
	f->samples++;
	f->labels = labels_unite(&to->strings, f->labels, s.labels, false);
	to->samples = must_grow(to->samples, to->n_samples, &to->room_samples, sizeof *to->samples);
	to->samples[to->n_samples++] = s;
	return 0;
}

static int
sample(struct parser *p)
{
	struct span name = { 0 };
	int err;

	p->n_pairs = 0;
	if (*p->at != '{') {
		name = words_name(&p->at);
		words_blanks(&p->at);
	}
	if (*p->at == '{' && (err = read_labels(p, &name)) != 0)
		return err;
	return name.n == 0 ? bad(p, "sample without a name") : add_sample(p, name);
}

static int
lines(struct parser *p, const char *end, size_t max)
{
	size_t most = p->to->n_samples + PARSED_SAMPLES_MAX;
	int err = 0;

	for (p->line = 1;; p->line++, p->at++) {
		words_blanks(&p->at);
		if (*p->at == '\0')
			return p->at == end ? 0 : bad(p, "a NUL");
		if (*p->at != '\n')
			err = *p->at == '#' ? comment(p) : sample(p);
		if (err != 0)
			return err;
		if (*p->at != '\n')
			return bad(p, "no newline at the end");
		if (p->to->n_samples > most || p->to->strings.size > max)
			return -EFBIG;
	}
}

/* Gives samples the labels that others of their family have. */
static int
fill(struct parsed *to, size_t from, size_t max)
{
	for (size_t i = from; i < to->n_samples; i++) {
		struct parsed_sample *s = &to->samples[i];

		s->labels = labels_unite(&to->strings, s->labels, to->families[s->family].labels, true);
		if (to->strings.size > max)
			return -EFBIG;
	}
	return 0;
}

int
parse(struct parsed *to, char *text, size_t size, uint32_t number, size_t max, unsigned *line, const char **why)
{
	struct parser p = { .to = to, .at = text, .text = number };
	size_t families = to->n_families, samples = to->n_samples, strings;
	int err;

	if (to->strings.size == 0)
		buf_add(&to->strings, "", 1);
	strings = to->strings.size;
	if ((err = lines(&p, text + size, max)) == 0)
		err = fill(to, samples, max);
	*line = p.line;
	*why = p.why;
	if (err != 0) {
		to->n_families = families;
		to->n_samples = samples;
		to->strings.size = strings;
	}
	return err;
}

void
parsed_free(struct parsed *p)
{
	buf_free(&p->strings);
	free(p->families);
	free(p->samples);
	*p = (struct parsed){ 0 };
}
