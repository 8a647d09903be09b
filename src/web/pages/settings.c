/* What an account can choose for itself: password, language, size of the letters. */
#include "web/web_internal.h"

/* ---- password ---- */

static Reply password_show(Ctx *c, const Errors *e, int status)
{
	Html h = page_begin(
	    c, &(Layout){ .errors = e, .tab = TAB_MORE, .back = c->session->must_change ? S("") : S("/instellingen") });
	if (c->session->must_change)
		h_inset(&h, MSG_password_must);
	form_begin(c, &h, S("/wachtwoord"));
	/* For password managers: whose password this is. */
	H(&h, "<input type=\"hidden\" name=\"login\" autocomplete=\"username\" value=\"");
	h_attr(&h, c->scope->login);
	H(&h, "\">\n");
	Field f = { .name = S("password_old"),
		    .label = MSG_password_old,
		    .errors = e,
		    .type = S("password"),
		    .autocomplete = S("current-password"),
		    .width = 20 };
	h_field(&h, &f);
	f.name = S("password_new");
	f.label = MSG_password_new;
	f.hint = MSG_password_hint;
	f.autocomplete = S("new-password");
	h_field(&h, &f);
	h_button(&h, MSG_common_save);
	form_end(&h);
	return page_end(c, &h, status);
}

static Reply password_get(Ctx *c)
{
	return password_show(c, NULL, 200);
}

static Reply password_post(Ctx *c)
{
	Errors e = { 0 };
	Str old = req_form(c->req, S("password_old")), fresh = req_form(c->req, S("password_new"));
	if (!old.n)
		errors_add(&e, S("password_old"), MSG_signin_password_empty);
	if (password_ok(c->scope->login, fresh) != OK)
		errors_add(&e, S("password_new"), MSG_password_weak);
	if (e.n)
		return password_show(c, &e, 422);
	Err err = account_change_password(web_records(c->web), c->scope, old, fresh);
	if (err == ERR_SIGN_IN || err == ERR_FORBIDDEN || err == ERR_INVALID || err == ERR_TOO_MANY) {
		errors_add(&e, err == ERR_INVALID ? S("password_new") : S("password_old"),
		           err == ERR_INVALID    ? MSG_password_weak
		           : err == ERR_TOO_MANY ? MSG_signin_too_many
		                                 : MSG_password_wrong);
		return password_show(c, &e, 422);
	}
	if (err != OK)
		return page_error(c, err);
	/* All sessions end with the old password, this one too. */
	Reply r = reply_redirect(c->arena, S("/aanmelden?nieuw=1"));
	cookie_set(c, &r, S(SESSION_COOKIE), S(""), -1);
	r.no_store = true;
	return r;
}

const Page page_password = { .path = S_INIT("/wachtwoord"),
	                     .title = MSG_password_title,
	                     .need = NEED_ACCOUNT,
	                     .get = password_get,
	                     .post = password_post,
	                     .slow = true };

/* ---- language and size ---- */

static Reply settings_get(Ctx *c)
{
	Html h = page_begin(c, &(Layout){ .tab = TAB_MORE });
	h_heading(&h, 2, MSG_settings_account);
	summary_begin(&h);
	summary_row(&h, MSG_settings_name, c->scope->name, (Str){ 0 });
	summary_row(&h, MSG_settings_role, msg(c->lang, msg_code(S("role."), role_name(c->scope->role))), (Str){ 0 });
	summary_row(&h, MSG_signin_password, S("••••••••"), S("/wachtwoord"));
	summary_end(&h);
	form_begin(c, &h, S("/instellingen"));
	static const Msg names[LANG_COUNT] = { MSG_lang_nl, MSG_lang_fr, MSG_lang_de, MSG_lang_en };
	Option langs[LANG_COUNT];
	for (int i = 0; i < LANG_COUNT; i++)
		langs[i] = (Option){ .value = lang_code((Lang)i),
			             .text = msg(c->lang, names[i]),
			             .checked = (Lang)i == c->lang };
	h_radios(&h, S("lang"), MSG_settings_language, MSG_NONE, langs, LANG_COUNT, NULL, false);
	Option sizes[] = {
		{ .value = S("normal"), .text = msg(c->lang, MSG_settings_normal), .checked = !c->session->large_text },
		{ .value = S("large"), .text = msg(c->lang, MSG_settings_large), .checked = c->session->large_text },
	};
	h_radios(&h, S("size"), MSG_settings_size, MSG_NONE, sizes, COUNT_OF(sizes), NULL, false);
	h_button(&h, MSG_common_save);
	form_end(&h);
	return page_end(c, &h, 200);
}

static Reply settings_post(Ctx *c)
{
	Lang lang = c->lang;
	if (!lang_parse(req_form(c->req, S("lang")), &lang))
		return page_error(c, ERR_BAD_REQUEST);
	Err e = account_set_prefs(web_records(c->web), c->scope, lang, str_eq(req_form(c->req, S("size")), S("large")));
	if (e != OK)
		return page_error(c, e);
	Reply r = saved(c, S("/instellingen"), MSG_settings_saved);
	cookie_set(c, &r, S(LANG_COOKIE), lang_code(lang), 365 * 86400);
	return r;
}

const Page page_settings = { .path = S_INIT("/instellingen"),
	                     .title = MSG_settings_title,
	                     .need = NEED_ACCOUNT,
	                     .get = settings_get,
	                     .post = settings_post };

/* From the language links in the header: back to the same page, in the other language. */
static Reply language_get(Ctx *c)
{
	Lang lang;
	Str back = req_query(c->req, S("back"));
	if (!lang_parse(req_query(c->req, S("to")), &lang))
		return page_error(c, ERR_NOT_FOUND);
	if (c->session && lang != c->scope->lang) {
		Err e = account_set_prefs(web_records(c->web), c->scope, lang, c->session->large_text);
		if (e != OK)
			return page_error(c, e);
	}
	Reply r = reply_redirect(c->arena, local_path(back) ? back : S("/"));
	cookie_set(c, &r, S(LANG_COOKIE), lang_code(lang), 365 * 86400);
	r.no_store = true;
	return r;
}

const Page page_language = {
	.path = S_INIT("/taal"), .title = MSG_nav_languages, .need = NEED_NOBODY, .get = language_get
};
