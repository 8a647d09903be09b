/* The plan as PDF: for the person (large type, pictures, plain words), for the team (everything), for the fridge (one
 * page). */
#include <stdlib.h>

#include "care/action.h"
#include "web/pages/plan.h"
#include "web/pdf.h"

typedef struct Doc {
	Ctx *c;
	const Dossier *d;
	Pdf *p;
} Doc;

static Str join2(Ctx *c, Str a, Str between, Str b)
{
	return !a.n ? b : !b.n ? a : arena_join(c->arena, a, between, b, STR_END);
}

static Str fill1(Ctx *c, Msg m, Str a0)
{
	return msg_fill(c->arena, c->lang, m, &a0, 1);
}

static void words_on_top(const Doc *x)
{
	const LifeGoal *g = plan_first_goal(x->d);
	if (g)
		pdf_quote(x->p, g->words, g->said_by_name.n ? g->said_by_name : x->d->person.name);
}

static void agreements(const Doc *x)
{
	static const AgreementKind order[] = { AGR_URGENT, AGR_CHANNEL, AGR_IF, AGR_OTHER };
	const Plan *plan = &x->d->plan;
	if (!plan->n_agreements)
		return;
	pdf_heading(x->p, 2, msg(x->c->lang, MSG_plan_agreements));
	for (size_t k = 0; k < COUNT_OF(order); k++)
		for (size_t i = 0; i < plan->n_agreements; i++) {
			Str kind = msg(x->c->lang, msg_code(S("agreement_kind."), agreement_kind_code(order[k])));
			if (plan->agreements[i].kind == order[k])
				pdf_item(x->p, order[k] == AGR_OTHER
				                   ? plan->agreements[i].text
				                   : join2(x->c, kind, S(": "), plan->agreements[i].text));
		}
}

/* What other systems have in a plan for this person, and is not over. */
static void elsewhere(const Doc *x)
{
	size_t n;
	Activity *list = dossier_activities(x->d, &n);
	if (!n)
		return;
	pdf_heading(x->p, 2, msg(x->c->lang, MSG_plan_elsewhere));
	for (size_t i = 0; i < n; i++) {
		Str line = join2(x->c, activity_text(x->c, &list[i]), S(" – "), activity_how(x->c, &list[i]));
		Str status = activity_state(x->c, &list[i]);
		line = join2(x->c, line, S(". "), activity_period(x->c, &list[i]));
		pdf_item(x->p, status.n ? arena_join(x->c->arena, line, S(" ("), status, S(")"), STR_END) : line);
	}
}

/* ---- for the person ---- */

static void person_actions(const Doc *x, const CareGoal *g)
{
	for (size_t i = 0; i < x->d->n_actions; i++) {
		const Action *a = &x->d->actions[i];
		if (!plan_action_serves(a, g->b.id) || !plan_has_action(x->d, a))
			continue;
		Str who = join2(x->c, plan_owner(x->c, x->d, a), S(": "), a->what);
		pdf_item(x->p, join2(x->c, who, S(" – "), a->when));
	}
}

/* Is this life goal told with what is done for it? */
static bool told(const Dossier *d, const LifeGoal *l)
{
	for (size_t i = 0; l && i < d->n_care_goals; i++)
		if (plan_has_goal(d, &d->care_goals[i]) && plan_life_goal_of(d, &d->care_goals[i]) == l)
			return true;
	return false;
}

static void person_body(const Doc *x)
{
	const Dossier *d = x->d;
	pdf_heading(x->p, 1,
	            plan_is_mine(x->c) ? msg(x->c->lang, MSG_plan_title_you)
	                               : fill1(x->c, MSG_plan_title_of, d->person.name));
	if (!told(d, plan_first_goal(d)))
		words_on_top(x); /* else they stand on top of what is done for them */
	for (size_t i = 0; i < d->n_life_goals; i++) {
		const LifeGoal *l = &d->life_goals[i];
		bool any = false;
		for (size_t k = 0; k < d->n_care_goals; k++) {
			const CareGoal *g = &d->care_goals[k];
			if (!plan_has_goal(d, g) || plan_life_goal_of(d, g) != l)
				continue;
			Str words = arena_join(x->c->arena, S("“"), l->words, S("”"), STR_END);
			pdf_space(x->p, 8);
			pdf_keep(x->p, 90);
			if (!any)
				pdf_icon_block(x->p, icon_of_domain(l->domain), words, STR_END);
			any = true;
			pdf_text(x->p, g->text);
			person_actions(x, g);
		}
	}
	elsewhere(x);
	agreements(x);
	pdf_space(x->p, 8);
	if (d->plan.next_evaluation.n)
		pdf_icon_block(x->p, ICON_CALENDAR,
		               fill1(x->c, MSG_plan_look_back_on,
		                     fhir_date_text(x->c->arena, x->c->lang, d->plan.next_evaluation)),
		               STR_END);
	Str who = plan_coordinator(d);
	const Member *m = plan_coordinator_member(d);
	if (who.n)
		pdf_icon_block(x->p, ICON_PHONE,
		               fill1(x->c, m && m->reach.n ? MSG_sheet_questions : MSG_plan_ask_coordinator, who),
		               m ? m->reach : STR_END);
}

/* ---- for the team ---- */

static void goal_facts(const Doc *x, const CareGoal *g)
{
	Lang l = x->c->lang;
	static const Msg accept[] = { MSG_plan_accept_pending, MSG_plan_accept_yes, MSG_plan_accept_no };
	Str line = msg(l, msg_code(S("care_goal_state."), care_goal_state_code(g->state)));
	line = join2(x->c, line, S(" · "), msg(l, accept[g->person_accepts]));
	if (g->due.n)
		line = join2(x->c, line, S(" · "), fill1(x->c, MSG_plan_due, fhir_date_text(x->c->arena, l, g->due)));
	if (g->owner_name.n)
		line = join2(x->c, line, S(" · "), fill1(x->c, MSG_sheet_guards, g->owner_name));
	pdf_muted(x->p, line);
	if (g->measure.n)
		pdf_text(x->p, arena_join(x->c->arena, msg(l, MSG_sheet_measure), S(": "), g->measure,
		                          g->start_value.n ? S(", ") : S(""), g->start_value.p ? g->start_value : S(""),
		                          g->target_value.n ? S(" → ") : S(""),
		                          g->target_value.p ? g->target_value : S(""), STR_END));
	for (int i = 0; g->has_scale && i < 5; i++) {
		Str mark = g->has_level && g->level == i - 2 ? join2(x->c, S(" ← "), S(""), msg(l, MSG_sheet_now_here))
		                                             : S("");
		pdf_item(x->p, arena_printf(x->c->arena, "%s%d  %.*s%.*s",
		                            i < 2   ? "−"
		                            : i > 2 ? "+"
		                                    : "",
		                            abs(i - 2), STR_ARG(g->scale[i].text), STR_ARG(mark)));
	}
	if (g->needed.n)
		pdf_text(x->p, join2(x->c, msg(l, MSG_sheet_needed), S(": "), g->needed));
	for (size_t i = 0; i < g->n_acceptance; i++)
		if (g->acceptance[i].status == ACC_DISAGREE)
			pdf_text(x->p, arena_join(x->c->arena, g->acceptance[i].name.p ? g->acceptance[i].name : S(""),
			                          S(": "), msg(l, MSG_plan_accept_no), S(" "),
			                          g->acceptance[i].why.p ? g->acceptance[i].why : S(""), STR_END));
}

static void action_table(const Doc *x, const CareGoal *g)
{
	static const double widths[] = { 0.36, 0.22, 0.26, 0.16 };
	static const Msg heads[] = { MSG_sheet_what, MSG_sheet_who, MSG_sheet_when, MSG_sheet_state };
	Str *cells = ARENA_ARRAY(x->c->arena, Str, 4 * (x->d->n_actions + 1));
	size_t rows = 1;
	for (size_t i = 0; i < 4; i++)
		cells[i] = msg(x->c->lang, heads[i]);
	for (size_t i = 0; i < x->d->n_actions; i++) {
		const Action *a = &x->d->actions[i];
		if (!plan_has_action(x->d, a) || (g ? !plan_action_serves(a, g->b.id) : a->n_care_goals > 0))
			continue;
		Str *row = &cells[4 * rows++];
		row[0] = a->what;
		row[1] = a->owner_kind == OWNER_PERSON ? x->d->person.name : plan_owner(x->c, x->d, a);
		row[2] = plan_action_how(x->c, a);
		row[3] = msg(x->c->lang, msg_code(S("action_state."), action_state_code(a->state)));
	}
	if (rows == 1)
		return;
	if (!g)
		pdf_heading(x->p, 2, msg(x->c->lang, MSG_plan_loose_actions));
	pdf_table(x->p, widths, 4, cells, rows);
}

static void team_goals(const Doc *x)
{
	const Dossier *d = x->d;
	for (size_t i = 0; i <= d->n_life_goals; i++) {
		const LifeGoal *l = i < d->n_life_goals ? &d->life_goals[i] : NULL;
		bool any = false;
		if (l && (l->state == LG_LET_GO || l->state == LG_CHANGED))
			continue;
		pdf_space(x->p, 6);
		pdf_keep(x->p, 130);
		if (l)
			pdf_icon_block(x->p, icon_of_domain(l->domain),
			               arena_join(x->c->arena, S("“"), l->words, S("”"), STR_END), STR_END);
		for (size_t k = 0; k < d->n_care_goals; k++) {
			const CareGoal *g = &d->care_goals[k];
			if (!plan_has_goal(d, g) || plan_life_goal_of(d, g) != l)
				continue;
			if (!any && !l)
				pdf_heading(x->p, 2, msg(x->c->lang, MSG_plan_without_life_goal));
			any = true;
			pdf_heading(x->p, 3, g->text);
			goal_facts(x, g);
			action_table(x, g);
		}
		if (l && !any)
			pdf_muted(x->p, msg(x->c->lang, l->state == LG_DREAM ? MSG_plan_dream : MSG_plan_nobody_works));
	}
}

static void team_members(const Doc *x)
{
	static const double widths[] = { 0.24, 0.24, 0.3, 0.22 };
	static const Msg heads[] = { MSG_sheet_who, MSG_sheet_role, MSG_sheet_adds, MSG_sheet_reach };
	Str *cells = ARENA_ARRAY(x->c->arena, Str, 4 * (x->d->team.n_members + 1));
	size_t rows = 1;
	for (size_t i = 0; i < 4; i++)
		cells[i] = msg(x->c->lang, heads[i]);
	for (size_t i = 0; i < x->d->team.n_members; i++) {
		const Member *m = &x->d->team.members[i];
		Str *row = &cells[4 * rows];
		if (!m->active)
			continue;
		row[0] = m->name;
		row[1] = m->role_text;
		row[2] = m->tasks;
		row[3] = m->reach;
		rows++;
	}
	if (rows == 1)
		return;
	pdf_heading(x->p, 2, msg(x->c->lang, MSG_sheet_team));
	pdf_table(x->p, widths, 4, cells, rows);
}

static void team_body(const Doc *x)
{
	const Plan *plan = &x->d->plan;
	Str title = plan->title.n ? plan->title : fill1(x->c, MSG_plan_title_of, x->d->person.name);
	Lang l = x->c->lang;
	pdf_heading(x->p, 1, title);
	words_on_top(x);
	Str line = join2(x->c, x->d->person.name, S(" · "),
	                 plan->exists ? msg(l, msg_code(S("plan_state."), plan_state_code(plan->state))) : S(""));
	if (plan_coordinator(x->d).n)
		line = arena_join(x->c->arena, line, S(" · "), msg(l, MSG_plan_coordinator), S(": "),
		                  plan_coordinator(x->d), STR_END);
	pdf_text(x->p, line);
	if (plan->next_evaluation.n)
		pdf_text(x->p,
		         fill1(x->c, MSG_plan_look_back_on, fhir_date_text(x->c->arena, l, plan->next_evaluation)));
	pdf_heading(x->p, 2, msg(l, MSG_plan_together));
	team_goals(x);
	action_table(x, NULL);
	elsewhere(x);
	agreements(x);
	team_members(x);
}

/* ---- for the fridge ---- */

static void fridge_body(const Doc *x)
{
	static const double widths[] = { 0.28, 0.34, 0.38 };
	static const Msg heads[] = { MSG_sheet_when, MSG_sheet_who, MSG_sheet_what };
	size_t calls, n;
	FridgeLine *call = fridge_calls(x->c, x->d, &calls), *line = fridge_lines(x->c, x->d, &n);
	Lang l = x->c->lang;
	pdf_heading(x->p, 1, fill1(x->c, MSG_sheet_fridge_of, x->d->person.name));
	pdf_heading(x->p, 2, msg(l, MSG_sheet_urgent));
	pdf_icon_block(x->p, ICON_PHONE, join2(x->c, S("112"), S(" – "), msg(l, MSG_sheet_112)), STR_END);
	for (size_t i = 0; i < calls; i++)
		pdf_icon_block(x->p, ICON_PHONE, join2(x->c, call[i].phone, S(" – "), call[i].who), call[i].what);
	for (size_t i = 0; i < x->d->plan.n_agreements; i++)
		if (x->d->plan.agreements[i].kind == AGR_URGENT || x->d->plan.agreements[i].kind == AGR_IF)
			pdf_item(x->p, x->d->plan.agreements[i].text);
	pdf_heading(x->p, 2, msg(l, MSG_sheet_who_comes));
	if (!n) {
		pdf_text(x->p, msg(l, MSG_sheet_nobody_comes));
		return;
	}
	Str *cells = ARENA_ARRAY(x->c->arena, Str, 3 * (n + 1));
	for (size_t i = 0; i < 3; i++)
		cells[i] = msg(l, heads[i]);
	for (size_t i = 0; i < n; i++) {
		cells[3 * (i + 1)] = line[i].when;
		cells[3 * (i + 1) + 1] = join2(x->c, line[i].who, S("\n"), line[i].phone);
		cells[3 * (i + 1) + 2] = line[i].what;
	}
	pdf_table(x->p, widths, 3, cells, n + 1);
}

/* The largest type with which it stays within the pages: 2 for the person, 4 for the team, 1 for the fridge. */
Str sheet_pdf(Ctx *c, const Dossier *d, Sheet s, int number, int *pages)
{
	static const double person_sizes[] = { 16, 14, 12.5 }, fridge_sizes[] = { 20, 18, 16, 14, 12, 10.5, 9 },
	                    team_sizes[] = { 11, 10, 9.5, 9 };
	const double *sizes = s == SHEET_PERSON ? person_sizes : s == SHEET_FRIDGE ? fridge_sizes : team_sizes;
	size_t n = s == SHEET_PERSON   ? COUNT_OF(person_sizes)
	           : s == SHEET_FRIDGE ? COUNT_OF(fridge_sizes)
	                               : COUNT_OF(team_sizes);
	int most = s == SHEET_PERSON ? 2 : s == SHEET_FRIDGE ? 1 : 4, used = 0;
	Str bytes = S("");
	PdfOptions o = { .lang = c->lang };
	o.title = fill1(c, s == SHEET_FRIDGE ? MSG_sheet_fridge_of : MSG_plan_title_of, d->person.name);
	o.footer = sheet_footer(c, d, number, &o.made);
	for (size_t i = 0; i < n && (i == 0 || used > most); i++) {
		o.size = sizes[i];
		Doc x = { c, d, pdf_new(c->arena, &o) };
		switch (s) {
		case SHEET_PERSON:
			person_body(&x);
			break;
		case SHEET_TEAM:
			team_body(&x);
			break;
		case SHEET_FRIDGE:
			fridge_body(&x);
			break;
		}
		bytes = pdf_end(x.p, &used);
	}
	if (pages)
		*pages = used;
	return bytes;
}

static Reply get(Ctx *c)
{
	Dossier d;
	int number;
	Sheet s = sheet_parse(req_query(c->req, S("soort")));
	Err e = sheet_dossier(c, &d, &number);
	if (e != OK)
		return page_error(c, e);
	Reply r = reply_new(c->arena, 200, S("application/pdf"), sheet_pdf(c, &d, s, number, NULL));
	r.no_store = true;
	reply_header(&r, S("Content-Disposition"),
	             arena_join(c->arena, S("inline; filename=\"plan-"), sheet_code(s), S(".pdf\""), STR_END));
	return r;
}

const Page page_plan_pdf = {
	.path = S_INIT("/persoon/{person}/plan/plan.pdf"),
	.title = MSG_plan_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
	.slow = true,
};
