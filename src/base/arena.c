#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

enum { FIRST_BLOCK = 16 * 1024, MAX_BLOCK = 1024 * 1024, ALIGN = 16 };

typedef struct Block {
	struct Block *next;
	size_t cap;
	_Alignas(ALIGN) char data[];
} Block;

typedef struct Defer {
	struct Defer *next;
	void (*fn)(void *);
	void *arg;
} Defer;

struct Arena {
	Block *first, *block; /* block: the one being filled */
	size_t at;            /* first free byte in block */
	size_t used;
	char *last; /* last piece handed out, for arena_grow */
	Defer *defers;
};

static Block *block_new(size_t cap)
{
	Block *b = malloc(sizeof *b + cap);
	if (!b)
		die("out of memory (%zu bytes)", cap);
	b->next = NULL;
	b->cap = cap;
	return b;
}

Arena *arena_new(void)
{
	Arena *a = calloc(1, sizeof *a);
	if (!a)
		die("out of memory");
#ifndef ARENA_DEBUG
	a->first = a->block = block_new(FIRST_BLOCK);
#endif
	return a;
}

static void run_defers(Arena *a)
{
	while (a->defers) {
		Defer *d = a->defers;
		a->defers = d->next;
		d->fn(d->arg);
	}
}

static void free_blocks(Block *b)
{
	while (b) {
		Block *next = b->next;
		free(b);
		b = next;
	}
}

void arena_free(Arena *a)
{
	if (!a)
		return;
	run_defers(a);
	free_blocks(a->first);
	free(a);
}

void arena_reset(Arena *a)
{
	run_defers(a);
#ifdef ARENA_DEBUG
	free_blocks(a->first);
	a->first = a->block = NULL;
#else
	free_blocks(a->first->next);
	a->first->next = NULL;
	a->block = a->first;
#endif
	a->at = 0;
	a->used = 0;
	a->last = NULL;
}

size_t arena_used(const Arena *a)
{
	return a->used;
}

void *arena_raw(Arena *a, size_t n)
{
	size_t need = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (need < n)
		die("arena: size overflow");
	a->used += need;
#ifdef ARENA_DEBUG
	Block *b = block_new(n);
	b->next = a->first;
	a->first = b;
	return a->last = b->data;
#else
	if (need > a->block->cap - a->at) {
		size_t cap = a->block->cap * 2;
		if (cap > MAX_BLOCK)
			cap = MAX_BLOCK;
		if (cap < need)
			cap = need;
		Block *b = block_new(cap);
		a->block->next = b;
		a->block = b;
		a->at = 0;
	}
	a->last = a->block->data + a->at;
	a->at += need;
	return a->last;
#endif
}

void *arena_zero(Arena *a, size_t n)
{
	void *p = arena_raw(a, n);
	memset(p, 0, n);
	return p;
}

#ifndef ARENA_DEBUG
/* Makes the block being filled larger. The first one stays what it is: arena_reset keeps it. */
static bool enlarge_block(Arena *a, size_t cap)
{
	Block *before = a->first;
	if (a->block == a->first)
		return false;
	while (before->next != a->block)
		before = before->next;
	Block *b = realloc(a->block, sizeof *b + cap);
	if (!b)
		die("out of memory (%zu bytes)", cap);
	b->cap = cap;
	before->next = a->block = b;
	a->last = b->data;
	return true;
}

/* Grows or shrinks the piece handed out last where it is; one that has a block for itself takes the block along,
 * so that a large buffer leaves no smaller copies of itself behind. */
static bool grow_last(Arena *a, size_t n)
{
	size_t start = (size_t)(a->last - a->block->data);
	size_t need = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (need < n)
		die("arena: size overflow");
	if (need > a->block->cap - start && (start || !enlarge_block(a, need)))
		return false;
	a->used += start + need - a->at;
	a->at = start + need;
	return true;
}
#endif

void *arena_grow(Arena *a, void *p, size_t old_n, size_t n)
{
#ifndef ARENA_DEBUG
	if (p && p == a->last && grow_last(a, n))
		return a->last;
#endif
	void *q = arena_raw(a, n);
	if (p && old_n)
		memcpy(q, p, old_n < n ? old_n : n);
	return q;
}

Str arena_str(Arena *a, Str s)
{
	return (Str){ arena_cstr(a, s), s.n };
}

Str arena_utf8(Arena *a, Str s)
{
	size_t good = str_utf8_until(s);
	if (good == s.n)
		return s;
	char *out = arena_raw(a, s.n * 3 + 1), *to = out;
	while (s.n) {
		memcpy(to, s.p, good);
		to += good;
		s = str_from(s, good);
		if (s.n) {
			memcpy(to, "\xEF\xBF\xBD", 3);
			to += 3;
			s = str_from(s, 1);
		}
		good = str_utf8_until(s);
	}
	*to = 0;
	return str_n(out, (size_t)(to - out));
}

char *arena_cstr(Arena *a, Str s)
{
	char *p = arena_raw(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = 0;
	return p;
}

Str arena_printf(Arena *a, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("arena_printf: bad format");
	char *p = arena_raw(a, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (Str){ p, (size_t)n };
}

Str arena_join(Arena *a, ...)
{
	va_list ap;
	size_t n = 0;
	va_start(ap, a);
	for (Str s; (s = va_arg(ap, Str)).p;)
		n += s.n;
	va_end(ap);
	char *p = arena_raw(a, n + 1), *q = p;
	va_start(ap, a);
	for (Str s; (s = va_arg(ap, Str)).p; q += s.n)
		memcpy(q, s.p, s.n);
	va_end(ap);
	p[n] = 0;
	return (Str){ p, n };
}

void arena_defer(Arena *a, void (*fn)(void *), void *arg)
{
	Defer *d = ARENA_NEW(a, Defer);
	d->fn = fn;
	d->arg = arg;
	d->next = a->defers;
	a->defers = d;
}
