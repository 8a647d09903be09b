#include "care/remark.h"

#include "care/edit.h"

bool remark_is(const Rec *r)
{
	return has_coding(JGET(r->json, "category"), S(CS_COMMUNICATION), S("plan-remark"));
}

void remark_from(Arena *a, const Rec *r, Remark *out)
{
	JVal v = r->json, who = JGET(v, "sender");
	*out = (Remark){ .b = base_of(r) };
	out->about = ref_text(json_at(JGET(v, "about"), 0), a);
	out->who = ref_text(who, a);
	out->who_name = ref_display(who, a);
	out->text = json_str(json_path(v, "payload", "contentString", NULL), a);
	out->at = moment_of(JGET(v, "sent"), a);
	if (!out->at)
		out->at = r->updated;
}

static bool about_ok(const Dossier *d, Str about)
{
	Str goal = ref_id(about, S("Goal")), action = ref_id(about, S("Task")), plan = ref_id(about, S("CarePlan"));
	return dossier_life_goal(d, goal) || dossier_care_goal(d, goal) || dossier_action(d, action) ||
	       dossier_rec(d, FT_CAREPLAN, plan);
}

Err remark_add(Visit *v, const Dossier *d, Str about, Str text, FieldIssues *is, Str *id)
{
	Arena *a = visit_arena(v);
	text = check_text(is, S("text"), text, 4000, true);
	if (!about_ok(d, about))
		(void)issue_add(is, S("about"), PROBLEM_UNKNOWN);
	if (is->n)
		return ERR_INVALID;
	Actor me = actor_of(d);
	Edit p = edit_new(a, (JVal){ NULL, NULL }, FT_NONE);
	edit_str(&p, S("contentString"), text);
	Edit e = edit_new(a, (JVal){ NULL, NULL }, FT_COMMUNICATION);
	edit_str(&e, S("status"), S("completed"));
	edit_json(&e, S("category"), json_list1(a, json_concept(a, S(CS_COMMUNICATION), S("plan-remark"), STR_END)));
	edit_json(&e, S("subject"), json_ref(a, person_ref(d), d->person.name));
	edit_json(&e, S("about"), json_list1(a, json_ref(a, about, STR_END)));
	edit_str(&e, S("sent"), time_instant(a, time_now()));
	edit_json(&e, S("sender"), json_ref(a, me.ref, me.name));
	edit_json(&e, S("payload"), json_list1(a, edit_text(&p)));
	return put_new(v, is, edit_text(&e), id);
}
