/* The administrator's page: accounts and the state of the store. No care content, no names of persons with a dossier.
 */
#include "web/web_internal.h"

static Msg state_of(const Account *a)
{
	if (a->disabled)
		return MSG_admin_state_disabled;
	if (a->locked_until > time_now())
		return MSG_admin_state_locked;
	return a->must_change ? MSG_admin_state_must_change : MSG_admin_state_open;
}

static void account_form(Ctx *c, Html *h, const Account *a, Msg label, Str what)
{
	form_begin(c, h, S("/beheer/accounts"));
	form_hidden(h, S("id"), arena_printf(c->arena, "%lld", (long long)a->id));
	H(h, "<button type=\"submit\" class=\"govuk-button govuk-button--secondary sd-undo\" name=\"what\" value=\"");
	h_attr(h, what);
	H(h, "\">");
	h_msg(h, label);
	H(h, "<span class=\"govuk-visually-hidden\"> ");
	h_text(h, a->login);
	H(h, "</span></button>\n");
	form_end(h);
}

static void account_row(Ctx *c, Html *h, const Account *a)
{
	Msg state = state_of(a);
	H(h, "<tr class=\"govuk-table__row\"><th scope=\"row\" class=\"govuk-table__header\">");
	h_text(h, a->login);
	H(h, "</th>\n<td class=\"govuk-table__cell\">");
	h_text(h, a->name);
	H(h, "</td>\n<td class=\"govuk-table__cell\">");
	h_msg(h, msg_code(S("role."), role_name(a->role)));
	H(h, "</td>\n<td class=\"govuk-table__cell\">");
	h_tag(h, state, state == MSG_admin_state_open ? S("green") : S("grey"));
	H(h, "</td>\n<td class=\"govuk-table__cell\">");
	if (state == MSG_admin_state_locked)
		account_form(c, h, a, MSG_admin_unlock, S("unlock"));
	else if (a->id != c->scope->account)
		account_form(c, h, a, a->disabled ? MSG_admin_enable : MSG_admin_disable,
		             a->disabled ? S("enable") : S("disable"));
	H(h, "</td></tr>\n");
}

static void accounts_table(Ctx *c, Html *h, const Account *all, size_t n)
{
	static const Msg columns[] = { MSG_admin_login, MSG_admin_name, MSG_admin_role, MSG_admin_state, MSG_admin_do };
	H(h,
	  "<table class=\"govuk-table sd-stack\">\n<thead class=\"govuk-table__head\"><tr class=\"govuk-table__row\">");
	for (size_t i = 0; i < COUNT_OF(columns); i++) {
		H(h, "<th scope=\"col\" class=\"govuk-table__header\">");
		h_msg(h, columns[i]);
		H(h, "</th>");
	}
	H(h, "</tr></thead>\n<tbody class=\"govuk-table__body\">\n");
	for (size_t i = 0; i < n; i++)
		account_row(c, h, &all[i]);
	H(h, "</tbody>\n</table>\n");
}

static void number_row(Ctx *c, Html *h, Msg key, int64_t v)
{
	summary_row(h, key, arena_printf(c->arena, "%lld", (long long)v), S(""));
}

static Reply get(Ctx *c)
{
	Account *all;
	size_t n;
	RecordsStats s = { 0 };
	Err e = account_list(web_records(c->web), c->arena, &all, &n);
	if (e != OK)
		return page_error(c, e);
	records_stats(web_records(c->web), &s);
	Html h = page_begin(c, &(Layout){ .tab = TAB_TODAY, .wide = true });
	h_paragraph(&h, MSG_admin_help);
	accounts_table(c, &h, all, n);
	h_heading(&h, 2, MSG_admin_store);
	summary_begin(&h);
	number_row(c, &h, MSG_admin_store_resources, s.resources);
	number_row(c, &h, MSG_admin_store_versions, s.versions);
	number_row(c, &h, MSG_admin_store_log, s.log_entries);
	number_row(c, &h, MSG_admin_store_queue, s.queue_now);
	summary_end(&h);
	return page_end(c, &h, 200);
}

static Reply post(Ctx *c)
{
	Str what = req_form(c->req, S("what"));
	int32_t id = form_int(c, S("id"), 0);
	Records *r = web_records(c->web);
	Err e = ERR_BAD_REQUEST;
	if (id == c->scope->account)
		e = ERR_FORBIDDEN;
	else if (str_eq(what, S("unlock")))
		e = account_unlock(r, id);
	else if (str_eq(what, S("disable")) || str_eq(what, S("enable")))
		e = account_disable(r, id, str_eq(what, S("disable")));
	return e == OK ? saved(c, S("/beheer/accounts"), MSG_admin_done) : page_error(c, e);
}

const Page page_accounts = {
	.path = S_INIT("/beheer/accounts"), .title = MSG_admin_title, .need = NEED_ADMIN, .get = get, .post = post
};
