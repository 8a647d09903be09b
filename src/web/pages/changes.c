/* What changed since my last visit, in nouns, newest first. "Seen" moves the moment. */
#include "care/changes.h"
#include "web/pages/plan.h"

enum { SHOWN = 200, FIRST_DAYS = 30 };

static Str state_prefix(ChangeNoun n)
{
	switch (n) {
	case CHG_LIFE_GOAL:
		return S("life_goal_state.");
	case CHG_CARE_GOAL:
		return S("care_goal_state.");
	case CHG_ACTION:
		return S("action_state.");
	case CHG_PLAN:
		return S("plan_state.");
	case CHG_PHASE:
		return S("phase.");
	case CHG_PERSON:
	case CHG_CONVERSATION:
	case CHG_STORY:
	case CHG_ATTAINMENT:
	case CHG_AGREED:
	case CHG_REMARK:
	case CHG_TEAM:
	case CHG_RELATIVE:
	case CHG_CONSENT:
	case CHG_OTHER:
		break;
	}
	return S("");
}

/* Where to look at it; absent when there is no page of its own, or it is gone. */
static Str href_of(Ctx *c, const Change *x)
{
	Str rest = STR_END;
	if (x->how == CHANGE_DELETED)
		return rest;
	switch (x->noun) {
	case CHG_LIFE_GOAL:
		rest = arena_join(c->arena, S("levensdoelen/"), x->id, STR_END);
		break;
	case CHG_CARE_GOAL:
		rest = arena_join(c->arena, S("zorgdoelen/"), x->id, STR_END);
		break;
	case CHG_ACTION:
		rest = arena_join(c->arena, S("acties/"), x->id, STR_END);
		break;
	case CHG_CONVERSATION:
		rest = arena_join(c->arena, S("gesprek/"), x->id, STR_END);
		break;
	case CHG_PLAN:
		rest = S("plan");
		break;
	case CHG_ATTAINMENT:
		if (x->about.n)
			rest = arena_join(c->arena, S("zorgdoelen/"), x->about, STR_END);
		break;
	case CHG_AGREED:
		rest = S("plan/versies");
		break;
	case CHG_REMARK:
		rest = S("plan/bespreken");
		break;
	case CHG_TEAM:
	case CHG_RELATIVE:
		rest = S("team");
		break;
	case CHG_PERSON:
	case CHG_PHASE:
	case CHG_STORY:
	case CHG_CONSENT:
	case CHG_OTHER:
		break;
	}
	return rest.n ? plan_at(c, rest) : rest;
}

static void before_after(Ctx *c, Html *h, const Change *x)
{
	if (!x->before.n && !x->after.n)
		return;
	Str prefix = state_prefix(x->noun);
	H(h, "<p class=\"govuk-body govuk-!-margin-bottom-1\"><span class=\"sd-meta\">");
	h_msg(h, MSG_diff_before);
	H(h, ":</span> <del>");
	if (x->before.n)
		h_lines(h, plan_value(c, prefix, S(""), x->before));
	else
		h_msg(h, MSG_common_not_filled);
	H(h, "</del><br><span class=\"sd-meta\">");
	h_msg(h, MSG_diff_after);
	H(h, ":</span> <strong>");
	if (x->after.n)
		h_lines(h, plan_value(c, prefix, S(""), x->after));
	else
		h_msg(h, MSG_common_not_filled);
	H(h, "</strong></p>");
}

/* Looking back on a goal: where it stands in the words of its scale, and what was said. */
static void looking_back(Ctx *c, Html *h, const CareGoal *g, const Change *x)
{
	const GasLevel *on = g->has_scale && x->level >= -2 && x->level <= 2 ? &g->scale[x->level + 2] : NULL;
	Str line = arena_printf(c->arena, x->level ? "%+d" : "%d", x->level);
	if (on && on->text.n)
		line = arena_join(c->arena, line, S(" – "), on->text, STR_END);
	H(h, "<p class=\"govuk-body govuk-!-margin-bottom-1\">");
	h_text(h, line);
	if (x->title.n) {
		H(h, "<br>");
		h_text(h, arena_join(c->arena, S("“"), x->title, S("”"), STR_END));
	}
	H(h, "</p>");
}

static void change_part(Ctx *c, Html *h, const Dossier *d, const Change *x)
{
	static const Msg hows[] = { MSG_diff_added, MSG_diff_changed, MSG_diff_removed };
	static const char *const colours[] = { "green", "yellow", "orange" };
	const CareGoal *g = x->about.n ? dossier_care_goal(d, x->about) : NULL;
	/* A goal that is gone, or not to be seen, is not told by its address. */
	Str href = x->about.n && !g ? STR_END : href_of(c, x), title = g ? g->text : x->title;
	H(h, "<li class=\"sd-card\"><h2 class=\"sd-card__title\">");
	h_tag(h, hows[x->how], str_c(colours[x->how]));
	H(h, " ");
	if (href.n) {
		H(h, "<a class=\"govuk-link\" href=\"");
		h_attr(h, href);
		H(h, "\">");
	}
	h_msg(h, msg_code(S("change_noun."), change_noun_code(x->noun)));
	if (title.n) {
		H(h, ": ");
		h_text(h, str_clip(title, 160));
	}
	if (href.n)
		H(h, "</a>");
	H(h, "</h2>");
	if (g && x->how != CHANGE_DELETED)
		looking_back(c, h, g, x);
	before_after(c, h, x);
	H(h, "<p class=\"sd-meta\">");
	if (x->who.n) {
		h_text(h, x->who);
		H(h, " · ");
	}
	h_datetime(h, x->when);
	H(h, "</p></li>");
}

static Millis since_when(Ctx *c, bool *first)
{
	Millis at = 0;
	Moment m;
	Str asked = req_query(c->req, S("sinds"));
	*first = false;
	if (asked.n && time_parse_date(asked, &m))
		return m.from;
	if (visit_last_seen(c->visit, c->person, &at) != OK || at == 0) {
		*first = true;
		return time_now() - (Millis)FIRST_DAYS * DAY_MS;
	}
	return at;
}

static void other_date(Ctx *c, Html *h, Millis since)
{
	h_details_begin(h, MSG_changes_other_date);
	H(h, "<form method=\"get\">");
	h_date_field(h, S("sinds"), time_date(c->arena, since), MSG_changes_since_label, MSG_NONE, NULL);
	h_button(h, MSG_common_show);
	H(h, "</form>");
	h_details_end(h);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Change *list;
	size_t n;
	bool first;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	Millis since = e == OK ? since_when(c, &first) : 0, now = time_now();
	if (e == OK)
		e = changes_since(c->visit, &d, since, SHOWN, &list, &n);
	if (e != OK)
		return page_error(c, e);
	PlanView v = { c, &d, true, false };
	Html h = page_begin(c, &(Layout){ .tab = TAB_PLAN, .dossier = &d, .back = plan_at(c, S("plan")) });
	plan_words(&h, &v);
	H(&h, "<p class=\"govuk-body-l\">");
	h_count(&h, MSG_changes_count_one, MSG_changes_count_many, (int64_t)n);
	H(&h, " ");
	h_msg1(&h, first ? MSG_changes_first : MSG_changes_since, datetime_text(c->arena, c->lang, since));
	H(&h, "</p>");
	if (n) {
		form_begin(c, &h, STR_END);
		form_hidden(&h, S("tot"), arena_printf(c->arena, "%lld", (long long)now));
		h_button(&h, MSG_changes_seen);
		form_end(&h);
		H(&h, "<ul class=\"sd-plain-list\">");
		for (size_t i = 0; i < n; i++)
			change_part(c, &h, &d, &list[i]);
		H(&h, "</ul>");
	} else {
		h_inset(&h, MSG_changes_none);
	}
	other_date(c, &h, since);
	return page_end(c, &h, 200);
}

/* What came in between showing and pressing the button is not seen yet. */
static Reply post(Ctx *c)
{
	int64_t at, now = time_now();
	if (!str_int(req_form(c->req, S("tot")), &at) || at > now || at < now - (int64_t)FIRST_DAYS * DAY_MS)
		at = now;
	visit_mark_seen(c->visit, c->person, at);
	return saved(c, plan_at(c, S("veranderd")), MSG_changes_marked);
}

const Page page_changes = {
	.path = S_INIT("/persoon/{person}/veranderd"),
	.title = MSG_changes_title,
	.need = NEED_PERSON,
	.get = get,
	.post = post,
};
