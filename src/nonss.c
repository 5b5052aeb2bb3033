/* The name service of a static binary: numeric addresses, no users or groups by name, so glibc's NSS stays out. */
#include <arpa/inet.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One allocation per answer, so that freeaddrinfo() is free(). */
struct answer {
	struct addrinfo info;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
};

static int
parse_port(const char *service, in_port_t *port)
{
	char *end = NULL;
	unsigned long number = service ? strtoul(service, &end, 10) : 0;

	if (number > 65535 || (end && (end == service || *end)))
		return EAI_SERVICE;
	*port = htons((in_port_t)number);
	return 0;
}

static int
parse_address(const char *node, in_port_t port, struct answer *a)
{
	if (inet_pton(AF_INET, node, &a->address.v4.sin_addr) == 1) {
		a->info.ai_addrlen = sizeof(a->address.v4);
		a->address.v4.sin_family = AF_INET;
		a->address.v4.sin_port = port;
	} else if (inet_pton(AF_INET6, node, &a->address.v6.sin6_addr) == 1) {
		a->info.ai_addrlen = sizeof(a->address.v6);
		a->address.v6.sin6_family = AF_INET6;
		a->address.v6.sin6_port = port;
	} else {
		return EAI_NONAME;
	}
	a->info.ai_family = a->address.any.sa_family;
	a->info.ai_addr = &a->address.any;
	return 0;
}

int
getaddrinfo(const char *restrict node, const char *restrict service, const struct addrinfo *restrict hints,
	    struct addrinfo **restrict result)
{
	struct answer *a = calloc(1, sizeof(*a));
	in_port_t port = 0;
	int error;

	if (!a)
		return EAI_MEMORY;
	error = node ? parse_port(service, &port) : EAI_NONAME;
	if (!error)
		error = parse_address(node, port, a);
	if (!error && hints && hints->ai_family != AF_UNSPEC && hints->ai_family != a->info.ai_family)
		error = EAI_NONAME;
	if (error) {
		free(a);
		return error;
	}
	a->info.ai_socktype = hints && hints->ai_socktype ? hints->ai_socktype : SOCK_STREAM;
	*result = &a->info;
	return 0;
}

void
freeaddrinfo(struct addrinfo *info)
{
	free(info);
}

int
getnameinfo(const struct sockaddr *restrict address, socklen_t length, char *restrict host, socklen_t host_size,
	    char *restrict service, socklen_t service_size, int flags)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
	int is_v6 = address->sa_family == AF_INET6;
	const void *number = is_v6 ? (const void *)&v6->sin6_addr : (const void *)&v4->sin_addr;
	unsigned port = ntohs(is_v6 ? v6->sin6_port : v4->sin_port);

	(void)flags;
	if ((!is_v6 && address->sa_family != AF_INET) || length < (is_v6 ? sizeof(*v6) : sizeof(*v4)))
		return EAI_FAMILY;
	if (host && host_size && !inet_ntop(address->sa_family, number, host, host_size))
		return EAI_OVERFLOW;
	if (service && service_size && (socklen_t)snprintf(service, service_size, "%u", port) >= service_size)
		return EAI_OVERFLOW;
	return 0;
}

struct hostent *
gethostbyname(const char *name)
{
	(void)name;
	return NULL;
}

/* Nobody has an entry: the plain functions return NULL, the reentrant ones 0 and a NULL result. */
#define NO_ENTRY(type, function, key) \
	struct type *function(key k) \
	{ \
		(void)k; \
		return NULL; \
	} \
	int function##_r(key k, struct type *restrict entry, char *restrict buffer, size_t size, \
			 struct type **restrict result) \
	{ \
		(void)k, (void)entry, (void)buffer, (void)size; \
		*result = NULL; \
		return 0; \
	}

NO_ENTRY(passwd, getpwnam, const char *)
NO_ENTRY(passwd, getpwuid, uid_t)
NO_ENTRY(group, getgrnam, const char *)
NO_ENTRY(group, getgrgid, gid_t)
