/* One action: what, who, when, what it is for, and how it stands. */
#include "care/action.h"
#include "web/icon.h"
#include "web/pages/plan.h"

static void why(Ctx *c, Html *h, const Dossier *d, const Action *a)
{
	bool any = false;
	h_heading(h, 2, MSG_action_why);
	for (size_t i = 0; i < a->n_care_goals; i++) {
		const CareGoal *g = dossier_care_goal(d, a->care_goals[i]);
		const LifeGoal *l = plan_life_goal_of(d, g);
		if (!g)
			continue;
		any = true;
		if (l)
			h_quote(h, l->words, l->said_by_name.n ? l->said_by_name : d->person.name);
		H(h, "<p class=\"govuk-body\">");
		h_msg(h, MSG_action_care_goal);
		H(h, ": <a class=\"govuk-link\" href=\"");
		h_attr(h, plan_at(c, arena_join(c->arena, S("zorgdoelen/"), g->b.id, STR_END)));
		H(h, "\">");
		h_text(h, g->text);
		H(h, "</a></p>");
	}
	if (!any)
		h_warning(h, MSG_action_for_nothing);
}

static void facts(Ctx *c, Html *h, const Dossier *d, const Action *a)
{
	summary_begin(h);
	summary_row(h, MSG_action_who, plan_owner(c, d, a), STR_END);
	summary_row(h, MSG_action_when, a->when, STR_END);
	if (a->where.n)
		summary_row(h, MSG_action_where, a->where, STR_END);
	if (a->with.n)
		summary_row(h, MSG_action_with, a->with, STR_END);
	if (a->from.n)
		summary_row(h, MSG_action_from, fhir_date_text(c->arena, c->lang, a->from), STR_END);
	if (a->until.n)
		summary_row(h, MSG_action_until_label, fhir_date_text(c->arena, c->lang, a->until), STR_END);
	if (a->reason.n)
		summary_row(h, MSG_action_reason, a->reason, STR_END);
	summary_end(h);
}

static void state_form(Ctx *c, Html *h, const Action *a, const Errors *e)
{
	static const ActionState states[] = { ACT_PLANNED, ACT_BUSY, ACT_DONE, ACT_NOT_DONE, ACT_STOPPED };
	Str asked = req_query(c->req, S("stand"));
	Option o[COUNT_OF(states)];
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(states); i++) {
		Str code = action_state_code(states[i]);
		if (states[i] != a->state)
			o[n++] = (Option){ code, msg(c->lang, msg_code(S("action_state."), code)), STR_END,
				           str_eq(asked, code) };
	}
	h_heading(h, 2, MSG_action_change_state);
	form_begin(c, h, action_path(c, a->b.id));
	form_version(h, a->b.version);
	h_radios(h, S("state"), MSG_action_which_state, MSG_NONE, o, n, e, false);
	h_field(h, &(Field){ .name = S("reason"),
	                     .label = MSG_action_reason_ask,
	                     .hint = MSG_action_reason_hint,
	                     .errors = e,
	                     .rows = 3,
	                     .max = 2000 });
	h_button(h, MSG_common_save);
	form_end(h);
}

static Reply page(Ctx *c, const Dossier *d, const Action *a, const Errors *e)
{
	Str code = action_state_code(a->state);
	Html h = page_begin(c, &(Layout){ .title_arg = a->what,
	                                  .tab = TAB_PLAN,
	                                  .dossier = d,
	                                  .errors = e,
	                                  .back = plan_at(c, S("acties")),
	                                  .heading_in_body = true });
	H(&h, "<h1 class=\"govuk-heading-l\">");
	h_text(&h, a->what);
	H(&h, "</h1><p class=\"govuk-body\">");
	h_tag(&h, msg_code(S("action_state."), code), state_colour(code));
	H(&h, "</p>");
	why(c, &h, d, a);
	h_heading(&h, 2, MSG_action_facts);
	facts(c, &h, d, a);
	if (plan_may_write(c)) {
		H(&h, "<p class=\"govuk-body\">");
		h_link(&h, arena_join(c->arena, action_path(c, a->b.id), S("/wijzigen"), STR_END), MSG_action_edit);
		H(&h, "</p>");
		state_form(c, &h, a, e);
	}
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	const Action *a = e == OK ? dossier_action(&d, c->id) : NULL;
	return a ? page(c, &d, a, NULL) : page_error(c, e != OK ? e : ERR_NOT_FOUND);
}

static Reply post(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	ActionState to;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	const Action *a = e == OK ? dossier_action(&d, c->id) : NULL;
	if (!a)
		return page_error(c, e != OK ? e : ERR_NOT_FOUND);
	if (!action_state_parse(req_form(c->req, S("state")), &to))
		e = issue_add(&issues, S("state"), PROBLEM_UNKNOWN);
	else
		e = action_state(c->visit, &d, a->b.id, to, str_trim(req_form(c->req, S("reason"))),
		                 form_int(c, S("version"), 0), &issues);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		plan_error_words(&errors, S("reason"), MSG_action_reason_missing);
		return page(c, &d, a, &errors);
	}
	return e == OK ? plan_saved_undo(c, action_path(c, a->b.id), MSG_action_state_saved, FT_TASK, a->b.id)
	               : page_error(c, e);
}

const Page page_action = {
	.path = S_INIT("/persoon/{person}/acties/{id}"),
	.title = MSG_action_one,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
	.post = post,
};
