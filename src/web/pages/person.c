/* The person: what matters most on top, where we are, where the thread is broken, what to do next, strengths beside
 * needs. */
#include "care/story.h"
#include "web/web_internal.h"

static bool may_write(const Ctx *c, Category k)
{
	return c->relation.write >> k & 1;
}
static bool may_read(const Ctx *c, Category k)
{
	return c->relation.read >> k & 1;
}

/* ---- what matters ---- */

static const LifeGoal *top_goal(const Dossier *d)
{
	for (size_t i = 0; i < d->n_life_goals; i++)
		if (d->life_goals[i].pinned)
			return &d->life_goals[i];
	return d->n_life_goals ? &d->life_goals[0] : NULL;
}

static Str call_name(const Dossier *d)
{
	return d->person.call_name.n ? d->person.call_name : d->person.given.n ? d->person.given : d->person.name;
}

static void matters(Ctx *c, Html *h, const Dossier *d)
{
	const LifeGoal *g = top_goal(d);
	if (!may_read(c, CAT_GOALS))
		return;
	if (!g) {
		H(h, "<div class=\"sd-empty\"><p class=\"govuk-body\">");
		h_msg1(h, MSG_person_matters_none, call_name(d));
		H(h, "</p></div>\n");
		return;
	}
	H(h, "<p class=\"sd-meta\">");
	h_msg(h, MSG_person_matters);
	H(h, "</p>\n");
	h_quote(h, g->words, g->said_by_name.n ? g->said_by_name : d->person.name);
}

/* ---- what to do next ---- */

typedef struct Step {
	Msg label;
	Str rest;
} Step;

static bool open_conversation(const Dossier *d)
{
	return d->n_conversations && !d->conversations[0].completed;
}

static Step next_step(Ctx *c, const Dossier *d)
{
	if (may_read(c, CAT_STORY) && open_conversation(d))
		return (Step){ MSG_person_next_conversation_go, S("/gesprek") };
	if (!d->n_life_goals && !d->n_conversations)
		return (Step){ MSG_person_next_conversation, S("/gesprek") };
	if (!d->n_life_goals)
		return (Step){ MSG_person_next_life_goals, S("/levensdoelen") };
	if (c->relation.kind == REL_SELF && d->plan.exists && d->plan.state == PLAN_DISCUSS)
		return (Step){ MSG_person_next_own, S("/plan/akkoord") };
	if (!d->n_care_goals)
		return (Step){ MSG_person_next_care_goals, S("/zorgdoelen") };
	if (!d->n_actions)
		return (Step){ MSG_person_next_actions, S("/acties") };
	if (!d->plan.exists)
		return (Step){ MSG_person_next_plan, S("/plan") };
	if (d->plan.state == PLAN_DRAFT || d->plan.state == PLAN_DISCUSS || d->plan.state == PLAN_REVISE)
		return (Step){ MSG_person_next_agree, S("/plan") };
	return (Step){ MSG_person_next_plan_view, S("/plan") };
}

static void next(Ctx *c, Html *h, const Dossier *d)
{
	if (!may_read(c, CAT_GOALS))
		return;
	Step s = next_step(c, d);
	Str href = person_path(c, s.rest);
	if (!leads_somewhere(href))
		return;
	h_button_link(h, href, s.label, false);
}

/* ---- where we are ---- */

static Str evaluation_text(Ctx *c, const Dossier *d)
{
	return d->plan.next_evaluation.n ? fhir_date_text(c->arena, c->lang, d->plan.next_evaluation)
	                                 : msg(c->lang, MSG_person_evaluation_none);
}

static Str phase_text(Ctx *c, const Dossier *d)
{
	if (!d->phase.known)
		return msg(c->lang, MSG_person_phase_unknown);
	Buf b = buf_new(c->arena, 128, 0);
	buf_add(&b, msg(c->lang, msg_code(S("phase."), phase_code(d->phase.phase))));
	Str since = date_text(c->arena, c->lang, d->phase.since);
	buf_byte(&b, '\n');
	buf_add(&b, msg_fill(c->arena, c->lang, MSG_person_phase_since, &since, 1));
	if (d->phase.why.n) {
		BUF_LIT(&b, ": ");
		buf_add(&b, d->phase.why);
	}
	return buf_str(&b);
}

static void where(Ctx *c, Html *h, const Dossier *d)
{
	if (!may_read(c, CAT_GOALS))
		return;
	summary_begin(h);
	summary_row(h, MSG_person_phase, phase_text(c, d),
	            may_write(c, CAT_GOALS) && d->phase.known ? person_path(c, S("/fase")) : S(""));
	Msg state = d->plan.exists ? msg_code(S("plan_state."), plan_state_code(d->plan.state)) : MSG_person_plan_none;
	summary_row(h, MSG_person_plan, msg(c->lang, state), S(""));
	summary_row(h, MSG_person_evaluation, evaluation_text(c, d), S(""));
	if (d->plan.coordinator_name.n)
		summary_row(h, MSG_person_coordinator, d->plan.coordinator_name, S(""));
	summary_end(h);
}

/* ---- the thread's breaks ---- */

typedef struct BreakWords {
	Msg what, todo;
	Str a0, a1, rest;
} BreakWords;

static Str goal_words(const LifeGoal *g)
{
	return g ? g->words : S("");
}
static Str care_words(const CareGoal *g)
{
	return g ? g->text : S("");
}
static Str action_words(const Action *a)
{
	return a ? a->what : S("");
}

static BreakWords break_words(Ctx *c, const Dossier *d, const Break *b)
{
	switch (b->kind) {
	case BREAK_ACTION_WITHOUT_GOAL:
		return (BreakWords){ MSG_break_action_without_goal, MSG_break_action_without_goal_do,
			             action_words(b->action), S(""), S("/acties") };
	case BREAK_LIFE_GOAL_FORGOTTEN:
		return (BreakWords){ MSG_break_life_goal_forgotten, MSG_break_life_goal_forgotten_do,
			             goal_words(b->life_goal), S(""), S("/zorgdoelen") };
	case BREAK_NOT_ACCEPTED:
		return (BreakWords){ c->relation.kind == REL_SELF ? MSG_break_not_accepted_you : MSG_break_not_accepted,
			             MSG_break_not_accepted_do, care_words(b->care_goal), call_name(d),
			             S("/zorgdoelen") };
	case BREAK_CONFLICT:
		return (BreakWords){ MSG_break_conflict, MSG_break_conflict_do, care_words(b->care_goal),
			             care_words(b->other_goal), S("/zorgdoelen") };
	case BREAK_UNEVALUATED:
		return (BreakWords){ MSG_break_unevaluated, MSG_break_unevaluated_do, care_words(b->care_goal), S(""),
			             S("/zorgdoelen") };
	case BREAK_DOUBLE_ACTION:
		return (BreakWords){ MSG_break_double_action, MSG_break_double_action_do, action_words(b->action),
			             action_words(b->other_action), S("/acties") };
	case BREAK_NO_OWNER:
		return (BreakWords){ MSG_break_no_owner, MSG_break_no_owner_do, action_words(b->action), S(""),
			             S("/acties") };
	case BREAK_CARER_OVERLOAD:
		return (BreakWords){ MSG_break_carer_overload, MSG_break_carer_overload_do, b->who,
			             arena_printf(c->arena, "%zu", b->count), S("/acties") };
	case BREAK_CARE_GOAL_WITHOUT_LIFE_GOAL:
		return (BreakWords){ MSG_break_care_goal_without_life_goal, MSG_break_care_goal_without_life_goal_do,
			             care_words(b->care_goal), S(""), S("/zorgdoelen") };
	}
	return (BreakWords){ 0 };
}

/* The page of the goal itself when there is one, else its list. */
static Str break_href(Ctx *c, const Break *b, Str rest)
{
	Str list = person_path(c, rest);
	bool action = str_eq(rest, S("/acties"));
	Str id = action ? b->action ? b->action->b.id : S("") : b->care_goal ? b->care_goal->b.id : S("");
	Str one = arena_join(c->arena, list, S("/"), id, STR_END);
	return id.n && leads_somewhere(one) ? one : list;
}

static void breaks(Ctx *c, Html *h, const Dossier *d)
{
	size_t n;
	Break *all = dossier_breaks(d, &n);
	if (!n || !may_read(c, CAT_GOALS))
		return;
	h_heading(h, 2, c->relation.kind == REL_SELF ? MSG_person_breaks_you : MSG_person_breaks);
	h_hint(h, MSG_person_breaks_help);
	H(h, "<ul class=\"sd-breaks\">\n");
	for (size_t i = 0; i < n; i++) {
		BreakWords w = break_words(c, d, &all[i]);
		Str href = break_href(c, &all[i], w.rest);
		H(h, "<li>");
		h_msg2(h, w.what, w.a0, w.a1);
		if (may_write(c, CAT_GOALS) && leads_somewhere(href)) {
			H(h, "<br>");
			h_link(h, href, w.todo);
		}
		H(h, "</li>\n");
	}
	H(h, "</ul>\n");
}

/* ---- strengths beside needs ---- */

static void strengths(Ctx *c, Html *h, const Dossier *d)
{
	static const Str parts[] = { S_INIT("talents"), S_INIT("happy"), S_INIT("helps"), S_INIT("good-day") };
	Story s;
	size_t shown = 0;
	story_of(d, &s);
	H(h, "<div><h2 class=\"govuk-heading-m\">");
	h_msg1(h, MSG_person_strengths, call_name(d));
	H(h, "</h2>\n");
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		Str told = story_answer(&s, parts[i]);
		if (!told.n)
			continue;
		shown++;
		H(h, "<p class=\"govuk-body\"><span class=\"sd-thread__kind\">");
		h_msg(h, msg_code(S("story.q."), parts[i]));
		H(h, "</span>");
		h_lines(h, told);
		H(h, "</p>\n");
	}
	if (!shown)
		h_empty(h, MSG_person_strengths_none, may_write(c, CAT_STORY) ? person_path(c, S("/verhaal")) : S(""),
		        MSG_person_strengths_add);
	H(h, "</div>\n");
}

static void needs(Ctx *c, Html *h, const Dossier *d)
{
	size_t shown = 0;
	H(h, "<div>");
	h_heading(h, 2, MSG_person_needs);
	tasks_begin(h);
	for (size_t i = 0; i < d->n_care_goals; i++) {
		const CareGoal *g = &d->care_goals[i];
		if (g->state == CG_REACHED || g->state == CG_STOPPED)
			continue;
		shown++;
		Str code = care_goal_state_code(g->state),
		    href = arena_join(c->arena, person_path(c, S("/zorgdoelen/")), g->b.id, STR_END);
		h_task(h, g->text, leads_somewhere(href) ? href : S(""), S(""), msg_code(S("care_goal_state."), code),
		       state_colour(code));
	}
	tasks_end(h);
	if (!shown)
		h_paragraph(h, MSG_person_needs_none);
	H(h, "</div>\n");
}

/* ---- who ---- */

static Str age_text(Ctx *c, const Dossier *d)
{
	Moment m;
	Str born = fhir_date_text(c->arena, c->lang, d->person.birth_date);
	if (!time_parse_date(d->person.birth_date, &m))
		return born;
	int age = time_age(m.from, time_now());
	Str n = arena_printf(c->arena, "%d", age);
	Str words = msg_fill(c->arena, c->lang, age == 1 ? MSG_person_age_one : MSG_person_age_many, &n, 1);
	return arena_join(c->arena, born, S(" ("), words, S(")"), STR_END);
}

static void details(Ctx *c, Html *h, const Dossier *d)
{
	Str change = may_write(c, CAT_IDENTITY) ? person_path(c, S("/gegevens")) : S("");
	h_heading(h, 2, MSG_person_details);
	summary_begin(h);
	summary_row(h, MSG_person_born, age_text(c, d), change);
	if (d->person.phone.n)
		summary_row(h, MSG_person_phone, d->person.phone, change);
	if (d->person.email.n)
		summary_row(h, MSG_person_email, d->person.email, change);
	if (d->person.address.n)
		summary_row(h, MSG_person_address, d->person.address, change);
	if (d->person.language.n)
		summary_row(h, MSG_person_language, language_name(c->lang, d->person.language), change);
	summary_end(h);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	bool self = c->relation.kind == REL_SELF;
	Html h = page_begin(c, &(Layout){ .title = self ? MSG_home_hello : MSG_person_overview_of,
	                                  .title_arg = self ? call_name(&d) : d.person.name,
	                                  .tab = TAB_TODAY,
	                                  .dossier = &d,
	                                  .wide = true });
	matters(c, &h, &d);
	next(c, &h, &d);
	where(c, &h, &d);
	breaks(c, &h, &d);
	H(&h, "<div class=\"sd-halves\">\n");
	if (may_read(c, CAT_STORY))
		strengths(c, &h, &d);
	if (may_read(c, CAT_GOALS))
		needs(c, &h, &d);
	H(&h, "</div>\n");
	details(c, &h, &d);
	return page_end(c, &h, 200);
}

const Page page_person = {
	.path = S_INIT("/persoon/{person}"), .title = MSG_person_overview, .need = NEED_PERSON, .get = get
};
