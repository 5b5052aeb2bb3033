/* Log lines. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const levels[] = { "debug", "info", "warn", "error" };
static const char *const capitals[] = { "DEBUG", "INFO", "WARN", "ERROR" };
static enum log_level lowest = LOG_INFO;
static bool json;

/* A line is written at once, so that lines of several threads do not mix; what does not fit is cut. */
struct line {
	char text[2048];
	size_t size;
};

bool
log_set_level(const char *word)
{
	for (lowest = LOG_DEBUG; lowest <= LOG_ERROR; lowest++)
		if (strcmp(word, levels[lowest]) == 0)
			return true;
	lowest = LOG_INFO;
	return false;
}

bool
log_set_format(const char *word)
{
	json = strcmp(word, "json") == 0;
	return json || strcmp(word, "logfmt") == 0;
}

static void
put(struct line *l, const char *text)
{
	for (; *text != '\0' && l->size < sizeof l->text - 4; text++)
		l->text[l->size++] = *text;
}

static void
put_quoted(struct line *l, const char *value)
{
	char c[8] = "";

	put(l, "\"");
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			snprintf(c, sizeof c, "\\%c", *value);
		else if ((unsigned char)*value < ' ' || (unsigned char)*value == 0x7f)
			snprintf(c, sizeof c, "\\u%04x", (unsigned)*value);
		else
			snprintf(c, sizeof c, "%c", *value);
		put(l, c);
	}
	put(l, "\"");
}

static void
put_pair(struct line *l, const char *key, const char *value)
{
	bool plain = *value != '\0' && strpbrk(value, " =\"\\") == NULL;

	for (const char *c = value; *c != '\0'; c++)
		plain = plain && (unsigned char)*c > ' ' && *c != 0x7f;
	if (json) {
		put(l, l->size == 0 ? "{" : ",");
		put_quoted(l, key);
		put(l, ":");
	} else {
		put(l, l->size == 0 ? "" : " ");
		put(l, key);
		put(l, "=");
	}
	if (plain && !json)
		put(l, value);
	else
		put_quoted(l, value);
}

static void
put_time(struct line *l)
{
	struct timespec now;
	struct tm tm;
	char text[64];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec / 1000000);
	put_pair(l, "time", text);
}

void
log_line(enum log_level level, const char *message, ...)
{
	struct line l = { .size = 0 };
	const char *key;
	va_list pairs;

	if (level < lowest)
		return;
	put_time(&l);
	put_pair(&l, "level", capitals[level]);
	put_pair(&l, "msg", message);
	va_start(pairs, message);
	while ((key = va_arg(pairs, const char *)) != NULL)
		put_pair(&l, key, va_arg(pairs, const char *));
	va_end(pairs);
	if (json)
		l.text[l.size++] = '}';
	l.text[l.size++] = '\n';
	if (write(STDERR_FILENO, l.text, l.size) < 0)
		return; /* nobody is left to tell */
}
