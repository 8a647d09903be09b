/* What went wrong, in words, with a way on. Text that was typed comes back. */
#include "base/log.h"
#include "web/web_internal.h"

bool ctx_is_post(const Ctx *c)
{
	return c->req->method == M_POST;
}

static Msg error_title(Err e)
{
	Msg m = msg_code(S("error."), err_name(e));
	return m == MSG_NONE ? MSG_error_internal : m;
}

static Msg error_next(Err e)
{
	/* Gone and not there look the same to who may not know. */
	Msg m = msg_code(S("error.next."), e == ERR_IO ? S("internal") : err_name(e));
	return m == MSG_NONE ? MSG_error_next_general : m;
}

/* What was sent, to copy from: for when the form itself cannot come back. */
static void sent_text(Ctx *c, Html *h)
{
	size_t n, shown = 0;
	const Pair *p = req_form_all(c->req, &n);
	for (size_t i = 0; i < n; i++) {
		if (p[i].value.n < 3 || p[i].name.p[0] == '_' || str_starts(p[i].name, S("password")) ||
		    str_eq(p[i].name, S("version")))
			continue;
		if (!shown++)
			h_heading(h, 2, MSG_conflict_your_text);
		H(h, "<div class=\"govuk-inset-text\">");
		h_lines(h, p[i].value);
		H(h, "</div>\n");
	}
}

Reply error_page(Ctx *c, Err e)
{
	Msg title = error_title(e);
	Html h = page_begin(c, &(Layout){ .title = title });
	h_paragraph(&h, error_next(e));
	if (ctx_is_post(c) && c->session)
		sent_text(c, &h);
	Str again = e == ERR_VERSION || e == ERR_CONFLICT ? c->req->path : S("");
	buttons_begin(&h);
	if (again.n && c->page && c->page->get)
		h_button_link(&h, again, MSG_conflict_open_again, false);
	else if (c->session)
		h_button_link(&h, S("/"), MSG_error_home, false);
	else
		h_button_link(&h, S("/aanmelden"), MSG_nav_sign_in, false);
	buttons_end(&h);
	if (err_status(e) >= 500) {
		H(&h, "<p class=\"govuk-hint\">");
		h_msg1(&h, MSG_error_reference, c->req->id);
		H(&h, "</p>\n");
		log_error("request=%.*s page failed: %s", STR_ARG(c->req->id), err_name(e).p);
	}
	Reply r = page_end(c, &h, err_status(e));
	if (e == ERR_METHOD && c->page)
		reply_header(&r, S("Allow"),
		             c->page->get ? c->page->post ? S("GET, HEAD, POST") : S("GET, HEAD") : S("POST"));
	return r;
}

/* The form again, as `get` shows it now, filled with what was sent. A visit that failed is left: nothing of it is
 * written. */
static Reply form_again(Ctx *c, Err e, Msg notice)
{
	size_t n;
	c->failing = true;
	c->kept = req_form_all(c->req, &n);
	c->n_kept = n;
	c->notice = notice;
	c->clash = e == ERR_VERSION;
	c->visit = visit_new(web_records(c->web), c->scope, c->arena);
	Reply r = c->page->get(c);
	if (r.status == 200)
		r.status = err_status(e);
	return r;
}

Reply page_error(Ctx *c, Err e)
{
	if (e == ERR_SIGN_IN && !c->session)
		return reply_redirect(c->arena, S("/aanmelden"));
	bool can_return = ctx_is_post(c) && c->session && c->page && c->page->get && !c->failing;
	if (can_return && e == ERR_VERSION)
		return form_again(c, e, MSG_error_next_version);
	if (can_return && e == ERR_BAD_REQUEST)
		return form_again(c, e, MSG_form_expired);
	if (c->visit && err_status(e) >= 400 && ctx_is_post(c))
		c->visit = visit_new(web_records(c->web), c->scope, c->arena);
	c->failing = true;
	return error_page(c, e);
}

/* Called by the server when the visit could not be finished: no records can be read here. */
Reply general_failure(void *arg, Err e)
{
	Ctx *c = arg;
	c->visit = NULL;
	if (c->on_fail)
		return c->on_fail(c, e, c->fail_arg);
	return error_page(c, e);
}
