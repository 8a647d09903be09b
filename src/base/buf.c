#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"

Buf buf_new(Arena *a, size_t first, size_t max)
{
	Buf b = { .arena = a, .max = max ? max : BUF_MAX };
	if (first > b.max)
		first = b.max;
	if (first) {
		b.p = arena_raw(a, first);
		b.cap = first;
	}
	return b;
}

char *buf_room(Buf *b, size_t more)
{
	if (b->p && more <= b->cap - b->n && !b->full)
		return b->p + b->n;
	if (b->full || more > b->max || b->n > b->max - more) {
		b->full = true;
		return NULL;
	}
	size_t cap = b->cap ? b->cap * 2 : 512;
	if (cap < b->n + more)
		cap = b->n + more;
	if (cap > b->max)
		cap = b->max;
	b->p = arena_grow(b->arena, b->p, b->n, cap);
	b->cap = cap;
	return b->p + b->n;
}

void buf_add(Buf *b, Str s)
{
	if (!s.n)
		return;
	char *to = buf_room(b, s.n);
	if (!to)
		return;
	memcpy(to, s.p, s.n);
	b->n += s.n;
}

void buf_byte(Buf *b, char c)
{
	char *to = buf_room(b, 1);
	if (!to)
		return;
	*to = c;
	b->n++;
}

void buf_int(Buf *b, int64_t v)
{
	char tmp[24];
	char *end = tmp + sizeof tmp, *p = end;
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	do
		*--p = (char)('0' + u % 10);
	while (u /= 10);
	if (v < 0)
		*--p = '-';
	buf_add(b, (Str){ p, (size_t)(end - p) });
}

void buf_printf(Buf *b, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("buf_printf: bad format");
	if ((size_t)n == b->max - b->n) { /* fits, but for the NUL */
		char *p = arena_raw(b->arena, (size_t)n + 1);
		vsnprintf(p, (size_t)n + 1, fmt, again);
		buf_add(b, str_n(p, (size_t)n));
	} else if (buf_room(b, (size_t)n + 1)) {
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}
