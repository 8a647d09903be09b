/* Replies, addresses, dates and what a client accepts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "http/http.h"

static Arena *arena;

static void same(Str got, const char *want)
{
	if (!str_eq(got, str_c(want)))
		fail_msg("want '%s', got '%.*s'", want, STR_ARG(got));
}

static void url_coding(void **state)
{
	(void)state;
	same(url_encode(arena, S("a b/é&~-_.+")), "a%20b%2F%C3%A9%26~-_.%2B");
	same(url_decode(arena, S("a%20b+c"), false), "a b+c");
	same(url_decode(arena, S("a%20b+c%"), true), "a b c%");
	same(url_decode(arena, S("%4"), true), "%4");
	char all[128];
	for (int i = 0; i < 128; i++)
		all[i] = (char)i;
	Str every = str_n(all, sizeof all);
	assert_true(str_eq(url_decode(arena, url_encode(arena, every), true), every));
}

static void paths_that_lead_out_are_refused(void **state)
{
	(void)state;
	Str out;
	static const char *const bad[] = { "",          "a",      "/..",  "/a/../b", "/a/.",
		                           "/%2e%2e/x", "/a%00b", "/%ff", "/a/%2E",  "/..%2fetc" };
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (url_path(arena, str_c(bad[i]), &out))
			fail_msg("accepted: %s", bad[i]);
	assert_true(url_path(arena, S("/caf%C3%A9/..x/"), &out));
	same(out, "/café/..x/");
}

static void unsafe_header_values_are_dropped(void **state)
{
	(void)state;
	Reply r = reply_redirect(arena, S("/x\r\nSet-Cookie: a=b"));
	assert_int_equal(r.status, 303);
	assert_int_equal(r.n_headers, 0);
	reply_header(&r, S("X"), str_n("a\0b", 3));
	assert_int_equal(r.n_headers, 0);
	for (int i = 0; i < 20; i++)
		reply_header(&r, S("X-Test"), S("waarde"));
	assert_int_equal(r.n_headers, 20);
	same(r.headers[19].value, "waarde");
}

static void dates(void **state)
{
	(void)state;
	same(http_date(arena, 0), "Thu, 01 Jan 1970 00:00:00 GMT");
	same(http_date(arena, 1795301263000), "Sat, 21 Nov 2026 22:47:43 GMT");
}

static void accepting(void **state)
{
	(void)state;
	assert_true(http_accepts(S("br, gzip"), S("gzip")));
	assert_true(http_accepts(S("GZIP;q=0.5"), S("gzip")));
	assert_false(http_accepts(S("gzip; q=0"), S("gzip")));
	assert_false(http_accepts(S("gzip;q=0.000, br"), S("gzip")));
	assert_false(http_accepts(S("xgzip"), S("gzip")));
	assert_false(http_accepts(STR_END, S("gzip")));
	assert_true(http_accepts(S("text/html;level=1;q=0.3"), S("text/html")));
}

static void entity_tags(void **state)
{
	(void)state;
	assert_true(http_etag_matches(S("\"a\", W/\"b\""), S("\"b\"")));
	assert_true(http_etag_matches(S("*"), S("\"b\"")));
	assert_false(http_etag_matches(S("\"bb\""), S("\"b\"")));
	assert_false(http_etag_matches(STR_END, S("\"b\"")));
}

static void methods(void **state)
{
	(void)state;
	assert_int_equal(method_of(S("PATCH")), M_PATCH);
	assert_int_equal(method_of(S("get")), M_OTHER);
	assert_int_equal(method_of(S("TRACE")), M_OTHER);
	same(method_name(M_DELETE), "DELETE");
}

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void dates_read_back(void **state)
{
	(void)state;
	Arena *a = arena_new();
	Millis t = 0;
	assert_true(http_date_read(S("Sat, 21 Nov 2026 22:47:43 GMT"), &t));
	assert_true(str_eq(http_date(a, t), S("Sat, 21 Nov 2026 22:47:43 GMT")));
	assert_true(http_date_read(S(" Thu, 29 Feb 2024 00:00:00 GMT "), &t));
	static const char *const wrong[] = { "",
		                             "yesterday",
		                             "Sat, 21 Nov 2026 22:47:43 CET",
		                             "Sat, 31 Nov 2026 22:47:43 GMT",
		                             "Sat, 21 Nox 2026 22:47:43 GMT",
		                             "Sat, 21 Nov 2026 25:47:43 GMT",
		                             "Sat, 21 Nov 20a6 22:47:43 GMT",
		                             "Sat; 21 Nov 2026 22:47:43 GMT",
		                             "Saturday, 21-Nov-26 22:47:43 GMT" };
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_false(http_date_read(str_c(wrong[i]), &t));
	assert_false(http_date_read((Str){ NULL, 0 }, &t));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_read_back),
		cmocka_unit_test(url_coding),
		cmocka_unit_test(paths_that_lead_out_are_refused),
		cmocka_unit_test(unsafe_header_values_are_dropped),
		cmocka_unit_test(dates),
		cmocka_unit_test(accepting),
		cmocka_unit_test(entity_tags),
		cmocka_unit_test(methods),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
