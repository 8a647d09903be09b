/* The plan: what matters, what we do for it together, who and when. One read of the dossier. */
#include "web/pages/plan.h"
#include "care/foreign.h"

static Msg meaning(PlanState s, bool mine)
{
	switch (s) {
	case PLAN_DRAFT:
		return mine ? MSG_plan_means_draft_you : MSG_plan_means_draft;
	case PLAN_DISCUSS:
		return mine ? MSG_plan_means_discuss_you : MSG_plan_means_discuss;
	case PLAN_AGREED:
		return mine ? MSG_plan_means_agreed_you : MSG_plan_means_agreed;
	case PLAN_REVISE:
		return MSG_plan_means_revise;
	case PLAN_CLOSED:
		return MSG_plan_means_closed;
	}
	return MSG_NONE;
}

static void steps(Ctx *c, Html *h, const Dossier *d)
{
	if (!plan_may_write(c))
		return;
	buttons_begin(h);
	switch (d->plan.state) {
	case PLAN_DRAFT:
	case PLAN_REVISE:
		h_button_link(h, plan_at(c, S("plan/bespreken")), MSG_plan_do_discuss, false);
		h_button_link(h, plan_at(c, S("plan/wijzigen")), MSG_plan_do_edit, true);
		break;
	case PLAN_DISCUSS:
		if (plan_may_agree(c))
			h_button_link(h, plan_at(c, S("plan/akkoord")),
			              plan_is_mine(c) ? MSG_plan_do_agree_you : MSG_plan_do_agree, false);
		h_button_link(h, plan_at(c, S("plan/bespreken")), MSG_plan_do_remark, true);
		h_button_link(h, plan_at(c, S("plan/wijzigen")), MSG_plan_do_edit, true);
		break;
	case PLAN_AGREED:
		h_button_link(h, plan_at(c, S("plan/herzien")), MSG_plan_do_revise, true);
		h_button_link(h, plan_at(c, S("plan/bespreken")), MSG_plan_do_remark, true);
		break;
	case PLAN_CLOSED:
		h_button_link(h, plan_at(c, S("plan/herzien")), MSG_plan_do_reopen, true);
		break;
	}
	buttons_end(h);
}

static void state_part(Ctx *c, Html *h, const Dossier *d)
{
	Str code = plan_state_code(d->plan.state);
	H(h, "<p class=\"govuk-body\">");
	h_tag(h, msg_code(S("plan_state."), code), state_colour(code));
	H(h, " ");
	h_msg(h, meaning(d->plan.state, plan_is_mine(c)));
	if (d->n_versions && d->plan.state != PLAN_AGREED) {
		Str nr = arena_printf(c->arena, "%d", d->versions[0].number);
		H(h, " <a class=\"govuk-link\" href=\"");
		h_attr(h, plan_at(c, arena_join(c->arena, S("plan/versies/"), nr, STR_END)));
		H(h, "\">");
		h_msg1(h, MSG_plan_still_in_force, nr);
		H(h, "</a>");
	} else if (d->n_versions) {
		H(h, " ");
		h_msg2(h, MSG_plan_agreed_on, date_text(c->arena, c->lang, d->versions[0].agreed_at),
		       d->versions[0].agreed_by_name);
	}
	H(h, "</p>");
	if (d->plan.next_evaluation.n && d->plan.state != PLAN_CLOSED) {
		H(h, "<p class=\"govuk-body\">");
		h_msg1(h, MSG_plan_look_back_on, fhir_date_text(c->arena, c->lang, d->plan.next_evaluation));
		H(h, "</p>");
	}
	steps(c, h, d);
}

/* ---- breaks of the thread ---- */

static Str break_href(Ctx *c, const Break *b)
{
	Str to = STR_END;
	switch (b->kind) {
	case BREAK_ACTION_WITHOUT_GOAL:
	case BREAK_NO_OWNER:
		to = b->action ? arena_join(c->arena, S("acties/"), b->action->b.id, S("/wijzigen"), STR_END)
		               : S("acties");
		break;
	case BREAK_LIFE_GOAL_FORGOTTEN:
		to = b->life_goal ? arena_join(c->arena, S("zorgdoelen/nieuw?levensdoel="), b->life_goal->b.id, STR_END)
		                  : S("levensdoelen");
		break;
	case BREAK_NOT_ACCEPTED:
	case BREAK_CONFLICT:
	case BREAK_UNEVALUATED:
	case BREAK_CARE_GOAL_WITHOUT_LIFE_GOAL:
		to = b->care_goal ? arena_join(c->arena, S("zorgdoelen/"), b->care_goal->b.id, STR_END)
		                  : S("zorgdoelen");
		break;
	case BREAK_DOUBLE_ACTION:
		to = b->action ? arena_join(c->arena, S("acties/"), b->action->b.id, STR_END) : S("acties");
		break;
	case BREAK_CARER_OVERLOAD:
		to = S("acties");
		break;
	}
	return plan_at(c, to);
}

static Str break_what(const Break *b)
{
	if (b->kind == BREAK_CARER_OVERLOAD)
		return b->who;
	if (b->action)
		return b->action->what;
	return b->care_goal ? b->care_goal->text : b->life_goal ? b->life_goal->words : b->who;
}

static Str break_other(Ctx *c, const Break *b, const Dossier *d)
{
	if (b->kind == BREAK_CARER_OVERLOAD)
		return arena_printf(c->arena, "%zu", b->count);
	if (b->kind == BREAK_NOT_ACCEPTED)
		return b->who.n ? b->who : d->person.name;
	return b->other_goal ? b->other_goal->text : b->other_action ? b->other_action->what : S("");
}

static void breaks(Ctx *c, Html *h, const Dossier *d)
{
	static const char *const names[] = { "action_without_goal",
		                             "life_goal_forgotten",
		                             "not_accepted",
		                             "conflict",
		                             "unevaluated",
		                             "double_action",
		                             "no_owner",
		                             "carer_overload",
		                             "care_goal_without_life_goal" };
	size_t n;
	Break *b = dossier_breaks(d, &n);
	if (!n)
		return;
	h_heading(h, 2, plan_is_mine(c) ? MSG_person_breaks_you : MSG_plan_breaks);
	H(h, "<ul class=\"sd-breaks\">");
	for (size_t i = 0; i < n; i++) {
		Str key = str_c(names[b[i].kind]), args[] = { break_what(&b[i]), break_other(c, &b[i], d) };
		bool own = b[i].kind == BREAK_NOT_ACCEPTED && plan_is_mine(c);
		Msg text = own ? MSG_break_not_accepted_you : msg_code(S("break."), key),
		    todo = msg_code(S("break."), arena_join(c->arena, key, S(".do"), STR_END));
		H(h, "<li>");
		h_text(h, msg_fill(c->arena, c->lang, text, args, 2));
		H(h, " <a class=\"govuk-link\" href=\"");
		h_attr(h, break_href(c, &b[i]));
		H(h, "\">");
		h_msg(h, todo);
		H(h, "<span class=\"govuk-visually-hidden\"> – ");
		h_text(h, args[0]);
		H(h, "</span></a></li>");
	}
	H(h, "</ul>");
}

/* ---- what other systems made ---- */

static void foreign_status(Ctx *c, Html *h, Str status)
{
	H(h, " <span class=\"sd-meta\">(");
	h_text(h, plan_foreign_status(c, status));
	H(h, ")</span>");
}

static void foreign_activity(Ctx *c, Html *h, const Dossier *d, const Activity *x)
{
	H(h, "<li>");
	if (x->action) {
		H(h, "<a class=\"govuk-link\" href=\"");
		h_attr(h, action_path(c, x->action->b.id));
		H(h, "\">");
		h_text(h, x->action->what);
		H(h, "</a>");
	} else {
		h_text(h, activity_text(c, x));
		if (activity_state(c, x).n)
			foreign_status(c, h, x->status);
		activity_facts(c, h, d, x);
	}
	H(h, "</li>");
}

static void foreign_plan(Ctx *c, Html *h, const Dossier *d, const Rec *rec)
{
	ForeignPlan p;
	foreign_plan_from(d, rec, &p);
	H(h, "<h3 class=\"govuk-heading-s\">");
	if (p.title.n)
		h_text(h, p.title);
	else
		h_msg(h, MSG_plan_foreign_untitled);
	foreign_status(c, h, p.status);
	H(h, "</h3>");
	if (p.description.n) {
		H(h, "<p class=\"govuk-body\">");
		h_lines(h, p.description);
		H(h, "</p>");
	}
	if (!p.n_activities)
		return;
	H(h, "<ul class=\"govuk-list govuk-list--bullet\">");
	bool adoptable = false;
	for (size_t i = 0; i < p.n_activities; i++) {
		foreign_activity(c, h, d, &p.activities[i]);
		adoptable |= activity_adoptable(c, d, &p.activities[i]);
	}
	H(h, "</ul>");
	if (adoptable) {
		H(h, "<p class=\"govuk-body sd-no-print\">");
		h_link(h, plan_at(c, S("acties#elders")), MSG_plan_adopt_where);
		H(h, "</p>");
	}
}

static void foreign(Ctx *c, Html *h, const Dossier *d)
{
	if (!d->n_foreign_goals && !d->n_foreign_plans)
		return;
	h_heading(h, 2, MSG_plan_foreign);
	h_hint(h, MSG_plan_foreign_hint);
	if (d->n_foreign_goals)
		H(h, "<ul class=\"govuk-list govuk-list--spaced\">");
	for (size_t i = 0; i < d->n_foreign_goals; i++) {
		ForeignGoal g;
		foreign_goal_from(c->arena, d->foreign_goals[i], &g);
		H(h, "<li><strong>");
		h_text(h, g.text);
		H(h, "</strong>");
		foreign_status(c, h, g.status);
		Msg achieved = msg_code(S("plan.foreign_achievement."), g.achievement_code);
		const Str more[] = { g.target, achieved == MSG_NONE ? g.achievement : msg(c->lang, achieved), g.by,
			             g.note };
		for (size_t k = 0; k < COUNT_OF(more); k++) {
			if (!more[k].n)
				continue;
			H(h, "<br>");
			h_lines(h, more[k]);
		}
		H(h, "</li>");
	}
	if (d->n_foreign_goals)
		H(h, "</ul>");
	for (size_t i = 0; i < d->n_foreign_plans; i++)
		foreign_plan(c, h, d, d->foreign_plans[i]);
}

static void remarks(Ctx *c, Html *h, const Dossier *d)
{
	enum { SHOWN = 3 };
	if (!d->n_remarks)
		return;
	h_heading(h, 2, MSG_plan_remarks);
	for (size_t i = d->n_remarks > SHOWN ? d->n_remarks - SHOWN : 0; i < d->n_remarks; i++)
		h_quote(h, d->remarks[i].text,
		        arena_join(c->arena, d->remarks[i].who_name.p ? d->remarks[i].who_name : S(""), S(", "),
		                   datetime_text(c->arena, c->lang, d->remarks[i].at), STR_END));
	H(h, "<p class=\"govuk-body\">");
	h_link(h, plan_at(c, S("plan/bespreken")), MSG_plan_all_remarks);
	H(h, "</p>");
}

static void more(Ctx *c, Html *h, const Dossier *d)
{
	static const struct {
		Str rest;
		Msg label;
		bool agreed, plan;
	} links[] = {
		{ S_INIT("acties"), MSG_plan_link_actions, false, false },
		{ S_INIT("veranderd"), MSG_plan_link_changes, false, false },
		{ S_INIT("plan/versies"), MSG_plan_link_versions, true, true },
		{ S_INIT("plan/vergelijk"), MSG_plan_link_compare, true, true },
		{ S_INIT("plan/afdruk"), MSG_plan_link_print, false, true },
		{ S_INIT("plan/plan.pdf?soort=persoon"), MSG_plan_link_pdf, false, true },
		{ S_INIT("plan/plan.pdf?soort=team"), MSG_plan_link_pdf_team, false, true },
		{ S_INIT("koelkast"), MSG_plan_link_fridge, false, false },
	};
	h_heading(h, 2, MSG_plan_more);
	H(h, "<ul class=\"govuk-list govuk-list--spaced sd-no-print\">");
	for (size_t i = 0; i < COUNT_OF(links); i++) {
		if ((links[i].agreed && !d->n_versions) || (links[i].plan && !d->plan.exists))
			continue;
		H(h, "<li>");
		h_link(h, plan_at(c, links[i].rest), links[i].label);
		H(h, "</li>");
	}
	if (d->plan.exists && d->plan.state != PLAN_CLOSED && plan_may_write(c)) {
		H(h, "<li>");
		h_link(h, plan_at(c, S("plan/afsluiten")), MSG_plan_do_close);
		H(h, "</li>");
	}
	H(h, "</ul>");
}

static Reply get(Ctx *c)
{
	Dossier d;
	TypeSet types = plan_types_with_remarks();
	Err e = dossier_open(c->visit, c->person, &types, &d);
	if (e != OK)
		return page_error(c, e);
	PlanView v = { c, &d, true, false };
	Html h = page_begin(c, &(Layout){ .title = plan_is_mine(c) ? MSG_plan_title_you : MSG_plan_title_of,
	                                  .title_arg = d.person.name,
	                                  .tab = TAB_PLAN,
	                                  .dossier = &d });
	plan_words(&h, &v);
	if (d.plan.exists) {
		state_part(c, &h, &d);
	} else if (plan_may_write(c)) {
		h_empty(&h, MSG_plan_none, plan_at(c, d.n_life_goals ? S("plan/wijzigen") : S("gesprek")),
		        d.n_life_goals ? MSG_plan_begin : MSG_plan_talk_first);
	} else {
		h_paragraph(&h, MSG_plan_none);
	}
	if (!plan_is_mine(c))
		breaks(c, &h, &d);
	if (d.n_life_goals || d.n_care_goals) {
		h_heading(&h, 2, MSG_plan_together);
		plan_goals(&h, &v);
	}
	if (plan_is_mine(c))
		breaks(c, &h, &d);
	activities_list(c, &h, &d, true);
	if (d.plan.exists) {
		if (d.plan.n_agreements)
			h_heading(&h, 2, MSG_plan_agreements);
		plan_agreements(&h, &v);
		h_heading(&h, 2, MSG_plan_frame);
		plan_frame(&h, &v);
	}
	remarks(c, &h, &d);
	foreign(c, &h, &d);
	more(c, &h, &d);
	return page_end(c, &h, 200);
}

const Page page_plan = {
	.path = S_INIT("/persoon/{person}/plan"),
	.title = MSG_plan_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
};
