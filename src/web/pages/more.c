/* More: the pages that do not fit in the bar, and what one sees of this person and why. */
#include "web/web_internal.h"

typedef struct Entry {
	Str rest;
	Msg label, hint;
	uint32_t category;
} Entry;

static void entry(Html *h, Str href, Msg label, Msg hint, Str arg)
{
	H(h, "<li><a class=\"govuk-link sd-menu__link\" href=\"");
	h_attr(h, href);
	H(h, "\">");
	h_msg(h, label);
	H(h, "</a>");
	if (hint != MSG_NONE) {
		H(h, "<span class=\"sd-menu__hint\">");
		h_msg1(h, hint, arg);
		H(h, "</span>");
	}
	H(h, "</li>\n");
}

static void for_me(Ctx *c, Html *h)
{
	h_heading(h, 2, MSG_more_me);
	H(h, "<ul class=\"sd-menu\">\n");
	if (c->session)
		entry(h, S("/instellingen"), MSG_nav_settings, MSG_NONE, S(""));
	entry(h, S("/rechten"), MSG_nav_rights, MSG_NONE, S(""));
	entry(h, S("/over"), MSG_nav_about, MSG_NONE, S(""));
	entry(h, S("/toegankelijkheid"), MSG_nav_accessibility, MSG_NONE, S(""));
	H(h, "</ul>\n");
}

static Reply get(Ctx *c)
{
	Html h = page_begin(c, &(Layout){ .tab = TAB_MORE });
	for_me(c, &h);
	return page_end(c, &h, 200);
}

const Page page_more = { .path = S_INIT("/meer"), .title = MSG_more_title, .need = NEED_ACCOUNT, .get = get };

/* ---- with a person ---- */

static const Entry entries[] = {
	{ S_INIT("/gesprek"), MSG_person_menu_conversation, MSG_NONE, 1u << CAT_STORY },
	{ S_INIT("/verhaal"), MSG_person_menu_story, MSG_more_hint_story, 1u << CAT_STORY },
	{ S_INIT("/levensdoelen"), MSG_person_menu_life_goals, MSG_NONE, 1u << CAT_GOALS },
	{ S_INIT("/zorgdoelen"), MSG_person_menu_care_goals, MSG_NONE, 1u << CAT_GOALS },
	{ S_INIT("/acties"), MSG_person_menu_actions, MSG_NONE, 1u << CAT_GOALS },
	{ S_INIT("/ecogram"), MSG_person_menu_ecogram, MSG_more_hint_ecogram, 1u << CAT_NETWORK },
	{ S_INIT("/veranderd"), MSG_person_menu_changed, MSG_more_hint_changed, 0 },
	{ S_INIT("/gegevens"), MSG_person_details, MSG_more_hint_details, 0 },
	{ S_INIT("/inzage"), MSG_person_menu_access, MSG_more_hint_access, 1u << CAT_CONTROL },
	{ S_INIT("/toestemming"), MSG_person_menu_consent, MSG_more_hint_consent, 1u << CAT_CONTROL },
};

static void category_list(Html *h, Msg heading, uint32_t bits)
{
	if (!(bits & CAT_ALL))
		return;
	h_heading(h, 3, heading);
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

static void why(Ctx *c, Html *h, const Dossier *d)
{
	const Relation *r = &c->relation;
	Msg rule = msg_code(S("access.why."), r->rule);
	H(h, "<h2 class=\"govuk-heading-m\" id=\"waarom\">");
	h_msg(h, MSG_more_why);
	H(h, "</h2>\n<p class=\"govuk-body\">");
	h_msg3(h, rule == MSG_NONE ? MSG_access_why_none : rule, d->person.name, r->role_text,
	       r->since ? date_text(c->arena, c->lang, r->since) : S(""));
	H(h, "</p>\n");
	category_list(h, MSG_more_you_see, r->read);
	category_list(h, MSG_more_you_do_not_see, ~r->read & CAT_ALL);
	if (~r->read & CAT_ALL) {
		H(h, "<p class=\"govuk-body\">");
		h_msg1(h, MSG_more_why_not, d->person.name);
		H(h, "</p>\n");
	}
}

static Reply person_get(Ctx *c)
{
	Dossier d;
	Err e = dossier_open(c->visit, c->person, &DOSSIER_PLAN, &d);
	if (e != OK)
		return page_error(c, e);
	Html h = page_begin(c, &(Layout){ .tab = TAB_MORE, .dossier = &d });
	H(&h, "<h2 class=\"govuk-heading-m\">");
	h_msg1(&h, MSG_more_person, d.person.name);
	H(&h, "</h2>\n<ul class=\"sd-menu\">\n");
	for (size_t i = 0; i < COUNT_OF(entries); i++) {
		Str href = person_path(c, entries[i].rest);
		if ((c->relation.read & entries[i].category) == entries[i].category && leads_somewhere(href))
			entry(&h, href, entries[i].label, entries[i].hint, d.person.name);
	}
	H(&h, "</ul>\n");
	why(c, &h, &d);
	for_me(c, &h);
	return page_end(c, &h, 200);
}

const Page page_person_more = {
	.path = S_INIT("/persoon/{person}/meer"), .title = MSG_more_title, .need = NEED_PERSON, .get = person_get
};
