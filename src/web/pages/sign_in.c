/* Sign in and out. With the demonstration world also the list of who one can be. */
#include "web/web.h"
#include "web/web_internal.h"

static Str back_of(Ctx *c)
{
	Str to = ctx_is_post(c) ? req_form(c->req, S("terug")) : req_query(c->req, S("terug"));
	return local_path(to) ? to : S("/");
}

static void demo_account(Ctx *c, Html *h, const Account *a)
{
	Msg who = msg_code(S("demo.who."), a->login);
	H(h, "<li class=\"sd-card\"><p class=\"govuk-body\"><strong>");
	h_text(h, a->name);
	H(h, "</strong><br>");
	h_msg(h, msg_code(S("role."), role_name(a->role)));
	if (who != MSG_NONE) {
		H(h, "<br><span class=\"sd-meta\">");
		h_msg(h, who);
		H(h, "</span>");
	}
	H(h, "</p>\n");
	form_begin(c, h, S("/aanmelden"));
	form_hidden(h, S("login"), a->login);
	form_hidden(h, S("password"), S(DEMO_PASSWORD));
	H(h, "<button type=\"submit\" class=\"govuk-button govuk-button--secondary sd-undo\">");
	h_msg1(h, MSG_signin_demo_as, a->login);
	H(h, "</button>\n");
	form_end(h);
	H(h, "</li>\n");
}

static void demo_accounts(Ctx *c, Html *h)
{
	Account *all;
	size_t n;
	if (!web_demo(c->web) || account_list(web_records(c->web), c->arena, &all, &n) != OK || !n)
		return;
	h_heading(h, 2, MSG_signin_demo);
	H(h, "<p class=\"govuk-body\">");
	h_msg1(h, MSG_signin_demo_help, S(DEMO_PASSWORD));
	H(h, "</p>\n<ul class=\"sd-grid\">\n");
	for (size_t i = 0; i < n; i++)
		if (!all[i].disabled)
			demo_account(c, h, &all[i]);
	H(h, "</ul>\n");
}

static void sign_in_form(Ctx *c, Html *h, Str login, const Errors *e)
{
	form_begin(c, h, S("/aanmelden"));
	form_hidden(h, S("terug"), back_of(c));
	h_field(h, &(Field){ .name = S("login"),
	                     .value = login,
	                     .label = MSG_signin_login,
	                     .errors = e,
	                     .autocomplete = S("username"),
	                     .width = 20 });
	h_field(h, &(Field){ .name = S("password"),
	                     .label = MSG_signin_password,
	                     .errors = e,
	                     .type = S("password"),
	                     .autocomplete = S("current-password"),
	                     .width = 20 });
	h_button(h, MSG_signin_submit);
	form_end(h);
}

static Reply show(Ctx *c, Str login, const Errors *e, int status)
{
	Html h = page_begin(c, &(Layout){ .errors = e, .wide = true });
	if (req_query(c->req, S("verlopen")).n)
		h_inset(&h, MSG_signin_expired);
	if (req_query(c->req, S("af")).n) {
		H(&h, "<div class=\"govuk-inset-text\" role=\"status\" data-signed-out>");
		h_msg(&h, MSG_signin_out);
		H(&h, "</div>\n");
	} else {
		H(&h, "<p class=\"govuk-body-l\">");
		h_msg(&h, MSG_signin_lead);
		H(&h, "</p>\n");
	}
	if (req_query(c->req, S("nieuw")).n)
		h_inset(&h, MSG_password_saved_signin);
	sign_in_form(c, &h, login, e);
	h_details_begin(&h, MSG_signin_forgot);
	h_paragraph(&h, MSG_signin_forgot_help);
	h_details_end(&h);
	demo_accounts(c, &h);
	return page_end(c, &h, status);
}

static Reply get(Ctx *c)
{
	if (c->session)
		return reply_redirect(c->arena, back_of(c));
	return show(c, S(""), NULL, 200);
}

static Reply post(Ctx *c)
{
	Errors e = { 0 };
	Str login = form_text(c, &e, S("login"), 200, MSG_signin_login_empty);
	Str password = req_form(c->req, S("password")), token;
	if (!password.n)
		errors_add(&e, S("password"), MSG_signin_password_empty);
	if (e.n)
		return show(c, login, &e, 422);
	Err err = sign_in(web_records(c->web), login, password, c->req->remote, c->arena, &token);
	if (err == ERR_SIGN_IN || err == ERR_TOO_MANY) {
		errors_add(&e, S("login"), err == ERR_SIGN_IN ? MSG_signin_wrong : MSG_signin_too_many);
		return show(c, login, &e, err_status(err));
	}
	if (err != OK)
		return page_error(c, err);
	Reply r = reply_redirect(c->arena, back_of(c));
	cookie_set(c, &r, S(SESSION_COOKIE), token, 0);
	r.no_store = true;
	return r;
}

static Reply out(Ctx *c)
{
	Err e = sign_out(web_records(c->web), req_cookie(c->req, S(SESSION_COOKIE)));
	if (e != OK && e != ERR_SIGN_IN)
		return page_error(c, e);
	Reply r = reply_redirect(c->arena, S("/aanmelden?af=1"));
	cookie_set(c, &r, S(SESSION_COOKIE), S(""), -1);
	cookie_set(c, &r, S(FLASH_COOKIE), S(""), -1);
	/* What the browser kept of this site goes too: pages, drafts, caches. */
	reply_header(&r, S("Clear-Site-Data"), S("\"cache\", \"storage\""));
	r.no_store = true;
	return r;
}

const Page page_sign_in = { .path = S_INIT("/aanmelden"),
	                    .title = MSG_signin_title,
	                    .need = NEED_NOBODY,
	                    .get = get,
	                    .post = post,
	                    .slow = true };
const Page page_sign_out = {
	.path = S_INIT("/afmelden"), .title = MSG_nav_sign_out, .need = NEED_ACCOUNT, .post = out
};
