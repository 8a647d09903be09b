/* Activities that other systems put into plans: read as they are, taken over as an action; and the relations between
 * goals as the standard says them. */
#include "care/activity.h"
#include "care_help.h"

static Str plan_of_others(Care *c, Str goal)
{
	return make(
	    c->w,
	    FORMAT(c->w,
	           "{\"resourceType\":\"CarePlan\",\"status\":\"active\",\"intent\":\"order\",\"title\":\"Diabetes\","
	           "\"subject\":{\"reference\":\"%.*s\"},\"activity\":["
	           "{\"progress\":[{\"text\":\"gaat "
	           "goed\"}],\"detail\":{\"status\":\"in-progress\",\"description\":\"Suiker "
	           "meten\",\"code\":{\"coding\":[{\"system\":\"http://snomed.info/sct\",\"code\":\"36048009\"}]},"
	           "\"goal\":[{\"reference\":\"Goal/%.*s\"}],\"location\":{\"display\":\"thuis\"},"
	           "\"performer\":[{\"display\":\"de apotheker\"},{\"reference\":\"%.*s\"}],"
	           "\"reasonCode\":[{\"text\":\"diabetes\"}],\"scheduledTiming\":{\"repeat\":{\"frequency\":2,"
	           "\"period\":1,\"periodUnit\":\"d\",\"boundsPeriod\":{\"start\":\"2026-01-02\",\"end\":\"2030-02-"
	           "03T10:00:00Z\"}}}}},"
	           "{\"detail\":{\"status\":\"not-started\",\"doNotPerform\":true,\"code\":{\"text\":\"Vasten\"}}},"
	           "{\"detail\":{\"status\":\"completed\",\"description\":\"Voetcontrole\"}},"
	           "{\"detail\":{\"status\":\"scheduled\",\"code\":{\"coding\":[{\"display\":\"Dieet\"}]},"
	           "\"scheduledString\":\"voor het eten\"}},"
	           "{\"reference\":{\"reference\":\"http://elders.example/ServiceRequest/1\",\"display\":\"Bloed "
	           "prikken\"}}]}",
	           STR_ARG(c->patient), STR_ARG(goal), STR_ARG(c->doctor_ref)));
}

static void test_read(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Suiker onder 7", l);
	(void)plan_of_others(c, g);
	Dossier d = open_as(c, &c->nurse);
	size_t n;
	Activity *x = dossier_activities(&d, &n);
	assert_int_equal(n, 4); /* what is over is not among them */
	same(x[0].text, "Suiker meten");
	same(x[0].status, "in-progress");
	same(x[0].who, "de apotheker, Dirk Maes");
	same(x[0].where, "thuis");
	same(x[0].from, "2026-01-02");
	same(x[0].until, "2030-02-03");
	assert_int_equal(x[0].times, 2);
	assert_int_equal(x[0].every, 1);
	same(x[0].unit, "d");
	assert_int_equal(x[0].n_goals, 1);
	assert_true(str_eq(x[0].goals[0], g));
	assert_true(x[1].prohibits);
	same(x[1].text, "Vasten");
	same(x[2].text, "Dieet");
	same(x[2].when, "voor het eten");
	assert_false(x[3].detail);
	same(x[3].text, "Bloed prikken");
	assert_int_equal(d.n_actions, 0);
}

static void test_requests(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Suiker onder 7", l);
	Str request =
	    make(c->w, FORMAT(c->w,
	                      "{\"resourceType\":\"ServiceRequest\",\"status\":\"active\",\"intent\":\"order\","
	                      "\"subject\":{\"reference\":\"%.*s\"},\"code\":{\"text\":\"HbA1c\"},"
	                      "\"performer\":[{\"reference\":\"%.*s\"}],\"occurrencePeriod\":{\"start\":\"2026-03-"
	                      "01\"},\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/"
	                      "resource-pertainsToGoal\",\"valueReference\":{\"reference\":\"Goal/%.*s\"}}]}",
	                      STR_ARG(c->patient), STR_ARG(c->doctor_ref), STR_ARG(g)));
	Str task =
	    make(c->w, FORMAT(c->w,
	                      "{\"resourceType\":\"Task\",\"status\":\"accepted\",\"intent\":\"order\","
	                      "\"for\":{\"reference\":\"%.*s\"},\"code\":{\"text\":\"Bellen\"},\"executionPeriod\":"
	                      "{\"end\":\"2026-04-01\"},\"owner\":{\"display\":\"de apotheker\"}}",
	                      STR_ARG(c->patient)));
	(void)make(
	    c->w,
	    FORMAT(c->w,
	           "{\"resourceType\":\"CarePlan\",\"status\":\"active\",\"intent\":\"plan\",\"subject\":"
	           "{\"reference\":\"%.*s\"},\"activity\":[{\"reference\":{\"reference\":\"ServiceRequest/%.*s\"}},"
	           "{\"reference\":{\"reference\":\"Task/%.*s\"}}]}",
	           STR_ARG(c->patient), STR_ARG(request), STR_ARG(task)));
	Dossier d = open_as(c, &c->nurse);
	size_t n;
	Activity *x = dossier_activities(&d, &n);
	assert_int_equal(n, 2);
	same(x[0].text, "HbA1c");
	same(x[0].who, "Dirk Maes");
	same(x[0].from, "2026-03-01");
	assert_true(x[0].n_goals == 1 && str_eq(x[0].goals[0], g));
	same(x[1].text, "Bellen");
	same(x[1].who, "de apotheker");
	same(x[1].until, "2026-04-01");
	AdoptInput in = { .plan = x[0].plan->id, .at = 0 };
	Str id;
	REFUSED(c, &c->nurse, "at", PROBLEM_UNKNOWN, activity_adopt(d.visit, &d, &in, &is, &id));
}

static void test_adopt(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Suiker onder 7", l), id = STR_END, second;
	Str plan = plan_of_others(c, g);
	AdoptInput in = { .plan = plan, .at = 1 };
	REFUSED(c, &c->nurse, "at", PROBLEM_UNKNOWN, activity_adopt(d.visit, &d, &in, &is, &id)); /* what not to do */
	in.at = 99;
	REFUSED(c, &c->nurse, "at", PROBLEM_UNKNOWN, activity_adopt(d.visit, &d, &in, &is, &id));
	in = (AdoptInput){ .plan = S("nergens") };
	REFUSED(c, &c->nurse, "plan", PROBLEM_UNKNOWN, activity_adopt(d.visit, &d, &in, &is, &id));
	in = (AdoptInput){ .plan = plan, .at = 0, .version = 1, .when = S("2 keer per dag") };
	DO(c, &c->nurse, activity_adopt(d.visit, &d, &in, &is, &id));

	Dossier d = open_as(c, &c->nurse);
	const Action *a = dossier_action(&d, id);
	assert_non_null(a);
	same(a->what, "Suiker meten");
	same(a->owner_name, "Dirk Maes"); /* the apothecary is nobody here */
	same(a->when, "2 keer per dag");
	same(a->where, "thuis");
	same(a->until, "2030-02-03");
	assert_int_equal(a->state, ACT_BUSY);
	assert_true(a->n_care_goals == 1 && str_eq(a->care_goals[0], g));
	assert_true(str_find(a->b.rec->body, S("36048009")) >= 0);
	assert_true(str_find(a->b.rec->body, arena_join(c->w->a, S("CarePlan/"), plan, STR_END)) >= 0);
	ForeignPlan p;
	foreign_plan_from(&d, d.foreign_plans[0], &p);
	assert_int_equal(p.n_activities, 5);
	assert_ptr_equal(p.activities[0].action, a);
	assert_true(str_find(p.b.rec->body, S("gaat goed")) >= 0);
	assert_true(str_find(p.b.rec->body, S("Suiker meten")) >= 0); /* as the reference's name */
	assert_true(str_find(p.b.rec->body, S("scheduledTiming")) < 0);
	size_t n;
	(void)dossier_activities(&d, &n);
	assert_int_equal(n, 3);

	/* someone was first: nothing is made */
	size_t before = d.n_actions;
	in = (AdoptInput){ .plan = plan, .at = 3, .version = 1 };
	d = open_as(c, &c->nurse);
	FieldIssues is = { .n = 0 };
	gives(activity_adopt(d.visit, &d, &in, &is, &second), ERR_VERSION);
	assert_int_equal(open_as(c, &c->nurse).n_actions, before);
	/* a second time there is no detail any more */
	in = (AdoptInput){ .plan = plan, .at = 0 };
	REFUSED(c, &c->nurse, "at", PROBLEM_UNKNOWN, activity_adopt(d.visit, &d, &in, &is, &second));
}

/* A detail in the plan that is ours stays there when the person agrees, and can be taken over. */
static void test_own_plan(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Stappen", l), plan, id, task;
	(void)add_action(c, "Stappen", g, c->patient);
	PlanInput in = { .title = S("De tuin"), .coordinator = c->nurse_ref };
	DO(c, &c->nurse, plan_save(d.visit, &d, &in, &is, &plan));
	Dossier d = open_as(c, &c->nurse);
	JChange ch[] = { { S("activity"),
		           S("[{\"detail\":{\"status\":\"scheduled\",\"description\":\"Oogarts\"}}]") } };
	Scope s = scope_system(S("import"));
	Visit *v = visit(c->w, &s);
	must(visit_update(v, FT_CAREPLAN, plan, 0, json_change(c->w->a, d.plan.b.rec->json, ch, 1), NULL));
	must(visit_commit(v));
	DO(c, &c->nurse, plan_to_discuss(d.visit, &d, 0, &is));
	AgreeInput yes = { .words = S("ja") };
	DO(c, &c->person, plan_agree(d.visit, &d, &yes, &is, &id));
	d = open_as(c, &c->nurse);
	size_t n;
	Activity *x = dossier_activities(&d, &n);
	assert_int_equal(n, 1);
	same(x[0].text, "Oogarts");
	assert_int_equal(d.plan.n_actions, 1);
	AdoptInput a = { .plan = plan, .at = x[0].at, .version = d.plan.b.version };
	DO(c, &c->nurse, activity_adopt(d.visit, &d, &a, &is, &task));
	d = open_as(c, &c->nurse);
	assert_int_equal(d.plan.n_actions, 2); /* at once part of the plan that is agreed */
	assert_int_equal(d.plan.state, PLAN_AGREED);
	same(dossier_action(&d, task)->what, "Oogarts");
}

#define RELATION(system, code, target)                                                                             \
	"{\"url\":\"http://hl7.org/fhir/StructureDefinition/goal-relationship\",\"extension\":[{\"url\":\"type\"," \
	"\"valueCodeableConcept\":{\"coding\":[{\"system\":\"" system "\",\"code\":\"" code                        \
	"\"}]}},{\"url\":\"target\",\"valueReference\":{\"reference\":\"Goal/" target "\"}}]}"

static void put_extension(Care *c, Str goal, Str ext)
{
	Scope s = scope_system(S("import"));
	Visit *v = visit(c->w, &s);
	Rec r;
	must(visit_read(v, FT_GOAL, goal, &r));
	JChange ch[] = { { S("extension"), arena_join(c->w->a, S("["), ext, S("]"), STR_END) },
		         { S("meta"), STR_END } }; /* others do not say that they follow our profile */
	must(visit_update(v, FT_GOAL, goal, 0, json_change(c->w->a, rec_json(v, &r), ch, 2), NULL));
	must(visit_commit(v));
}

/* What we write, what we wrote before, and what others write for the same. */
static void test_relations(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Stappen", l);
	Dossier d = open_as(c, &c->nurse);
	const CareGoal *x = dossier_care_goal(&d, g);
	assert_true(x->n_life_goals == 1 && str_eq(x->life_goals[0], l));
	Str body = x->b.rec->body;
	assert_true(str_find(body, S("\"https://samendoel.org/fhir/CodeSystem/goal-relation\",\"code\":\"serves\"")) >=
	            0);
	assert_true(
	    str_find(body, S("\"http://terminology.hl7.org/CodeSystem/goal-relationship-type\",\"code\":\"other\"")) >=
	    0);
	assert_true(str_find(body, S("milestone")) < 0);
	assert_true(str_find(body, S("\"expressedBy\"")) >= 0);
	assert_true(str_find(body, S("StructureDefinition/samendoel-care-goal")) >= 0);

	Str before =
	    FORMAT(c->w, RELATION("http://hl7.org/fhir/goal-relationship-type", "milestone", "%.*s"), STR_ARG(l));
	put_extension(c, g, before);
	d = open_as(c, &c->nurse);
	x = dossier_care_goal(&d, g);
	assert_true(x->n_life_goals == 1 && str_eq(x->life_goals[0], l));
	/* how two goals follow each other is no serving */
	put_extension(
	    c, g,
	    FORMAT(c->w,
	           RELATION("http://terminology.hl7.org/CodeSystem/goal-relationship-type", "predecessor", "%.*s"),
	           STR_ARG(l)));
	d = open_as(c, &c->nurse);
	assert_int_equal(dossier_care_goal(&d, g)->n_life_goals, 0);
	/* from the other side: the care goal is a piece of the life goal */
	put_extension(
	    c, l,
	    FORMAT(c->w, RELATION("http://terminology.hl7.org/CodeSystem/goal-relationship-type", "milestone", "%.*s"),
	           STR_ARG(g)));
	d = open_as(c, &c->nurse);
	x = dossier_care_goal(&d, g);
	assert_true(x->n_life_goals == 1 && str_eq(x->life_goals[0], l));
}

/* The owner is the candidate; candidates that another system named stay. */
static void test_candidates(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Stappen", l),
	    a = add_action(c, "Stappen", g, c->doctor_ref);
	Dossier d = open_as(c, &c->nurse);
	assert_true(str_find(dossier_action(&d, a)->b.rec->body, S("task-candidateList")) >= 0);
	ActionInput in = { .id = a, .what = S("Stappen"), .care_goals = &g, .n_care_goals = 1, .owner = c->patient };
	DO(c, &c->nurse, action_save(d.visit, &d, &in, &is, &a));
	d = open_as(c, &c->nurse);
	Str body = dossier_action(&d, a)->b.rec->body;
	assert_true(str_find(body, c->doctor_ref) < 0);
	in.owner = STR_END;
	DO(c, &c->nurse, action_save(d.visit, &d, &in, &is, &a));
	d = open_as(c, &c->nurse);
	assert_true(str_find(dossier_action(&d, a)->b.rec->body, S("task-candidateList")) < 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, care_open, care_close)
	const struct CMUnitTest tests[] = { T(test_read),     T(test_requests),  T(test_adopt),
		                            T(test_own_plan), T(test_relations), T(test_candidates) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
