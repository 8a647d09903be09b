#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static LogLevel min_level = LOG_INFO;

void log_level(LogLevel min)
{
	min_level = min;
}

static PRINTF_LIKE(2, 0) void write_line(const char *level, const char *fmt, va_list ap)
{
	char line[2048];
	struct timespec ts;
	struct tm tm;
	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	size_t n = strftime(line, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	n += (size_t)snprintf(line + n, 32, ".%03ldZ %s ", ts.tv_nsec / 1000000, level);
	int m = vsnprintf(line + n, sizeof line - n - 1, fmt, ap);
	if (m > 0)
		n += (size_t)m < sizeof line - n - 1 ? (size_t)m : sizeof line - n - 2;
	line[n++] = '\n';
	ssize_t ignored = write(STDERR_FILENO, line, n);
	(void)ignored;
}

void log_line(LogLevel level, const char *fmt, ...)
{
	static const char *const names[] = { "debug", "info", "warn", "error" };
	if (level < min_level)
		return;
	va_list ap;
	va_start(ap, fmt);
	write_line(names[level], fmt, ap);
	va_end(ap);
}

void die(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	write_line("fatal", fmt, ap);
	va_end(ap);
	abort();
}
