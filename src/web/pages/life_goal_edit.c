/* A life goal in the person's own words: new and change are one form. */
#include "care/life_goal.h"
#include "web/pages/life_goals.h"

static Reply form(Ctx *c, const Dossier *d, const LifeGoalInput *in, const Errors *e)
{
#define X(k, code) k,
	static const LifeDomain domains[] = { LIFE_DOMAINS(X) };
#undef X
	Option o[COUNT_OF(domains) + 1];
	Str back = in->id.n ? life_goal_path(c, in->id) : person_path(c, S("levensdoelen"));
	Html h = page_begin(c, &(Layout){ .title = in->id.n ? MSG_life_goal_edit : MSG_life_goal_new,
	                                  .tab = TAB_PLAN,
	                                  .dossier = d,
	                                  .errors = e,
	                                  .back = back });
	form_begin(c, &h, STR_END);
	form_version(&h, in->version);
	h_field(&h, &(Field){ .name = S("words"),
	                      .value = in->words,
	                      .label = MSG_life_goal_words,
	                      .hint = MSG_life_goal_words_hint,
	                      .errors = e,
	                      .rows = 3,
	                      .max = 1000 });
	for (size_t i = 0; i < COUNT_OF(domains); i++)
		o[i] = (Option){ life_domain_code(domains[i]),
			         msg(c->lang, msg_code(S("life_domain."), life_domain_code(domains[i]))), STR_END,
			         in->domain == domains[i] };
	o[COUNT_OF(domains)] =
	    (Option){ S(""), msg(c->lang, MSG_life_goal_no_domain), STR_END, in->domain == DOM_NONE };
	h_radios(&h, S("domain"), MSG_life_goal_domain, MSG_life_goal_domain_hint, o, COUNT_OF(o), e, false);
	if (!in->id.n) {
		Option when[] = {
			{ S("active"), msg(c->lang, MSG_life_goal_now), STR_END, in->state == LG_ACTIVE },
			{ S("dream"), msg(c->lang, MSG_life_goal_later), STR_END, in->state == LG_DREAM },
		};
		h_radios(&h, S("state"), MSG_life_goal_when, MSG_NONE, when, 2, e, false);
	}
	h_button(&h, MSG_common_save);
	form_end(&h);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Reply get(Ctx *c)
{
	Dossier d;
	LifeGoalInput in = { .domain = DOM_NONE, .state = LG_ACTIVE };
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	if (c->id.n) {
		const LifeGoal *g = dossier_life_goal(&d, c->id);
		if (!g)
			return page_error(c, ERR_NOT_FOUND);
		in = (LifeGoalInput){ .id = g->b.id,
			              .version = g->b.version,
			              .words = g->words,
			              .domain = g->domain,
			              .state = g->state };
	}
	return form(c, &d, &in, NULL);
}

static Reply post(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Str id;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	if (c->id.n && !dossier_life_goal(&d, c->id))
		return page_error(c, ERR_NOT_FOUND);
	LifeGoalInput in = { .id = c->id,
		             .version = form_int(c, S("version"), 0),
		             .words = str_trim(req_form(c->req, S("words"))),
		             .domain = DOM_NONE };
	in.state = str_eq(req_form(c->req, S("state")), S("dream")) ? LG_DREAM : LG_ACTIVE;
	if (!life_domain_parse(req_form(c->req, S("domain")), &in.domain))
		in.domain = DOM_NONE;
	e = life_goal_save(c->visit, &d, &in, &issues, &id);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		return form(c, &d, &in, &errors);
	}
	return e == OK ? saved(c, life_goal_path(c, id), MSG_life_goal_saved) : page_error(c, e);
}

const Page page_life_goal_new = {
	.path = S_INIT("/persoon/{person}/levensdoelen/nieuw"),
	.title = MSG_life_goal_new,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.edits = true,
	.get = get,
	.post = post,
};
const Page page_life_goal_edit = {
	.path = S_INIT("/persoon/{person}/levensdoelen/{id}/wijzigen"),
	.title = MSG_life_goal_edit,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.edits = true,
	.get = get,
	.post = post,
};
