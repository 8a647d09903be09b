/* On paper, and the accessible twin of the PDFs: the plan for the person, the full plan for the team, the sheet for the
 * fridge. */
#include "care/action.h"
#include "web/icon.h"
#include "web/pages/plan.h"

Sheet sheet_parse(Str s)
{
	return str_eq(s, S("team")) ? SHEET_TEAM : str_eq(s, S("koelkast")) ? SHEET_FRIDGE : SHEET_PERSON;
}

Str sheet_code(Sheet s)
{
	switch (s) {
	case SHEET_PERSON:
		return S("persoon");
	case SHEET_TEAM:
		return S("team");
	case SHEET_FRIDGE:
		return S("koelkast");
	}
	return S("persoon");
}

Err sheet_dossier(Ctx *c, Dossier *out, int *number)
{
	Dossier now;
	int64_t v;
	Str asked = req_query(c->req, S("versie"));
	*number = 0;
	TRY(dossier_open(c->visit, c->person, &DOSSIER_PLAN, &now));
	if (!asked.n) {
		*out = now;
		return OK;
	}
	if (!str_int(asked, &v) || v < 1 || v > 100000)
		return ERR_NOT_FOUND;
	*number = (int)v;
	return plan_version_open(&now, (int)v, out);
}

/* The moment the content is of: of the agreement, or of the newest thing in it. The same content gives the same bytes.
 */
static Millis made_of(const Dossier *d)
{
	Millis at = d->person.b.updated;
	for (size_t i = 0; i < d->n_recs; i++)
		at = d->recs[i].updated > at ? d->recs[i].updated : at;
	return at;
}

Str sheet_footer(Ctx *c, const Dossier *d, int number, Millis *made)
{
	*made = made_of(d);
	Str args[] = { d->person.name, date_text(c->arena, c->lang, *made), arena_printf(c->arena, "%d", number) };
	return number ? msg_fill(c->arena, c->lang, MSG_sheet_footer_version, args, 3)
	              : msg_fill(c->arena, c->lang, MSG_sheet_footer, args, 3);
}

/* ---- the fridge ---- */

static Str phone_of(const Dossier *d, Str ref)
{
	const Member *m = dossier_member(d, ref);
	if (m && m->reach.n)
		return m->reach;
	for (size_t i = 0; i < d->n_relatives; i++)
		if (str_starts(ref, S("RelatedPerson/")) && str_eq(str_from(ref, 14), d->relatives[i].b.id))
			return d->relatives[i].phone;
	return (Str){ NULL, 0 };
}

FridgeLine *fridge_lines(Ctx *c, const Dossier *d, size_t *n)
{
	enum { MOST = 40 };
	FridgeLine *out = ARENA_ARRAY(c->arena, FridgeLine, MOST);
	*n = 0;
	for (size_t i = 0; i < d->n_actions && *n < MOST; i++) {
		const Action *a = &d->actions[i];
		if (!action_open(a) || !a->when.n || !a->owner.n || a->owner_kind == OWNER_PERSON ||
		    !plan_has_action(d, a))
			continue;
		out[(*n)++] = (FridgeLine){ a->when, plan_owner(c, d, a), a->what, phone_of(d, a->owner) };
	}
	return out;
}

static bool called(const FridgeLine *list, size_t n, Str who)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i].who, who))
			return true;
	return false;
}

FridgeLine *fridge_calls(Ctx *c, const Dossier *d, size_t *n)
{
	enum { MOST = 8 };
	FridgeLine *out = ARENA_ARRAY(c->arena, FridgeLine, MOST);
	const Member *m = plan_coordinator_member(d);
	*n = 0;
	if (m && m->reach.n)
		out[(*n)++] = (FridgeLine){ .who = m->name,
			                    .what = m->role_text.n ? m->role_text : msg(c->lang, MSG_plan_coordinator),
			                    .phone = m->reach };
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < d->n_relatives && *n < MOST; i++) {
			const Relative *r = &d->relatives[i];
			bool near = r->carer || r->confidant || r->representative;
			if (r->active && r->phone.n && near == (round == 0) && !called(out, *n, r->name))
				out[(*n)++] =
				    (FridgeLine){ .who = r->name, .what = r->relationship, .phone = r->phone };
		}
	return out;
}

static void calls_table(Ctx *c, Html *h, const Dossier *d)
{
	size_t n;
	FridgeLine *list = fridge_calls(c, d, &n);
	H(h, "<ul class=\"govuk-list govuk-list--spaced\"><li class=\"govuk-!-font-size-24\"><strong>112</strong> – ");
	h_msg(h, MSG_sheet_112);
	H(h, "</li>");
	for (size_t i = 0; i < n; i++) {
		H(h, "<li class=\"govuk-!-font-size-24\"><strong>");
		h_text(h, list[i].phone);
		H(h, "</strong> – ");
		h_text(h, list[i].who);
		if (list[i].what.n) {
			H(h, ", ");
			h_text(h, list[i].what);
		}
		H(h, "</li>");
	}
	H(h, "</ul>");
}

static void visits_table(Ctx *c, Html *h, const Dossier *d)
{
	size_t n;
	FridgeLine *list = fridge_lines(c, d, &n);
	if (!n) {
		h_paragraph(h, MSG_sheet_nobody_comes);
		return;
	}
	H(h, "<div class=\"sd-scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"visits\"><table "
	     "class=\"govuk-table\"><thead "
	     "class=\"govuk-table__head\"><tr class=\"govuk-table__row\"><th scope=\"col\" "
	     "class=\"govuk-table__header\">");
	h_msg(h, MSG_sheet_when);
	H(h, "</th><th scope=\"col\" class=\"govuk-table__header\">");
	h_msg(h, MSG_sheet_who);
	H(h, "</th><th scope=\"col\" class=\"govuk-table__header\">");
	h_msg(h, MSG_sheet_what);
	H(h, "</th></tr></thead><tbody class=\"govuk-table__body\">");
	for (size_t i = 0; i < n; i++) {
		H(h, "<tr class=\"govuk-table__row\"><td class=\"govuk-table__cell\">");
		h_text(h, list[i].when);
		H(h, "</td><td class=\"govuk-table__cell\"><strong>");
		h_text(h, list[i].who);
		H(h, "</strong>");
		if (list[i].phone.n) {
			H(h, "<br>");
			h_text(h, list[i].phone);
		}
		H(h, "</td><td class=\"govuk-table__cell\">");
		h_text(h, list[i].what);
		H(h, "</td></tr>");
	}
	H(h, "</tbody></table></div>");
}

static void controls(Ctx *c, Html *h, Sheet s, int number)
{
	Str pdf = arena_join(c->arena, S("plan/plan.pdf?soort="), sheet_code(s), STR_END);
	if (number)
		pdf = arena_join(c->arena, pdf, arena_printf(c->arena, "&versie=%d", number), STR_END);
	H(h, "<p class=\"govuk-body sd-no-print\">");
	h_link(h, plan_at(c, S("plan")), MSG_plan_to_plan);
	H(h, " · ");
	h_link(h, plan_at(c, pdf), MSG_sheet_as_pdf);
	if (s != SHEET_FRIDGE) {
		H(h, " · ");
		Str other =
		    arena_join(c->arena, S("plan/afdruk?soort="), s == SHEET_TEAM ? S("persoon") : S("team"), STR_END);
		if (number)
			other = arena_join(c->arena, other, arena_printf(c->arena, "&versie=%d", number), STR_END);
		h_link(h, plan_at(c, other), s == SHEET_TEAM ? MSG_sheet_person_version : MSG_sheet_team_version);
	}
	H(h, "</p><button type=\"button\" class=\"govuk-button sd-no-print\" data-print hidden>");
	h_msg(h, MSG_common_print);
	H(h, "</button>");
}

static Reply get_fridge(Ctx *c)
{
	Dossier d;
	int number;
	Millis made;
	Err e = sheet_dossier(c, &d, &number);
	if (e != OK)
		return page_error(c, e);
	const LifeGoal *g = plan_first_goal(&d);
	Str foot = sheet_footer(c, &d, number, &made);
	Html h = page_begin(
	    c, &(Layout){ .title = MSG_sheet_fridge_of, .title_arg = d.person.name, .plain = true, .wide = true });
	controls(c, &h, SHEET_FRIDGE, number);
	if (g)
		h_quote(&h, g->words, STR_END);
	h_heading(&h, 2, MSG_sheet_urgent);
	calls_table(c, &h, &d);
	bool urgent = false;
	for (size_t i = 0; i < d.plan.n_agreements; i++) {
		const Agreement *a = &d.plan.agreements[i];
		if (a->kind != AGR_URGENT && a->kind != AGR_IF)
			continue;
		if (!urgent)
			H(&h, "<ul class=\"govuk-list govuk-list--bullet govuk-!-font-size-24\">");
		urgent = true;
		H(&h, "<li>");
		h_lines(&h, a->text);
		H(&h, "</li>");
	}
	if (urgent)
		H(&h, "</ul>");
	H(&h, "<h2 class=\"govuk-heading-m\" id=\"visits\">");
	h_msg(&h, MSG_sheet_who_comes);
	H(&h, "</h2>");
	visits_table(c, &h, &d);
	H(&h, "<p class=\"sd-meta\">");
	h_text(&h, foot);
	H(&h, "</p>");
	return page_end(c, &h, 200);
}

/* ---- the plan ---- */

static void person_goal(Ctx *c, Html *h, const Dossier *d, const LifeGoal *l)
{
	H(h, "<section><h2 class=\"govuk-heading-m\">");
	h_icon(h, icon_of_domain(l->domain));
	H(h, " “");
	h_text(h, l->words);
	H(h, "”</h2>");
	for (size_t i = 0; i < d->n_care_goals; i++) {
		const CareGoal *g = &d->care_goals[i];
		bool any = false;
		if (!plan_has_goal(d, g) || plan_life_goal_of(d, g) != l)
			continue;
		H(h, "<p class=\"govuk-body-l govuk-!-margin-bottom-1\">");
		h_text(h, g->text);
		H(h, "</p>");
		for (size_t k = 0; k < d->n_actions; k++) {
			const Action *a = &d->actions[k];
			if (!plan_action_serves(a, g->b.id) || !plan_has_action(d, a))
				continue;
			Str how = plan_action_how(c, a);
			if (!any)
				H(h, "<ul class=\"govuk-list govuk-list--bullet govuk-!-font-size-24\">");
			any = true;
			H(h, "<li><strong>");
			h_text(h, plan_owner(c, d, a));
			H(h, ":</strong> ");
			h_text(h, a->what);
			if (how.n) {
				H(h, " – ");
				h_text(h, how);
			}
			H(h, "</li>");
		}
		if (any)
			H(h, "</ul>");
	}
	H(h, "</section>");
}

static bool in_plan(const Dossier *d, const LifeGoal *l)
{
	for (size_t i = 0; i < d->n_care_goals; i++)
		if (plan_has_goal(d, &d->care_goals[i]) && plan_life_goal_of(d, &d->care_goals[i]) == l)
			return true;
	return false;
}

static void person_plan(Ctx *c, Html *h, const PlanView *v)
{
	const Dossier *d = v->d;
	Str who = plan_coordinator(d);
	H(h, "<p class=\"govuk-body-l\">");
	h_msg(h, plan_is_mine(c) ? MSG_sheet_lead_you : MSG_sheet_lead);
	H(h, "</p>");
	for (size_t i = 0; i < d->n_life_goals; i++)
		if (in_plan(d, &d->life_goals[i]))
			person_goal(c, h, d, &d->life_goals[i]);
	activities_list(c, h, d, false);
	if (d->plan.n_agreements)
		h_heading(h, 2, MSG_plan_agreements);
	plan_agreements(h, v);
	H(h, "<p class=\"govuk-body-l\">");
	if (d->plan.next_evaluation.n)
		h_msg1(h, MSG_plan_look_back_on, fhir_date_text(c->arena, c->lang, d->plan.next_evaluation));
	if (who.n) {
		H(h, " ");
		h_msg1(h, MSG_sheet_questions, who);
	}
	H(h, "</p>");
}

static void team_list(Html *h, const Dossier *d)
{
	bool any = false;
	for (size_t i = 0; i < d->team.n_members; i++) {
		const Member *m = &d->team.members[i];
		if (!m->active)
			continue;
		if (!any) {
			h_heading(h, 2, MSG_sheet_team);
			H(h, "<ul class=\"govuk-list govuk-list--bullet\">");
		}
		any = true;
		H(h, "<li><strong>");
		h_text(h, m->name);
		H(h, "</strong>, ");
		h_text(h, m->role_text);
		if (m->tasks.n) {
			H(h, " – ");
			h_text(h, m->tasks);
		}
		if (m->reach.n) {
			H(h, " (");
			h_text(h, m->reach);
			H(h, ")");
		}
		H(h, "</li>");
	}
	if (any)
		H(h, "</ul>");
}

static Reply get_print(Ctx *c)
{
	Dossier d;
	int number;
	Millis made;
	Sheet s = sheet_parse(req_query(c->req, S("soort")));
	Err e = sheet_dossier(c, &d, &number);
	if (e != OK)
		return page_error(c, e);
	Str foot = sheet_footer(c, &d, number, &made);
	Html h = page_begin(c, &(Layout){ .title = MSG_plan_title_of, .title_arg = d.person.name, .plain = true });
	PlanView v = { c, &d, false, true };
	controls(c, &h, s == SHEET_FRIDGE ? SHEET_PERSON : s, number);
	plan_words(&h, &v);
	if (s == SHEET_TEAM) {
		plan_frame(&h, &v);
		h_heading(&h, 2, MSG_plan_together);
		plan_goals(&h, &v);
		if (d.plan.n_agreements)
			h_heading(&h, 2, MSG_plan_agreements);
		plan_agreements(&h, &v);
		activities_list(c, &h, &d, false);
		team_list(&h, &d);
	} else {
		person_plan(c, &h, &v);
	}
	H(&h, "<p class=\"sd-meta\">");
	h_text(&h, foot);
	H(&h, "</p>");
	return page_end(c, &h, 200);
}

const Page page_plan_print = {
	.path = S_INIT("/persoon/{person}/plan/afdruk"),
	.title = MSG_plan_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get_print,
};
const Page page_fridge = {
	.path = S_INIT("/persoon/{person}/koelkast"),
	.title = MSG_sheet_fridge,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get_fridge,
};
