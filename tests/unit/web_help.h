/* A small world for the tests of the web face: a store, one person with a team, accounts, and a browser that keeps its
 * cookies. */
#ifndef TESTS_WEB_HELP_H
#define TESTS_WEB_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "care/person.h"
#include "web/web_internal.h"

#define PASSWORD "een lang genoeg wachtwoord"

/* fontconfig, which the PDF pages use, keeps its caches until the process ends. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\n";
}

typedef struct World {
	Arena *arena;
	char dir[64];
	Records *records;
	Web *web;
	Str person; /* of coordinator mia, who made it; "jean" is the person; "tom" has nothing to do with it; "beheer"
	               administers */
	Str token;  /* session of who is signed in; absent: nobody */
	Str logins[8], tokens[8];
	size_t n_tokens;
} World;

static int64_t new_account(World *w, Str login, Role role, Str ref)
{
	int64_t id;
	NewAccount n = { .login = login,
		         .name = login,
		         .password = S(PASSWORD),
		         .role = role,
		         .refs = &ref,
		         .n_refs = ref.p ? 1 : 0 };
	assert_int_equal(account_create(w->records, &n, &id), OK);
	return id;
}

static Str new_practitioner(World *w, Str family)
{
	Scope scope = scope_system(S("demo"));
	Visit *v = visit_new(w->records, &scope, w->arena);
	Str id;
	assert_int_equal(
	    visit_create(v,
	                 arena_printf(w->arena, "{\"resourceType\":\"Practitioner\",\"name\":[{\"family\":\"%.*s\"}]}",
	                              STR_ARG(family)),
	                 &id),
	    OK);
	assert_int_equal(visit_commit(v), OK);
	return arena_join(w->arena, S("Practitioner/"), id, STR_END);
}

/* One request as the signed-in user; commits its visit as the server would. */
static Reply ask_with(World *w, Method m, Str target, Str body, Str extra_cookie)
{
	Pair *headers = ARENA_ARRAY(w->arena, Pair, 3);
	size_t n = 0;
	Str path = target, query = { 0 };
	query = str_cut(target, '?', &path);
	if (w->token.n || extra_cookie.n)
		headers[n++] =
		    (Pair){ S("Cookie"), arena_join(w->arena, S(SESSION_COOKIE "="), w->token.n ? w->token : S("none"),
			                            S("; "), extra_cookie, STR_END) };
	if (m == M_POST)
		headers[n++] = (Pair){ S("Content-Type"), S("application/x-www-form-urlencoded") };
	Request *r = ARENA_NEW(w->arena, Request);
	*r = (Request){ .arena = w->arena,
		        .method = m,
		        .path = path,
		        .query = query,
		        .headers = headers,
		        .n_headers = n,
		        .body = body,
		        .remote = S("192.0.2.1"),
		        .id = S("test") };
	Reply reply = web_handle(w->web, r);
	Err e = reply.visit ? visit_commit(reply.visit) : OK;
	return e == OK ? reply : reply.on_fail(reply.fail_arg, e);
}

static Reply get(World *w, Str target)
{
	return ask_with(w, M_GET, target, S(""), S(""));
}

static Str header_of(const Reply *r, Str name)
{
	for (size_t i = 0; i < r->n_headers; i++)
		if (str_eq_nocase(r->headers[i].name, name))
			return r->headers[i].value;
	return (Str){ 0 };
}

/* The value of the first hidden field of that name in a page. */
static Str hidden(World *w, const Reply *page, Str name)
{
	Str mark = arena_join(w->arena, S("name=\""), name, S("\" value=\""), STR_END), value;
	ptrdiff_t at = str_find(page->body, mark);
	if (at < 0)
		return (Str){ 0 };
	str_cut(str_from(page->body, (size_t)at + mark.n), '"', &value);
	return value;
}

/* Posts a form with the CSRF token of a page that was got just before. */
static Reply post(World *w, Str target, Str fields)
{
	Reply page = get(w, S("/over"));
	Str csrf = hidden(w, &page, S("_csrf"));
	return ask_with(w, M_POST, target,
	                arena_join(w->arena, S("_csrf="), url_encode(w->arena, csrf), S("&"), fields, STR_END), S(""));
}

/* Signing in costs a tenth of a second: once per account, while its session lives. */
static void sign_in_as(World *w, Str login)
{
	size_t i = 0;
	while (i < w->n_tokens && !str_eq(w->logins[i], login))
		i++;
	Session s;
	int64_t expired;
	if (i == w->n_tokens || session_open(w->records, w->tokens[i], w->arena, &s, &expired) != OK) {
		assert_true(i < COUNT_OF(w->tokens));
		assert_int_equal(sign_in(w->records, login, S(PASSWORD), S("192.0.2.1"), w->arena, &w->tokens[i]), OK);
		w->logins[i] = login;
		w->n_tokens = i == w->n_tokens ? i + 1 : w->n_tokens;
	}
	w->token = w->tokens[i];
}

static bool has(const Reply *r, const char *text)
{
	return str_find(r->body, str_c(text)) >= 0;
}

static Str at_person(World *w, const char *rest)
{
	return arena_printf(w->arena, "/persoon/%.*s%s", STR_ARG(w->person), rest);
}

static void make_person(World *w)
{
	Reply r;
	new_account(w, S("mia"), ROLE_COORDINATOR, new_practitioner(w, S("Claes")));
	new_account(w, S("tom"), ROLE_PROFESSIONAL, new_practitioner(w, S("Willems")));
	new_account(w, S("beheer"), ROLE_ADMIN, (Str){ 0 });
	sign_in_as(w, S("mia"));
	r = post(w, S("/personen/nieuw"),
	         S("given=Jean&family=Derks&birth_date=1956-04-17&gender=male&role_text=co&secrecy=yes&_once=first"));
	if (r.status != 303)
		fail_msg("%.*s", STR_ARG(r.body));
	w->person = arena_str(w->arena, str_from(header_of(&r, S("Location")), 9));
	new_account(w, S("jean"), ROLE_PERSON, arena_join(w->arena, S("Patient/"), w->person, STR_END));
}

static int world(void **state)
{
	World *w = calloc(1, sizeof *w);
	char why[200] = "";
	random_init();
	w->arena = arena_new();
	(void)snprintf(w->dir, sizeof w->dir, "%s/samendoel-web-XXXXXX",
	               access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(w->dir));
	FILE *f = fopen(arena_printf(w->arena, "%s/assets.txt", w->dir).p, "w");
	assert_non_null(f);
	fputs("app.css app-0123456789.css\napp.mjs app-0123456789.mjs\n", f);
	fclose(f);
	RecordsOptions o = { .dir = arena_printf(w->arena, "%s/store", w->dir) };
	if (records_open(&o, &w->records, why, sizeof why) != OK)
		fail_msg("%s", why);
	WebOptions wo = { .records = w->records,
		          .assets_dir = str_c(w->dir),
		          .base_url = S("http://localhost"),
		          .api_description =
		              S("{\"paths\":{\"/{type}/{id}\":{\"parameters\":[],\"get\":{\"summary\":\"Read one "
		                "<resource>.\"}},\"/\":{\"post\":{\"summary\":\"Run.\"}}}}") };
	if (web_new(&wo, &w->web, why, sizeof why) != OK)
		fail_msg("%s", why);
	make_person(w);
	*state = w;
	return 0;
}

/* Each test starts as mia, in Dutch. */
static int as_mia(void **state)
{
	World *w = *state;
	Session s;
	int64_t expired;
	time_set_offset(0);
	sign_in_as(w, S("mia"));
	assert_int_equal(session_open(w->records, w->token, w->arena, &s, &expired), OK);
	assert_int_equal(account_set_prefs(w->records, &s.scope, LANG_NL, false), OK);
	return 0;
}

static int world_end(void **state)
{
	World *w = *state;
	web_free(w->web);
	records_close(w->records);
	assert_int_equal(system(arena_printf(w->arena, "rm -rf '%s'", w->dir).p), 0);
	arena_free(w->arena);
	free(w);
	return 0;
}

#endif
