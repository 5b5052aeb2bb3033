/* What lines of the text format are made of. Each reads from *at and moves it behind what it took. */
#ifndef EXPO_WORDS_H
#define EXPO_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A part of a text that ends with a NUL. */
struct span {
	char *at;
	size_t n;
};

/* Of blanks and tabs. How many. */
size_t words_blanks(char **at);

/* A name, which may stand in quotes; of no length if there is none. */
struct span words_name(char **at);

/* Up to the end, with its escapes. False: an escape or a byte that may not stand there, or the line ends. */
bool words_text(char **at, char end, struct span *text);

/* As Go's ParseFloat, but for hexadecimal numbers; too large is no number. The word is changed meanwhile. */
bool words_number(struct span word, double *value);

/* In order of bytes. */
int words_compare(struct span a, struct span b);

#endif
