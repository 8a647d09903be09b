/* Life goals: in the person's own words, in the person's order, one pinned. */
#include "care/conversation.h"
#include "care/life_goal.h"
#include "web/icon.h"
#include "web/pages/care_goals.h"

Str life_goal_path(Ctx *c, Str id)
{
	return person_path(c, arena_join(c->arena, S("levensdoelen/"), id, STR_END));
}

bool goals_may_write(const Ctx *c)
{
	return c->relation.write >> CAT_GOALS & 1;
}

static bool forgotten(const Dossier *d, const LifeGoal *g)
{
	for (size_t i = 0; i < d->n_care_goals; i++)
		if (care_goal_is_for(&d->care_goals[i], g->b.id))
			return false;
	return g->state == LG_ACTIVE;
}

/* A button that is a form of its own: works without scripts, says to a screen reader of which goal. */
static void small_button(Ctx *c, Html *h, const LifeGoal *g, Str what, Msg label)
{
	form_begin(c, h, STR_END);
	form_hidden(h, S("goal"), g->b.id);
	H(h, "<button class=\"govuk-button govuk-button--secondary sd-button-small\" name=\"do\" value=\"");
	h_attr(h, what);
	H(h, "\">");
	h_msg(h, label);
	H(h, "<span class=\"govuk-visually-hidden\"> – ");
	h_text(h, str_clip(g->words, 80));
	H(h, "</span></button>");
	form_end(h);
}

static void goal_card(Ctx *c, Html *h, const Dossier *d, size_t i, size_t n)
{
	const LifeGoal *g = &d->life_goals[i];
	H(h, "<li class=\"sd-card\"><h2 class=\"govuk-heading-m sd-goal-words\">");
	h_icon(h, icon_of_domain(g->domain));
	H(h, " <a class=\"govuk-link\" href=\"");
	h_attr(h, life_goal_path(c, g->b.id));
	H(h, "\">“");
	h_text(h, g->words);
	H(h, "”</a></h2><p class=\"govuk-body sd-tight\">");
	h_tag(h, msg_code(S("life_goal_state."), life_goal_state_code(g->state)),
	      state_colour(life_goal_state_code(g->state)));
	if (g->pinned)
		h_tag(h, MSG_life_goal_pinned, S("purple"));
	if (forgotten(d, g))
		h_tag(h, MSG_life_goal_forgotten, S("orange"));
	H(h, "</p>");
	if (goals_may_write(c)) {
		H(h, "<div class=\"sd-actions\">");
		if (i > 0 && !g->pinned)
			small_button(c, h, g, S("up"), MSG_life_goal_up);
		if (i + 1 < n && !g->pinned)
			small_button(c, h, g, S("down"), MSG_life_goal_down);
		if (g->state == LG_ACTIVE || g->state == LG_DREAM)
			small_button(c, h, g, g->pinned ? S("unpin") : S("pin"),
			             g->pinned ? MSG_life_goal_unpin : MSG_life_goal_pin);
		H(h, "</div>");
	}
	H(h, "</li>");
}

static void waiting_words(Ctx *c, Html *h, const Dossier *d)
{
	size_t n;
	MarkedWords *m = conversation_marked(d, &n);
	if (!n)
		return;
	h_heading(h, 2, MSG_life_goal_marked);
	H(h, "<ul class=\"govuk-list govuk-list--spaced\">");
	for (size_t i = 0; i < n; i++) {
		H(h, "<li><a class=\"govuk-link\" href=\"");
		h_attr(h, person_path(c, arena_join(c->arena, S("gesprek/"), m[i].conversation, STR_END)));
		H(h, "\">“");
		h_text(h, m[i].words);
		H(h, "”</a></li>");
	}
	H(h, "</ul>");
}

static Reply page(Ctx *c, const Dossier *d, const Errors *e)
{
	Html h = page_begin(c, &(Layout){ .tab = TAB_PLAN, .dossier = d, .errors = e, .back = person_path(c, S("")) });
	H(&h, "<p class=\"govuk-body-l\">");
	h_msg(&h, MSG_life_goal_lead);
	H(&h, "</p>");
	if (d->n_life_goals) {
		H(&h, "<ol class=\"sd-cards sd-cards--list\">");
		for (size_t i = 0; i < d->n_life_goals; i++)
			goal_card(c, &h, d, i, d->n_life_goals);
		H(&h, "</ol>");
	} else {
		h_empty(&h, MSG_life_goal_none, person_path(c, S("gesprek")), MSG_life_goal_talk_first);
	}
	waiting_words(c, &h, d);
	if (goals_may_write(c))
		h_button_link(&h, person_path(c, S("levensdoelen/nieuw")), MSG_life_goal_new, d->n_life_goals > 0);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	return e == OK ? page(c, &d, NULL) : page_error(c, e);
}

/* The order with one goal moved a place up or down. */
static Err move(Ctx *c, const Dossier *d, Str id, bool up, FieldIssues *issues)
{
	Str *order = ARENA_ARRAY(c->arena, Str, d->n_life_goals + 1);
	size_t at = d->n_life_goals;
	for (size_t i = 0; i < d->n_life_goals; i++) {
		order[i] = d->life_goals[i].b.id;
		if (str_eq(order[i], id))
			at = i;
	}
	size_t other = up ? at - 1 : at + 1;
	if (at == d->n_life_goals || other >= d->n_life_goals)
		return issue_add(issues, S("order"), PROBLEM_UNKNOWN);
	Str moved = order[at];
	order[at] = order[other];
	order[other] = moved;
	return life_goal_order(c->visit, d, order, d->n_life_goals, issues);
}

static Reply post(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	Str what = req_form(c->req, S("do")), id = req_form(c->req, S("goal"));
	Msg done = MSG_life_goal_ordered;
	if (str_eq(what, S("up")) || str_eq(what, S("down"))) {
		e = move(c, &d, id, str_eq(what, S("up")), &issues);
	} else {
		bool pin = str_eq(what, S("pin"));
		e = life_goal_pin(c->visit, &d, pin ? id : (Str){ NULL, 0 }, &issues);
		done = pin ? MSG_life_goal_pinned_now : MSG_life_goal_unpinned_now;
	}
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		return page(c, &d, &errors);
	}
	return e == OK ? saved(c, person_path(c, S("levensdoelen")), done) : page_error(c, e);
}

const Page page_life_goals = {
	.path = S_INIT("/persoon/{person}/levensdoelen"),
	.title = MSG_life_goal_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
	.post = post,
};
