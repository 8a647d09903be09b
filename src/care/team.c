/* The care team: reading, members, ties. Ending a membership with its handover: handover.c. */
#include "care/team.h"

#include "care/edit.h"

static void member_from(Arena *a, JVal p, Millis at, Member *out)
{
	JVal role = json_at(JGET(p, "role"), 0), member = JGET(p, "member"), period = JGET(p, "period");
	*out = (Member){ .tie = { .circle = CIRCLE_NONE } };
	out->ref = ref_text(member, a);
	out->name = ref_display(member, a);
	out->role_text = JSTR(role, "text", a);
	if (!out->role_text.n)
		out->role_text = json_str(json_path(role, "coding", "display", NULL), a);
	out->role_code = json_str(json_path(role, "coding", "code", NULL), a);
	out->organisation = ref_display(JGET(p, "onBehalfOf"), a);
	Str end = JSTR(period, "end", a);
	out->from = day_of(JSTR(period, "start", a));
	out->until = day_of(end);
	Moment m;
	out->active = !(end.n && time_parse_datetime(end, &m) && m.until <= at);
	for (JIter it = json_iter(JGET(p, "extension")); json_next(&it);) {
		Str name = ext_name(it.value, a);
		JVal value = ext_value(it.value);
		if (str_eq(name, S("secrecy-bound")))
			out->secrecy = json_bool(value, false);
		else if (str_eq(name, S("coordinator")))
			out->coordinator = json_bool(value, false);
		else if (str_eq(name, S("tasks")))
			out->tasks = json_str(value, a);
		else if (str_eq(name, S("reach")))
			out->reach = json_str(value, a);
		else if (str_eq(name, S("ecogram")))
			tie_from(it.value, a, &out->tie);
	}
}

void team_from(Arena *a, const Rec *r, Millis at, Team *out)
{
	JVal list = JGET(r->json, "participant");
	*out = (Team){ .b = base_of(r), .exists = true };
	out->name = JSTR(r->json, "name", a);
	out->kind = json_str(ext_get(r->json, S(SD_ "team-kind")), a);
	out->members = ARENA_ARRAY(a, Member, json_count(list) + 1);
	for (JIter it = json_iter(list); json_next(&it);)
		member_from(a, it.value, at, &out->members[out->n_members++]);
}

const Member *team_coordinator(const Team *t)
{
	for (size_t i = 0; i < t->n_members; i++)
		if (t->members[i].active && t->members[i].coordinator)
			return &t->members[i];
	return NULL;
}

static Edit participant_edit(Arena *a, JVal cur, const MemberInput *in)
{
	Edit m = edit_new(a, cur, FT_NONE);
	edit_json(&m, S("member"), json_ref(a, in->ref, in->name));
	JVal role = json_at(JGET(cur, "role"), 0);
	Edit r = edit_new(a, role, FT_NONE);
	bool has_role = in->role_text.n || in->role_code.n;
	edit_str(&r, S("text"), in->role_text);
	if (in->role_code.n) {
		JVal coding = json_at(JGET(role, "coding"), 0);
		Edit c = edit_new(a, coding, FT_NONE);
		if (!json_str_is(JGET(coding, "code"), in->role_code)) {
			c = edit_new(a, (JVal){ NULL, NULL }, FT_NONE);
			edit_str(&c, S("code"), in->role_code);
		}
		edit_json(&r, S("coding"), json_list1(a, edit_text(&c)));
	}
	edit_json(&m, S("role"), has_role ? json_list1(a, edit_text(&r)) : STR_END);
	/* invariant ctm-1: only a practitioner acts on behalf of an organisation */
	if (in->organisation.n && str_starts(in->ref, S("Practitioner/"))) {
		Edit o = edit_new(a, JGET(cur, "onBehalfOf"), FT_NONE);
		edit_str(&o, S("display"), in->organisation);
		edit_json(&m, S("onBehalfOf"), edit_text(&o));
	}
	edit_json(&m, S("period"), json_period(a, in->from, in->until));
	edit_ext_bool(&m, S(SD_ "secrecy-bound"), in->secrecy);
	edit_ext_bool(&m, S(SD_ "coordinator"), in->coordinator);
	edit_ext_str(&m, S(SD_ "tasks"), S("valueString"), in->tasks);
	edit_ext_str(&m, S(SD_ "reach"), S("valueString"), in->reach);
	return m;
}

static Str without_coordinator(Arena *a, JVal p)
{
	Edit m = edit_new(a, p, FT_NONE);
	edit_ext_bool(&m, S(SD_ "coordinator"), false);
	return edit_text(&m);
}

/* The participants with item `at` replaced by text (at ≥ their number: added); a new coordinator takes the flag from
 * the others. */
static Str participants_text(Arena *a, JVal team, size_t at, Str text, bool coordinator)
{
	JVal list = JGET(team, "participant");
	Buf b = buf_new(a, 1024, 0);
	JWriter w = jw_new(&b);
	jw_array(&w);
	for (JIter it = json_iter(list); json_next(&it);) {
		bool was = json_bool(ext_get(it.value, S(SD_ "coordinator")), false);
		if (it.index == at)
			jw_raw(&w, text);
		else if (coordinator && was)
			jw_raw(&w, without_coordinator(a, it.value));
		else
			jw_raw(&w, json_compact(a, it.value));
	}
	if (at >= json_count(list))
		jw_raw(&w, text);
	jw_end_array(&w);
	return buf_str(&b);
}

static Err team_new(Visit *v, const Dossier *d, Edit *e, FieldIssues *is)
{
	edit_profile(e, S("samendoel-care-team"));
	edit_str(e, S("status"), S("active"));
	edit_json(e, S("subject"), json_ref(e->arena, person_ref(d), d->person.name));
	return put_new(v, is, edit_text(e), NULL);
}

static bool member_ref_ok(Str ref)
{
	return ref_id(ref, S("Practitioner")).n || ref_id(ref, S("PractitionerRole")).n ||
	       ref_id(ref, S("RelatedPerson")).n || ref_id(ref, S("Patient")).n || ref_id(ref, S("Organization")).n;
}

static MemberInput member_checked(FieldIssues *is, const Dossier *d, const MemberInput *in, bool fresh)
{
	MemberInput p = *in;
	p.name = check_text(is, S("name"), in->name.n ? in->name : dossier_name(d, in->ref), 200, true);
	p.role_text = check_text(is, S("role_text"), in->role_text, 200, true);
	p.organisation = check_text(is, S("organisation"), in->organisation, 200, false);
	p.tasks = check_text(is, S("tasks"), in->tasks, 2000, false);
	p.reach = check_text(is, S("reach"), in->reach, 500, false);
	p.from = check_date(is, S("from"), in->from);
	p.until = check_date(is, S("until"), in->until);
	if (!p.from.n && fresh)
		p.from = today(visit_arena(d->visit));
	check_order(is, S("until"), p.from, p.until);
	return p;
}

Err team_add(Visit *v, const Dossier *d, const MemberInput *in, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const Member *was = dossier_member(d, in->ref);
	if (!member_ref_ok(in->ref))
		(void)issue_add(is, S("ref"), in->ref.n ? PROBLEM_UNKNOWN : PROBLEM_EMPTY);
	else if (was && was->active)
		(void)issue_add(is, S("ref"), PROBLEM_TWICE);
	MemberInput p = member_checked(is, d, in, true);
	if (is->n)
		return ERR_INVALID;
	JVal cur = d->team.exists ? d->team.b.rec->json : (JVal){ NULL, NULL };
	Edit m = participant_edit(a, (JVal){ NULL, NULL }, &p);
	Edit e = edit_new(a, cur, FT_CARETEAM);
	if (p.coordinator)
		TRY(plan_repeat_coordinator(v, d, p.ref, p.name, is));
	edit_json(&e, S("participant"), participants_text(a, cur, SIZE_MAX, edit_text(&m), p.coordinator));
	if (d->team.exists)
		return put_over(v, is, d->team.b.rec, in->version, edit_text(&e), NULL);
	return team_new(v, d, &e, is);
}

Err team_edit(Visit *v, const Dossier *d, const MemberInput *in, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const Member *was = dossier_member(d, in->ref);
	if (!was)
		return issue_add(is, S("ref"), PROBLEM_UNKNOWN);
	MemberInput p = member_checked(is, d, in, false);
	if (is->n)
		return ERR_INVALID;
	JVal team = d->team.b.rec->json;
	size_t at = (size_t)(was - d->team.members);
	JVal cur = json_at(JGET(team, "participant"), at);
	if (!p.from.n)
		p.from = was->from;
	Edit m = participant_edit(a, cur, &p);
	Edit e = edit_new(a, team, FT_NONE);
	if (p.coordinator)
		TRY(plan_repeat_coordinator(v, d, p.ref, p.name, is));
	edit_json(&e, S("participant"), participants_text(a, team, at, edit_text(&m), p.coordinator));
	return put_over(v, is, d->team.b.rec, in->version, edit_text(&e), NULL);
}

Err team_tie(Visit *v, const Dossier *d, Str ref, const Tie *tie, int32_t version, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const Member *was = dossier_member(d, ref);
	if (!was)
		return issue_add(is, S("ref"), PROBLEM_UNKNOWN);
	tie_check(is, tie);
	if (is->n)
		return ERR_INVALID;
	JVal team = d->team.b.rec->json;
	size_t at = (size_t)(was - d->team.members);
	Edit m = edit_new(a, json_at(JGET(team, "participant"), at), FT_NONE);
	tie_edit(&m, tie);
	Edit e = edit_new(a, team, FT_NONE);
	edit_json(&e, S("participant"), participants_text(a, team, at, edit_text(&m), false));
	return put_over(v, is, d->team.b.rec, version, edit_text(&e), NULL);
}

Err team_coordinate(Visit *v, const Dossier *d, Str ref, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	const Member *m = dossier_member(d, ref), *now = team_coordinator(&d->team);
	if (now && str_eq(now->ref, ref))
		return OK;
	const Relative *r = dossier_relative(d, ref_id(ref, S("RelatedPerson")));
	bool there = m && m->active;
	JVal cur = d->team.exists ? d->team.b.rec->json : (JVal){ NULL, NULL };
	size_t at = there ? (size_t)(m - d->team.members) : SIZE_MAX;
	Edit p;
	if (there) {
		p = edit_new(a, json_at(JGET(cur, "participant"), at), FT_NONE);
		edit_ext_bool(&p, S(SD_ "coordinator"), true);
	} else {
		MemberInput in = { .ref = ref,
			           .name = dossier_name(d, ref),
			           .role_text = r ? r->relationship : STR_END,
			           .coordinator = true,
			           .from = today(a) };
		p = participant_edit(a, (JVal){ NULL, NULL }, &in);
	}
	Edit e = edit_new(a, cur, FT_CARETEAM);
	edit_json(&e, S("participant"), participants_text(a, cur, at, edit_text(&p), true));
	if (d->team.exists)
		return put_over(v, is, d->team.b.rec, 0, edit_text(&e), NULL);
	return team_new(v, d, &e, is);
}

static bool kind_ok(Str kind)
{
	return !kind.n || str_eq(kind, S("fixed")) || str_eq(kind, S("ad-hoc")) || str_eq(kind, S("cluster"));
}

Err team_save(Visit *v, const Dossier *d, const TeamInput *in, FieldIssues *is)
{
	Arena *a = visit_arena(v);
	Str name = check_text(is, S("name"), in->name, 200, false);
	if (!kind_ok(in->kind))
		(void)issue_add(is, S("kind"), PROBLEM_UNKNOWN);
	if (is->n)
		return ERR_INVALID;
	Edit e = edit_new(a, d->team.exists ? d->team.b.rec->json : (JVal){ NULL, NULL }, FT_CARETEAM);
	edit_str(&e, S("name"), name);
	edit_ext_str(&e, S(SD_ "team-kind"), S("valueCode"), in->kind);
	if (d->team.exists)
		return put_over(v, is, d->team.b.rec, in->version, edit_text(&e), NULL);
	return team_new(v, d, &e, is);
}
