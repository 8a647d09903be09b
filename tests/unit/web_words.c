/* The HTML writer, messages and dates, and from a path to a page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "web/web_internal.h"

#define assert_str(s, lit) assert_true(str_eq((s), S(lit)))

static int setup(void **state)
{
	random_init();
	*state = arena_new();
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* ---- writer ---- */

static void test_values_are_escaped(void **state)
{
	Html h = html_new(*state, LANG_NL);
	h_text(&h, S("<script>\"a\" & 'b'</script>"));
	assert_str(buf_str(&h.out), "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
	h = html_new(*state, LANG_NL);
	h_lines(&h, S("een\ntwee & drie\n"));
	assert_str(buf_str(&h.out), "een<br>\ntwee &amp; drie<br>\n");
	h = html_new(*state, LANG_NL);
	h_url(&h, S("/a b?c=d&e"));
	assert_true(str_find(buf_str(&h.out), S("&e")) < 0 && str_find(buf_str(&h.out), S(" ")) < 0);
	h = html_new(*state, LANG_NL);
	h_msg1(&h, MSG_nav_signed_in_as, S("<b>"));
	assert_str(buf_str(&h.out), "Aangemeld als &lt;b&gt;");
}

static void test_count_follows_the_language(void **state)
{
	Html h = html_new(*state, LANG_FR);
	h_count(&h, MSG_home_count_one, MSG_home_count_many, 0);
	assert_str(buf_str(&h.out), "0 personne");
	h = html_new(*state, LANG_NL);
	h_count(&h, MSG_home_count_one, MSG_home_count_many, 0);
	assert_str(buf_str(&h.out), "0 personen");
}

/* ---- messages ---- */

static void test_every_message_has_every_language(void **state)
{
	(void)state;
	for (int m = 1; m < MSG_COUNT; m++)
		for (int l = 0; l < LANG_COUNT; l++)
			assert_true(msg((Lang)l, (Msg)m).n > 0);
}

static void test_messages_are_found_by_name(void **state)
{
	(void)state;
	for (int m = 1; m < MSG_COUNT; m++)
		assert_int_equal(msg_by_name(message_names[m]), m);
	assert_int_equal(msg_by_name(S("no.such.key")), MSG_NONE);
	assert_int_equal(msg_by_name(S("")), MSG_NONE);
}

static void test_every_error_role_and_category_has_words(void **state)
{
	(void)state;
#define X(name, status, issue) assert_int_not_equal(msg_code(S("error."), err_name(name)), MSG_NONE);
	ERR_LIST(X)
#undef X
#define X(name, code) assert_int_not_equal(msg_code(S("problem."), S(code)), MSG_NONE);
	PROBLEMS(X)
#undef X
	for (int i = 0; i < CAT_COUNT; i++)
		assert_int_not_equal(msg_code(S("category."), category_name((Category)i)), MSG_NONE);
	for (int i = 1; i <= ROLE_COUNT; i++)
		assert_int_not_equal(msg_code(S("role."), role_name((Role)i)), MSG_NONE);
#define X(name, code) assert_int_not_equal(msg_code(S("plan_state."), S(code)), MSG_NONE);
	PLAN_STATES(X)
#undef X
#define X(name, code) assert_int_not_equal(msg_code(S("phase."), S(code)), MSG_NONE);
	PHASES(X)
#undef X
}

static void test_placeholders_are_filled(void **state)
{
	Str args[] = { S("An"), S("{0}") };
	assert_str(msg_fill(*state, LANG_NL, MSG_access_ask_about, args, 2), "Over: An, {0}");
	assert_str(msg_fill(*state, LANG_NL, MSG_access_ask_about, args, 1), "Over: An, {1}");
}

/* What the generator must refuse: a catalogue, and what the complaint must say. */
static void test_the_generator_refuses(void **state)
{
	static const struct {
		const char *text, *complaint;
	} cases[] = {
		{ "[a.b]\nnl = x\nfr = x\nde = x\n", "t.msg:1: [a.b] has no en" },
		{ "[a.b]\nnl = x\nfr =\nde = x\nen = x\n", "has no fr" },
		{ "[a.b]\nnl = {0}\nfr = x\nde = {0}\nen = {0}\n", "fr has other {n} than nl" },
		{ "[a.b]\nnl = x\nfr = x\nde = x\nen = x\n[a.b]\nnl = x\nfr = x\nde = x\nen = x\n",
		  "t.msg:6: [a.b] is already at" },
		{ "[a.b]\nnl = x\nfr = x\nde = x\nen = x\n[a-b]\n", "has the same C name" },
		{ "[a.b]\nnl = x\nwhat is this\n", "t.msg:3: not understood" },
		{ "nl = x\n", "t.msg:1: a text before the first [key]" },
		{ "[a.b]\nnl = x {x}\nfr = x\nde = x\nen = x\n", "t.msg:2: a brace" },
	};
	Arena *a = *state;
	char dir[] = "/tmp/samendoel-msg-XXXXXX";
	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		FILE *f = fopen(arena_printf(a, "%s/t.msg", dir).p, "w");
		assert_non_null(f);
		fputs(cases[i].text, f);
		fclose(f);
		FILE *p = popen(arena_printf(a, "node tools/gen-messages.mjs %s %s 2>&1", dir, dir).p, "r");
		assert_non_null(p);
		char out[2000] = "";
		size_t n = fread(out, 1, sizeof out - 1, p);
		assert_int_not_equal(pclose(p), 0);
		if (str_find(str_n(out, n), str_c(cases[i].complaint)) < 0)
			fail_msg("case %zu: %s", i, out);
	}
	assert_int_equal(remove(arena_printf(a, "%s/t.msg", dir).p), 0);
	assert_int_equal(remove(dir), 0);
}

/* ---- dates and languages ---- */

static void test_dates_in_words(void **state)
{
	Arena *a = *state;
	Millis t =
	    time_from_civil(2026, 11, 21) + 13 * 3600000 + 5 * 60000; /* 13:05 UTC is 14:05 in Brussels in winter */
	assert_str(date_text(a, LANG_NL, t), "21 november 2026");
	assert_str(datetime_text(a, LANG_NL, t), "21 november 2026, 14:05");
	assert_str(date_text(a, LANG_FR, t), "21 novembre 2026");
	assert_str(date_text(a, LANG_DE, t), "21. November 2026");
	assert_str(date_text(a, LANG_EN, t), "21 November 2026");
	assert_str(datetime_text(a, LANG_NL, time_from_civil(2026, 7, 1)), "1 juli 2026, 02:00");
	assert_str(fhir_date_text(a, LANG_NL, S("1956")), "1956");
	assert_str(fhir_date_text(a, LANG_NL, S("1956-03")), "maart 1956");
	assert_str(fhir_date_text(a, LANG_NL, S("1956-03-01")), "1 maart 1956");
	assert_str(fhir_date_text(a, LANG_NL, S("2026-03-01T23:30:00Z")), "2 maart 2026, 00:30");
	assert_str(fhir_date_text(a, LANG_NL, S("gisteren")), "gisteren");
}

static void test_accept_language(void **state)
{
	(void)state;
	assert_int_equal(lang_from_accept(S("fr-BE,fr;q=0.9,nl;q=0.8"), LANG_NL), LANG_FR);
	assert_int_equal(lang_from_accept(S("pt, nl;q=0.3, DE;q=0.7"), LANG_NL), LANG_DE);
	assert_int_equal(lang_from_accept(S("fr;q=0, en;q=0.1"), LANG_NL), LANG_EN);
	assert_int_equal(lang_from_accept(S("xx"), LANG_DE), LANG_DE);
	assert_int_equal(lang_from_accept((Str){ 0 }, LANG_NL), LANG_NL);
}

/* ---- paths ---- */

static void test_patterns(void **state)
{
	PathParams p;
	assert_true(route_fits(S("/persoon/{person}/zorgdoelen/{id}"), S("/persoon/p1/zorgdoelen/g.2-x"), &p));
	assert_str(p.person, "p1");
	assert_str(p.id, "g.2-x");
	assert_false(route_fits(S("/persoon/{person}"), S("/persoon/"), &p));
	assert_false(route_fits(S("/persoon/{person}"), S("/persoon/a_b"), &p));
	assert_false(route_fits(S("/persoon/{person}"), S("/persoon/a/"), &p));
	assert_false(route_fits(S("/persoon/{person}/plan"), S("/persoon/a"), &p));
	assert_true(route_fits(S("/"), S("/"), &p));
	assert_str(route_label(*state, M_GET, S("/persoon/{person}/plan")), "GET /persoon/plan");
	assert_str(route_label(*state, M_POST, S("/")), "POST /");
}

static void test_every_page_is_found_by_its_own_path(void **state)
{
	for (size_t i = 0; i < pages_count; i++) {
		Buf b = buf_new(*state, 64, 0);
		for (Str rest = str_from(pages[i]->path, 1), part; rest.p;) {
			rest = str_cut(rest, '/', &part);
			buf_byte(&b, '/');
			buf_add(&b, part.n && part.p[0] == '{' ? S("x1") : part);
		}
		PathParams p;
		assert_ptr_equal(route_match(buf_str(&b), &p), pages[i]);
		assert_true(pages[i]->get || pages[i]->post);
		assert_int_not_equal(pages[i]->title, MSG_NONE);
		assert_int_equal(pages[i]->need == NEED_PERSON, str_find(pages[i]->path, S("{person}")) >= 0);
	}
}

static void test_only_own_paths_are_redirected_to(void **state)
{
	(void)state;
	assert_true(local_path(S("/persoon/a?x=1")));
	assert_false(local_path(S("//evil.example")));
	assert_false(local_path(S("/\\evil.example")));
	assert_false(local_path(S("https://evil.example")));
	assert_false(local_path(S("/a\r\nSet-Cookie: x")));
	assert_false(local_path(S("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_values_are_escaped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_count_follows_the_language, setup, teardown),
		cmocka_unit_test(test_every_message_has_every_language),
		cmocka_unit_test(test_messages_are_found_by_name),
		cmocka_unit_test(test_every_error_role_and_category_has_words),
		cmocka_unit_test_setup_teardown(test_placeholders_are_filled, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_generator_refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dates_in_words, setup, teardown),
		cmocka_unit_test(test_accept_language),
		cmocka_unit_test_setup_teardown(test_patterns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_page_is_found_by_its_own_path, setup, teardown),
		cmocka_unit_test(test_only_own_paths_are_redirected_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
