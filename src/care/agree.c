/* The person agrees to the plan: everything in it is frozen in one Provenance. */
#include "care/care_goal.h"
#include "care/edit.h"
#include "care/plan.h"

typedef struct Targets {
	Arena *a;
	JWriter w;
} Targets;

static void target(Targets *t, Str type, Str id, int32_t version)
{
	Str ref = arena_printf(t->a, "%.*s/%.*s/_history/%d", STR_ARG(type), STR_ARG(id), version);
	jw_raw(&t->w, json_ref(t->a, ref, STR_END));
}

static bool served(const Dossier *d, const LifeGoal *g)
{
	for (size_t i = 0; i < d->plan.n_goals; i++) {
		const CareGoal *c = dossier_care_goal(d, d->plan.goals[i]);
		for (size_t k = 0; c && k < c->n_life_goals; k++)
			if (str_eq(c->life_goals[k], g->b.id))
				return true;
	}
	return false;
}

/* The person's yes to the plan is a yes to each goal in it, and starts it. */
static Err goal_agree(Visit *v, const Dossier *d, const CareGoal *g, FieldIssues *is, int32_t *version)
{
	*version = g->b.version;
	if (g->person_accepts == ACC_AGREE && g->state == CG_ACTIVE)
		return OK;
	Edit e = edit_new(visit_arena(v), g->b.rec->json, FT_NONE);
	if (g->person_accepts != ACC_AGREE)
		acceptance_edit(&e, d, person_ref(d), d->person.name, ACC_AGREE, STR_END);
	edit_str(&e, S("lifecycleStatus"), S("active"));
	return put_over(v, is, g->b.rec, 0, edit_text(&e), version);
}

static Err targets_write(Visit *v, const Dossier *d, const AgreeInput *in, FieldIssues *is, Targets *t)
{
	int32_t version = 0;
	jw_array(&t->w);
	target(t, S("Patient"), d->id, d->person.b.version);
	TRY(put_over(v, is, d->plan.b.rec, in->version, plan_agreed_text(t->a, d), &version));
	target(t, S("CarePlan"), d->plan.b.id, version);
	if (d->team.exists)
		target(t, S("CareTeam"), d->team.b.id, d->team.b.version);
	for (size_t i = 0; i < d->n_life_goals; i++) {
		const LifeGoal *g = &d->life_goals[i];
		if (g->state == LG_DREAM || g->state == LG_ACTIVE || served(d, g))
			target(t, S("Goal"), g->b.id, g->b.version);
	}
	for (size_t i = 0; i < d->plan.n_goals; i++) {
		const CareGoal *g = dossier_care_goal(d, d->plan.goals[i]);
		if (!g)
			continue;
		TRY(goal_agree(v, d, g, is, &version));
		target(t, S("Goal"), g->b.id, version);
	}
	for (size_t i = 0; i < d->plan.n_actions; i++) {
		const Action *x = dossier_action(d, d->plan.actions[i]);
		if (x)
			target(t, S("Task"), x->b.id, x->b.version);
	}
	jw_end_array(&t->w);
	return OK;
}

static void agent(JWriter *w, Arena *a, Str type, Str who, Str name, Str for_whom)
{
	jw_object(w);
	JW_RAW(w, "type",
	       json_concept(a, S("http://terminology.hl7.org/CodeSystem/provenance-participant-type"), type, STR_END));
	JW_RAW(w, "who", json_ref(a, who, name));
	if (for_whom.n)
		JW_RAW(w, "onBehalfOf", json_ref(a, for_whom, STR_END));
	jw_end_object(w);
}

/* agent[0]: who agreed – the person, or the representative on the person's behalf; when a professional recorded the
 * spoken yes: the person as verifier, then the professional as author. */
static Str agents_text(Arena *a, const Dossier *d)
{
	Actor me = actor_of(d);
	Str person = person_ref(d);
	Buf b = buf_new(a, 256, 0);
	JWriter w = jw_new(&b);
	jw_array(&w);
	if (d->relation.kind == REL_REPRESENTATIVE && me.ref.n) {
		agent(&w, a, S("verifier"), me.ref, me.name, person);
	} else {
		agent(&w, a, S("verifier"), person, d->person.name, STR_END);
		if (me.ref.n && !str_eq(me.ref, person))
			agent(&w, a, S("author"), me.ref, me.name, STR_END);
	}
	jw_end_array(&w);
	return buf_str(&b);
}

static bool agree_ok(const Dossier *d, const AgreeInput *in, FieldIssues *is)
{
	if (!d->plan.exists || d->plan.state != PLAN_DISCUSS)
		(void)issue_add(is, S("state"), PROBLEM_STATE);
	(void)check_voice(is, S("agree"), d, in->spoken);
	(void)check_text(is, S("words"), in->words, 4000, in->spoken && !speaks_for_person(d));
	if (!d->plan.n_goals)
		(void)issue_add(is, S("goals"), PROBLEM_EMPTY);
	for (size_t i = 0; i < d->plan.n_goals; i++) {
		const CareGoal *g = dossier_care_goal(d, d->plan.goals[i]);
		if (g && g->person_accepts == ACC_DISAGREE) {
			(void)issue_add(is, S("goals"), PROBLEM_NOT_ACCEPTED);
			break;
		}
	}
	return is->n == 0;
}

Err plan_agree(Visit *v, const Dossier *d, const AgreeInput *in, FieldIssues *is, Str *provenance)
{
	Arena *a = visit_arena(v);
	if (!agree_ok(d, in, is))
		return ERR_INVALID;
	Buf list = buf_new(a, 2048, 0);
	Targets t = { a, jw_new(&list) };
	TRY(targets_write(v, d, in, is, &t));
	Str now = time_instant(a, time_now());
	Edit e = edit_new(a, (JVal){ NULL, NULL }, FT_PROVENANCE);
	edit_profile(&e, S("samendoel-agreed-plan"));
	edit_json(&e, S("target"), buf_str(&list));
	edit_str(&e, S("occurredDateTime"), now);
	edit_str(&e, S("recorded"), now);
	edit_json(&e, S("activity"), json_concept(a, S(CS_ACTIVITY), S("agree"), STR_END));
	edit_json(&e, S("agent"), agents_text(a, d));
	int last = d->n_versions ? d->versions[0].number : 0;
	edit_ext_int(&e, S(SD_ "plan-version"), S("valuePositiveInt"), last + 1);
	edit_ext_str(&e, S(SD_ "words"), S("valueString"), str_trim(in->words));
	return put_new(v, is, edit_text(&e), provenance);
}
