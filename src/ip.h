/* IP addresses as node_exporter prints them. */
#ifndef IP_H
#define IP_H

#include <netinet/in.h>
#include <stddef.h>

/* Prints an address of 4 or 16 bytes; one of IPv4 within IPv6, ::ffff:10.0.0.1, as 10.0.0.1. Returns to. */
const char *ip_print(char to[INET6_ADDRSTRLEN], const void *bytes, size_t size);

#endif
