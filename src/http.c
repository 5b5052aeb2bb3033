/* The web server. */
#include "http.h"

#include <civetweb.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "answer.h"
#include "buf.h"
#include "clock.h"
#include "listen.h"
#include "log.h"
#include "request.h"
#include "scrape.h"
#include "self.h"
#include "sidecar_exit.h"
#include "sidecar_unseen.h"
#include "text.h"
#include "version.h"

#define WORKERS "8"
#define KEPT_MS "75000"         /* longer than anyone lets pass between two scrapes */
#define DRAIN_SECONDS 0.8
#define ALLOW "Allow: GET, HEAD, OPTIONS\r\n"
#define PLAIN "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
#define HTML "Content-Type: text/html; charset=utf-8\r\n"
#define METRICS "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\nVary: Accept-Encoding\r\n"
#define GZIP METRICS "Content-Encoding: gzip\r\n"

/* Answers a request and returns the status. */
typedef int answer(struct mg_connection *conn);

static answer node_page, containers_page, resource_page, landing_page, alive, ready;

/* The first that matches answers. */
static struct route {
	const char *path;
	answer *answer;
} routes[] = {
	{ "/metrics", node_page },
	{ "/metrics/cadvisor", containers_page },
	{ "/metrics/resource", resource_page },
	{ "/", landing_page },
	{ "/healthz", alive },
	{ "/livez", alive },
	{ "/health", alive },
	{ "/-/healthy", alive },
	{ "/readyz", ready },
	{ "/-/ready", ready },
};

static struct flag_list addresses;
static unsigned max_requests = 40, ignored;
static const char *config_file = "";
static bool systemd_socket;

const struct flag http_flags[] = {
	{ "web.listen-address", LIST, &addresses, "Address to listen on, HOST:PORT. Repeatable.", ":9100" },
	{ "web.telemetry-path", TEXT, &routes[0].path, "Path of the node's metrics." },
	{ "web.max-requests", NUMBER, &max_requests, "Most scrapes at a time; 0 for no limit." },
	{ "web.config.file", TEXT, &config_file },
	{ "web.systemd-socket", SWITCH, &systemd_socket },
	{ "runtime.gomaxprocs", NUMBER, &ignored },
	{ 0 },
};

static atomic_bool started, stopping;
static atomic_uint scrapes;

/* Prometheus says after how many seconds it gives up: we answer a little before. */
static double
seconds_to_answer(struct mg_connection *conn)
{
	const char *header = mg_get_header(conn, "X-Prometheus-Scrape-Timeout-Seconds");
	double seconds;

	if (header == NULL || !text_number(header, &seconds))
		return 10;
	return fmin(fmax(seconds - 0.25, 0.5), 120);
}

static int
send_page(struct mg_connection *conn, enum which_page which, double begun)
{
	const char *query = mg_get_request_info(conn)->query_string, *text;
	bool gzip = accepts_gzip(mg_get_header(conn, "Accept-Encoding"));
	struct asked asked;
	struct body *body;
	size_t size;

	selection_asked(which, query == NULL ? "" : query, &asked);
	if (asked.error[0] != '\0')
		return answer_line(conn, 400, PLAIN, asked.error);
	body = scrape(which, &asked.selection, gzip, seconds_to_answer(conn));
	if (body == NULL)
		return answer_line(conn, 503, PLAIN, "The collection did not end in time.");
	text = scrape_body(body, &size);
	answer_body(conn, 200, gzip ? GZIP : METRICS, text, size);
	if (!asked.part && !answer_is_head(conn))
		sidecar_exit_scraped(begun);    /* after a part of the page, or its header, nothing may end */
	scrape_release(body);
	return 200;
}

static int
send_limit(struct mg_connection *conn)
{
	char line[96];

	snprintf(line, sizeof line, "Limit of concurrent requests reached (%u), try again later.", max_requests);
	return answer_line(conn, 503, PLAIN, line);
}

static int
serve_page(struct mg_connection *conn, enum which_page which)
{
	double begun = clock_now();
	unsigned others = atomic_fetch_add(&scrapes, 1);
	int status;

	self_request_begun();
	status = max_requests != 0 && others >= max_requests ? send_limit(conn) : send_page(conn, which, begun);
	self_request_ended(status, clock_now() - begun);
	atomic_fetch_sub(&scrapes, 1);
	return status;
}

static int
node_page(struct mg_connection *conn)
{
	return serve_page(conn, NODE_PAGE);
}

static int
containers_page(struct mg_connection *conn)
{
	return serve_page(conn, CONTAINERS_PAGE);
}

static int
resource_page(struct mg_connection *conn)
{
	return serve_page(conn, RESOURCE_PAGE);
}

static int
landing_page(struct mg_connection *conn)
{
	static const char page[] =
	    "<!DOCTYPE html>\n<html lang=\"en\">\n"
	    "<head><meta charset=\"utf-8\"><title>nodegauge</title></head>\n<body>\n"
	    "<h1>nodegauge</h1>\n<p>Version " NODEGAUGE_VERSION "</p>\n<ul>\n"
	    "<li><a href=\"%s\">Node metrics</a></li>\n"
	    "<li><a href=\"/metrics/cadvisor\">Container metrics</a></li>\n"
	    "<li><a href=\"/metrics/resource\">Resource metrics</a></li>\n"
	    "<li><a href=\"/healthz\">Health</a></li>\n<li><a href=\"/readyz\">Readiness</a></li>\n"
	    "</ul>\n";
	struct buf body = { 0 };
	const char *sentence;

	buf_print(&body, page, routes[0].path);
	for (size_t i = 0; (sentence = sidecar_unseen(i)) != NULL; i++)
		buf_print(&body, "<p>%s</p>\n", sentence);
	buf_text(&body, "</body>\n</html>\n");
	answer_body(conn, 200, HTML, body.data, body.size);
	buf_free(&body);
	return 200;
}

static int
alive(struct mg_connection *conn)
{
	return answer_line(conn, 200, PLAIN, "ok");
}

static int
ready(struct mg_connection *conn)
{
	if (stopping)
		return answer_line(conn, 503, PLAIN, "not ready: stopping");
	if (!scrape_ready())
		return answer_line(conn, 503, PLAIN, "not ready: first collection under way");
	return answer_line(conn, 200, PLAIN, "ok");
}

static bool
has_body(const struct mg_request_info *info)
{
	for (int i = 0; i < info->num_headers; i++) {
		const struct mg_header *h = &info->http_headers[i];

		if (strcasecmp(h->name, "Transfer-Encoding") == 0)
			return true;
		if (strcasecmp(h->name, "Content-Length") == 0 && h->value[strspn(h->value, "0 \t")] != '\0')
			return true;
	}
	return false;
}

static bool
allowed(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || strcmp(method, "OPTIONS") == 0;
}

static answer *
find(const char *path)
{
	for (size_t i = 0; i < COUNT(routes); i++)
		if (strcmp(path, routes[i].path) == 0)
			return routes[i].answer;
	return NULL;
}

/* Every request comes here. */
static int
serve(struct mg_connection *conn)
{
	const struct mg_request_info *info = mg_get_request_info(conn);
	answer *route = find(info->local_uri_raw);

	if (has_body(info))
		return answer_line(conn, 413, PLAIN, "A request has no body here.");
	if (!allowed(info->request_method))
		return answer_line(conn, 405, ALLOW PLAIN, "method not allowed");
	if (route == NULL)
		return answer_line(conn, 404, PLAIN, "404 page not found");
	if (strcmp(info->request_method, "OPTIONS") == 0)
		return answer_body(conn, 204, ALLOW, NULL, 0);
	return route(conn);
}

/* What the server could not parse, also a method that it does not know. */
static int
refuse(struct mg_connection *conn, int status, const char *message)
{
	const struct mg_request_info *info = mg_get_request_info(conn);

	if (status == 400 && info->http_version != NULL && text_starts(info->http_version, "1.") &&
	    !allowed(info->request_method))
		answer_line(conn, 405, ALLOW PLAIN, "method not allowed");
	else
		answer_line(conn, status, PLAIN, message);
	return 0;
}

/* Of the server's messages at start only the first says what is wrong; later ones are about what clients did. */
static int
log_message(const struct mg_connection *conn, const char *message)
{
	static atomic_bool told;

	(void)conn;
	if (started || atomic_exchange(&told, true))
		log_line(LOG_DEBUG, message, NULL);
	else
		log_line(LOG_ERROR, "cannot listen", "err", message, NULL);
	return 1;
}

static bool
say(const char *message, const char *key, const char *value)
{
	log_line(LOG_ERROR, message, key, value, NULL);
	return false;
}

static bool
check_flags(void)
{
	if (*config_file != '\0')
		return say("TLS and authentication are not built in", "web.config.file", config_file);
	if (systemd_socket)
		return say("socket activation is not built in", "flag", "web.systemd-socket");
	if (routes[0].path[0] != '/' || strpbrk(routes[0].path, "?#%\"<>& ") != NULL)
		return say("not a path", "web.telemetry-path", routes[0].path);
	return true;
}

/* The addresses as a list for the server. */
static bool
add_addresses(struct buf *list)
{
	char spec[LISTEN_SPEC_MAX];

	if (addresses.n == 0)
		addresses.items[addresses.n++] = ":9100";
	for (unsigned i = 0; i < addresses.n; i++) {
		const char *wrong = listen_spec(addresses.items[i], spec);

		if (wrong != NULL) {
			log_line(LOG_ERROR, "cannot listen", "address", addresses.items[i], "err", wrong, NULL);
			return false;
		}
		buf_print(list, "%s%s", i > 0 ? "," : "", spec);
	}
	return true;
}

static bool
start(const char *list)
{
	static const struct mg_callbacks callbacks = {
		.begin_request = serve, .http_error = refuse, .log_message = log_message, .connection_close = answer_left,
	};
	const char *options[] = {
		"listening_ports", list, "num_threads", WORKERS, "connection_queue", "128",
		"enable_keep_alive", "yes", "keep_alive_timeout_ms", KEPT_MS, "request_timeout_ms", "5000",
		"tcp_nodelay", "1", "decode_url", "no", "enable_auth_domain_check", "no", NULL,
	};

	started = mg_start(&callbacks, NULL, options) != NULL;
	return started;
}

bool
http_start(void)
{
	struct buf list = { 0 };
	bool ok = check_flags() && add_addresses(&list) && start(list.data);

	buf_free(&list);
	if (ok)
		listen_ready();
	return ok;
}

/* The server's own stop would cut what waits for a thread; without connections there is nothing left to stop. */
void
http_stop(void)
{
	double end = clock_now() + DRAIN_SECONDS;

	stopping = true;
	answer_keep_none();
	listen_close();
	listen_hang_up();
	while (listen_connections() > 0 && clock_now() < end)
		usleep(5000);
}
