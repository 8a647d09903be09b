/* Activities of other systems: what they say about when, who, where and for what, and the button that takes one over.
 */
#include "web/pages/plan.h"

static Str joined(Ctx *c, Str x, Str y)
{
	return !x.n ? y : !y.n ? x : arena_join(c->arena, x, S(" · "), y, STR_END);
}

/* "2 keer per week", "1 keer om de 3 dagen". */
static Str times(Ctx *c, const Activity *x)
{
	Msg m = msg_code(x->every == 1 ? S("plan.times.") : S("plan.times_every."), x->unit);
	Str args[] = { arena_printf(c->arena, "%lld", (long long)x->times),
		       arena_printf(c->arena, "%lld", (long long)x->every) };
	return x->times < 1 || m == MSG_NONE ? S("") : msg_fill(c->arena, c->lang, m, args, 2);
}

Str activity_when(Ctx *c, const Activity *x)
{
	return x->when.n ? x->when : times(c, x);
}

Str activity_period(Ctx *c, const Activity *x)
{
	Str from = x->from.n ? fhir_date_text(c->arena, c->lang, x->from) : S(""),
	    until = x->until.n ? fhir_date_text(c->arena, c->lang, x->until) : S(""), args[] = { from, until };
	if (from.n && until.n)
		return msg_fill(c->arena, c->lang, MSG_action_from_until, args, 2);
	if (from.n)
		return msg_fill(c->arena, c->lang, MSG_action_since, &from, 1);
	return until.n ? msg_fill(c->arena, c->lang, MSG_action_until, &until, 1) : S("");
}

Str activity_how(Ctx *c, const Activity *x)
{
	return joined(c, joined(c, x->who, activity_when(c, x)), x->where);
}

Str plan_foreign_status(Ctx *c, Str status)
{
	Msg m = msg_code(S("plan.foreign_status."), status);
	return m == MSG_NONE ? status : msg(c->lang, m);
}

Str activity_state(Ctx *c, const Activity *x)
{
	return x->prohibits ? S("") : plan_foreign_status(c, x->status); /* what must not be done has no progress */
}

Str activity_text(Ctx *c, const Activity *x)
{
	return x->prohibits ? msg_fill(c->arena, c->lang, MSG_plan_elsewhere_not, &x->text, 1) : x->text;
}

static Str goal_text(Ctx *c, const Dossier *d, Str id)
{
	const CareGoal *g = dossier_care_goal(d, id);
	const LifeGoal *l = dossier_life_goal(d, id);
	for (size_t i = 0; !g && !l && i < d->n_foreign_goals; i++)
		if (str_eq(d->foreign_goals[i]->id, id)) {
			ForeignGoal f;
			foreign_goal_from(c->arena, d->foreign_goals[i], &f);
			return f.text;
		}
	return g ? g->text : l ? l->words : S("");
}

void activity_facts(Ctx *c, Html *h, const Dossier *d, const Activity *x)
{
	const Str lines[] = { activity_how(c, x), activity_period(c, x) };
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		if (!lines[i].n)
			continue;
		H(h, "<br><span class=\"sd-meta\">");
		h_text(h, lines[i]);
		H(h, "</span>");
	}
	for (size_t i = 0; i < x->n_goals; i++) {
		Str goal = goal_text(c, d, x->goals[i]);
		if (!goal.n)
			continue;
		H(h, "<br><span class=\"sd-meta\">");
		h_msg(h, MSG_action_for);
		H(h, " ");
		h_text(h, goal);
		H(h, "</span>");
	}
	if (x->reason.n) {
		H(h, "<br>");
		h_text(h, x->reason);
	}
}

bool activity_adoptable(Ctx *c, const Dossier *d, const Activity *x)
{
	return plan_may_write(c) && !d->as_of && x->detail && !x->prohibits && x->open;
}

void activity_button(Ctx *c, Html *h, const Activity *x)
{
	form_begin(c, h, plan_at(c, S("acties")));
	form_hidden(h, S("plan"), x->plan->id);
	form_hidden(h, S("at"), arena_printf(c->arena, "%zu", x->at));
	form_version(h, x->plan->version);
	H(h,
	  "<button type=\"submit\" class=\"govuk-button govuk-button--secondary govuk-!-margin-bottom-0\" name=\"do\" "
	  "value=\"adopt\">");
	h_msg(h, MSG_plan_adopt);
	H(h, "<span class=\"govuk-visually-hidden\"> – ");
	h_text(h, x->text);
	H(h, "</span></button>");
	form_end(h);
}

static void activity_card(Ctx *c, Html *h, const Dossier *d, const Activity *x)
{
	H(h, "<li class=\"sd-card\"><h3 class=\"sd-card__title\">");
	h_text(h, activity_text(c, x));
	H(h, "</h3><p class=\"govuk-body govuk-!-margin-bottom-1\">");
	h_tag(h, MSG_plan_elsewhere_tag, S("grey"));
	H(h, " ");
	h_text(h, activity_state(c, x));
	activity_facts(c, h, d, x);
	H(h, "</p>");
	if (activity_adoptable(c, d, x))
		activity_button(c, h, x);
	H(h, "</li>");
}

void activities_cards(Ctx *c, Html *h, const Dossier *d)
{
	size_t n;
	Activity *list = dossier_activities(d, &n);
	if (!n)
		return;
	H(h, "<h2 class=\"govuk-heading-m\" id=\"elders\">");
	h_msg(h, MSG_plan_elsewhere);
	H(h, "</h2>");
	h_hint(h, MSG_plan_elsewhere_hint);
	H(h, "<ul class=\"sd-grid\">");
	for (size_t i = 0; i < n; i++)
		activity_card(c, h, d, &list[i]);
	H(h, "</ul>");
}

static void item(Ctx *c, Html *h, const Dossier *d, const Activity *x)
{
	Str state = activity_state(c, x);
	H(h, "<li>");
	h_text(h, activity_text(c, x));
	if (state.n) {
		H(h, " <span class=\"sd-meta\">(");
		h_text(h, state);
		H(h, ")</span>");
	}
	activity_facts(c, h, d, x);
	H(h, "</li>");
}

void activities_list(Ctx *c, Html *h, const Dossier *d, bool own_plan)
{
	size_t n;
	bool any = false, adoptable = false;
	Activity *list = dossier_activities(d, &n);
	for (size_t i = 0; i < n; i++) {
		if (own_plan && list[i].plan != d->plan.b.rec)
			continue;
		if (!any) {
			h_heading(h, 2, MSG_plan_elsewhere);
			H(h, "<ul class=\"govuk-list govuk-list--bullet\">");
		}
		any = true;
		adoptable |= activity_adoptable(c, d, &list[i]);
		item(c, h, d, &list[i]);
	}
	if (any)
		H(h, "</ul>");
	if (any && adoptable && own_plan) {
		H(h, "<p class=\"govuk-body sd-no-print\">");
		h_link(h, plan_at(c, S("acties#elders")), MSG_plan_adopt_where);
		H(h, "</p>");
	}
}
