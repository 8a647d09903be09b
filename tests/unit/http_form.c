/* Queries, forms, cookies and header parameters as they come from browsers and from mischief. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "http/http.h"

static Arena *arena;

#define IS(expected, got)                                                           \
	do {                                                                        \
		Str got_ = (got), want_ = S(expected);                              \
		assert_non_null(got_.p);                                            \
		if (!str_eq(got_, want_))                                           \
			fail_msg("want '%s', got '%.*s'", expected, STR_ARG(got_)); \
	} while (0)

static Request request(const char *query, const char *type, const char *body)
{
	Request r = { .arena = arena, .query = str_c(query) };
	Pair *h = ARENA_NEW(arena, Pair);
	*h = (Pair){ S("content-type"), str_c(type) };
	r.headers = h;
	r.n_headers = type ? 1 : 0;
	/* Exactly as long as the text, so that a sanitizer sees one byte too far. */
	size_t n = body ? strlen(body) : 0;
	char *copy = arena_raw(arena, n);
	if (n)
		memcpy(copy, body, n);
	r.body = str_n(copy, n);
	return r;
}

static void query_is_decoded(void **state)
{
	(void)state;
	Request r = request("name=Jos%C3%A9+%26+Co&leeg=&kaal&name=tweede&%6bey=%zz%4", NULL, NULL);
	size_t n;
	IS("José & Co", req_query(&r, S("name")));
	IS("", req_query(&r, S("leeg")));
	IS("", req_query(&r, S("kaal")));
	IS("%zz%4", req_query(&r, S("key")));
	assert_null(req_query(&r, S("Name")).p);
	const Pair *all = req_query_all(&r, &n);
	assert_int_equal(n, 5);
	IS("tweede", all[3].value);
}

static void empty_query_has_no_pairs(void **state)
{
	(void)state;
	size_t n = 9;
	Request r = request("", NULL, NULL);
	req_query_all(&r, &n);
	assert_int_equal(n, 0);
	Request amps = request("&&&", NULL, NULL);
	req_query_all(&amps, &n);
	assert_int_equal(n, 0);
}

static void form_line_ends_become_lf(void **state)
{
	(void)state;
	Request r = request("", "application/x-www-form-urlencoded; charset=utf-8", "a=1%0D%0A2%0D3%0A&b=%2B");
	IS("1\n2\n3\n", req_form(&r, S("a")));
	IS("+", req_form(&r, S("b")));
}

static void other_bodies_are_no_forms(void **state)
{
	(void)state;
	Request json = request("", "application/json", "a=1"), none = request("", NULL, "a=1");
	assert_null(req_form(&json, S("a")).p);
	assert_null(req_form(&none, S("a")).p);
}

static void multipart_gives_text_fields(void **state)
{
	(void)state;
	Request r = request(
	    "", "multipart/form-data; boundary=\"x y\"",
	    "voorwoord\r\n--x y\r\nContent-Disposition: form-data; name=\"doel\"\r\n\r\nnaar de markt\r\nmet Rik\r\n"
	    "--x y\r\nContent-Disposition: form-data; name=\"foto\"; filename=\"a;b.png\"\r\n\r\nPNG\r\n"
	    "--x y\r\ncontent-disposition: form-data; name=leeg\r\n\r\n\r\n--x y--\r\nnawoord");
	size_t n;
	req_form_all(&r, &n);
	assert_int_equal(n, 2);
	IS("naar de markt\nmet Rik", req_form(&r, S("doel")));
	IS("", req_form(&r, S("leeg")));
	assert_null(req_form(&r, S("foto")).p);
}

static void damaged_multipart_gives_what_is_whole(void **state)
{
	(void)state;
	const char *whole =
	    "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; "
	    "name=\"z\"\r\n\r\n2\r\n--b--\r\n";
	for (size_t cut = 0; cut <= strlen(whole); cut++) {
		char *part = strndup(whole, cut);
		Request r = request("", "multipart/form-data; boundary=b", part);
		size_t n;
		req_form_all(&r, &n);
		if (cut == strlen(whole))
			assert_int_equal(n, 2);
		else
			assert_true(n <= 2);
		free(part);
	}
	Request no_boundary = request("", "multipart/form-data", whole);
	assert_null(req_form(&no_boundary, S("a")).p);
}

static void cookies_are_found_by_name(void **state)
{
	(void)state;
	Pair h[] = { { S("Cookie"), S("a=1; sid=abc=; b=\"q r\"") }, { S("cookie"), S("late=2;a=9; bare") } };
	Request r = { .arena = arena, .headers = h, .n_headers = 2 };
	IS("1", req_cookie(&r, S("a")));
	IS("abc=", req_cookie(&r, S("sid")));
	IS("q r", req_cookie(&r, S("b")));
	IS("2", req_cookie(&r, S("late")));
	assert_null(req_cookie(&r, S("bare")).p);
	assert_null(req_cookie(&r, S("id")).p);
}

static void parameters_of_a_header(void **state)
{
	(void)state;
	IS("x;y", header_param(S("form-data; a=1; NAME=\"x;y\"; b"), S("name")));
	IS("1", header_param(S("form-data; a= 1 ;b=2"), S("a")));
	IS("", header_param(S("form-data; b"), S("b")));
	assert_null(header_param(S("name=1"), S("name")).p);
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

/* What comes out of a query or form is text: bytes that are no UTF-8 become U+FFFD. */
static void wrong_bytes(void **state)
{
	(void)state;
	Arena *a = arena_new();
	assert_true(str_eq(url_decode(a, S("a%FAb%C3%A9"), false), S("a\xEF\xBF\xBD"
	                                                             "b\xC3\xA9")));
	assert_true(str_eq(url_decode(a, S("caf\xE9"), true), S("caf\xEF\xBF\xBD")));
	Str path;
	assert_false(url_path(a, S("/%FA"), &path));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(query_is_decoded),
		cmocka_unit_test(empty_query_has_no_pairs),
		cmocka_unit_test(form_line_ends_become_lf),
		cmocka_unit_test(other_bodies_are_no_forms),
		cmocka_unit_test(multipart_gives_text_fields),
		cmocka_unit_test(damaged_multipart_gives_what_is_whole),
		cmocka_unit_test(cookies_are_found_by_name),
		cmocka_unit_test(parameters_of_a_header),
		cmocka_unit_test(wrong_bytes),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
