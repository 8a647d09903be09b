#include "web/pages/plan.h"

#include "care/action.h"
#include "web/icon.h"
#include "web/svg.h"

Str plan_at(Ctx *c, Str rest)
{
	return arena_join(c->arena, S("/persoon/"), c->person, S("/"), rest, STR_END);
}

Str action_path(Ctx *c, Str id)
{
	return plan_at(c, arena_join(c->arena, S("acties/"), id, STR_END));
}

bool plan_own_voice(const Ctx *c)
{
	return c->relation.kind == REL_SELF || c->relation.kind == REL_REPRESENTATIVE;
}
bool plan_is_mine(const Ctx *c)
{
	return c->relation.kind == REL_SELF;
}
bool plan_may_write(const Ctx *c)
{
	return c->relation.write >> CAT_GOALS & 1;
}

bool plan_may_agree(const Ctx *c)
{
	return plan_may_write(c) && (plan_own_voice(c) || c->relation.kind == REL_TEAM || c->relation.kind == REL_NEW);
}

bool plan_is_me(const Ctx *c, Str ref)
{
	for (size_t i = 0; c->scope && ref.n && i < c->scope->n_refs; i++)
		if (str_eq(c->scope->refs[i], ref))
			return true;
	return false;
}

TypeSet plan_types_with_remarks(void)
{
	TypeSet t = DOSSIER_PLAN;
	typeset_add(&t, FT_COMMUNICATION);
	return t;
}

const LifeGoal *plan_first_goal(const Dossier *d)
{
	for (size_t i = 0; i < d->n_life_goals; i++)
		if (d->life_goals[i].pinned)
			return &d->life_goals[i];
	return d->n_life_goals ? &d->life_goals[0] : NULL;
}

static bool shown(const LifeGoal *l)
{
	return l->state != LG_LET_GO && l->state != LG_CHANGED;
}

const LifeGoal *plan_life_goal_of(const Dossier *d, const CareGoal *g)
{
	const LifeGoal *past = NULL;
	for (size_t i = 0; g && i < d->n_life_goals; i++) {
		if (!plan_goal_serves(g, d->life_goals[i].b.id))
			continue;
		if (shown(&d->life_goals[i]))
			return &d->life_goals[i];
		past = past ? past : &d->life_goals[i];
	}
	return past;
}

static bool has(const Str *list, size_t n, Str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], id))
			return true;
	return false;
}

bool plan_goal_serves(const CareGoal *g, Str life_goal)
{
	return has(g->life_goals, g->n_life_goals, life_goal);
}
bool plan_action_serves(const Action *a, Str care_goal)
{
	return has(a->care_goals, a->n_care_goals, care_goal);
}

bool plan_has_goal(const Dossier *d, const CareGoal *g)
{
	return d->plan.exists ? has(d->plan.goals, d->plan.n_goals, g->b.id) : g->state <= CG_ACTIVE;
}

bool plan_has_action(const Dossier *d, const Action *a)
{
	return d->plan.exists ? has(d->plan.actions, d->plan.n_actions, a->b.id) : action_open(a);
}

Str plan_action_how(Ctx *c, const Action *a)
{
	Buf b = buf_new(c->arena, 128, 0);
	const Str parts[] = { a->when, a->where, a->with };
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (!parts[i].n)
			continue;
		if (b.n)
			BUF_LIT(&b, " · ");
		buf_add(&b, parts[i]);
	}
	return buf_str(&b);
}

Str plan_owner(Ctx *c, const Dossier *d, const Action *a)
{
	if (plan_is_mine(c) && a->owner_kind == OWNER_PERSON)
		return msg(c->lang, MSG_plan_you);
	Str name = dossier_name(d, a->owner);
	if (a->owner_kind == OWNER_PERSON && d->person.call_name.n)
		name = d->person.call_name;
	if (!name.n)
		name = a->owner_name;
	return name.n ? name : msg(c->lang, MSG_owner_kind_none);
}

Str plan_coordinator(const Dossier *d)
{
	if (d->plan.coordinator.n) {
		Str name = dossier_name(d, d->plan.coordinator);
		return name.n ? name : d->plan.coordinator_name;
	}
	const Member *m = plan_coordinator_member(d);
	return m ? m->name : (Str){ NULL, 0 };
}

const Member *plan_coordinator_member(const Dossier *d)
{
	const Member *named = d->plan.coordinator.n ? dossier_member(d, d->plan.coordinator) : NULL;
	for (size_t i = 0; !named && i < d->team.n_members; i++)
		if (d->team.members[i].active && d->team.members[i].coordinator)
			return &d->team.members[i];
	return named;
}

/* ---- drawing ---- */

void plan_words(Html *h, const PlanView *v)
{
	const LifeGoal *g = plan_first_goal(v->d);
	if (!g)
		return;
	Str who = g->said_by_name.n ? g->said_by_name : v->d->person.name;
	if (g->said_on.n)
		who = arena_join(h->arena, who, S(", "), fhir_date_text(h->arena, h->lang, g->said_on), STR_END);
	h_quote(h, g->words, who);
}

static void linked(Html *h, const PlanView *v, Str kind, Str id, Str text, bool strong)
{
	if (v->links) {
		H(h, "<a class=\"govuk-link\" href=\"");
		h_attr(h, plan_at(v->c, arena_join(h->arena, kind, id, STR_END)));
		H(h, "\">");
	}
	if (strong)
		H(h, "<strong>");
	h_text(h, text);
	if (strong)
		H(h, "</strong>");
	if (v->links)
		H(h, "</a>");
}

static void action_line(Html *h, const PlanView *v, const Action *a)
{
	Str how = plan_action_how(v->c, a);
	H(h, "<li>");
	linked(h, v, S("acties/"), a->b.id, a->what, false);
	H(h, " – <strong>");
	h_text(h, plan_owner(v->c, v->d, a));
	H(h, "</strong>");
	if (how.n) {
		H(h, "<span class=\"sd-thread__kind\">");
		h_text(h, how);
		H(h, "</span>");
	}
	if (a->state != ACT_PLANNED && !v->print) {
		H(h, " ");
		h_tag(h, msg_code(S("action_state."), action_state_code(a->state)),
		      state_colour(action_state_code(a->state)));
	}
	H(h, "</li>");
}

static void actions_of(Html *h, const PlanView *v, const CareGoal *g)
{
	bool any = false;
	for (size_t i = 0; i < v->d->n_actions; i++) {
		const Action *a = &v->d->actions[i];
		if (!plan_action_serves(a, g->b.id) || !plan_has_action(v->d, a))
			continue;
		if (!any)
			H(h, "<ul class=\"govuk-list govuk-list--bullet\">");
		any = true;
		action_line(h, v, a);
	}
	if (any)
		H(h, "</ul>");
	else
		h_hint(h, MSG_plan_no_actions);
}

static Msg acceptance_words(const PlanView *v, Acceptance a)
{
	bool mine = plan_is_mine(v->c);
	switch (a) {
	case ACC_PENDING:
		return mine ? MSG_plan_accept_pending_you : MSG_plan_accept_pending;
	case ACC_AGREE:
		return mine ? MSG_plan_accept_yes_you : MSG_plan_accept_yes;
	case ACC_DISAGREE:
		return mine ? MSG_plan_accept_no_you : MSG_plan_accept_no;
	}
	return MSG_NONE;
}

static Str acceptance_state(Acceptance a)
{
	switch (a) {
	case ACC_PENDING:
		return S("pending");
	case ACC_AGREE:
		return S("agree");
	case ACC_DISAGREE:
		return S("disagree");
	}
	return S("pending");
}

static void care_goal(Html *h, const PlanView *v, const CareGoal *g)
{
	H(h, "<li><p class=\"govuk-body govuk-!-margin-bottom-1\">");
	linked(h, v, S("zorgdoelen/"), g->b.id, g->text, true);
	H(h, "</p><p class=\"govuk-body govuk-!-margin-bottom-1\">");
	if (!v->print) {
		h_tag(h, msg_code(S("care_goal_state."), care_goal_state_code(g->state)),
		      state_colour(care_goal_state_code(g->state)));
		H(h, " ");
	}
	h_tag(h, acceptance_words(v, g->person_accepts), state_colour(acceptance_state(g->person_accepts)));
	if (g->due.n) {
		H(h, " <span class=\"sd-meta\">");
		h_msg1(h, MSG_plan_due, fhir_date_text(h->arena, h->lang, g->due));
		H(h, "</span>");
	}
	H(h, "</p>");
	for (size_t i = 0; g->person_accepts == ACC_DISAGREE && i < g->n_acceptance; i++)
		if (g->acceptance[i].status == ACC_DISAGREE && g->acceptance[i].why.n)
			h_quote(h, g->acceptance[i].why, g->acceptance[i].name);
	if (!v->print && (g->has_level || g->has_own))
		svg_attainment(h, g);
	actions_of(h, v, g);
	H(h, "</li>");
}

/* Served before under a more important life goal: named, not told again. */
static void told_before(Html *h, const PlanView *v, const CareGoal *g)
{
	H(h, "<li><p class=\"govuk-body govuk-!-margin-bottom-1\">");
	linked(h, v, S("zorgdoelen/"), g->b.id, g->text, false);
	H(h, " <span class=\"sd-meta\">(");
	h_msg(h, MSG_plan_see_above);
	H(h, ")</span></p></li>");
}

static bool goals_under(Html *h, const PlanView *v, const LifeGoal *l)
{
	bool any = false;
	for (size_t i = 0; i < v->d->n_care_goals; i++) {
		const CareGoal *g = &v->d->care_goals[i];
		const LifeGoal *home = plan_life_goal_of(v->d, g);
		home = home && shown(home) ? home : NULL;
		if (!plan_has_goal(v->d, g) || (l ? !plan_goal_serves(g, l->b.id) : home != NULL))
			continue;
		if (!any && !l)
			h_heading(h, 3, MSG_plan_without_life_goal);
		if (!any)
			H(h, "<ol class=\"sd-thread\">");
		any = true;
		if (home == l)
			care_goal(h, v, g);
		else
			told_before(h, v, g);
	}
	if (any)
		H(h, "</ol>");
	return any;
}

static void loose_actions(Html *h, const PlanView *v)
{
	bool any = false;
	for (size_t i = 0; i < v->d->n_actions; i++) {
		const Action *a = &v->d->actions[i];
		bool tied = false;
		for (size_t k = 0; k < a->n_care_goals; k++) {
			const CareGoal *g = dossier_care_goal(v->d, a->care_goals[k]);
			tied |= g && plan_has_goal(v->d, g);
		}
		if (tied || !plan_has_action(v->d, a))
			continue;
		if (!any) {
			h_heading(h, 3, MSG_plan_loose_actions);
			H(h, "<ul class=\"govuk-list govuk-list--bullet\">");
		}
		any = true;
		action_line(h, v, a);
	}
	if (any)
		H(h, "</ul>");
}

void plan_goals(Html *h, const PlanView *v)
{
	for (size_t i = 0; i < v->d->n_life_goals; i++) {
		const LifeGoal *l = &v->d->life_goals[i];
		if (!shown(l))
			continue;
		H(h, "<section><h3 class=\"govuk-heading-m\">");
		h_icon(h, icon_of_domain(l->domain));
		H(h, " ");
		linked(h, v, S("levensdoelen/"), l->b.id, arena_join(h->arena, S("“"), l->words, S("”"), STR_END),
		       false);
		H(h, "</h3>");
		if (!goals_under(h, v, l))
			h_hint(h, l->state == LG_DREAM ? MSG_plan_dream : MSG_plan_nobody_works);
		H(h, "</section>");
	}
	(void)goals_under(h, v, NULL);
	loose_actions(h, v);
}

void plan_agreements(Html *h, const PlanView *v)
{
	const Plan *p = &v->d->plan;
	static const AgreementKind order[] = { AGR_URGENT, AGR_CHANNEL, AGR_IF, AGR_OTHER };
	for (size_t k = 0; k < COUNT_OF(order); k++) {
		bool any = false;
		for (size_t i = 0; i < p->n_agreements; i++) {
			if (p->agreements[i].kind != order[k])
				continue;
			if (!any) {
				h_heading(h, 3, msg_code(S("agreement_kind."), agreement_kind_code(order[k])));
				H(h, "<ul class=\"govuk-list govuk-list--bullet\">");
			}
			any = true;
			H(h, "<li>");
			h_lines(h, p->agreements[i].text);
			H(h, "</li>");
		}
		if (any)
			H(h, "</ul>");
	}
}

void plan_frame(Html *h, const PlanView *v)
{
	const Plan *p = &v->d->plan;
	const Member *m = plan_coordinator_member(v->d);
	Str who = plan_coordinator(v->d);
	if (m && m->reach.n && who.n)
		who = arena_join(h->arena, who, S("\n"), m->reach, STR_END);
	Str every = arena_printf(h->arena, "%d", p->evaluate_every_months);
	summary_begin(h);
	summary_row(h, MSG_plan_coordinator, who, STR_END);
	summary_row(h, MSG_plan_start, p->start.n ? fhir_date_text(h->arena, h->lang, p->start) : p->start, STR_END);
	summary_row(h, MSG_plan_next_evaluation,
	            p->next_evaluation.n ? fhir_date_text(h->arena, h->lang, p->next_evaluation) : p->next_evaluation,
	            STR_END);
	if (p->evaluate_every_months)
		summary_row(h, MSG_plan_every, msg_fill(h->arena, h->lang, MSG_plan_every_months, &every, 1), STR_END);
	summary_end(h);
}

/* ---- words for values ---- */

Str plan_value(Ctx *c, Str prefix, Str field, Str value)
{
	static const char *const dates[] = { "start", "due", "evaluate_on", "next_evaluation", "from", "until" };
	Msg m = MSG_NONE;
	if (str_eq(value, S("true")))
		return msg(c->lang, MSG_common_yes);
	if (str_eq(value, S("false")))
		return msg(c->lang, MSG_common_no);
	for (size_t i = 0; value.n && i < COUNT_OF(dates); i++)
		if (str_eq(field, str_c(dates[i])))
			return fhir_date_text(c->arena, c->lang, value);
	if (str_eq(field, S("state")) || (!field.n && prefix.n))
		m = msg_code(prefix, value);
	else if (str_eq(field, S("domain")))
		m = msg_code(S("life_domain."), value);
	return m == MSG_NONE ? value : msg(c->lang, m);
}

void plan_errors_to(Errors *e, Str from, Str to)
{
	for (size_t i = 0; i < e->n; i++)
		if (str_eq(e->items[i].field, from))
			e->items[i].field = to;
}

void plan_error_words(Errors *e, Str field, Msg when_empty)
{
	for (size_t i = 0; i < e->n; i++)
		if (str_eq(e->items[i].field, field) && e->items[i].message == MSG_problem_empty)
			e->items[i].message = when_empty;
}

Reply plan_saved_undo(Ctx *c, Str location, Msg what, FhirType type, Str id)
{
	Rec w;
	if (visit_written(c->visit, type, id, &w) != OK)
		return saved(c, location, what);
	return saved_undo(c, location, what, undo_path(c, type, id, w.version));
}
