/* The person reads the plan in plain words and says yes, or what is not right. A yes to everything freezes a version.
 */
#include "care/care_goal.h"
#include "web/icon.h"
#include "web/pages/plan.h"

static Str field_of(Ctx *c, const char *what, size_t i)
{
	return arena_printf(c->arena, "%s_%zu", what, i);
}

static void who_does_what(Ctx *c, Html *h, const Dossier *d, const CareGoal *g)
{
	bool any = false;
	for (size_t i = 0; i < d->n_actions; i++) {
		const Action *a = &d->actions[i];
		if (!plan_action_serves(a, g->b.id) || !plan_has_action(d, a))
			continue;
		if (!any)
			H(h, "<ul class=\"govuk-list govuk-list--bullet\">");
		any = true;
		Str how = plan_action_how(c, a);
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
	else
		h_hint(h, MSG_plan_no_actions);
}

static void goal_answer(Ctx *c, Html *h, const Dossier *d, const CareGoal *g, size_t i, const Errors *e)
{
	const LifeGoal *l = plan_life_goal_of(d, g);
	bool mine = plan_is_mine(c);
	Option o[] = {
		{ S("agree"), msg(c->lang, mine ? MSG_plan_yes_you : MSG_plan_yes), STR_END,
		  g->person_accepts == ACC_AGREE },
		{ S("disagree"), msg(c->lang, mine ? MSG_plan_no_you : MSG_plan_no), STR_END,
		  g->person_accepts == ACC_DISAGREE },
	};
	Str why = STR_END;
	for (size_t k = 0; k < g->n_acceptance && g->person_accepts == ACC_DISAGREE; k++)
		if (g->acceptance[k].status == ACC_DISAGREE && !why.n)
			why = g->acceptance[k].why;
	H(h, "<section class=\"sd-card\">");
	if (l) {
		H(h, "<p class=\"govuk-body govuk-!-margin-bottom-1\">");
		h_icon(h, icon_of_domain(l->domain));
		H(h, " <q>");
		h_text(h, l->words);
		H(h, "</q></p>");
	}
	H(h, "<h3 class=\"govuk-heading-m\">");
	h_text(h, g->text);
	H(h, "</h3>");
	if (g->due.n) {
		H(h, "<p class=\"govuk-body\">");
		h_msg1(h, MSG_plan_due, fhir_date_text(c->arena, c->lang, g->due));
		H(h, "</p>");
	}
	who_does_what(c, h, d, g);
	form_hidden(h, field_of(c, "id", i), g->b.id);
	h_radios(h, field_of(c, "goal", i), mine ? MSG_plan_is_right_you : MSG_plan_is_right, MSG_NONE, o, 2, e, false);
	bool open = g->person_accepts == ACC_DISAGREE || (e && e->n);
	H(h, "<details class=\"govuk-details\"");
	if (open)
		H(h, " open");
	H(h, "><summary class=\"govuk-details__summary\"><span class=\"govuk-details__summary-text\">");
	h_msg(h, mine ? MSG_plan_not_right_you : MSG_plan_not_right);
	H(h, "</span></summary><div class=\"govuk-details__text\">");
	h_field(h, &(Field){ .name = field_of(c, "why", i),
	                     .value = why,
	                     .label = mine ? MSG_plan_why_not_you : MSG_plan_why_not,
	                     .errors = e,
	                     .rows = 2,
	                     .max = 2000 });
	H(h, "</div></details>");
	H(h, "</section>");
}

static void plain_agreements(Ctx *c, Html *h, const Dossier *d)
{
	PlanView v = { c, d, false, false };
	if (d->plan.n_agreements)
		h_heading(h, 2, MSG_plan_agreements);
	plan_agreements(h, &v);
	Str who = plan_coordinator(d);
	if (who.n) {
		H(h, "<p class=\"govuk-body\">");
		h_msg1(h, plan_is_mine(c) ? MSG_plan_ask_coordinator_you : MSG_plan_ask_coordinator, who);
		H(h, "</p>");
	}
	if (d->plan.next_evaluation.n) {
		H(h, "<p class=\"govuk-body\">");
		h_msg1(h, MSG_plan_look_back_on, fhir_date_text(c->arena, c->lang, d->plan.next_evaluation));
		H(h, "</p>");
	}
}

/* What the person reads, as a number: another wording, a goal or an action more or less gives another number. FNV-1a.
 */
static uint64_t mark_more(uint64_t mark, Str id, int32_t version)
{
	for (size_t i = 0; i < id.n; i++)
		mark = (mark ^ (unsigned char)id.p[i]) * UINT64_C(0x100000001b3);
	return (mark ^ (uint64_t)(uint32_t)version) * UINT64_C(0x100000001b3);
}

static Str content_mark(Ctx *c, const Dossier *d)
{
	uint64_t mark = mark_more(UINT64_C(0xcbf29ce484222325), d->plan.b.id, d->plan.b.version);
	for (size_t i = 0; i < d->n_care_goals; i++)
		if (plan_has_goal(d, &d->care_goals[i]))
			mark = mark_more(mark, d->care_goals[i].b.id, d->care_goals[i].b.version);
	for (size_t i = 0; i < d->n_actions; i++)
		if (plan_has_action(d, &d->actions[i]))
			mark = mark_more(mark, d->actions[i].b.id, d->actions[i].b.version);
	return arena_printf(c->arena, "%016llx", (unsigned long long)mark);
}

static void say_yes(Ctx *c, Html *h, const Dossier *d, const Errors *e)
{
	bool own = plan_own_voice(c), mine = plan_is_mine(c);
	H(h, "<h2 class=\"govuk-heading-m\" id=\"agree\">");
	h_msg(h, MSG_plan_answer);
	H(h, "</h2>");
	form_version(h, d->plan.b.version);
	form_hidden(h, S("seen"), content_mark(c, d));
	if (!own) {
		Option o = { S("1"), msg(c->lang, MSG_plan_spoken), msg(c->lang, MSG_plan_spoken_hint), false };
		h_checkboxes(h, S("spoken"), MSG_plan_spoken_legend, MSG_NONE, &o, 1, e, false);
	}
	h_field(h, &(Field){ .name = S("words"),
	                     .label = mine ? MSG_plan_words_you : MSG_plan_words,
	                     .hint = own ? MSG_NONE : MSG_plan_words_hint,
	                     .errors = e,
	                     .rows = 3,
	                     .max = 4000,
	                     .optional = own });
	buttons_begin(h);
	h_button_named(h, mine ? MSG_plan_agree_all_you : MSG_plan_agree_all, S("do"), S("all"), false);
	h_button_named(h, mine ? MSG_plan_keep_answers_you : MSG_plan_keep_answers, S("do"), S("answers"), true);
	buttons_end(h);
	h_hint(h, mine ? MSG_plan_agree_means_you : MSG_plan_agree_means);
}

static Reply page(Ctx *c, const Dossier *d, const Errors *e)
{
	PlanView v = { c, d, false, false };
	bool may = plan_may_agree(c), mine = plan_is_mine(c);
	Html h = page_begin(c, &(Layout){ .title = mine ? MSG_plan_agree_title_you : MSG_plan_agree_title,
	                                  .title_arg = d->person.name,
	                                  .tab = TAB_PLAN,
	                                  .dossier = d,
	                                  .errors = e,
	                                  .back = plan_at(c, S("plan")) });
	plan_words(&h, &v);
	if (d->plan.state != PLAN_DISCUSS || !may) {
		Str name = d->person.name;
		H(&h, "<div class=\"govuk-inset-text\" id=\"agree\">");
		if (d->plan.state != PLAN_DISCUSS)
			h_msg(&h, d->plan.state == PLAN_AGREED ? MSG_plan_agreed_already : MSG_plan_not_ready);
		else
			h_msg1(&h, MSG_plan_only_person, name);
		H(&h, "</div><p class=\"govuk-body\">");
		h_link(&h, plan_at(c, S("plan")), MSG_plan_to_plan);
		H(&h, "</p>");
		return page_end(c, &h, e && e->n ? 422 : 200);
	}
	H(&h, "<p class=\"govuk-body-l\">");
	h_msg(&h, mine ? MSG_plan_agree_lead_you : MSG_plan_agree_lead);
	H(&h, "</p>");
	form_begin(c, &h, STR_END);
	h_heading(&h, 2, mine ? MSG_plan_we_do_you : MSG_plan_together);
	for (size_t i = 0; i < d->plan.n_goals; i++) {
		const CareGoal *g = dossier_care_goal(d, d->plan.goals[i]);
		if (g)
			goal_answer(c, &h, d, g, i, e);
	}
	plain_agreements(c, &h, d);
	say_yes(c, &h, d, e);
	form_end(&h);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Err open_plan(Ctx *c, Dossier *d)
{
	TRY(dossier_open(c->visit, c->person, &DOSSIER_PLAN, d));
	return d->plan.exists ? OK : ERR_NOT_FOUND;
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = open_plan(c, &d);
	return e == OK ? page(c, &d, NULL) : page_error(c, e);
}

typedef struct GoalAnswer {
	CareGoal *goal;
	Acceptance status;
	Str why;
	size_t at;
} GoalAnswer;

static CareGoal *goal_by_id(Dossier *d, Str id)
{
	for (size_t i = 0; i < d->n_care_goals; i++)
		if (str_eq(d->care_goals[i].b.id, id))
			return &d->care_goals[i];
	return NULL;
}

/* What was ticked, goal by goal. Goals that were not on the form are not answered. */
static GoalAnswer *answers(Ctx *c, Dossier *d, size_t *n, bool all)
{
	GoalAnswer *out = ARENA_ARRAY(c->arena, GoalAnswer, d->plan.n_goals + 1);
	*n = 0;
	for (size_t i = 0; i < d->plan.n_goals; i++) {
		Str said = req_form(c->req, field_of(c, "goal", i));
		GoalAnswer a = { goal_by_id(d, req_form(c->req, field_of(c, "id", i))), ACC_PENDING,
			         str_trim(req_form(c->req, field_of(c, "why", i))), i };
		if (!a.goal)
			continue;
		if (all || str_eq(said, S("agree")))
			a.status = ACC_AGREE;
		else if (str_eq(said, S("disagree")))
			a.status = ACC_DISAGREE;
		out[(*n)++] = a;
	}
	return out;
}

/* Not everything is right: each answer is kept, the plan stays under discussion. */
static Err keep(Ctx *c, const Dossier *d, const GoalAnswer *a, size_t n, bool spoken, Errors *errors)
{
	Err result = OK;
	for (size_t i = 0; i < n; i++) {
		FieldIssues issues = { 0 };
		if (a[i].status == ACC_PENDING ||
		    (a[i].status == a[i].goal->person_accepts && a[i].status == ACC_AGREE))
			continue;
		AcceptInput in = { .goal = a[i].goal->b.id,
			           .version = a[i].goal->b.version,
			           .who = arena_join(c->arena, S("Patient/"), d->id, STR_END),
			           .who_name = d->person.name,
			           .status = a[i].status,
			           .why = a[i].status == ACC_DISAGREE ? a[i].why : STR_END,
			           .spoken = spoken };
		Err e = care_goal_accept(c->visit, d, &in, &issues);
		if (e == ERR_INVALID) {
			size_t from = errors->n;
			errors_from(c, errors, &issues);
			for (size_t k = from; k < errors->n; k++)
				errors->items[k].field =
				    str_eq(errors->items[k].field, S("why"))   ? field_of(c, "why", a[i].at)
				    : str_eq(errors->items[k].field, S("who")) ? S("spoken")
				                                               : field_of(c, "goal", a[i].at);
			plan_error_words(errors, field_of(c, "why", a[i].at), MSG_plan_why_missing);
			result = ERR_INVALID;
		} else if (e != OK) {
			return e;
		}
	}
	return result;
}

static Reply agree(Ctx *c, Dossier *d, const GoalAnswer *a, size_t n, const AgreeInput *in)
{
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Str provenance;
	/* a yes now counts, whatever was said before */
	for (size_t i = 0; i < n; i++)
		if (a[i].status == ACC_AGREE && a[i].goal->person_accepts == ACC_DISAGREE)
			a[i].goal->person_accepts = ACC_PENDING;
	int number = d->n_versions ? d->versions[0].number + 1 : 1;
	Err e = plan_agree(c->visit, d, in, &issues, &provenance);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		plan_errors_to(&errors, S("state"), S("agree"));
		plan_errors_to(&errors, S("goals"), S("agree"));
		plan_error_words(&errors, S("words"), MSG_plan_words_missing);
		for (size_t i = 0; i < errors.n && plan_may_agree(c); i++)
			if (errors.items[i].message == MSG_problem_not_yours)
				errors.items[i] = (FieldError){ S("spoken"), MSG_plan_spoken_missing, STR_END };
		return page(c, d, &errors);
	}
	if (e != OK)
		return page_error(c, e);
	return saved(c, plan_at(c, arena_printf(c->arena, "plan/versies/%d", number)), MSG_plan_agreed_now);
}

static Reply post(Ctx *c)
{
	Dossier d;
	Errors errors = { 0 };
	size_t n, yes = 0, open = 0;
	Err e = open_plan(c, &d);
	if (e != OK)
		return page_error(c, e);
	bool all = form_checked(c, S("do"), S("all"));
	AgreeInput in = { .version = form_int(c, S("version"), 0),
		          .words = str_trim(req_form(c->req, S("words"))),
		          .spoken = form_checked(c, S("spoken"), S("1")) };
	GoalAnswer *a = answers(c, &d, &n, all);
	/* a yes holds for what was read, nothing else */
	if (d.plan.state == PLAN_DISCUSS && plan_may_agree(c) &&
	    !str_eq(req_form(c->req, S("seen")), content_mark(c, &d)))
		return page_error(c, ERR_VERSION);
	for (size_t i = 0; i < n; i++) {
		yes += a[i].status == ACC_AGREE;
		open += a[i].status == ACC_PENDING;
	}
	if (all || !plan_may_agree(c) || (n == d.plan.n_goals && yes == n))
		return agree(c, &d, a, n, &in);
	if (open == n)
		errors_add(&errors, S("goal_0"), MSG_form_choose);
	else
		e = keep(c, &d, a, n, in.spoken, &errors);
	if (errors.n)
		return page(c, &d, &errors);
	return e == OK ? saved(c, plan_at(c, S("plan/bespreken")), MSG_plan_answers_kept) : page_error(c, e);
}

const Page page_plan_agree = {
	.path = S_INIT("/persoon/{person}/plan/akkoord"),
	.title = MSG_plan_agree_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
	.post = post,
};
