/* Log lines on stderr: time, level, message and pairs of key and value, in logfmt or JSON. */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* debug, info, warn, error; logfmt, json. False for any other word. */
bool log_set_level(const char *word);
bool log_set_format(const char *word);

/* One line: log_line(LOG_WARN, "cannot read", "path", path, "err", strerror(e), NULL). */
void log_line(enum log_level level, const char *message, ...) __attribute__((sentinel));

#endif
