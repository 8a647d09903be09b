#include "care/plan.h"

#include "base/random.h"
#include "care/edit.h"
#include "care/team.h"

bool plan_is(const Rec *r)
{
	return ext_find(r->json, S(SD_ "plan-state")).node != NULL;
}

static void agreement_from(Arena *a, JVal ext, Plan *out)
{
	Agreement g = { AGR_OTHER, STR_END };
	for (JIter it = json_iter(JGET(ext, "extension")); json_next(&it);) {
		Str s = json_str(ext_value(it.value), a);
		if (json_str_is(JGET(it.value, "url"), S("text")))
			g.text = s;
		else if (json_str_is(JGET(it.value, "url"), S("kind")) && !agreement_kind_parse(s, &g.kind))
			g.kind = AGR_OTHER;
	}
	if (g.text.n)
		out->agreements[out->n_agreements++] = g;
}

static const Str *ids_of(Arena *a, JVal list, Str member, Str type, size_t *n)
{
	Str *ids = ARENA_ARRAY(a, Str, json_count(list) + 1);
	*n = 0;
	for (JIter it = json_iter(list); json_next(&it);) {
		Str id = ref_id(ref_text(member.n ? json_get(it.value, member) : it.value, a), type);
		if (id.n)
			ids[(*n)++] = id;
	}
	return ids;
}

void plan_from(Arena *a, const Rec *r, Plan *out)
{
	JVal v = r->json, exts = JGET(v, "extension");
	*out = (Plan){ .b = base_of(r), .exists = true, .state = PLAN_DRAFT };
	out->agreements = ARENA_ARRAY(a, Agreement, json_count(exts) + 1);
	for (JIter it = json_iter(exts); json_next(&it);) {
		Str name = ext_name(it.value, a);
		JVal value = ext_value(it.value);
		int64_t months = 0;
		if (str_eq(name, S("plan-state"))) {
			if (!plan_state_parse(json_str(value, a), &out->state))
				out->state = PLAN_DRAFT;
		} else if (str_eq(name, S("agreement"))) {
			agreement_from(a, it.value, out);
		} else if (str_eq(name, S("next-evaluation"))) {
			out->next_evaluation = json_str(value, a);
		} else if (str_eq(name, S("evaluate-every-months"))) {
			if (json_int(value, &months) && months > 0 && months < 1000)
				out->evaluate_every_months = (int)months;
		}
	}
	out->title = JSTR(v, "title", a);
	out->coordinator = ref_text(JGET(v, "author"), a);
	out->coordinator_name = ref_display(JGET(v, "author"), a);
	out->start = day_of(JSTR(JGET(v, "period"), "start", a));
	out->goals = ids_of(a, JGET(v, "goal"), STR_END, S("Goal"), &out->n_goals);
	out->actions = ids_of(a, JGET(v, "activity"), S("reference"), S("Task"), &out->n_actions);
}

/* yyyy-mm-dd so many months later; a day that is not there becomes the month's last. */
static Str months_later(Arena *a, Str date, int months)
{
	Moment m;
	if (!time_parse_date(date, &m))
		return STR_END;
	Civil c = time_civil(m.from);
	int month = c.month - 1 + months, year = c.year + month / 12;
	month = month % 12 + 1;
	int last = time_days_in_month(year, month);
	return time_date(a, time_from_civil(year, month, c.day > last ? last : c.day));
}

static Str fhir_status(PlanState s)
{
	switch (s) {
	case PLAN_DRAFT:
	case PLAN_DISCUSS:
	case PLAN_REVISE:
		return S("draft");
	case PLAN_AGREED:
		return S("active");
	case PLAN_CLOSED:
		return S("completed");
	}
	return S("draft");
}

static void state_edit(Edit *e, PlanState s)
{
	edit_str(e, S("status"), fhir_status(s));
	edit_ext_str(e, S(SD_ "plan-state"), S("valueCode"), plan_state_code(s));
}

static void agreements_edit(Edit *e, const PlanInput *in)
{
	edit_ext_clear(e, S(SD_ "agreement"));
	for (size_t i = 0; i < in->n_agreements; i++) {
		Str text = str_trim(in->agreements[i].text);
		if (!text.n)
			continue;
		Sub s;
		sub_begin(&s, e->arena);
		sub_str(&s, S("kind"), S("valueCode"), agreement_kind_code(in->agreements[i].kind));
		sub_str(&s, S("text"), S("valueString"), text);
		edit_ext_raw(e, S(SD_ "agreement"), S("extension"), sub_end(&s));
	}
}

static Str identifier_text(Arena *a)
{
	unsigned char r[16];
	random_bytes(r, sizeof r);
	r[6] = (unsigned char)((r[6] & 0x0F) | 0x40);
	r[8] = (unsigned char)((r[8] & 0x3F) | 0x80);
	Buf b = buf_new(a, 128, 0);
	BUF_LIT(&b, "[{\"system\":\"urn:ietf:rfc:3986\",\"value\":\"urn:uuid:");
	for (size_t i = 0; i < sizeof r; i++)
		buf_printf(&b, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", r[i]);
	BUF_LIT(&b, "\"}]");
	return buf_str(&b);
}

/* Everyone who wrote in the plan, each once. */
static void contributor_edit(Edit *e, const Dossier *d)
{
	Actor me = actor_of(d);
	JVal list = JGET(e->cur, "contributor");
	for (JIter it = json_iter(list); json_next(&it);)
		if (str_eq(ref_text(it.value, e->arena), me.ref))
			return;
	if (me.ref.n)
		edit_json(e, S("contributor"), json_append(e->arena, list, json_ref(e->arena, me.ref, me.name)));
}

static Str plan_text(Arena *a, const Dossier *d, const PlanInput *in)
{
	bool fresh = !d->plan.exists;
	Edit e = edit_new(a, fresh ? (JVal){ NULL, NULL } : d->plan.b.rec->json, FT_CAREPLAN);
	if (fresh) {
		edit_profile(&e, S("samendoel-care-plan"));
		state_edit(&e, PLAN_DRAFT);
		edit_str(&e, S("intent"), S("plan"));
		/* what exchanges of plans ask for: an identity of its own, and the kind of plan (SNOMED CT: care plan)
		 */
		edit_json(&e, S("identifier"), identifier_text(a));
		edit_json(&e, S("category"), json_list1(a, json_concept(a, S(CS_SNOMED), S("734163000"), STR_END)));
		edit_str(&e, S("created"), time_instant(a, time_now()));
		edit_json(&e, S("subject"), json_ref(a, person_ref(d), d->person.name));
	}
	edit_str(&e, S("title"), in->title);
	Edit period = edit_new(a, JGET(e.cur, "period"), FT_NONE);
	edit_str(&period, S("start"), in->start);
	edit_json(&e, S("period"), edit_text(&period));
	if (d->team.exists)
		edit_json(
		    &e, S("careTeam"),
		    json_list1(a, json_ref(a, arena_join(a, S("CareTeam/"), d->team.b.id, STR_END), d->team.name)));
	Str name = in->coordinator_name.n ? in->coordinator_name : dossier_name(d, in->coordinator);
	edit_json(&e, S("author"), json_ref(a, in->coordinator, name));
	contributor_edit(&e, d);
	edit_ext_int(&e, S(SD_ "evaluate-every-months"), S("valuePositiveInt"), in->evaluate_every_months);
	edit_ext_str(&e, S(SD_ "next-evaluation"), S("valueDate"), in->next_evaluation);
	agreements_edit(&e, in);
	return edit_text(&e);
}

static Str coordinator_now(const Dossier *d)
{
	const Member *m = team_coordinator(&d->team);
	return m ? m->ref : d->plan.coordinator;
}

static PlanInput plan_checked(Arena *a, FieldIssues *is, const Dossier *d, const PlanInput *in)
{
	PlanInput p = *in;
	p.title = check_text(is, S("title"), in->title, 300, true);
	p.start = check_date(is, S("start"), in->start);
	p.next_evaluation = check_date(is, S("next_evaluation"), in->next_evaluation);
	if (!p.start.n)
		p.start = d->plan.start.n ? d->plan.start : today(a);
	if (!p.evaluate_every_months)
		p.evaluate_every_months = 6;
	if (p.evaluate_every_months < 1 || p.evaluate_every_months > 24)
		(void)issue_add(is, S("evaluate_every_months"), PROBLEM_RANGE);
	else if (!p.next_evaluation.n)
		p.next_evaluation = months_later(a, p.start, p.evaluate_every_months);
	check_order(is, S("next_evaluation"), p.start, p.next_evaluation);
	if (!p.coordinator.n)
		p.coordinator = coordinator_now(d);
	if (in->coordinator.n && !dossier_name(d, in->coordinator).n)
		(void)issue_add(is, S("coordinator"), PROBLEM_UNKNOWN);
	for (size_t i = 0; i < in->n_agreements; i++) {
		(void)check_text(is, S("agreements"), in->agreements[i].text, 2000, false);
		if ((unsigned)in->agreements[i].kind > AGR_OTHER)
			(void)issue_add(is, S("agreements"), PROBLEM_UNKNOWN);
	}
	return p;
}

Err plan_save(Visit *v, const Dossier *d, const PlanInput *in, FieldIssues *is, Str *id)
{
	Arena *a = visit_arena(v);
	PlanInput p = plan_checked(a, is, d, in);
	if (d->plan.exists && (d->plan.state == PLAN_AGREED || d->plan.state == PLAN_CLOSED))
		(void)issue_add(is, S("state"), PROBLEM_STATE);
	if (is->n)
		return ERR_INVALID;
	/* another coordinator is a change of the team: same right, same visit */
	if (!str_eq(p.coordinator, coordinator_now(d))) {
		if (!(d->relation.write >> CAT_NETWORK & 1))
			return ERR_FORBIDDEN;
		TRY(team_coordinate(v, d, p.coordinator, is));
	}
	Str text = plan_text(a, d, &p);
	if (!d->plan.exists)
		return put_new(v, is, text, id);
	*id = d->plan.b.id;
	return put_over(v, is, d->plan.b.rec, in->version, text, NULL);
}

Err plan_repeat_coordinator(Visit *v, const Dossier *d, Str ref, Str name, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	if (!d->plan.exists || d->plan.state == PLAN_CLOSED || !(d->relation.write >> CAT_GOALS & 1))
		return OK;
	JVal plan = d->plan.b.rec->json;
	if (str_eq(ref_text(JGET(plan, "author"), a), ref))
		return OK;
	Edit e = edit_new(a, plan, FT_NONE);
	edit_json(&e, S("author"), json_ref(a, ref, name));
	return put_over(v, is, d->plan.b.rec, 0, edit_text(&e), NULL);
}

/* Another state with an optional note. */
static Err plan_put(Visit *v, const Dossier *d, PlanState to, Str why, int32_t version, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	Edit e = edit_new(a, d->plan.b.rec->json, FT_NONE);
	state_edit(&e, to);
	if (why.n)
		edit_json(&e, S("note"), json_append(a, JGET(d->plan.b.rec->json, "note"), json_note(a, d, why)));
	if (to == PLAN_CLOSED) {
		Edit period = edit_new(a, JGET(e.cur, "period"), FT_NONE);
		edit_str(&period, S("end"), today(a));
		edit_json(&e, S("period"), edit_text(&period));
	}
	return put_over(v, is, d->plan.b.rec, version, edit_text(&e), NULL);
}

Err plan_to_discuss(Visit *v, const Dossier *d, int32_t version, FieldIssues *is)
{
	if (!d->plan.exists || (d->plan.state != PLAN_DRAFT && d->plan.state != PLAN_REVISE))
		(void)issue_add(is, S("state"), PROBLEM_STATE);
	else if (!d->plan.n_goals)
		(void)issue_add(is, S("goals"), PROBLEM_EMPTY);
	return is->n ? ERR_INVALID : plan_put(v, d, PLAN_DISCUSS, STR_END, version, is);
}

Err plan_revise(Visit *v, const Dossier *d, Str why, int32_t version, FieldIssues *is)
{
	if (!d->plan.exists || (d->plan.state != PLAN_AGREED && d->plan.state != PLAN_CLOSED))
		(void)issue_add(is, S("state"), PROBLEM_STATE);
	why = check_text(is, S("why"), why, 4000, true);
	return is->n ? ERR_INVALID : plan_put(v, d, PLAN_REVISE, why, version, is);
}

Err plan_close(Visit *v, const Dossier *d, Str why, int32_t version, FieldIssues *is)
{
	if (!d->plan.exists || d->plan.state == PLAN_CLOSED)
		(void)issue_add(is, S("state"), PROBLEM_STATE);
	why = check_text(is, S("why"), why, 4000, true);
	return is->n ? ERR_INVALID : plan_put(v, d, PLAN_CLOSED, why, version, is);
}

Str plan_agreed_text(Arena *a, const Dossier *d)
{
	Edit e = edit_new(a, d->plan.b.rec->json, FT_NONE);
	state_edit(&e, PLAN_AGREED);
	Buf goals = buf_new(a, 512, 0), acts = buf_new(a, 512, 0);
	JWriter g = jw_new(&goals), x = jw_new(&acts);
	jw_array(&g);
	for (size_t i = 0; i < d->plan.n_goals; i++)
		jw_raw(&g, json_ref(a, arena_join(a, S("Goal/"), d->plan.goals[i], STR_END), STR_END));
	jw_end_array(&g);
	jw_array(&x);
	for (size_t i = 0; i < d->plan.n_actions; i++) {
		jw_object(&x);
		JW_RAW(&x, "reference", json_ref(a, arena_join(a, S("Task/"), d->plan.actions[i], STR_END), STR_END));
		jw_end_object(&x);
	}
	/* activities that are no actions of ours stay */
	for (JIter it = json_iter(JGET(e.cur, "activity")); json_next(&it);)
		if (!ref_id(ref_text(JGET(it.value, "reference"), a), S("Task")).n)
			jw_raw(&x, json_compact(a, it.value));
	jw_end_array(&x);
	edit_json(&e, S("goal"), goals.n > 2 ? buf_str(&goals) : STR_END);
	edit_json(&e, S("activity"), acts.n > 2 ? buf_str(&acts) : STR_END);
	return edit_text(&e);
}
