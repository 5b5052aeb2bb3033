/* Gzip as it goes: one member, written in pieces. */
#ifndef EXPO_GZIP_H
#define EXPO_GZIP_H

#include "text.h"

/* A compressor; its memory is kept from one member to the next. */
struct gzip;

struct gzip *gzip_new(void);

/* Begins a member, to be added to out. */
void gzip_begin(struct gzip *g, struct buf *out);

/* Adds a piece of text, and ends the member with the last one; to is the struct gzip. */
expo_write gzip_write;

void gzip_free(struct gzip *g);

#endif
