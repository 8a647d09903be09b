/* One life goal: the words, the thread down to actions and who does them, and its story. */
#include "care/life_goal.h"
#include "care/conversation.h"
#include "web/icon.h"
#include "web/pages/care_goals.h"

static void actions_of(Ctx *c, Html *h, const Dossier *d, const CareGoal *g)
{
	bool any = false;
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
		H(h, "</li>");
	}
	if (any)
		H(h, "</ul>");
	else
		h_hint(h, MSG_life_goal_no_actions);
}

static void thread(Ctx *c, Html *h, const Dossier *d, const LifeGoal *g)
{
	bool any = false;
	h_heading(h, 2, MSG_life_goal_thread);
	for (size_t i = 0; i < d->n_care_goals; i++) {
		const CareGoal *k = &d->care_goals[i];
		if (!care_goal_is_for(k, g->b.id) || k->state == CG_STOPPED)
			continue;
		if (!any)
			H(h, "<ol class=\"sd-thread\">");
		any = true;
		H(h, "<li><p class=\"govuk-body sd-tight\"><a class=\"govuk-link govuk-!-font-weight-bold\" href=\"");
		h_attr(h, person_path(c, arena_join(c->arena, S("zorgdoelen/"), k->b.id, STR_END)));
		H(h, "\">");
		h_text(h, k->text);
		H(h, "</a></p>");
		actions_of(c, h, d, k);
		H(h, "</li>");
	}
	if (any)
		H(h, "</ol>");
	else
		h_paragraph(h, MSG_life_goal_nobody_works);
	if (goals_may_write(c)) {
		Str href =
		    arena_join(c->arena, person_path(c, S("zorgdoelen/nieuw")), S("?levensdoel="), g->b.id, STR_END);
		h_button_link(h, href, MSG_life_goal_add_care_goal, any);
	}
}

static void story(Ctx *c, Html *h, const LifeGoal *g)
{
	size_t n;
	StoryNote *notes = life_goal_stories(c->arena, g, &n);
	if (!n)
		return;
	h_heading(h, 2, MSG_life_goal_story);
	H(h, "<ol class=\"sd-timeline\">");
	for (size_t i = 0; i < n; i++) {
		H(h, "<li><p class=\"govuk-body sd-tight\">");
		h_lines(h, notes[i].text);
		H(h, "</p><p class=\"govuk-hint sd-tight\">");
		h_text(h, notes[i].by);
		if (notes[i].by.n)
			H(h, " · ");
		h_fhir_date(h, notes[i].at);
		H(h, "</p></li>");
	}
	H(h, "</ol>");
}

static void state_form(Ctx *c, Html *h, const LifeGoal *g, const Errors *e)
{
	static const LifeGoalState states[] = { LG_DREAM, LG_ACTIVE, LG_REACHED, LG_CHANGED, LG_LET_GO };
	Option o[COUNT_OF(states)];
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (states[i] != g->state)
			o[n++] =
			    (Option){ life_goal_state_code(states[i]),
				      msg(c->lang, msg_code(S("life_goal_state."), life_goal_state_code(states[i]))),
				      STR_END, str_eq(req_form(c->req, S("state")), life_goal_state_code(states[i])) };
	if (!e)
		h_details_begin(h, MSG_life_goal_change_state);
	form_begin(c, h, STR_END);
	form_version(h, g->b.version);
	h_radios(h, S("state"), MSG_life_goal_which_state, MSG_NONE, o, n, e, false);
	h_field(h, &(Field){ .name = S("story"),
	                     .value = req_form(c->req, S("story")),
	                     .label = MSG_life_goal_what_happened,
	                     .hint = MSG_life_goal_what_happened_hint,
	                     .errors = e,
	                     .rows = 4,
	                     .max = 2000 });
	h_button(h, MSG_common_save);
	form_end(h);
	if (!e)
		h_details_end(h);
}

static Reply page(Ctx *c, const Dossier *d, const LifeGoal *g, const Errors *e)
{
	Html h = page_begin(c, &(Layout){ .tab = TAB_PLAN,
	                                  .dossier = d,
	                                  .errors = e,
	                                  .back = person_path(c, S("levensdoelen")),
	                                  .heading_in_body = true });
	Str who = g->said_by_name.n ? g->said_by_name : d->person.name;
	H(&h, "<h1 class=\"govuk-heading-l sd-goal-words\">");
	h_icon(&h, icon_of_domain(g->domain));
	H(&h, " “");
	h_text(&h, g->words);
	H(&h, "”</h1><p class=\"govuk-body\">");
	h_text(&h, who);
	if (g->said_on.n) {
		H(&h, " · ");
		h_fhir_date(&h, g->said_on);
	}
	if (g->conversation.n && dossier_conversation(d, g->conversation)) {
		H(&h, " · ");
		h_link(&h, person_path(c, arena_join(c->arena, S("gesprek/"), g->conversation, STR_END)),
		       MSG_life_goal_conversation);
	}
	H(&h, "</p><p class=\"govuk-body\">");
	h_tag(&h, msg_code(S("life_goal_state."), life_goal_state_code(g->state)),
	      state_colour(life_goal_state_code(g->state)));
	if (g->pinned)
		h_tag(&h, MSG_life_goal_pinned, S("purple"));
	if (g->domain != DOM_NONE)
		h_tag(&h, msg_code(S("life_domain."), life_domain_code(g->domain)), S("grey"));
	H(&h, "</p>");
	thread(c, &h, d, g);
	story(c, &h, g);
	if (goals_may_write(c)) {
		state_form(c, &h, g, e);
		H(&h, "<p class=\"govuk-body\">");
		h_link(&h, arena_join(c->arena, life_goal_path(c, g->b.id), S("/wijzigen"), STR_END),
		       MSG_life_goal_edit);
		H(&h, "</p>");
	}
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	const LifeGoal *g = e == OK ? dossier_life_goal(&d, c->id) : NULL;
	return g ? page(c, &d, g, NULL) : page_error(c, e != OK ? e : ERR_NOT_FOUND);
}

static Reply post(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	LifeGoalState to;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	const LifeGoal *g = e == OK ? dossier_life_goal(&d, c->id) : NULL;
	if (!g)
		return page_error(c, e != OK ? e : ERR_NOT_FOUND);
	if (!life_goal_state_parse(req_form(c->req, S("state")), &to))
		e = issue_add(&issues, S("state"), PROBLEM_UNKNOWN);
	else
		e = life_goal_state(c->visit, &d, g->b.id, to, str_trim(req_form(c->req, S("story"))),
		                    form_int(c, S("version"), 0), &issues);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		return page(c, &d, g, &errors);
	}
	return e == OK ? saved(c, life_goal_path(c, g->b.id), MSG_life_goal_saved) : page_error(c, e);
}

const Page page_life_goal = {
	.path = S_INIT("/persoon/{person}/levensdoelen/{id}"),
	.title = MSG_life_goal_one,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
	.post = post,
};
