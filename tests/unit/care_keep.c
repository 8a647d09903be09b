/* What an operation must leave alone, and who may: others' extensions, versions, handover, consent, foreign goals and
 * plans. */
#include "care_help.h"

static Rec raw(Care *c, FhirType type, Str id)
{
	Scope s = scope_system(S("demo"));
	Visit *v = visit(c->w, &s);
	Rec r;
	must(visit_read(v, type, id, &r));
	r.json = rec_json(v, &r);
	return r;
}

static bool holds(const Rec *r, const char *text)
{
	return str_find(r->body, str_c(text)) >= 0;
}

/* Puts an extension and a member of another system on a record. */
static void decorate(Care *c, FhirType type, Str id, const char *member)
{
	Rec r = raw(c, type, id);
	Str ext = STR_END;
	JVal exts = JGET(r.json, "extension");
	Str old = json_count(exts) ? json_compact(c->w->a, exts) : S("[]");
	ext = FORMAT(c->w, "%.*s%s{\"url\":\"http://other.example/x\",\"valueString\":\"van elders\"}]", (int)old.n - 1,
	             old.p, old.n > 2 ? "," : "");
	JChange ch[] = { { S("extension"), ext }, { S("identifier"), str_c(member) } };
	Scope s = scope_system(S("import"));
	Visit *v = visit(c->w, &s);
	must(visit_update(v, type, id, 0, json_change(c->w->a, r.json, ch, 2), NULL));
	must(visit_commit(v));
}

#define OTHER_ID "[{\"system\":\"http://other.example\",\"value\":\"77\"}]"

static void test_others_stay(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Stappen", l),
	    x = add_action(c, "Stappen", g, c->nurse_ref);
	decorate(c, FT_GOAL, l, OTHER_ID);
	decorate(c, FT_GOAL, g, OTHER_ID);
	decorate(c, FT_TASK, x, OTHER_ID);
	decorate(c, FT_PATIENT, c->id, OTHER_ID);
	LifeGoalInput li = { .id = l, .words = S("Elke dag naar de tuin"), .domain = DOM_NONE };
	DO(c, &c->nurse, life_goal_save(d.visit, &d, &li, &is, &l));
	DO(c, &c->nurse, life_goal_pin(d.visit, &d, l, &is));
	CareGoalInput gi = { .id = g,
		             .steps = CG_STEP_ALL,
		             .text = S("Stappen!"),
		             .life_goals = &l,
		             .n_life_goals = 1,
		             .measure = S("minuten"),
		             .target_value = S("15") };
	DO(c, &c->nurse, care_goal_save(d.visit, &d, &gi, &is, &g));
	accept_as_person(c, g);
	ActionInput ai = { .id = x, .what = S("Stappen"), .when = S("elke ochtend") };
	DO(c, &c->nurse, action_save(d.visit, &d, &ai, &is, &x));
	PersonInput pi = { .given = S("Jan"), .family = S("Derks") };
	DO(c, &c->nurse, person_edit(d.visit, &d, &pi, &is));
	const struct {
		FhirType type;
		Str id;
	} all[] = { { FT_GOAL, l }, { FT_GOAL, g }, { FT_TASK, x }, { FT_PATIENT, c->id } };
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		Rec r = raw(c, all[i].type, all[i].id);
		assert_true(holds(&r, "van elders"));
		assert_true(holds(&r, "\"value\":\"77\""));
	}
	Rec r = raw(c, FT_GOAL, l);
	assert_false(holds(&r, "life-domain")); /* ours, taken away by the edit */
	assert_true(holds(&r, "importance-rank"));
}

static void test_two_editors(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), id;
	Dossier a = open_as(c, &c->nurse), b = open_as(c, &c->doctor);
	int32_t seen = dossier_life_goal(&a, l)->b.version;
	LifeGoalInput in = { .id = l, .version = seen, .words = S("Naar mijn tuin") };
	FieldIssues is = { .n = 0 };
	must(life_goal_save(a.visit, &a, &in, &is, &id));
	must(visit_commit(a.visit));
	in.words = S("Naar het park");
	Err e = life_goal_save(b.visit, &b, &in, &is, &id);
	if (e == OK)
		e = visit_commit(b.visit);
	gives(e, ERR_VERSION);
	/* also when the dossier was read anew but the form was older */
	Dossier d = open_as(c, &c->doctor);
	gives(life_goal_save(d.visit, &d, &in, &is, &id), ERR_VERSION);
	same(dossier_life_goal(&d, l)->words, "Naar mijn tuin");
}

static void test_handover(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Stappen", l),
	    x = add_action(c, "Stappen", g, c->nurse_ref), id;
	CareGoalInput in = { .id = g, .steps = CG_STEP_OWNER, .owner = c->nurse_ref };
	DO(c, &c->nurse, care_goal_save(d.visit, &d, &in, &is, &id));
	MemberEnd end = { .ref = c->nurse_ref };
	REFUSED(c, &c->nurse, "to", PROBLEM_OWNERLESS, team_end(d.visit, &d, &end, &is));
	end.to = S("Practitioner/stranger");
	REFUSED(c, &c->nurse, "to", PROBLEM_UNKNOWN, team_end(d.visit, &d, &end, &is));
	end.to = c->patient; /* takes the work, but the person is no member who can coordinate */
	REFUSED(c, &c->nurse, "coordinator", PROBLEM_UNKNOWN, team_end(d.visit, &d, &end, &is));
	end.to = c->doctor_ref;
	DO(c, &c->nurse, team_end(d.visit, &d, &end, &is));
	Dossier d = open_as(c, &c->doctor);
	assert_true(str_eq(dossier_action(&d, x)->owner, c->doctor_ref));
	same(dossier_care_goal(&d, g)->owner_name, "Dirk Maes");
	assert_false(dossier_member(&d, c->nurse_ref)->active);
	assert_true(dossier_member(&d, c->doctor_ref)->coordinator);
	gives(dossier_open(visit(c->w, &c->nurse), c->id, &DOSSIER_ALL, &d), ERR_NOT_FOUND); /* at once */
	MemberInput m = { .ref = c->doctor_ref, .role_text = S("huisarts"), .name = S("Dirk Maes") };
	REFUSED(c, &c->person, "ref", PROBLEM_TWICE, team_add(d.visit, &d, &m, &is));
	m.ref = c->nurse_ref;
	m.name = S("Nora Peeters");
	DO(c, &c->person, team_add(d.visit, &d, &m, &is)); /* back again */
	d = open_as(c, &c->person);
	assert_int_equal(d.team.n_members, 3);
	assert_true(dossier_member(&d, c->nurse_ref)->active);
	m.tasks = S("wonden verzorgen");
	m.coordinator = true;
	DO(c, &c->person, team_edit(d.visit, &d, &m, &is));
	d = open_as(c, &c->person);
	same(dossier_member(&d, c->nurse_ref)->tasks, "wonden verzorgen");
	assert_false(dossier_member(&d, c->doctor_ref)->coordinator); /* one coordinator */
}

/* One coordinator, named in one place: the plan and the team follow each other. */
static void test_one_coordinator(void **state)
{
	Care *c = *state;
	RelativeInput els = { .name = S("Els Derks"), .relationship = S("dochter") };
	Str plan, id;
	DO(c, &c->nurse, relative_save(d.visit, &d, &els, &is, &id));
	PlanInput in = { .title = S("Naar de tuin") };
	DO(c, &c->nurse, plan_save(d.visit, &d, &in, &is, &plan));
	Dossier d = open_as(c, &c->nurse);
	same(d.plan.coordinator_name, "Nora Peeters");
	int32_t team = d.team.b.version;
	/* the same again, by someone who may not change the team: the team is left alone */
	in.coordinator = c->nurse_ref;
	DO(c, &c->doctor, plan_save(d.visit, &d, &in, &is, &plan));
	in.coordinator = c->doctor_ref;
	d = open_as(c, &c->doctor);
	assert_int_equal(d.team.b.version, team);
	FieldIssues is = { .n = 0 };
	gives(plan_save(d.visit, &d, &in, &is, &plan), ERR_FORBIDDEN);
	/* by who may: the mark moves in the same visit */
	DO(c, &c->nurse, plan_save(d.visit, &d, &in, &is, &plan));
	d = open_as(c, &c->person);
	assert_string_equal(arena_cstr(c->w->a, team_coordinator(&d.team)->ref), arena_cstr(c->w->a, c->doctor_ref));
	assert_false(dossier_member(&d, c->nurse_ref)->coordinator);
	assert_true(open_as(c, &c->doctor).relation.coordinator);
	assert_false(open_as(c, &c->nurse).relation.coordinator);
	/* a relative or the person becomes a member by it */
	in.coordinator = arena_join(c->w->a, S("RelatedPerson/"), id, STR_END);
	DO(c, &c->person, plan_save(d.visit, &d, &in, &is, &plan));
	d = open_as(c, &c->person);
	same(team_coordinator(&d.team)->role_text, "dochter");
	assert_int_equal(d.team.n_members, 3);
	in.coordinator = c->patient;
	DO(c, &c->person, plan_save(d.visit, &d, &in, &is, &plan));
	d = open_as(c, &c->person);
	same(d.plan.coordinator_name, "Jean Derks");
	/* and the other way: from the team to the plan, also as others read it */
	MemberInput m = {
		.ref = c->nurse_ref, .name = S("Nora Peeters"), .role_text = S("verpleegkundige"), .coordinator = true
	};
	DO(c, &c->person, team_edit(d.visit, &d, &m, &is));
	d = open_as(c, &c->person);
	same(d.plan.coordinator_name, "Nora Peeters");
	Rec r = raw(c, FT_CAREPLAN, plan);
	assert_true(holds(&r, arena_cstr(c->w->a, c->nurse_ref)));
	size_t marked = 0;
	for (size_t i = 0; i < d.team.n_members; i++)
		marked += d.team.members[i].coordinator;
	assert_int_equal(marked, 1);
}

static void test_two_phases(void **state)
{
	Care *c = *state;
	Dossier d = open_as(c, &c->nurse);
	int32_t seen = d.phase.version;
	assert_true(seen > 0);
	DO(c, &c->nurse, phase_set(d.visit, &d, PHASE_PLANNING, S("We maken een plan"), seen, &is));
	d = open_as(c, &c->doctor);
	FieldIssues is = { .n = 0 };
	gives(phase_set(d.visit, &d, PHASE_CLOSING, S("Klaar"), seen, &is), ERR_VERSION);
	assert_int_equal(d.phase.version, seen + 1);
}

static void test_consent(void **state)
{
	Care *c = *state;
	RelativeInput in = { .name = S("An Derks"), .relationship = S("dochter"), .carer = true };
	Str an, id;
	DO(c, &c->nurse, relative_save(d.visit, &d, &in, &is, &an));
	(void)add_life_goal(c, "Naar de tuin");
	Str ref = arena_join(c->w->a, S("RelatedPerson/"), an, STR_END);
	Scope girl = named(c->w, 9, ROLE_CARER, ref, "An Derks");
	Dossier d = open_as(c, &girl);
	assert_int_equal(d.n_life_goals, 0); /* nothing is shared yet: not even its number */
	assert_int_equal(d.team.n_members, 0);
	same(d.person.name, "Jean Derks");
	SharingInput s = { .who = ref, .categories = 1u << CAT_GOALS };
	REFUSED(c, &girl, "consent", PROBLEM_NOT_YOURS, consent_give(d.visit, &d, &s, &is, &id));
	REFUSED(c, &c->nurse, "consent", PROBLEM_NOT_YOURS, consent_give(d.visit, &d, &s, &is, &id));
	s.categories = 0;
	REFUSED(c, &c->person, "categories", PROBLEM_EMPTY, consent_give(d.visit, &d, &s, &is, &id));
	s.categories = 1u << CAT_GOALS;
	d = open_as(c, &c->person);
	Preview p;
	consent_preview(&d, s.categories, &p);
	assert_true(p.parts[CAT_GOALS].visible && p.parts[CAT_IDENTITY].visible && !p.parts[CAT_NETWORK].visible);
	assert_int_equal(p.parts[CAT_GOALS].count, 2);                   /* the life goal and the phase */
	assert_int_equal(p.parts[CAT_GOALS].examples[0]->type, FT_GOAL); /* the newest first */
	DO(c, &c->person, consent_give(d.visit, &d, &s, &is, &id));
	d = open_as(c, &girl);
	assert_int_equal(d.n_life_goals, 1);
	assert_int_equal(d.team.n_members, 0);
	LifeGoalInput li = { .words = S("Van An") };
	FieldIssues is = { .n = 0 };
	Str made;
	assert_int_not_equal(life_goal_save(d.visit, &d, &li, &is, &made), OK); /* sees, does not write */
	size_t n;
	d = open_as(c, &c->person);
	Sharing *list = sharings_of(&d, &n);
	assert_int_equal(n, 1);
	same(list[0].who_name, "An Derks");
	assert_true(list[0].active && list[0].permit && !list[0].write);
	s.id = id;
	s.write = true;
	DO(c, &c->person, consent_give(d.visit, &d, &s, &is, &id));
	DO(c, &girl, life_goal_save(d.visit, &d, &li, &is, &made));
	DO(c, &c->person, consent_withdraw(d.visit, &d, id, 0, false, &is));
	d = open_as(c, &girl);
	assert_int_equal(d.n_life_goals, 0);
	d = open_as(c, &c->person);
	assert_true(sharings_of(&d, &n)[0].withdrawn);
	in = (RelativeInput){ .name = S("An Derks"), .relationship = S("dochter"), .representative = true };
	REFUSED(c, &girl, "representative", PROBLEM_NOT_YOURS, relative_save(d.visit, &d, &in, &is, &an));
}

/* A file of the examples that others made, for this person. */
static void import(Care *c, const char *name)
{
	char path[256], buf[65536];
	snprintf(path, sizeof path, "%s/%s", getenv("USCORE") ? getenv("USCORE") : "../shared/data/us-core", name);
	FILE *f = fopen(path, "r");
	if (!f)
		skip();
	size_t n = fread(buf, 1, sizeof buf, f);
	fclose(f);
	const Json *doc;
	Arena *a = c->w->a;
	Str text = arena_str(a, str_n(buf, n));
	must(json_parse(a, text, &doc, NULL));
	JChange ch[] = { { S("subject"), FORMAT(c->w, "{\"reference\":\"%.*s\"}", STR_ARG(c->patient)) },
		         { S("expressedBy"), FORMAT(c->w, "{\"display\":\"Dr Ronald Bone\"}") },
		         { S("addresses"), STR_END },
		         { S("id"), STR_END } };
	bool goal = json_str_is(JGET(json_root(doc), "resourceType"), S("Goal"));
	if (!goal)
		ch[1] = (JChange){ S("author"), STR_END };
	(void)make(c->w, json_change(a, json_root(doc), ch, COUNT_OF(ch)));
}

static void test_foreign(void **state)
{
	Care *c = *state;
	import(c, "goal-1.json");
	import(c, "careplan-ulcer-example.json");
	(void)make(c->w, FORMAT(c->w,
	                        "{\"resourceType\":\"CarePlan\",\"status\":\"active\",\"intent\":\"order\","
	                        "\"category\":[{\"text\":\"Diabetes\"}],\"subject\":"
	                        "{\"reference\":\"%.*s\"},\"period\":{\"start\":\"1989-05-26\"},\"activity\":[{"
	                        "\"detail\":{\"code\":{\"coding\":[{\"system\":"
	                        "\"http://snomed.info/sct\",\"code\":\"160670007\",\"display\":\"Diabetic "
	                        "diet\"}]},\"status\":\"in-progress\"}}]}",
	                        STR_ARG(c->patient)));
	Dossier d = open_as(c, &c->nurse);
	assert_int_equal(d.n_life_goals + d.n_care_goals, 0);
	assert_false(d.plan.exists);
	assert_int_equal(d.n_foreign_goals, 1);
	assert_int_equal(d.n_foreign_plans, 2);
	ForeignGoal g;
	foreign_goal_from(c->w->a, d.foreign_goals[0], &g);
	same(g.text, "Patient is targeting a pulse oximetry of 92% and a weight of 195 lbs");
	same(g.status, "active");
	same(g.due, "2016-04-05");
	same(g.by, "Dr Ronald Bone");
	ForeignPlan p;
	bool found = false;
	for (size_t i = 0; i < 2; i++) {
		foreign_plan_from(&d, d.foreign_plans[i], &p);
		if (!str_eq(p.title, S("Diabetes")))
			continue;
		found = true;
		assert_int_equal(p.n_activities, 1);
		same(p.activities[0].text, "Diabetic diet");
		same(p.activities[0].status, "in-progress");
		same(p.start, "1989-05-26");
	}
	assert_true(found);
}

/* A confidant sees what is shared but does not decide for the person; a representative does. */
static void test_voices(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Stappen", l), an, id;
	RelativeInput in = { .name = S("An Derks"), .relationship = S("dochter"), .confidant = true };
	DO(c, &c->nurse, relative_save(d.visit, &d, &in, &is, &an));
	Str ref = arena_join(c->w->a, S("RelatedPerson/"), an, STR_END);
	Scope girl = named(c->w, 9, ROLE_CARER, ref, "An Derks");
	SharingInput s = { .who = ref, .categories = 1u << CAT_GOALS, .write = true };
	DO(c, &c->person, consent_give(d.visit, &d, &s, &is, &id));
	AcceptInput yes = { .goal = g, .who = c->patient, .status = ACC_AGREE };
	REFUSED(c, &girl, "who", PROBLEM_NOT_YOURS, care_goal_accept(d.visit, &d, &yes, &is));
	in = (RelativeInput){ .id = an, .name = S("An Derks"), .relationship = S("dochter"), .representative = true };
	DO(c, &c->nurse, relative_save(d.visit, &d, &in, &is, &an));
	DO(c, &girl, care_goal_accept(d.visit, &d, &yes, &is));
	Dossier d = open_as(c, &c->person);
	assert_int_equal(dossier_care_goal(&d, g)->person_accepts, ACC_AGREE);
	Rec r = raw(c, FT_GOAL, g);
	assert_true(holds(&r, "recorded-by"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_others_stay, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_two_editors, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_handover, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_one_coordinator, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_two_phases, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_consent, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_foreign, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_voices, care_open, care_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
