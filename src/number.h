/* Numbers as client_golang prints them in the text format. */
#ifndef NUMBER_H
#define NUMBER_H

#include <stddef.h>

enum { NUMBER_MAX = 32 };

/* Writes the shortest text that reads back as value: 17, 0.25, 1e+06, NaN, +Inf. Returns its length; no NUL. */
size_t number_print(char out[NUMBER_MAX], double value);

#endif
