/* Buf: bytes that grow, up to a maximum. Memory comes from an arena.
 * Past the maximum nothing is added and `full` is set: check once at the end. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"

typedef struct Buf {
	Arena *arena;
	char *p;
	size_t n, cap, max;
	bool full;
} Buf;

/* Default maximum when max is 0. */
enum { BUF_MAX = 64 * 1024 * 1024 };

Buf buf_new(Arena *a, size_t first, size_t max);
/* Room for `more` bytes behind n, or NULL when that would pass the maximum. Does not change n. */
char *buf_room(Buf *b, size_t more);
void buf_add(Buf *b, Str s);
void buf_byte(Buf *b, char c);
void buf_int(Buf *b, int64_t v);
void buf_printf(Buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
static inline Str buf_str(const Buf *b)
{
	return (Str){ b->p ? b->p : "", b->n };
}
#define BUF_LIT(b, lit) buf_add((b), S(lit))

#endif
