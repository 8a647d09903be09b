/* Care goals: who agrees, what conflicts, in which state. */
#include "care/care_goal.h"

#include "care/edit.h"

static Str acceptance_code(Acceptance s)
{
	switch (s) {
	case ACC_PENDING:
		return S("pending");
	case ACC_AGREE:
		return S("agree");
	case ACC_DISAGREE:
		return S("disagree");
	}
	return S("pending");
}

void acceptance_edit(Edit *e, const Dossier *d, Str who, Str name, Acceptance status, Str why)
{
	Arena *a = e->arena;
	Str url = S(EXT_GOAL_ACCEPTANCE);
	edit_ext_clear(e, url);
	for (JIter it = json_iter(JGET(e->cur, "extension")); json_next(&it);)
		if (json_str_is(JGET(it.value, "url"), url) &&
		    !str_eq(ref_text(ext_get(it.value, S("individual")), a), who))
			edit_ext_keep(e, url, it.value);
	Actor by = actor_of(d);
	Sub s;
	sub_begin(&s, a);
	sub_raw(&s, S("individual"), S("valueReference"), json_ref(a, who, name));
	sub_str(&s, S("status"), S("valueCode"), acceptance_code(status));
	sub_str(&s, S(SD_ "why"), S("valueString"), why);
	sub_str(&s, S(SD_ "on"), S("valueDate"), today(a));
	if (by.ref.n && !str_eq(by.ref, who))
		sub_raw(&s, S(SD_ "recorded-by"), S("valueReference"), json_ref(a, by.ref, by.name));
	edit_ext_raw(e, url, S("extension"), sub_end(&s));
}

Err care_goal_accept(Visit *v, const Dossier *d, const AcceptInput *in, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const CareGoal *g = dossier_care_goal(d, in->goal);
	if (!g)
		return issue_add(is, S("goal"), PROBLEM_UNKNOWN);
	Actor me = actor_of(d);
	Str patient = person_ref(d), who = in->who;
	if (!who.n)
		who = speaks_for_person(d) || in->spoken ? patient : me.ref;
	bool person = str_eq(who, patient);
	Str name = in->who_name.n ? in->who_name : dossier_name(d, who);
	if (person)
		(void)check_voice(is, S("who"), d, in->spoken);
	else if (!str_eq(who, me.ref) && !d->relation.coordinator && d->relation.kind != REL_SYSTEM)
		(void)issue_add(is, S("who"), PROBLEM_NOT_YOURS);
	else if (!name.n && !str_eq(who, me.ref))
		(void)issue_add(is, S("who"), PROBLEM_UNKNOWN);
	if ((unsigned)in->status > ACC_DISAGREE)
		(void)issue_add(is, S("status"), PROBLEM_UNKNOWN);
	Str why = check_text(is, S("why"), in->why, 2000, in->status == ACC_DISAGREE);
	if (is->n)
		return ERR_INVALID;
	Edit e = edit_new(a, g->b.rec->json, FT_NONE);
	acceptance_edit(&e, d, who, name.n ? name : me.name, in->status, why);
	if (person && in->status == ACC_AGREE && g->state == CG_PROPOSED)
		edit_str(&e, S("lifecycleStatus"), S("accepted"));
	if (person && in->status != ACC_AGREE && g->state == CG_ACCEPTED)
		edit_str(&e, S("lifecycleStatus"), S("proposed"));
	return put_over(v, is, g->b.rec, in->version, edit_text(&e), NULL);
}

static Str lifecycle(CareGoalState s)
{
	switch (s) {
	case CG_PROPOSED:
		return S("proposed");
	case CG_ACCEPTED:
		return S("accepted");
	case CG_ACTIVE:
		return S("active");
	case CG_REACHED:
		return S("completed");
	case CG_STOPPED:
		return S("cancelled");
	}
	return S("proposed");
}

Err care_goal_state(Visit *v, const Dossier *d, Str id, CareGoalState to, Str why, int32_t version, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const CareGoal *g = dossier_care_goal(d, id);
	if (!g)
		return issue_add(is, S("id"), PROBLEM_UNKNOWN);
	if ((unsigned)to > CG_STOPPED)
		return issue_add(is, S("state"), PROBLEM_UNKNOWN);
	/* accepted and active are the person's yes: not to be set without it */
	if ((to == CG_ACCEPTED || to == CG_ACTIVE) && g->person_accepts != ACC_AGREE)
		(void)issue_add(is, S("state"), PROBLEM_NOT_ACCEPTED);
	why = check_text(is, S("why"), why, 4000, to == CG_REACHED || to == CG_STOPPED);
	if (is->n)
		return ERR_INVALID;
	Edit e = edit_new(a, g->b.rec->json, FT_NONE);
	edit_str(&e, S("lifecycleStatus"), lifecycle(to));
	edit_str(&e, S("statusDate"), today(a));
	if (to == CG_REACHED)
		edit_json(&e, S("achievementStatus"),
		          json_concept(a, S("http://terminology.hl7.org/CodeSystem/goal-achievement"), S("achieved"),
		                       STR_END));
	if (why.n)
		edit_json(&e, S("note"), json_append(a, JGET(g->b.rec->json, "note"), json_note(a, d, why)));
	return put_over(v, is, g->b.rec, version, edit_text(&e), NULL);
}

static bool names(const CareGoal *g, Str other)
{
	for (size_t i = 0; i < g->n_conflicts; i++)
		if (str_eq(g->conflicts[i].goal, other))
			return true;
	return false;
}

Err care_goal_conflict_add(Visit *v, const Dossier *d, Str id, Str other, Str why, int32_t version, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const CareGoal *g = dossier_care_goal(d, id), *o = dossier_care_goal(d, other);
	if (!g)
		return issue_add(is, S("id"), PROBLEM_UNKNOWN);
	if (!o || o == g)
		return issue_add(is, S("other"), PROBLEM_UNKNOWN);
	if (names(g, other) || names(o, id))
		return issue_add(is, S("other"), PROBLEM_TWICE);
	why = check_text(is, S("why"), why, 2000, true);
	if (is->n)
		return ERR_INVALID;
	Edit e = edit_new(a, g->b.rec->json, FT_NONE);
	keep_relations(&e, true, S("")); /* all that are there */
	Sub s;
	sub_begin(&s, a);
	sub_raw(&s, S("type"), S("valueCodeableConcept"), json_relation_type(a, S("conflicts")));
	sub_raw(&s, S("target"), S("valueReference"), json_ref(a, arena_join(a, S("Goal/"), other, STR_END), o->text));
	sub_str(&s, S(SD_ "why"), S("valueString"), why);
	edit_ext_raw(&e, S(EXT_GOAL_RELATION), S("extension"), sub_end(&s));
	return put_over(v, is, g->b.rec, version, edit_text(&e), NULL);
}

static Err conflict_drop(Visit *v, const CareGoal *g, Str other, int32_t version, FieldIssues *is)
{
	Edit e = edit_new(visit_arena(v), g->b.rec->json, FT_NONE);
	keep_relations(&e, true, other);
	return put_over(v, is, g->b.rec, version, edit_text(&e), NULL);
}

Err care_goal_conflict_remove(Visit *v, const Dossier *d, Str id, Str other, int32_t version, FieldIssues *is)
{
	const CareGoal *g = dossier_care_goal(d, id), *o = dossier_care_goal(d, other);
	bool here = g && names(g, other), there = o && names(o, id);
	if (!here && !there)
		return issue_add(is, S("other"), PROBLEM_UNKNOWN);
	if (here)
		TRY(conflict_drop(v, g, other, version, is));
	if (there)
		TRY(conflict_drop(v, o, id, 0, is));
	return OK;
}
