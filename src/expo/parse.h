/*
 * The text format as other programs write it into files: parsed as node_exporter does, and kept as the page prints it.
 * Families come out whole: labels that some of a family's metrics lack are "", metrics stand in order, each once.
 */
#ifndef EXPO_PARSE_H
#define EXPO_PARSE_H

#include "../buf.h"
#include "../metric.h"

enum { PARSED_SAMPLES_MAX = 65536 };    /* of one text */

/* One metric of a family: a sample, or all of a histogram or summary. */
struct parsed_metric {
	uint32_t start, size;           /* its lines in the text */
	uint32_t labels, pairs;         /* its labels there, without le and quantile, and how many */
	uint32_t samples;
};

struct parsed_family {
	const char *name, *help;        /* NULL: none; as it is printed */
	enum type type;
	const struct parsed_metric *metrics;
	size_t n, samples;
	size_t duplicates;              /* samples that were dropped, for another had the same labels */
	uint32_t start, header, size;   /* of its part of the text; header of it are the lines HELP and TYPE */
};

struct parsed {
	char *text;                     /* with a NUL behind */
	size_t size;
	struct parsed_family *families; /* in the order of the text */
	size_t n;
	struct parsed_metric *metrics;
	struct buf strings;
};

/*
 * Parses a text that ends with a NUL. Where there is no HELP it becomes "Metric read from PATH". Then parsed_free.
 * 0; -EINVAL: not the format; -ETIME: a sample has a timestamp; -EFBIG: too many samples, or more than max bytes.
 * If it failed, *line says where, and *why for -EINVAL.
 */
int parse(const char *text, const char *path, size_t max, struct parsed *to, unsigned *line, const char **why);
void parsed_free(struct parsed *p);

/* For metrics of one or two texts: as their families sort them. The number of labels, then their values. */
int parsed_compare(const char *a_text, const struct parsed_metric *a, const char *b_text,
    const struct parsed_metric *b);

/* Adds the lines HELP and TYPE; help is as it is printed. */
void parsed_header(struct buf *to, const char *name, const char *help, enum type type);

#endif
