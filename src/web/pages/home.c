/* Today. The person comes to the own dossier, the administrator to the accounts; everybody else sees what they said
 * they would do and the persons they are involved with. */
#include "care/today.h"
#include "web/web_internal.h"

enum { PERSONS_A_PAGE = 20, CHANGES_COUNTED = 20 };

static void action_item(Ctx *c, Html *h, const TodayAction *t)
{
	H(h, "<li><strong>");
	h_text(h, t->action.what);
	H(h, "</strong>");
	if (t->late) {
		H(h, " ");
		h_tag(h, MSG_home_late, S("orange"));
	}
	if (t->action.when.n || t->action.until.n) {
		H(h, "<br><span class=\"sd-meta\">");
		h_text(h, t->action.when);
		if (t->action.until.n) {
			if (t->action.when.n)
				H(h, ", ");
			h_msg1(h, MSG_home_until, fhir_date_text(c->arena, c->lang, t->action.until));
		}
		H(h, "</span>");
	}
	if (t->life_goal.n) {
		H(h, "<br><span class=\"sd-meta\">");
		h_msg1(h, MSG_home_serves, t->life_goal);
		H(h, "</span>");
	}
	H(h, "</li>\n");
}

static Err tasks(Ctx *c, Html *h)
{
	Today t;
	TRY(today_of(c->visit, 50, &t));
	h_heading(h, 2, MSG_home_tasks);
	if (!t.n_persons)
		h_paragraph(h, MSG_home_tasks_none);
	for (size_t i = 0; i < t.n_persons; i++) {
		const TodayPerson *p = &t.persons[i];
		card_begin(h, p->name, arena_join(c->arena, S("/persoon/"), p->id, S("/acties"), STR_END));
		H(h, "<ul class=\"govuk-list govuk-list--bullet\">\n");
		for (size_t k = 0; k < p->n_actions; k++)
			action_item(c, h, &p->actions[k]);
		H(h, "</ul>\n");
		card_end(h);
	}
	if (t.more)
		h_hint(h, MSG_home_more_tasks);
	return OK;
}

static Err person_item(Ctx *c, Html *h, const PersonRow *p)
{
	Millis seen;
	Rec *changed;
	size_t n = 0;
	TRY(visit_last_seen(c->visit, p->id, &seen));
	if (seen)
		TRY(visit_changes(c->visit, p->id, seen, CHANGES_COUNTED, &changed, &n));
	H(h, "<li><article class=\"sd-card\"><h3 class=\"sd-card__title\"><a class=\"govuk-link\" href=\"/persoon/");
	h_url(h, p->id);
	H(h, "\">");
	h_text(h, p->name);
	H(h, "</a></h3>\n<p class=\"sd-meta\">");
	if (p->birth_date.n)
		h_msg1(h, MSG_home_born, fhir_date_text(c->arena, c->lang, p->birth_date));
	if (p->relation.role_text.n) {
		if (p->birth_date.n)
			H(h, " · ");
		h_text(h, p->relation.role_text);
	}
	H(h, "</p>\n");
	if (n) {
		H(h, "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/persoon/");
		h_url(h, p->id);
		H(h, "/veranderd\">");
		h_count(h, MSG_home_changed_one, MSG_home_changed_many, (int64_t)n);
		H(h, "</a></p>\n");
	}
	H(h, "</article></li>\n");
	return OK;
}

static void search_form(Html *h, Str q)
{
	H(h, "<form method=\"get\" action=\"/\" class=\"sd-search\" role=\"search\">\n");
	h_field(
	    h,
	    &(Field){
	        .name = S("q"), .value = q, .label = MSG_home_search, .type = S("search"), .autocomplete = S("off") });
	H(h, "<button type=\"submit\" class=\"govuk-button govuk-button--secondary\">");
	h_msg(h, MSG_common_search);
	H(h, "</button>\n</form>\n");
}

static Str page_href(Ctx *c, Str q, size_t from)
{
	Str at = arena_printf(c->arena, "/?vanaf=%zu", from);
	return q.n ? arena_join(c->arena, at, S("&q="), url_encode(c->arena, q), STR_END) : at;
}

static Err persons(Ctx *c, Html *h)
{
	Str q = str_trim(req_query(c->req, S("q")));
	int64_t from = 0;
	PersonRow *rows;
	size_t n, total;
	if (!str_int(req_query(c->req, S("vanaf")), &from) || from < 0 || from > 1000000)
		from = 0;
	TRY(visit_persons(c->visit, q, (size_t)from, PERSONS_A_PAGE, &rows, &n, &total));
	h_heading(h, 2, MSG_home_persons);
	if (total > 5 || q.n)
		search_form(h, q);
	if (!n)
		h_empty(h, q.n ? MSG_home_persons_none_found : MSG_home_persons_none, S(""), MSG_NONE);
	else if (total > PERSONS_A_PAGE) {
		H(h, "<p class=\"sd-meta\">");
		h_count(h, MSG_home_count_one, MSG_home_count_many, (int64_t)total);
		H(h, "</p>\n");
	}
	H(h, "<ul class=\"sd-grid\">\n");
	for (size_t i = 0; i < n; i++)
		TRY(person_item(c, h, &rows[i]));
	H(h, "</ul>\n");
	size_t at = (size_t)from, before = at > PERSONS_A_PAGE ? at - PERSONS_A_PAGE : 0;
	h_paging_list(h, at ? page_href(c, q, before) : S(""), at + n < total ? page_href(c, q, at + n) : S(""));
	return OK;
}

static Reply get(Ctx *c)
{
	Str own = own_person(c);
	if (own.n)
		return reply_redirect(c->arena, arena_join(c->arena, S("/persoon/"), own, STR_END));
	if (c->scope->role == ROLE_ADMIN)
		return reply_redirect(c->arena, S("/beheer/accounts"));
	Html h = page_begin(
	    c, &(Layout){ .title = MSG_home_hello, .title_arg = c->scope->name, .tab = TAB_TODAY, .wide = true });
	bool searching = req_query(c->req, S("q")).n || req_query(c->req, S("vanaf")).n;
	Err e = searching ? OK : tasks(c, &h);
	if (e == OK)
		e = persons(c, &h);
	if (e != OK)
		return page_error(c, e);
	if (c->scope->role == ROLE_COORDINATOR || c->scope->role == ROLE_PROFESSIONAL)
		h_button_link(&h, S("/personen/nieuw"), MSG_home_new_person, true);
	return page_end(c, &h, 200);
}

const Page page_home = { .path = S_INIT("/"), .title = MSG_home_title, .need = NEED_ACCOUNT, .get = get };
