/* Signing in, sessions, tokens, limits. Argon2 is real here, so accounts are few. */
#include "access_help.h"

#include "access/sessions.h"

#define GOOD S("een heel lang wachtwoord")
enum { MINUTE = 60000, HOUR = 3600000 };

static int64_t add(World *w, const char *login, Role role)
{
	static const Str refs[] = { S_INIT("Patient/p1"), S_INIT("Practitioner/q1") };
	int64_t id = 0;
	NewAccount n = { .login = str_c(login),
		         .name = S("An Maes"),
		         .password = GOOD,
		         .role = role,
		         .lang = LANG_FR,
		         .refs = refs,
		         .n_refs = 2 };
	must(account_create(w->r, &n, &id));
	assert_true(id > 0);
	return id;
}

static void test_password_rules(void **state)
{
	(void)state;
	static const Str bad[] = { S_INIT(""),
		                   S_INIT("kort"),
		                   S_INIT("elf tekens."),
		                   S_INIT("an.maes@thuis.be"),
		                   S_INIT("AN.MAES@thuis.be"),
		                   S_INIT("Password12345!"),
		                   S_INIT("Wachtwoord2026!"),
		                   S_INIT("123456789012"),
		                   S_INIT("000000000000"),
		                   S_INIT("welkomwelkom1"),
		                   S_INIT("samendoel2026!!") };
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		gives(password_ok(S("an.maes@thuis.be"), bad[i]), ERR_INVALID);
	char *longest = calloc(1, 130);
	for (size_t i = 0; i < 129; i++)
		longest[i] = (char)('a' + i % 25);
	gives(password_ok(S("an"), str_n(longest, 129)), ERR_INVALID);
	must(password_ok(S("an"), str_n(longest, 128)));
	free(longest);
	must(password_ok(S("an"), S("vier woorden zonder zin")));
	must(password_ok(S("an"), S("830174629571")));
	must(password_ok(S("an"), S("éééééééééééé")));
	gives(password_ok(S("an"), S("ééééééééééé")), ERR_INVALID);
	gives(password_ok(S("an"), S("een heel lang \xff wachtwoord")), ERR_INVALID);
}

static void test_accounts(void **state)
{
	World *w = *state;
	int64_t id = add(w, "An.Maes", ROLE_PROFESSIONAL), other;
	NewAccount n = { .login = S(" an.maes "), .name = S("x"), .role = ROLE_PERSON };
	gives(account_create(w->r, &n, &other), ERR_CONFLICT);
	n.login = S("met spatie");
	gives(account_create(w->r, &n, &other), ERR_INVALID);
	n.login = S("systeem");
	n.role = ROLE_SYSTEM;
	gives(account_create(w->r, &n, &other), ERR_INVALID);
	n.role = ROLE_PERSON;
	n.password = S("kort");
	gives(account_create(w->r, &n, &other), ERR_INVALID);
	n.password = STR_END;
	must(account_create(w->r, &n, &other));
	assert_int_not_equal(id, other);
	Account a, *all;
	size_t count;
	must(account_by_login(w->r, S("AN.MAES"), w->a, &a));
	assert_true(a.id == id && a.role == ROLE_PROFESSIONAL && a.lang == LANG_FR && a.n_refs == 2);
	assert_true(str_eq(a.login, S("an.maes")) && str_eq(a.refs[0], S("Patient/p1")));
	gives(account_by_login(w->r, S("niemand"), w->a, &a), ERR_NOT_FOUND);
	must(account_list(w->r, w->a, &all, &count));
	assert_int_equal(count, 2);
	must(account_add_ref(w->r, other, S("RelatedPerson/r")));
	must(account_add_ref(w->r, other, S("RelatedPerson/r")));
	gives(account_add_ref(w->r, other, S("Goal/r")), ERR_INVALID);
	gives(account_add_ref(w->r, other, S("zomaar")), ERR_INVALID);
	gives(account_add_ref(w->r, 999, S("Patient/r")), ERR_NOT_FOUND);
	must(account_by_login(w->r, S("systeem"), w->a, &a));
	assert_int_equal(a.n_refs, 1);
	/* Without a password nobody gets in. */
	Str token;
	gives(sign_in(w->r, S("systeem"), S(""), S("ip"), w->a, &token), ERR_SIGN_IN);
}

static void test_session(void **state)
{
	World *w = *state;
	int64_t id = add(w, "an", ROLE_PERSON), expired;
	Str token, second;
	Session s;
	gives(sign_in(w->r, S("an"), S("een heel lang wachtwoor"), S("ip"), w->a, &token), ERR_SIGN_IN);
	gives(sign_in(w->r, S("niemand"), GOOD, S("ip"), w->a, &token), ERR_SIGN_IN);
	must(sign_in(w->r, S("An "), GOOD, S("ip"), w->a, &token));
	must(sign_in(w->r, S("an"), GOOD, S("ip"), w->a, &second));
	assert_true(token.n == 52 && !str_eq(token, second));
	for (int i = 0; i < 2; i++) { /* from the table, then from the cache */
		must(session_open(w->r, token, w->a, &s, &expired));
		assert_true(s.scope.account == id && s.scope.role == ROLE_PERSON && s.scope.lang == LANG_FR);
		assert_true(str_eq(s.scope.name, S("An Maes")) && s.scope.n_refs == 2 && !s.scope.api);
		assert_true(str_eq(s.scope.refs[1], S("Practitioner/q1")) && str_eq(s.scope.purpose, S("PATRQT")));
	}
	gives(session_open(w->r, S("geen"), w->a, &s, &expired), ERR_SIGN_IN);
	char *bent = arena_cstr(w->a, token);
	bent[10] = bent[10] == 'a' ? 'b' : 'a';
	gives(session_open(w->r, str_n(bent, token.n), w->a, &s, &expired), ERR_SIGN_IN);
	assert_int_equal(expired, 0);

	/* Preferences and references are there at the next request. */
	must(account_set_prefs(w->r, &s.scope, LANG_DE, true));
	must(account_add_ref(w->r, id, S("RelatedPerson/r1")));
	must(session_open(w->r, token, w->a, &s, &expired));
	assert_true(s.scope.lang == LANG_DE && s.large_text && s.scope.n_refs == 3);

	must(sign_out(w->r, token));
	gives(session_open(w->r, token, w->a, &s, &expired), ERR_SIGN_IN);
	assert_int_equal(expired, 0);
	must(sign_out(w->r, token));
	must(session_open(w->r, second, w->a, &s, &expired));
	must(account_disable(w->r, id, true));
	gives(session_open(w->r, second, w->a, &s, &expired), ERR_SIGN_IN);
	gives(sign_in(w->r, S("an"), GOOD, S("ip"), w->a, &token), ERR_SIGN_IN);
	must(account_disable(w->r, id, false));
	must(sign_in(w->r, S("an"), GOOD, S("ip"), w->a, &token));
}

/* Text that nobody came back for does not stay for ever. */
static void test_old_drafts(void **state)
{
	World *w = *state;
	int64_t id = add(w, "an", ROLE_PERSON);
	Str token, text;
	must(draft_put(w->r, id, S("old"), S("x")));
	must(draft_put(w->r, id + 1, S("old of another"), S("x")));
	time_set_offset((DRAFT_DAYS - 1) * (Millis)DAY_MS);
	must(draft_put(w->r, id, S("new"), S("y")));
	must(sign_in(w->r, S("an"), GOOD, S("ip"), w->a, &token));
	must(draft_take(w->r, id, S("old"), w->a, &text));
	time_set_offset((DRAFT_DAYS + 1) * (Millis)DAY_MS);
	must(sign_in(w->r, S("an"), GOOD, S("ip"), w->a, &token));
	gives(draft_take(w->r, id + 1, S("old of another"), w->a, &text), ERR_NOT_FOUND);
	must(draft_take(w->r, id, S("new"), w->a, &text));
}

static void test_limits_of_a_session(void **state)
{
	World *w = *state;
	int64_t id = add(w, "an", ROLE_PERSON), expired;
	Str token, api;
	Session s;
	must(sign_in(w->r, S("an"), GOOD, S("ip"), w->a, &token));
	must(token_create(w->r, id, w->a, &api));
	for (Millis t = 29 * MINUTE; t < 12 * (Millis)HOUR; t += 29 * MINUTE) { /* used all the time: 12 hours */
		time_set_offset(t);
		must(session_open(w->r, token, w->a, &s, &expired));
	}
	time_set_offset(12 * (Millis)HOUR + MINUTE);
	gives(session_open(w->r, token, w->a, &s, &expired), ERR_SIGN_IN);
	assert_int_equal(expired, id);
	time_set_offset(0);
	must(sign_in(w->r, S("an"), GOOD, S("ip"), w->a, &token));
	must(session_open(w->r, token, w->a, &s, &expired));
	time_set_offset(31 * MINUTE); /* not used for half an hour */
	gives(session_open(w->r, token, w->a, &s, &expired), ERR_SIGN_IN);
	assert_int_equal(expired, id);
	/* Tokens of programs last until they are revoked. */
	time_set_offset(400 * (Millis)DAY_MS);
	must(session_open(w->r, api, w->a, &s, &expired));
	assert_true(s.scope.api);
	must(token_revoke_all(w->r, id));
	gives(session_open(w->r, api, w->a, &s, &expired), ERR_SIGN_IN);
	time_set_offset(0);
}

static void test_change_password(void **state)
{
	World *w = *state;
	int64_t id = add(w, "an", ROLE_PERSON), expired;
	Str token;
	Session s;
	must(sign_in(w->r, S("an"), GOOD, S("ip"), w->a, &token));
	must(session_open(w->r, token, w->a, &s, &expired));
	gives(account_change_password(w->r, &s.scope, S("niet het oude"), S("een ander lang woord")), ERR_SIGN_IN);
	gives(account_change_password(w->r, &s.scope, GOOD, S("kort")), ERR_INVALID);
	must(account_change_password(w->r, &s.scope, GOOD, S("een ander lang woord")));
	gives(session_open(w->r, token, w->a, &s, &expired), ERR_SIGN_IN);
	gives(sign_in(w->r, S("an"), GOOD, S("ip"), w->a, &token), ERR_SIGN_IN);
	must(sign_in(w->r, S("an"), S("een ander lang woord"), S("ip"), w->a, &token));
	must(account_set_password(w->r, id, S("van de beheerder 1"), true));
	must(sign_in(w->r, S("an"), S("van de beheerder 1"), S("ip"), w->a, &token));
	must(session_open(w->r, token, w->a, &s, &expired));
	assert_true(s.must_change);
}

static void test_lock_out(void **state)
{
	World *w = *state;
	int64_t id = add(w, "an", ROLE_PERSON);
	Str token;
	static const Str logins[] = { S_INIT("an"), S_INIT("niemand") };
	for (size_t k = 0; k < 2; k++) { /* known or not: the same */
		for (int i = 0; i < 8; i++)
			gives(sign_in(w->r,
			              i % 2 ? logins[k]
			              : k   ? S("Niemand")
			                    : S("AN"),
			              S("een verkeerd woord"), S("ip"), w->a, &token),
			      ERR_SIGN_IN);
		gives(sign_in(w->r, logins[k], GOOD, S("ander ip"), w->a, &token), ERR_TOO_MANY);
	}
	time_set_offset(16 * MINUTE);
	must(sign_in(w->r, S("an"), GOOD, S("ip"), w->a, &token));
	time_set_offset(0);
	for (int i = 0; i < 8; i++)
		gives(sign_in(w->r, S("an"), S("een verkeerd woord"), S("ip 3"), w->a, &token), ERR_SIGN_IN);
	gives(sign_in(w->r, S("an"), GOOD, S("ip 4"), w->a, &token), ERR_TOO_MANY);
	must(account_unlock(w->r, id));
	must(sign_in(w->r, S("an"), GOOD, S("ip 4"), w->a, &token));
}

static void test_address_limit(void **state)
{
	(void)state;
	Limits *l = limits_new();
	Millis now = 1000000000;
	for (int i = 0; i < LIMIT_ADDRESS; i++)
		assert_true(limits_attempt(l, S("10.0.0.1"), now + i));
	assert_false(limits_attempt(l, S("10.0.0.1"), now + 100));
	assert_true(limits_attempt(l, S("10.0.0.2"), now + 100));
	assert_true(limits_attempt(l, S("10.0.0.1"), now + LIMIT_ADDRESS_MS));
	/* A network of IPv6 is one visitor; its neighbour and IPv4 in IPv6 clothes are others. */
	for (int i = 0; i < LIMIT_ADDRESS; i++) {
		char six[40];
		snprintf(six, sizeof six, "2001:db8:0:7:%x::%x", i, i);
		assert_true(limits_attempt(l, str_c(six), now + i));
	}
	assert_false(limits_attempt(l, S("2001:db8:0:7::ffff"), now + 100));
	assert_true(limits_attempt(l, S("2001:db8:0:8::1"), now + 100));
	for (int i = 0; i < LIMIT_ADDRESS; i++)
		assert_true(limits_attempt(l, S("::ffff:10.0.0.3"), now + i));
	assert_false(limits_attempt(l, S("::ffff:10.0.0.3"), now + 100));
	assert_true(limits_attempt(l, S("::ffff:10.0.0.4"), now + 100));
	for (int i = 1; i < LIMIT_FAILURES; i++)
		assert_false(limits_failed(l, S("an"), now));
	assert_false(limits_locked(l, S("an"), now));
	assert_true(limits_failed(l, S("an"), now));
	assert_true(limits_locked(l, S("an"), now + LIMIT_LOCK_MS - 1));
	assert_false(limits_locked(l, S("an"), now + LIMIT_LOCK_MS));
	assert_false(limits_locked(l, S("bert"), now));
	limits_clear(l, S("an"));
	assert_false(limits_locked(l, S("an"), now));
	limits_free(l);
}

static void test_csrf(void **state)
{
	World *w = *state;
	add(w, "an", ROLE_PERSON);
	int64_t expired;
	Str one, two;
	Session a, b;
	must(sign_in(w->r, S("an"), GOOD, S("ip"), w->a, &one));
	must(sign_in(w->r, S("an"), GOOD, S("ip"), w->a, &two));
	must(session_open(w->r, one, w->a, &a, &expired));
	must(session_open(w->r, two, w->a, &b, &expired));
	Str t = csrf_token(&a, w->a), u = csrf_token(&a, w->a);
	assert_false(str_eq(t, u));
	assert_true(csrf_ok(&a, t) && csrf_ok(&a, u));
	assert_false(csrf_ok(&b, t));
	assert_false(csrf_ok(&a, S("")));
	assert_false(csrf_ok(&a, (Str){ NULL, 0 }));
	assert_false(csrf_ok(&a, str_upto(t, t.n - 1)));
	char *bent = arena_cstr(w->a, t);
	bent[100] = bent[100] == '0' ? '1' : '0';
	assert_false(csrf_ok(&a, str_n(bent, t.n)));
	Session nobody = { 0 };
	assert_false(csrf_ok(&nobody, csrf_token(&nobody, w->a)));
}

/* Every attempt is in the log; what was typed as a login that nobody has is not. */
static void test_attempts_are_logged(void **state)
{
	World *w = *state;
	add(w, "an", ROLE_PERSON);
	RecordsStats before, after;
	Str token;
	records_stats(w->r, &before);
	gives(sign_in(w->r, S("an"), S("een verkeerd woord"), S("ip"), w->a, &token), ERR_SIGN_IN);
	gives(sign_in(w->r, S("mijn geheime zin"), S("een verkeerd woord"), S("ip"), w->a, &token), ERR_SIGN_IN);
	must(sign_in(w->r, S("an"), GOOD, S("ip"), w->a, &token));
	must(sign_out(w->r, token));
	records_stats(w->r, &after);
	assert_int_equal(after.log_entries, before.log_entries + 4);
	char cmd[160];
	snprintf(cmd, sizeof cmd, "grep -rq 'mijn geheime zin' %s", w->dir);
	assert_int_not_equal(system(cmd), 0);
}

int main(void)
{
	random_init();
#define T(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_password_rules),
		cmocka_unit_test(test_address_limit),
		T(test_accounts),
		T(test_session),
		T(test_old_drafts),
		T(test_limits_of_a_session),
		T(test_change_password),
		T(test_lock_out),
		T(test_csrf),
		T(test_attempts_are_logged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
