/* The header of an answer, and what happens to its connection. */
#include "answer.h"

#include <civetweb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "buf.h"
#include "thread.h"

enum {
	ONE_WRITE = 256 << 10,          /* a larger body is not copied behind its header */
	KEPT_MAX = 3,                   /* connections that stay open, each of which holds a worker */
};

static atomic_bool last;                /* no connection stays open any more */

/* strftime would read /etc/localtime. */
static void
add_date(struct buf *to)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	};
	time_t seconds = time(NULL);
	struct tm t;

	gmtime_r(&seconds, &t);
	buf_print(to, "Date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n", days[t.tm_wday], t.tm_mday,
	    months[t.tm_mon], 1900 + t.tm_year, t.tm_hour, t.tm_min, t.tm_sec);
}

static void
add_header(struct buf *to, int status, const char *lines, size_t size, bool kept)
{
	buf_print(to, "HTTP/1.1 %d %s\r\n%s", status, mg_get_response_code_text(NULL, status), lines);
	add_date(to);
	if (status != 204)
		buf_print(to, "Content-Length: %zu\r\n", size);
	buf_text(to, kept ? "\r\n" : "Connection: close\r\n\r\n");
}

/* Buffers of past answers, the last used on top: as many as there are answers at a time. */
static struct spare {
	struct buf text;
	struct spare *next;
} *spares;
static pthread_mutex_t spares_lock = PTHREAD_MUTEX_INITIALIZER;

static struct spare *
take_spare(void)
{
	struct spare *s;

	pthread_mutex_lock(&spares_lock);
	s = spares;
	if (s != NULL)
		spares = s->next;
	pthread_mutex_unlock(&spares_lock);
	if (s == NULL) {
		s = must_realloc(NULL, sizeof *s);
		*s = (struct spare){ 0 };
	}
	s->text.size = 0;
	return s;
}

static void
give_back(struct spare *s)
{
	pthread_mutex_lock(&spares_lock);
	s->next = spares;
	spares = s;
	pthread_mutex_unlock(&spares_lock);
}

static atomic_uint n_kept;

/* True if the connection is to stay open: whoever scrapes comes again, and a connection costs as much as ten files. */
static bool
keep_open(struct mg_connection *conn, int status)
{
	const char *version = mg_get_request_info(conn)->http_version, *wish = mg_get_header(conn, "Connection");
	bool can = status == 200 && !last && version != NULL && strcmp(version, "1.1") == 0 &&
	    (wish == NULL || strcasecmp(wish, "keep-alive") == 0);

	if (can && mg_get_user_connection_data(conn) != NULL)
		return true;
	if (can && atomic_fetch_add(&n_kept, 1) < KEPT_MAX) {
		mg_set_user_connection_data(conn, &n_kept);
		return true;
	}
	if (can)
		atomic_fetch_sub(&n_kept, 1);
	mg_disable_connection_keep_alive(conn);         /* or a body that was refused is read to its end */
	return false;
}

/* Of all workers any may be the next to collect a page: without a connection none keeps memory for that. */
void
answer_left(const struct mg_connection *conn)
{
	if (mg_get_user_connection_data(conn) != NULL)
		atomic_fetch_sub(&n_kept, 1);
	thread_trim_stack();
}

bool
answer_is_head(struct mg_connection *conn)
{
	const char *method = mg_get_request_info(conn)->request_method;

	return method != NULL && strcmp(method, "HEAD") == 0;
}

int
answer_body(struct mg_connection *conn, int status, const char *lines, const char *body, size_t size)
{
	struct spare *s = take_spare();

	add_header(&s->text, status, lines, size, keep_open(conn, status));
	if (answer_is_head(conn))
		size = 0;
	if (size <= ONE_WRITE)
		buf_add(&s->text, body, size);
	mg_write(conn, s->text.data, s->text.size);
	give_back(s);
	if (size > ONE_WRITE)
		mg_write(conn, body, size);
	return status;
}

int
answer_line(struct mg_connection *conn, int status, const char *lines, const char *line)
{
	char body[256];
	int size = snprintf(body, sizeof body, "%.200s\n", line);

	return answer_body(conn, status, lines, body, (size_t)size);
}

void
answer_keep_none(void)
{
	last = true;
}
