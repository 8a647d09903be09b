/* One care goal: life goal → this goal → actions → who, within one screen; then where we are, who agrees, what clashes.
 */
#include "web/pages/care_goals.h"
#include "web/svg.h"

static void actions(Ctx *c, Html *h, const Dossier *d, const CareGoal *g)
{
	bool any = false;
	h_heading(h, 2, MSG_care_goal_actions);
	for (size_t i = 0; i < d->n_actions; i++) {
		const Action *a = &d->actions[i];
		bool here = false;
		for (size_t j = 0; j < a->n_care_goals; j++)
			here |= str_eq(a->care_goals[j], g->b.id);
		if (!here || a->state == ACT_STOPPED)
			continue;
		if (!any)
			H(h, "<ul class=\"sd-thread-actions\">");
		any = true;
		H(h, "<li><a class=\"govuk-link\" href=\"");
		h_attr(h, person_path(c, arena_join(c->arena, S("acties/"), a->b.id, STR_END)));
		H(h, "\">");
		h_text(h, a->what);
		H(h, "</a> – ");
		if (a->owner_name.n)
			h_text(h, a->owner_name);
		else
			h_msg(h, MSG_owner_kind_none);
		if (a->when.n) {
			H(h, ", ");
			h_text(h, a->when);
		}
		H(h, "</li>");
	}
	if (any)
		H(h, "</ul>");
	else
		h_hint(h, MSG_life_goal_no_actions);
	if (goals_may_write(c))
		h_button_link(
		    h, arena_join(c->arena, person_path(c, S("acties/nieuw")), S("?zorgdoel="), g->b.id, STR_END),
		    MSG_care_goal_add_action, true);
}

static void levels(Html *h, const CareGoal *g)
{
	if (!g->has_scale)
		return;
	H(h, "<ol class=\"sd-levels\">");
	for (int i = 4; i >= 0; i--) {
		bool here = g->has_level && g->level == i - 2, own = g->has_own && g->own_level == i - 2;
		if (here || own)
			H(h, "<li class=\"sd-level sd-level--here\"><span class=\"sd-level-number\">");
		else
			H(h, "<li class=\"sd-level\"><span class=\"sd-level-number\">");
		if (i > 2)
			H(h, "+");
		h_int(h, i - 2);
		H(h, "</span> ");
		h_text(h, g->scale[i].text);
		if (own)
			h_tag(h, MSG_care_goal_here_own, S("purple"));
		if (here)
			h_tag(h, MSG_care_goal_here_team, S("green"));
		H(h, "</li>");
	}
	H(h, "</ol>");
}

static void where_we_are(Ctx *c, Html *h, const CareGoal *g)
{
	h_heading(h, 2, MSG_care_goal_where);
	levels(h, g);
	svg_attainment(h, g);
	if (g->has_own && g->own_words.n)
		h_quote(h, g->own_words, STR_END);
	if (!g->has_scale && !g->measure.n)
		h_hint(h, MSG_care_goal_no_measure);
	if (goals_may_write(c))
		h_button_link(h, care_goal_path(c, g->b.id, S("/waar-staan-we")), MSG_care_goal_record, true);
}

static void acceptance(Ctx *c, Html *h, const CareGoal *g)
{
	h_heading(h, 2, MSG_care_goal_who_agrees);
	H(h, "<ul class=\"govuk-list\">");
	for (size_t i = 0; i < g->n_acceptance; i++) {
		const Accepted *a = &g->acceptance[i];
		H(h, "<li>");
		h_text(h, a->name);
		H(h, " – ");
		h_msg(h, a->status == ACC_AGREE      ? MSG_acceptance_agree
		         : a->status == ACC_DISAGREE ? MSG_acceptance_disagree
		                                     : MSG_acceptance_pending);
		if (a->why.n) {
			H(h, ": ");
			h_text(h, a->why);
		}
		H(h, "</li>");
	}
	H(h, "</ul>");
	if (goals_may_write(c))
		h_button_link(h, care_goal_path(c, g->b.id, S("/akkoord")), MSG_care_goal_say, true);
}

static void conflicts(Ctx *c, Html *h, const Dossier *d, const CareGoal *g)
{
	if (g->n_conflicts)
		h_heading(h, 2, MSG_care_goal_clash);
	for (size_t i = 0; i < g->n_conflicts; i++) {
		const CareGoal *o = dossier_care_goal(d, g->conflicts[i].goal);
		if (!o)
			continue;
		H(h, "<div class=\"sd-clash\"><p class=\"govuk-body sd-tight\"><a class=\"govuk-link\" href=\"");
		h_attr(h, care_goal_path(c, o->b.id, S("")));
		H(h, "\">");
		h_text(h, o->text);
		H(h, "</a></p><p class=\"govuk-body\">");
		h_text(h, g->conflicts[i].why);
		H(h, "</p>");
		if (goals_may_write(c)) {
			form_begin(c, h, care_goal_path(c, g->b.id, S("/botst")));
			form_version(h, g->b.version);
			form_hidden(h, S("other"), o->b.id);
			h_button_named(h, MSG_care_goal_clash_solved, S("do"), S("solved"), true);
			form_end(h);
		}
		H(h, "</div>");
	}
	if (goals_may_write(c) && d->n_care_goals > 1) {
		H(h, "<p class=\"govuk-body\">");
		h_link(h, care_goal_path(c, g->b.id, S("/botst")), MSG_care_goal_clash_add);
		H(h, "</p>");
	}
}

static Str step(Ctx *c, const CareGoal *g, Str name)
{
	return goals_may_write(c) ? care_goal_path(c, g->b.id, arena_join(c->arena, S("/stap/"), name, STR_END))
	                          : (Str){ NULL, 0 };
}

static Str or_empty(Ctx *c, Str s)
{
	return s.n ? s : msg(c->lang, MSG_common_not_filled);
}

static Str day(Ctx *c, Str s)
{
	return s.n ? fhir_date_text(c->arena, c->lang, s) : s;
}

static void facts(Ctx *c, Html *h, const CareGoal *g)
{
	h_heading(h, 2, MSG_care_goal_details);
	summary_begin(h);
	summary_row(h, MSG_care_goal_text, g->text, step(c, g, S("wat")));
	if (g->measure.n)
		summary_row(h, MSG_care_goal_measure,
		            arena_join(c->arena, g->measure, S(": "), or_empty(c, g->start_value), S(" → "),
		                       or_empty(c, g->target_value), STR_END),
		            step(c, g, S("meten")));
	else
		summary_row(h, MSG_care_goal_scale_short,
		            msg(c->lang, g->has_scale ? MSG_care_goal_scale_made : MSG_common_not_filled),
		            step(c, g, S("meten")));
	summary_row(h, MSG_care_goal_needed_short, or_empty(c, g->needed), step(c, g, S("nodig")));
	summary_row(h, MSG_care_goal_start, or_empty(c, day(c, g->start)), step(c, g, S("tijd")));
	summary_row(h, MSG_care_goal_due, or_empty(c, day(c, g->due)), step(c, g, S("tijd")));
	summary_row(h, MSG_care_goal_evaluate_on, or_empty(c, day(c, g->evaluate_on)), step(c, g, S("tijd")));
	summary_row(h, MSG_care_goal_owner, or_empty(c, g->owner_name), step(c, g, S("wie")));
	summary_end(h);
	if (goals_may_write(c)) {
		H(h, "<p class=\"govuk-body\">");
		h_link(h, care_goal_path(c, g->b.id, S("/toestand")), MSG_care_goal_change_state);
		H(h, "</p>");
	}
}

static Reply get(Ctx *c)
{
	Dossier d;
	Reply reply;
	const CareGoal *g = care_goal_of_path(c, &d, &reply);
	if (!g)
		return reply;
	Str state = care_goal_state_code(g->state);
	Html h = page_begin(
	    c, &(Layout){
	           .tab = TAB_PLAN, .dossier = &d, .back = person_path(c, S("zorgdoelen")), .heading_in_body = true });
	care_goal_serves(c, &h, &d, g);
	H(&h, "<h1 class=\"govuk-heading-l\">");
	h_text(&h, g->text);
	H(&h, "</h1><p class=\"govuk-body\">");
	h_tag(&h, msg_code(S("care_goal_state."), state), state_colour(state));
	care_goal_acceptance_tag(c, &h, g);
	H(&h, "</p>");
	actions(c, &h, &d, g);
	where_we_are(c, &h, g);
	acceptance(c, &h, g);
	conflicts(c, &h, &d, g);
	facts(c, &h, g);
	return page_end(c, &h, 200);
}

const Page page_care_goal = {
	.path = S_INIT("/persoon/{person}/zorgdoelen/{id}"),
	.title = MSG_care_goal_one,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
};
