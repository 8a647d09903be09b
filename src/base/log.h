/* Structured log lines on stderr: time, level, message. Never put care content, names of persons or
 * secrets into a log line: ids of requests and accounts, counts and durations only. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

typedef enum LogLevel { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR } LogLevel;

/* Lines below this level are dropped. Default LOG_INFO. Set before threads start. */
void log_level(LogLevel min);
/* One line; a message is one sentence or key=value pairs. */
void log_line(LogLevel level, const char *fmt, ...) PRINTF_LIKE(2, 3);
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)

/* Writes the message and aborts. For broken invariants, out of memory and a failing disk only. */
_Noreturn void die(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
