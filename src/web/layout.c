/* What stands around every page: head, header, languages, navigation, person banner, message of what was saved, error
 * summary, footer. */
#include "web/icon.h"
#include "web/web_internal.h"

void errors_add1(Errors *e, Str field, Msg message, Str arg)
{
	if (e->n < COUNT_OF(e->items))
		e->items[e->n++] = (FieldError){ field, message, arg };
}

void errors_add(Errors *e, Str field, Msg message)
{
	errors_add1(e, field, message, (Str){ 0 });
}

void errors_from(Ctx *c, Errors *e, const FieldIssues *is)
{
	for (size_t i = 0; i < is->n; i++) {
		const FieldIssue *f = &is->items[i];
		Msg m = msg_code(S("problem."), problem_code(f->problem));
		errors_add1(e, f->field, m == MSG_NONE ? MSG_problem_refused : m,
		            f->limit ? arena_printf(c->arena, "%zu", f->limit) : (Str){ 0 });
	}
}

/* ---- head ---- */

static void asset_link(Ctx *c, Html *h, Str name)
{
	h_attr(h, web_asset(c->web, name));
}

static Str title_of(Ctx *c, const Layout *l)
{
	Msg m = l->title != MSG_NONE ? l->title : c->page ? c->page->title : MSG_brand_name;
	return msg_fill(c->arena, c->lang, m, &l->title_arg, l->title_arg.p ? 1 : 0);
}

static void head(Ctx *c, Html *h, const Layout *l)
{
	Str title = title_of(c, l);
	if (l->errors && l->errors->n)
		title = msg_fill(c->arena, c->lang, MSG_common_error_title, &title, 1);
	H(h, "<!DOCTYPE html>\n<html class=\"govuk-template");
	if (c->session && c->session->large_text)
		H(h, " sd-large");
	H(h, "\" lang=\"");
	h_attr(h, lang_code(c->lang));
	H(h, "\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
	h_msg1(h, MSG_common_page_title, title);
	H(h, "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover\">\n"
	     "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n<link "
	     "rel=\"icon\" href=\"");
	asset_link(c, h, S("favicon.svg"));
	H(h, "\" type=\"image/svg+xml\">\n<link rel=\"manifest\" href=\"");
	asset_link(c, h, S("manifest.webmanifest"));
	H(h, "\">\n<link rel=\"stylesheet\" href=\"");
	asset_link(c, h, S("app.css"));
	H(h, "\">\n<script type=\"module\" src=\"");
	asset_link(c, h, S("app.mjs"));
	H(h, "\"></script>\n</head>\n");
}

/* ---- header ---- */

static void languages(Ctx *c, Html *h)
{
	Str here = c->req->query.n ? arena_join(c->arena, c->req->path, S("?"), c->req->query, STR_END) : c->req->path;
	H(h, "<nav class=\"govuk-language-navigation\" aria-label=\"");
	h_msg(h, MSG_nav_languages);
	H(h, "\">\n<ul class=\"govuk-language-navigation__list\">\n");
	static const Msg names[LANG_COUNT] = { MSG_lang_nl, MSG_lang_fr, MSG_lang_de, MSG_lang_en };
	for (int i = 0; i < LANG_COUNT; i++) {
		Str code = lang_code((Lang)i);
		H(h, "<li class=\"govuk-language-navigation__list-item\">");
		if ((Lang)i == c->lang) {
			H(h, "<span class=\"govuk-language-navigation__text\" aria-current=\"true\" lang=\"");
			h_attr(h, code);
			H(h, "\">");
			h_msg(h, names[i]);
			H(h, "</span></li>\n");
			continue;
		}
		H(h, "<a class=\"govuk-language-navigation__link\" rel=\"alternate nofollow\" hreflang=\"");
		h_attr(h, code);
		H(h, "\" lang=\"");
		h_attr(h, code);
		H(h, "\" href=\"/taal?to=");
		h_attr(h, code);
		H(h, "&amp;back=");
		h_url(h, here);
		H(h, "\">");
		h_msg(h, names[i]);
		H(h, "</a></li>\n");
	}
	H(h, "</ul>\n</nav>\n");
}

/* Two overlapping rounds, one mark in their middle: doing together, one goal. */
static void logo(Html *h)
{
	H(h, "<svg class=\"sd-logo\" viewBox=\"0 0 40 28\" width=\"40\" height=\"28\" aria-hidden=\"true\" "
	     "focusable=\"false\">"
	     "<circle class=\"sd-logo__a\" cx=\"14\" cy=\"14\" r=\"11.5\"/><circle class=\"sd-logo__b\" cx=\"26\" "
	     "cy=\"14\" r=\"11.5\"/>"
	     "<circle class=\"sd-logo__dot\" cx=\"20\" cy=\"14\" r=\"3\"/></svg>");
}

static void header(Ctx *c, Html *h)
{
	H(h, "<header class=\"sd-header\">\n<div class=\"govuk-width-container sd-header__inside\">\n<a "
	     "class=\"sd-header__home\" href=\"/\">");
	logo(h);
	H(h, "<span>");
	h_msg(h, MSG_brand_name);
	H(h, "</span></a>\n");
	if (c->session) {
		H(h, "<div class=\"sd-header__user\"><a class=\"sd-header__link\" href=\"/instellingen\"><span "
		     "class=\"govuk-visually-hidden\">");
		h_msg(h, MSG_nav_settings);
		H(h, ": </span>");
		h_text(h, c->scope->name);
		H(h, "</a>\n<form method=\"post\" action=\"/afmelden\" class=\"sd-header__out\" data-sign-out>");
		form_hidden(h, S("_csrf"), csrf_token(c->session, c->arena));
		H(h, "<button class=\"sd-header__button\" type=\"submit\">");
		h_msg(h, MSG_nav_sign_out);
		H(h, "</button></form></div>\n");
	}
	languages(c, h);
	H(h, "</div>\n</header>\n");
}

/* ---- navigation ---- */

typedef struct NavItem {
	Tab tab;
	Msg label;
	Str href;
} NavItem;

bool leads_somewhere(Str path)
{
	PathParams p;
	return route_match(path, &p) != NULL;
}

/* Whose dossier the tabs lead to: the one of the page, else the own one of a person. */
static Str tabs_person(const Ctx *c)
{
	return c->person.n ? c->person : own_person(c);
}

static size_t nav_items(Ctx *c, NavItem out[5])
{
	Str who = tabs_person(c);
	bool own = !c->person.n, goals = own || (c->relation.read >> CAT_GOALS & 1),
	     net = own || (c->relation.read >> CAT_NETWORK & 1);
	Str base = who.n ? arena_join(c->arena, S("/persoon/"), who, STR_END) : S("");
	NavItem all[] = {
		{ TAB_TODAY, MSG_nav_today, S("/") },
		{ TAB_PLAN, MSG_nav_plan, who.n && goals ? arena_join(c->arena, base, S("/plan"), STR_END) : S("") },
		{ TAB_TEAM, MSG_nav_team, who.n && net ? arena_join(c->arena, base, S("/team"), STR_END) : S("") },
		{ TAB_MESSAGES, MSG_nav_messages,
		  who.n ? arena_join(c->arena, base, S("/berichten"), STR_END) : S("") },
		{ TAB_MORE, MSG_nav_more, who.n ? arena_join(c->arena, base, S("/meer"), STR_END) : S("/meer") },
	};
	size_t n = 0;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i].href.n && leads_somewhere(all[i].href))
			out[n++] = all[i];
	return n;
}

static void service_navigation(Html *h, const NavItem *items, size_t n, Tab now)
{
	H(h, "<div class=\"govuk-service-navigation sd-nav\">\n<div class=\"govuk-width-container\">\n"
	     "<div class=\"govuk-service-navigation__container\">\n<nav class=\"govuk-service-navigation__wrapper\" "
	     "aria-label=\"");
	h_msg(h, MSG_nav_label);
	H(h, "\">\n<ul class=\"govuk-service-navigation__list\">\n");
	for (size_t i = 0; i < n; i++) {
		bool here = items[i].tab == now;
		H(h, "<li class=\"govuk-service-navigation__item");
		if (here)
			H(h, " govuk-service-navigation__item--active");
		H(h, "\"><a class=\"govuk-service-navigation__link\" href=\"");
		h_attr(h, items[i].href);
		H(h, "\"");
		if (here)
			H(h, " aria-current=\"true\"");
		H(h, ">");
		if (here)
			H(h, "<strong class=\"govuk-service-navigation__active-fallback\">");
		h_msg(h, items[i].label);
		if (here)
			H(h, "</strong>");
		H(h, "</a></li>\n");
	}
	H(h, "</ul>\n</nav>\n</div>\n</div>\n</div>\n");
}

static void nav_icon(Html *h, Tab tab)
{
	switch (tab) {
	case TAB_NONE:
		break;
	case TAB_TODAY:
		h_icon(h, ICON_CALENDAR);
		break;
	case TAB_PLAN:
		h_icon(h, ICON_CHECK);
		break;
	case TAB_TEAM:
		h_icon(h, ICON_PEOPLE);
		break;
	case TAB_MESSAGES:
		h_icon(h, ICON_QUOTE);
		break;
	case TAB_MORE:
		H(h, "<svg class=\"sd-icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" focusable=\"false\"><path "
		     "d=\"M4 7 L20 7 M4 12 L20 12 M4 17 "
		     "L20 17\"/></svg>");
		break;
	}
}

static void bottom_bar(Ctx *c, Html *h, Tab now)
{
	NavItem items[5];
	size_t n = nav_items(c, items);
	H(h, "<nav class=\"sd-bar\" aria-label=\"");
	h_msg(h, MSG_nav_label);
	H(h, "\"><ul class=\"sd-bar__list\">\n");
	for (size_t i = 0; i < n; i++) {
		H(h, "<li class=\"sd-bar__item\"><a class=\"sd-bar__link\" href=\"");
		h_attr(h, items[i].href);
		H(h, "\"");
		if (items[i].tab == now)
			H(h, " aria-current=\"true\"");
		H(h, ">");
		nav_icon(h, items[i].tab);
		H(h, "<span>");
		h_msg(h, items[i].label);
		H(h, "</span></a></li>\n");
	}
	H(h, "</ul></nav>\n");
}

/* ---- person banner ---- */

static const LifeGoal *pinned_goal(const Dossier *d)
{
	for (size_t i = 0; i < d->n_life_goals; i++)
		if (d->life_goals[i].pinned)
			return &d->life_goals[i];
	return d->n_life_goals ? &d->life_goals[0] : NULL;
}

typedef struct MenuItem {
	Str rest;
	Msg label;
	uint32_t category;
} MenuItem;
static const MenuItem person_menu[] = {
	{ S_INIT(""), MSG_person_menu_overview, 0 },
	{ S_INIT("/gesprek"), MSG_person_menu_conversation, 1u << CAT_STORY },
	{ S_INIT("/levensdoelen"), MSG_person_menu_life_goals, 1u << CAT_GOALS },
	{ S_INIT("/zorgdoelen"), MSG_person_menu_care_goals, 1u << CAT_GOALS },
	{ S_INIT("/acties"), MSG_person_menu_actions, 1u << CAT_GOALS },
	{ S_INIT("/veranderd"), MSG_person_menu_changed, 0 },
	{ S_INIT("/inzage"), MSG_person_menu_access, 1u << CAT_CONTROL },
	{ S_INIT("/toestemming"), MSG_person_menu_consent, 1u << CAT_CONTROL },
};

static void person_navigation(Ctx *c, Html *h)
{
	Str base = person_path(c, S(""));
	H(h, "<ul class=\"sd-person__menu\">\n");
	for (size_t i = 0; i < COUNT_OF(person_menu); i++) {
		const MenuItem *m = &person_menu[i];
		Str href = arena_join(c->arena, base, m->rest, STR_END);
		if ((c->relation.read & m->category) != m->category || !leads_somewhere(href))
			continue;
		bool here = m->rest.n ? str_starts(c->req->path, href) : str_eq(c->req->path, href);
		H(h, "<li><a class=\"sd-person__link\" href=\"");
		h_attr(h, href);
		H(h, "\"");
		if (here)
			H(h, " aria-current=\"true\"");
		H(h, ">");
		h_msg(h, m->label);
		H(h, "</a></li>\n");
	}
	H(h, "</ul>\n");
}

static int categories_seen(uint32_t bits)
{
	int n = 0;
	for (int i = 0; i < CAT_COUNT; i++)
		n += bits >> i & 1;
	return n;
}

static void person_banner(Ctx *c, Html *h, const Dossier *d)
{
	/* The overview has the words on the page itself. */
	bool overview = str_eq(c->req->path, person_path(c, S("")));
	const LifeGoal *pin = overview ? NULL : pinned_goal(d);
	H(h, "<section class=\"sd-person\" aria-label=\"");
	h_msg1(h, MSG_common_menu_person, d->person.name);
	H(h, "\">\n<div class=\"govuk-width-container\">\n<div class=\"sd-person__line\"><a class=\"sd-person__name\" "
	     "href=\"");
	h_attr(h, person_path(c, S("")));
	H(h, "\">");
	h_text(h, d->person.name);
	H(h, "</a>");
	if (pin) {
		H(h, "<q class=\"sd-person__words\">");
		h_text(h, pin->words);
		H(h, "</q>");
	}
	H(h, "<a class=\"sd-person__sees\" href=\"");
	h_attr(h, person_path(c, S("/meer")));
	H(h, "#waarom\">");
	if (c->relation.kind == REL_SELF)
		h_msg(h, MSG_common_your_record);
	else
		h_msg2(h, MSG_common_sees, arena_printf(c->arena, "%d", categories_seen(c->relation.read)),
		       arena_printf(c->arena, "%d", (int)CAT_COUNT));
	H(h, "</a></div>\n");
	person_navigation(c, h);
	H(h, "</div>\n</section>\n");
}

/* ---- top of the content ---- */

static void undo_form(Ctx *c, Html *h, Str undo)
{
	form_begin(c, h, undo);
	H(h, "<button type=\"submit\" class=\"govuk-button govuk-button--secondary sd-undo\">");
	h_msg(h, MSG_common_undo);
	H(h, "</button>\n");
	form_end(h);
}

static void flash(Ctx *c, Html *h)
{
	Flash f;
	if (!flash_take(c, &f))
		return;
	H(h, "<div class=\"govuk-notification-banner govuk-notification-banner--success\" role=\"alert\" "
	     "aria-labelledby=\"saved-title\">\n<div class=\"govuk-notification-banner__header\"><h2 "
	     "class=\"govuk-notification-banner__title\" id=\"saved-title\">");
	h_msg(h, MSG_saved_title);
	H(h, "</h2></div>\n<div class=\"govuk-notification-banner__content\">\n<p "
	     "class=\"govuk-notification-banner__heading\">");
	h_msg(h, f.what);
	H(h, "</p>\n");
	for (int i = 0; i < CAT_COUNT && c->person.n; i++) {
		if (!(f.category >> i & 1))
			continue;
		Msg name = msg_code(S("category."), category_name((Category)i));
		H(h, "<p class=\"govuk-body\">");
		h_msg1(h, MSG_saved_seen_by, msg(c->lang, name));
		if (c->relation.read >> CAT_CONTROL & 1) {
			H(h, " ");
			h_link(h, person_path(c, S("/toestemming")), MSG_saved_see_who);
		}
		H(h, "</p>\n");
		break;
	}
	if (f.undo.n && c->session)
		undo_form(c, h, f.undo);
	H(h, "</div>\n</div>\n");
}

static void kept_notice(Ctx *c, Html *h)
{
	if (c->notice == MSG_NONE)
		return;
	H(h, "<div class=\"govuk-notification-banner\" role=\"alert\" aria-labelledby=\"kept-title\">\n"
	     "<div class=\"govuk-notification-banner__header\"><h2 class=\"govuk-notification-banner__title\" "
	     "id=\"kept-title\">");
	h_msg(h, MSG_common_warning);
	H(h, "</h2></div>\n<div class=\"govuk-notification-banner__content\"><p "
	     "class=\"govuk-notification-banner__heading\">");
	h_msg(h, c->notice);
	H(h, "</p>");
	if (c->clash) {
		H(h, "<p class=\"govuk-body\">");
		h_msg(h, MSG_conflict_merge_hint);
		H(h, "</p>");
	}
	H(h, "<p class=\"govuk-body\"><a class=\"govuk-notification-banner__link\" href=\"");
	h_attr(h, c->req->path);
	H(h, "\">");
	h_msg(h, c->clash ? MSG_conflict_look : MSG_common_discard_text);
	H(h, "</a></p></div>\n</div>\n");
}

static void error_summary(Html *h, const Errors *e)
{
	if (!e || !e->n)
		return;
	H(h, "<div class=\"govuk-error-summary\" data-errors tabindex=\"-1\">\n<div role=\"alert\">\n<h2 "
	     "class=\"govuk-error-summary__title\">");
	h_msg(h, MSG_form_problem);
	H(h, "</h2>\n<div class=\"govuk-error-summary__body\">\n<ul class=\"govuk-list govuk-error-summary__list\">\n");
	for (size_t i = 0; i < e->n; i++) {
		H(h, "<li><a href=\"#");
		h_attr(h, e->items[i].field);
		H(h, "\">");
		h_msg1(h, e->items[i].message, e->items[i].arg);
		H(h, "</a></li>\n");
	}
	H(h, "</ul>\n</div>\n</div>\n</div>\n");
}

/* A page that shows mistakes fills its fields with what was sent. */
static void keep_sent(Ctx *c, Html *h, const Layout *l)
{
	if (!c->n_kept && l->errors && l->errors->n && ctx_is_post(c))
		c->kept = req_form_all(c->req, &c->n_kept);
	h->kept = c->kept;
	h->n_kept = c->n_kept;
	h->clash = c->clash;
}

static void back_link(Html *h, Str href)
{
	if (!href.n)
		return;
	H(h, "<a href=\"");
	h_attr(h, href);
	H(h, "\" class=\"govuk-back-link\">");
	h_msg(h, MSG_common_back);
	H(h, "</a>\n");
}

Html page_begin(Ctx *c, const Layout *l)
{
	Html h = html_new(c->arena, c->lang);
	NavItem items[5];
	keep_sent(c, &h, l);
	head(c, &h, l);
	H(&h, "<body class=\"govuk-template__body\">\n<a href=\"#main\" class=\"govuk-skip-link\">");
	h_msg(&h, MSG_common_skip);
	H(&h, "</a>\n");
	if (!l->plain) {
		header(c, &h);
		if (c->session)
			service_navigation(&h, items, nav_items(c, items), l->tab);
		if (l->dossier && c->person.n)
			person_banner(c, &h, l->dossier);
	}
	H(&h, "<div class=\"govuk-width-container\">\n");
	H(&h, "<main class=\"govuk-main-wrapper\" id=\"main\">\n");
	back_link(&h, l->back);
	if (!l->wide)
		H(&h, "<div class=\"sd-narrow\">\n");
	else
		H(&h, "<div>\n");
	error_summary(&h, l->errors);
	kept_notice(c, &h);
	flash(c, &h);
	if (!l->heading_in_body) {
		H(&h, "<h1 class=\"govuk-heading-l\">");
		h_text(&h, title_of(c, l));
		H(&h, "</h1>\n");
	}
	c->tab = l->plain ? -1 : (int)l->tab;
	return h;
}

/* ---- foot ---- */

static void footer(Html *h)
{
	H(h,
	  "<footer class=\"sd-footer\">\n<div class=\"govuk-width-container\">\n<h2 class=\"govuk-visually-hidden\">");
	h_msg(h, MSG_nav_footer);
	H(h, "</h2>\n<ul class=\"sd-footer__list\">\n");
	static const struct {
		Str href;
		Msg label;
	} links[] = {
		{ S_INIT("/over"), MSG_nav_about },
		{ S_INIT("/rechten"), MSG_nav_rights },
		{ S_INIT("/toegankelijkheid"), MSG_nav_accessibility },
		{ S_INIT("/fhir"), MSG_fhir_title },
	};
	for (size_t i = 0; i < COUNT_OF(links); i++) {
		H(h, "<li><a class=\"sd-footer__link\" href=\"");
		h_attr(h, links[i].href);
		H(h, "\">");
		h_msg(h, links[i].label);
		H(h, "</a></li>\n");
	}
	H(h, "</ul>\n</div>\n</footer>\n");
}

Reply page_end(Ctx *c, Html *h, int status)
{
	H(h, "</div>\n</main>\n</div>\n");
	if (c->tab >= 0) {
		footer(h);
		if (c->session)
			bottom_bar(c, h, (Tab)c->tab);
	}
	H(h, "</body>\n</html>\n");
	Reply r = reply_new(c->arena, status, S("text/html; charset=utf-8"), buf_str(&h->out));
	r.no_store = true;
	if (c->flash_shown)
		cookie_set(c, &r, S(FLASH_COOKIE), S(""), -1);
	return r;
}

Str person_path(Ctx *c, Str rest)
{
	bool joins = !rest.n || rest.p[0] == '/' || rest.p[0] == '?' || rest.p[0] == '#';
	return arena_join(c->arena, S("/persoon/"), c->person, joins ? S("") : S("/"), rest, STR_END);
}

Str own_person(const Ctx *c)
{
	if (!c->scope || c->scope->role != ROLE_PERSON)
		return (Str){ 0 };
	for (size_t i = 0; i < c->scope->n_refs; i++)
		if (str_starts(c->scope->refs[i], S("Patient/")))
			return str_from(c->scope->refs[i], 8);
	return (Str){ 0 };
}
