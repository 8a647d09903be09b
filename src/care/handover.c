/* When a member leaves: nothing stays ownerless. */
#include "care/action.h"
#include "care/edit.h"
#include "care/team.h"

static bool goal_open(const CareGoal *g)
{
	return g->state <= CG_ACTIVE;
}

void team_handover(const Dossier *d, Str ref, Handover *out)
{
	Arena *a = visit_arena(d->visit);
	const Member *m = dossier_member(d, ref);
	*out = (Handover){ .coordinator = m && m->active && m->coordinator };
	out->actions = ARENA_ARRAY(a, const Action *, d->n_actions + 1);
	out->goals = ARENA_ARRAY(a, const CareGoal *, d->n_care_goals + 1);
	for (size_t i = 0; i < d->n_actions; i++)
		if (action_open(&d->actions[i]) && str_eq(d->actions[i].owner, ref))
			out->actions[out->n_actions++] = &d->actions[i];
	for (size_t i = 0; i < d->n_care_goals; i++)
		if (goal_open(&d->care_goals[i]) && str_eq(d->care_goals[i].owner, ref))
			out->goals[out->n_goals++] = &d->care_goals[i];
}

/* Can this reference take over: the person, an active relative or another active member? */
static bool can_take(const Dossier *d, Str ref, Str leaving)
{
	if (!ref.n || str_eq(ref, leaving))
		return false;
	if (str_eq(ref, person_ref(d)))
		return true;
	const Member *m = dossier_member(d, ref);
	const Relative *r = dossier_relative(d, ref_id(ref, S("RelatedPerson")));
	return (m && m->active) || (r && r->active);
}

static void end_check(FieldIssues *is, const Dossier *d, const MemberEnd *in, const Handover *h)
{
	bool leaves = h->n_actions || h->n_goals;
	if (in->to.n && !can_take(d, in->to, in->ref))
		(void)issue_add(is, S("to"), PROBLEM_UNKNOWN);
	else if (leaves && !in->to.n)
		(void)issue_add(is, S("to"), PROBLEM_OWNERLESS);
	Str coordinator = in->coordinator.n ? in->coordinator : in->to;
	if (!h->coordinator)
		return;
	const Member *m = dossier_member(d, coordinator);
	if (!coordinator.n || str_eq(coordinator, in->ref))
		(void)issue_add(is, S("coordinator"), PROBLEM_OWNERLESS);
	else if (!m || !m->active)
		(void)issue_add(is, S("coordinator"), PROBLEM_UNKNOWN);
}

static Err move_work(Visit *v, const Dossier *d, const Handover *h, const MemberEnd *in, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	Str name = in->to_name.n ? in->to_name : dossier_name(d, in->to), ref = json_ref(a, in->to, name);
	for (size_t i = 0; i < h->n_actions; i++) {
		Edit e = edit_new(a, h->actions[i]->b.rec->json, FT_NONE);
		edit_json(&e, S("owner"), ref);
		edit_str(&e, S("lastModified"), time_instant(a, time_now()));
		TRY(put_over(v, is, h->actions[i]->b.rec, 0, edit_text(&e), NULL));
	}
	for (size_t i = 0; i < h->n_goals; i++) {
		Edit e = edit_new(a, h->goals[i]->b.rec->json, FT_NONE);
		edit_ext_raw(&e, S(SD_ "goal-owner"), S("valueReference"), ref);
		TRY(put_over(v, is, h->goals[i]->b.rec, 0, edit_text(&e), NULL));
	}
	return OK;
}

/* The participants: the leaving one ended, the new coordinator marked. */
static Str members_after(Arena *a, const Dossier *d, const MemberEnd *in, Str end, Str coordinator)
{
	const Member *gone = dossier_member(d, in->ref), *next = dossier_member(d, coordinator);
	Buf b = buf_new(a, 1024, 0);
	JWriter w = jw_new(&b);
	jw_array(&w);
	for (JIter it = json_iter(JGET(d->team.b.rec->json, "participant")); json_next(&it);) {
		const Member *m = &d->team.members[it.index];
		Edit e = edit_new(a, it.value, FT_NONE);
		if (m == gone) {
			edit_ext_bool(&e, S(SD_ "coordinator"), false);
			edit_json(&e, S("period"), json_period(a, JSTR(JGET(it.value, "period"), "start", a), end));
		} else if (m == next) {
			edit_ext_bool(&e, S(SD_ "coordinator"), true);
		}
		jw_raw(&w, edit_text(&e));
	}
	jw_end_array(&w);
	return buf_str(&b);
}

Err team_end(Visit *v, const Dossier *d, const MemberEnd *in, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const Member *m = dossier_member(d, in->ref);
	if (!m || !m->active)
		return issue_add(is, S("ref"), PROBLEM_UNKNOWN);
	Str on = check_date(is, S("on"), in->on);
	Handover h;
	team_handover(d, in->ref, &h);
	check_order(is, S("on"), m->from, on);
	end_check(is, d, in, &h);
	if (is->n)
		return ERR_INVALID;
	/* today means now: the door closes at this moment, not at midnight */
	/* The millisecond of an end belongs to the period: who leaves now was in the team until the one before. */
	Str end = !on.n || str_eq(on, today(a)) ? time_instant(a, time_now() - 1) : on;
	Str coordinator = h.coordinator ? (in->coordinator.n ? in->coordinator : in->to) : STR_END;
	TRY(move_work(v, d, &h, in, is));
	if (h.coordinator)
		TRY(plan_repeat_coordinator(v, d, coordinator, dossier_name(d, coordinator), is));
	Edit e = edit_new(a, d->team.b.rec->json, FT_NONE);
	edit_json(&e, S("participant"), members_after(a, d, in, end, coordinator));
	return put_over(v, is, d->team.b.rec, in->version, edit_text(&e), NULL);
}
