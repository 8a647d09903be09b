/* Reading row by row: what is handed out, noted, left; places as text; a resource as it was. */
#include "access_help.h"

typedef struct Seen {
	Arena *a;
	Str ids[20];
	bool deleted[20];
	int64_t places[20];
	size_t n, stop_at;
	FhirType only;
} Seen;

static EachStep look(void *ctx, const Rec *rec, int64_t place)
{
	Seen *s = ctx;
	if (s->only && rec->type != s->only)
		return EACH_LEAVE;
	if (s->stop_at && s->n == s->stop_at)
		return EACH_STOP;
	s->ids[s->n] = arena_str(s->a, rec->id);
	s->deleted[s->n] = rec->deleted;
	s->places[s->n++] = place;
	return EACH_TAKE;
}

static int64_t dossier_of(World *w, Str person)
{
	int64_t d = 0;
	Scope s = scope_system(S("demo"));
	must(visit_dossier_number(visit(w, &s), person, &d));
	return d;
}

static Str goal_of(World *w, Str person, const char *text)
{
	return make(w,
	            arena_printf(w->a,
	                         "{\"resourceType\":\"Goal\",\"lifecycleStatus\":\"active\",\"description\":{\"text\":"
	                         "\"%s\"},\"subject\":{\"reference\":\"Patient/%.*s\"}}",
	                         text, STR_ARG(person)));
}

static void rows_in_order_and_one_note(void **state)
{
	World *w = *state;
	Str p = make(w, S("{\"resourceType\":\"Patient\"}"));
	Str one = goal_of(w, p, "een"), two = goal_of(w, p, "twee");
	char ref[64];
	snprintf(ref, sizeof ref, "Patient/%.*s", STR_ARG(p));
	Scope nel = scope_of(w, 7, ROLE_PERSON, ref);
	Visit *v = visit(w, &nel);
	Seen seen = { .a = w->a };
	EachQuery q = { .dossier = dossier_of(w, p), .action = AUDIT_EXPORT };
	must(visit_each(v, &q, look, &seen));
	assert_int_equal(seen.n, 3);
	assert_true(str_eq(seen.ids[0], p) && str_eq(seen.ids[1], one) && str_eq(seen.ids[2], two));
	must(visit_commit(v));
	AuditEntry *log;
	size_t n;
	must(visit_access_log(visit(w, &nel), p, INT64_MAX, 1, &log, &n));
	assert_int_equal(n, 1);
	assert_int_equal(log[0].action, AUDIT_EXPORT);
	assert_int_equal(log[0].count, 3);
	assert_int_equal(log[0].categories, 1 << CAT_IDENTITY | 1 << CAT_GOALS);
	/* From a place on, and no further than asked. */
	Str text = visit_place_text(v, seen.places[0]);
	assert_int_equal(text.n, 13);
	must(visit_place_read(v, text, &q.after));
	Seen rest = { .a = w->a, .stop_at = 1 };
	must(visit_each(visit(w, &nel), &q, look, &rest));
	assert_int_equal(rest.n, 1);
	assert_true(str_eq(rest.ids[0], one));
	gives(visit_place_read(v, S("x"), &q.after), ERR_BAD_REQUEST);
	/* An id is no place: it would tell in which dossier it lies. */
	gives(visit_place_read(v, one, &q.after), ERR_BAD_REQUEST);
}

static void nobody_else(void **state)
{
	World *w = *state;
	Str p = make(w, S("{\"resourceType\":\"Patient\"}"));
	Scope otto = scope_of(w, 8, ROLE_PROFESSIONAL, "Practitioner/otto");
	Seen seen = { .a = w->a };
	EachQuery q = { .dossier = dossier_of(w, p), .action = AUDIT_READ };
	gives(visit_each(visit(w, &otto), &q, look, &seen), ERR_NOT_FOUND);
	int64_t d;
	gives(visit_dossier_number(visit(w, &otto), p, &d), ERR_NOT_FOUND);
	int64_t *list;
	size_t n;
	must(visit_dossiers(visit(w, &otto), 10, &list, &n));
	assert_int_equal(n, 0);
	assert_int_equal(seen.n, 0);
}

static void what_a_mark_hides_stays_hidden_when_remembered(void **state)
{
	World *w = *state;
	Str p = make(w, S("{\"resourceType\":\"Patient\"}"));
	Str note =
	    make(w, arena_printf(w->a,
	                         "{\"resourceType\":\"Observation\",\"meta\":{\"security\":[{\"system\":\"https://"
	                         "samendoel.org/fhir/CodeSystem/category\",\"code\":\"private\"}]},\"status\":"
	                         "\"final\",\"code\":{\"text\":\"x\"},\"subject\":{\"reference\":\"Patient/%.*s\"},"
	                         "\"performer\":[{\"reference\":\"Practitioner/else\"}]}",
	                         STR_ARG(p)));
	char ref[64];
	snprintf(ref, sizeof ref, "Patient/%.*s", STR_ARG(p));
	Scope nel = scope_of(w, 7, ROLE_PERSON, ref), system = scope_system(S("demo"));
	EachQuery q = { .dossier = dossier_of(w, p), .action = AUDIT_READ };
	for (int round = 0; round < 3; round++) {
		Seen hers = { .a = w->a }, all = { .a = w->a };
		must(visit_each(visit(w, &nel), &q, look, &hers));
		must(visit_each(visit(w, &system), &q, look, &all));
		assert_int_equal(hers.n, 1);
		assert_int_equal(all.n, 2);
		assert_true(str_eq(all.ids[1], note));
	}
}

static void deleted_ones_and_what_was(void **state)
{
	World *w = *state;
	Str p = make(w, S("{\"resourceType\":\"Patient\"}"));
	Str gone = goal_of(w, p, "weg");
	Scope system = scope_system(S("demo"));
	EachQuery q = { .dossier = dossier_of(w, p), .action = AUDIT_EXPORT, .deleted_too = true };
	Seen before = { .a = w->a, .only = FT_GOAL };
	must(visit_each(visit(w, &system), &q, look, &before));
	assert_int_equal(before.n, 1);
	Millis then = time_now();
	time_set_offset(1000);
	Visit *v = visit(w, &system);
	must(visit_delete(v, FT_GOAL, gone, 0));
	must(visit_commit(v));
	Seen after = { .a = w->a, .only = FT_GOAL };
	must(visit_each(visit(w, &system), &q, look, &after));
	assert_int_equal(after.n, 1);
	assert_true(after.deleted[0] && str_eq(after.ids[0], gone));
	Rec was;
	must(visit_as_of(visit(w, &system), after.places[0], then, AUDIT_EXPORT, &was));
	assert_true(str_find(was.body, S("\"weg\"")) > 0);
	gives(visit_as_of(visit(w, &system), after.places[0], time_now() + 1000, AUDIT_EXPORT, &was), ERR_NOT_FOUND);
	gives(visit_as_of(visit(w, &system), after.places[0], then - 1000000, AUDIT_EXPORT, &was), ERR_NOT_FOUND);
}

static void who_still_writes(void **state)
{
	World *w = *state;
	Str p = make(w, S("{\"resourceType\":\"Patient\"}")), id;
	Scope system = scope_system(S("demo"));
	Str goal = arena_printf(w->a,
	                        "{\"resourceType\":\"Goal\",\"lifecycleStatus\":\"active\",\"description\":{\"text\":"
	                        "\"x\"},\"subject\":{\"reference\":\"Patient/%.*s\"}}",
	                        STR_ARG(p));
	Arena *a = arena_new();
	Visit *v = visit_new(w->r, &system, a), *dropped = visit_new(w->r, &system, a);
	assert_true(records_settled(time_now()));
	must(visit_create(v, goal, &id));
	assert_false(records_settled(time_now()));
	must(visit_commit(v));
	assert_true(records_settled(time_now()));
	must(visit_create(dropped, goal, &id));
	assert_false(records_settled(time_now()));
	arena_free(a); /* never finished */
	assert_true(records_settled(time_now()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows_in_order_and_one_note, world_open, world_close),
		cmocka_unit_test_setup_teardown(nobody_else, world_open, world_close),
		cmocka_unit_test_setup_teardown(what_a_mark_hides_stays_hidden_when_remembered, world_open,
		                                world_close),
		cmocka_unit_test_setup_teardown(deleted_ones_and_what_was, world_open, world_close),
		cmocka_unit_test_setup_teardown(who_still_writes, world_open, world_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
