/* Two versions of the plan, or a version and now: what is new, what is gone, what changed. In words, not only in
 * colours. */
#include "web/pages/plan.h"

static Str state_prefix(DiffNoun n)
{
	switch (n) {
	case DIFF_PLAN:
		return S("plan_state.");
	case DIFF_LIFE_GOAL:
		return S("life_goal_state.");
	case DIFF_CARE_GOAL:
		return S("care_goal_state.");
	case DIFF_ACTION:
		return S("action_state.");
	case DIFF_AGREEMENT:
	case DIFF_MEMBER:
		break;
	}
	return S("");
}

static void field_part(Ctx *c, Html *h, const Diff *x, const FieldDiff *f)
{
	Msg name = msg_code(S("diff.field."), f->field);
	Str prefix = state_prefix(x->noun);
	H(h, "<div class=\"govuk-summary-list__row govuk-summary-list__row--no-actions\"><dt "
	     "class=\"govuk-summary-list__key\">");
	h_msg(h, name == MSG_NONE ? MSG_diff_field_other : name);
	H(h, "</dt><dd class=\"govuk-summary-list__value\"><span class=\"sd-meta\">");
	h_msg(h, MSG_diff_before);
	H(h, ":</span> <del>");
	if (f->before.n)
		h_lines(h, plan_value(c, prefix, f->field, f->before));
	else
		h_msg(h, MSG_common_not_filled);
	H(h, "</del><br><span class=\"sd-meta\">");
	h_msg(h, MSG_diff_after);
	H(h, ":</span> <strong>");
	if (f->after.n)
		h_lines(h, plan_value(c, prefix, f->field, f->after));
	else
		h_msg(h, MSG_common_not_filled);
	H(h, "</strong></dd></div>");
}

static void diff_part(Ctx *c, Html *h, const Diff *x)
{
	static const Msg kinds[] = { MSG_diff_added, MSG_diff_removed, MSG_diff_changed };
	static const char *const colours[] = { "green", "orange", "yellow" };
	H(h, "<li class=\"sd-card\"><h3 class=\"sd-card__title\">");
	h_tag(h, kinds[x->kind], str_c(colours[x->kind]));
	H(h, " ");
	if (x->title.n)
		h_text(h, x->title);
	else
		h_msg(h, MSG_plan_whole);
	H(h, "</h3>");
	if (x->n_fields)
		H(h, "<dl class=\"govuk-summary-list\">");
	for (size_t i = 0; i < x->n_fields; i++)
		field_part(c, h, x, &x->fields[i]);
	if (x->n_fields)
		H(h, "</dl>");
	H(h, "</li>");
}

static void diffs(Ctx *c, Html *h, const Dossier *before, const Dossier *after)
{
	static const Msg nouns[] = { MSG_diff_noun_plan,   MSG_diff_noun_life_goal, MSG_diff_noun_care_goal,
		                     MSG_diff_noun_action, MSG_diff_noun_agreement, MSG_diff_noun_member };
	size_t n;
	Diff *list = plan_diff(before, after, &n);
	H(h, "<p class=\"govuk-body-l\">");
	h_count(h, MSG_diff_count_one, MSG_diff_count_many, (int64_t)n);
	H(h, "</p>");
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || list[i].noun != list[i - 1].noun) {
			if (i)
				H(h, "</ul>");
			h_heading(h, 2, nouns[list[i].noun]);
			H(h, "<ul class=\"sd-plain-list\">");
		}
		diff_part(c, h, &list[i]);
	}
	if (n)
		H(h, "</ul>");
}

/* A select of versions, newest first; with "now" when asked. */
static void version_select(Ctx *c, Html *h, const Dossier *d, Str name, Msg label, int chosen, bool now)
{
	Option *o = ARENA_ARRAY(c->arena, Option, d->n_versions + 1);
	size_t n = 0;
	if (now)
		o[n++] = (Option){ S("nu"), msg(c->lang, MSG_diff_now), STR_END, chosen == 0 };
	for (size_t i = 0; i < d->n_versions; i++) {
		Str args[] = { arena_printf(c->arena, "%d", d->versions[i].number),
			       date_text(c->arena, c->lang, d->versions[i].agreed_at) };
		o[n++] = (Option){ args[0], msg_fill(c->arena, c->lang, MSG_plan_version_date, args, 2), STR_END,
			           chosen == d->versions[i].number };
	}
	h_select(h, name, label, MSG_NONE, o, n, NULL);
}

static int number_of(Ctx *c, Str name, int otherwise)
{
	int64_t v;
	Str s = req_query(c->req, name);
	if (str_eq(s, S("nu")))
		return 0;
	return str_int(s, &v) && v > 0 && v < 100000 ? (int)v : otherwise;
}

static Err side(const Dossier *now, int number, Dossier *out)
{
	if (number)
		return plan_version_open(now, number, out);
	*out = *now;
	return OK;
}

static Reply get(Ctx *c)
{
	Dossier now, before, after;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &now);
	if (e != OK)
		return page_error(c, e);
	Html h;
	Layout l = { .tab = TAB_PLAN, .dossier = &now, .back = plan_at(c, S("plan/versies")) };
	if (!now.n_versions) {
		h = page_begin(c, &l);
		h_empty(&h, MSG_plan_no_versions, plan_at(c, S("plan")), MSG_plan_to_plan);
		return page_end(c, &h, 200);
	}
	int to = number_of(c, S("tot"), 0), from = number_of(c, S("van"), now.versions[0].number);
	e = side(&now, from, &before);
	if (e == OK)
		e = side(&now, to, &after);
	if (e != OK)
		return page_error(c, e);
	PlanView v = { c, &now, true, false };
	h = page_begin(c, &l);
	plan_words(&h, &v);
	H(&h, "<form method=\"get\" class=\"sd-search sd-no-print\">");
	version_select(c, &h, &now, S("van"), MSG_diff_from, from, false);
	version_select(c, &h, &now, S("tot"), MSG_diff_to, to, true);
	h_button(&h, MSG_diff_compare);
	H(&h, "</form>");
	diffs(c, &h, &before, &after);
	return page_end(c, &h, 200);
}

const Page page_plan_compare = {
	.path = S_INIT("/persoon/{person}/plan/vergelijk"),
	.title = MSG_plan_compare_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
};
