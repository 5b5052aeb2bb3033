/* The web server: paths, methods, answers. The only file that knows civetweb. */
#ifndef HTTP_H
#define HTTP_H

#include <stdbool.h>

#include "flag.h"

extern const struct flag http_flags[];

/* Listens and serves on threads of its own. False, after a message, if an address cannot be had. */
bool http_start(void);

/* Stops listening, lets the answers under way end, and returns within a second. */
void http_stop(void);

#endif
