/* The whole way: conversation, life goals, care goals, actions, plan, the person agrees, revised, a second version. */
#include "care_help.h"

static void test_person(void **state)
{
	Care *c = *state;
	Dossier d = open_as(c, &c->person);
	same(d.person.name, "Jean Derks");
	same(d.person.call_name, "Meneer Derks");
	same(d.person.birth_date, "1956-03-02");
	same(d.person.language, "nl");
	same(d.person.phone, "011 22 33 44");
	same(d.person.address, "Tuinstraat 1, Hasselt");
	assert_true(d.phase.known && d.phase.phase == PHASE_INTAKE);
	same(d.phase.why, "Alleen sinds vorig jaar");
	assert_int_equal(d.team.n_members, 2);
	assert_true(d.team.members[0].coordinator && d.team.members[0].secrecy && d.team.members[0].active);
	same(dossier_name(&d, c->doctor_ref), "Dirk Maes");

	PersonInput p = { .given = S("Jean"),
		          .family = S("Derks"),
		          .birth_date = S("1956-03-02"),
		          .gender = S("male"),
		          .language = S("fr"),
		          .phone = S("0470 12 34 56"),
		          .address = S("Tuinstraat 1, Hasselt") };
	DO(c, &c->nurse, person_edit(d.visit, &d, &p, &is));
	d = open_as(c, &c->person);
	same(d.person.call_name, "Jean");
	same(d.person.language, "fr");
	same(d.person.phone, "0470 12 34 56");
	assert_int_equal(d.person.email.n, 0);
	p.birth_date = S("1956-02-30");
	REFUSED(c, &c->nurse, "birth_date", PROBLEM_DATE, person_edit(d.visit, &d, &p, &is));

	REFUSED(c, &c->nurse, "phase", PROBLEM_STATE, phase_set(d.visit, &d, PHASE_INTAKE, S("nog eens"), 0, &is));
	DO(c, &c->nurse, phase_set(d.visit, &d, PHASE_ASSESSMENT, S("Hij wil vertellen"), 0, &is));
	d = open_as(c, &c->person);
	PhaseChange *h;
	size_t n;
	must(phase_history(d.visit, &d, &h, &n));
	assert_int_equal(n, 2);
	assert_int_equal(h[0].phase, PHASE_ASSESSMENT);
	same(h[1].why, "Alleen sinds vorig jaar");
}

static void test_conversation(void **state)
{
	Care *c = *state;
	ConversationInput in = { .how = CONV_TOGETHER, .at_home = true };
	Str id;
	DO(c, &c->nurse, conversation_start(d.visit, &d, &in, &is, &id));
	REFUSED(c, &c->nurse, "answers", PROBLEM_EMPTY, conversation_finish(d.visit, &d, id, 0, &is));
	DO(c, &c->nurse, conversation_answer(d.visit, &d, id, S("happy"), S("De tuin van mijn vrouw."), 0, &is));
	DO(c, &c->person,
	   conversation_answer(d.visit, &d, id, S("good-day"), S("Ik sta vroeg op en ga naar de tuin."), 0, &is));
	REFUSED(c, &c->nurse, "question", PROBLEM_UNKNOWN,
	        conversation_answer(d.visit, &d, id, S("shoe-size"), S("44"), 0, &is));
	DO(c, &c->nurse, conversation_mark(d.visit, &d, id, S("good-day"), S("ga naar de tuin"), 0, &is));
	DO(c, &c->nurse, conversation_mark(d.visit, &d, id, S("good-day"), S("vroeg op"), 0, &is));
	REFUSED(c, &c->nurse, "words", PROBLEM_UNKNOWN,
	        conversation_mark(d.visit, &d, id, S("good-day"), S("de zee"), 0, &is));
	Dossier d = open_as(c, &c->person);
	const Conversation *t = dossier_conversation(&d, id);
	assert_false(t->completed);
	assert_int_equal(t->n_answers, 2);
	same(t->answers[0].link_id, "good-day"); /* in the order of the questions */
	assert_int_equal(t->answers[0].n_marks, 2);
	same(t->led_by_name, "Nora Peeters");
	size_t n;
	MarkedWords *m = conversation_marked(&d, &n);
	assert_int_equal(n, 2);
	same(m[0].words, "ga naar de tuin");
	/* another wording keeps the marks that are still in it */
	DO(c, &c->nurse, conversation_answer(d.visit, &d, id, S("good-day"), S("Ik ga naar de tuin."), 0, &is));
	LifeGoalInput l = { .words = m[0].words, .conversation = id, .state = LG_ACTIVE, .domain = DOM_MEANING };
	Str goal;
	DO(c, &c->person, life_goal_save(d.visit, &d, &l, &is, &goal));
	DO(c, &c->nurse, conversation_finish(d.visit, &d, id, 0, &is));
	d = open_as(c, &c->person);
	assert_true(d.conversations[0].completed);
	(void)conversation_marked(&d, &n);
	assert_int_equal(n, 0);
	same(dossier_life_goal(&d, goal)->said_by_name, "Jean Derks");
	assert_true(str_eq(dossier_life_goal(&d, goal)->conversation, id));
	l.conversation = S("nowhere");
	REFUSED(c, &c->person, "conversation", PROBLEM_UNKNOWN, life_goal_save(d.visit, &d, &l, &is, &goal));

	Answer parts[] = { { .link_id = S("talents"), .text = S("Rozen snoeien") },
		           { .link_id = S("helps"), .text = S("Rust") } };
	StoryInput s = { .answers = parts, .n_answers = 2 };
	DO(c, &c->person, story_save(d.visit, &d, &s, &is));
	parts[1].text = S("");
	s.answers = parts + 1;
	s.n_answers = 1;
	DO(c, &c->nurse, story_save(d.visit, &d, &s, &is));
	d = open_as(c, &c->person);
	Story story;
	story_of(&d, &story);
	assert_int_equal(story.n_answers, 1);
	same(story_answer(&story, S("talents")), "Rozen snoeien");
}

static void test_life_goals(void **state)
{
	Care *c = *state;
	Str a = add_life_goal(c, "Naar de tuin"), b = add_life_goal(c, "Mijn kleinkind zien"),
	    e = add_life_goal(c, "Thuis blijven");
	Str order[] = { e, a };
	DO(c, &c->person, life_goal_order(d.visit, &d, order, 2, &is));
	Dossier d = open_as(c, &c->person);
	assert_true(str_eq(d.life_goals[0].b.id, e) && str_eq(d.life_goals[1].b.id, a) &&
	            str_eq(d.life_goals[2].b.id, b));
	DO(c, &c->person, life_goal_pin(d.visit, &d, b, &is));
	DO(c, &c->person, life_goal_pin(d.visit, &d, a, &is));
	d = open_as(c, &c->person);
	assert_true(str_eq(d.life_goals[0].b.id, a) && d.life_goals[0].pinned);
	assert_false(dossier_life_goal(&d, b)->pinned);
	Str twice[] = { a, a };
	REFUSED(c, &c->person, "order", PROBLEM_TWICE, life_goal_order(d.visit, &d, twice, 2, &is));
	REFUSED(c, &c->person, "story", PROBLEM_EMPTY, life_goal_state(d.visit, &d, b, LG_REACHED, S(" "), 0, &is));
	DO(c, &c->person, life_goal_state(d.visit, &d, b, LG_REACHED, S("Ze kwam zondag."), 0, &is));
	d = open_as(c, &c->person);
	const LifeGoal *g = dossier_life_goal(&d, b);
	assert_int_equal(g->state, LG_REACHED);
	same(g->state_story, "Ze kwam zondag.");
	size_t n;
	StoryNote *notes = life_goal_stories(c->w->a, g, &n);
	assert_int_equal(n, 1);
	same(notes[0].by, "Jean Derks");
}

static void test_smart(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), id = add_care_goal(c, "Elke dag 15 minuten stappen", l);
	CareGoalInput in = { .id = id,
		             .steps = CG_STEP_MEASURE,
		             .scale = { S("niet"), S("1 keer"), S("3 keer"), S("5 keer"), S("elke dag") } };
	DO(c, &c->nurse, care_goal_save(d.visit, &d, &in, &is, &id));
	in = (CareGoalInput){ .id = id,
		              .steps = CG_STEP_TIME,
		              .start = S("2026-01-01"),
		              .due = S("2026-06-30"),
		              .evaluate_on = S("2026-07-01") };
	DO(c, &c->nurse, care_goal_save(d.visit, &d, &in, &is, &id));
	in = (CareGoalInput){ .id = id,
		              .steps = CG_STEP_NEEDED | CG_STEP_OWNER,
		              .needed = S("Goede schoenen"),
		              .owner = c->nurse_ref,
		              .weight = 2 };
	DO(c, &c->nurse, care_goal_save(d.visit, &d, &in, &is, &id));
	Dossier d = open_as(c, &c->person);
	const CareGoal *g = dossier_care_goal(&d, id);
	same(g->text, "Elke dag 15 minuten stappen");
	same(g->scale[0].text, "niet");
	same(g->scale[4].text, "elke dag");
	same(g->due, "2026-06-30");
	same(g->evaluate_on, "2026-07-01");
	same(g->needed, "Goede schoenen");
	same(g->owner_name, "Nora Peeters");
	assert_true(g->weight > 1.99 && g->weight < 2.01);
	assert_true(str_eq(g->life_goals[0], l));
	in = (CareGoalInput){ .id = id, .steps = CG_STEP_TIME, .start = S("2026-06-01"), .due = S("2026-05-01") };
	REFUSED(c, &c->nurse, "due", PROBLEM_DATE_ORDER, care_goal_save(d.visit, &d, &in, &is, &id));
	in = (CareGoalInput){ .id = id, .steps = CG_STEP_MEASURE, .scale = { S("niet") } };
	REFUSED(c, &c->nurse, "scale", PROBLEM_EMPTY, care_goal_save(d.visit, &d, &in, &is, &id));
	/* only the person says yes for the person */
	AcceptInput yes = { .goal = id, .who = c->patient, .status = ACC_AGREE };
	REFUSED(c, &c->nurse, "who", PROBLEM_NOT_YOURS, care_goal_accept(d.visit, &d, &yes, &is));
	yes = (AcceptInput){ .goal = id, .status = ACC_DISAGREE };
	REFUSED(c, &c->doctor, "why", PROBLEM_EMPTY, care_goal_accept(d.visit, &d, &yes, &is));
	yes.why = S("Zijn knie doet pijn");
	DO(c, &c->doctor, care_goal_accept(d.visit, &d, &yes, &is));
	accept_as_person(c, id);
	d = open_as(c, &c->person);
	g = dossier_care_goal(&d, id);
	assert_int_equal(g->n_acceptance, 2);
	assert_true(str_eq(g->acceptance[0].who, c->patient)); /* the person first */
	assert_int_equal(g->person_accepts, ACC_AGREE);
	assert_int_equal(g->state, CG_ACCEPTED);
	same(g->acceptance[1].why, "Zijn knie doet pijn");
	/* another wording by someone else asks the yes again */
	in = (CareGoalInput){ .id = id,
		              .steps = CG_STEP_TEXT,
		              .text = S("Elke dag een uur stappen"),
		              .life_goals = &l,
		              .n_life_goals = 1 };
	DO(c, &c->nurse, care_goal_save(d.visit, &d, &in, &is, &id));
	d = open_as(c, &c->person);
	assert_int_equal(dossier_care_goal(&d, id)->person_accepts, ACC_PENDING);
	assert_int_equal(dossier_care_goal(&d, id)->n_acceptance, 2);
}

static const Diff *diff_of(const Diff *list, size_t n, DiffNoun noun, DiffKind kind)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].noun == noun && list[i].kind == kind)
			return &list[i];
	return NULL;
}

static void test_plan(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Elke dag stappen", l);
	Str x = add_action(c, "Samen stappen", g, c->nurse_ref), own = add_action(c, "Rozen snoeien", g, c->patient);
	Agreement say[] = { { AGR_URGENT, S("Bel de dochter") }, { AGR_CHANNEL, S("Schriftje op tafel") } };
	PlanInput in = { .title = S("Weer naar buiten"),
		         .start = S("2026-01-31"),
		         .evaluate_every_months = 1,
		         .agreements = say,
		         .n_agreements = 2 };
	Str id, prov;
	DO(c, &c->nurse, plan_save(d.visit, &d, &in, &is, &id));
	Dossier d = open_as(c, &c->person);
	assert_int_equal(d.plan.state, PLAN_DRAFT);
	same(d.plan.next_evaluation, "2026-02-28");
	same(d.plan.coordinator_name, "Nora Peeters");
	assert_int_equal(d.plan.n_goals, 1);
	assert_int_equal(d.plan.n_actions, 2);
	assert_true(str_eq(d.actions[0].b.id, own)); /* the person's own first */
	AgreeInput yes = { .words = S("Zo wil ik het.") };
	REFUSED(c, &c->person, "state", PROBLEM_STATE, plan_agree(d.visit, &d, &yes, &is, &prov));
	DO(c, &c->nurse, plan_to_discuss(d.visit, &d, d.plan.b.version, &is));
	Str about = arena_join(c->w->a, S("CarePlan/"), id, STR_END), note;
	DO(c, &c->person, remark_add(d.visit, &d, about, S("Niet als het regent"), &is, &note));
	/* nobody else agrees; a professional may write down what was said aloud, with the words */
	REFUSED(c, &c->nurse, "agree", PROBLEM_NOT_YOURS, plan_agree(d.visit, &d, &yes, &is, &prov));
	AgreeInput aloud = { .spoken = true };
	REFUSED(c, &c->nurse, "words", PROBLEM_EMPTY, plan_agree(d.visit, &d, &aloud, &is, &prov));
	DO(c, &c->person, plan_agree(d.visit, &d, &yes, &is, &prov));
	d = open_as(c, &c->nurse);
	assert_int_equal(d.plan.state, PLAN_AGREED);
	assert_int_equal(d.plan.agreed_versions, 1);
	assert_int_equal(d.plan.n_actions, 2);
	assert_int_equal(dossier_care_goal(&d, g)->state, CG_ACTIVE);
	assert_int_equal(dossier_care_goal(&d, g)->person_accepts, ACC_AGREE);
	same(d.versions[0].words, "Zo wil ik het.");
	assert_true(str_eq(d.versions[0].agreed_by, c->patient));
	same(d.remarks[0].text, "Niet als het regent");
	REFUSED(c, &c->nurse, "state", PROBLEM_STATE, plan_save(d.visit, &d, &in, &is, &id));
	/* nothing differs from what was just agreed */
	Dossier one;
	size_t n;
	must(plan_version_open(&d, 1, &one));
	(void)plan_diff(&one, &d, &n);
	assert_int_equal(n, 0);

	/* revise: a goal reworded, an action stopped, one added, an agreement gone, a member more */
	DO(c, &c->nurse, plan_revise(d.visit, &d, S("Na drie maanden"), 0, &is));
	CareGoalInput cg = {
		.id = g, .steps = CG_STEP_TEXT, .text = S("Om de dag stappen"), .life_goals = &l, .n_life_goals = 1
	};
	DO(c, &c->nurse, care_goal_save(d.visit, &d, &cg, &is, &g));
	DO(c, &c->nurse, action_state(d.visit, &d, x, ACT_STOPPED, S("Te zwaar"), 0, &is));
	(void)add_action(c, "Met de buurman stappen", g, c->patient);
	in.n_agreements = 1;
	DO(c, &c->nurse, plan_save(d.visit, &d, &in, &is, &id));
	MemberInput m = {
		.ref = make_practitioner(c->w, "Karin"), .name = S("Karin"), .role_text = S("kinesist"), .secrecy = true
	};
	DO(c, &c->nurse, team_add(d.visit, &d, &m, &is));
	DO(c, &c->nurse, plan_to_discuss(d.visit, &d, 0, &is));
	aloud.words = S("Ja, om de dag lukt.");
	DO(c, &c->nurse, plan_agree(d.visit, &d, &aloud, &is, &prov));

	d = open_as(c, &c->person);
	assert_int_equal(d.n_versions, 2);
	assert_int_equal(d.versions[0].number, 2);
	assert_true(str_eq(d.versions[0].agreed_by, c->patient)); /* the person, recorded by the nurse */
	JVal agents = JGET(d.versions[0].b.rec->json, "agent");
	assert_int_equal(json_count(agents), 2);
	assert_true(json_str_is(JGET(JGET(json_at(agents, 1), "who"), "reference"), c->nurse_ref));
	Dossier two;
	must(plan_version_open(&d, 1, &one));
	must(plan_version_open(&d, 2, &two));
	same(dossier_care_goal(&one, g)->text, "Elke dag stappen");
	same(dossier_care_goal(&two, g)->text, "Om de dag stappen");
	gives(plan_version_open(&d, 3, &two), ERR_NOT_FOUND);
	Diff *list = plan_diff(&one, &two, &n);
	const Diff *cg_diff = diff_of(list, n, DIFF_CARE_GOAL, DIFF_CHANGED);
	assert_non_null(cg_diff);
	same(cg_diff->fields[0].field, "text");
	same(cg_diff->fields[0].before, "Elke dag stappen");
	same(cg_diff->fields[0].after, "Om de dag stappen");
	same(diff_of(list, n, DIFF_ACTION, DIFF_REMOVED)->title, "Samen stappen");
	same(diff_of(list, n, DIFF_ACTION, DIFF_ADDED)->title, "Met de buurman stappen");
	same(diff_of(list, n, DIFF_AGREEMENT, DIFF_REMOVED)->title, "Schriftje op tafel");
	same(diff_of(list, n, DIFF_MEMBER, DIFF_ADDED)->title, "Karin");
	assert_null(diff_of(list, n, DIFF_LIFE_GOAL, DIFF_CHANGED));
	assert_null(diff_of(list, n, DIFF_ACTION, DIFF_CHANGED));
	DO(c, &c->person, plan_close(d.visit, &d, S("Het gaat vanzelf nu."), 0, &is));
	REFUSED(c, &c->person, "state", PROBLEM_STATE, plan_close(d.visit, &d, S("nog eens"), 0, &is));
	DO(c, &c->person, plan_revise(d.visit, &d, S("Toch niet"), 0, &is)); /* a closed plan can be taken up again */
}

static void test_no_yes_without_goals(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Streng dieet", l), id, prov;
	PlanInput in = { .title = S("Plan") };
	DO(c, &c->nurse, plan_save(d.visit, &d, &in, &is, &id));
	DO(c, &c->nurse, plan_to_discuss(d.visit, &d, 0, &is));
	AcceptInput no = { .goal = g, .status = ACC_DISAGREE, .why = S("Zondag eet ik taart") };
	DO(c, &c->person, care_goal_accept(d.visit, &d, &no, &is));
	AgreeInput yes = { .words = S("Goed") };
	REFUSED(c, &c->person, "goals", PROBLEM_NOT_ACCEPTED, plan_agree(d.visit, &d, &yes, &is, &prov));
	REFUSED(c, &c->nurse, "state", PROBLEM_NOT_ACCEPTED, care_goal_state(d.visit, &d, g, CG_ACTIVE, S(""), 0, &is));
	DO(c, &c->nurse, care_goal_state(d.visit, &d, g, CG_STOPPED, S("Hij wil niet"), 0, &is));
	REFUSED(c, &c->person, "goals", PROBLEM_EMPTY, plan_agree(d.visit, &d, &yes, &is, &prov));
}

static void test_changes(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Stappen", l),
	    x = add_action(c, "Stappen", g, c->nurse_ref);
	usleep(3000);
	Millis since = time_now();
	DO(c, &c->nurse, action_state(d.visit, &d, x, ACT_BUSY, S(""), 0, &is));
	DO(c, &c->nurse, action_state(d.visit, &d, x, ACT_DONE, S(""), 0, &is));
	Str fresh = add_life_goal(c, "Thuis blijven");
	Dossier d = open_as(c, &c->person);
	Change *list;
	size_t n;
	must(changes_since(d.visit, &d, since, 50, &list, &n));
	assert_int_equal(n, 2);
	assert_int_equal(list[0].noun, CHG_LIFE_GOAL);
	assert_int_equal(list[0].how, CHANGE_NEW);
	assert_true(str_eq(list[0].id, fresh));
	assert_int_equal(list[1].noun, CHG_ACTION);
	assert_int_equal(list[1].how, CHANGE_EDITED);
	same(list[1].title, "Stappen");
	same(list[1].before, "planned");
	same(list[1].after, "done");
	same(list[1].who, "Nora Peeters");
	/* several records in one visit: who did it is known all the same */
	usleep(3000);
	Millis later = time_now();
	Str order[] = { fresh, l };
	DO(c, &c->person, life_goal_order(d.visit, &d, order, 2, &is));
	d = open_as(c, &c->person);
	must(changes_since(d.visit, &d, later, 50, &list, &n));
	assert_int_equal(n, 2);
	same(list[0].who, "Jean Derks");
	same(list[1].who, "Jean Derks");
	d = open_as(c, &c->doctor);
	must(changes_since(d.visit, &d, later, 50, &list, &n));
	assert_int_equal(n, 2);
	assert_int_equal(list[0].who.n, 0); /* the access log is not the doctor's to read */
	must(changes_since(d.visit, &d, time_now() + 1000, 50, &list, &n));
	assert_int_equal(n, 0);
	/* a conversation is one change: the visit that it was is not told apart */
	usleep(3000);
	later = time_now();
	ConversationInput talk = { .how = CONV_TOGETHER };
	Str id;
	DO(c, &c->nurse, conversation_start(d.visit, &d, &talk, &is, &id));
	DO(c, &c->nurse, conversation_answer(d.visit, &d, id, S("happy"), S("De tuin."), 0, &is));
	DO(c, &c->nurse, conversation_finish(d.visit, &d, id, 0, &is));
	d = open_as(c, &c->person);
	must(changes_since(d.visit, &d, later, 50, &list, &n));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].noun, CHG_CONVERSATION);
	/* looking back says on which goal */
	usleep(3000);
	later = time_now();
	AttainmentInput look = { .goal = g, .level = 1, .words = S("Tot aan de rozen") };
	DO(c, &c->nurse, attainment_record(d.visit, &d, &look, &is, &id));
	d = open_as(c, &c->person);
	must(changes_since(d.visit, &d, later, 50, &list, &n));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].noun, CHG_ATTAINMENT);
	assert_true(str_eq(list[0].about, g));
	assert_int_equal(list[0].level, 1);
	same(list[0].title, "Tot aan de rozen");
}

static void test_today(void **state)
{
	Care *c = *state;
	Str l = add_life_goal(c, "Naar de tuin"), g = add_care_goal(c, "Stappen", l);
	(void)add_action(c, "Samen stappen", g, c->nurse_ref);
	(void)add_action(c, "Zelf stappen", g, c->patient);
	ActionInput in = { .what = S("Bellen"), .owner = c->nurse_ref, .until = S("2026-01-01") };
	Str id;
	DO(c, &c->nurse, action_save(d.visit, &d, &in, &is, &id));
	Today t;
	must(today_of(visit(c->w, &c->nurse), 0, &t));
	assert_int_equal(t.n_persons, 1);
	assert_int_equal(t.n_actions, 2);
	same(t.persons[0].name, "Jean Derks");
	same(t.persons[0].actions[0].action.what, "Bellen"); /* late first */
	assert_true(t.persons[0].actions[0].late);
	same(t.persons[0].actions[1].life_goal, "Naar de tuin");
	same(t.persons[0].actions[1].care_goal, "Stappen");
	must(today_of(visit(c->w, &c->doctor), 0, &t));
	assert_int_equal(t.n_persons, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_person, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_conversation, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_life_goals, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_smart, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_plan, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_no_yes_without_goals, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_changes, care_open, care_close),
		cmocka_unit_test_setup_teardown(test_today, care_open, care_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
