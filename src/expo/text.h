/* Prometheus text format 0.0.4. https://prometheus.io/docs/instrumenting/exposition_formats/ */
#ifndef EXPO_TEXT_H
#define EXPO_TEXT_H

#include "../page.h"

/* Words for enum type on TYPE lines; NULL for PART. */
extern const char *const expo_types[];

/* Takes a piece of the page as it is printed, which may be empty; after the last one the page is whole. */
typedef void expo_write(void *to, const char *text, size_t size, bool last);

/* Prints the page in pieces of about 64 kB. piece is scratch. */
void expo_text(const struct page *p, struct buf *piece, expo_write *write, void *to);

#endif
