/* Taking an agreed plan into revision, and closing a plan: each asks why. */
#include "web/pages/plan.h"

typedef struct Step {
	Msg title, lead, lead_you, ask, hint, button, done;
	bool close;
} Step;
static const Step revise = { MSG_plan_revise_title, MSG_plan_revise_lead,   MSG_plan_revise_lead, MSG_plan_revise_why,
	                     MSG_plan_revise_hint,  MSG_plan_revise_button, MSG_plan_revised,     false };
static const Step close_step = { MSG_plan_close_title,    MSG_plan_close_lead,
	                         MSG_plan_close_lead_you, MSG_plan_close_why,
	                         MSG_plan_close_hint,     MSG_plan_close_button,
	                         MSG_plan_closed,         true };

static Reply form(Ctx *c, const Dossier *d, const Step *s, const Errors *e)
{
	PlanView v = { c, d, false, false };
	Html h = page_begin(
	    c,
	    &(Layout){ .title = s->title, .tab = TAB_PLAN, .dossier = d, .errors = e, .back = plan_at(c, S("plan")) });
	plan_words(&h, &v);
	h_paragraph(&h, plan_is_mine(c) ? s->lead_you : s->lead);
	form_begin(c, &h, STR_END);
	form_version(&h, d->plan.b.version);
	h_field(&h,
	        &(Field){ .name = S("why"), .label = s->ask, .hint = s->hint, .errors = e, .rows = 4, .max = 4000 });
	buttons_begin(&h);
	h_button(&h, s->button);
	h_link(&h, plan_at(c, S("plan")), MSG_common_keep_unchanged);
	buttons_end(&h);
	form_end(&h);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Reply get_step(Ctx *c, const Step *s)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	if (e != OK)
		return page_error(c, e);
	if (!plan_may_write(c))
		return page_error(c, ERR_FORBIDDEN);
	bool fits = s->close ? d.plan.state != PLAN_CLOSED : d.plan.state == PLAN_AGREED || d.plan.state == PLAN_CLOSED;
	return d.plan.exists && fits ? form(c, &d, s, NULL) : reply_redirect(c->arena, plan_at(c, S("plan")));
}

static Reply post_step(Ctx *c, const Step *s)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	if (e != OK)
		return page_error(c, e);
	Str why = str_trim(req_form(c->req, S("why")));
	int32_t version = form_int(c, S("version"), 0);
	e = s->close ? plan_close(c->visit, &d, why, version, &issues)
	             : plan_revise(c->visit, &d, why, version, &issues);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		plan_errors_to(&errors, S("state"), S("why"));
		plan_error_words(&errors, S("why"), s->close ? MSG_plan_close_missing : MSG_plan_revise_missing);
		return form(c, &d, s, &errors);
	}
	return e == OK ? plan_saved_undo(c, plan_at(c, S("plan")), s->done, FT_CAREPLAN, d.plan.b.id)
	               : page_error(c, e);
}

static Reply get_revise(Ctx *c)
{
	return get_step(c, &revise);
}
static Reply post_revise(Ctx *c)
{
	return post_step(c, &revise);
}
static Reply get_close(Ctx *c)
{
	return get_step(c, &close_step);
}
static Reply post_close(Ctx *c)
{
	return post_step(c, &close_step);
}

const Page page_plan_revise = {
	.path = S_INIT("/persoon/{person}/plan/herzien"),
	.title = MSG_plan_revise_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get_revise,
	.post = post_revise,
};
const Page page_plan_close = {
	.path = S_INIT("/persoon/{person}/plan/afsluiten"),
	.title = MSG_plan_close_title,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get_close,
	.post = post_close,
};
