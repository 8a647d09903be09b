/* The reader: what it refuses and where, limits, names that come twice, and its speed on hostile shapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/time.h"
#include "json/json.h"

static Arena *a;

static int open_arena(void **state)
{
	(void)state;
	a = arena_new();
	return 0;
}

static int free_arena(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

/* A copy without anything behind it, so that the sanitizer sees a byte read too far. */
static Str exact(Str s)
{
	char *p = malloc(s.n ? s.n : 1);
	memcpy(p, s.p, s.n);
	arena_defer(a, free, p);
	return str_n(p, s.n);
}

static JVal parse(Str text)
{
	const Json *doc = NULL;
	JError e;
	if (json_parse(a, exact(text), &doc, &e) != OK)
		fail_msg("%u:%u %s", e.line, e.col, e.message);
	return json_root(doc);
}

static void refuse(Str text, unsigned line, unsigned col, const char *message)
{
	const Json *doc = NULL;
	JError e = { 0 };
	assert_int_equal(json_parse(a, exact(text), &doc, &e), ERR_SYNTAX);
	assert_null(doc);
	assert_string_equal(e.message, message);
	if (e.line != line || e.col != col)
		fail_msg("%s: at %u:%u, expected %u:%u", message, e.line, e.col, line, col);
}

static void where_it_fails(void **state)
{
	(void)state;
	refuse(S(""), 1, 1, "the text ends where a value is needed");
	refuse(S(" \n "), 2, 2, "the text ends where a value is needed");
	refuse(S("\xEF\xBB\xBF{}"), 1, 1, "expected a value");
	refuse(S("{\n  \"a\": 1,\n  \"b\" 2\n}"), 3, 7, "expected ':' after the member name");
	refuse(S("{\n  \"a\": 1\n  \"b\": 2\n}"), 3, 3, "expected ',' or '}'");
	refuse(S("[1 2]"), 1, 4, "expected ',' or ']'");
	refuse(S("[1}"), 1, 3, "expected ',' or ']'");
	refuse(S("{\"a\":1]"), 1, 7, "expected ',' or '}'");
	refuse(S("[1,]"), 1, 4, "expected a value");
	refuse(S("{\"a\":1,}"), 1, 8, "expected a member name in quotes");
	refuse(S("{a:1}"), 1, 2, "expected a member name in quotes");
	refuse(S("{"), 1, 2, "the text ends inside an object");
	refuse(S("[[1,2]"), 1, 7, "the text ends inside an array");
	refuse(S("{} {}"), 1, 4, "text after the end of the value");
	refuse(S("nul"), 1, 1, "expected a value");
	refuse(S("[truE]"), 1, 2, "expected a value");
	refuse(S("\r\n\r\n\tx"), 3, 2, "expected a value");
	const Json *doc;
	assert_int_equal(json_parse(a, S("["), &doc, NULL), ERR_SYNTAX);
	assert_int_equal(json_parse(a, str_c(NULL), &doc, NULL), ERR_SYNTAX);
	assert_int_equal(json_parse(a, str_n("", (size_t)JSON_MAX + 1), &doc, NULL), ERR_TOO_LARGE);
}

static void strings(void **state)
{
	(void)state;
	refuse(S("\"abc"), 1, 5, "the text ends inside a string");
	refuse(S("\"abc\\"), 1, 6, "the text ends inside a string");
	refuse(S("\"a\nb\""), 1, 3, "control character in a string: write it as an escape");
	refuse(S("\"0123456789abcdef0123456789\t\""), 1, 28, "control character in a string: write it as an escape");
	refuse(S("\"\\x\""), 1, 2, "unknown escape in a string");
	refuse(S("\"\\u12g4\""), 1, 2, "\\u needs four hexadecimal digits");
	refuse(S("\"\\u12"), 1, 2, "\\u needs four hexadecimal digits");
	refuse(S("\"a\\u0000\""), 1, 3, "the character NUL is not allowed");
	refuse(S("\"\\uD83D\""), 1, 2, "half a surrogate pair");
	refuse(S("\"\\uD83D\\u0041\""), 1, 2, "half a surrogate pair");
	refuse(S("\"\\uDE00\""), 1, 2, "half a surrogate pair");
	refuse(S("\"caf\xC3\xA9 \xE9\""), 1, 8, "not UTF-8");
	refuse(S("\"\xC3\xA9\xC3\xA9\xC3\""), 1, 6, "not UTF-8");
	refuse(S("\"\xED\xA0\x80\""), 1, 2, "not UTF-8");
	assert_true(json_str_is(parse(S("\"\\uD83D\\uDE00\\u20ac\\\"\\\\\\/\\b\\f\\n\\r\\t\"")),
	                        S("\xF0\x9F\x98\x80\xE2\x82\xAC\"\\/\b\f\n\r\t")));
	assert_true(str_eq(json_str(parse(S("\"\\u0041\\u00E9\\uFFFFz\"")), a), S("A\xC3\xA9\xEF\xBF\xBFz")));
	assert_true(json_str_is(parse(S("\"\x7F\"")), S("\x7F")));
}

/* An odd byte at each place of a string, around the 16 bytes that are looked at in one go. */
static void string_places(void **state)
{
	(void)state;
	for (size_t n = 1; n < 40; n++)
		for (size_t i = 0; i < n; i++) {
			char text[64] = "\"";
			memset(text + 1, 'x', n);
			text[n + 1] = '"';
			text[i + 1] = '\x1F';
			refuse(str_n(text, n + 2), 1, (unsigned)i + 2,
			       "control character in a string: write it as an escape");
			text[i + 1] = '\x80';
			refuse(str_n(text, n + 2), 1, (unsigned)i + 2, "not UTF-8");
			text[i + 1] = '"';
			if (i + 1 < n)
				refuse(str_n(text, n + 2), 1, (unsigned)i + 3, "text after the end of the value");
			text[i + 1] = ' ';
			assert_true(json_str_is(parse(str_n(text, n + 2)), str_n(text + 1, n)));
		}
}

static void numbers(void **state)
{
	(void)state;
	static const Str kept[] = { S_INIT("0"),    S_INIT("-0"),
		                    S_INIT("1.10"), S_INIT("1E400"),
		                    S_INIT("-0.0"), S_INIT("1e-7"),
		                    S_INIT("0.00"), S_INIT("100000000000000000000000000.00001") };
	for (size_t i = 0; i < COUNT_OF(kept); i++)
		assert_true(str_eq(json_raw(parse(kept[i])), kept[i]));
	refuse(S("01"), 1, 2, "a number cannot start with 0");
	refuse(S("-"), 1, 2, "expected a digit");
	refuse(S("-a"), 1, 2, "expected a digit");
	refuse(S("1."), 1, 3, "expected a digit after the point");
	refuse(S("[1.e1]"), 1, 4, "expected a digit after the point");
	refuse(S("1e+"), 1, 4, "expected a digit in the exponent");
	refuse(S("+1"), 1, 1, "expected a value");
	refuse(S(".5"), 1, 1, "expected a value");
	refuse(S("NaN"), 1, 1, "expected a value");
	refuse(S("0x1"), 1, 2, "text after the end of the value");
}

static Str nested(unsigned levels, Str open, Str close)
{
	Buf b = buf_new(a, 0, 0);
	for (unsigned i = 0; i < levels; i++)
		buf_add(&b, open);
	BUF_LIT(&b, "1");
	for (unsigned i = 0; i < levels; i++)
		buf_add(&b, close);
	return buf_str(&b);
}

static void depth(void **state)
{
	(void)state;
	parse(nested(JSON_DEPTH, S("["), S("]")));
	JVal v = parse(nested(JSON_DEPTH, S("{\"a\": "), S(" }")));
	assert_int_equal(json_raw(v).n, JSON_DEPTH * 8 + 1);
	refuse(nested(JSON_DEPTH + 1, S("["), S("]")), 1, JSON_DEPTH + 1, "nested too deeply");
	refuse(nested(JSON_DEPTH + 1, S("{\"a\":"), S("}")), 1, JSON_DEPTH * 5 + 1, "nested too deeply");
	refuse(nested(1000000, S("["), S("")), 1, JSON_DEPTH + 1, "nested too deeply");
}

#define TWICE "this member name is in the object already"

static void names_twice(void **state)
{
	(void)state;
	refuse(S("{\"a\":1,\"b\":2,\"a\":3}"), 1, 14, TWICE);
	refuse(S("{\"\":1,\"\":2}"), 1, 7, TWICE);
	refuse(S("{\"a\":1,\n\"\\u0061\":2}"), 2, 1, TWICE);
	refuse(S("{\"\\u0061\":{\"a\":1},\"a\":2}"), 1, 19, TWICE);
	refuse(S("{\"\\u0061\":2,\"\\u0061\":2}"), 1, 13, TWICE);
	refuse(S("{\"x\":{\"abcdefgh1\":1,\"abcdefgh1\":2}}"), 1, 21, TWICE);
	parse(S("{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}],\"A\":1,\"aa\":2,\"aaa\":[]}"));
	parse(S("{\"abcdefgh1\":1,\"abcdefgh2\":2,\"\\u00e9\":{\"\\u00e9\":1},\"e\":{\"\\u00e9\":2}}"));
}

/* n members k0, k1, …; every second one holds an object with a member k1; then `last`. */
static Str members(unsigned n, Str last)
{
	Buf b = buf_new(a, 0, 0);
	buf_byte(&b, '{');
	for (unsigned i = 0; i < n; i++)
		buf_printf(&b, "%s\"k%u\":%s", i ? ",\n" : "", i, i % 2 ? "1" : "{\"k1\":[2,{}]}");
	buf_add(&b, last);
	buf_byte(&b, '}');
	return buf_str(&b);
}

static void names_of_many(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 300; n++) {
		JVal v = parse(members(n, S("")));
		assert_int_equal(json_count(v), n);
		for (unsigned twice = 0; twice < n; twice += 1 + n / 7)
			refuse(members(n, arena_printf(a, ",\n\"k%u\":0", twice)), n + 1, 1, TWICE);
	}
	/* Names of closed objects make room for others. */
	Buf b = buf_new(a, 0, 0);
	buf_byte(&b, '[');
	for (unsigned i = 0; i < 200; i++) {
		buf_add(&b, members(40, S("")));
		buf_byte(&b, ',');
	}
	buf_add(&b, members(40, S("")));
	buf_byte(&b, ']');
	assert_int_equal(json_count(parse(buf_str(&b))), 201);
	int64_t start = time_mono_us();
	JVal v = parse(members(100000, S("")));
	assert_int_equal(json_count(v), 100000);
	refuse(members(100000, S(",\n\"k77777\":0")), 100001, 1, TWICE);
	assert_true(time_mono_us() - start < 3000000); /* tens of milliseconds; comparing each with each: minutes */
}

/* Where nodes lie closest together: arrays that are open, then items of one byte. */
static void dense(void **state)
{
	(void)state;
	for (unsigned open = 0; open <= JSON_DEPTH; open++)
		for (unsigned items = 0; items < 300; items += 13) {
			Buf b = buf_new(a, 0, 0);
			for (unsigned i = 0; i < open; i++)
				buf_byte(&b, '[');
			for (unsigned i = 0; i < items; i++)
				BUF_LIT(&b, "1,");
			BUF_LIT(&b, "1");
			const Json *doc;
			assert_int_equal(json_parse(a, exact(buf_str(&b)), &doc, NULL),
			                 open || items ? ERR_SYNTAX : OK);
		}
}

/* A wrong byte amid a long run of others is found at once. */
static void long_utf8(void **state)
{
	(void)state;
	Buf b = buf_new(a, 0, 0);
	buf_byte(&b, '"');
	for (unsigned i = 0; i < 500000; i++)
		buf_add(&b, i == 250000 ? S("\xC3\xC3") : S("\xC3\xA9"));
	int64_t start = time_mono_us();
	refuse(buf_str(&b), 1, 500002, "not UTF-8");
	assert_true(time_mono_us() - start < 1000000);
}

static void memory(void **state)
{
	(void)state;
	Buf b = buf_new(a, 0, 0);
	buf_byte(&b, '[');
	for (int i = 0; i < 200000; i++)
		BUF_LIT(&b, "1,");
	BUF_LIT(&b, "1]");
	Arena *own = arena_new();
	const Json *doc;
	assert_int_equal(json_parse(own, buf_str(&b), &doc, NULL), OK);
	assert_int_equal(doc->count, 200002);
	assert_int_equal(json_count(json_root(doc)), 200001);
	assert_true(str_eq(json_raw(json_root(doc)), buf_str(&b)));
#ifndef ARENA_DEBUG
	assert_true(arena_used(own) < doc->count * sizeof(JNode) + 4096);
#endif
	arena_free(own);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_arena, free_arena)

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { TEST(where_it_fails), TEST(strings),   TEST(string_places),
		                            TEST(numbers),        TEST(depth),     TEST(names_twice),
		                            TEST(names_of_many),  TEST(long_utf8), TEST(dense),
		                            TEST(memory) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
