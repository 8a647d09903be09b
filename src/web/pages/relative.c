/* Someone around the person: family, friend, neighbour, volunteer; new and change are one form. */
#include "care/relative.h"
#include "web/pages/team.h"

static Reply form(Ctx *c, const Dossier *d, const RelativeInput *in, const Errors *e)
{
	Html h = page_begin(c, &(Layout){ .title = in->id.n ? MSG_relative_change : MSG_relative_add,
	                                  .title_arg = in->name,
	                                  .tab = TAB_TEAM,
	                                  .dossier = d,
	                                  .errors = e,
	                                  .back = person_path(c, S("team")) });
	form_begin(c, &h, STR_END);
	form_version(&h, in->version);
	h_field(&h,
	        &(Field){ .name = S("name"), .value = in->name, .label = MSG_relative_name, .errors = e, .max = 100 });
	h_field(&h, &(Field){ .name = S("relationship"),
	                      .value = in->relationship,
	                      .label = MSG_relative_relationship,
	                      .hint = MSG_relative_relationship_hint,
	                      .errors = e,
	                      .max = 100 });
	h_field(&h, &(Field){ .name = S("phone"),
	                      .value = in->phone,
	                      .label = MSG_relative_phone,
	                      .errors = e,
	                      .type = S("tel"),
	                      .max = 40,
	                      .width = 20,
	                      .optional = true });
	h_field(&h, &(Field){ .name = S("email"),
	                      .value = in->email,
	                      .label = MSG_relative_email,
	                      .errors = e,
	                      .type = S("email"),
	                      .max = 100,
	                      .optional = true });
	Option roles[] = {
		{ S("carer"), msg(c->lang, MSG_relative_carer), msg(c->lang, MSG_relative_carer_hint), in->carer },
		{ S("confidant"), msg(c->lang, MSG_relative_confidant), msg(c->lang, MSG_relative_confidant_hint),
		  in->confidant },
		{ S("representative"), msg(c->lang, MSG_relative_representative),
		  msg(c->lang, MSG_relative_representative_hint), in->representative },
		{ S("volunteer"), msg(c->lang, MSG_relative_volunteer), STR_END, in->volunteer },
	};
	h_checkboxes(&h, S("what"), MSG_relative_what, MSG_NONE, roles, COUNT_OF(roles), e, false);
	h_heading(&h, 2, MSG_relative_tie);
	tie_fields(c, &h, in->tie, e);
	if (in->id.n) {
		Option gone = { S("1"), msg(c->lang, MSG_relative_gone), STR_END, in->inactive };
		h_checkboxes(&h, S("inactive"), MSG_relative_still, MSG_NONE, &gone, 1, e, false);
	}
	h_button(&h, MSG_common_save);
	form_end(&h);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

static Reply get(Ctx *c)
{
	Dossier d;
	Tie none = { .circle = CIRCLE_F };
	RelativeInput in = { .tie = &none };
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	if (c->id.n) {
		const Relative *r = dossier_relative(&d, c->id);
		if (!r)
			return page_error(c, ERR_NOT_FOUND);
		in = (RelativeInput){ r->b.id,  r->b.version, r->name,           r->relationship, r->phone,   r->email,
			              r->carer, r->confidant, r->representative, r->volunteer,    !r->active, &r->tie };
	}
	return form(c, &d, &in, NULL);
}

static Reply post(Ctx *c)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	if (c->id.n && !dossier_relative(&d, c->id))
		return page_error(c, ERR_NOT_FOUND);
	Tie tie = tie_from_form(c);
	RelativeInput in = {
		.id = c->id,
		.version = form_int(c, S("version"), 0),
		.name = str_trim(req_form(c->req, S("name"))),
		.relationship = str_trim(req_form(c->req, S("relationship"))),
		.phone = str_trim(req_form(c->req, S("phone"))),
		.email = str_trim(req_form(c->req, S("email"))),
		.carer = form_checked(c, S("what"), S("carer")),
		.confidant = form_checked(c, S("what"), S("confidant")),
		.representative = form_checked(c, S("what"), S("representative")),
		.volunteer = form_checked(c, S("what"), S("volunteer")),
		.inactive = str_eq(req_form(c->req, S("inactive")), S("1")),
		.tie = &tie,
	};
	Str id;
	e = relative_save(c->visit, &d, &in, &issues, &id);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		return form(c, &d, &in, &errors);
	}
	return e == OK ? saved(c, person_path(c, S("team")), MSG_relative_saved) : page_error(c, e);
}

const Page page_relative_new = {
	.path = S_INIT("/persoon/{person}/naaste/nieuw"),
	.title = MSG_relative_add,
	.need = NEED_PERSON,
	.category = 1u << CAT_NETWORK,
	.edits = true,
	.get = get,
	.post = post,
};
const Page page_relative = {
	.path = S_INIT("/persoon/{person}/naaste/{id}"),
	.title = MSG_relative_change,
	.need = NEED_PERSON,
	.category = 1u << CAT_NETWORK,
	.edits = true,
	.get = get,
	.post = post,
};
