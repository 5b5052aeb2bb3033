/* Answers to requests. */
#ifndef ANSWER_H
#define ANSWER_H

#include <stdbool.h>
#include <stddef.h>

struct mg_connection;

/*
 * Sends a status, header lines that each end with \r\n, and a body, which a HEAD request does not get; header and body
 * leave in one write. The connection is kept for the next request if there are few of them. Returns the status.
 */
int answer_body(struct mg_connection *conn, int status, const char *lines, const char *body, size_t size);

/* The same with a line of text, cut after 200 bytes. */
int answer_line(struct mg_connection *conn, int status, const char *lines, const char *line);

/* True if only the header is asked for. */
bool answer_is_head(struct mg_connection *conn);

/* From now on no connection is kept. */
void answer_keep_none(void);

/* To be called by the thread of a connection when that is closed. */
void answer_left(const struct mg_connection *conn);

#endif
