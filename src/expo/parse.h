/*
 * The text format as other programs write it into files, taken as node_exporter takes it. Several texts are parsed into
 * one struct, to be merged: textfile.h.
 */
#ifndef EXPO_PARSE_H
#define EXPO_PARSE_H

#include "../buf.h"
#include "../metric.h"

enum { PARSED_SAMPLES_MAX = 65536 };    /* of one text */

/* Of a histogram or summary, in the order in which they are printed. */
enum piece { POINT, SUM, TOTAL, NO_PIECE };

/* A family of one text. Texts are places in strings. */
struct parsed_family {
	uint32_t name, help;            /* help is as it is printed; 0: none */
	uint32_t labels;                /* all that its samples have, each with the value "" */
	uint32_t text;                  /* which one */
	int type;
	size_t samples;
	uint32_t next, group;           /* the parser's, and the merger's */
};

struct parsed_sample {
	uint32_t family, order;
	uint32_t labels;                /* as they are printed, in order of names, without le and quantile */
	enum piece piece;
	double at, value;               /* at: of a POINT, its le or quantile */
};

struct parsed {
	struct buf strings;             /* each with a NUL behind */
	struct parsed_family *families; /* in the order of the texts */
	size_t n_families, room_families;
	struct parsed_sample *samples;
	size_t n_samples, room_samples;
};

/*
 * Adds a text, with a NUL behind, which is changed meanwhile; all of a family's samples get all of its labels.
 * 0; -EINVAL: not the format; -ETIME: a sample has a timestamp; -EFBIG: too many samples, or strings over max bytes.
 * If it failed nothing is added, *line says where, and *why for -EINVAL.
 */
int parse(struct parsed *to, char *text, size_t size, uint32_t number, size_t max, unsigned *line, const char **why);
void parsed_free(struct parsed *p);

#endif
