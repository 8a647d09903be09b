/* Who may see what: the choices of the person, giving and withdrawing them, and what a recipient would see. */
#include "care/consent.h"
#include "web/web_internal.h"

enum { RECIPIENTS_MAX = 64 };

/* ---- list ---- */

static void category_words(Html *h, uint32_t bits)
{
	H(h, "<ul class=\"govuk-list govuk-list--bullet\">\n");
	for (int i = 0; i < CAT_COUNT; i++) {
		if (!(bits >> i & 1))
			continue;
		H(h, "<li>");
		h_msg(h, msg_code(S("category."), category_name((Category)i)));
		H(h, "</li>\n");
	}
	H(h, "</ul>\n");
}

static void period(Ctx *c, Html *h, const Sharing *s)
{
	if (!s->from.n)
		return;
	Str from = fhir_date_text(c->arena, c->lang, s->from);
	H(h, "<p class=\"sd-meta\">");
	if (s->until.n)
		h_msg2(h, MSG_consent_from_until, from, fhir_date_text(c->arena, c->lang, s->until));
	else
		h_msg1(h, MSG_consent_from_only, from);
	H(h, "</p>\n");
}

static void withdraw_form(Ctx *c, Html *h, const Sharing *s)
{
	form_begin(c, h, person_path(c, S("/toestemming")));
	form_hidden(h, S("id"), s->b.id);
	form_version(h, s->b.version);
	H(h, "<button type=\"submit\" class=\"govuk-button govuk-button--secondary\">");
	h_msg(h, MSG_consent_withdraw);
	H(h, "<span class=\"govuk-visually-hidden\">: ");
	h_text(h, s->who_name);
	H(h, "</span></button>\n");
	form_end(h);
}

static void sharing_card(Ctx *c, Html *h, const Sharing *s)
{
	card_begin(h, s->who_name.n ? s->who_name : s->who, S(""));
	H(h, "<p class=\"govuk-body\">");
	if (s->withdrawn)
		h_tag(h, MSG_consent_withdrawn, S("grey"));
	else if (s->permit)
		h_tag(h, MSG_consent_may, S("green"));
	else
		h_tag(h, MSG_consent_may_not, S("orange"));
	if (s->permit && s->write && !s->withdrawn) {
		H(h, " ");
		h_tag(h, MSG_consent_may_write, S("teal"));
	}
	H(h, "</p>\n");
	category_words(h, s->categories);
	period(c, h, s);
	if (s->active)
		withdraw_form(c, h, s);
	card_end(h);
}

static void sharing_list(Ctx *c, Html *h, const Sharing *all, size_t n, bool active, Msg heading)
{
	size_t shown = 0;
	for (size_t i = 0; i < n; i++) {
		if (all[i].active != active)
			continue;
		if (!shown++) {
			h_heading(h, 2, heading);
			H(h, "<div class=\"sd-grid\">\n");
		}
		sharing_card(c, h, &all[i]);
	}
	if (shown)
		H(h, "</div>\n");
	else if (active)
		h_empty(h, MSG_consent_none, S(""), MSG_NONE);
}

static Reply list_get(Ctx *c)
{
	Dossier d;
	size_t n;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	Sharing *all = sharings_of(&d, &n);
	Html h = page_begin(c, &(Layout){ .tab = TAB_MORE, .dossier = &d, .wide = true });
	H(&h, "<p class=\"govuk-body\">");
	h_msg1(&h, MSG_consent_help, d.person.name);
	H(&h, "</p>\n");
	h_inset(&h, MSG_consent_always);
	h_button_link(&h, person_path(c, S("/toestemming/nieuw")), MSG_consent_new, false);
	sharing_list(c, &h, all, n, true, MSG_consent_now);
	sharing_list(c, &h, all, n, false, MSG_consent_before);
	return page_end(c, &h, 200);
}

static Reply list_post(Ctx *c)
{
	Dossier d;
	FieldIssues is = { 0 };
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e == OK)
		e = consent_withdraw(c->visit, &d, req_form(c->req, S("id")), form_int(c, S("version"), 0),
		                     c->relation.kind == REL_TEAM, &is);
	return e == OK ? saved(c, person_path(c, S("/toestemming")), MSG_consent_withdrawn_saved) : page_error(c, e);
}

const Page page_consent = { .path = S_INIT("/persoon/{person}/toestemming"),
	                    .title = MSG_consent_title,
	                    .need = NEED_PERSON,
	                    .category = 1u << CAT_CONTROL,
	                    .get = list_get,
	                    .post = list_post };

/* ---- new: choose, look, save ---- */

static size_t recipients(Ctx *c, const Dossier *d, Str now, Option *out)
{
	size_t n = 0;
	for (size_t i = 0; i < d->team.n_members && n < RECIPIENTS_MAX; i++) {
		const Member *m = &d->team.members[i];
		if (m->active && !str_starts(m->ref, S("Patient/")))
			out[n++] = (Option){
				.value = m->ref, .text = m->name, .hint = m->role_text, .checked = str_eq(now, m->ref)
			};
	}
	for (size_t i = 0; i < d->n_relatives && n < RECIPIENTS_MAX; i++) {
		const Relative *r = &d->relatives[i];
		Str ref = arena_join(c->arena, S("RelatedPerson/"), r->b.id, STR_END);
		if (r->active && !dossier_member(d, ref))
			out[n++] = (Option){
				.value = ref, .text = r->name, .hint = r->relationship, .checked = str_eq(now, ref)
			};
	}
	return n;
}

static uint32_t categories_sent(Ctx *c)
{
	uint32_t bits = 0;
	for (int i = 0; i < CAT_COUNT; i++)
		if (form_checked(c, S("categories"), category_name((Category)i)))
			bits |= 1u << i;
	return bits;
}

static void category_boxes(Ctx *c, Html *h, uint32_t bits, const Errors *e)
{
	Option o[CAT_COUNT];
	size_t n = 0;
	/* Name and contact come with everything; who looked and consent are never shared. */
	for (int i = CAT_STORY; i < CAT_CONTROL; i++) {
		Str code = category_name((Category)i);
		o[n++] = (Option){ .value = code,
			           .text = msg(c->lang, msg_code(S("category."), code)),
			           .checked = bits >> i & 1 };
	}
	h_checkboxes(h, S("categories"), MSG_consent_categories, MSG_consent_categories_hint, o, n, e, false);
}

static void preview(Html *h, const Dossier *d, const SharingInput *in)
{
	Preview p;
	consent_preview(d, in->deny ? ~in->categories & CAT_ALL : in->categories | 1u << CAT_IDENTITY, &p);
	H(h, "<div class=\"sd-card\">\n<h2 class=\"govuk-heading-m\">");
	h_msg1(h, in->deny ? MSG_consent_preview_deny : MSG_consent_preview_title, in->who_name);
	H(h, "</h2>\n");
	h_paragraph(h, MSG_consent_preview_help);
	for (size_t i = 0; i < CAT_COUNT; i++) {
		const PreviewPart *part = &p.parts[i];
		if (part->visible == in->deny || (in->deny && !(in->categories >> part->category & 1)))
			continue;
		H(h, "<p class=\"govuk-body\"><strong>");
		h_msg(h, msg_code(S("category."), category_name(part->category)));
		H(h, "</strong>: ");
		h_count(h, MSG_consent_count_one, MSG_consent_count_many, (int64_t)part->count);
		H(h, "</p>\n");
	}
	buttons_begin(h);
	h_button_named(h, MSG_consent_save, S("step"), S("save"), false);
	buttons_end(h);
	H(h, "</div>\n");
}

static void kind_field(Ctx *c, Html *h, const SharingInput *in, const Errors *e)
{
	Option o[] = {
		{ .value = S("permit"),
		  .text = msg(c->lang, MSG_consent_kind_permit),
		  .checked = !in->deny && !in->write },
		{ .value = S("write"),
		  .text = msg(c->lang, MSG_consent_kind_write),
		  .checked = !in->deny && in->write },
		{ .value = S("deny"), .text = msg(c->lang, MSG_consent_kind_deny), .checked = in->deny },
	};
	h_radios(h, S("kind"), MSG_consent_kind, MSG_NONE, o, COUNT_OF(o), e, false);
}

static Reply new_show(Ctx *c, const Dossier *d, const SharingInput *in, const Errors *e, bool look, int status)
{
	Option *who = ARENA_ARRAY(c->arena, Option, RECIPIENTS_MAX);
	size_t n = recipients(c, d, in->who, who);
	Html h = page_begin(
	    c, &(Layout){ .errors = e, .tab = TAB_MORE, .dossier = d, .back = person_path(c, S("/toestemming")) });
	if (!n) {
		h_empty(&h, MSG_consent_nobody, person_path(c, S("/team")), MSG_nav_team);
		return page_end(c, &h, status);
	}
	form_begin(c, &h, person_path(c, S("/toestemming/nieuw")));
	if (look)
		preview(&h, d, in);
	h_radios(&h, S("who"), MSG_consent_who, MSG_NONE, who, n, e, false);
	kind_field(c, &h, in, e);
	category_boxes(c, &h, in->categories, e);
	h_date_field(&h, S("until"), in->until, MSG_consent_until, MSG_consent_until_hint, e);
	if (c->relation.kind == REL_TEAM) {
		Option spoken = { .value = S("yes"),
			          .text = msg_fill(c->arena, c->lang, MSG_consent_spoken, &d->person.name, 1),
			          .checked = in->spoken };
		h_checkboxes(&h, S("consent"), MSG_consent_spoken_legend, MSG_NONE, &spoken, 1, e, false);
	}
	h_button_named(&h, MSG_consent_look_first, S("step"), S("look"), look);
	form_end(&h);
	return page_end(c, &h, status);
}

static Reply new_get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (e != OK)
		return page_error(c, e);
	SharingInput in = { .who = req_query(c->req, S("who")), .categories = 1u << CAT_GOALS };
	return new_show(c, &d, &in, NULL, false, 200);
}

static Reply new_post(Ctx *c)
{
	Errors e = { 0 };
	FieldIssues is = { 0 };
	Dossier d;
	Str id, kind = req_form(c->req, S("kind"));
	Err err = dossier_open(c->visit, c->person, &DOSSIER_ALL, &d);
	if (err != OK)
		return page_error(c, err);
	SharingInput in = { .who = form_text(c, &e, S("who"), 100, MSG_consent_who_empty),
		            .categories = categories_sent(c) };
	in.who_name = dossier_name(&d, in.who);
	in.deny = str_eq(kind, S("deny"));
	in.write = str_eq(kind, S("write"));
	in.until = form_text(c, &e, S("until"), 10, MSG_NONE);
	in.spoken = form_checked(c, S("consent"), S("yes"));
	if (!in.categories)
		errors_add(&e, S("categories"), MSG_consent_categories_empty);
	if (e.n)
		return new_show(c, &d, &in, &e, false, 422);
	if (!str_eq(req_form(c->req, S("step")), S("save")))
		return new_show(c, &d, &in, NULL, true, 200);
	err = consent_give(c->visit, &d, &in, &is, &id);
	errors_from(c, &e, &is);
	if (err == ERR_INVALID && e.n)
		return new_show(c, &d, &in, &e, false, 422);
	return err == OK ? saved(c, person_path(c, S("/toestemming")), MSG_consent_saved) : page_error(c, err);
}

const Page page_consent_new = { .path = S_INIT("/persoon/{person}/toestemming/nieuw"),
	                        .title = MSG_consent_new,
	                        .need = NEED_PERSON,
	                        .category = 1u << CAT_CONTROL,
	                        .get = new_get,
	                        .post = new_post };
