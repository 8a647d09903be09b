/* Components: govuk-frontend mark-up for everything that is not a form field. */
#include "base/random.h"
#include "web/web_internal.h"

/* ---- forms around the fields ---- */

void h_csrf(Ctx *c, Html *h)
{
	if (c->session)
		form_hidden(h, S("_csrf"), csrf_token(c->session, c->arena));
	form_hidden(h, S("_once"), random_text(c->arena, 15));
}

void form_begin(Ctx *c, Html *h, Str action)
{
	H(h, "<form method=\"post\"");
	if (action.n) {
		H(h, " action=\"");
		h_attr(h, action);
		H(h, "\"");
	}
	H(h, " novalidate>\n");
	h_csrf(c, h);
}

void form_end(Html *h)
{
	H(h, "</form>\n");
}

void buttons_begin(Html *h)
{
	H(h, "<div class=\"govuk-button-group\">\n");
}
void buttons_end(Html *h)
{
	H(h, "</div>\n");
}

void h_button(Html *h, Msg label)
{
	H(h, "<button type=\"submit\" class=\"govuk-button\">");
	h_msg(h, label);
	H(h, "</button>\n");
}

void h_button_named(Html *h, Msg label, Str name, Str value, bool secondary)
{
	H(h, "<button type=\"submit\" class=\"govuk-button");
	if (secondary)
		H(h, " govuk-button--secondary");
	H(h, "\" name=\"");
	h_attr(h, name);
	H(h, "\" value=\"");
	h_attr(h, value);
	H(h, "\">");
	h_msg(h, label);
	H(h, "</button>\n");
}

void h_link(Html *h, Str href, Msg label)
{
	H(h, "<a class=\"govuk-link\" href=\"");
	h_attr(h, href);
	H(h, "\">");
	h_msg(h, label);
	H(h, "</a>");
}

void h_button_link(Html *h, Str href, Msg label, bool secondary)
{
	/* A link that looks like a button stays a link: it leads somewhere and changes nothing. */
	H(h, "<a class=\"govuk-button");
	if (secondary)
		H(h, " govuk-button--secondary");
	H(h, "\" href=\"");
	h_attr(h, href);
	H(h, "\">");
	h_msg(h, label);
	H(h, "</a>\n");
}

/* ---- words ---- */

void h_heading(Html *h, int level, Msg text)
{
	if (level <= 2) {
		H(h, "<h2 class=\"govuk-heading-m\">");
		h_msg(h, text);
		H(h, "</h2>\n");
	} else {
		H(h, "<h3 class=\"govuk-heading-s\">");
		h_msg(h, text);
		H(h, "</h3>\n");
	}
}

void h_paragraph(Html *h, Msg text)
{
	H(h, "<p class=\"govuk-body\">");
	h_msg(h, text);
	H(h, "</p>\n");
}

void h_hint(Html *h, Msg text)
{
	H(h, "<p class=\"govuk-hint\">");
	h_msg(h, text);
	H(h, "</p>\n");
}

void h_inset(Html *h, Msg text)
{
	H(h, "<div class=\"govuk-inset-text\">");
	h_msg(h, text);
	H(h, "</div>\n");
}

void h_warning(Html *h, Msg text)
{
	H(h,
	  "<div class=\"govuk-warning-text\">\n<span class=\"govuk-warning-text__icon\" aria-hidden=\"true\">!</span>\n"
	  "<strong class=\"govuk-warning-text__text\"><span class=\"govuk-visually-hidden\">");
	h_msg(h, MSG_common_warning);
	H(h, "</span> ");
	h_msg(h, text);
	H(h, "</strong>\n</div>\n");
}

void h_quote(Html *h, Str words, Str who)
{
	H(h, "<figure class=\"sd-quote\">\n<blockquote class=\"sd-quote__words\"><p>");
	h_lines(h, words);
	H(h, "</p></blockquote>\n");
	if (who.n) {
		H(h, "<figcaption class=\"sd-quote__who\">");
		h_text(h, who);
		H(h, "</figcaption>\n");
	}
	H(h, "</figure>\n");
}

void h_tag(Html *h, Msg label, Str colour)
{
	H(h, "<strong class=\"govuk-tag");
	if (colour.n) {
		H(h, " govuk-tag--");
		h_attr(h, colour);
	}
	H(h, "\">");
	h_msg(h, label);
	H(h, "</strong>");
}

Str state_colour(Str code)
{
	static const struct {
		Str code, colour;
	} of[] = {
		{ S_INIT("dream"), S_INIT("purple") },    { S_INIT("active"), S_INIT("teal") },
		{ S_INIT("reached"), S_INIT("green") },   { S_INIT("changed"), S_INIT("grey") },
		{ S_INIT("let-go"), S_INIT("grey") },     { S_INIT("proposed"), S_INIT("yellow") },
		{ S_INIT("accepted"), S_INIT("teal") },   { S_INIT("stopped"), S_INIT("grey") },
		{ S_INIT("draft"), S_INIT("grey") },      { S_INIT("discuss"), S_INIT("yellow") },
		{ S_INIT("agreed"), S_INIT("green") },    { S_INIT("revise"), S_INIT("yellow") },
		{ S_INIT("closed"), S_INIT("grey") },     { S_INIT("planned"), S_INIT("grey") },
		{ S_INIT("busy"), S_INIT("teal") },       { S_INIT("done"), S_INIT("green") },
		{ S_INIT("not-done"), S_INIT("orange") }, { S_INIT("pending"), S_INIT("yellow") },
		{ S_INIT("agree"), S_INIT("green") },     { S_INIT("disagree"), S_INIT("orange") },
	};
	for (size_t i = 0; i < COUNT_OF(of); i++)
		if (str_eq(of[i].code, code))
			return of[i].colour;
	return S("");
}

Msg msg_code(Str prefix, Str code)
{
	char name[96];
	if (!code.n || prefix.n + code.n > sizeof name)
		return MSG_NONE;
	memcpy(name, prefix.p, prefix.n);
	memcpy(name + prefix.n, code.p, code.n);
	return msg_by_name(str_n(name, prefix.n + code.n));
}

Str language_name(Lang l, Str code)
{
	Str base;
	str_cut(code, '-', &base);
	Msg name = msg_code(S("spoken."), base);
	return name == MSG_NONE ? code : msg(l, name);
}

void h_empty(Html *h, Msg what, Str href, Msg action)
{
	H(h, "<div class=\"sd-empty\"><p class=\"govuk-body\">");
	h_msg(h, what);
	H(h, "</p>");
	if (href.n) {
		H(h, "<p class=\"govuk-body\"><a class=\"govuk-link sd-next\" href=\"");
		h_attr(h, href);
		H(h, "\">");
		h_msg(h, action);
		H(h, "</a></p>");
	}
	H(h, "</div>\n");
}

/* ---- lists ---- */

void summary_begin(Html *h)
{
	H(h, "<dl class=\"govuk-summary-list\">\n");
}

void summary_row(Html *h, Msg key, Str value, Str change_href)
{
	H(h, "<div class=\"govuk-summary-list__row");
	if (!change_href.n)
		H(h, " govuk-summary-list__row--no-actions");
	H(h, "\">\n<dt class=\"govuk-summary-list__key\">");
	h_msg(h, key);
	H(h, "</dt>\n<dd class=\"govuk-summary-list__value\">");
	if (value.n)
		h_lines(h, value);
	else
		h_msg(h, MSG_common_not_filled);
	H(h, "</dd>\n");
	if (change_href.n) {
		H(h, "<dd class=\"govuk-summary-list__actions\"><a class=\"govuk-link\" href=\"");
		h_attr(h, change_href);
		H(h, "\">");
		h_msg(h, MSG_common_change);
		H(h, "<span class=\"govuk-visually-hidden\"> ");
		h_msg(h, key);
		H(h, "</span></a></dd>\n");
	}
	H(h, "</div>\n");
}

void summary_end(Html *h)
{
	H(h, "</dl>\n");
}

void h_details_begin(Html *h, Msg summary)
{
	H(h, "<details class=\"govuk-details\">\n<summary class=\"govuk-details__summary\">"
	     "<span class=\"govuk-details__summary-text\">");
	h_msg(h, summary);
	H(h, "</span></summary>\n<div class=\"govuk-details__text\">\n");
}

void h_details_end(Html *h)
{
	H(h, "</div>\n</details>\n");
}

void tasks_begin(Html *h)
{
	H(h, "<ul class=\"govuk-task-list\">\n");
}

void h_task(Html *h, Str name, Str href, Str hint, Msg status, Str colour)
{
	H(h, "<li class=\"govuk-task-list__item");
	if (href.n)
		H(h, " govuk-task-list__item--with-link");
	H(h, "\">\n<div class=\"govuk-task-list__name-and-hint\">");
	if (href.n) {
		H(h, "<a class=\"govuk-link govuk-task-list__link\" href=\"");
		h_attr(h, href);
		H(h, "\">");
		h_text(h, name);
		H(h, "</a>");
	} else {
		H(h, "<div>");
		h_text(h, name);
		H(h, "</div>");
	}
	if (hint.n) {
		H(h, "<div class=\"govuk-task-list__hint\">");
		h_text(h, hint);
		H(h, "</div>");
	}
	H(h, "</div>\n");
	if (status != MSG_NONE) {
		H(h, "<div class=\"govuk-task-list__status\">");
		h_tag(h, status, colour);
		H(h, "</div>\n");
	}
	H(h, "</li>\n");
}

void tasks_end(Html *h)
{
	H(h, "</ul>\n");
}

void card_begin(Html *h, Str title, Str href)
{
	H(h, "<article class=\"sd-card\">\n<h3 class=\"sd-card__title\">");
	if (href.n) {
		H(h, "<a class=\"govuk-link\" href=\"");
		h_attr(h, href);
		H(h, "\">");
	}
	h_text(h, title);
	if (href.n)
		H(h, "</a>");
	H(h, "</h3>\n");
}

void card_end(Html *h)
{
	H(h, "</article>\n");
}

static void paging_link(Html *h, Str href, Msg label, bool next)
{
	if (!href.n)
		return;
	if (next)
		H(h, "<div class=\"govuk-pagination__next\"><a class=\"govuk-link govuk-pagination__link\" "
		     "rel=\"next\" href=\"");
	else
		H(h, "<div class=\"govuk-pagination__prev\"><a class=\"govuk-link govuk-pagination__link\" "
		     "rel=\"prev\" href=\"");
	h_attr(h, href);
	H(h, "\"><span class=\"govuk-pagination__link-title\">");
	h_msg(h, label);
	H(h, "</span></a></div>\n");
}

static void paging(Html *h, Str before_href, Msg before, Str after_href, Msg after)
{
	if (!before_href.n && !after_href.n)
		return;
	H(h, "<nav class=\"govuk-pagination\" aria-label=\"");
	h_msg(h, MSG_common_pages);
	H(h, "\">\n");
	paging_link(h, before_href, before, false);
	paging_link(h, after_href, after, true);
	H(h, "</nav>\n");
}

void h_paging(Html *h, Str newer_href, Str older_href)
{
	paging(h, newer_href, MSG_common_newer, older_href, MSG_common_older);
}

void h_paging_list(Html *h, Str previous_href, Str next_href)
{
	paging(h, previous_href, MSG_common_previous, next_href, MSG_common_next);
}
