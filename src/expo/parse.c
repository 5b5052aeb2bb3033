/* The text format, read. What is taken and what is not is node_exporter's parser's choice, prometheus/common. */
#include "parse.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../labels.h"
#include "../number.h"
#include "../text.h"
#include "text.h"

enum { PAIRS_MAX = 64 };        /* labels of one family */

enum { UNKNOWN = -1 };          /* no TYPE and no sample yet */

enum part { POINT, SUM, COUNT_, NOTHING };      /* of a histogram or summary, in the order in which they are printed */

struct draft {
	uint32_t name, help;            /* in strings; help is 0 if there is none */
	int type;
	size_t rows;
};

struct row {
	uint32_t family, labels, pairs, order;
	enum part part;
	double at, value;               /* at: of a POINT, its le or quantile */
};

/* A part of the text. */
struct span {
	const char *at;
	size_t n;
};

struct pair {
	uint32_t name;                  /* in names */
	struct span value;              /* with its escapes, which are those of the page */
};

struct parser {
	const char *at;
	unsigned line;
	const char *why;
	struct buf token;
	struct buf names;               /* of one sample and its labels, each with a NUL behind; 0 is none */
	struct buf strings;             /* the same of families, and their helps */
	struct buf labels;              /* of each row: a="1",b="2" in order of names, with a NUL behind */
	struct draft *families;
	size_t n_families, room_families;
	uint32_t *table;                /* of families by name: index + 1 */
	size_t room_table;
	struct row *rows;
	size_t n_rows, room_rows;
	struct pair pairs[PAIRS_MAX];
	size_t n_pairs;
	size_t max;
};

static int
bad(struct parser *p, const char *why)
{
	p->why = why;
	return -EINVAL;
}

/* Characters ------------------------------------------------------------------------------------------------------- */

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

static void
skip_blanks(struct parser *p)
{
	while (blank(*p->at))
		p->at++;
}

static bool
starts_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
in_name(char c, bool colons)
{
	return starts_name(c) || (c >= '0' && c <= '9') || (colons && c == ':');
}

/*
 * Reads a name to p->token, "" if there is none. It may stand in quotes, from any character on; what is no name without
 * them is none in them.
 */
static int
read_name(struct parser *p, bool colons)
{
	p->token.size = 0;
	if (starts_name(*p->at) || (colons && *p->at == ':'))
		while (in_name(*p->at, colons))
			buf_add(&p->token, p->at++, 1);
	else if (*p->at != '"')
		return buf_add(&p->token, "", 1), 0;
	if (*p->at == '"') {
		for (p->at++; in_name(*p->at, true); p->at++)
			buf_add(&p->token, p->at, 1);
		if (*p->at++ != '"' || p->token.size == 0)
			return bad(p, "name");
	}
	buf_add(&p->token, "", 1);
	return *p->token.data >= '0' && *p->token.data <= '9' ? bad(p, "name") : 0;
}

/* As Go's ParseFloat, without what needs a p; too large is no number. */
static bool
number(const char *word, size_t n, double *value)
{
	char text[512], *end;
	const char *digits = text;

	if (n == 0 || n >= sizeof text)
		return false;
	memcpy(text, word, n);
	text[n] = '\0';
	if (strlen(text) != n)
		return false;
	if (strcasecmp(text, "nan") == 0) {
		*value = NAN;
		return true;
	}
	digits += *text == '+' || *text == '-';
	if (strcasecmp(digits, "inf") == 0 || strcasecmp(digits, "infinity") == 0) {
		*value = *text == '-' ? -INFINITY : INFINITY;
		return true;
	}
	if (digits[strspn(digits, "0123456789.eE+-")] != '\0')
		return false;
	*value = strtod(text, &end);
	return *end == '\0' && end != text && !isinf(*value);
}

/* Families --------------------------------------------------------------------------------------------------------- */

static uint32_t *
slot(const struct parser *p, const char *name)
{
	for (size_t i = text_hash(name);; i++) {
		uint32_t *s = &p->table[i & (p->room_table - 1)];

		if (*s == 0 || strcmp(p->strings.data + p->families[*s - 1].name, name) == 0)
			return s;
	}
}

static uint32_t
keep(struct buf *to, const char *text)
{
	uint32_t at = (uint32_t)to->size;

	buf_add(to, text, strlen(text) + 1);
	return at;
}

static void
grow_table(struct parser *p)
{
	free(p->table);
	p->room_table = p->room_table == 0 ? 256 : p->room_table * 2;
	p->table = must_zero(p->room_table * sizeof *p->table);
	for (size_t i = 0; i < p->n_families; i++)
		*slot(p, p->strings.data + p->families[i].name) = (uint32_t)i + 1;
}

static const char *const endings[] = { [POINT] = "_bucket", [SUM] = "_sum", [COUNT_] = "_count" };

/* The histogram or summary that the name is a part of, or NULL. */
static struct draft *
whole_of(struct parser *p, char *name, enum part *part)
{
	size_t n = strlen(name);

	for (*part = POINT; *part < NOTHING; (*part)++) {
		size_t end = strlen(endings[*part]);
		uint32_t i;

		if (n <= end || strcmp(name + n - end, endings[*part]) != 0)
			continue;
		name[n - end] = '\0';
		i = *slot(p, name);
		name[n - end] = '_';
		if (i != 0 && (p->families[i - 1].type == HISTOGRAM ||
		    (p->families[i - 1].type == SUMMARY && *part != POINT)))
			return &p->families[i - 1];
	}
	return NULL;
}

/* The family of p->token, made if there is none; *part is which part of it the name says. */
static struct draft *
family(struct parser *p, enum part *part)
{
	char *name = p->token.data;
	struct draft *f;

	if (p->n_families * 2 >= p->room_table)
		grow_table(p);
	if (*slot(p, name) != 0) {
		*part = POINT;
		return &p->families[*slot(p, name) - 1];
	}
	if ((f = whole_of(p, name, part)) != NULL)
		return f;
	*part = POINT;
	p->families = must_grow(p->families, p->n_families, &p->room_families, sizeof *p->families);
	*slot(p, name) = (uint32_t)p->n_families + 1;
	f = &p->families[p->n_families++];
	*f = (struct draft){ .name = keep(&p->strings, name), .type = UNKNOWN };
	return f;
}

/* Comments --------------------------------------------------------------------------------------------------------- */

/* The text of HELP as it is printed: a quote needs no escape, and what is not UTF-8 becomes U+FFFD. */
static int
read_help(struct parser *p, struct draft *f)
{
	size_t n;

	if (f->help != 0)
		return bad(p, "second HELP");
	f->help = (uint32_t)p->strings.size;
	while (*p->at != '\n' && *p->at != '\0') {
		if (*p->at == '\\') {
			if (p->at[1] != '\\' && p->at[1] != 'n' && p->at[1] != '"')
				return bad(p, "escape");
			n = p->at[1] == '"' ? 1 : 2;
			buf_add(&p->strings, p->at + (p->at[1] == '"'), n);
			p->at += 2;
		} else if ((n = labels_character(p->at)) != 0) {
			buf_add(&p->strings, p->at, n);
			p->at += n;
		} else {
			buf_text(&p->strings, "\xef\xbf\xbd");
			while (*p->at != '\0' && labels_character(p->at) == 0)
				p->at++;
		}
	}
	buf_add(&p->strings, "", 1);
	return 0;
}

/* A backslash counts for nothing here. */
static int
read_type(struct parser *p, struct draft *f)
{
	if (f->type != UNKNOWN)
		return bad(p, "second TYPE, or one behind samples");
	p->token.size = 0;
	for (; *p->at != '\n' && *p->at != '\0'; p->at++)
		if (*p->at != '\\')
			buf_add(&p->token, p->at, 1);
	buf_add(&p->token, "", 1);
	for (int type = UNTYPED; type < PART; type++)
		if (strcasecmp(p->token.data, expo_types[type]) == 0) {
			f->type = type;
			return 0;
		}
	return bad(p, "type");
}

static int
comment(struct parser *p)
{
	const char *word;
	size_t n;
	bool help;
	enum part part;
	struct draft *f;
	int err;

	p->at++;
	skip_blanks(p);
	word = p->at;
	p->at += n = strcspn(p->at, " \t\n");
	help = n == 4 && memcmp(word, "HELP", 4) == 0;
	if (!help && !(n == 4 && memcmp(word, "TYPE", 4) == 0)) {
		p->at = strchrnul(p->at, '\n');
		return 0;
	}
	skip_blanks(p);
	if (*p->at == '\n')
		return 0;
	if ((err = read_name(p, true)) != 0 || *p->at == '\n')
		return err;
	if (!blank(*p->at) || *p->token.data == '\0')
		return bad(p, "name");
	f = family(p, &part);
	skip_blanks(p);
	return *p->at == '\n' ? 0 : help ? read_help(p, f) : read_type(p, f);
}

/* Samples ---------------------------------------------------------------------------------------------------------- */

/* The value of a label up to its closing quote. */
static int
read_value(struct parser *p, struct span *value)
{
	size_t n;

	if (*p->at != '"')
		return bad(p, "label value without quotes");
	value->at = ++p->at;
	while (*p->at != '"') {
		if (*p->at == '\\') {
			if (p->at[1] != '\\' && p->at[1] != 'n' && p->at[1] != '"')
				return bad(p, "escape");
			p->at += 2;
			continue;
		}
		if (*p->at == '\n' || *p->at == '\0' || (n = labels_character(p->at)) == 0)
			return bad(p, "label value");
		p->at += n;
	}
	value->n = (size_t)(p->at++ - value->at);
	return 0;
}

/* Adds the pair that is named by the token. */
static int
add_pair(struct parser *p)
{
	struct pair *pair = &p->pairs[p->n_pairs];
	int err;

	/* Names that begin so are Prometheus's own; node_exporter ends at one. */
	if (text_starts(p->token.data, "__") || strchr(p->token.data, ':') != NULL)
		return bad(p, "label name");
	if (p->n_pairs++ == PAIRS_MAX)
		return bad(p, "too many labels");
	pair->name = keep(&p->names, p->token.data);
	p->at++;
	skip_blanks(p);
	if ((err = read_value(p, &pair->value)) != 0)
		return err;
	skip_blanks(p);
	return *p->at == ',' || *p->at == '}' ? 0 : bad(p, "end of a label");
}

/* Behind the brace. The name of the sample may stand among the labels; *name is where it is kept, 0 if it did not. */
static int
read_labels(struct parser *p, bool inside, uint32_t *name)
{
	int err;

	for (;; p->at += *p->at == ',') {
		skip_blanks(p);
		if (*p->at == '}') {
			p->at++;
			skip_blanks(p);
			return 0;
		}
		if ((err = read_name(p, false)) != 0)
			return err;
		if (*p->token.data == '\0')
			return bad(p, "label name");
		skip_blanks(p);
		if (*p->at == '=') {
			if ((err = add_pair(p)) != 0)
				return err;
			continue;
		}
		if (!inside || *name != 0 || (*p->at != ',' && *p->at != '}'))
			return bad(p, "label without a value");
		*name = keep(&p->names, p->token.data);
	}
}

/* Takes le or quantile out of the pairs, the last if there are several. */
static int
take_point(struct parser *p, const char *label, double *at)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_pairs; i++) {
		const struct pair *pair = &p->pairs[i];

		if (strcmp(p->names.data + pair->name, label) != 0)
			p->pairs[n++] = *pair;
		else if (!number(pair->value.at, pair->value.n, at))
			return bad(p, label);
	}
	p->n_pairs = n;
	return 0;
}

/* Puts the pairs in order of their names, none twice. */
static int
sort_pairs(struct parser *p)
{
	const char *names = p->names.data;

	for (size_t i = 1; i < p->n_pairs; i++) {
		struct pair pair = p->pairs[i];
		size_t k = i;
		int order = 1;

		while (k > 0 && (order = strcmp(names + p->pairs[k - 1].name, names + pair.name)) > 0) {
			p->pairs[k] = p->pairs[k - 1];
			k--;
		}
		if (order == 0)
			return bad(p, "label twice");
		p->pairs[k] = pair;
	}
	return 0;
}

static void
print_pairs(struct parser *p)
{
	for (size_t i = 0; i < p->n_pairs; i++) {
		if (i > 0)
			buf_text(&p->labels, ",");
		buf_text(&p->labels, p->names.data + p->pairs[i].name);
		buf_text(&p->labels, "=\"");
		buf_add(&p->labels, p->pairs[i].value.at, p->pairs[i].value.n);
		buf_text(&p->labels, "\"");
	}
	buf_add(&p->labels, "", 1);
}

/* What stands behind a sample's value can only be a timestamp. */
static int
end_of_sample(struct parser *p)
{
	size_t n;

	if (*p->at == '\n')
		return 0;
	skip_blanks(p);
	p->at += *p->at == '-' || *p->at == '+';
	n = strspn(p->at, "0123456789");
	return n > 0 && strchr(" \t\n", p->at[n]) != NULL && p->at[n] != '\0' ? -ETIME : bad(p, "end of a sample");
}

static int
read_number(struct parser *p, const struct draft *f, struct row *r)
{
	size_t n = strcspn(p->at, " \t\n");

	if (!number(p->at, n, &r->value))
		return bad(p, "value");
	p->at += n;
	if (f->type == SUMMARY && r->part == COUNT_)
		r->value = r->value >= 0 && r->value < 0x1p64 ? (double)(uint64_t)r->value : 0;
	if (f->type == HISTOGRAM && r->part != SUM && r->part != NOTHING && r->value < 0)
		return bad(p, "negative count");
	return end_of_sample(p);
}

/* From the labels, which have been read, to the end of the line. */
static int
add_row(struct parser *p)
{
	enum part part;
	struct draft *f = family(p, &part);
	struct row r = { (uint32_t)(f - p->families), (uint32_t)p->labels.size, 0, (uint32_t)p->n_rows, part, NAN, 0 };
	int err = 0;

	if (f->type == UNKNOWN)
		f->type = UNTYPED;
	if (f->type == SUMMARY || f->type == HISTOGRAM)
		err = take_point(p, f->type == SUMMARY ? "quantile" : "le", &r.at);
	if (err != 0 || (err = sort_pairs(p)) != 0)
		return err;
	if (part == POINT && isnan(r.at))
		r.part = NOTHING;
	print_pairs(p);
	r.pairs = (uint32_t)p->n_pairs;
	if ((err = read_number(p, f, &r)) != 0)
		return err;
	if (p->n_rows == PARSED_SAMPLES_MAX)
		return -EFBIG;
	p->rows = must_grow(p->rows, p->n_rows, &p->room_rows, sizeof *p->rows);
	p->rows[p->n_rows++] = r;
	return 0;
}

static int
sample(struct parser *p)
{
	bool inside = *p->at == '{';
	uint32_t name = 0;
	int err;

	p->n_pairs = 0;
	p->names.size = 1;
	if (!inside) {
		if ((err = read_name(p, true)) != 0)
			return err;
		if (*p->token.data != '\0')
			name = keep(&p->names, p->token.data);
		skip_blanks(p);
	}
	if (*p->at == '{') {
		p->at++;
		if ((err = read_labels(p, inside, &name)) != 0)
			return err;
	}
	if (name == 0)
		return bad(p, "sample without a name");
	p->token.size = 0;
	buf_add(&p->token, p->names.data + name, strlen(p->names.data + name) + 1);
	return add_row(p);
}

static int
lines(struct parser *p)
{
	int err = 0;

	for (p->line = 1;; p->line++, p->at++) {
		skip_blanks(p);
		if (*p->at == '\0')
			return 0;
		if (*p->at != '\n')
			err = *p->at == '#' ? comment(p) : sample(p);
		if (err != 0)
			return err;
		if (*p->at != '\n')
			return bad(p, "no newline at the end");
	}
}

/* Labels of rows --------------------------------------------------------------------------------------------------- */

/* The character of a label's value at *at, without its escape; -1 and past the closing quote at its end. */
static int
next(const char **at)
{
	char c = *(*at)++;

	if (c == '"')
		return -1;
	if (c != '\\')
		return (unsigned char)c;
	c = *(*at)++;
	return c == 'n' ? '\n' : c;
}

/* Past the pair at a place and the comma behind it. */
static const char *
past(const char *pair)
{
	pair = strchr(pair, '=') + 2;
	while (next(&pair) >= 0)
		;
	return pair + (*pair == ',');
}

/* By the values; where they are the same, by the names. */
static int
compare_labels(const char *a, const char *b, size_t pairs)
{
	int names = 0, x, y;

	for (; pairs > 0; pairs--) {
		size_t n = strcspn(a, "="), m = strcspn(b, "=");

		if (names == 0 && (names = memcmp(a, b, n < m ? n : m)) == 0)
			names = (n > m) - (n < m);
		a += n + 2;
		b += m + 2;
		do {
			x = next(&a);
			y = next(&b);
		} while (x == y && x >= 0);
		if (x != y)
			return x - y;
		a += *a == ',';
		b += *b == ',';
	}
	return names;
}

int
parsed_compare(const char *a_text, const struct parsed_metric *a, const char *b_text, const struct parsed_metric *b)
{
	if (a->pairs != b->pairs)
		return a->pairs < b->pairs ? -1 : 1;
	return compare_labels(a_text + a->labels, b_text + b->labels, a->pairs);
}

static int
by_family(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->family != y->family ? x->family < y->family ? -1 : 1 : x->order < y->order ? -1 : x->order > y->order;
}

/* Of one family, whose labels are filled. */
static int
by_labels(const void *a, const void *b, void *labels)
{
	const struct row *x = a, *y = b;
	int order = compare_labels((char *)labels + x->labels, (char *)labels + y->labels, x->pairs);

	if (order != 0)
		return order;
	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	if (x->part == POINT && x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* The names of all labels of a family. */
struct labels_of {
	struct {
		uint32_t at, n;         /* in the parser's labels */
	} names[PAIRS_MAX];
	size_t n;
};

/* Where in the names the pair's is or would be; *found says which. */
static size_t
place_of(const struct parser *p, const struct labels_of *all, const char *pair, bool *found)
{
	size_t n = strcspn(pair, "="), i = 0;
	int order = 1;

	for (; i < all->n; i++) {
		size_t m = all->names[i].n;

		if ((order = memcmp(p->labels.data + all->names[i].at, pair, n < m ? n : m)) == 0)
			order = (m > n) - (m < n);
		if (order >= 0)
			break;
	}
	*found = i < all->n && order == 0;
	return i;
}

static int
collect_names(struct parser *p, struct labels_of *all, const struct row *r)
{
	for (const char *pair = p->labels.data + r->labels; *pair != '\0'; pair = past(pair)) {
		bool found;
		size_t i = place_of(p, all, pair, &found);

		if (found)
			continue;
		if (all->n == PAIRS_MAX)
			return bad(p, "too many labels");
		memmove(&all->names[i + 1], &all->names[i], (all->n++ - i) * sizeof *all->names);
		all->names[i].at = (uint32_t)(pair - p->labels.data);
		all->names[i].n = (uint32_t)strcspn(pair, "=");
	}
	return 0;
}

/* Gives a row the labels that it lacks. */
static void
fill(struct parser *p, const struct labels_of *all, struct row *r)
{
	uint32_t from = r->labels, to = (uint32_t)p->labels.size;
	size_t size = strlen(p->labels.data + from) + 1;
	const char *pair;

	for (size_t i = 0; i < all->n; i++)
		size += all->names[i].n + 4;
	buf_reserve(&p->labels, size);          /* so that nothing moves */
	pair = p->labels.data + from;
	for (size_t i = 0; i < all->n; i++) {
		const char *name = p->labels.data + all->names[i].at, *end;
		size_t n = all->names[i].n;

		if (i > 0)
			buf_text(&p->labels, ",");
		if (strncmp(pair, name, n) == 0 && pair[n] == '=') {
			end = past(pair);
			buf_add(&p->labels, pair, (size_t)(end - pair) - (end[-1] == ','));
			pair = end;
		} else {
			buf_add(&p->labels, name, n);
			buf_text(&p->labels, "=\"\"");
		}
	}
	buf_add(&p->labels, "", 1);
	r->labels = to;
	r->pairs = (uint32_t)all->n;
}

static int
fill_family(struct parser *p, struct row *rows, size_t n)
{
	struct labels_of all = { .n = 0 };
	int err = 0;

	for (size_t i = 0; i < n && err == 0; i++)
		err = collect_names(p, &all, &rows[i]);
	for (size_t i = 0; i < n && err == 0; i++) {
		if (rows[i].pairs != all.n)
			fill(p, &all, &rows[i]);
		if (p->labels.size > 2 * p->max)
			err = -EFBIG;
	}
	return err;
}

/* Printing --------------------------------------------------------------------------------------------------------- */

void
parsed_header(struct buf *to, const char *name, const char *help, enum type type)
{
	const char *const texts[] = { "# HELP ", name, " ", help, "\n# TYPE ", name, " ", expo_types[type], "\n" };

	for (size_t i = 0; i < COUNT(texts); i++)
		buf_text(to, texts[i]);
}

/* What a line has in common with others of its metric. */
struct lines {
	struct buf *to;
	const char *name, *labels, *point;      /* le or quantile */
	struct parsed_metric *metric;
};

static void
print_number(struct buf *to, double value)
{
	char text[NUMBER_MAX];

	buf_add(to, text, number_print(text, value));
}

static void
print_line(struct lines *l, const char *ending, const double *at, double value)
{
	buf_text(l->to, l->name);
	buf_text(l->to, ending);
	if (*l->labels != '\0' || at != NULL)
		buf_text(l->to, "{");
	if (l->metric->samples++ == 0)
		l->metric->labels = (uint32_t)l->to->size;
	buf_text(l->to, l->labels);
	if (at != NULL) {
		buf_text(l->to, *l->labels == '\0' ? "" : ",");
		buf_text(l->to, l->point);
		buf_text(l->to, "=\"");
		print_number(l->to, *at);
		buf_text(l->to, "\"");
	}
	buf_text(l->to, *l->labels != '\0' || at != NULL ? "} " : " ");
	print_number(l->to, value);
	buf_text(l->to, "\n");
}

/* Of parts that are there twice the last one counts. A part that is missing is 0, an infinite bucket is the count. */
static void
print_whole(struct lines *l, const struct row *rows, size_t n, bool histogram)
{
	static const double infinity = INFINITY;
	double sum = 0, count = 0, last = NAN;

	for (size_t i = 0; i < n; i++) {
		sum = rows[i].part == SUM ? rows[i].value : sum;
		count = rows[i].part == COUNT_ ? rows[i].value : count;
	}
	for (size_t i = 0; i < n && rows[i].part == POINT; i++) {
		if (i + 1 < n && rows[i + 1].part == POINT && rows[i + 1].at == rows[i].at)
			continue;
		print_line(l, histogram ? "_bucket" : "", &rows[i].at, rows[i].value);
		last = rows[i].at;
	}
	if (histogram && last != infinity)
		print_line(l, "_bucket", &infinity, count);
	print_line(l, "_sum", NULL, sum);
	print_line(l, "_count", NULL, count);
}

static size_t
run_of_labels(const struct parser *p, const struct row *rows, size_t n)
{
	const char *labels = p->labels.data;
	size_t k = 1;

	while (k < n && strcmp(labels + rows[k].labels, labels + rows[0].labels) == 0)
		k++;
	return k;
}

static int
print_family(struct parser *p, struct row *rows, size_t n, struct parsed *to, struct buf *text, struct parsed_family *f)
{
	bool whole = f->type == HISTOGRAM || f->type == SUMMARY;
	int err = fill_family(p, rows, n);
	size_t k;

	if (err != 0)
		return err;
	qsort_r(rows, n, sizeof *rows, by_labels, p->labels.data);
	for (size_t i = 0; i < n; i += k) {
		struct parsed_metric *m = &to->metrics[f->n + (size_t)(f->metrics - to->metrics)];
		struct lines l = { text, f->name, p->labels.data + rows[i].labels,
			f->type == SUMMARY ? "quantile" : "le", m };

		k = run_of_labels(p, &rows[i], n - i);
		*m = (struct parsed_metric){ .start = (uint32_t)text->size, .pairs = rows[i].pairs };
		if (whole)
			print_whole(&l, &rows[i], k, f->type == HISTOGRAM);
		else
			print_line(&l, "", NULL, rows[i].value);
		m->size = (uint32_t)text->size - m->start;
		f->n++;
		f->samples += m->samples;
		f->duplicates += whole ? 0 : k - 1;
		if (text->size > p->max)
			return -EFBIG;
	}
	f->size = (uint32_t)text->size - f->start;
	return 0;
}

/* All families, that is all runs of rows of one. */
static int
print_families(struct parser *p, const char *no_help, struct parsed *to, struct buf *text)
{
	size_t done = 0;
	int err = 0;

	if (p->n_rows > 0)
		qsort(p->rows, p->n_rows, sizeof *p->rows, by_family);
	to->metrics = must_realloc(NULL, (p->n_rows + 1) * sizeof *to->metrics);
	to->families = must_realloc(NULL, (p->n_families + 1) * sizeof *to->families);
	for (size_t i = 0, k; i < p->n_rows && err == 0; i = k) {
		const struct draft *d = &p->families[p->rows[i].family];
		struct parsed_family *f = &to->families[to->n++];

		for (k = i; k < p->n_rows && p->rows[k].family == p->rows[i].family; k++)
			;
		*f = (struct parsed_family){ .name = p->strings.data + d->name, .type = (enum type)d->type,
			.help = d->help == 0 ? NULL : p->strings.data + d->help, .metrics = to->metrics + done,
			.start = (uint32_t)text->size };
		parsed_header(text, f->name, f->help != NULL ? f->help : no_help, f->type);
		f->header = (uint32_t)text->size - f->start;
		err = print_family(p, p->rows + i, k - i, to, text, f);
		done += f->n;
	}
	return err;
}

static int
print(struct parser *p, const char *path, struct parsed *to)
{
	struct buf text = { 0 }, no_help = { 0 };
	int err;

	buf_text(&no_help, "Metric read from ");
	labels_escape(&no_help, path);
	buf_add(&no_help, "", 1);
	err = print_families(p, no_help.data, to, &text);
	buf_free(&no_help);
	to->size = text.size;
	to->text = must_realloc(text.data, text.size + 1);
	to->text[text.size] = '\0';
	to->strings = p->strings;
	p->strings = (struct buf){ 0 };
	return err;
}

int
parse(const char *text, const char *path, size_t max, struct parsed *to, unsigned *line, const char **why)
{
	struct parser p = { .at = text, .max = max };
	int err;

	*to = (struct parsed){ 0 };
	buf_add(&p.names, "", 1);
	buf_add(&p.strings, "", 1);
	if ((err = lines(&p)) == 0)
		err = print(&p, path, to);
	*line = p.line;
	*why = p.why;
	if (err != 0)
		parsed_free(to);
	buf_free(&p.token);
	buf_free(&p.names);
	buf_free(&p.strings);
	buf_free(&p.labels);
	free(p.families);
	free(p.table);
	free(p.rows);
	return err;
}

void
parsed_free(struct parsed *p)
{
	free(p->text);
	free(p->families);
	free(p->metrics);
	buf_free(&p->strings);
	*p = (struct parsed){ 0 };
}
