/* What a request says: its query and the encodings it takes. No I/O, no allocation. */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>

/*
 * Cuts the next "name=value" off *query, both percent-decoded in place; without a '=' the value is empty.
 * False at the end.
 */
bool query_next(char **query, const char **name, const char **value);

/* True if an Accept-Encoding header, or NULL for none, takes gzip. RFC 9110 12.5.3 */
bool accepts_gzip(const char *header);

#endif
