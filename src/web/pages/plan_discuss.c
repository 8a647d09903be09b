/* Talking the plan over: remarks about the plan or a goal, and the step "ready to discuss". */
#include "care/remark.h"
#include "web/pages/plan.h"

static void remarks_about(Ctx *c, Html *h, const Dossier *d, Str about)
{
	for (size_t i = 0; i < d->n_remarks; i++) {
		const Remark *r = &d->remarks[i];
		if (str_eq(r->about, about))
			h_quote(h, r->text,
			        arena_join(c->arena, r->who_name.p ? r->who_name : S(""),
			                   r->who_name.n ? S(", ") : S(""), datetime_text(c->arena, c->lang, r->at),
			                   STR_END));
	}
}

static void goal_part(Ctx *c, Html *h, const Dossier *d, const CareGoal *g)
{
	const LifeGoal *l = plan_life_goal_of(d, g);
	card_begin(h, g->text, plan_at(c, arena_join(c->arena, S("zorgdoelen/"), g->b.id, STR_END)));
	if (l) {
		H(h, "<p class=\"sd-meta\"><q>");
		h_text(h, l->words);
		H(h, "</q></p>");
	}
	for (size_t i = 0; i < g->n_acceptance; i++) {
		static const Msg words[] = { MSG_acceptance_pending, MSG_acceptance_agree, MSG_acceptance_disagree };
		static const char *const codes[] = { "pending", "agree", "disagree" };
		const Accepted *a = &g->acceptance[i];
		H(h, "<p class=\"govuk-body govuk-!-margin-bottom-1\">");
		h_text(h, a->name.n ? a->name : dossier_name(d, a->who));
		H(h, ": ");
		h_tag(h, words[a->status], state_colour(str_c(codes[a->status])));
		if (a->why.n) {
			H(h, " ");
			h_text(h, a->why);
		}
		H(h, "</p>");
	}
	remarks_about(c, h, d, arena_join(c->arena, S("Goal/"), g->b.id, STR_END));
	card_end(h);
}

static void ready_form(Ctx *c, Html *h, const Dossier *d)
{
	if (!plan_may_write(c) || (d->plan.state != PLAN_DRAFT && d->plan.state != PLAN_REVISE))
		return;
	h_heading(h, 2, MSG_plan_ready_title);
	h_paragraph(h, MSG_plan_ready_lead);
	form_begin(c, h, STR_END);
	form_version(h, d->plan.b.version);
	H(h, "<div id=\"ready\">");
	h_button_named(h, MSG_plan_ready_button, S("do"), S("discuss"), false);
	H(h, "</div>");
	form_end(h);
}

static void remark_form(Ctx *c, Html *h, const Dossier *d, const Errors *e)
{
	Option *o = ARENA_ARRAY(c->arena, Option, d->n_care_goals + d->n_life_goals + 1);
	size_t n = 0;
	Str now = req_form(c->req, S("about"));
	o[n++] = (Option){ arena_join(c->arena, S("CarePlan/"), d->plan.b.id, STR_END), msg(c->lang, MSG_plan_whole),
		           STR_END, !now.n };
	for (size_t i = 0; i < d->n_care_goals; i++) {
		const CareGoal *g = &d->care_goals[i];
		Str ref = arena_join(c->arena, S("Goal/"), g->b.id, STR_END);
		if (plan_has_goal(d, g))
			o[n++] = (Option){ ref, str_clip(g->text, 100), STR_END, str_eq(now, ref) };
	}
	h_heading(h, 2, MSG_plan_remark_new);
	form_begin(c, h, STR_END);
	h_select(h, S("about"), MSG_plan_remark_about, MSG_NONE, o, n, e);
	h_field(h, &(Field){ .name = S("text"),
	                     .label = MSG_plan_remark_text,
	                     .hint = plan_is_mine(c) ? MSG_plan_remark_hint_you : MSG_plan_remark_hint,
	                     .errors = e,
	                     .rows = 4,
	                     .max = 4000 });
	h_button_named(h, MSG_plan_remark_save, S("do"), S("remark"), true);
	form_end(h);
}

static Reply page(Ctx *c, const Dossier *d, const Errors *e)
{
	PlanView v = { c, d, true, false };
	Str code = plan_state_code(d->plan.state);
	Html h = page_begin(c, &(Layout){ .tab = TAB_PLAN, .dossier = d, .errors = e, .back = plan_at(c, S("plan")) });
	plan_words(&h, &v);
	H(&h, "<p class=\"govuk-body\">");
	h_tag(&h, msg_code(S("plan_state."), code), state_colour(code));
	H(&h, " ");
	h_msg(&h, MSG_plan_discuss_lead);
	H(&h, "</p>");
	if (d->plan.state == PLAN_DISCUSS && plan_may_agree(c))
		h_button_link(&h, plan_at(c, S("plan/akkoord")),
		              plan_is_mine(c) ? MSG_plan_do_agree_you : MSG_plan_do_agree, false);
	h_heading(&h, 2, MSG_plan_whole);
	Str about = arena_join(c->arena, S("CarePlan/"), d->plan.b.id, STR_END);
	bool any = false;
	for (size_t i = 0; i < d->n_remarks; i++)
		any |= str_eq(d->remarks[i].about, about);
	remarks_about(c, &h, d, about);
	if (!any)
		h_hint(&h, MSG_plan_no_remarks);
	h_heading(&h, 2, MSG_plan_per_goal);
	size_t goals = 0;
	for (size_t i = 0; i < d->n_care_goals; i++)
		if (plan_has_goal(d, &d->care_goals[i])) {
			goal_part(c, &h, d, &d->care_goals[i]);
			goals++;
		}
	if (!goals)
		h_empty(&h, MSG_plan_no_goals, plan_at(c, S("levensdoelen")), MSG_plan_to_life_goals);
	if (plan_may_write(c))
		remark_form(c, &h, d, e);
	ready_form(c, &h, d);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Err open_plan(Ctx *c, Dossier *d)
{
	TypeSet types = plan_types_with_remarks();
	TRY(dossier_open(c->visit, c->person, &types, d));
	return d->plan.exists ? OK : ERR_NOT_FOUND;
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = open_plan(c, &d);
	return e == OK ? page(c, &d, NULL) : page_error(c, e);
}

static Reply post(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Str id;
	Err e = open_plan(c, &d);
	if (e != OK)
		return page_error(c, e);
	bool discuss = form_checked(c, S("do"), S("discuss"));
	if (discuss)
		e = plan_to_discuss(c->visit, &d, form_int(c, S("version"), 0), &issues);
	else
		e = remark_add(c->visit, &d, req_form(c->req, S("about")), str_trim(req_form(c->req, S("text"))),
		               &issues, &id);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		plan_error_words(&errors, S("goals"), MSG_plan_nothing_to_discuss);
		plan_error_words(&errors, S("text"), MSG_plan_remark_missing);
		plan_errors_to(&errors, S("goals"), S("ready"));
		plan_errors_to(&errors, S("state"), S("ready"));
		return page(c, &d, &errors);
	}
	if (e != OK)
		return page_error(c, e);
	return discuss
	           ? plan_saved_undo(c, plan_at(c, S("plan")), MSG_plan_discussed, FT_CAREPLAN, d.plan.b.id)
	           : plan_saved_undo(c, plan_at(c, S("plan/bespreken")), MSG_plan_remark_saved, FT_COMMUNICATION, id);
}

const Page page_plan_discuss = {
	.path = S_INIT("/persoon/{person}/plan/bespreken"),
	.title = MSG_plan_discuss_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
	.post = post,
};
