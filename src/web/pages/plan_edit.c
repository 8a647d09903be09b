/* The frame of the plan: title, coordinator, when we look back, agreements. New and change are one form. */
#include "web/pages/plan.h"

enum { AGREEMENTS_MAX = 40, EMPTY_ROWS = 2 };

static void coordinator_radios(Ctx *c, Html *h, const Dossier *d, Str now, const Errors *e)
{
	Option *o = ARENA_ARRAY(c->arena, Option, d->team.n_members + d->n_relatives + 2);
	size_t n = 0;
	for (size_t i = 0; i < d->team.n_members; i++) {
		const Member *m = &d->team.members[i];
		bool on = str_eq(now, m->ref);
		if ((m->active || on) && str_starts(m->ref, S("Practitioner/")))
			o[n++] = (Option){ m->ref, m->name, m->role_text, on };
	}
	for (size_t i = 0; i < d->n_relatives; i++) {
		const Relative *r = &d->relatives[i];
		Str ref = arena_join(c->arena, S("RelatedPerson/"), r->b.id, STR_END);
		if (r->active || str_eq(now, ref))
			o[n++] = (Option){ ref, r->name, r->relationship, str_eq(now, ref) };
	}
	Str person = arena_join(c->arena, S("Patient/"), d->id, STR_END);
	o[n++] = (Option){ person, plan_is_mine(c) ? msg(c->lang, MSG_action_myself) : d->person.name, STR_END,
		           str_eq(now, person) };
	h_radios(h, S("coordinator"), MSG_plan_coordinator_ask, MSG_plan_coordinator_hint, o, n, e, false);
}

/* Another coordinator is another team: asked of who may change that; told to the others. */
static void coordinator(Ctx *c, Html *h, const Dossier *d, Str now, const Errors *e)
{
	if (c->relation.write >> CAT_NETWORK & 1) {
		coordinator_radios(c, h, d, now, e);
		return;
	}
	Str name = dossier_name(d, now);
	if (!name.n)
		return;
	summary_begin(h);
	summary_row(h, MSG_plan_coordinator, name, STR_END);
	summary_end(h);
	h_hint(h, MSG_plan_coordinator_by_team);
}

static Str row_name(Ctx *c, const char *what, size_t i)
{
	return arena_printf(c->arena, "%s_%zu", what, i);
}

static void agreement_row(Ctx *c, Html *h, size_t i, const Agreement *a, const Errors *e)
{
	static const AgreementKind order[] = { AGR_CHANNEL, AGR_URGENT, AGR_IF, AGR_OTHER };
	static const Msg legends[] = { MSG_plan_agreement_channel, MSG_plan_agreement_urgent, MSG_plan_agreement_if,
		                       MSG_plan_agreement_other };
	Option o[COUNT_OF(order)];
	for (size_t k = 0; k < COUNT_OF(order); k++)
		o[k] =
		    (Option){ agreement_kind_code(order[k]), msg(c->lang, legends[k]), STR_END, a->kind == order[k] };
	H(h, "<fieldset class=\"govuk-fieldset\"><legend class=\"govuk-fieldset__legend govuk-fieldset__legend--s\">");
	h_msg1(h, MSG_plan_agreement_nr, arena_printf(c->arena, "%zu", i + 1));
	H(h, "</legend>");
	h_select(h, row_name(c, "agr_kind", i), MSG_plan_agreement_kind, MSG_NONE, o, COUNT_OF(o), e);
	h_field(h, &(Field){ .name = row_name(c, "agr_text", i),
	                     .value = a->text,
	                     .label = MSG_plan_agreement_text,
	                     .errors = e,
	                     .rows = 2,
	                     .max = 2000 });
	H(h, "</fieldset>");
}

static Reply form(Ctx *c, const Dossier *d, const PlanInput *in, const Errors *e)
{
	Html h = page_begin(c, &(Layout){ .title = d->plan.exists ? MSG_plan_edit : MSG_plan_new,
	                                  .tab = TAB_PLAN,
	                                  .dossier = d,
	                                  .errors = e,
	                                  .back = plan_at(c, S("plan")) });
	static const Agreement empty = { .kind = AGR_OTHER };
	PlanView v = { c, d, false, false };
	plan_words(&h, &v);
	form_begin(c, &h, STR_END);
	form_version(&h, in->version);
	h_field(&h, &(Field){
	                .name = S("title"), .value = in->title, .label = MSG_plan_title_ask, .errors = e, .max = 200 });
	coordinator(c, &h, d, in->coordinator, e);
	h_field(&h, &(Field){ .name = S("evaluate_every_months"),
	                      .value = arena_printf(c->arena, "%d", in->evaluate_every_months),
	                      .label = MSG_plan_every_ask,
	                      .hint = MSG_plan_every_hint,
	                      .errors = e,
	                      .inputmode = S("numeric"),
	                      .width = 3 });
	h_date_field(&h, S("next_evaluation"), in->next_evaluation, MSG_plan_next_ask, MSG_plan_next_hint, e);
	H(&h, "<h2 class=\"govuk-heading-m\" id=\"agreements\">");
	h_msg(&h, MSG_plan_agreements);
	H(&h, "</h2>");
	h_hint(&h, MSG_plan_agreements_hint);
	for (size_t i = 0; i < in->n_agreements + EMPTY_ROWS && i < AGREEMENTS_MAX; i++)
		agreement_row(c, &h, i, i < in->n_agreements ? &in->agreements[i] : &empty, e);
	buttons_begin(&h);
	h_button(&h, MSG_common_save);
	h_link(&h, plan_at(c, S("plan")), MSG_common_keep_unchanged);
	buttons_end(&h);
	form_end(&h);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

/* An agreed plan must be taken into revision first: says so, with the way to it. */
static Reply closed(Ctx *c, const Dossier *d)
{
	Html h = page_begin(
	    c, &(Layout){ .title = MSG_plan_edit, .tab = TAB_PLAN, .dossier = d, .back = plan_at(c, S("plan")) });
	h_inset(&h, d->plan.state == PLAN_AGREED ? MSG_plan_agreed_first_revise : MSG_plan_closed_first_reopen);
	if (plan_may_write(c))
		h_button_link(&h, plan_at(c, S("plan/herzien")),
		              d->plan.state == PLAN_AGREED ? MSG_plan_do_revise : MSG_plan_do_reopen, false);
	return page_end(c, &h, 200);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	if (e != OK)
		return page_error(c, e);
	if (!plan_may_write(c))
		return page_error(c, ERR_FORBIDDEN);
	if (d.plan.exists && (d.plan.state == PLAN_AGREED || d.plan.state == PLAN_CLOSED))
		return closed(c, &d);
	const Member *m = plan_coordinator_member(&d);
	PlanInput in = {
		.version = d.plan.b.version,
		.title = d.plan.title,
		.coordinator = d.plan.coordinator,
		.evaluate_every_months = d.plan.evaluate_every_months ? d.plan.evaluate_every_months : 6,
		.next_evaluation = d.plan.next_evaluation,
		.agreements = d.plan.agreements,
		.n_agreements = d.plan.n_agreements,
	};
	if (!in.coordinator.n && m)
		in.coordinator = m->ref;
	if (!in.title.n) {
		Str name = d.person.name;
		in.title = plan_is_mine(c) ? msg(c->lang, MSG_plan_title)
		                           : msg_fill(c->arena, c->lang, MSG_plan_title_of, &name, 1);
	}
	return form(c, &d, &in, NULL);
}

static PlanInput input(Ctx *c, const Dossier *d)
{
	Agreement *list = ARENA_ARRAY(c->arena, Agreement, AGREEMENTS_MAX);
	size_t n = 0;
	for (size_t i = 0; i < AGREEMENTS_MAX; i++) {
		Agreement a = { .kind = AGR_OTHER, .text = str_trim(req_form(c->req, row_name(c, "agr_text", i))) };
		if (!agreement_kind_parse(req_form(c->req, row_name(c, "agr_kind", i)), &a.kind))
			a.kind = AGR_OTHER;
		if (a.text.n)
			list[n++] = a;
	}
	return (PlanInput){
		.version = form_int(c, S("version"), 0),
		.title = str_trim(req_form(c->req, S("title"))),
		.coordinator = req_form(c->req, S("coordinator")),
		.start = d->plan.start,
		.evaluate_every_months = form_int(c, S("evaluate_every_months"), -1),
		.next_evaluation = str_trim(req_form(c->req, S("next_evaluation"))),
		.agreements = list,
		.n_agreements = n,
	};
}

static Reply post(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Str id;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	if (e != OK)
		return page_error(c, e);
	PlanInput in = input(c, &d);
	e = plan_save(c->visit, &d, &in, &issues, &id);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		plan_errors_to(&errors, S("state"), S("title"));
		return form(c, &d, &in, &errors);
	}
	if (e != OK)
		return page_error(c, e);
	/* undo puts the plan back, not the team: not offered when both changed */
	bool team_too = d.plan.exists && in.coordinator.n && !str_eq(in.coordinator, d.plan.coordinator);
	return team_too ? saved(c, plan_at(c, S("plan")), MSG_plan_saved)
	                : plan_saved_undo(c, plan_at(c, S("plan")), MSG_plan_saved, FT_CAREPLAN, id);
}

const Page page_plan_edit = {
	.path = S_INIT("/persoon/{person}/plan/wijzigen"),
	.title = MSG_plan_edit,
	.need = NEED_PERSON,
	.category = 1u << CAT_GOALS,
	.get = get,
	.post = post,
};
