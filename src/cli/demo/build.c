#include "cli/demo/demo.h"

#include <stdio.h>
#include <stdlib.h>

#include "json/json.h"

void demo_check(Err e, const FieldIssues *is, const char *what)
{
	if (e == OK)
		return;
	Str name = err_name(e);
	fprintf(stderr, "samendoel demo: %s: %.*s\n", what, STR_ARG(name));
	for (size_t i = 0; is && i < is->n; i++) {
		Str code = problem_code(is->items[i].problem);
		fprintf(stderr, "  %.*s: %.*s\n", STR_ARG(is->items[i].field), STR_ARG(code));
	}
	exit(1);
}

static Scope scope_of(Demo *d, Str login)
{
	Account a;
	if (!login.n)
		return scope_system(S("demo"));
	demo_check(account_by_login(d->records, login, d->arena, &a), NULL, "account");
	return (Scope){ .account = a.id,
		        .role = a.role,
		        .lang = a.lang,
		        .login = a.login,
		        .name = a.name,
		        .refs = a.refs,
		        .n_refs = a.n_refs,
		        .purpose = a.role == ROLE_PERSON ? S("PATRQT") : S("TREAT"),
		        .route = S("samendoel demo") };
}

void demo_at(Demo *d, int ago, int h, int mi, Str login)
{
	time_set_offset(0);
	Millis then = d->today - (Millis)ago * DAY_MS + ((Millis)h * 60 + mi) * 60000;
	time_set_offset(then - time_now());
	if (!str_eq(login, d->login) || !d->scope.purpose.n) {
		d->login = login;
		d->scope = scope_of(d, login);
	}
}

Visit *demo_visit(Demo *d)
{
	return visit_new(d->records, &d->scope, d->arena);
}

void demo_commit(Visit *v, const char *what)
{
	Err e = visit_commit(v);
	const Outcome *o = visit_outcome(v);
	for (size_t i = 0; e != OK && i < o->count; i++)
		fprintf(stderr, "  %.*s: %.*s\n", STR_ARG(o->issues[i].expression), STR_ARG(o->issues[i].details));
	demo_check(e, NULL, what);
}

Visit *demo_open(Demo *d, Str person, Dossier *out)
{
	Visit *v = demo_visit(d);
	demo_check(dossier_open(v, person, &DOSSIER_ALL, out), NULL, "dossier");
	return v;
}

/* Checks, with what the store's validation said, and commits. */
static void finish(Visit *v, Err e, const FieldIssues *is, const char *what)
{
	const Outcome *o = visit_outcome(v);
	for (size_t i = 0; e != OK && i < o->count; i++)
		fprintf(stderr, "  %.*s: %.*s\n", STR_ARG(o->issues[i].expression), STR_ARG(o->issues[i].details));
	demo_check(e, is, what);
	demo_commit(v, what);
}

Str demo_date(Demo *d, int days)
{
	return time_date(d->arena, d->today + (Millis)days * DAY_MS);
}

void demo_account(Demo *d, Str login, Str name, Role role, Str ref)
{
	int64_t id;
	NewAccount n = { .login = login,
		         .name = name,
		         .password = S(DEMO_PASSWORD),
		         .role = role,
		         .lang = LANG_NL,
		         .refs = &ref,
		         .n_refs = ref.n ? 1 : 0 };
	demo_check(account_create(d->records, &n, &id), NULL, "account");
}

Str demo_professional(Demo *d, const Professional *p)
{
	Buf b = buf_new(d->arena, 512, 0);
	JWriter w = jw_new(&b);
	Str name = arena_join(d->arena, p->given, S(" "), p->family, STR_END), id;
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Practitioner"));
	JW_BOOL(&w, "active", true);
	JW_ARRAY(&w, "name");
	jw_object(&w);
	JW_STR(&w, "text", name);
	JW_STR(&w, "family", p->family);
	JW_ARRAY(&w, "given");
	jw_str(&w, p->given);
	jw_end_array(&w);
	jw_end_object(&w);
	jw_end_array(&w);
	if (p->phone.n) {
		JW_ARRAY(&w, "telecom");
		jw_object(&w);
		JW_STR(&w, "system", S("phone"));
		JW_STR(&w, "value", p->phone);
		jw_end_object(&w);
		jw_end_array(&w);
	}
	JW_ARRAY(&w, "qualification");
	jw_object(&w);
	JW_OBJECT(&w, "code");
	JW_STR(&w, "text", p->profession);
	jw_end_object(&w);
	jw_end_object(&w);
	jw_end_array(&w);
	jw_end_object(&w);
	Scope system = scope_system(S("demo"));
	Visit *v = visit_new(d->records, &system, d->arena);
	finish(v, visit_create(v, buf_str(&b), &id), NULL, "practitioner");
	Str ref = arena_join(d->arena, S("Practitioner/"), id, STR_END);
	if (p->login.n)
		demo_account(d, p->login, name, p->role, ref);
	return ref;
}

Str demo_person(Demo *d, const NewPerson *in)
{
	FieldIssues is = { 0 };
	Str id;
	Visit *v = demo_visit(d);
	finish(v, person_save(v, in, &is, &id), &is, "person");
	return id;
}

void demo_member(Demo *d, Str person, const MemberInput *in)
{
	FieldIssues is = { 0 };
	Dossier k;
	Visit *v = demo_open(d, person, &k);
	MemberInput m = *in;
	m.version = k.team.b.version;
	finish(v, team_add(v, &k, &m, &is), &is, "team member");
}

Str demo_relative(Demo *d, Str person, const RelativeInput *in)
{
	FieldIssues is = { 0 };
	Dossier k;
	Str id;
	Visit *v = demo_open(d, person, &k);
	finish(v, relative_save(v, &k, in, &is, &id), &is, "relative");
	return arena_join(d->arena, S("RelatedPerson/"), id, STR_END);
}

void demo_tie(Demo *d, Str person, Str ref, Tie tie)
{
	FieldIssues is = { 0 };
	Dossier k;
	Visit *v = demo_open(d, person, &k);
	finish(v, tie_save(v, &k, ref, &tie, 0, &is), &is, "tie");
}

void demo_consent(Demo *d, Str person, Str who, Str who_name, uint32_t categories, bool write, bool deny, bool spoken)
{
	FieldIssues is = { 0 };
	Dossier k;
	Str id;
	Visit *v = demo_open(d, person, &k);
	SharingInput in = { .who = who,
		            .who_name = who_name,
		            .categories = categories,
		            .write = write,
		            .deny = deny,
		            .spoken = spoken };
	finish(v, consent_give(v, &k, &in, &is, &id), &is, "consent");
}

void demo_story(Demo *d, Str person, const Answer *answers, size_t n)
{
	FieldIssues is = { 0 };
	Dossier k;
	Visit *v = demo_open(d, person, &k);
	finish(v, story_save(v, &k, &(StoryInput){ .answers = answers, .n_answers = n }, &is), &is, "story");
}

Str demo_conversation(Demo *d, Str person, ConversationHow how, const Said *said, size_t n)
{
	FieldIssues is = { 0 };
	Dossier k;
	Str id;
	Visit *v = demo_open(d, person, &k);
	finish(v, conversation_start(v, &k, &(ConversationInput){ .how = how, .at_home = true }, &is, &id), &is,
	       "conversation");
	for (size_t i = 0; i < n; i++) {
		v = demo_open(d, person, &k);
		finish(v, conversation_answer(v, &k, id, said[i].question, said[i].text, 0, &is), &is, "answer");
		if (!said[i].mark.n)
			continue;
		v = demo_open(d, person, &k);
		finish(v, conversation_mark(v, &k, id, said[i].question, said[i].mark, 0, &is), &is, "mark");
	}
	v = demo_open(d, person, &k);
	finish(v, conversation_finish(v, &k, id, 0, &is), &is, "finish");
	return id;
}

Str demo_life_goal(Demo *d, Str person, Str conversation, Str words, LifeDomain domain, LifeGoalState state)
{
	FieldIssues is = { 0 };
	Dossier k;
	Str id;
	Visit *v = demo_open(d, person, &k);
	LifeGoalInput in = { .words = words, .domain = domain, .state = state, .conversation = conversation };
	finish(v, life_goal_save(v, &k, &in, &is, &id), &is, "life goal");
	return id;
}

void demo_pin(Demo *d, Str person, Str life_goal)
{
	FieldIssues is = { 0 };
	Dossier k;
	Visit *v = demo_open(d, person, &k);
	finish(v, life_goal_pin(v, &k, life_goal, &is), &is, "pin");
}

Str demo_care_goal(Demo *d, Str person, CareGoalInput in, Str life_goal, Str second)
{
	FieldIssues is = { 0 };
	Dossier k;
	Str id, serves[] = { life_goal, second };
	Visit *v = demo_open(d, person, &k);
	in.steps = CG_STEP_ALL;
	in.life_goals = serves;
	in.n_life_goals = second.n ? 2 : 1;
	in.owner_name = dossier_name(&k, in.owner);
	finish(v, care_goal_save(v, &k, &in, &is, &id), &is, "care goal");
	return id;
}

void demo_accept(Demo *d, Str person, Str goal, Str who, Str name, Acceptance status, Str why, bool spoken)
{
	FieldIssues is = { 0 };
	Dossier k;
	Visit *v = demo_open(d, person, &k);
	AcceptInput in = { .goal = goal, .who = who, .who_name = name, .status = status, .why = why, .spoken = spoken };
	finish(v, care_goal_accept(v, &k, &in, &is), &is, "acceptance");
}

void demo_clash(Demo *d, Str person, Str goal, Str other, Str why)
{
	FieldIssues is = { 0 };
	Dossier k;
	Visit *v = demo_open(d, person, &k);
	finish(v, care_goal_conflict_add(v, &k, goal, other, why, 0, &is), &is, "clash");
}

void demo_level(Demo *d, Str person, Str goal, bool own, int level, Str words, bool spoken)
{
	FieldIssues is = { 0 };
	Dossier k;
	Str id;
	Visit *v = demo_open(d, person, &k);
	AttainmentInput in = { .goal = goal, .own = own, .level = level, .words = words, .spoken = spoken };
	finish(v, attainment_record(v, &k, &in, &is, &id), &is, "attainment");
}

Str demo_action(Demo *d, Str person, Str goal, const Doing *x)
{
	FieldIssues is = { 0 };
	Dossier k;
	Str id;
	Visit *v = demo_open(d, person, &k);
	ActionInput in = { .what = x->what,
		           .care_goals = &goal,
		           .n_care_goals = goal.n ? 1 : 0,
		           .owner = x->owner,
		           .owner_name = x->owner_name,
		           .when = x->when,
		           .where = x->where,
		           .with = x->with,
		           .until = x->until };
	finish(v, action_save(v, &k, &in, &is, &id), &is, "action");
	return id;
}

void demo_action_state(Demo *d, Str person, Str action, ActionState to, Str reason)
{
	FieldIssues is = { 0 };
	Dossier k;
	Visit *v = demo_open(d, person, &k);
	finish(v, action_state(v, &k, action, to, reason, 0, &is), &is, "action state");
}

void demo_phase(Demo *d, Str person, Phase phase, Str why)
{
	FieldIssues is = { 0 };
	Dossier k;
	Visit *v = demo_open(d, person, &k);
	finish(v, phase_set(v, &k, phase, why, 0, &is), &is, "phase");
}

void demo_plan(Demo *d, Str person, Str title, const Agreement *agreements, size_t n, Str next_evaluation)
{
	FieldIssues is = { 0 };
	Dossier k;
	Str id;
	Visit *v = demo_open(d, person, &k);
	PlanInput in = {
		.title = title, .agreements = agreements, .n_agreements = n, .next_evaluation = next_evaluation
	};
	finish(v, plan_save(v, &k, &in, &is, &id), &is, "plan");
}

void demo_discuss(Demo *d, Str person)
{
	FieldIssues is = { 0 };
	Dossier k;
	Visit *v = demo_open(d, person, &k);
	finish(v, plan_to_discuss(v, &k, 0, &is), &is, "discuss");
}

void demo_agree(Demo *d, Str person, Str words, bool spoken)
{
	FieldIssues is = { 0 };
	Dossier k;
	Str id;
	Visit *v = demo_open(d, person, &k);
	finish(v, plan_agree(v, &k, &(AgreeInput){ .words = words, .spoken = spoken }, &is, &id), &is, "agree");
}

void demo_revise(Demo *d, Str person, Str why)
{
	FieldIssues is = { 0 };
	Dossier k;
	Visit *v = demo_open(d, person, &k);
	finish(v, plan_revise(v, &k, why, 0, &is), &is, "revise");
}

void demo_remark(Demo *d, Str person, Str about, Str text)
{
	FieldIssues is = { 0 };
	Dossier k;
	Str id;
	Visit *v = demo_open(d, person, &k);
	if (!about.n)
		about = arena_join(d->arena, S("CarePlan/"), k.plan.b.id, STR_END);
	finish(v, remark_add(v, &k, about, text, &is, &id), &is, "remark");
}

void demo_look(Demo *d, Str person)
{
	Dossier k;
	Visit *v = demo_open(d, person, &k);
	visit_mark_seen(v, person, time_now());
	demo_commit(v, "look");
}
