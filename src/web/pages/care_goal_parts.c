/* What is said about a care goal: who agrees, where we are, what it clashes with, its state. One small form each. */
#include "web/pages/care_goals.h"

static Html begin(Ctx *c, const Dossier *d, const CareGoal *g, Msg title, const Errors *e)
{
	Html h = page_begin(c, &(Layout){ .title = title,
	                                  .tab = TAB_PLAN,
	                                  .dossier = d,
	                                  .errors = e,
	                                  .back = care_goal_path(c, g->b.id, S("")) });
	care_goal_serves(c, &h, d, g);
	H(&h, "<p class=\"govuk-inset-text\">");
	h_text(&h, g->text);
	H(&h, "</p>");
	form_begin(c, &h, STR_END);
	form_version(&h, g->b.version);
	return h;
}

static Reply end(Ctx *c, Html *h, const Errors *e)
{
	h_button(h, MSG_common_save);
	form_end(h);
	return page_end(c, h, e && e->n ? 422 : 200);
}

/* What came of an operation: the form again with what is wrong, or on to the goal. */
static Reply finish(Ctx *c, const Dossier *d, const CareGoal *g, Err e, const FieldIssues *issues, Msg done,
                    Reply (*form)(Ctx *, const Dossier *, const CareGoal *, const Errors *))
{
	Errors errors = { 0 };
	if (e == ERR_INVALID) {
		errors_from(c, &errors, issues);
		return form(c, d, g, &errors);
	}
	return e == OK ? saved(c, care_goal_path(c, g->b.id, S("")), done) : page_error(c, e);
}

static bool professional(const Ctx *c)
{
	return c->relation.kind == REL_TEAM || c->relation.kind == REL_RELATED;
}

/* ---- who agrees ---- */
static Reply accept_form(Ctx *c, const Dossier *d, const CareGoal *g, const Errors *e)
{
	Html h = begin(c, d, g, MSG_care_goal_accept_title, e);
	Str status = req_form(c->req, S("status")), who = req_form(c->req, S("who"));
	if (professional(c)) {
		Option whose[] = {
			{ S("person"), d->person.name, msg(c->lang, MSG_care_goal_spoken_hint), !str_eq(who, S("me")) },
			{ S("me"), msg(c->lang, MSG_care_goal_myself), STR_END, str_eq(who, S("me")) },
		};
		h_radios(&h, S("who"), MSG_care_goal_whose, MSG_NONE, whose, 2, e, false);
	}
	Option yes_no[] = {
		{ S("agree"), msg(c->lang, MSG_care_goal_yes), STR_END, str_eq(status, S("agree")) },
		{ S("disagree"), msg(c->lang, MSG_care_goal_no), STR_END, str_eq(status, S("disagree")) },
	};
	h_radios(&h, S("status"), MSG_care_goal_agree_question, MSG_NONE, yes_no, 2, e, false);
	h_field(&h, &(Field){ .name = S("why"),
	                      .value = req_form(c->req, S("why")),
	                      .label = MSG_care_goal_why,
	                      .hint = MSG_care_goal_why_hint,
	                      .errors = e,
	                      .rows = 3,
	                      .max = 1000 });
	return end(c, &h, e);
}

static Reply accept_get(Ctx *c)
{
	Dossier d;
	Reply reply;
	const CareGoal *g = care_goal_of_path(c, &d, &reply);
	return g ? accept_form(c, &d, g, NULL) : reply;
}

static Reply accept_post(Ctx *c)
{
	Dossier d;
	Reply reply;
	FieldIssues issues = { 0 };
	const CareGoal *g = care_goal_of_path(c, &d, &reply);
	if (!g)
		return reply;
	bool for_person = professional(c) && !form_checked(c, S("who"), S("me"));
	Str status = req_form(c->req, S("status"));
	AcceptInput in = { .goal = g->b.id,
		           .version = form_int(c, S("version"), 0),
		           .why = str_trim(req_form(c->req, S("why"))),
		           .spoken = for_person };
	if (for_person) {
		in.who = arena_join(c->arena, S("Patient/"), d.id, STR_END);
		in.who_name = d.person.name;
	}
	Err e;
	if (!str_eq(status, S("agree")) && !str_eq(status, S("disagree"))) {
		e = issue_add(&issues, S("status"), PROBLEM_UNKNOWN);
	} else {
		in.status = str_eq(status, S("agree")) ? ACC_AGREE : ACC_DISAGREE;
		e = care_goal_accept(c->visit, &d, &in, &issues);
	}
	return finish(c, &d, g, e, &issues, MSG_care_goal_saved, accept_form);
}

const Page page_care_goal_accept = {
	.path = S_INIT("/persoon/{person}/zorgdoelen/{id}/akkoord"),
	.title = MSG_care_goal_accept_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.edits = true,
	.get = accept_get,
	.post = accept_post,
};

/* ---- where we are ---- */
static Reply level_form(Ctx *c, const Dossier *d, const CareGoal *g, const Errors *e)
{
	static const Str values[] = { S_INIT("2"), S_INIT("1"), S_INIT("0"), S_INIT("-1"), S_INIT("-2") };
	static const Msg labels[] = { MSG_care_goal_level_p2, MSG_care_goal_level_p1, MSG_care_goal_level_0,
		                      MSG_care_goal_level_m1, MSG_care_goal_level_m2 };
	Option o[5];
	Str level = req_form(c->req, S("level"));
	Html h = begin(c, d, g, MSG_care_goal_where, e);
	if (professional(c)) {
		Option whose[] = {
			{ S("person"), d->person.name, msg(c->lang, MSG_care_goal_spoken_hint),
			  !form_checked(c, S("who"), S("team")) },
			{ S("team"), msg(c->lang, MSG_care_goal_team), STR_END, form_checked(c, S("who"), S("team")) },
		};
		h_radios(&h, S("who"), MSG_care_goal_whose_view, MSG_NONE, whose, 2, e, false);
	}
	for (int i = 0; i < 5; i++)
		o[i] = (Option){ values[i], g->has_scale ? g->scale[4 - i].text : msg(c->lang, labels[i]),
			         g->has_scale ? msg(c->lang, labels[i]) : (Str){ NULL, 0 }, str_eq(level, values[i]) };
	h_radios(&h, S("level"), MSG_care_goal_which_level, MSG_NONE, o, 5, e, false);
	h_field(&h, &(Field){ .name = S("words"),
	                      .value = req_form(c->req, S("words")),
	                      .label = MSG_care_goal_own_words,
	                      .errors = e,
	                      .rows = 3,
	                      .max = 1000,
	                      .optional = true });
	return end(c, &h, e);
}

static Reply level_get(Ctx *c)
{
	Dossier d;
	Reply reply;
	const CareGoal *g = care_goal_of_path(c, &d, &reply);
	return g ? level_form(c, &d, g, NULL) : reply;
}

static Reply level_post(Ctx *c)
{
	Dossier d;
	Reply reply;
	FieldIssues issues = { 0 };
	const CareGoal *g = care_goal_of_path(c, &d, &reply);
	if (!g)
		return reply;
	bool own = !professional(c) || !form_checked(c, S("who"), S("team"));
	int64_t level;
	Str id;
	AttainmentInput in = { .goal = g->b.id,
		               .own = own,
		               .words = str_trim(req_form(c->req, S("words"))),
		               .spoken = own && professional(c) };
	Err e;
	if (!str_int(req_form(c->req, S("level")), &level) || level < -2 || level > 2) {
		e = issue_add(&issues, S("level"), PROBLEM_UNKNOWN);
	} else {
		in.level = (int)level;
		e = attainment_record(c->visit, &d, &in, &issues, &id);
	}
	return finish(c, &d, g, e, &issues, MSG_care_goal_recorded, level_form);
}

const Page page_care_goal_level = {
	.path = S_INIT("/persoon/{person}/zorgdoelen/{id}/waar-staan-we"),
	.title = MSG_care_goal_where,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.edits = true,
	.get = level_get,
	.post = level_post,
};

/* ---- what it clashes with ---- */
static Reply clash_form(Ctx *c, const Dossier *d, const CareGoal *g, const Errors *e)
{
	Option *o = ARENA_ARRAY(c->arena, Option, d->n_care_goals + 1);
	size_t n = 0;
	Html h = begin(c, d, g, MSG_care_goal_clash_add, e);
	for (size_t i = 0; i < d->n_care_goals; i++)
		if (&d->care_goals[i] != g && d->care_goals[i].state != CG_STOPPED)
			o[n++] = (Option){ d->care_goals[i].b.id, d->care_goals[i].text, STR_END,
				           form_checked(c, S("other"), d->care_goals[i].b.id) };
	h_radios(&h, S("other"), MSG_care_goal_clash_which, MSG_NONE, o, n, e, false);
	h_field(&h, &(Field){ .name = S("why"),
	                      .value = req_form(c->req, S("why")),
	                      .label = MSG_care_goal_clash_why,
	                      .hint = MSG_care_goal_clash_why_hint,
	                      .errors = e,
	                      .rows = 3,
	                      .max = 1000 });
	return end(c, &h, e);
}

static Reply clash_get(Ctx *c)
{
	Dossier d;
	Reply reply;
	const CareGoal *g = care_goal_of_path(c, &d, &reply);
	return g ? clash_form(c, &d, g, NULL) : reply;
}

static Reply clash_post(Ctx *c)
{
	Dossier d;
	Reply reply;
	FieldIssues issues = { 0 };
	const CareGoal *g = care_goal_of_path(c, &d, &reply);
	if (!g)
		return reply;
	Str other = req_form(c->req, S("other"));
	int32_t version = form_int(c, S("version"), 0);
	bool solved = form_checked(c, S("do"), S("solved"));
	Err e = solved ? care_goal_conflict_remove(c->visit, &d, g->b.id, other, version, &issues)
	               : care_goal_conflict_add(c->visit, &d, g->b.id, other, str_trim(req_form(c->req, S("why"))),
	                                        version, &issues);
	return finish(c, &d, g, e, &issues, solved ? MSG_care_goal_clash_gone : MSG_care_goal_clash_saved, clash_form);
}

const Page page_care_goal_clash = {
	.path = S_INIT("/persoon/{person}/zorgdoelen/{id}/botst"),
	.title = MSG_care_goal_clash_add,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.edits = true,
	.get = clash_get,
	.post = clash_post,
};

/* ---- its state ---- */
static Reply state_form(Ctx *c, const Dossier *d, const CareGoal *g, const Errors *e)
{
#define X(k, code) k,
	static const CareGoalState states[] = { CARE_GOAL_STATES(X) };
#undef X
	Option o[COUNT_OF(states)];
	size_t n = 0;
	Html h = begin(c, d, g, MSG_care_goal_change_state, e);
	for (size_t i = 0; i < COUNT_OF(states); i++) {
		Str code = care_goal_state_code(states[i]);
		if (states[i] != g->state && states[i] != CG_ACCEPTED)
			o[n++] = (Option){ code, msg(c->lang, msg_code(S("care_goal_state."), code)), STR_END,
				           form_checked(c, S("state"), code) };
	}
	h_radios(&h, S("state"), MSG_life_goal_which_state, MSG_NONE, o, n, e, false);
	h_field(&h, &(Field){ .name = S("why"),
	                      .value = req_form(c->req, S("why")),
	                      .label = MSG_life_goal_what_happened,
	                      .errors = e,
	                      .rows = 3,
	                      .max = 1000 });
	return end(c, &h, e);
}

static Reply state_get(Ctx *c)
{
	Dossier d;
	Reply reply;
	const CareGoal *g = care_goal_of_path(c, &d, &reply);
	return g ? state_form(c, &d, g, NULL) : reply;
}

static Reply state_post(Ctx *c)
{
	Dossier d;
	Reply reply;
	FieldIssues issues = { 0 };
	CareGoalState to;
	const CareGoal *g = care_goal_of_path(c, &d, &reply);
	if (!g)
		return reply;
	Err e = care_goal_state_parse(req_form(c->req, S("state")), &to)
	            ? care_goal_state(c->visit, &d, g->b.id, to, str_trim(req_form(c->req, S("why"))),
	                              form_int(c, S("version"), 0), &issues)
	            : issue_add(&issues, S("state"), PROBLEM_UNKNOWN);
	return finish(c, &d, g, e, &issues, MSG_care_goal_saved, state_form);
}

const Page page_care_goal_state = {
	.path = S_INIT("/persoon/{person}/zorgdoelen/{id}/toestand"),
	.title = MSG_care_goal_change_state,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.edits = true,
	.get = state_get,
	.post = state_post,
};
