/* A new person, and changing what we know of one: the same form. And the phase of the care process. */
#include <stdlib.h>

#include "care/person.h"
#include "care/phase.h"
#include "web/pages/plan.h"
#include "web/web_internal.h"

/* ---- the fields of a person: one form for new and edit ---- */

static void gender_field(Ctx *c, Html *h, Str now, const Errors *e)
{
	static const Str codes[] = { S_INIT("female"), S_INIT("male"), S_INIT("other"), S_INIT("unknown") };
	Option o[COUNT_OF(codes)];
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		o[i] = (Option){ .value = codes[i],
			         .text = msg(c->lang, msg_code(S("person.gender."), codes[i])),
			         .checked = str_eq(codes[i], now) };
	h_radios(h, S("gender"), MSG_person_gender, MSG_NONE, o, COUNT_OF(o), e, false);
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(((const Option *)a)->text, ((const Option *)b)->text);
}

/* The languages of the country first, the others by name; a code that is none of these stays what it is. */
static void language_field(Ctx *c, Html *h, Str now, const Errors *e)
{
	enum { OWN = 6 };
	static const Str codes[] = {
		S_INIT("nl"), S_INIT("fr"), S_INIT("de"), S_INIT("en"), S_INIT("vgt"), S_INIT("sfb"), S_INIT("am"),
		S_INIT("ar"), S_INIT("bg"), S_INIT("cs"), S_INIT("el"), S_INIT("es"),  S_INIT("fa"),  S_INIT("he"),
		S_INIT("hi"), S_INIT("hu"), S_INIT("hy"), S_INIT("it"), S_INIT("ku"),  S_INIT("lb"),  S_INIT("ln"),
		S_INIT("ne"), S_INIT("pl"), S_INIT("ps"), S_INIT("pt"), S_INIT("ro"),  S_INIT("ru"),  S_INIT("rw"),
		S_INIT("sk"), S_INIT("so"), S_INIT("sq"), S_INIT("sr"), S_INIT("sw"),  S_INIT("ti"),  S_INIT("tr"),
		S_INIT("uk"), S_INIT("ur"), S_INIT("vi"), S_INIT("yi"), S_INIT("zgh"), S_INIT("zh")
	};
	Option o[COUNT_OF(codes) + 2] = {
		{ .value = S(""), .text = msg(c->lang, MSG_spoken_unknown), .checked = !now.n }
	};
	size_t n = 1;
	bool known = !now.n;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		o[n] = (Option){ .value = codes[i],
			         .text = language_name(c->lang, codes[i]),
			         .checked = str_eq(codes[i], now) };
		known = known || o[n].checked;
		n++;
	}
	qsort(o + 1 + OWN, n - 1 - OWN, sizeof *o, by_text);
	if (!known)
		o[n++] = (Option){ .value = now, .text = language_name(c->lang, now), .checked = true };
	h_select(h, S("language"), MSG_person_language_field, MSG_NONE, o, n, e);
}

static void person_fields(Ctx *c, Html *h, const PersonInput *p, const Errors *e)
{
	h_field(h, &(Field){ .name = S("given"),
	                     .value = p->given,
	                     .label = MSG_person_given,
	                     .errors = e,
	                     .width = 20,
	                     .autocomplete = S("off") });
	h_field(h, &(Field){ .name = S("family"),
	                     .value = p->family,
	                     .label = MSG_person_family,
	                     .errors = e,
	                     .width = 20,
	                     .autocomplete = S("off") });
	h_field(h, &(Field){ .name = S("call_name"),
	                     .value = p->call_name,
	                     .label = MSG_person_call_name_field,
	                     .hint = MSG_person_call_name_hint,
	                     .errors = e,
	                     .optional = true,
	                     .width = 20 });
	h_date_field(h, S("birth_date"), p->birth_date, MSG_person_birth_date, MSG_NONE, e);
	gender_field(c, h, p->gender, e);
	language_field(c, h, p->language, e);
	h_field(h, &(Field){ .name = S("phone"),
	                     .value = p->phone,
	                     .label = MSG_person_phone,
	                     .errors = e,
	                     .optional = true,
	                     .type = S("tel"),
	                     .width = 20 });
	h_field(h, &(Field){ .name = S("email"),
	                     .value = p->email,
	                     .label = MSG_person_email,
	                     .errors = e,
	                     .optional = true,
	                     .type = S("email"),
	                     .width = 30 });
	h_field(h, &(Field){ .name = S("address"),
	                     .value = p->address,
	                     .label = MSG_person_address,
	                     .errors = e,
	                     .optional = true,
	                     .rows = 3 });
}

static PersonInput person_sent(Ctx *c, Errors *e)
{
	return (PersonInput){
		.version = form_int(c, S("version"), 0),
		.given = form_text(c, e, S("given"), 200, MSG_NONE),
		.family = form_text(c, e, S("family"), 200, MSG_NONE),
		.call_name = form_text(c, e, S("call_name"), 200, MSG_NONE),
		.birth_date = form_text(c, e, S("birth_date"), 10, MSG_NONE),
		.gender = form_text(c, e, S("gender"), 20, MSG_NONE),
		.language = form_text(c, e, S("language"), 20, MSG_NONE),
		.phone = form_text(c, e, S("phone"), 100, MSG_NONE),
		.email = form_text(c, e, S("email"), 200, MSG_NONE),
		.address = form_text(c, e, S("address"), 500, MSG_NONE),
	};
}

/* ---- new ---- */

static Reply new_show(Ctx *c, const NewPerson *p, const Errors *e, int status)
{
	if (c->scope->role != ROLE_COORDINATOR && c->scope->role != ROLE_PROFESSIONAL)
		return page_error(c, ERR_FORBIDDEN);
	Html h = page_begin(c, &(Layout){ .errors = e, .tab = TAB_TODAY, .back = S("/") });
	h_paragraph(&h, MSG_person_new_help);
	form_begin(c, &h, S("/personen/nieuw"));
	person_fields(c, &h, &p->person, e);
	h_field(&h, &(Field){ .name = S("why"),
	                      .value = p->why,
	                      .label = MSG_person_why,
	                      .errors = e,
	                      .optional = true,
	                      .rows = 3,
	                      .count = true });
	h_field(&h, &(Field){ .name = S("role_text"),
	                      .value = p->role_text,
	                      .label = MSG_person_role_text,
	                      .hint = MSG_person_role_hint,
	                      .errors = e,
	                      .width = 30 });
	h_field(&h, &(Field){ .name = S("organisation"),
	                      .value = p->organisation,
	                      .label = MSG_person_organisation,
	                      .errors = e,
	                      .optional = true,
	                      .width = 30 });
	Option secrecy[] = {
		{ .value = S("yes"), .text = msg(c->lang, MSG_common_yes), .checked = p->secrecy },
		{ .value = S("no"), .text = msg(c->lang, MSG_common_no), .checked = !p->secrecy },
	};
	h_radios(&h, S("secrecy"), MSG_person_secrecy, MSG_NONE, secrecy, COUNT_OF(secrecy), e, false);
	buttons_begin(&h);
	h_button(&h, MSG_common_save);
	h_link(&h, S("/"), MSG_common_keep_unchanged);
	buttons_end(&h);
	form_end(&h);
	return page_end(c, &h, status);
}

static Reply new_get(Ctx *c)
{
	NewPerson p = { .secrecy = true };
	return new_show(c, &p, NULL, 200);
}

static Reply new_post(Ctx *c)
{
	Errors e = { 0 };
	FieldIssues is = { 0 };
	Str id;
	if (c->scope->role != ROLE_COORDINATOR && c->scope->role != ROLE_PROFESSIONAL)
		return page_error(c, ERR_FORBIDDEN);
	NewPerson p = { .person = person_sent(c, &e) };
	p.why = form_text(c, &e, S("why"), 2000, MSG_NONE);
	p.role_text = form_text(c, &e, S("role_text"), 200, MSG_NONE);
	p.organisation = form_text(c, &e, S("organisation"), 200, MSG_NONE);
	p.secrecy = str_eq(req_form(c->req, S("secrecy")), S("yes"));
	p.coordinator = c->scope->role == ROLE_COORDINATOR;
	Err err = e.n ? ERR_INVALID : person_save(c->visit, &p, &is, &id);
	errors_from(c, &e, &is);
	if (err == ERR_INVALID && e.n)
		return new_show(c, &p, &e, 422);
	if (err != OK)
		return page_error(c, err);
	return saved(c, arena_join(c->arena, S("/persoon/"), id, STR_END), MSG_person_made);
}

const Page page_person_new = {
	.path = S_INIT("/personen/nieuw"), .title = MSG_person_new, .need = NEED_CARE, .get = new_get, .post = new_post
};

/* ---- edit ---- */

static Reply edit_show(Ctx *c, const Dossier *d, const PersonInput *p, const Errors *e, int status)
{
	Html h = page_begin(c, &(Layout){ .errors = e, .tab = TAB_MORE, .dossier = d, .back = person_path(c, S("")) });
	form_begin(c, &h, person_path(c, S("/gegevens")));
	form_version(&h, d->person.b.version);
	person_fields(c, &h, p, e);
	buttons_begin(&h);
	h_button(&h, MSG_common_save);
	h_link(&h, person_path(c, S("")), MSG_common_keep_unchanged);
	buttons_end(&h);
	form_end(&h);
	return page_end(c, &h, status);
}

static Reply edit_get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	if (e != OK)
		return page_error(c, e);
	const Person *p = &d.person;
	PersonInput in = { p->b.version, p->given,    p->family, p->call_name, p->birth_date,
		           p->gender,    p->language, p->phone,  p->email,     p->address };
	return edit_show(c, &d, &in, NULL, 200);
}

static Reply edit_post(Ctx *c)
{
	Errors e = { 0 };
	FieldIssues is = { 0 };
	Dossier d;
	PersonInput in = person_sent(c, &e);
	Err err = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	if (err != OK)
		return page_error(c, err);
	err = e.n ? ERR_INVALID : person_edit(c->visit, &d, &in, &is);
	errors_from(c, &e, &is);
	if (err == ERR_INVALID && e.n)
		return edit_show(c, &d, &in, &e, 422);
	if (err != OK)
		return page_error(c, err);
	return saved_undo(c, person_path(c, S("")), MSG_person_saved,
	                  undo_path(c, FT_PATIENT, c->person, d.person.b.version + 1));
}

const Page page_person_edit = { .path = S_INIT("/persoon/{person}/gegevens"),
	                        .title = MSG_person_edit,
	                        .need = NEED_PERSON,
	                        .category = 1u << CAT_IDENTITY,
	                        .edits = true,
	                        .get = edit_get,
	                        .post = edit_post };

/* ---- phase ---- */

static Reply phase_show(Ctx *c, const Dossier *d, const Errors *e, int status)
{
	static const Phase all[] = { PHASE_INTAKE,    PHASE_ASSESSMENT, PHASE_PLANNING,
		                     PHASE_EXECUTION, PHASE_EVALUATION, PHASE_CLOSING };
	Option o[COUNT_OF(all)];
	for (size_t i = 0; i < COUNT_OF(all); i++)
		o[i] = (Option){ .value = phase_code(all[i]),
			         .text = msg(c->lang, msg_code(S("phase."), phase_code(all[i]))),
			         .checked = d->phase.known && d->phase.phase == all[i] };
	PhaseChange *before;
	size_t n;
	Err err = phase_history(c->visit, d, &before, &n);
	if (err != OK)
		return page_error(c, err);
	Html h = page_begin(c, &(Layout){ .errors = e, .tab = TAB_TODAY, .dossier = d, .back = person_path(c, S("")) });
	form_begin(c, &h, person_path(c, S("/fase")));
	form_version(&h, d->phase.version);
	h_radios(&h, S("state"), MSG_person_phase_to, MSG_NONE, o, COUNT_OF(o), e, false);
	h_field(
	    &h,
	    &(Field){
	        .name = S("why"), .label = MSG_person_phase_why, .errors = e, .rows = 3, .max = 500, .count = true });
	h_button(&h, MSG_common_save);
	form_end(&h);
	if (n > 1)
		h_heading(&h, 2, MSG_person_phase_history);
	H(&h, "<ul class=\"govuk-list\">\n");
	for (size_t i = 1; i < n; i++) {
		H(&h, "<li>");
		h_date(&h, before[i].at);
		H(&h, " – ");
		h_msg(&h, msg_code(S("phase."), phase_code(before[i].phase)));
		if (before[i].why.n) {
			H(&h, ": ");
			h_text(&h, before[i].why);
		}
		H(&h, "</li>\n");
	}
	H(&h, "</ul>\n");
	return page_end(c, &h, status);
}

static Reply phase_get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	return e == OK ? phase_show(c, &d, NULL, 200) : page_error(c, e);
}

static Reply phase_post(Ctx *c)
{
	Errors e = { 0 };
	FieldIssues is = { 0 };
	Dossier d;
	Phase to;
	Err err = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	if (err != OK)
		return page_error(c, err);
	Str why = form_text(c, &e, S("why"), 500, MSG_form_required);
	if (!phase_parse(req_form(c->req, S("state")), &to))
		errors_add(&e, S("state"), MSG_form_choose);
	int32_t version = form_int(c, S("version"), 0);
	/* made when there was no phase yet, or older than it: someone was first */
	if (version != d.phase.version)
		return page_error(c, ERR_VERSION);
	err = e.n ? ERR_INVALID : phase_set(c->visit, &d, to, why, version, &is);
	errors_from(c, &e, &is);
	plan_errors_to(&e, S("phase"), S("state"));
	if (err == ERR_INVALID && e.n)
		return phase_show(c, &d, &e, 422);
	return err == OK ? saved(c, person_path(c, S("")), MSG_person_phase_saved) : page_error(c, err);
}

const Page page_phase = { .path = S_INIT("/persoon/{person}/fase"),
	                  .title = MSG_person_phase_change,
	                  .need = NEED_PERSON,
	                  .category = 1u << CAT_GOALS,
	                  .edits = true,
	                  .get = phase_get,
	                  .post = phase_post };
