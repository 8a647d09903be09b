/* The thread and its breaks, goal attainment scaling, the ecogram. */
#include <math.h>

#include "care_help.h"

static void test_gas(void **state)
{
	(void)state;
	CareGoal g[3] = { { .weight = 1, .has_level = true, .level = 0 },
		          { .weight = 1, .has_level = true, .level = 1 },
		          { .weight = 1, .has_own = true, .own_level = -1 } };
	double t;
	/* two goals of weight 1, levels 0 and 1: 50 + 10·1/√(0.7·2 + 0.3·4) = 50 + 10/√2.6 = 56.2017 */
	assert_true(gas_t_score(g, 3, false, &t));
	assert_true(fabs(t - 56.2017) < 0.0001);
	/* one goal at −1: 50 − 10/√(0.7 + 0.3) = 40 */
	assert_true(gas_t_score(g, 3, true, &t));
	assert_true(fabs(t - 40.0) < 1e-9);
	/* weights 2 and 1, levels 2 and −1: 50 + 10·3/√(0.7·5 + 0.3·9) = 50 + 30/√6.2 = 62.0483 */
	g[0].weight = 2, g[0].level = 2, g[1].level = -1;
	assert_true(gas_t_score(g, 2, false, &t));
	assert_true(fabs(t - 62.0483) < 0.0001);
	/* all as expected is 50 */
	g[0].level = g[1].level = 0;
	assert_true(gas_t_score(g, 2, false, &t));
	assert_true(fabs(t - 50.0) < 1e-9);
	assert_false(gas_t_score(g + 2, 1, false, &t));
	assert_false(gas_t_score(g, 0, false, &t));
}

static void test_attainment(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Stappen", l), id;
	AttainmentInput in = { .goal = g, .level = -1, .on = S("2026-01-10"), .words = S("regen") };
	DO(c, &c->nurse, attainment_record(d.visit, &d, &in, &is, &id));
	in = (AttainmentInput){ .goal = g, .level = 1 };
	DO(c, &c->doctor, attainment_record(d.visit, &d, &in, &is, &id));
	in = (AttainmentInput){ .goal = g, .own = true, .level = 2, .words = S("Ik ben fier") };
	REFUSED(c, &c->nurse, "own", PROBLEM_NOT_YOURS, attainment_record(d.visit, &d, &in, &is, &id));
	DO(c, &c->person, attainment_record(d.visit, &d, &in, &is, &id));
	in.level = 3;
	REFUSED(c, &c->person, "level", PROBLEM_RANGE, attainment_record(d.visit, &d, &in, &is, &id));
	Dossier d = open_as(c, &c->person);
	const CareGoal *x = dossier_care_goal(&d, g);
	assert_true(x->has_level && x->level == 1);
	same(x->level_by, "Dirk Maes");
	assert_true(x->has_own && x->own_level == 2);
	same(x->own_words, "Ik ben fier");
	size_t n;
	Attainment *all = attainments_of(&d, g, &n);
	assert_int_equal(n, 3);
	same(all[0].words, "regen");
	assert_true(all[2].own);
}

static void test_life_goal_breaks(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin");
	assert_int_equal(breaks_of(c, BREAK_LIFE_GOAL_FORGOTTEN), 1);
	Str g = add_care_goal(c, "Stappen", l);
	assert_int_equal(breaks_of(c, BREAK_LIFE_GOAL_FORGOTTEN), 1); /* a goal without an action is not worked on */
	assert_int_equal(breaks_of(c, BREAK_NOT_ACCEPTED), 1);
	accept_as_person(c, g);
	assert_int_equal(breaks_of(c, BREAK_NOT_ACCEPTED), 0);
	Str x = add_action(c, "Stappen", g, c->nurse_ref);
	assert_int_equal(breaks_of(c, BREAK_LIFE_GOAL_FORGOTTEN), 0);
	DO(c, &c->nurse, action_state(d.visit, &d, x, ACT_STOPPED, S("regen"), 0, &is));
	assert_int_equal(breaks_of(c, BREAK_LIFE_GOAL_FORGOTTEN), 1);
}

static void test_action_breaks(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Stappen", l), none = STR_END;
	Str x = add_action(c, "Bloed prikken", none, c->nurse_ref);
	assert_int_equal(breaks_of(c, BREAK_ACTION_WITHOUT_GOAL), 1);
	ActionInput in = {
		.id = x, .what = S("Bloed prikken"), .care_goals = &g, .n_care_goals = 1, .owner = c->nurse_ref
	};
	DO(c, &c->nurse, action_save(d.visit, &d, &in, &is, &x));
	assert_int_equal(breaks_of(c, BREAK_ACTION_WITHOUT_GOAL), 0);
	assert_int_equal(breaks_of(c, BREAK_NO_OWNER), 0);
	in.owner = none;
	DO(c, &c->nurse, action_save(d.visit, &d, &in, &is, &x));
	assert_int_equal(breaks_of(c, BREAK_NO_OWNER), 1);
	in.owner = S("Practitioner/stranger");
	REFUSED(c, &c->nurse, "owner", PROBLEM_UNKNOWN, action_save(d.visit, &d, &in, &is, &x));
	in.owner = c->nurse_ref;
	DO(c, &c->nurse, action_save(d.visit, &d, &in, &is, &x));
	(void)add_action(c, "bloed  prikken.", g, c->nurse_ref); /* the same person twice is no double work by two */
	assert_int_equal(breaks_of(c, BREAK_DOUBLE_ACTION), 0);
	(void)add_action(c, "Bloed prikken", g, c->patient); /* nor is the person doing it too */
	assert_int_equal(breaks_of(c, BREAK_DOUBLE_ACTION), 0);
	(void)add_action(c, " BLOED prikken", g, c->doctor_ref);
	assert_int_equal(breaks_of(c, BREAK_DOUBLE_ACTION), 1);
	(void)add_action(c, "Bloed prikken", g, c->doctor_ref); /* told once for each professional */
	assert_int_equal(breaks_of(c, BREAK_DOUBLE_ACTION), 1);
}

static void test_goal_breaks(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Taart eten"), g = add_care_goal(c, "Streng dieet", l),
	    o = add_care_goal(c, "Zondag samen eten", l);
	assert_int_equal(breaks_of(c, BREAK_CONFLICT), 0);
	DO(c, &c->nurse, care_goal_conflict_add(d.visit, &d, g, o, S("taart of suiker"), 0, &is));
	assert_int_equal(breaks_of(c, BREAK_CONFLICT), 1);
	REFUSED(c, &c->doctor, "other", PROBLEM_TWICE,
	        care_goal_conflict_add(d.visit, &d, o, g, S("nog eens"), 0, &is));
	Dossier d = open_as(c, &c->person);
	same(dossier_care_goal(&d, g)->conflicts[0].why, "taart of suiker");
	assert_int_equal(dossier_care_goal(&d, g)->n_life_goals, 1); /* serving is kept apart from conflicting */
	DO(c, &c->nurse, care_goal_conflict_remove(d.visit, &d, o, g, 0, &is));
	assert_int_equal(breaks_of(c, BREAK_CONFLICT), 0);
	d = open_as(c, &c->person);
	assert_int_equal(dossier_care_goal(&d, g)->n_life_goals, 1);

	CareGoalInput in = { .id = g, .steps = CG_STEP_TIME, .start = S("2025-01-01"), .evaluate_on = S("2025-06-01") };
	assert_int_equal(breaks_of(c, BREAK_UNEVALUATED), 0);
	DO(c, &c->nurse, care_goal_save(d.visit, &d, &in, &is, &g));
	assert_int_equal(breaks_of(c, BREAK_UNEVALUATED), 1);
	AttainmentInput at = { .goal = g, .level = 0, .on = S("2025-05-01") };
	Str id;
	DO(c, &c->nurse, attainment_record(d.visit, &d, &at, &is, &id));
	assert_int_equal(breaks_of(c, BREAK_UNEVALUATED), 1); /* that was before the day */
	at.on = S("2025-06-03");
	DO(c, &c->nurse, attainment_record(d.visit, &d, &at, &is, &id));
	assert_int_equal(breaks_of(c, BREAK_UNEVALUATED), 0);

	assert_int_equal(breaks_of(c, BREAK_CARE_GOAL_WITHOUT_LIFE_GOAL), 0);
	(void)make(
	    c->w,
	    FORMAT(c->w,
	           "{\"resourceType\":\"Goal\",\"lifecycleStatus\":\"active\",\"category\":[{\"coding\":[{\"system\":"
	           "\"https://samendoel.org/fhir/CodeSystem/"
	           "goal-category\",\"code\":\"care-goal\"}]}],\"description\":{\"text\":\"los\"},"
	           "\"subject\":{\"reference\":\"%.*s\"}}",
	           STR_ARG(c->patient)));
	assert_int_equal(breaks_of(c, BREAK_CARE_GOAL_WITHOUT_LIFE_GOAL), 1);
}

static Str add_relative(Care *c, const char *name, const char *what, bool carer, const Tie *tie)
{
	RelativeInput in = { .name = str_c(name), .relationship = str_c(what), .carer = carer, .tie = tie };
	Str id = STR_END;
	DO(c, &c->nurse, relative_save(d.visit, &d, &in, &is, &id));
	return arena_join(c->w->a, S("RelatedPerson/"), id, STR_END);
}

static void test_network(void **state)
{
	Care *c = *state;
	Tie near = { .circle = CIRCLE_F, .closeness = 1, .support = { true, true, false, false } };
	Tie far = { .circle = CIRCLE_F,
		    .closeness = 3,
		    .support = { false, false, true, false },
		    .direction = 2,
		    .strain = true,
		    .strain_why = S("ruzie") };
	Str l = add_life_goal(c, "Thuis blijven"), g = add_care_goal(c, "Hulp in huis", l);
	Str son = add_relative(c, "Bert", "zoon", false, &far), girl = add_relative(c, "An", "dochter", true, &near);
	(void)add_relative(c, "Jos", "buurman", false, NULL);
	Tie care = { .circle = CIRCLE_Z, .closeness = 2, .support = { true, false, false, false }, .direction = 1 };
	DO(c, &c->nurse, tie_save(d.visit, &d, c->nurse_ref, &care, 0, &is));
	Dossier d = open_as(c, &c->person);
	Network n;
	network_of(&d, &n);
	assert_int_equal(n.n_nodes, 5);
	same(n.nodes[0].name, "An"); /* near before far */
	same(n.nodes[1].name, "Bert");
	same(n.nodes[1].tie.strain_why, "ruzie");
	assert_int_equal(n.by_circle[CIRCLE_F], 2);
	assert_int_equal(n.by_circle[CIRCLE_Z], 2); /* the doctor has no tie yet: a professional */
	assert_int_equal(n.unplaced, 1);
	assert_int_equal(n.strained, 1);
	assert_int_equal(n.support[SUPPORT_PRACTICAL], 2);
	assert_int_equal(n.informal_support[SUPPORT_PRACTICAL], 1);
	assert_int_equal(n.support[SUPPORT_ADVICE], 0); /* the son only receives */
	assert_int_equal(n.support[SUPPORT_EMOTIONAL], 0);
	assert_int_equal(n.n_overloaded, 0);
	for (int i = 0; i < OVERLOAD_ACTIONS; i++)
		(void)add_action(c, "Koken", g, girl);
	assert_int_equal(breaks_of(c, BREAK_CARER_OVERLOAD), 0);
	(void)add_action(c, "Wassen", g, girl);
	assert_int_equal(breaks_of(c, BREAK_CARER_OVERLOAD), 1);
	(void)add_action(c, "Gras maaien", g, son); /* strained, but no carer */
	assert_int_equal(breaks_of(c, BREAK_CARER_OVERLOAD), 1);
	d = open_as(c, &c->person);
	assert_int_equal(d.actions[0].owner_kind, OWNER_SURROUNDINGS);
	Tie bad = { .circle = CIRCLE_F, .closeness = 4 };
	REFUSED(c, &c->nurse, "closeness", PROBLEM_RANGE, tie_save(d.visit, &d, son, &bad, 0, &is));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gas),
		cmocka_unit_test_setup_teardown(test_attainment, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_life_goal_breaks, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_action_breaks, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_goal_breaks, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_network, care_open, care_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
