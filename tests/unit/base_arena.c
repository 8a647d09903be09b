/* Arenas and the buffers in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"

#define IS(s, lit) assert_true(str_eq((s), S(lit)))

static void pieces(void **state)
{
	(void)state;
	Arena *a = arena_new();
	assert_int_equal(arena_used(a), 0);
	for (size_t n = 0; n < 300; n++) {
		char *p = arena_raw(a, n * 7);
		assert_int_equal((uintptr_t)p % 16, 0);
		memset(p, 0xAA, n * 7);
		unsigned char *z = arena_zero(a, n);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(z[i], 0);
	}
	char *big = arena_raw(a, 5 << 20);
	memset(big, 1, 5 << 20);
	assert_true(arena_used(a) > 5 << 20);
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	IS(arena_str(a, S("x")), "x");
	arena_free(a);
	arena_free(NULL);
}

static void texts(void **state)
{
	(void)state;
	Arena *a = arena_new();
	Str s = arena_str(a, str_n("abcdef", 3));
	IS(s, "abc");
	assert_int_equal(s.p[3], 0);
	assert_string_equal(arena_cstr(a, str_c(NULL)), "");
	IS(arena_printf(a, "%s/%d", "Patient", 7), "Patient/7");
	IS(arena_join(a, S("a"), S(""), S("bc"), STR_END), "abc");
	IS(arena_join(a, STR_END), "");
	arena_free(a);
}

/* Grows one piece alone, then two in turn: neither loses a byte. */
static void grow(void **state)
{
	(void)state;
	Arena *a = arena_new();
	unsigned char *p = NULL, *q = arena_raw(a, 1);
	size_t p_n = 0, q_n = 1;
	*q = 0;
	for (size_t n = 1; n < 3000000; n = n * 3 / 2 + 1) {
		p = arena_grow(a, p, p_n, n);
		for (size_t i = p_n; i < n; i++)
			p[i] = (unsigned char)(i * 31);
		p_n = n;
		if (n > 1000 && n < 100000) {
			q = arena_grow(a, q, q_n, n);
			for (size_t i = q_n; i < n; i++)
				q[i] = (unsigned char)(i * 17);
			q_n = n;
		}
	}
	for (size_t i = 0; i < p_n; i++)
		assert_int_equal(p[i], (unsigned char)(i * 31));
	for (size_t i = 0; i < q_n; i++)
		assert_int_equal(q[i], (unsigned char)(i * 17));
	p = arena_grow(a, p, p_n, 100);
	assert_memory_equal(p, "\0\x1F\x3E", 3);
	arena_free(a);
}

#ifndef ARENA_DEBUG
/* The piece handed out last grows and shrinks where it is, and a large one leaves nothing behind. */
static void grow_in_place(void **state)
{
	(void)state;
	Arena *a = arena_new();
	char *p = arena_raw(a, 16);
	assert_ptr_equal(arena_grow(a, p, 16, 1000), p);
	assert_ptr_equal(arena_grow(a, p, 1000, 32), p);
	assert_int_equal(arena_used(a), 32);
	char *big = arena_raw(a, 2 << 20);
	for (size_t n = 2 << 20; n < 40 << 20; n *= 2)
		big = arena_grow(a, big, n, n * 2);
	assert_int_equal(arena_used(a), 32 + (64 << 20));
	arena_reset(a);
	IS(arena_str(a, S("again")), "again");
	arena_free(a);
}
#endif

static char order[8];
static size_t ran;

static void note(void *arg)
{
	order[ran++] = *(const char *)arg;
}

static void defer(void **state)
{
	(void)state;
	Arena *a = arena_new();
	ran = 0;
	arena_defer(a, note, "1");
	arena_defer(a, note, "2");
	arena_reset(a);
	assert_memory_equal(order, "21", 2);
	arena_defer(a, note, "3");
	arena_free(a);
	assert_int_equal(ran, 3);
	assert_int_equal(order[2], '3');
}

static void buffer(void **state)
{
	(void)state;
	Arena *a = arena_new();
	Buf b = buf_new(a, 0, 0);
	IS(buf_str(&b), "");
	assert_non_null(buf_room(&b, 0));
	BUF_LIT(&b, "n=");
	buf_int(&b, INT64_MIN);
	buf_byte(&b, ' ');
	buf_int(&b, 0);
	buf_printf(&b, " %s%c", "x", 'y');
	buf_add(&b, str_c(NULL));
	IS(buf_str(&b), "n=-9223372036854775808 0 xy");
	for (int i = 0; i < 10000; i++)
		BUF_LIT(&b, "0123456789");
	assert_int_equal(b.n, 27 + 100000);
	assert_memory_equal(b.p + b.n - 10, "0123456789", 10);
	assert_false(b.full);
	arena_free(a);
}

static void maximum(void **state)
{
	(void)state;
	Arena *a = arena_new();
	Buf b = buf_new(a, 64, 10);
	BUF_LIT(&b, "01234");
	buf_printf(&b, "%05d", 7);
	assert_false(b.full);
	IS(buf_str(&b), "0123400007");
	buf_byte(&b, 'x');
	assert_true(b.full);
	assert_null(buf_room(&b, 0));
	assert_int_equal(b.n, 10);

	Buf c = buf_new(a, 0, 4);
	buf_printf(&c, "%d", 12345);
	assert_true(c.full);
	BUF_LIT(&c, "1");
	IS(buf_str(&c), "");

	Buf d = buf_new(a, 0, 4);
	assert_null(buf_room(&d, SIZE_MAX));
	assert_true(d.full);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces),        cmocka_unit_test(texts),  cmocka_unit_test(grow),
#ifndef ARENA_DEBUG
		cmocka_unit_test(grow_in_place),
#endif
		cmocka_unit_test(defer),         cmocka_unit_test(buffer), cmocka_unit_test(maximum),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
