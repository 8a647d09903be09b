/* Plain pages: about, the person's rights, accessibility. Open to everybody. */
#include "web/web_internal.h"

static void bullets(Html *h, const Msg *items, size_t n, bool ordered)
{
	if (ordered)
		H(h, "<ol class=\"govuk-list govuk-list--number\">\n");
	else
		H(h, "<ul class=\"govuk-list govuk-list--bullet\">\n");
	for (size_t i = 0; i < n; i++) {
		H(h, "<li>");
		h_msg(h, items[i]);
		H(h, "</li>\n");
	}
	if (ordered)
		H(h, "</ol>\n");
	else
		H(h, "</ul>\n");
}

static void lead(Html *h, Msg text)
{
	H(h, "<p class=\"govuk-body-l\">");
	h_msg(h, text);
	H(h, "</p>\n");
}

static Reply about(Ctx *c)
{
	static const Msg steps[] = { MSG_help_about_how_1, MSG_help_about_how_2, MSG_help_about_how_3,
		                     MSG_help_about_how_4, MSG_help_about_how_5 };
	Html h = page_begin(c, &(Layout){ .tab = TAB_MORE });
	lead(&h, MSG_help_about_lead);
	h_heading(&h, 2, MSG_help_about_how);
	bullets(&h, steps, COUNT_OF(steps), true);
	h_heading(&h, 2, MSG_help_about_help);
	h_paragraph(&h, MSG_help_about_help_text);
	h_paragraph(&h, MSG_help_about_open);
	return page_end(c, &h, 200);
}

static Reply rights(Ctx *c)
{
	static const Msg parts[][2] = {
		{ MSG_help_rights_see, MSG_help_rights_see_text },
		{ MSG_help_rights_decide, MSG_help_rights_decide_text },
		{ MSG_help_rights_who, MSG_help_rights_who_text },
		{ MSG_help_rights_correct, MSG_help_rights_correct_text },
		{ MSG_help_rights_say, MSG_help_rights_say_text },
		{ MSG_help_rights_help, MSG_help_rights_help_text },
		{ MSG_help_rights_complain, MSG_help_rights_complain_text },
	};
	Html h = page_begin(c, &(Layout){ .tab = TAB_MORE });
	Str own = own_person(c);
	lead(&h, MSG_help_rights_lead);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		h_heading(&h, 2, parts[i][0]);
		h_paragraph(&h, parts[i][1]);
	}
	if (own.n) {
		Str base = arena_join(c->arena, S("/persoon/"), own, STR_END);
		buttons_begin(&h);
		h_button_link(&h, arena_join(c->arena, base, S("/toestemming"), STR_END), MSG_consent_title, false);
		h_button_link(&h, arena_join(c->arena, base, S("/inzage"), STR_END), MSG_access_title, true);
		buttons_end(&h);
	}
	return page_end(c, &h, 200);
}

static Reply accessibility(Ctx *c)
{
	static const Msg can[] = { MSG_help_access_can_1, MSG_help_access_can_2, MSG_help_access_can_3,
		                   MSG_help_access_can_4, MSG_help_access_can_5 };
	Html h = page_begin(c, &(Layout){ .tab = TAB_MORE });
	lead(&h, MSG_help_access_lead);
	h_heading(&h, 2, MSG_help_access_can);
	bullets(&h, can, COUNT_OF(can), false);
	h_heading(&h, 2, MSG_help_access_state);
	h_paragraph(&h, MSG_help_access_state_text);
	h_heading(&h, 2, MSG_help_access_tell);
	h_paragraph(&h, MSG_help_access_tell_text);
	return page_end(c, &h, 200);
}

const Page page_about = { .path = S_INIT("/over"), .title = MSG_nav_about, .need = NEED_NOBODY, .get = about };
const Page page_rights = { .path = S_INIT("/rechten"), .title = MSG_nav_rights, .need = NEED_NOBODY, .get = rights };
const Page page_accessibility = {
	.path = S_INIT("/toegankelijkheid"), .title = MSG_nav_accessibility, .need = NEED_NOBODY, .get = accessibility
};
