/* Care goals, under the life goal that each serves. */
#include "web/pages/care_goals.h"
#include "web/icon.h"

Str care_goal_path(Ctx *c, Str id, Str rest)
{
	return person_path(c, arena_join(c->arena, S("zorgdoelen/"), id, rest, STR_END));
}

const CareGoal *care_goal_of_path(Ctx *c, Dossier *d, Reply *reply)
{
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, d);
	const CareGoal *g = e == OK ? dossier_care_goal(d, c->id) : NULL;
	if (!g)
		*reply = page_error(c, e != OK ? e : ERR_NOT_FOUND);
	return g;
}

void care_goal_serves(Ctx *c, Html *h, const Dossier *d, const CareGoal *g)
{
	bool any = false;
	for (size_t i = 0; i < g->n_life_goals; i++) {
		const LifeGoal *l = dossier_life_goal(d, g->life_goals[i]);
		if (!l)
			continue;
		any = true;
		H(h, "<p class=\"sd-serves\">");
		h_icon(h, icon_of_domain(l->domain));
		H(h, " <a class=\"govuk-link\" href=\"");
		h_attr(h, life_goal_path(c, l->b.id));
		H(h, "\">“");
		h_text(h, l->words);
		H(h, "”</a></p>");
	}
	if (!any)
		h_warning(h, MSG_care_goal_serves_none);
}

void care_goal_acceptance_tag(const Ctx *c, Html *h, const CareGoal *g)
{
	bool me = c->relation.kind == REL_SELF;
	switch (g->person_accepts) {
	case ACC_AGREE:
		h_tag(h, me ? MSG_care_goal_agreed_me : MSG_care_goal_agreed, S("green"));
		break;
	case ACC_DISAGREE:
		h_tag(h, me ? MSG_care_goal_disagreed_me : MSG_care_goal_disagreed, S("red"));
		break;
	case ACC_PENDING:
		h_tag(h, me ? MSG_care_goal_pending_me : MSG_care_goal_pending, S("yellow"));
		break;
	}
}

static void row(Ctx *c, Html *h, const CareGoal *g)
{
	Str state = care_goal_state_code(g->state);
	H(h, "<li class=\"sd-card\"><h3 class=\"govuk-heading-s sd-tight\"><a class=\"govuk-link\" href=\"");
	h_attr(h, care_goal_path(c, g->b.id, S("")));
	H(h, "\">");
	h_text(h, g->text);
	H(h, "</a></h3><p class=\"govuk-body sd-tight\">");
	h_tag(h, msg_code(S("care_goal_state."), state), state_colour(state));
	care_goal_acceptance_tag(c, h, g);
	if (g->n_conflicts)
		h_tag(h, MSG_care_goal_conflicts, S("orange"));
	H(h, "</p>");
	if (g->evaluate_on.n) {
		H(h, "<p class=\"govuk-hint sd-tight\">");
		h_msg1(h, MSG_care_goal_evaluate, fhir_date_text(c->arena, c->lang, g->evaluate_on));
		H(h, "</p>");
	}
	H(h, "</li>");
}

bool care_goal_is_for(const CareGoal *g, Str life_goal)
{
	for (size_t i = 0; i < g->n_life_goals; i++)
		if (str_eq(g->life_goals[i], life_goal))
			return true;
	return false;
}

static void under(Ctx *c, Html *h, const Dossier *d, const LifeGoal *l)
{
	bool any = false;
	H(h, "<section class=\"sd-section\"><h2 class=\"govuk-heading-m sd-goal-words\">");
	h_icon(h, icon_of_domain(l->domain));
	H(h, " “");
	h_text(h, l->words);
	H(h, "”</h2>");
	for (size_t i = 0; i < d->n_care_goals; i++) {
		if (!care_goal_is_for(&d->care_goals[i], l->b.id))
			continue;
		if (!any)
			H(h, "<ul class=\"sd-cards sd-cards--list\">");
		any = true;
		row(c, h, &d->care_goals[i]);
	}
	if (any)
		H(h, "</ul>");
	else
		h_hint(h, MSG_life_goal_nobody_works);
	if (goals_may_write(c) && (l->state == LG_ACTIVE || l->state == LG_DREAM)) {
		H(h, "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"");
		h_attr(h, arena_join(c->arena, person_path(c, S("zorgdoelen/nieuw")), S("?levensdoel="), l->b.id,
		                     STR_END));
		H(h, "\">");
		h_msg(h, MSG_life_goal_add_care_goal);
		H(h, "<span class=\"govuk-visually-hidden\"> – ");
		h_text(h, str_clip(l->words, 80));
		H(h, "</span></a></p>");
	}
	H(h, "</section>");
}

/* The T-score needs words: 50 is "as expected". The person's own judgement stands beside the team's. */
static void scores(Html *h, const Dossier *d)
{
	double team = 0, own = 0;
	bool has_team = gas_t_score(d->care_goals, d->n_care_goals, false, &team),
	     has_own = gas_t_score(d->care_goals, d->n_care_goals, true, &own);
	if (!has_team && !has_own)
		return;
	h_details_begin(h, MSG_care_goal_scores);
	h_paragraph(h, MSG_care_goal_scores_lead);
	H(h, "<ul class=\"govuk-list\">");
	if (has_own) {
		H(h, "<li>");
		h_msg1(h, MSG_care_goal_score_own, arena_printf(h->arena, "%.0f", own));
		H(h, "</li>");
	}
	if (has_team) {
		H(h, "<li>");
		h_msg1(h, MSG_care_goal_score_team, arena_printf(h->arena, "%.0f", team));
		H(h, "</li>");
	}
	H(h, "</ul>");
	h_details_end(h);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	Html h = page_begin(c, &(Layout){ .tab = TAB_PLAN, .dossier = &d, .back = person_path(c, S("")) });
	H(&h, "<p class=\"govuk-body-l\">");
	h_msg(&h, MSG_care_goal_lead);
	H(&h, "</p>");
	if (!d.n_life_goals)
		h_empty(&h, MSG_care_goal_no_life_goals, person_path(c, S("levensdoelen")), MSG_life_goal_title);
	for (size_t i = 0; i < d.n_life_goals; i++)
		if (d.life_goals[i].state != LG_LET_GO)
			under(c, &h, &d, &d.life_goals[i]);
	bool loose = false;
	for (size_t i = 0; i < d.n_care_goals; i++) {
		if (d.care_goals[i].n_life_goals)
			continue;
		if (!loose) {
			h_heading(&h, 2, MSG_care_goal_serves_none);
			H(&h, "<ul class=\"sd-cards sd-cards--list\">");
		}
		loose = true;
		row(c, &h, &d.care_goals[i]);
	}
	if (loose)
		H(&h, "</ul>");
	scores(&h, &d);
	return page_end(c, &h, 200);
}

const Page page_care_goals = {
	.path = S_INIT("/persoon/{person}/zorgdoelen"),
	.title = MSG_care_goal_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
};
