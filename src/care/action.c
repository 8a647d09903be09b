#include "care/action.h"

#include "care/edit.h"

bool action_is(const Rec *r)
{
	return json_str_is(JGET(r->json, "intent"), S("plan"));
}

static ActionState state_from(JVal v)
{
	JVal s = JGET(v, "status");
	if (json_str_is(s, S("in-progress")) || json_str_is(s, S("on-hold")))
		return ACT_BUSY;
	if (json_str_is(s, S("completed")))
		return ACT_DONE;
	if (json_str_is(s, S("failed")))
		return ACT_NOT_DONE;
	if (json_str_is(s, S("cancelled")) || json_str_is(s, S("rejected")) || json_str_is(s, S("entered-in-error")))
		return ACT_STOPPED;
	return ACT_PLANNED;
}

void action_from(Arena *a, const Rec *r, Action *out)
{
	JVal v = r->json, exts = JGET(v, "extension"), owner = JGET(v, "owner"), period = JGET(v, "executionPeriod");
	Str *goals = ARENA_ARRAY(a, Str, json_count(exts) + 1);
	*out = (Action){ .b = base_of(r), .care_goals = goals };
	for (JIter it = json_iter(exts); json_next(&it);) {
		JVal value = ext_value(it.value);
		if (json_str_is(JGET(it.value, "url"), S(EXT_PERTAINS))) {
			Str id = ref_id(ref_text(value, a), S("Goal"));
			if (id.n)
				goals[out->n_care_goals++] = id;
			continue;
		}
		Str name = ext_name(it.value, a);
		if (str_eq(name, S("when")))
			out->when = json_str(value, a);
		else if (str_eq(name, S("where")))
			out->where = json_str(value, a);
		else if (str_eq(name, S("with")))
			out->with = json_str(value, a);
	}
	out->what = JSTR(v, "description", a);
	out->owner = ref_text(owner, a);
	out->owner_name = ref_display(owner, a);
	out->from = JSTR(period, "start", a);
	out->until = JSTR(period, "end", a);
	out->state = state_from(v);
	out->reason = JSTR(JGET(v, "statusReason"), "text", a);
}

OwnerKind owner_kind(const Dossier *d, Str owner)
{
	if (!owner.n)
		return OWNER_NONE;
	if (str_starts(owner, S("Patient/")))
		return OWNER_PERSON;
	Str relative = ref_id(owner, S("RelatedPerson"));
	if (!relative.n)
		return OWNER_PROFESSIONAL;
	const Relative *r = dossier_relative(d, relative);
	return r && r->volunteer ? OWNER_VOLUNTEER : OWNER_SURROUNDINGS;
}

bool action_open(const Action *x)
{
	return x->state == ACT_PLANNED || x->state == ACT_BUSY;
}

static Str task_status(ActionState s)
{
	switch (s) {
	case ACT_PLANNED:
		return S("requested");
	case ACT_BUSY:
		return S("in-progress");
	case ACT_DONE:
		return S("completed");
	case ACT_NOT_DONE:
		return S("failed");
	case ACT_STOPPED:
		return S("cancelled");
	}
	return S("requested");
}

/* Who may do it: the owner, so that systems that look for candidates find them. Candidates that others named stay. */
static void candidate_edit(Edit *e, const Action *was, Str owner, Str name)
{
	edit_ext_clear(e, S(EXT_CANDIDATE));
	for (JIter it = json_iter(JGET(e->cur, "extension")); json_next(&it);) {
		if (!json_str_is(JGET(it.value, "url"), S(EXT_CANDIDATE)))
			continue;
		Str who = ref_text(ext_value(it.value), e->arena);
		if (!str_eq(who, owner) && !(was && str_eq(who, was->owner)))
			edit_ext_keep(e, S(EXT_CANDIDATE), it.value);
	}
	if (owner.n)
		edit_ext_raw(e, S(EXT_CANDIDATE), S("valueReference"), json_ref(e->arena, owner, name));
}

static Str action_text(Arena *a, const Dossier *d, const Action *was, const ActionInput *in)
{
	Edit e = edit_new(a, was ? was->b.rec->json : (JVal){ NULL, NULL }, FT_TASK);
	if (!was) {
		Actor me = actor_of(d);
		edit_profile(&e, S("samendoel-action"));
		edit_str(&e, S("status"), S("requested"));
		edit_str(&e, S("intent"), S("plan"));
		edit_json(&e, S("for"), json_ref(a, person_ref(d), d->person.name));
		edit_str(&e, S("authoredOn"), time_instant(a, time_now()));
		edit_json(&e, S("requester"), json_ref(a, me.ref, me.name));
	}
	edit_str(&e, S("description"), in->what);
	edit_str(&e, S("lastModified"), time_instant(a, time_now()));
	Str name = in->owner_name.n ? in->owner_name : dossier_name(d, in->owner);
	edit_json(&e, S("owner"), json_ref(a, in->owner, name));
	candidate_edit(&e, was, in->owner, name);
	edit_json(&e, S("executionPeriod"), json_period(a, in->from, in->until));
	edit_ext_clear(&e, S(EXT_PERTAINS));
	for (size_t i = 0; i < in->n_care_goals; i++)
		edit_ext_raw(&e, S(EXT_PERTAINS), S("valueReference"),
		             json_ref(a, arena_join(a, S("Goal/"), in->care_goals[i], STR_END),
		                      dossier_care_goal(d, in->care_goals[i])->text));
	edit_ext_str(&e, S(SD_ "when"), S("valueString"), in->when);
	edit_ext_str(&e, S(SD_ "where"), S("valueString"), in->where);
	edit_ext_str(&e, S(SD_ "with"), S("valueString"), in->with);
	return edit_text(&e);
}

Err action_save(Visit *v, const Dossier *d, const ActionInput *in, FieldIssues *is, Str *id)
{
	ActionInput p = *in;
	const Action *was = in->id.n ? dossier_action(d, in->id) : NULL;
	if (in->id.n && !was)
		(void)issue_add(is, S("id"), PROBLEM_UNKNOWN);
	p.what = check_text(is, S("what"), in->what, 1000, true);
	p.when = check_text(is, S("when"), in->when, 300, false);
	p.where = check_text(is, S("where"), in->where, 300, false);
	p.with = check_text(is, S("with"), in->with, 300, false);
	p.from = check_date(is, S("from"), in->from);
	p.until = check_date(is, S("until"), in->until);
	check_order(is, S("until"), p.from, p.until);
	for (size_t i = 0; i < in->n_care_goals; i++)
		if (!dossier_care_goal(d, in->care_goals[i]))
			(void)issue_add(is, S("care_goals"), PROBLEM_UNKNOWN);
	/* someone of this dossier, or who owned it already; a name alone does not make an owner */
	if (in->owner.n && !dossier_name(d, in->owner).n && !(was && str_eq(was->owner, in->owner)))
		(void)issue_add(is, S("owner"), PROBLEM_UNKNOWN);
	if (is->n)
		return ERR_INVALID;
	Str text = action_text(visit_arena(v), d, was, &p);
	if (!was)
		return put_new(v, is, text, id);
	*id = was->b.id;
	return put_over(v, is, was->b.rec, in->version, text, NULL);
}

Err action_state(Visit *v, const Dossier *d, Str id, ActionState to, Str reason, int32_t version, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const Action *x = dossier_action(d, id);
	if (!x)
		return issue_add(is, S("id"), PROBLEM_UNKNOWN);
	if ((unsigned)to > ACT_STOPPED)
		return issue_add(is, S("state"), PROBLEM_UNKNOWN);
	reason = check_text(is, S("reason"), reason, 2000, to == ACT_NOT_DONE || to == ACT_STOPPED);
	if (is->n)
		return ERR_INVALID;
	Edit e = edit_new(a, x->b.rec->json, FT_NONE);
	edit_str(&e, S("status"), task_status(to));
	edit_json(&e, S("statusReason"), json_concept(a, STR_END, STR_END, reason));
	edit_str(&e, S("lastModified"), time_instant(a, time_now()));
	return put_over(v, is, x->b.rec, version, edit_text(&e), NULL);
}
