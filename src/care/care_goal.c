/* Care goals: reading them, and saving them step by step. Acceptance, conflicts, state: accept.c; attainment:
 * attainment.c. */
#include "care/care_goal.h"

#include "care/edit.h"

bool care_goal_is(const Rec *r)
{
	return has_coding(JGET(r->json, "category"), S(CS_GOAL_CATEGORY), S("care-goal"));
}

static CareGoalState state_from(JVal v)
{
	JVal s = JGET(v, "lifecycleStatus");
	if (json_str_is(s, S("accepted")) || json_str_is(s, S("planned")))
		return CG_ACCEPTED;
	if (json_str_is(s, S("active")) || json_str_is(s, S("on-hold")))
		return CG_ACTIVE;
	if (json_str_is(s, S("completed")))
		return CG_REACHED;
	if (json_str_is(s, S("proposed")))
		return CG_PROPOSED;
	return CG_STOPPED;
}

/* Of the standard's kinds these say how two goals follow each other, not that one serves the other. */
static bool only_order(JVal type)
{
	return has_coding(type, S(CS_GOAL_RELATION_HL7), S("predecessor")) ||
	       has_coding(type, S(CS_GOAL_RELATION_HL7), S("replacement"));
}

/* goal-relationship: "conflicts" with a goal, else it serves a life goal; before 2026-11 written as a "milestone". */
static void relation_from(Arena *a, JVal ext, Str *serves, size_t *n_serves, CareGoal *out)
{
	Str target = STR_END, why = STR_END;
	bool conflicts = false, order = false;
	for (JIter it = json_iter(JGET(ext, "extension")); json_next(&it);) {
		JVal url = JGET(it.value, "url"), value = ext_value(it.value);
		if (json_str_is(url, S("type"))) {
			conflicts = has_coding(value, S(CS_GOAL_RELATION), S("conflicts"));
			order = only_order(value);
		} else if (json_str_is(url, S("target")))
			target = ref_id(ref_text(value, a), S("Goal"));
		else if (json_str_is(url, S(SD_ "why")))
			why = json_str(value, a);
	}
	if (!target.n || order)
		return;
	if (conflicts)
		out->conflicts[out->n_conflicts++] = (Conflict){ target, why };
	else
		serves[(*n_serves)++] = target;
}

static void acceptance_from(Arena *a, JVal ext, CareGoal *out)
{
	Accepted x = { .status = ACC_PENDING };
	for (JIter it = json_iter(JGET(ext, "extension")); json_next(&it);) {
		JVal url = JGET(it.value, "url"), value = ext_value(it.value);
		if (json_str_is(url, S("individual"))) {
			x.who = ref_text(value, a);
			x.name = ref_display(value, a);
		} else if (json_str_is(url, S("status"))) {
			x.status = json_str_is(value, S("agree"))      ? ACC_AGREE
			           : json_str_is(value, S("disagree")) ? ACC_DISAGREE
			                                               : ACC_PENDING;
		} else if (json_str_is(url, S(SD_ "why"))) {
			x.why = json_str(value, a);
		} else if (json_str_is(url, S(SD_ "on"))) {
			x.on = json_str(value, a);
		}
	}
	if (!x.who.n)
		return;
	Accepted *to = &out->acceptance[out->n_acceptance++];
	if (!str_starts(x.who, S("Patient/"))) {
		*to = x;
		return;
	}
	out->person_accepts = x.status;
	memmove(out->acceptance + 1, out->acceptance, (size_t)(to - out->acceptance) * sizeof *to);
	out->acceptance[0] = x; /* the person first */
}

static void level_from(Arena *a, JVal ext, CareGoal *out)
{
	int64_t level = 9;
	Str text = STR_END;
	for (JIter it = json_iter(JGET(ext, "extension")); json_next(&it);) {
		if (json_str_is(JGET(it.value, "url"), S("level"))) {
			if (!json_int(ext_value(it.value), &level))
				level = 9;
		} else if (json_str_is(JGET(it.value, "url"), S("text"))) {
			text = json_str(ext_value(it.value), a);
		}
	}
	if (level < -2 || level > 2)
		return;
	out->has_scale = true;
	out->scale[level + 2] = (GasLevel){ (int)level, text };
}

static void own_extension(Arena *a, JVal ext, CareGoal *out)
{
	Str name = ext_name(ext, a);
	JVal value = ext_value(ext);
	if (str_eq(name, S("attainment-level"))) {
		level_from(a, ext, out);
	} else if (str_eq(name, S("start-value"))) {
		out->start_value = json_str(value, a);
	} else if (str_eq(name, S("needed"))) {
		out->needed = json_str(value, a);
	} else if (str_eq(name, S("evaluate-on"))) {
		out->evaluate_on = json_str(value, a);
	} else if (str_eq(name, S("goal-owner"))) {
		out->owner = ref_text(value, a);
		out->owner_name = ref_display(value, a);
	} else if (str_eq(name, S("weight"))) {
		if (!json_double(value, &out->weight) || out->weight <= 0)
			out->weight = 1;
	}
}

void care_goal_from(Arena *a, const Rec *r, CareGoal *out)
{
	JVal v = r->json, exts = JGET(v, "extension"), target = json_at(JGET(v, "target"), 0);
	size_t room = json_count(exts), n_serves = 0;
	*out = (CareGoal){ .b = base_of(r), .weight = 1 };
	Str *serves = ARENA_ARRAY(a, Str, room + 1);
	out->conflicts = ARENA_ARRAY(a, Conflict, room + 1);
	out->acceptance = ARENA_ARRAY(a, Accepted, room + 2);
	for (int i = 0; i < 5; i++)
		out->scale[i].level = i - 2;
	for (JIter it = json_iter(exts); json_next(&it);) {
		JVal url = JGET(it.value, "url");
		if (json_str_is(url, S(EXT_GOAL_RELATION)))
			relation_from(a, it.value, serves, &n_serves, out);
		else if (json_str_is(url, S(EXT_GOAL_ACCEPTANCE)))
			acceptance_from(a, it.value, out);
		else
			own_extension(a, it.value, out);
	}
	out->life_goals = serves;
	out->n_life_goals = n_serves;
	out->text = JSTR(JGET(v, "description"), "text", a);
	out->measure = JSTR(JGET(target, "measure"), "text", a);
	out->target_value = JSTR(target, "detailString", a);
	out->due = JSTR(target, "dueDate", a);
	out->start = JSTR(v, "startDate", a);
	out->state = state_from(v);
}

/* The goal-relationship extensions of the other kind stay when one kind is written anew. */
void keep_relations(Edit *e, bool conflicts, Str but)
{
	Arena *a = e->arena;
	edit_ext_clear(e, S(EXT_GOAL_RELATION));
	for (JIter it = json_iter(JGET(e->cur, "extension")); json_next(&it);) {
		if (!json_str_is(JGET(it.value, "url"), S(EXT_GOAL_RELATION)))
			continue;
		Str target = ref_id(ref_text(ext_get(it.value, S("target")), a), S("Goal"));
		bool is = has_coding(ext_get(it.value, S("type")), S(CS_GOAL_RELATION), S("conflicts"));
		if (is == conflicts ? (but.p && !str_eq(target, but)) : true)
			edit_ext_keep(e, S(EXT_GOAL_RELATION), it.value);
	}
}

static void step_text(Edit *e, const Dossier *d, const CareGoalInput *in)
{
	Arena *a = e->arena;
	Edit words = edit_new(a, JGET(e->cur, "description"), FT_NONE);
	edit_str(&words, S("text"), in->text);
	edit_json(e, S("description"), edit_text(&words));
	keep_relations(e, false, STR_END);
	for (size_t i = 0; i < in->n_life_goals; i++) {
		const LifeGoal *g = dossier_life_goal(d, in->life_goals[i]);
		Sub s;
		sub_begin(&s, a);
		sub_raw(&s, S("type"), S("valueCodeableConcept"), json_relation_type(a, S("serves")));
		sub_raw(&s, S("target"), S("valueReference"),
		        json_ref(a, arena_join(a, S("Goal/"), in->life_goals[i], STR_END), g->words));
		edit_ext_raw(e, S(EXT_GOAL_RELATION), S("extension"), sub_end(&s));
	}
}

static void steps_target(Edit *e, const CareGoalInput *in)
{
	Arena *a = e->arena;
	JVal targets = JGET(e->cur, "target"), old = json_at(targets, 0);
	Edit t = edit_new(a, old, FT_NONE);
	bool measure = in->steps & CG_STEP_MEASURE, time = in->steps & CG_STEP_TIME;
	if (measure) {
		edit_json(&t, S("measure"), json_concept(a, STR_END, STR_END, in->measure));
		edit_str(&t, S("detailString"), in->measure.n ? in->target_value : STR_END);
	}
	if (time)
		edit_str(&t, S("dueDate"), in->due);
	Str text = edit_text(&t);
	if (str_eq(text, S("{}")))
		text = STR_END;
	Buf b = buf_new(a, 128, 0);
	JWriter w = jw_new(&b);
	jw_array(&w);
	if (text.n)
		jw_raw(&w, text);
	for (JIter it = json_iter(targets); json_next(&it);)
		if (it.index > 0)
			jw_raw(&w, json_compact(a, it.value));
	jw_end_array(&w);
	edit_json(e, S("target"), b.n > 2 ? buf_str(&b) : STR_END);
}

static void step_measure(Edit *e, const CareGoalInput *in)
{
	edit_ext_str(e, S(SD_ "start-value"), S("valueString"), in->measure.n ? in->start_value : STR_END);
	edit_ext_clear(e, S(SD_ "attainment-level"));
	for (int i = 0; i < 5 && in->scale[0].n; i++) {
		Sub s;
		sub_begin(&s, e->arena);
		sub_int(&s, S("level"), i - 2);
		sub_str(&s, S("text"), S("valueString"), in->scale[i]);
		edit_ext_raw(e, S(SD_ "attainment-level"), S("extension"), sub_end(&s));
	}
}

static Str care_goal_text(Arena *a, const Dossier *d, const CareGoal *was, const CareGoalInput *in)
{
	Edit e = edit_new(a, was ? was->b.rec->json : (JVal){ NULL, NULL }, FT_GOAL);
	if (in->steps & CG_STEP_TEXT)
		step_text(&e, d, in);
	if (was && (in->steps & CG_STEP_TEXT) && !str_eq(was->text, in->text) && was->person_accepts == ACC_AGREE &&
	    !speaks_for_person(d))
		acceptance_edit(&e, d, person_ref(d), d->person.name, ACC_PENDING, STR_END);
	if (in->steps & (CG_STEP_MEASURE | CG_STEP_TIME))
		steps_target(&e, in);
	if (in->steps & CG_STEP_MEASURE)
		step_measure(&e, in);
	if (in->steps & CG_STEP_NEEDED)
		edit_ext_str(&e, S(SD_ "needed"), S("valueString"), in->needed);
	if (in->steps & CG_STEP_TIME) {
		edit_str(&e, S("startDate"), in->start);
		edit_ext_str(&e, S(SD_ "evaluate-on"), S("valueDate"), in->evaluate_on);
	}
	if (in->steps & CG_STEP_OWNER) {
		Str name = in->owner_name.n ? in->owner_name : dossier_name(d, in->owner);
		edit_ext_raw(&e, S(SD_ "goal-owner"), S("valueReference"), json_ref(a, in->owner, name));
		double weight = in->weight > 0 ? in->weight : 1;
		edit_ext_raw(&e, S(SD_ "weight"), S("valueDecimal"), arena_printf(a, "%.4g", weight));
	}
	if (was)
		return edit_text(&e);
	Actor me = actor_of(d);
	bool person = !me.ref.n || str_starts(me.ref, S("Organization/"));
	edit_profile(&e, S("samendoel-care-goal"));
	edit_json(&e, S("category"), json_list1(a, json_concept(a, S(CS_GOAL_CATEGORY), S("care-goal"), STR_END)));
	edit_json(&e, S("subject"), json_ref(a, person_ref(d), d->person.name));
	edit_json(&e, S("expressedBy"),
	          person ? json_ref(a, person_ref(d), d->person.name) : json_ref(a, me.ref, me.name));
	edit_str(&e, S("lifecycleStatus"), S("proposed"));
	return edit_text(&e);
}

static void check_measure(FieldIssues *is, const CareGoalInput *in, CareGoalInput *p)
{
	p->measure = check_text(is, S("measure"), in->measure, 500, false);
	p->start_value = check_text(is, S("start_value"), in->start_value, 200, false);
	p->target_value = check_text(is, S("target_value"), in->target_value, 200, p->measure.n > 0);
	size_t filled = 0;
	for (int i = 0; i < 5; i++) {
		p->scale[i] = check_text(is, S("scale"), in->scale[i], 1000, false);
		filled += p->scale[i].n > 0;
	}
	if (filled && filled < 5)
		(void)issue_add(is, S("scale"), PROBLEM_EMPTY);
	if (!p->measure.n && (p->target_value.n || p->start_value.n))
		(void)issue_add(is, S("measure"), PROBLEM_EMPTY);
}

static CareGoalInput care_goal_checked(FieldIssues *is, const Dossier *d, const CareGoalInput *in)
{
	CareGoalInput p = *in;
	if (in->steps & CG_STEP_TEXT) {
		p.text = check_text(is, S("text"), in->text, 2000, true);
		if (!in->n_life_goals)
			(void)issue_add(is, S("life_goals"), PROBLEM_EMPTY);
		for (size_t i = 0; i < in->n_life_goals; i++)
			if (!dossier_life_goal(d, in->life_goals[i]))
				(void)issue_add(is, S("life_goals"), PROBLEM_UNKNOWN);
	}
	if (in->steps & CG_STEP_MEASURE)
		check_measure(is, in, &p);
	if (in->steps & CG_STEP_NEEDED)
		p.needed = check_text(is, S("needed"), in->needed, 2000, false);
	if (in->steps & CG_STEP_TIME) {
		p.start = check_date(is, S("start"), in->start);
		p.due = check_date(is, S("due"), in->due);
		p.evaluate_on = check_date(is, S("evaluate_on"), in->evaluate_on);
		check_order(is, S("due"), p.start, p.due);
		check_order(is, S("evaluate_on"), p.start, p.evaluate_on);
	}
	if ((in->steps & CG_STEP_OWNER) && in->owner.n && !in->owner_name.n && !dossier_name(d, in->owner).n)
		(void)issue_add(is, S("owner"), PROBLEM_UNKNOWN);
	if ((in->steps & CG_STEP_OWNER) && !(in->weight >= 0 && in->weight <= 1000))
		(void)issue_add(is, S("weight"), PROBLEM_RANGE);
	return p;
}

Err care_goal_save(Visit *v, const Dossier *d, const CareGoalInput *in, FieldIssues *is, Str *id)
{
	const CareGoal *was = in->id.n ? dossier_care_goal(d, in->id) : NULL;
	if (in->id.n && !was)
		(void)issue_add(is, S("id"), PROBLEM_UNKNOWN);
	if (!was && !(in->steps & CG_STEP_TEXT))
		(void)issue_add(is, S("text"), PROBLEM_EMPTY);
	CareGoalInput p = care_goal_checked(is, d, in);
	if (is->n)
		return ERR_INVALID;
	Str text = care_goal_text(visit_arena(v), d, was, &p);
	if (!was)
		return put_new(v, is, text, id);
	*id = was->b.id;
	return put_over(v, is, was->b.rec, in->version, text, NULL);
}
