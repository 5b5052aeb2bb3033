/* IP addresses in Go's form, which has no IPv4 address at the end of one of IPv6: inet_ntop() has ::b3cd:0 as ::179.205.0.0. */
#include "ip.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

const char *
ip_print(char to[INET6_ADDRSTRLEN], const void *bytes, size_t size)
{
	struct in6_addr six;
	unsigned high, low;

	if (size == 4)
		return inet_ntop(AF_INET, bytes, to, INET6_ADDRSTRLEN);
	memcpy(&six, bytes, sizeof six);
	if (IN6_IS_ADDR_V4MAPPED(&six))
		return inet_ntop(AF_INET, &six.s6_addr[12], to, INET6_ADDRSTRLEN);
	high = six.s6_addr[12] << 8 | six.s6_addr[13];
	low = six.s6_addr[14] << 8 | six.s6_addr[15];
	if (!IN6_IS_ADDR_V4COMPAT(&six) || high == 0)
		return inet_ntop(AF_INET6, &six, to, INET6_ADDRSTRLEN);
	snprintf(to, INET6_ADDRSTRLEN, "::%x:%x", high, low);
	return to;
}
