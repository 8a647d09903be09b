/* Who does what: by person (the person first) or by date. Every action shows what it is for: care goal and life goal.
 */
#include "care/action.h"
#include "web/icon.h"
#include "web/pages/plan.h"

static void thread(Ctx *c, Html *h, const Dossier *d, const Action *a)
{
	bool any = false;
	H(h, "<p class=\"sd-meta\">");
	for (size_t i = 0; i < a->n_care_goals; i++) {
		const CareGoal *g = dossier_care_goal(d, a->care_goals[i]);
		const LifeGoal *l = plan_life_goal_of(d, g);
		if (!g)
			continue;
		if (any)
			H(h, "<br>");
		any = true;
		h_msg(h, MSG_action_for);
		H(h, " <a class=\"govuk-link\" href=\"");
		h_attr(h, plan_at(c, arena_join(c->arena, S("zorgdoelen/"), g->b.id, STR_END)));
		H(h, "\">");
		h_text(h, g->text);
		H(h, "</a>");
		if (l) {
			H(h, "<br><q>");
			h_text(h, l->words);
			H(h, "</q>");
		}
	}
	if (!any)
		h_msg(h, MSG_action_for_nothing);
	H(h, "</p>");
}

/* For who does it: done in one click (it can be undone), not done asks why. */
static void owner_buttons(Ctx *c, Html *h, const Action *a)
{
	if (!plan_may_write(c) || !plan_is_me(c, a->owner) || !action_open(a))
		return;
	H(h, "<div class=\"govuk-button-group\">");
	form_begin(c, h, STR_END);
	form_hidden(h, S("action"), a->b.id);
	form_version(h, a->b.version);
	H(h, "<button type=\"submit\" class=\"govuk-button govuk-!-margin-bottom-0\" name=\"do\" value=\"done\">");
	h_msg(h, MSG_action_done);
	H(h, "<span class=\"govuk-visually-hidden\"> – ");
	h_text(h, a->what);
	H(h, "</span></button>");
	form_end(h);
	H(h, "<a class=\"govuk-link\" href=\"");
	h_attr(h, action_path(c, a->b.id));
	H(h, "?stand=not-done#state\">");
	h_msg(h, MSG_action_not_done);
	H(h, "<span class=\"govuk-visually-hidden\"> – ");
	h_text(h, a->what);
	H(h, "</span></a></div>");
}

static void period(Ctx *c, Html *h, const Action *a)
{
	if (a->from.n && a->until.n)
		h_msg2(h, MSG_action_from_until, fhir_date_text(c->arena, c->lang, a->from),
		       fhir_date_text(c->arena, c->lang, a->until));
	else if (a->from.n)
		h_msg1(h, MSG_action_since, fhir_date_text(c->arena, c->lang, a->from));
	else if (a->until.n)
		h_msg1(h, MSG_action_until, fhir_date_text(c->arena, c->lang, a->until));
}

static void action_card(Ctx *c, Html *h, const Dossier *d, const Action *a, bool who, int level)
{
	Str how = plan_action_how(c, a);
	H(h, "<li class=\"sd-card\"><h");
	h_int(h, level);
	H(h, " class=\"sd-card__title\"><a class=\"govuk-link\" href=\"");
	h_attr(h, action_path(c, a->b.id));
	H(h, "\">");
	h_text(h, a->what);
	H(h, "</a></h");
	h_int(h, level);
	H(h, "><p class=\"govuk-body govuk-!-margin-bottom-1\">");
	h_tag(h, msg_code(S("action_state."), action_state_code(a->state)), state_colour(action_state_code(a->state)));
	if (who) {
		H(h, " ");
		h_text(h, plan_owner(c, d, a));
	}
	if (how.n) {
		H(h, " ");
		if (who)
			H(h, " · ");
		h_text(h, how);
	}
	H(h, "</p>");
	if (a->from.n || a->until.n) {
		H(h, "<p class=\"sd-meta\">");
		period(c, h, a);
		H(h, "</p>");
	}
	if (a->reason.n) {
		H(h, "<p class=\"govuk-body govuk-!-margin-bottom-1\">");
		h_text(h, a->reason);
		H(h, "</p>");
	}
	thread(c, h, d, a);
	owner_buttons(c, h, a);
	H(h, "</li>");
}

static Str group_name(Ctx *c, const Dossier *d, OwnerKind k)
{
	static const Msg names[] = { MSG_action_group_none, MSG_owner_kind_person, MSG_action_group_surroundings,
		                     MSG_action_group_volunteers, MSG_action_group_professionals };
	if (k == OWNER_PERSON)
		return plan_is_mine(c) ? msg(c->lang, MSG_action_group_you) : d->person.name;
	return msg(c->lang, names[k]);
}

static void one_owner(Ctx *c, Html *h, const Dossier *d, size_t first)
{
	const Action *a = &d->actions[first];
	bool named = a->owner_kind != OWNER_PERSON && a->owner_kind != OWNER_NONE;
	if (named) {
		const Member *m = dossier_member(d, a->owner);
		H(h, "<h3 class=\"govuk-heading-s\">");
		h_text(h, plan_owner(c, d, a));
		if (m && m->role_text.n) {
			H(h, " <span class=\"sd-meta\">");
			h_text(h, m->role_text);
			H(h, "</span>");
		}
		H(h, "</h3>");
	}
	H(h, "<ul class=\"sd-grid\">");
	for (size_t i = first; i < d->n_actions; i++)
		if (action_open(&d->actions[i]) && str_eq(d->actions[i].owner, a->owner))
			action_card(c, h, d, &d->actions[i], false, named ? 4 : 3);
	H(h, "</ul>");
}

static void by_person(Ctx *c, Html *h, const Dossier *d)
{
	static const OwnerKind order[] = { OWNER_PERSON, OWNER_SURROUNDINGS, OWNER_VOLUNTEER, OWNER_PROFESSIONAL,
		                           OWNER_NONE };
	for (size_t k = 0; k < COUNT_OF(order); k++) {
		bool any = false;
		for (size_t i = 0; i < d->n_actions; i++) {
			const Action *a = &d->actions[i];
			bool before = false;
			if (a->owner_kind != order[k] || !action_open(a))
				continue;
			for (size_t j = 0; j < i && !before; j++)
				before = action_open(&d->actions[j]) && str_eq(d->actions[j].owner, a->owner);
			if (before)
				continue;
			if (!any) {
				H(h, "<h2 class=\"govuk-heading-m\">");
				h_text(h, group_name(c, d, order[k]));
				H(h, "</h2>");
			}
			any = true;
			one_owner(c, h, d, i);
		}
		if (!any && order[k] == OWNER_PERSON) {
			H(h, "<h2 class=\"govuk-heading-m\">");
			h_text(h, group_name(c, d, OWNER_PERSON));
			H(h, "</h2>");
			h_hint(h, plan_is_mine(c) ? MSG_action_person_none_you : MSG_action_person_none);
		}
	}
}

/* ---- by date: a line from early to late ---- */

typedef enum Span { SPAN_LATE, SPAN_NOW, SPAN_LATER, SPAN_NO_DATE } Span;

static Span span_of(const Action *a, Str today)
{
	if (a->until.n && str_cmp(str_upto(a->until, 10), today) < 0)
		return SPAN_LATE;
	if (a->from.n && str_cmp(str_upto(a->from, 10), today) > 0)
		return SPAN_LATER;
	return a->from.n || a->until.n ? SPAN_NOW : SPAN_NO_DATE;
}

/* The day that puts it in its place: late and now by the end, later by the beginning. */
static Str place_of(const Action *a, Span s)
{
	Str day = s == SPAN_LATER || !a->until.n ? a->from : a->until;
	return day.n ? day : S("9999");
}

static const Action **sorted(Ctx *c, const Dossier *d, Span s, Str today, size_t *n)
{
	const Action **out = ARENA_ARRAY(c->arena, const Action *, d->n_actions + 1);
	*n = 0;
	for (size_t i = 0; i < d->n_actions; i++) {
		const Action *a = &d->actions[i];
		if (!action_open(a) || span_of(a, today) != s)
			continue;
		size_t at = (*n)++;
		for (; at > 0 && str_cmp(place_of(out[at - 1], s), place_of(a, s)) > 0; at--)
			out[at] = out[at - 1];
		out[at] = a;
	}
	return out;
}

static void by_date(Ctx *c, Html *h, const Dossier *d)
{
	static const Msg titles[] = { MSG_action_span_late, MSG_action_span_now, MSG_action_span_later,
		                      MSG_action_span_no_date };
	Str today = time_date(c->arena, time_now());
	for (int s = SPAN_LATE; s <= SPAN_NO_DATE; s++) {
		size_t n;
		const Action **list = sorted(c, d, (Span)s, today, &n);
		if (!n)
			continue;
		h_heading(h, 2, titles[s]);
		H(h, "<ol class=\"sd-thread\">");
		for (size_t i = 0; i < n; i++) {
			Str day = (Span)s == SPAN_NO_DATE ? S("") : place_of(list[i], (Span)s);
			H(h, "<li>");
			if (day.n && (i == 0 || !str_eq(day, place_of(list[i - 1], (Span)s)))) {
				H(h, "<h3 class=\"govuk-heading-s govuk-!-margin-bottom-1\">");
				h_msg1(h,
				       (Span)s == SPAN_LATER || !list[i]->until.n ? MSG_action_starts : MSG_action_ends,
				       fhir_date_text(c->arena, c->lang, day));
				H(h, "</h3>");
			}
			H(h, "<ul class=\"sd-plain-list govuk-!-margin-bottom-1\">");
			action_card(c, h, d, list[i], true, 4);
			H(h, "</ul></li>");
		}
		H(h, "</ol>");
	}
}

static void finished(Ctx *c, Html *h, const Dossier *d)
{
	bool any = false;
	for (size_t i = 0; i < d->n_actions; i++) {
		if (action_open(&d->actions[i]))
			continue;
		if (!any) {
			h_details_begin(h, MSG_action_finished);
			H(h, "<ul class=\"sd-plain-list\">");
		}
		any = true;
		action_card(c, h, d, &d->actions[i], true, 3);
	}
	if (any) {
		H(h, "</ul>");
		h_details_end(h);
	}
}

static void order_switch(Ctx *c, Html *h, bool dates)
{
	H(h, "<p class=\"govuk-body sd-no-print\">");
	if (dates) {
		h_link(h, plan_at(c, S("acties")), MSG_action_by_person);
		H(h, " · <strong>");
		h_msg(h, MSG_action_by_date);
		H(h, "</strong>");
	} else {
		H(h, "<strong>");
		h_msg(h, MSG_action_by_person);
		H(h, "</strong> · ");
		h_link(h, plan_at(c, S("acties?volgens=datum")), MSG_action_by_date);
	}
	H(h, "</p>");
}

static Reply page(Ctx *c, const Dossier *d, const Errors *e)
{
	bool dates = str_eq(req_query(c->req, S("volgens")), S("datum"));
	size_t open = 0;
	Html h = page_begin(
	    c, &(Layout){ .tab = TAB_PLAN, .dossier = d, .errors = e, .back = plan_at(c, S("plan")), .wide = true });
	for (size_t i = 0; i < d->n_actions; i++)
		open += action_open(&d->actions[i]);
	H(&h, "<p class=\"govuk-body-l\">");
	h_msg(&h, plan_is_mine(c) ? MSG_action_lead_you : MSG_action_lead);
	H(&h, "</p>");
	if (plan_may_write(c))
		h_button_link(&h, plan_at(c, S("acties/nieuw")), MSG_action_new, open > 0);
	if (open)
		order_switch(c, &h, dates);
	else
		h_empty(&h, MSG_action_none, plan_at(c, S("zorgdoelen")), MSG_action_to_goals);
	if (open && dates)
		by_date(c, &h, d);
	else if (open)
		by_person(c, &h, d);
	activities_cards(c, &h, d);
	finished(c, &h, d);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	return e == OK ? page(c, &d, NULL) : page_error(c, e);
}

/* A detail of another system's plan becomes an action of ours. */
static Reply adopt(Ctx *c, const Dossier *d)
{
	Activity x;
	FieldIssues issues = { 0 };
	Str id = STR_END;
	int64_t at = form_int(c, S("at"), -1);
	AdoptInput in = { .plan = req_form(c->req, S("plan")),
		          .at = at < 0 ? SIZE_MAX : (size_t)at,
		          .version = form_int(c, S("version"), 0) };
	for (size_t i = 0; i < d->n_recs; i++)
		if (d->recs[i].type == FT_CAREPLAN && str_eq(d->recs[i].id, in.plan) &&
		    activity_from(d, &d->recs[i], in.at, &x))
			in.when = activity_when(c, &x);
	Err e = activity_adopt(c->visit, d, &in, &issues, &id);
	if (e == ERR_INVALID)
		e = ERR_NOT_FOUND;
	return e == OK ? saved(c, action_path(c, id), MSG_plan_adopted) : page_error(c, e);
}

static Reply post(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	ActionState to = ACT_DONE;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	if (e != OK)
		return page_error(c, e);
	if (str_eq(req_form(c->req, S("do")), S("adopt")))
		return adopt(c, &d);
	const Action *a = dossier_action(&d, req_form(c->req, S("action")));
	if (!a || !action_state_parse(req_form(c->req, S("do")), &to))
		return page_error(c, ERR_NOT_FOUND);
	e = action_state(c->visit, &d, a->b.id, to, STR_END, form_int(c, S("version"), 0), &issues);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		return page(c, &d, &errors);
	}
	return e == OK ? plan_saved_undo(c, plan_at(c, S("acties")), MSG_action_state_saved, FT_TASK, a->b.id)
	               : page_error(c, e);
}

const Page page_actions = {
	.path = S_INIT("/persoon/{person}/acties"),
	.title = MSG_action_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
	.post = post,
};
