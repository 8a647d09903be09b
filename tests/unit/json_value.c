/* Questions to a document: members, items, paths, texts, numbers, source text, iterators. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <locale.h>

#include "base/random.h"
#include "json/json.h"

static Arena *a;
static JVal doc;

static const char text[] =
    "{\n"
    "  \"resourceType\": \"Observation\",\n"
    "  \"code\": { \"coding\": [ { \"code\": \"29463-7\" }, { \"code\": \"b\" } ], \"text\": \"Gewicht\" },\n"
    "  \"value\": 72.50, \"big\": 9223372036854775807, \"huge\": 1e400, \"yes\": true, \"no\": false,\n"
    "  \"none\": null, \"empty\": [ ], \"nothing\": {},\n"
    "  \"deep\": [ [ 1, [ { \"a\": [ \"]}\" ] } ] ] ],\n"
    "  \"esc\": \"a\\nb\", \"k\\u00e9y\": -12, \"last\": \"x\"\n"
    "}\n";

static int open_doc(void **state)
{
	(void)state;
	const Json *d;
	a = arena_new();
	if (json_parse(a, str_c(text), &d, NULL) != OK)
		return -1;
	doc = json_root(d);
	return 0;
}

static int free_doc(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

#define IS(s, lit) assert_true(str_eq((s), S(lit)))

static void members(void **state)
{
	(void)state;
	assert_int_equal(json_kind(doc), J_OBJECT);
	assert_int_equal(json_count(doc), 14);
	IS(JSTR(doc, "resourceType", a), "Observation");
	IS(JSTR(doc, "last", a), "x");
	assert_int_equal(json_kind(JGET(doc, "none")), J_NULL);
	assert_int_equal(json_kind(JGET(doc, "missing")), J_ABSENT);
	assert_int_equal(json_kind(JGET(JGET(doc, "missing"), "more")), J_ABSENT);
	assert_int_equal(json_kind(JGET(JGET(doc, "empty"), "a")), J_ABSENT);
	assert_int_equal(json_kind(JGET(doc, "k\xC3\xA9y")), J_NUMBER);
	assert_int_equal(json_kind(JGET(doc, "k\\u00e9y")), J_ABSENT);
	assert_null(JSTR(doc, "value", a).p);
	assert_null(JSTR(doc, "missing", a).p);
	assert_true(json_bool(JGET(doc, "yes"), false));
	assert_false(json_bool(JGET(doc, "no"), true));
	assert_true(json_bool(JGET(doc, "none"), true));
	JVal absent = json_root(NULL);
	assert_int_equal(json_kind(absent), J_ABSENT);
	assert_int_equal(json_count(absent), 0);
	assert_null(json_raw(absent).p);
	assert_false(json_str_is(absent, S("")));
}

static void items(void **state)
{
	(void)state;
	JVal coding = json_path(doc, "code", "coding", NULL);
	assert_int_equal(json_count(coding), 2);
	IS(JSTR(json_at(coding, 1), "code", a), "b");
	assert_int_equal(json_kind(json_at(coding, 2)), J_ABSENT);
	IS(json_str(json_path(doc, "code", "coding", "code", NULL), a), "29463-7");
	assert_int_equal(json_kind(json_path(doc, "code", "codings", "code", NULL)), J_ABSENT);
	assert_ptr_equal(json_path(doc, NULL).node, doc.node);
	assert_ptr_equal(json_at(doc, 0).node, doc.node);
	assert_int_equal(json_kind(json_at(doc, 1)), J_ABSENT);
	assert_int_equal(json_kind(json_at(JGET(doc, "empty"), 0)), J_ABSENT);
}

static void texts(void **state)
{
	(void)state;
	JVal esc = JGET(doc, "esc");
	IS(json_str(esc, a), "a\nb");
	assert_true(json_str_is(esc, S("a\nb")));
	assert_false(json_str_is(esc, S("a\nbc")));
	assert_false(json_str_is(esc, S("a\n")));
	assert_false(json_str_is(esc, S("a\\nb")));
	assert_true(json_str_is(JGET(doc, "last"), S("x")));
	Str view = JSTR(doc, "last", a);
	assert_true(view.p > text && view.p < text + sizeof text);
}

static void source(void **state)
{
	(void)state;
	assert_true(str_eq(json_raw(doc), str_trim(str_c(text))));
	IS(json_raw(JGET(doc, "value")), "72.50");
	IS(json_raw(JGET(doc, "esc")), "\"a\\nb\"");
	IS(json_raw(JGET(doc, "empty")), "[ ]");
	IS(json_raw(JGET(doc, "nothing")), "{}");
	IS(json_raw(JGET(doc, "yes")), "true");
	IS(json_raw(JGET(doc, "deep")), "[ [ 1, [ { \"a\": [ \"]}\" ] } ] ] ]");
	IS(json_raw(json_at(JGET(doc, "deep"), 0)), "[ 1, [ { \"a\": [ \"]}\" ] } ] ]");
	IS(json_raw(json_at(json_path(doc, "code", "coding", NULL), 0)), "{ \"code\": \"29463-7\" }");
	unsigned line, col;
	json_where(json_path(doc, "code", "text", NULL), &line, &col);
	assert_true(line == 3 && col == 75);
	json_where(JGET(doc, "value"), &line, &col);
	assert_true(line == 4 && col == 12);
	json_where(JGET(doc, "missing"), &line, &col);
	assert_true(line == 1 && col == 1);
}

static void numbers(void **state)
{
	(void)state;
	int64_t i = 7;
	double d = 7;
	assert_true(json_int(JGET(doc, "big"), &i) && i == INT64_MAX);
	assert_true(json_int(JGET(doc, "k\xC3\xA9y"), &i) && i == -12);
	assert_false(json_int(JGET(doc, "value"), &i));
	assert_false(json_int(JGET(doc, "resourceType"), &i));
	assert_int_equal(i, -12);
	assert_false(json_double(JGET(doc, "huge"), &d));
	assert_false(json_double(JGET(doc, "esc"), &d));
	assert_true(d == 7);
	assert_true(json_double(JGET(doc, "value"), &d) && d == 72.5);
	if (setlocale(LC_NUMERIC, "de_DE.UTF-8") || setlocale(LC_NUMERIC, "nl_BE.UTF-8"))
		assert_true(json_double(JGET(doc, "value"), &d) && d == 72.5);
	setlocale(LC_NUMERIC, "C");
	Buf b = buf_new(a, 0, 0);
	BUF_LIT(&b, "0.");
	for (int k = 0; k < 300; k++)
		buf_byte(&b, k == 1 ? '5' : '0');
	const Json *number;
	assert_int_equal(json_parse(a, buf_str(&b), &number, NULL), OK);
	assert_true(json_double(json_root(number), &d) && d == 0.05);
}

static void iterators(void **state)
{
	(void)state;
	static const Str names[] = { S_INIT("resourceType"), S_INIT("code"), S_INIT("value") };
	size_t n = 0;
	for (JIter it = json_iter(doc); json_next(&it); n++) {
		assert_int_equal(it.index, n);
		if (n < COUNT_OF(names))
			assert_true(str_eq(it.key, names[n]));
		if (n == 12)
			IS(it.key, "k\\u00e9y");
		assert_true(n != 13 || json_str_is(it.value, S("x")));
	}
	assert_int_equal(n, 14);
	n = 0;
	for (JIter it = json_iter(json_path(doc, "code", "coding", NULL)); json_next(&it); n++) {
		assert_null(it.key.p);
		assert_int_equal(it.index, n);
		assert_true(json_str_is(JGET(it.value, "code"), n ? S("b") : S("29463-7")));
	}
	assert_int_equal(n, 2);
	JIter none[] = { json_iter(JGET(doc, "value")),   json_iter(JGET(doc, "empty")),
		         json_iter(JGET(doc, "nothing")), json_iter(JGET(doc, "missing")),
		         json_each(JGET(doc, "missing")), json_each(JGET(doc, "empty")) };
	for (size_t i = 0; i < COUNT_OF(none); i++)
		assert_false(json_next(&none[i]));
	JIter one = json_each(JGET(doc, "code"));
	assert_true(json_next(&one) && json_is(JGET(one.value, "text"), J_STRING));
	assert_false(json_next(&one));
	JIter two = json_each(json_path(doc, "code", "coding", NULL));
	assert_true(json_next(&two) && json_next(&two) && !json_next(&two));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_doc, free_doc)

int main(void)
{
	random_init();
	const struct CMUnitTest tests[] = { TEST(members), TEST(items),   TEST(texts),
		                            TEST(source),  TEST(numbers), TEST(iterators) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
