/* Who gets which page, that forms cannot be forged or sent twice, and that typed text comes back. */
#include "web_help.h"

/* ---- who gets what ---- */

static void test_nobody_gets_past_the_sign_in(void **state)
{
	World *w = *state;
	w->token = (Str){ 0 };
	for (size_t i = 0; i < pages_count; i++) {
		if (pages[i]->need == NEED_NOBODY || str_find(pages[i]->path, S("{id")) >= 0)
			continue;
		Buf b = buf_new(w->arena, 64, 0);
		for (Str rest = str_from(pages[i]->path, 1), part; rest.p;) {
			rest = str_cut(rest, '/', &part);
			buf_byte(&b, '/');
			buf_add(&b, part.n && part.p[0] == '{' ? w->person : part);
		}
		Reply r = pages[i]->get ? get(w, buf_str(&b)) : ask_with(w, M_POST, buf_str(&b), S(""), S(""));
		assert_int_equal(r.status, 303);
		assert_true(str_starts(header_of(&r, S("Location")), S("/aanmelden")));
	}
	Reply back = get(w, S("/instellingen?x=1"));
	assert_true(str_eq(header_of(&back, S("Location")), S("/aanmelden?terug=%2Finstellingen%3Fx%3D1")));
}

static void test_open_pages_are_open(void **state)
{
	static const Str paths[] = { S_INIT("/aanmelden"), S_INIT("/over"), S_INIT("/rechten"),
		                     S_INIT("/toegankelijkheid"), S_INIT("/fhir") };
	World *w = *state;
	w->token = (Str){ 0 };
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		assert_int_equal(get(w, paths[i]).status, 200);
}

/* What can be asked comes from the description that the web face was given; nothing of it is markup. */
static void test_page_for_who_connects_software(void **state)
{
	World *w = *state;
	w->token = (Str){ 0 };
	Reply r = get(w, S("/fhir"));
	assert_true(has(&r, "http://localhost/fhir"));
	assert_true(has(&r, "GET /fhir/{type}/{id}"));
	assert_true(has(&r, "Read one &lt;resource&gt;."));
	assert_true(has(&r, "POST /fhir</code>"));
	assert_false(has(&r, "parameters"));
	Request q = { .arena = w->arena, .method = M_GET, .path = S("/fhir"), .query = S("") };
	Pair browser = { S("Accept"), S("text/html,application/xhtml+xml,*/*;q=0.8") };
	Pair client = { S("Accept"), S("application/fhir+json, text/html") };
	assert_false(web_wants_fhir_page(&q));
	q.headers = &browser;
	q.n_headers = 1;
	assert_true(web_wants_fhir_page(&q));
	q.path = S("/fhir/Patient");
	assert_false(web_wants_fhir_page(&q));
	q.path = S("/fhir");
	q.headers = &client;
	assert_false(web_wants_fhir_page(&q));
}

/* Every page of a person: 200 for the coordinator; the page of an unknown address for who has no relation, to the
 * letter. */
static void test_pages_of_a_person_exist_only_with_a_relation(void **state)
{
	World *w = *state;
	for (size_t i = 0; i < pages_count; i++) {
		const Page *p = pages[i];
		if (p->need != NEED_PERSON || !p->get || str_find(p->path, S("{id")) >= 0)
			continue;
		Str path = arena_join(w->arena, S("/persoon/"), w->person,
		                      str_from(p->path, sizeof "/persoon/{person}" - 1), STR_END);
		sign_in_as(w, S("mia"));
		Reply allowed = get(w, path);
		/* Some pages of a plan are only there when the plan is. */
		bool later = allowed.status == 404 && str_find(path, S("/plan/")) > 0;
		if (allowed.status != 200 && allowed.status != 303 && !later)
			fail_msg("%.*s gives %d to the coordinator", STR_ARG(path), allowed.status);
		sign_in_as(w, S("tom"));
		Reply denied = get(w, path);
		assert_int_equal(denied.status, 404);
		assert_false(has(&denied, "Derks"));
		sign_in_as(w, S("beheer"));
		assert_int_equal(get(w, path).status, 404);
	}
}

static void test_roles(void **state)
{
	World *w = *state;
	sign_in_as(w, S("jean"));
	assert_int_equal(get(w, S("/beheer/accounts")).status, 403);
	assert_int_equal(get(w, S("/personen/nieuw")).status, 403);
	Reply home = get(w, S("/"));
	assert_true(str_eq(header_of(&home, S("Location")), at_person(w, "")));
	sign_in_as(w, S("beheer"));
	Reply accounts = get(w, S("/beheer/accounts"));
	assert_int_equal(accounts.status, 200);
	assert_true(has(&accounts, "mia") && !has(&accounts, "Derks"));
	assert_int_equal(get(w, S("/personen/nieuw")).status, 403);
	sign_in_as(w, S("mia"));
	assert_int_equal(get(w, S("/personen/nieuw")).status, 200);
}

static void test_unknown_address_and_method(void **state)
{
	World *w = *state;
	assert_int_equal(get(w, S("/nergens")).status, 404);
	Reply r = ask_with(w, M_DELETE, S("/over"), S(""), S(""));
	assert_int_equal(r.status, 405);
	assert_true(str_eq(header_of(&r, S("Allow")), S("GET, HEAD")));
	assert_int_equal(get(w, S("/afmelden")).status, 405);
}

/* ---- forms ---- */

static void test_csrf(void **state)
{
	World *w = *state;
	Str fields = S("lang=fr&size=large");
	Reply r = ask_with(w, M_POST, S("/instellingen"), fields, S(""));
	assert_int_equal(r.status, 400);
	assert_true(has(&r, "te lang open"));
	r = ask_with(w, M_POST, S("/instellingen"),
	             S("lang=fr&size=large&_csrf=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), S(""));
	assert_int_equal(r.status, 400);
	assert_true(has(&r, "value=\"large\" checked")); /* what was sent comes back */
	assert_int_equal(post(w, S("/instellingen"), fields).status, 303);
}

static void test_a_form_sent_twice_makes_one_record(void **state)
{
	World *w = *state;
	Str fields =
	    S("given=Karel&family=Twee&birth_date=1969-01-01&gender=male&role_text=co&secrecy=yes&_once=abc123");
	Reply one = post(w, S("/personen/nieuw"), fields), two = post(w, S("/personen/nieuw"), fields);
	assert_int_equal(one.status, 303);
	assert_int_equal(two.status, 303);
	assert_true(str_eq(header_of(&one, S("Location")), header_of(&two, S("Location"))));
	Reply list = get(w, S("/?q=Twee"));
	assert_true(has(&list, "Karel Twee"));
	ptrdiff_t at = str_find(list.body, S("Karel Twee"));
	assert_true(str_find(str_from(list.body, (size_t)at + 1), S("Karel Twee")) < 0);
}

static void test_mistakes_keep_the_input(void **state)
{
	World *w = *state;
	Reply r = post(w, S("/personen/nieuw"),
	               S("given=&family=Zonder+%3Cvoornaam%3E&birth_date=2026-02-31&role_text=&why=Een+vraag"));
	assert_int_equal(r.status, 422);
	assert_true(has(&r, "<title>Fout: Nieuwe persoon"));
	assert_true(has(&r, "Zonder &lt;voornaam&gt;"));
	assert_true(has(&r, ">Een vraag</textarea>"));
	assert_true(has(&r, "<a href=\"#birth_date\">"));
	assert_true(has(&r, "id=\"birth_date-error\""));
}

static void test_who_was_second_chooses(void **state)
{
	World *w = *state;
	Str path = at_person(w, "/gegevens");
	Reply form = get(w, path);
	Str version = hidden(w, &form, S("version"));
	assert_true(version.n > 0);
	Str first = arena_join(w->arena, S("version="), version,
	                       S("&given=Jean&family=Derks&phone=111&birth_date=1956-04-17"), STR_END);
	assert_int_equal(post(w, path, first).status, 303);
	Str second = arena_join(w->arena, S("version="), version,
	                        S("&given=Jean&family=Derks&phone=222&birth_date=1956-04-17"), STR_END);
	Reply clash = post(w, path, second);
	assert_int_equal(clash.status, 412);
	assert_true(has(&clash, "Iemand") || has(&clash, "iemand anders"));
	assert_true(has(&clash, "value=\"222\""));                              /* mine */
	assert_true(has(&clash, "Wat er nu staat") && has(&clash, ">111</p>")); /* theirs */
	Str fresh = hidden(w, &clash, S("version"));
	assert_false(str_eq(fresh, version));
	Str again = arena_join(w->arena, S("version="), fresh,
	                       S("&given=Jean&family=Derks&phone=222&birth_date=1956-04-17"), STR_END);
	assert_int_equal(post(w, path, again).status, 303);
	Reply now = get(w, path);
	assert_true(has(&now, "value=\"222\""));
}

/* A language is chosen by its name; a code that other software wrote stays when something else is changed. */
static void test_language_by_name(void **state)
{
	World *w = *state;
	Str path = at_person(w, "/gegevens");
	Reply form = get(w, path);
	assert_true(has(&form, "<option value=\"tr\">Turks</option>"));
	Str start = arena_join(w->arena, S("version="), hidden(w, &form, S("version")),
	                       S("&given=Jean&family=Derks&birth_date=1956-04-17&language="), STR_END);
	assert_int_equal(post(w, path, arena_join(w->arena, start, S("uk"), STR_END)).status, 303);
	Reply page = get(w, at_person(w, ""));
	assert_true(has(&page, "Oekraïens"));
	form = get(w, path);
	assert_true(has(&form, "<option value=\"uk\" selected>Oekraïens</option>"));
	start = arena_join(w->arena, S("version="), hidden(w, &form, S("version")),
	                   S("&given=Jean&family=Derks&birth_date=1956-04-17&language="), STR_END);
	assert_int_equal(post(w, path, arena_join(w->arena, start, S("eo"), STR_END)).status, 303);
	form = get(w, path);
	assert_true(has(&form, "<option value=\"eo\" selected>eo</option>"));
}

static void test_an_expired_session_keeps_the_text(void **state)
{
	World *w = *state;
	Str path = at_person(w, "/verhaal/schrijven");
	time_set_offset(2 * 3600 * 1000);
	Reply r = ask_with(w, M_POST, path, S("_csrf=x&version=0&talents=Rozen+snoeien+%26+lassen"), S(""));
	assert_int_equal(r.status, 303);
	Str to = header_of(&r, S("Location"));
	assert_true(str_find(to, S("verlopen=1")) > 0);
	sign_in_as(w, S("mia"));
	Reply back = get(w, arena_join(w->arena, path, S("?tekst=1"), STR_END));
	assert_int_equal(back.status, 200);
	assert_true(has(&back, ">Rozen snoeien &amp; lassen</textarea>"));
	assert_true(has(&back, "teruggezet"));
	Reply again = get(w, arena_join(w->arena, path, S("?tekst=1"), STR_END)); /* once */
	assert_false(has(&again, "Rozen snoeien"));
	time_set_offset(0);
}

static void test_saved_says_what_and_offers_undo(void **state)
{
	World *w = *state;
	Str path = at_person(w, "/gegevens");
	Reply form = get(w, path);
	Str version = hidden(w, &form, S("version"));
	Reply r = post(w, path,
	               arena_join(w->arena, S("version="), version,
	                          S("&given=Jean&family=Derks&phone=0470112233&birth_date=1956-04-17"), STR_END));
	assert_int_equal(r.status, 303);
	Str cookie, rest = str_cut(header_of(&r, S("Set-Cookie")), ';', &cookie);
	assert_true(str_find(rest, S("HttpOnly")) > 0 && str_find(rest, S("SameSite=Lax")) > 0);
	Reply page = ask_with(w, M_GET, at_person(w, ""), S(""), cookie);
	assert_true(has(&page, "De gegevens zijn bewaard."));
	assert_true(has(&page, "Ongedaan maken"));
	assert_true(has(&page, "0470112233"));
	ptrdiff_t at = str_find(page.body, S("action=\"/persoon/"));
	Str action;
	str_cut(str_from(page.body, (size_t)at + 8), '"', &action);
	assert_true(str_find(action, S("/ongedaan/")) > 0);
	assert_int_equal(post(w, action, S("")).status, 303);
	page = get(w, at_person(w, ""));
	assert_false(has(&page, "0470112233"));
}

/* ---- language, sign-out ---- */

static void test_language_stays_on_the_page(void **state)
{
	World *w = *state;
	Reply r = get(w, S("/taal?to=fr&back=%2Frechten"));
	assert_int_equal(r.status, 303);
	assert_true(str_eq(header_of(&r, S("Location")), S("/rechten")));
	r = get(w, S("/rechten"));
	assert_true(has(&r, "<html class=\"govuk-template\" lang=\"fr\">"));
	assert_true(has(&r, "Vos droits"));
	r = get(w, S("/taal?to=de&back=%2F%2Fevil.example"));
	assert_true(str_eq(header_of(&r, S("Location")), S("/")));
	w->token = (Str){ 0 };
	r = ask_with(w, M_GET, S("/rechten"), S(""), S(LANG_COOKIE "=de"));
	assert_true(has(&r, "lang=\"de\""));
}

/* Last: it signs mia out. */
static void test_sign_in_and_out(void **state)
{
	World *w = *state;
	w->token = (Str){ 0 };
	Reply r = ask_with(w, M_POST, S("/aanmelden"), S("login=mia&password=fout"), S(""));
	assert_int_equal(r.status, 401);
	assert_true(has(&r, "horen niet bij elkaar") && !has(&r, "fout\""));
	r = ask_with(w, M_POST, S("/aanmelden"),
	             S("login=mia&password=een+lang+genoeg+wachtwoord&terug=%2Fpersonen%2Fnieuw"), S(""));
	assert_int_equal(r.status, 303);
	assert_true(str_eq(header_of(&r, S("Location")), S("/personen/nieuw")));
	Str cookie = header_of(&r, S("Set-Cookie")), value;
	assert_true(str_starts(cookie, S(SESSION_COOKIE "=")));
	assert_true(str_find(cookie, S("HttpOnly")) > 0 && str_find(cookie, S("SameSite=Lax")) > 0);
	str_cut(str_from(cookie, sizeof SESSION_COOKIE), ';', &value);
	w->token = value;
	assert_int_equal(get(w, S("/instellingen")).status, 200);
	assert_int_equal(post(w, S("/afmelden"), S("")).status, 303);
	assert_int_equal(get(w, S("/instellingen")).status, 303);
}

static void test_who_looked_is_in_words(void **state)
{
	World *w = *state;
	get(w, at_person(w, ""));
	sign_in_as(w, S("jean"));
	Reply r = get(w, at_person(w, "/inzage"));
	assert_int_equal(r.status, 200);
	assert_true(has(&r, "<strong>mia</strong>"));
	assert_true(has(&r, "coördineert het team"));
	ptrdiff_t at = str_find(r.body, S("/inzage/vraag/"));
	assert_true(at > 0);
	Str seq;
	str_cut(str_from(r.body, (size_t)at), '"', &seq);
	Str ask = at_person(w, arena_cstr(w->arena, seq));
	assert_int_equal(get(w, ask).status, 200);
	assert_int_equal(post(w, ask, S("kind=access-question&text=")).status, 422);
	assert_int_equal(post(w, ask, S("kind=access-question&text=Waarom%3F")).status, 303);
	r = get(w, at_person(w, "/inzage"));
	assert_true(has(&r, "Waarom?"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, as_mia)
	const struct CMUnitTest tests[] = {
		T(test_nobody_gets_past_the_sign_in),
		T(test_open_pages_are_open),
		T(test_page_for_who_connects_software),
		T(test_pages_of_a_person_exist_only_with_a_relation),
		T(test_roles),
		T(test_unknown_address_and_method),
		T(test_csrf),
		T(test_a_form_sent_twice_makes_one_record),
		T(test_mistakes_keep_the_input),
		T(test_who_was_second_chooses),
		T(test_language_by_name),
		T(test_an_expired_session_keeps_the_text),
		T(test_saved_says_what_and_offers_undo),
		T(test_language_stays_on_the_page),
		T(test_sign_in_and_out),
		T(test_who_looked_is_in_words),
	};
	return cmocka_run_group_tests(tests, world, world_end);
}
