/* Lines, words and numbers of a text, cut in place: each result is a string of its own. No I/O, no allocation. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The next line of *at without its "\n" or "\r\n", or NULL at the end. */
char *text_line(char **at);

/* The next word of *at between any of these one to three separators, or NULL when there is none. */
char *text_word(char **at, const char *separators);

/* Where the word begins that stands behind the next n ones, or the end; NULL if there are not so many. */
char *text_past_words(char *at, const char *separators, size_t n);

/* The same for lines. */
char *text_past_lines(char *at, size_t n);

/* The next field of *at: everything up to the separator, also nothing. NULL when there is none. */
char *text_field(char **at, char separator);

/* The next range of a list such as the kernel's of CPUs, "0-3,8". 1; 0: there is none; or -EINVAL. */
int text_range(char **list, uint64_t *first, uint64_t *last);

/* Without white space at both ends. */
char *text_trim(char *text);

/* Its words with one blank between them and none at the ends. */
char *text_squeeze(char *text);

/* Copies the first line, without white space at both ends, as far as it fits; "" of NULL. */
void text_first(char *out, size_t size, char *text);

/* Makes part of a family's name of text, in place, as node_exporter does: what may not stand in one becomes '_'. */
char *text_name(char *text);

/* True if it consists of what may stand in one. */
bool text_is_name(const char *text);

/* A decimal number such as 17, -3 or 0.52; nothing may stand behind it. False if it is none. */
bool text_number(const char *word, double *value);

/* An unsigned integer; base 0 takes 0x and a leading 0 as C does. False if it is none or too large. */
bool text_u64(const char *word, int base, uint64_t *value);

/* A signed integer of 64 bits as C has it, also 0x1f and 017. False if it is none or too large. */
bool text_integer(const char *word, double *value);

/* Seconds of a duration as Prometheus writes it: 500ms, 10s, 2m, 1h; 0 without a unit. False if it is none. */
bool text_duration(const char *word, double *seconds);

/* The number behind a key and a blank or colon at the start of a line; 0 if it is not there. The text stays whole. */
double text_value(const char *text, const char *key);

/* For tables that are found by text. FNV-1a */
uint32_t text_hash(const char *text);

bool text_starts(const char *text, const char *prefix);

#endif
