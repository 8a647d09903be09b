/* The door: reading, writing, what others' records look like, the trace, caches. */
#include "access_help.h"

static void test_read_own(void **state)
{
	World *w = *state;
	Str p = make_patient(w), g = make(w, goal_json(w, p, "wandelen"));
	Scope self = scope_of(w, 7, ROLE_PERSON, FORMAT(w, "Patient/%.*s", STR_ARG(p)).p);
	Visit *v = visit(w, &self);
	Rec rec;
	must(visit_read(v, FT_GOAL, g, &rec));
	assert_true(str_starts(rec.body, FORMAT(w, "{\"resourceType\":\"Goal\",\"id\":\"%.*s\",\"meta\":{\"versionId\":\"1\",\"lastUpdated\":\"",
	                                        STR_ARG(g))));
	assert_true(str_eq(rec.person, p));
	assert_int_equal(rec.category, CAT_GOALS);
	must(visit_commit(v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_read_own, world_open, world_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
