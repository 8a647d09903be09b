/* The trace: every read and write of a dossier is in the log before anything is released; once-keys, drafts, last seen.
 */
#include <pthread.h>

#include "access_help.h"

#include "access/audit.h"
#include "fhir/validate.h"

#define NURSE "Practitioner/nurse"

static Scope self_of(World *w, Str patient)
{
	return scope_of(w, 7, ROLE_PERSON, FORMAT(w, "Patient/%.*s", STR_ARG(patient)).p);
}

static AuditEntry *log_of(World *w, Str patient, size_t *n)
{
	Scope self = self_of(w, patient);
	AuditEntry *list;
	Visit *v = visit_new(w->r, &self, w->a);
	must(visit_access_log(v, patient, INT64_MAX, 100, &list, n));
	return list;
}

static void test_entry(void **state)
{
	World *w = *state;
	Relation rel = { .role_text = S("huisarts"), .member = S("Practitioner/1"), .rule = S("team-secrecy") };
	AuditNote n = { .part = 20,
		        .action = AUDIT_UPDATE,
		        .rel = &rel,
		        .categories = 1 << CAT_GOALS,
		        .count = 1,
		        .type = FT_GOAL,
		        .id = S("abc"),
		        .version = 300 };
	Scope who = { .account = 12345678901,
		      .role = ROLE_PROFESSIONAL,
		      .name = S("Än"),
		      .purpose = S("TREAT"),
		      .route = S("GET /x") };
	Str bytes = audit_encode(w->a, &n, &who, S("waarom"), 1700000000123);
	AuditEntry e;
	assert_true(audit_decode(bytes, &e));
	assert_true(e.account == 12345678901 && e.at == 1700000000123 && e.action == AUDIT_UPDATE);
	assert_true(e.role == ROLE_PROFESSIONAL && e.type == FT_GOAL && e.version == 300 && e.count == 1);
	assert_true(str_eq(e.who, S("Än")) && str_eq(e.role_text, S("huisarts")) &&
	            str_eq(e.member, S("Practitioner/1")));
	assert_true(str_eq(e.rule, S("team-secrecy")) && str_eq(e.purpose, S("TREAT")) && str_eq(e.route, S("GET /x")));
	assert_true(str_eq(e.reason, S("waarom")) && str_eq(e.id, S("abc")) && e.categories == 1 << CAT_GOALS);
	/* Any prefix, any longer text, another format: no entry. */
	for (size_t i = 0; i < bytes.n; i++)
		assert_false(audit_decode(str_upto(bytes, i), &e));
	assert_false(audit_decode(arena_join(w->a, bytes, S("x"), STR_END), &e));
	char *other = arena_cstr(w->a, bytes);
	other[0] = 2;
	assert_false(audit_decode(str_n(other, bytes.n), &e));
	/* A text that is too long is cut between characters. */
	char *wide = arena_zero(w->a, 1001);
	memset(wide, 'a', 1);
	for (size_t i = 1; i < 999; i += 2)
		memcpy(wide + i, "é", 2);
	assert_true(audit_decode(audit_encode(w->a, &n, &who, str_c(wide), 1), &e));
	assert_true(e.reason.n == 399 && str_utf8(e.reason));
}

static void test_each_leaves_an_entry(void **state)
{
	World *w = *state;
	Str p = make_patient(w), g = make(w, goal_json(w, p, "a")), made;
	make_team(w, p, NURSE, true, false, "");
	Scope nurse = scope_of(w, 8, ROLE_PROFESSIONAL, NURSE);
	size_t n, before;
	Rec rec, *recs;
	int32_t version;
	(void)log_of(w, p, &before);
	Visit *v = visit(w, &nurse);
	must(visit_read(v, FT_GOAL, g, &rec));
	must(visit_read(v, FT_GOAL, g, &rec));
	visit_reason(v, S("vraag van de huisarts"));
	/* Nothing yet: it is written with the finish. */
	(void)log_of(w, p, &n);
	assert_int_equal(n, before);
	must(visit_commit(v));
	AuditEntry *e = log_of(w, p, &n);
	assert_int_equal(n, before + 1);
	assert_true(e[0].action == AUDIT_READ && e[0].type == FT_GOAL && str_eq(e[0].id, g) && e[0].version == 1);
	assert_true(e[0].count == 1 && e[0].account == 8 && str_eq(e[0].rule, S("team-secrecy")));
	assert_true(str_eq(e[0].role_text, S("thuisverpleegkundige")) && str_eq(e[0].member, S(NURSE)));
	assert_true(str_eq(e[0].reason, S("vraag van de huisarts")) && str_eq(e[0].route, S("TEST")));
	assert_int_equal(e[0].categories, 1 << CAT_GOALS);

	v = visit(w, &nurse);
	must(visit_dossier(v, p, NULL, &recs, &n));
	assert_int_equal(recs[0].type, FT_PATIENT);
	must(visit_update(v, FT_GOAL, g, 0, goal_json(w, p, "b"), &version));
	must(visit_create(v, goal_json(w, p, "c"), &made));
	must(visit_commit(v));
	v = visit(w, &nurse);
	must(visit_delete(v, FT_GOAL, made, 1));
	must(visit_commit(v));
	e = log_of(w, p, &n);
	assert_int_equal(n, before + 5);
	assert_true(e[0].action == AUDIT_DELETE && str_eq(e[0].id, made) && e[0].version == 2);
	assert_true(e[1].action == AUDIT_CREATE && str_eq(e[1].id, made));
	assert_true(e[2].action == AUDIT_UPDATE && str_eq(e[2].id, g) && e[2].version == 2);
	assert_true(e[3].action == AUDIT_READ && e[3].count == 3 && e[3].type == FT_NONE);
	assert_int_equal(e[3].categories, 1 << CAT_IDENTITY | 1 << CAT_GOALS | 1 << CAT_NETWORK);

	/* Lists of persons and searches: one entry for each person shown. */
	PersonRow *rows;
	size_t total;
	v = visit(w, &nurse);
	must(visit_persons(v, STR_END, 0, 10, &rows, &n, &total));
	must(visit_commit(v));
	e = log_of(w, p, &n);
	assert_true(n == before + 6 && e[0].action == AUDIT_SEARCH && e[0].categories == 1 << CAT_IDENTITY);
}

/* A write that is refused leaves no version and no entry; what else was in the visit is not kept either. */
static void test_all_or_nothing(void **state)
{
	World *w = *state;
	Str p = make_patient(w), g = make(w, goal_json(w, p, "a")), made;
	Scope self = self_of(w, p);
	size_t n, before;
	int32_t version;
	Rec rec;
	Visit *v = visit(w, &self), *first = visit(w, &self);
	must(visit_create(v, goal_json(w, p, "nieuw"), &made));
	must(visit_update(v, FT_GOAL, g, 1, goal_json(w, p, "b"), &version));
	must(visit_update(first, FT_GOAL, g, 1, goal_json(w, p, "c"), &version));
	must(visit_commit(first));
	(void)log_of(w, p, &before);
	gives(visit_commit(v), ERR_VERSION);
	(void)log_of(w, p, &n);
	assert_int_equal(n, before);
	v = visit(w, &self);
	gives(visit_read(v, FT_GOAL, made, &rec), ERR_NOT_FOUND);
	/* Made and unmade in one visit: it never was. */
	must(visit_create(v, goal_json(w, p, "kort"), &made));
	must(visit_read(v, FT_GOAL, made, &rec));
	must(visit_delete(v, FT_GOAL, made, 0));
	must(visit_commit(v));
	v = visit(w, &self);
	gives(visit_read(v, FT_GOAL, made, &rec), ERR_NOT_FOUND);
}

typedef struct Wait {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool done;
	Err result;
	World *w;
	Str patient;
	size_t entries;
} Wait;

static void when_done(void *ctx, Err result)
{
	Wait *x = ctx;
	pthread_mutex_lock(&x->lock);
	x->done = true;
	x->result = result;
	pthread_cond_signal(&x->cond);
	pthread_mutex_unlock(&x->lock);
}

static void test_finish(void **state)
{
	World *w = *state;
	Str p = make_patient(w);
	Scope self = self_of(w, p);
	size_t before, n;
	Rec rec;
	(void)log_of(w, p, &before);
	Wait x = { .lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER };
	Visit *v = visit(w, &self);
	must(visit_read(v, FT_PATIENT, p, &rec));
	visit_finish(v, when_done, &x);
	pthread_mutex_lock(&x.lock);
	while (!x.done)
		pthread_cond_wait(&x.cond, &x.lock);
	pthread_mutex_unlock(&x.lock);
	must(x.result);
	(void)log_of(w, p, &n);
	assert_int_equal(n, before + 1);
	/* Nothing read, nothing written: done at once. */
	x.done = false;
	visit_finish(visit(w, &self), when_done, &x);
	assert_true(x.done);
}

static void test_who_sees_the_log(void **state)
{
	World *w = *state;
	Str p = make_patient(w);
	make_team(w, p, NURSE, true, false, "");
	make_team(w, p, "Practitioner/co", true, true, "");
	Str kin = make_relative(w, p, "representative");
	Scope nurse = scope_of(w, 8, ROLE_PROFESSIONAL, NURSE),
	      co = scope_of(w, 9, ROLE_COORDINATOR, "Practitioner/co");
	Scope child = scope_of(w, 10, ROLE_CARER, FORMAT(w, "RelatedPerson/%.*s", STR_ARG(kin)).p);
	AuditEntry *list;
	size_t n;
	gives(visit_access_log(visit(w, &nurse), p, INT64_MAX, 10, &list, &n), ERR_NOT_FOUND);
	must(visit_access_log(visit(w, &co), p, INT64_MAX, 10, &list, &n));
	assert_true(n >= 3);
	must(visit_access_log(visit(w, &child), p, INT64_MAX, 10, &list, &n));
	must(visit_access_log(visit(w, &child), p, list[0].seq, 1, &list, &n));
	assert_int_equal(n, 1);
}

static void test_audit_event(void **state)
{
	World *w = *state;
	Str p = make_patient(w);
	size_t n;
	AuditEntry *list = log_of(w, p, &n);
	assert_true(n > 0);
	for (AuditAction a = AUDIT_READ; a <= AUDIT_ADMIN; a++) {
		const Json *doc;
		AuditEntry e = list[0];
		e.action = a;
		Outcome o = outcome_new(w->a);
		must(json_parse(w->a, audit_event_json(&e, a < AUDIT_SIGN_IN ? p : STR_END, w->a), &doc, NULL));
		Err valid = fhir_validate(json_root(doc), &o);
		if (valid != OK)
			print_error("%.*s\n", STR_ARG(outcome_json(&o, w->a)));
		must(valid);
	}
}

static void test_once(void **state)
{
	World *w = *state;
	Str p = make_patient(w), id, before = STR_END;
	Scope self = self_of(w, p), other = scope_of(w, 99, ROLE_PERSON, self.refs[0].p);
	Visit *one = visit(w, &self), *two = visit(w, &self);
	must(visit_once(one, S("k1"), S("/plan"), &before));
	must(visit_once(two, S("k1"), S("/plan"), &before));
	must(visit_create(one, goal_json(w, p, "a"), &id));
	must(visit_create(two, goal_json(w, p, "a"), &id));
	must(visit_commit(one));
	gives(visit_commit(two), ERR_CONFLICT);
	gives(visit_once(visit(w, &self), S("k1"), S("/x"), &before), ERR_CONFLICT);
	assert_true(str_eq(before, S("/plan")));
	must(visit_once(visit(w, &other), S("k1"), S("/x"), &before));
	SearchQuery q = { .type = FT_GOAL, .person = p, .count = 10 };
	Rec *recs;
	size_t n, total;
	must(visit_search(visit(w, &self), &q, &recs, &n, &total));
	assert_int_equal(total, 1);
}

static void test_drafts(void **state)
{
	World *w = *state;
	Str text;
	gives(draft_take(w->r, 7, S("gesprek"), w->a, &text), ERR_NOT_FOUND);
	must(draft_put(w->r, 7, S("gesprek"), S("eerste")));
	must(draft_put(w->r, 7, S("gesprek"), S("tweede")));
	gives(draft_take(w->r, 8, S("gesprek"), w->a, &text), ERR_NOT_FOUND);
	must(draft_take(w->r, 7, S("gesprek"), w->a, &text));
	assert_true(str_eq(text, S("tweede")));
	gives(draft_take(w->r, 7, S("gesprek"), w->a, &text), ERR_NOT_FOUND);
}

static void test_seen(void **state)
{
	World *w = *state;
	Str p = make_patient(w);
	Scope self = self_of(w, p), nurse = scope_of(w, 8, ROLE_PROFESSIONAL, NURSE);
	Millis at = 1;
	Visit *v = visit(w, &self);
	must(visit_last_seen(v, p, &at));
	assert_int_equal(at, 0);
	visit_mark_seen(v, p, 12345);
	must(visit_commit(v));
	must(visit_last_seen(visit(w, &self), p, &at));
	assert_int_equal(at, 12345);
	gives(visit_last_seen(visit(w, &nurse), p, &at), ERR_NOT_FOUND);
}

static void count_line(void *ctx, const char *line)
{
	++*(size_t *)ctx;
	print_error("%s\n", line);
}

static void test_verify(void **state)
{
	World *w = *state;
	Str p = make_patient(w), g = make(w, goal_json(w, p, "a"));
	Scope self = self_of(w, p), sys = scope_system(S("test"));
	Visit *v = visit(w, &self);
	must(visit_update(v, FT_PATIENT, p, 0,
	                  S("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Derks-Maes\"}]}"), NULL));
	must(visit_delete(v, FT_GOAL, g, 0));
	must(visit_commit(v));
	v = visit(w, &sys);
	must(visit_create_as(v, FT_ORGANIZATION, S("o1"), S("{\"resourceType\":\"Organization\",\"name\":\"Huis\"}")));
	must(visit_commit(v));
	size_t lines = 0, n;
	RecordsStats stats;
	must(records_verify(w->r, count_line, &lines, &stats));
	assert_true(lines == 0 && stats.problems == 0 && stats.resources >= 3 && stats.log_entries >= 4);
	records_stats(w->r, &stats);
	assert_true(stats.commits > 0 && stats.log_entries >= 4);
	Str *ids;
	Rec *recs;
	int64_t next;
	v = visit(w, &sys);
	must(visit_all_persons(v, STR_END, 10, &ids, &n));
	assert_true(n == 1 && str_eq(ids[0], p));
	must(visit_all_persons(v, p, 10, &ids, &n));
	assert_int_equal(n, 0);
	must(visit_all_shared(v, 0, 10, &recs, &n, &next));
	assert_true(n == 1 && str_eq(recs[0].id, S("o1")));
	must(visit_all_shared(v, next, 10, &recs, &n, &next));
	assert_true(n == 0 && next == 0);
}

/* Readers and a writer that opens and closes the door: never an answer from before the last acknowledged change. */
typedef struct Race {
	World *w;
	Str goal;
	_Atomic int state; /* -1: changing; else odd: allowed, even: not; never the same twice */
	_Atomic bool stop;
	_Atomic int wrong, reads;
} Race;

static void *reader(void *arg)
{
	Race *x = arg;
	while (!x->stop) {
		Arena *a = arena_new();
		Str refs[] = { S(NURSE) };
		Scope nurse = { .account = 8, .role = ROLE_PROFESSIONAL, .name = S("n"), .refs = refs, .n_refs = 1 };
		int before = x->state;
		Visit *v = visit_new(x->w->r, &nurse, a);
		Rec rec;
		Err e = visit_read(v, FT_GOAL, x->goal, &rec);
		if (before >= 0 && before == x->state && (e == OK) != before % 2)
			x->wrong++;
		x->reads++;
		arena_free(a);
	}
	records_thread_end(x->w->r);
	return NULL;
}

static void test_race(void **state)
{
	World *w = *state;
	Str p = make_patient(w), g = make(w, goal_json(w, p, "a")), deny = STR_END;
	make_team(w, p, NURSE, true, false, "");
	Race x = { .w = w, .goal = g, .state = 1 };
	pthread_t t[2];
	Scope sys = scope_system(S("test"));
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&t[i], NULL, reader, &x), 0);
	for (int i = 0; i < 60; i++) {
		x.state = -1;
		if (i % 2 == 0) {
			deny = make_consent(w, p, "deny", "", "goals", false);
		} else {
			Visit *v = visit(w, &sys);
			must(visit_delete(v, FT_CONSENT, deny, 0));
			must(visit_commit(v));
		}
		x.state = 2 * (i + 1) + i % 2;
		usleep(500);
	}
	x.stop = true;
	for (size_t i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	assert_int_equal(x.wrong, 0);
	assert_true(x.reads > 60);
}

int main(void)
{
	random_init();
#define T(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
	const struct CMUnitTest tests[] = {
		T(test_entry),
		T(test_each_leaves_an_entry),
		T(test_all_or_nothing),
		T(test_finish),
		T(test_who_sees_the_log),
		T(test_audit_event),
		T(test_once),
		T(test_drafts),
		T(test_seen),
		T(test_verify),
		T(test_race),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
