#include "care/foreign.h"

#include "care/edit.h"

Str concept_text(Arena *a, JVal concept)
{
	Str text = JSTR(concept, "text", a);
	if (text.n)
		return text;
	for (JIter it = json_each(JGET(concept, "coding")); json_next(&it);) {
		Str display = JSTR(it.value, "display", a);
		if (display.n)
			return display;
	}
	return json_str(json_path(concept, "coding", "code", NULL), a);
}

static Str joined(Arena *a, Str x, const char *between, Str y)
{
	return !x.n ? y : !y.n ? x : arena_join(a, x, str_c(between), y, STR_END);
}

/* "2.5 kg": the number as written. */
static Str quantity_text(Arena *a, JVal q)
{
	Str unit = JSTR(q, "unit", a), comparator = JSTR(q, "comparator", a);
	JVal value = JGET(q, "value");
	if (!value.node)
		return STR_END;
	return joined(a, joined(a, comparator, " ", json_raw(value)), " ", unit.n ? unit : JSTR(q, "code", a));
}

static Str detail_text(Arena *a, JVal t)
{
	JVal range = JGET(t, "detailRange");
	if (range.node)
		return joined(a, quantity_text(a, JGET(range, "low")), " - ", quantity_text(a, JGET(range, "high")));
	if (JGET(t, "detailQuantity").node)
		return quantity_text(a, JGET(t, "detailQuantity"));
	if (JGET(t, "detailCodeableConcept").node)
		return concept_text(a, JGET(t, "detailCodeableConcept"));
	if (JGET(t, "detailInteger").node)
		return json_raw(JGET(t, "detailInteger"));
	return JSTR(t, "detailString", a);
}

static Str achievement_code(Arena *a, JVal concept)
{
	for (JIter it = json_each(JGET(concept, "coding")); json_next(&it);)
		if (json_str_is(JGET(it.value, "system"), S("http://terminology.hl7.org/CodeSystem/goal-achievement")))
			return JSTR(it.value, "code", a);
	return STR_END;
}

void foreign_goal_from(Arena *a, const Rec *r, ForeignGoal *out)
{
	JVal v = r->json, t = json_at(JGET(v, "target"), 0);
	*out = (ForeignGoal){ .b = base_of(r) };
	out->text = concept_text(a, JGET(v, "description"));
	out->status = JSTR(v, "lifecycleStatus", a);
	out->achievement = concept_text(a, JGET(v, "achievementStatus"));
	out->achievement_code = achievement_code(a, JGET(v, "achievementStatus"));
	out->start = JSTR(v, "startDate", a);
	out->due = JSTR(t, "dueDate", a);
	out->target = joined(a, concept_text(a, JGET(t, "measure")), ": ", detail_text(a, t));
	out->by = ref_display(JGET(v, "expressedBy"), a);
	out->note = JSTR(json_at(JGET(v, "note"), 0), "text", a);
}

void foreign_plan_from(const Dossier *d, const Rec *r, ForeignPlan *out)
{
	Arena *a = visit_arena(d->visit);
	JVal v = r->json, activities = JGET(v, "activity"), goals = JGET(v, "goal");
	*out = (ForeignPlan){ .b = base_of(r) };
	out->title = JSTR(v, "title", a);
	for (JIter it = json_each(JGET(v, "category")); json_next(&it) && !out->title.n;)
		out->title = concept_text(a, it.value);
	out->status = JSTR(v, "status", a);
	out->intent = JSTR(v, "intent", a);
	out->description = JSTR(v, "description", a);
	out->start = JSTR(JGET(v, "period"), "start", a);
	out->end = JSTR(JGET(v, "period"), "end", a);
	size_t count = json_count(activities);
	out->activities = ARENA_ARRAY(a, Activity, count + 1);
	for (size_t i = 0; i < count; i++)
		if (activity_from(d, r, i, &out->activities[out->n_activities]))
			out->n_activities++;
	Str *ids = ARENA_ARRAY(a, Str, json_count(goals) + 1);
	for (JIter it = json_iter(goals); json_next(&it);) {
		Str id = ref_id(ref_text(it.value, a), S("Goal"));
		if (id.n)
			ids[out->n_goals++] = id;
	}
	out->goals = ids;
}
