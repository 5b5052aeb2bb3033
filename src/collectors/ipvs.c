/*
 * IPVS, the kernel's load balancer: /proc/net/ip_vs_stats has its sums, /proc/net/ip_vs its services, each with its
 * servers behind it:
 *	TCP  0A600001:01BB rr
 *	  -> [fd00:0000:0000:0000:0000:0000:0000:0007]:01BB      Masq    1      3          12
 *	FWM  00000010 wlc
 */
#include "../collector.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ip.h"
#include "../text.h"

static const struct metric metrics[] = {
	{ NULL, COUNTER, ONE, "node_ipvs_connections_total", "Connections that were made." },
	{ NULL, COUNTER, ONE, "node_ipvs_incoming_packets_total", "Packets to the services." },
	{ NULL, COUNTER, ONE, "node_ipvs_outgoing_packets_total", "Packets from the services." },
	{ NULL, COUNTER, ONE, "node_ipvs_incoming_bytes_total", "Bytes to the services." },
	{ NULL, COUNTER, ONE, "node_ipvs_outgoing_bytes_total", "Bytes from the services." },
	{ NULL, GAUGE, ONE, "node_ipvs_backend_weight", "Weights of servers." },
	{ NULL, GAUGE, ONE, "node_ipvs_backend_connections_active", "Connections to servers that are established." },
	{ NULL, GAUGE, ONE, "node_ipvs_backend_connections_inactive", "Connections to servers in other states." },
	{ 0 },
};

enum { SUMS = 5, VALUES = 3 };

/* A server of a service, as labels that are 0 behind their ends, so that equal ones compare equal. */
struct server {
	char local_address[INET6_ADDRSTRLEN], local_mark[12], local_port[8], proto[8],
	    remote_address[INET6_ADDRSTRLEN], remote_port[8];
};

struct backend {
	struct server server;
	double values[VALUES];
};

static struct backend *backends;
static size_t n_backends, room;

#define LABEL(name) { #name, offsetof(struct server, name), sizeof((struct server *)NULL)->name }

static struct {
	const char *name;
	size_t offset, size;
	bool wanted;
} labels[] = {
	LABEL(local_address), LABEL(local_mark), LABEL(local_port), LABEL(proto), LABEL(remote_address),
	LABEL(remote_port),
};

static const char *wanted = "local_address,local_port,remote_address,remote_port,proto,local_mark";

static void
prepare(void)
{
	char *copy = must_copy(wanted), *at = copy, *word;
	size_t i;

	while ((word = text_word(&at, ",")) != NULL) {
		for (i = 0; i < COUNT(labels) && strcmp(labels[i].name, word) != 0; i++)
			;
		if (i == COUNT(labels)) {
			fprintf(stderr, "nodegauge: --%s: there is no label '%s'\n", flag_name(&wanted), word);
			exit(1);
		}
		labels[i].wanted = true;
	}
	free(copy);
}

/* "0A600001:01BB" or "[fd00:...:0007]:01BB". */
static bool
read_address(char *word, char address[INET6_ADDRSTRLEN], char port[8])
{
	const char *text = text_field(&word, *word == '[' ? ']' : ':');
	struct in6_addr ip;
	uint64_t v4, n;

	if (word == NULL || !text_u64(word + (*word == ':'), 16, &n) || n > UINT16_MAX)
		return false;
	snprintf(port, 8, "%u", (unsigned)n);
	if (*text != '[')
		return strlen(text) == 8 && text_u64(text, 16, &v4) &&
		    ip_print(address, &(uint32_t){ htonl((uint32_t)v4) }, sizeof(uint32_t)) != NULL;
	return inet_pton(AF_INET6, text + 1, &ip) == 1 && ip_print(address, &ip, sizeof ip) != NULL;
}

/* A line "FWM 00000010 ..." or "TCP 0A600001:01BB ...", behind its first word. */
static bool
read_service(const char *proto, char *line, struct server *s)
{
	char *word = text_word(&line, " \t");

	*s = (struct server){ .local_port = "0" };
	snprintf(s->proto, sizeof s->proto, "%s", proto);
	if (word == NULL)
		return false;
	if (strcmp(proto, "FWM") != 0)
		return read_address(word, s->local_address, s->local_port);
	snprintf(s->local_mark, sizeof s->local_mark, "%s", word);
	return true;
}

/* A line "-> 0A000001:01BB Masq 1 3 12", behind its arrow. */
static bool
read_backend(char *line, struct backend *b)
{
	char *word = text_word(&line, " \t");

	if (word == NULL || !read_address(word, b->server.remote_address, b->server.remote_port) ||
	    text_word(&line, " \t") == NULL)
		return false;
	for (size_t i = 0; i < VALUES; i++)
		if ((word = text_word(&line, " \t")) == NULL || !text_number(word, &b->values[i]))
			return false;
	for (size_t i = 0; i < COUNT(labels); i++)
		if (!labels[i].wanted)
			memset((char *)&b->server + labels[i].offset, 0, labels[i].size);
	return true;
}

/* All servers. A line that is not whole costs what it is about, a service with its servers. */
static int
read_backends(char *at)
{
	struct server service;
	struct backend b;
	bool good = false;
	char *line, *word;
	int err = 0;

	n_backends = 0;
	while ((line = text_line(&at)) != NULL) {
		if ((word = text_word(&line, " \t")) == NULL || strcmp(word, "IP") == 0 || strcmp(word, "Prot") == 0)
			continue;
		if (strcmp(word, "->") != 0) {
			good = read_service(word, line, &service);
			err = good ? err : -EINVAL;
			continue;
		}
		b.server = service;
		if (good && read_backend(line, &b)) {
			backends = must_grow(backends, n_backends, &room, sizeof *backends);
			backends[n_backends++] = b;
		} else if (good) {
			err = -EINVAL;
		}
	}
	return err;
}

static int
by_server(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct server));
}

/* Adds up the values of servers whose labels are the same. */
static void
merge(void)
{
	size_t n = 0;

	if (n_backends > 0)
		qsort(backends, n_backends, sizeof *backends, by_server);
	for (size_t i = 0; i < n_backends; i++) {
		if (n == 0 || by_server(&backends[n - 1], &backends[i]) != 0) {
			backends[n++] = backends[i];
			continue;
		}
		for (size_t v = 0; v < VALUES; v++)
			backends[n - 1].values[v] += backends[i].values[v];
	}
	n_backends = n;
}

static void
add_backend(struct page *p, const struct backend *b)
{
	struct label of[COUNT(labels)];
	uint32_t row;
	size_t n = 0;

	for (size_t i = 0; i < COUNT(labels); i++)
		if (labels[i].wanted)
			of[n++] = (struct label){ labels[i].name, (const char *)&b->server + labels[i].offset };
	row = page_row(p, of, n);
	for (size_t i = 0; i < VALUES; i++)
		page_add(p, &metrics[SUMS + i], row, b->values[i]);
}

static int
add_backends(struct page *p)
{
	char *at = place_read(place(NET), "ip_vs");
	int err = at == NULL ? -errno : read_backends(at);

	if (at == NULL)
		return err;
	merge();
	for (size_t i = 0; i < n_backends; i++)
		add_backend(p, &backends[i]);
	return err;
}

/* The third line has the sums in hexadecimal. */
static int
add_sums(struct page *p)
{
	char *at = place_read(place(NET), "ip_vs_stats"), *line, *word;
	uint64_t sums[SUMS];

	if (at == NULL)
		return errno == ENOENT ? -ENODATA : -errno;
	if (text_line(&at) == NULL || text_line(&at) == NULL || (line = text_line(&at)) == NULL)
		return -EINVAL;
	for (size_t i = 0; i < SUMS; i++)
		if ((word = text_word(&line, " \t")) == NULL || !text_u64(word, 16, &sums[i]))
			return -EINVAL;
	for (size_t i = 0; i < SUMS; i++)
		page_add(p, &metrics[i], 0, (double)sums[i]);
	return 0;
}

static int
update(const struct scope *s, struct page *p)
{
	int err = add_sums(p), backends_err = err == -ENODATA ? 0 : add_backends(p);

	(void)s;
	return err != 0 ? err : backends_err;
}

const struct collector ipvs = {
	.name = "ipvs",
	.help = "Services of IPVS, the kernel's load balancer.",
	.metrics = metrics,
	.update = update,
	.flags = (const struct flag[]){
		{ "collector.ipvs.backend-labels", TEXT, &wanted,
		    "Labels of servers, with commas between; the values of those with the same ones are added up." },
		{ 0 },
	},
	.prepare = prepare,
};
