/* Listen addresses. The server keeps its sockets to itself: here they are found among our open files. */
#include "listen.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "text.h"

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Finds out by a bind whether the address can be had. NULL, or what is wrong. */
static const char *
try(const union address *a, socklen_t size)
{
	int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, failed;

	if (fd < 0)
		return strerror(errno);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	failed = bind(fd, &a->any, size) != 0 ? errno : 0;
	close(fd);
	return failed != 0 ? strerror(failed) : NULL;
}

static bool
have_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static const char *
spell(const char *host, unsigned port, char spec[LISTEN_SPEC_MAX])
{
	union address a = { 0 };

	if (inet_pton(AF_INET, host, &a.v4.sin_addr) == 1) {
		a.v4.sin_family = AF_INET;
		a.v4.sin_port = htons((uint16_t)port);
		snprintf(spec, LISTEN_SPEC_MAX, "%s:%u", host, port);
		return try(&a, sizeof a.v4);
	}
	if (inet_pton(AF_INET6, host, &a.v6.sin6_addr) != 1)
		return "not a numeric address";
	a.v6.sin6_family = AF_INET6;
	a.v6.sin6_port = htons((uint16_t)port);
	if (IN6_IS_ADDR_UNSPECIFIED(&a.v6.sin6_addr))
		snprintf(spec, LISTEN_SPEC_MAX, "+%u", port);
	else
		snprintf(spec, LISTEN_SPEC_MAX, "[%s]:%u", host, port);
	return try(&a, sizeof a.v6);
}

/* Without its brackets, and as a number. NULL, or what is wrong. */
static const char *
settle_host(char *host)
{
	size_t length = strlen(host);

	if (length >= 2 && host[0] == '[' && host[length - 1] == ']') {
		host[length - 1] = '\0';
		memmove(host, host + 1, length - 1);
	} else if (strchr(host, ':') != NULL) {
		return "an IPv6 address needs brackets";
	}
	if (strcmp(host, "localhost") == 0)
		strcpy(host, "127.0.0.1");
	else if (length == 0 || strcmp(host, "::") == 0)
		strcpy(host, have_ipv6() ? "::" : "0.0.0.0");
	return NULL;
}

const char *
listen_spec(const char *address, char spec[LISTEN_SPEC_MAX])
{
	char host[LISTEN_SPEC_MAX - 8] = "";    /* room for brackets, colon and port */
	const char *colon = strrchr(address, ':'), *wrong;
	uint64_t port;

	if (text_starts(address, "vsock:"))
		return "vsock is not supported";
	if (colon == NULL || !text_u64(colon + 1, 10, &port) || port > UINT16_MAX)
		return "no port: it should be HOST:PORT";
	if ((size_t)(colon - address) >= sizeof host)
		return "not a numeric address";
	memcpy(host, address, (size_t)(colon - address));
	wrong = settle_host(host);
	return wrong != NULL ? wrong : spell(host, (unsigned)port, spec);
}

/* Calls f with each of our TCP sockets, and whether it listens. */
static void
each_socket(void (*f)(int fd, bool listens, void *to), void *to)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		int fd = atoi(e->d_name), family = 0, type = 0, listens = 0;
		socklen_t size = sizeof(int);

		if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0)
			continue;
		getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
		getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
		if (type == SOCK_STREAM && (family == AF_INET || family == AF_INET6))
			f(fd, listens != 0, to);
	}
	if (d != NULL)
		closedir(d);
}

/* A connection that says nothing would hold a thread: the kernel keeps it back for these seconds. */
static void
make_ready(int fd, bool listens, void *to)
{
	union address a = { 0 };
	socklen_t size = sizeof a;
	char ip[INET6_ADDRSTRLEN], text[LISTEN_SPEC_MAX];
	int seconds = 5;
	bool v6;

	(void)to;
	if (!listens || getsockname(fd, &a.any, &size) != 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
	v6 = a.any.sa_family == AF_INET6;
	inet_ntop(a.any.sa_family, v6 ? (void *)&a.v6.sin6_addr : (void *)&a.v4.sin_addr, ip, sizeof ip);
	snprintf(text, sizeof text, v6 ? "[%s]:%u" : "%s:%u", ip, ntohs(v6 ? a.v6.sin6_port : a.v4.sin_port));
	log_line(LOG_INFO, "Listening on", "address", text, NULL);
}

void
listen_ready(void)
{
	each_socket(make_ready, NULL);
}

/*
 * The server goes on polling the number until it stops: behind it is then a file on which nothing ever happens. As it
 * polls it holds the socket, which a close alone would leave listening.
 */
static void
replace(int fd, bool listens, void *silent)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	int old;

	for (int tries = 50; listens && tries > 0 && poll(&waiting, 1, 0) > 0; tries--)
		usleep(1000);
	if (!listens || (old = dup(fd)) < 0)
		return;
	dup2(*(int *)silent, fd);
	shutdown(old, SHUT_RD);
	close(old);
}

void
listen_close(void)
{
	int silent = eventfd(0, EFD_CLOEXEC);

	if (silent < 0)
		return;
	each_socket(replace, &silent);
	close(silent);
}

static void
hang_up(int fd, bool listens, void *to)
{
	(void)to;
	if (!listens)
		shutdown(fd, SHUT_RD);
}

void
listen_hang_up(void)
{
	each_socket(hang_up, NULL);
}

static void
count(int fd, bool listens, void *to)
{
	union address a;
	socklen_t size = sizeof a;

	if (!listens && getpeername(fd, &a.any, &size) == 0)
		++*(size_t *)to;
}

size_t
listen_connections(void)
{
	size_t n = 0;

	each_socket(count, &n);
	return n;
}
