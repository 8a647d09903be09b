/* Views of bytes: comparing, finding, cutting, numbers, UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/str.h"

#define IS(s, lit) assert_true(str_eq((s), S(lit)))

static void compare(void **state)
{
	(void)state;
	assert_true(str_eq(S(""), str_c(NULL)));
	assert_false(str_eq(S("a"), S("b")));
	assert_false(str_eq(S("a"), S("ab")));
	assert_int_equal(str_cmp(S("a"), S("b")), -1);
	assert_int_equal(str_cmp(S("b"), S("a")), 1);
	assert_int_equal(str_cmp(S("ab"), S("a")), 1);
	assert_int_equal(str_cmp(S("a"), S("ab")), -1);
	assert_int_equal(str_cmp(S("a"), S("a")), 0);
	assert_int_equal(str_cmp(S("\xC3\xA9"), S("z")), 1);
	assert_true(str_eq_nocase(S("Content-Type"), S("content-tYPE")));
	assert_false(str_eq_nocase(S("[a"), S("{a")));
	assert_true(str_starts(S("Patient/1"), S("Patient")));
	assert_true(str_starts(S(""), S("")));
	assert_false(str_starts(S("Pat"), S("Patient")));
	assert_true(str_ends(S("a.json"), S(".json")));
	assert_false(str_ends(S("json"), S(".json")));
}

static void find(void **state)
{
	(void)state;
	assert_int_equal(str_chr(S("a/b/c"), '/'), 1);
	assert_int_equal(str_chr(S("abc"), '/'), -1);
	assert_int_equal(str_chr(str_c(NULL), '/'), -1);
	assert_int_equal(str_find(S("hallo wereld"), S("wer")), 6);
	assert_int_equal(str_find(S("hallo"), S("hallo!")), -1);
	assert_int_equal(str_find(S("hallo"), S("")), 0);
	assert_int_equal(str_find(S("aab"), S("ab")), 1);
}

static void pieces(void **state)
{
	(void)state;
	IS(str_from(S("abc"), 1), "bc");
	IS(str_from(S("abc"), 9), "");
	assert_null(str_from(str_c(NULL), 0).p);
	IS(str_upto(S("abc"), 2), "ab");
	IS(str_upto(S("abc"), 9), "abc");
	IS(str_trim(S(" \t a b \r\n")), "a b");
	IS(str_trim(S(" \n ")), "");
	Str parts[4], head;
	size_t n = 0;
	for (Str s = S("a,,b,"); s.p && n < COUNT_OF(parts);) {
		s = str_cut(s, ',', &head);
		parts[n++] = head;
	}
	assert_int_equal(n, 4);
	IS(parts[0], "a");
	IS(parts[1], "");
	IS(parts[2], "b");
	IS(parts[3], "");
	assert_non_null(parts[3].p);
}

static void integers(void **state)
{
	(void)state;
	int64_t v = 7;
	static const Str wrong[] = { S_INIT(""),
		                     S_INIT("-"),
		                     S_INIT("+1"),
		                     S_INIT("1 "),
		                     S_INIT("1.0"),
		                     S_INIT("0x1"),
		                     S_INIT("9223372036854775808"),
		                     S_INIT("-9223372036854775809") };
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_false(str_int(wrong[i], &v));
	assert_int_equal(v, 7);
	assert_true(str_int(S("-42"), &v) && v == -42);
	assert_true(str_int(S("9223372036854775807"), &v) && v == INT64_MAX);
	assert_true(str_int(S("-9223372036854775808"), &v) && v == INT64_MIN);
	assert_true(str_int(S("007"), &v) && v == 7);
}

static void utf8(void **state)
{
	(void)state;
	static const Str good[] = { S_INIT(""),
		                    S_INIT("abc"),
		                    S_INIT("caf\xC3\xA9"),
		                    S_INIT("\xE2\x82\xAC"),
		                    S_INIT("\xF0\x9F\x98\x80"),
		                    S_INIT("\xF4\x8F\xBF\xBF"),
		                    S_INIT("\xED\x9F\xBF") };
	static const Str bad[] = {
		S_INIT("\x80"),             /* starts with a continuation */
		S_INIT("\xC3"),             /* cut off */
		S_INIT("\xE2\x82"),         /* cut off */
		S_INIT("\xC0\xAF"),         /* overlong */
		S_INIT("\xE0\x80\xAF"),     /* overlong */
		S_INIT("\xF0\x80\x80\xAF"), /* overlong */
		S_INIT("\xED\xA0\x80"),     /* surrogate */
		S_INIT("\xF4\x90\x80\x80"), /* past U+10FFFF */
		S_INIT("\xF5\x80\x80\x80"),
		S_INIT("\xFF"),
		S_INIT("\xC3\x28"),
		S_INIT("\xF0\x9F\x98\x28"),
	};
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_true(str_utf8(good[i]));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(str_utf8(bad[i]));
	assert_true(str_utf8(str_c(NULL)));
	assert_int_equal(str_utf8_until(S("a\xC3\xA9\xE2\x82z")), 3);
	assert_int_equal(str_utf8_until(S("a\xC3\xA9\xE2\x82")), 3);
	assert_int_equal(str_utf8_until(S("a\xC3\xA9z")), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compare),  cmocka_unit_test(find), cmocka_unit_test(pieces),
		cmocka_unit_test(integers), cmocka_unit_test(utf8),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
