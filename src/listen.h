/* Listen addresses and the sockets behind them. */
#ifndef LISTEN_H
#define LISTEN_H

#include <stdbool.h>
#include <stddef.h>

enum { LISTEN_SPEC_MAX = 64 };

/*
 * Rewrites an address for civetweb: ":9100" and "[::]:9100" become "+9100" (both families), "[127.0.0.1]:1" becomes
 * "127.0.0.1:1". NULL, or what is wrong with it.
 */
const char *listen_spec(const char *address, char spec[LISTEN_SPEC_MAX]);

/* The sockets that listen: leaves silent connections to the kernel, and says each one's address in the log. */
void listen_ready(void);

/* Closes them, when no connection waits to be accepted. Their numbers stay taken. */
void listen_close(void);

/* Ends connections once what they asked already is answered. */
void listen_hang_up(void);

/* How many connections are open. */
size_t listen_connections(void);

#endif
