/* One member of the team: find someone in the directory and add them, or change what is written about a member. */
#include "care/person.h"
#include "care/team.h"
#include "web/pages/team.h"

enum { MOST_FOUND = 20 };

static Str practitioner_name(Ctx *c, JVal r)
{
	JVal name = json_at(JGET(r, "name"), 0);
	Str text = JSTR(name, "text", c->arena);
	if (text.n)
		return text;
	Str given = json_str(json_at(JGET(name, "given"), 0), c->arena), family = JSTR(name, "family", c->arena);
	return arena_join(c->arena, given.p ? given : S(""), given.n && family.n ? S(" ") : S(""),
	                  family.p ? family : S(""), STR_END);
}

/* A choice to go on with: the name, leading to the form. */
static void choice(Ctx *c, Html *h, Str ref, Str name, Str about)
{
	H(h, "<li><a class=\"govuk-link\" href=\"?wie=");
	h_url(h, ref);
	H(h, "\">");
	h_text(h, name);
	H(h, "</a>");
	if (about.n) {
		H(h, " – ");
		h_text(h, about);
	}
	H(h, "</li>");
	(void)c;
}

static void found(Ctx *c, Html *h, Str name)
{
	SearchTerm term = { .param = search_param(FT_PRACTITIONER, S("name")), .values = &name, .n_values = 1 };
	SearchQuery q = { .type = FT_PRACTITIONER, .terms = &term, .n_terms = 1, .count = MOST_FOUND };
	Rec *recs;
	size_t n, total;
	if (!term.param || visit_search(c->visit, &q, &recs, &n, &total) != OK)
		n = total = 0;
	H(h, "<h2 class=\"govuk-heading-m\">");
	h_count(h, MSG_team_found_one, MSG_team_found_many, (int64_t)total);
	H(h, "</h2><ul class=\"govuk-list govuk-list--spaced\">");
	for (size_t i = 0; i < n; i++) {
		JVal r = rec_json(c->visit, &recs[i]);
		Str about = json_str(json_path(r, "qualification", "code", "text", NULL), c->arena);
		choice(c, h, arena_join(c->arena, S("Practitioner/"), recs[i].id, STR_END), practitioner_name(c, r),
		       about);
	}
	H(h, "</ul>");
	if (!n) {
		h_paragraph(h, MSG_team_not_found);
	}
}

/* Step 1: who? */
static Reply find(Ctx *c, const Dossier *d)
{
	Str name = str_trim(req_query(c->req, S("zoek")));
	Html h = page_begin(
	    c, &(Layout){ .title = MSG_team_add, .tab = TAB_TEAM, .dossier = d, .back = person_path(c, S("team")) });
	H(&h, "<p class=\"govuk-body\">");
	h_msg(&h, MSG_team_find_lead);
	H(&h, "</p><form method=\"get\" role=\"search\">");
	h_field(&h,
	        &(Field){
	            .name = S("zoek"), .value = name, .label = MSG_team_find, .hint = MSG_team_find_hint, .max = 80 });
	h_button(&h, MSG_common_search);
	H(&h, "</form>");
	if (name.n)
		found(c, &h, str_clip(name, 80));
	bool any = false;
	for (size_t i = 0; i < d->n_relatives; i++) {
		const Relative *r = &d->relatives[i];
		Str ref = arena_join(c->arena, S("RelatedPerson/"), r->b.id, STR_END);
		if (!r->active || dossier_member(d, ref))
			continue;
		if (!any) {
			H(&h, "<h2 class=\"govuk-heading-m\">");
			h_msg(&h, MSG_team_from_around);
			H(&h, "</h2><ul class=\"govuk-list govuk-list--spaced\">");
		}
		any = true;
		choice(c, &h, ref, r->name, r->relationship);
	}
	if (any)
		H(&h, "</ul>");
	return page_end(c, &h, 200);
}

/* Step 2, and the same form to change. */
static Reply form(Ctx *c, const Dossier *d, const MemberInput *in, const Errors *e)
{
	bool fresh = !dossier_member(d, in->ref);
	Html h = page_begin(c, &(Layout){ .title = MSG_team_member_of,
	                                  .title_arg = in->name,
	                                  .tab = TAB_TEAM,
	                                  .dossier = d,
	                                  .errors = e,
	                                  .back = person_path(c, fresh ? S("team/nieuw") : S("team")) });
	form_begin(c, &h, STR_END);
	form_version(&h, in->version);
	H(&h, "<input type=\"hidden\" name=\"ref\" value=\"");
	h_attr(&h, in->ref);
	H(&h, "\">");
	h_field(&h, &(Field){ .name = S("role_text"),
	                      .value = in->role_text,
	                      .label = MSG_team_role,
	                      .hint = MSG_team_role_hint,
	                      .errors = e,
	                      .max = 100 });
	h_field(&h, &(Field){ .name = S("organisation"),
	                      .value = in->organisation,
	                      .label = MSG_team_organisation,
	                      .errors = e,
	                      .max = 150,
	                      .optional = true });
	h_field(&h, &(Field){ .name = S("tasks"),
	                      .value = in->tasks,
	                      .label = MSG_team_what_adds,
	                      .hint = MSG_team_what_adds_hint,
	                      .errors = e,
	                      .rows = 3,
	                      .max = 1000 });
	h_field(&h, &(Field){ .name = S("reach"),
	                      .value = in->reach,
	                      .label = MSG_team_reach_how,
	                      .hint = MSG_team_reach_hint,
	                      .errors = e,
	                      .max = 200,
	                      .optional = true });
	Option secrecy[] = {
		{ S("1"), msg(c->lang, MSG_team_secrecy_yes), msg(c->lang, MSG_team_secrecy_yes_hint), in->secrecy },
		{ S("0"), msg(c->lang, MSG_team_secrecy_no), msg(c->lang, MSG_team_secrecy_no_hint), !in->secrecy },
	};
	h_radios(&h, S("secrecy"), MSG_team_secrecy_question, MSG_NONE, secrecy, 2, e, false);
	Option coordinator = { S("1"), msg(c->lang, MSG_team_is_coordinator),
		               msg(c->lang, MSG_team_is_coordinator_hint), in->coordinator };
	h_checkboxes(&h, S("coordinator"), MSG_team_coordinator, MSG_NONE, &coordinator, 1, e, false);
	h_date_field(&h, S("from"), in->from, MSG_team_from, MSG_NONE, e);
	h_button(&h, MSG_common_save);
	form_end(&h);
	return page_end(c, &h, e && e->n ? 422 : 200);
}

/* The name behind a reference that may not be in the dossier yet. */
static Str name_of(Ctx *c, const Dossier *d, Str ref)
{
	Str name = dossier_name(d, ref), type, id = str_cut(ref, '/', &type);
	Rec rec;
	if (name.n || !str_eq(type, S("Practitioner")) || !id.n ||
	    visit_read(c->visit, FT_PRACTITIONER, id, &rec) != OK)
		return name;
	return practitioner_name(c, rec_json(c->visit, &rec));
}

static Reply get_new(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	Str ref = req_query(c->req, S("wie"));
	if (!ref.n)
		return find(c, &d);
	MemberInput in = { .ref = ref,
		           .name = name_of(c, &d, ref),
		           .version = d.team.b.version,
		           .secrecy = str_starts(ref, S("Practitioner/")) };
	return in.name.n ? form(c, &d, &in, NULL) : page_error(c, ERR_NOT_FOUND);
}

static MemberInput input(Ctx *c, const Dossier *d, Str ref)
{
	return (MemberInput){
		.version = form_int(c, S("version"), 0),
		.ref = ref,
		.name = name_of(c, d, ref),
		.role_text = str_trim(req_form(c->req, S("role_text"))),
		.organisation = str_trim(req_form(c->req, S("organisation"))),
		.tasks = str_trim(req_form(c->req, S("tasks"))),
		.reach = str_trim(req_form(c->req, S("reach"))),
		.secrecy = str_eq(req_form(c->req, S("secrecy")), S("1")),
		.coordinator = str_eq(req_form(c->req, S("coordinator")), S("1")),
		.from = str_trim(req_form(c->req, S("from"))),
	};
}

static Reply save(Ctx *c, Str ref, bool fresh)
{
	Dossier d;
	FieldIssues issues = { 0 };
	Errors errors = { 0 };
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	MemberInput in = input(c, &d, ref);
	if (!in.name.n)
		return page_error(c, ERR_NOT_FOUND);
	const Member *m = dossier_member(&d, ref);
	if (m && !fresh) {
		in.role_code = m->role_code;
		in.until = m->until;
	}
	e = fresh ? team_add(c->visit, &d, &in, &issues) : team_edit(c->visit, &d, &in, &issues);
	if (e == ERR_INVALID) {
		errors_from(c, &errors, &issues);
		return form(c, &d, &in, &errors);
	}
	return e == OK ? saved(c, person_path(c, S("team")), MSG_team_saved) : page_error(c, e);
}

static Reply post_new(Ctx *c)
{
	return save(c, req_form(c->req, S("ref")), true);
}

static Reply get_edit(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	const Member *m = dossier_member(&d, team_ref(c, c->id));
	if (!m)
		return page_error(c, ERR_NOT_FOUND);
	MemberInput in = { d.team.b.version, m->ref,   m->name,    m->role_text,   m->role_code, m->organisation,
		           m->tasks,         m->reach, m->secrecy, m->coordinator, m->from,      m->until };
	return form(c, &d, &in, NULL);
}

static Reply post_edit(Ctx *c)
{
	return save(c, team_ref(c, c->id), false);
}

const Page page_team_new = {
	.path = S_INIT("/persoon/{person}/team/nieuw"),
	.title = MSG_team_add,
	.need = NEED_PERSON,
	.category = 1u << CAT_NETWORK,
	.edits = true,
	.get = get_new,
	.post = post_new,
};
const Page page_team_member = {
	.path = S_INIT("/persoon/{person}/team/{id}"),
	.title = MSG_team_change,
	.need = NEED_PERSON,
	.category = 1u << CAT_NETWORK,
	.edits = true,
	.get = get_edit,
	.post = post_edit,
};
