/* Someone leaves the team: what they leave behind is shown and handed over; nothing stays ownerless. */
#include "care/team.h"
#include "web/pages/team.h"

static void left_behind(Html *h, const Handover *left)
{
	if (!left->n_actions && !left->n_goals && !left->coordinator) {
		h_paragraph(h, MSG_team_end_nothing);
		return;
	}
	H(h, "<h2 class=\"govuk-heading-m\">");
	h_msg(h, MSG_team_end_leaves);
	H(h, "</h2><ul class=\"govuk-list govuk-list--bullet\">");
	for (size_t i = 0; i < left->n_actions; i++) {
		H(h, "<li>");
		h_text(h, left->actions[i]->what);
		H(h, "</li>");
	}
	for (size_t i = 0; i < left->n_goals; i++) {
		H(h, "<li>");
		h_text(h, left->goals[i]->text);
		H(h, "</li>");
	}
	if (left->coordinator) {
		H(h, "<li>");
		h_msg(h, MSG_team_end_coordination);
		H(h, "</li>");
	}
	H(h, "</ul>");
}

static void successors(Ctx *c, Html *h, const Dossier *d, const Member *leaving, Str chosen, const Errors *e)
{
	Option *o = ARENA_ARRAY(c->arena, Option, d->team.n_members + 2);
	size_t n = 0;
	o[n++] = (Option){ S(""), msg(c->lang, MSG_team_end_choose), STR_END, !chosen.n };
	for (size_t i = 0; i < d->team.n_members; i++) {
		const Member *m = &d->team.members[i];
		if (m->active && m != leaving)
			o[n++] = (Option){ m->ref, arena_join(c->arena, m->name, S(" – "), m->role_text, STR_END),
				           STR_END, str_eq(m->ref, chosen) };
	}
	h_select(h, S("to"), MSG_team_end_to, MSG_NONE, o, n, e);
}

static Reply form(Ctx *c, const Dossier *d, const Member *m, const MemberEnd *in, const Errors *e)
{
	Handover left;
	team_handover(d, m->ref, &left);
	Html h = page_begin(c, &(Layout){ .title = MSG_team_end_title,
	                                  .title_arg = m->name,
	                                  .tab = TAB_TEAM,
	                                  .dossier = d,
	                                  .errors = e,
	                                  .back = person_path(c, S("team")) });
	left_behind(&h, &left);
	form_begin(c, &h, STR_END);
	form_version(&h, in->version);
	if (left.n_actions || left.n_goals || left.coordinator)
		successors(c, &h, d, m, in->to, e);
	h_date_field(&h, S("on"), in->on, MSG_team_end_on, MSG_NONE, e);
	h_button(&h, MSG_team_end_do);
	form_end(&h);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	const Member *m = dossier_member(&d, team_ref(c, c->id));
	if (!m || !m->active)
		return page_error(c, ERR_NOT_FOUND);
	MemberEnd in = { .version = d.team.b.version, .on = time_date(c->arena, time_now()) };
	return form(c, &d, m, &in, NULL);
}

static Reply post(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	const Member *m = dossier_member(&d, team_ref(c, c->id));
	if (!m || !m->active)
		return page_error(c, ERR_NOT_FOUND);
	Str to = str_trim(req_form(c->req, S("to")));
	MemberEnd in = { .version = form_int(c, S("version"), 0),
		         .ref = m->ref,
		         .on = str_trim(req_form(c->req, S("on"))),
		         .to = to,
		         .to_name = dossier_name(&d, to) };
	e = team_end(c->visit, &d, &in, &issues);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		return form(c, &d, m, &in, &errors);
	}
	return e == OK ? saved(c, person_path(c, S("team")), MSG_team_ended) : page_error(c, e);
}

const Page page_team_end = {
	.path = S_INIT("/persoon/{person}/team/{id}/einde"),
	.title = MSG_team_end,
	.need = NEED_PERSON,
	.category = 1u << CAT_NETWORK,
	.edits = true,
	.get = get,
	.post = post,
};
