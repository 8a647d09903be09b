/* Str: a borrowed view of bytes. Never owns memory; not NUL-terminated unless said.
 * An absent string is {NULL, 0}; an empty one has p != NULL. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct Str {
	const char *p;
	size_t n;
} Str;

/* A Str from a literal; a variable does not compile. */
#define S(lit) ((Str){ "" lit "", sizeof(lit) - 1 })
/* The same for static initialisers. */
#define S_INIT(lit)                        \
	{                                  \
		"" lit "", sizeof(lit) - 1 \
	}
/* printf("%.*s", STR_ARG(s)) */
#define STR_ARG(s) (int)(s).n, (s).p

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static inline Str str_c(const char *z)
{
	return (Str){ z, z ? strlen(z) : 0 };
}
static inline Str str_n(const char *p, size_t n)
{
	return (Str){ p, n };
}
static inline bool str_eq(Str a, Str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool str_starts(Str s, Str with)
{
	return s.n >= with.n && (with.n == 0 || (s.p && memcmp(s.p, with.p, with.n) == 0));
}
static inline bool str_ends(Str s, Str with)
{
	return s.n >= with.n && (with.n == 0 || memcmp(s.p + s.n - with.n, with.p, with.n) == 0);
}
/* The rest of s from byte i on; empty when i is past the end. */
static inline Str str_from(Str s, size_t i)
{
	return i >= s.n ? (Str){ s.p ? s.p + s.n : NULL, 0 } : (Str){ s.p + i, s.n - i };
}
static inline Str str_upto(Str s, size_t n)
{
	return n >= s.n ? s : (Str){ s.p, n };
}

/* -1, 0, 1 by bytes. */
int str_cmp(Str a, Str b);
/* ASCII case-insensitive equality (header names, host names). */
bool str_eq_nocase(Str a, Str b);
/* Position of byte c in s, or -1. */
ptrdiff_t str_chr(Str s, char c);
/* Position of needle in s, or -1. An empty needle is at 0. */
ptrdiff_t str_find(Str s, Str needle);
/* s without leading and trailing space, tab, CR and LF. */
Str str_trim(Str s);
/* Cuts s at the first `c`: *head is what stands before it, the result what stands after. Without `c`:
 * *head is all of s and the result is absent. for (Str t; s.p; ) { s = str_cut(s, ',', &t); … } */
Str str_cut(Str s, char c, Str *head);
/* Decimal integer that fills all of s and fits; false leaves *out untouched. */
NODISCARD bool str_int(Str s, int64_t *out);
/* At most n bytes of s, never cutting a UTF-8 character in two. */
Str str_clip(Str s, size_t n);
/* Is s well-formed UTF-8 (no surrogates, no overlong forms)? */
bool str_utf8(Str s);
/* How many bytes of s are well-formed UTF-8: s.n, or where the first wrong or unfinished character starts. */
size_t str_utf8_until(Str s);

#endif
