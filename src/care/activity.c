#include "care/activity.h"

#include "care/edit.h"
#include "care/foreign.h"

static bool one_of(Str s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(s, str_c(list[i])))
			return true;
	return false;
}

/* Of activities, tasks, requests and plans alike. */
static bool is_closed(Str status)
{
	static const char *const words[] = { "completed", "cancelled", "stopped", "entered-in-error",
		                             "failed",    "rejected",  "revoked" };
	return one_of(status, words, COUNT_OF(words));
}

static void scheduled_from(Arena *a, JVal v, const char *prefix, Activity *out)
{
	JVal text = json_get(v, arena_join(a, str_c(prefix), S("String"), STR_END)),
	     period = json_get(v, arena_join(a, str_c(prefix), S("Period"), STR_END)),
	     timing = json_get(v, arena_join(a, str_c(prefix), S("Timing"), STR_END)), repeat = JGET(timing, "repeat"),
	     bounds = JGET(repeat, "boundsPeriod");
	out->when = text.node ? json_str(text, a) : concept_text(a, JGET(timing, "code"));
	out->from = day_of(JSTR(period.node ? period : bounds, "start", a));
	out->until = day_of(JSTR(period.node ? period : bounds, "end", a));
	if (!json_int(JGET(repeat, "period"), &out->every))
		out->every = 0;
	if (!json_int(JGET(repeat, "frequency"), &out->times))
		out->times = 1;
	out->unit = JSTR(repeat, "periodUnit", a);
	if (out->every < 1 || !out->unit.n)
		out->times = out->every = 0;
}

static Str names_of(Arena *a, const Dossier *d, JVal references)
{
	Str all = STR_END;
	for (JIter it = json_each(references); json_next(&it);) {
		Str name = dossier_name(d, ref_text(it.value, a));
		name = name.n ? name : ref_display(it.value, a);
		if (name.n)
			all = all.n ? arena_join(a, all, S(", "), name, STR_END) : name;
	}
	return all;
}

static void goals_from(Arena *a, JVal list, Activity *out)
{
	Str *ids = ARENA_ARRAY(a, Str, json_count(list) + 1);
	for (JIter it = json_iter(list); json_next(&it);) {
		Str id = ref_id(ref_text(it.value, a), S("Goal"));
		if (id.n)
			ids[out->n_goals++] = id;
	}
	out->goals = ids;
}

static void detail_from(Arena *a, const Dossier *d, JVal v, Activity *out)
{
	out->detail = true;
	out->status = JSTR(v, "status", a);
	out->reason = concept_text(a, JGET(v, "statusReason"));
	out->prohibits = json_bool(JGET(v, "doNotPerform"), false);
	out->text = JSTR(v, "description", a);
	if (!out->text.n)
		out->text = concept_text(a, JGET(v, "code"));
	if (!out->text.n)
		out->text = concept_text(a, JGET(v, "productCodeableConcept"));
	out->who = names_of(a, d, JGET(v, "performer"));
	out->where = ref_display(JGET(v, "location"), a);
	scheduled_from(a, v, "scheduled", out);
	goals_from(a, JGET(v, "goal"), out);
}

/* A task or request of another system, as far as it is here; else the name that the plan gives it. */
static void reference_from(Arena *a, const Dossier *d, JVal ref, Activity *out)
{
	Str text = ref_text(ref, a), task = ref_id(text, S("Task")), request = ref_id(text, S("ServiceRequest"));
	out->action = dossier_action(d, task);
	const Rec *r = task.n ? dossier_rec(d, FT_TASK, task) : dossier_rec(d, FT_SERVICEREQUEST, request);
	out->text = ref_display(ref, a);
	if (!r)
		return;
	JVal v = r->json;
	Str said = task.n ? JSTR(v, "description", a) : STR_END;
	if (!said.n)
		said = concept_text(a, JGET(v, "code"));
	if (said.n)
		out->text = said;
	out->status = JSTR(v, "status", a);
	out->reason = concept_text(a, JGET(v, "statusReason"));
	out->prohibits = json_bool(JGET(v, "doNotPerform"), false);
	out->who = names_of(a, d, task.n ? JGET(v, "owner") : JGET(v, "performer"));
	if (task.n) {
		out->from = day_of(JSTR(JGET(v, "executionPeriod"), "start", a));
		out->until = day_of(JSTR(JGET(v, "executionPeriod"), "end", a));
	} else {
		scheduled_from(a, v, "occurrence", out);
	}
	Str *ids = ARENA_ARRAY(a, Str, json_count(JGET(v, "extension")) + 1);
	for (JIter it = json_iter(JGET(v, "extension")); json_next(&it);) {
		Str id = json_str_is(JGET(it.value, "url"), S(EXT_PERTAINS))
		             ? ref_id(ref_text(ext_value(it.value), a), S("Goal"))
		             : STR_END;
		if (id.n)
			ids[out->n_goals++] = id;
	}
	out->goals = ids;
}

bool activity_from(const Dossier *d, const Rec *plan, size_t at, Activity *out)
{
	Arena *a = visit_arena(d->visit);
	JVal v = json_at(JGET(plan->json, "activity"), at);
	*out = (Activity){ .plan = plan, .at = at };
	if (JGET(v, "detail").node)
		detail_from(a, d, JGET(v, "detail"), out);
	else if (JGET(v, "reference").node)
		reference_from(a, d, JGET(v, "reference"), out);
	if (!out->text.n)
		out->text = concept_text(a, json_at(JGET(v, "outcomeCodeableConcept"), 0));
	out->open = !is_closed(out->status) && !is_closed(JSTR(plan->json, "status", a));
	return out->text.n > 0;
}

static void take_open(const Dossier *d, const Rec *plan, Activity *list, size_t *n)
{
	size_t count = json_count(JGET(plan->json, "activity"));
	for (size_t i = 0; i < count; i++)
		if (activity_from(d, plan, i, &list[*n]) && list[*n].open && !list[*n].action)
			(*n)++;
}

Activity *dossier_activities(const Dossier *d, size_t *n)
{
	size_t room = d->plan.exists ? json_count(JGET(d->plan.b.rec->json, "activity")) : 0;
	for (size_t i = 0; i < d->n_foreign_plans; i++)
		room += json_count(JGET(d->foreign_plans[i]->json, "activity"));
	Activity *list = ARENA_ARRAY(visit_arena(d->visit), Activity, room + 1);
	*n = 0;
	if (d->plan.exists)
		take_open(d, d->plan.b.rec, list, n);
	for (size_t i = 0; i < d->n_foreign_plans; i++)
		take_open(d, d->foreign_plans[i], list, n);
	return list;
}

/* ---- taking over ---- */

static Str task_status(Str status)
{
	static const char *const same[] = { "in-progress", "on-hold", "completed", "cancelled" };
	if (one_of(status, same, COUNT_OF(same)))
		return status;
	return str_eq(status, S("stopped")) ? S("cancelled") : S("requested");
}

/* Who does it, when it is someone of this dossier: a name elsewhere cannot tick off anything here. */
static JVal owner_of(const Dossier *d, JVal performers)
{
	Arena *a = visit_arena(d->visit);
	for (JIter it = json_each(performers); json_next(&it);)
		if (dossier_name(d, ref_text(it.value, a)).n)
			return it.value;
	return (JVal){ NULL, NULL };
}

static void copy(Edit *e, Str key, JVal v)
{
	if (v.node)
		edit_json(e, key, json_compact(e->arena, v));
}

static Str task_text(const Dossier *d, const Activity *x, const AdoptInput *in)
{
	Arena *a = visit_arena(d->visit);
	JVal v = JGET(json_at(JGET(x->plan->json, "activity"), x->at), "detail"),
	     owner = owner_of(d, JGET(v, "performer"));
	Actor me = actor_of(d);
	Edit e = edit_new(a, (JVal){ NULL, NULL }, FT_TASK);
	Str who = ref_text(owner, a), name = dossier_name(d, who), now = time_instant(a, time_now());
	edit_profile(&e, S("samendoel-action"));
	edit_str(&e, S("status"), task_status(x->status));
	edit_json(&e, S("statusReason"), json_concept(a, STR_END, STR_END, x->reason));
	edit_str(&e, S("intent"), S("plan"));
	edit_json(&e, S("basedOn"),
	          json_list1(a, json_ref(a, arena_join(a, S("CarePlan/"), x->plan->id, STR_END), STR_END)));
	edit_json(&e, S("for"), json_ref(a, person_ref(d), d->person.name));
	edit_str(&e, S("authoredOn"), now);
	edit_str(&e, S("lastModified"), now);
	edit_json(&e, S("requester"), json_ref(a, me.ref, me.name));
	edit_str(&e, S("description"), x->text);
	copy(&e, S("code"), JGET(v, "code"));
	copy(&e, S("location"), JGET(v, "location"));
	copy(&e, S("reasonCode"), json_at(JGET(v, "reasonCode"), 0));
	copy(&e, S("reasonReference"), json_at(JGET(v, "reasonReference"), 0));
	edit_json(&e, S("owner"), json_ref(a, who, name));
	edit_json(&e, S("executionPeriod"), json_period(a, x->from, x->until));
	for (size_t i = 0; i < x->n_goals; i++)
		edit_ext_raw(&e, S(EXT_PERTAINS), S("valueReference"),
		             json_ref(a, arena_join(a, S("Goal/"), x->goals[i], STR_END), STR_END));
	if (who.n)
		edit_ext_raw(&e, S(EXT_CANDIDATE), S("valueReference"), json_ref(a, who, name));
	edit_ext_str(&e, S(SD_ "when"), S("valueString"), x->when.n ? x->when : in->when);
	edit_ext_str(&e, S(SD_ "where"), S("valueString"), x->where);
	return edit_text(&e);
}

/* The plan with the detail replaced; outcome, progress and what else stands there stay. */
static Str plan_with(Arena *a, const Activity *x, Str task)
{
	JVal list = JGET(x->plan->json, "activity");
	Buf b = buf_new(a, 1024, 0);
	JWriter w = jw_new(&b);
	jw_array(&w);
	for (JIter it = json_iter(list); json_next(&it);) {
		Edit one = edit_new(a, it.value, FT_NONE);
		if (it.index == x->at) {
			edit_json(&one, S("detail"), STR_END);
			edit_json(&one, S("reference"), json_ref(a, arena_join(a, S("Task/"), task, STR_END), x->text));
		}
		jw_raw(&w, edit_text(&one));
	}
	jw_end_array(&w);
	Edit e = edit_new(a, x->plan->json, FT_NONE);
	edit_json(&e, S("activity"), buf_str(&b));
	return edit_text(&e);
}

Err activity_adopt(Visit *v, const Dossier *d, const AdoptInput *in, FieldIssues *is, Str *task)
{
	Activity x;
	const Rec *plan = check_rec(is, S("plan"), d, FT_CAREPLAN, in->plan);
	if (!plan)
		return ERR_INVALID;
	if (in->version && in->version != plan->version)
		return ERR_VERSION;
	if (!activity_from(d, plan, in->at, &x) || !x.detail || x.prohibits)
		return issue_add(is, S("at"), PROBLEM_UNKNOWN);
	TRY(put_new(v, is, task_text(d, &x, in), task));
	return put_over(v, is, plan, in->version, plan_with(visit_arena(v), &x, *task), NULL);
}
