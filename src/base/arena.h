/* Arena: memory that belongs to a lifetime (a request, a connection, the process).
 * Pieces are never freed one by one. Not thread-safe: one arena, one thread at a time.
 * Out of memory aborts. With -DARENA_DEBUG each piece is its own malloc, so that sanitizers see overruns. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

typedef struct Arena Arena;

/* A new arena. Free with arena_free; arena_free(NULL) is harmless. */
Arena *arena_new(void);
void arena_free(Arena *a);
/* Forgets all pieces but keeps the first block for the next use. */
void arena_reset(Arena *a);
/* Bytes handed out since arena_new or arena_reset. */
size_t arena_used(const Arena *a);

/* n bytes aligned to 16; not zeroed. */
void *arena_raw(Arena *a, size_t n);
/* n bytes of zero. */
void *arena_zero(Arena *a, size_t n);
/* Grows the piece p of old_n bytes to n, in place when it was the last one handed out. */
void *arena_grow(Arena *a, void *p, size_t old_n, size_t n);
#define ARENA_NEW(a, T) ((T *)arena_zero((a), sizeof(T)))
#define ARENA_ARRAY(a, T, n) ((T *)arena_zero((a), sizeof(T) * (size_t)(n)))

/* A copy of s; always followed by a NUL that n does not count. */
Str arena_str(Arena *a, Str s);
/* s when it is UTF-8; else a copy in which each byte that is not part of a character is U+FFFD. */
Str arena_utf8(Arena *a, Str s);
/* s as a C string (a copy with a NUL behind it). */
char *arena_cstr(Arena *a, Str s);
Str arena_printf(Arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* All parts behind each other; the list ends with an absent Str: arena_join(a, x, S("/"), y, STR_END). */
#define STR_END ((Str){ NULL, 0 })
Str arena_join(Arena *a, ...);

/* Runs fn(arg) when the arena is reset or freed, last registered first. */
void arena_defer(Arena *a, void (*fn)(void *), void *arg);

#endif
