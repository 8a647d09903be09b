/* Components against their golden files (tests/golden/web-NAME.html) and against govuk-frontend's own fixtures: the
 * same elements with the same classes, in the same order. GOLDEN_WRITE=1 writes the golden files anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "web/web_internal.h"
#include "json/json.h"

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

static Str slurp(Arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return (Str){ 0 };
	Buf b = buf_new(a, 1 << 16, 0);
	for (size_t n = 1; n; b.n += n)
		n = fread(buf_room(&b, 1 << 16), 1, 1 << 16, f);
	fclose(f);
	return buf_str(&b);
}

static void golden(Arena *a, const Html *h, const char *name)
{
	Str path = arena_printf(a, "tests/golden/web-%s.html", name), now = buf_str(&h->out);
	if (getenv("GOLDEN_WRITE")) {
		FILE *f = fopen(path.p, "wb");
		assert_non_null(f);
		fwrite(now.p, 1, now.n, f);
		fclose(f);
	}
	Str want = slurp(a, path.p);
	if (!str_eq(want, now))
		fail_msg("%s is now:\n%.*s", path.p, STR_ARG(now));
}

/* "<p class="a b" id="x">t</p>" → "p.a b\n": opening tags with their class, a line each. */
static Str skeleton(Arena *a, Str html)
{
	Buf b = buf_new(a, 1024, 0);
	for (size_t i = 0; i + 1 < html.n; i++) {
		if (html.p[i] != '<' || html.p[i + 1] < 'a' || html.p[i + 1] > 'z')
			continue;
		Str tag, rest = str_from(html, i + 1), name, classes = { 0 };
		str_cut(rest, '>', &tag);
		str_cut(tag, ' ', &name);
		ptrdiff_t at = str_find(tag, S("class=\""));
		if (at >= 0)
			str_cut(str_from(tag, (size_t)at + 7), '"', &classes);
		buf_add(&b, str_trim(name));
		BUF_LIT(&b, ".");
		buf_add(&b, classes);
		BUF_LIT(&b, "\n");
	}
	return buf_str(&b);
}

/* The HTML of a fixture by component and name. */
static Str fixture(Arena *a, const char *component, Str name)
{
	const Json *doc;
	JError err;
	Str text = slurp(
	    a, arena_printf(a, "node_modules/govuk-frontend/dist/govuk/components/%s/fixtures.json", component).p);
	assert_true(text.n > 0);
	assert_int_equal(json_parse(a, text, &doc, &err), OK);
	JVal list = json_get(json_root(doc), S("fixtures"));
	for (size_t i = 0; i < json_count(list); i++) {
		JVal f = json_at(list, i);
		if (str_eq(json_get_str(f, S("name"), a), name))
			return json_get_str(f, S("html"), a);
	}
	fail_msg("%s has no fixture %.*s", component, STR_ARG(name));
	return (Str){ 0 };
}

static void same_as_fixture(Arena *a, const Html *h, const char *component, Str name)
{
	Str ours = skeleton(a, buf_str(&h->out)), theirs = skeleton(a, fixture(a, component, name));
	if (!str_eq(ours, theirs))
		fail_msg("%s differs, ours:\n%.*s\ntheirs:\n%.*s", component, STR_ARG(ours), STR_ARG(theirs));
}

static void test_fields(void **state)
{
	Arena *a = *state;
	Errors e = { 0 };
	errors_add(&e, S("given"), MSG_form_required);
	errors_add1(&e, S("why"), MSG_form_too_long, S("20"));
	Html h = html_new(a, LANG_NL);
	h_field(&h, &(Field){ .name = S("given"),
	                      .value = S("\"Jean\" <b>"),
	                      .label = MSG_person_given,
	                      .errors = &e,
	                      .width = 20,
	                      .autocomplete = S("off") });
	h_field(&h, &(Field){ .name = S("why"),
	                      .value = S("\nHoe <nu>?"),
	                      .label = MSG_person_why,
	                      .hint = MSG_person_role_hint,
	                      .errors = &e,
	                      .rows = 3,
	                      .max = 20,
	                      .count = true,
	                      .optional = true });
	h_field(&h,
	        &(Field){
	            .name = S("password"), .value = S("geheim"), .label = MSG_signin_password, .type = S("password") });
	h_date_field(&h, S("until"), S("2027-03-27"), MSG_consent_until, MSG_consent_until_hint, NULL);
	assert_true(str_find(buf_str(&h.out), S("geheim")) < 0);
	golden(a, &h, "fields");
}

static void test_choices(void **state)
{
	static const Option o[] = {
		{ S_INIT("a"), S_INIT("Ja"), S_INIT("met uitleg"), true },
		{ S_INIT("b"), S_INIT("Nee & toch"), { NULL, 0 }, false },
	};
	Arena *a = *state;
	Errors e = { 0 };
	errors_add(&e, S("what"), MSG_form_choose);
	Html h = html_new(a, LANG_FR);
	h_radios(&h, S("who"), MSG_consent_who, MSG_consent_categories_hint, o, 2, NULL, true);
	h_checkboxes(&h, S("what"), MSG_consent_categories, MSG_NONE, o, 2, &e, false);
	h_select(&h, S("one"), MSG_access_who, MSG_NONE, o, 2, NULL);
	golden(a, &h, "choices");
}

static void test_kept_and_saved_side_by_side(void **state)
{
	static const Pair kept[] = { { S_INIT("phone"), S_INIT("222") }, { S_INIT("kind"), S_INIT("b") } };
	static const Option o[] = { { S_INIT("a"), S_INIT("Man"), { NULL, 0 }, true },
		                    { S_INIT("b"), S_INIT("Vrouw"), { NULL, 0 }, false } };
	Arena *a = *state;
	Html h = html_new(a, LANG_NL);
	h.kept = kept;
	h.n_kept = 2;
	h.clash = true;
	h_field(&h, &(Field){ .name = S("phone"), .value = S("111"), .label = MSG_person_phone });
	h_field(&h, &(Field){ .name = S("email"), .value = S("x@y.be"), .label = MSG_person_email });
	h_radios(&h, S("kind"), MSG_person_gender, MSG_NONE, o, 2, NULL, false);
	golden(a, &h, "clash");
}

static void test_parts(void **state)
{
	Arena *a = *state;
	Html h = html_new(a, LANG_DE);
	h_quote(&h, S("Ik wil \"naar\" de tuin\nelke dag"), S("Jean <Derks>"));
	h_tag(&h, MSG_plan_state_agreed, state_colour(S("agreed")));
	h_empty(&h, MSG_story_none, S("/persoon/x/verhaal?a=1&b=2"), MSG_story_edit);
	h_details_begin(&h, MSG_signin_forgot);
	h_details_end(&h);
	summary_begin(&h);
	summary_row(&h, MSG_person_phone, S("09 1\n09 2"), S("/x"));
	summary_row(&h, MSG_person_email, S(""), S(""));
	summary_end(&h);
	tasks_begin(&h);
	h_task(&h, S("Ga <naar>"), S("/x"), S("hint"), MSG_action_state_busy, S("teal"));
	h_task(&h, S("Zonder"), S(""), S(""), MSG_NONE, S(""));
	tasks_end(&h);
	card_begin(&h, S("Kaart & co"), S("/k"));
	card_end(&h);
	h_paging(&h, S("/a"), S("/b"));
	h_warning(&h, MSG_common_leave_warning);
	buttons_begin(&h);
	h_button(&h, MSG_common_save);
	h_button_named(&h, MSG_common_send, S("step"), S("x"), true);
	h_button_link(&h, S("/y"), MSG_common_continue, true);
	buttons_end(&h);
	golden(a, &h, "parts");
}

static void test_like_govuk(void **state)
{
	static const Option yes_no[] = { { S_INIT("yes"), S_INIT("Yes"), { NULL, 0 }, false },
		                         { S_INIT("no"), S_INIT("No"), { NULL, 0 }, false } };
	Arena *a = *state;
	Errors e = { 0 };
	errors_add(&e, S("x"), MSG_form_required);
	Html h = html_new(a, LANG_EN);
	h_field(&h, &(Field){ .name = S("x"), .label = MSG_person_given });
	same_as_fixture(a, &h, "input", S("default"));
	h = html_new(a, LANG_EN);
	h_field(&h, &(Field){ .name = S("x"), .label = MSG_person_given, .errors = &e });
	same_as_fixture(a, &h, "input", S("with error message"));
	h = html_new(a, LANG_EN);
	h_field(&h, &(Field){ .name = S("x"), .label = MSG_person_given, .rows = 5, .errors = &e });
	same_as_fixture(a, &h, "textarea", S("with error message"));
	h = html_new(a, LANG_EN);
	tasks_begin(&h);
	for (int i = 0; i < 1; i++)
		h_task(&h, S("t"), S("#"), S(""), MSG_NONE, S(""));
	tasks_end(&h);
	assert_true(str_starts(skeleton(a, fixture(a, "task-list", S("default"))), skeleton(a, buf_str(&h.out))));
	h = html_new(a, LANG_EN);
	h_details_begin(&h, MSG_signin_forgot);
	h_details_end(&h);
	same_as_fixture(a, &h, "details", S("default"));
	h = html_new(a, LANG_EN);
	h_tag(&h, MSG_plan_state_agreed, S(""));
	same_as_fixture(a, &h, "tag", S("default"));
	h = html_new(a, LANG_EN);
	h_warning(&h, MSG_common_leave_warning);
	same_as_fixture(a, &h, "warning-text", S("default"));
	h = html_new(a, LANG_EN);
	h_radios(&h, S("x"), MSG_person_gender, MSG_NONE, yes_no, 2, NULL, false);
	/* Our legends are a size up; the rest is the same. */
	Str ours = skeleton(a, buf_str(&h.out)), theirs = skeleton(a, fixture(a, "radios", S("default")));
	assert_true(str_ends(ours, str_from(theirs, (size_t)str_find(theirs, S("div.govuk-radios\n")))));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = { T(test_fields), T(test_choices), T(test_kept_and_saved_side_by_side),
		                            T(test_parts), T(test_like_govuk) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
