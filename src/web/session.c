/* What a browser brings along: session, language, the message of the last save, text that did not get through. */
#include "base/log.h"
#include "web/web_internal.h"

/* ---- cookies ---- */

void cookie_set(Ctx *c, Reply *r, Str name, Str value, int max_age)
{
	Buf b = buf_new(c->arena, 128, 4096);
	buf_add(&b, name);
	BUF_LIT(&b, "=");
	buf_add(&b, value);
	BUF_LIT(&b, "; Path=/; HttpOnly; SameSite=Lax");
	if (max_age)
		buf_printf(&b, "; Max-Age=%d", max_age < 0 ? 0 : max_age);
	if (web_secure(c->web) || c->req->tls)
		BUF_LIT(&b, "; Secure");
	if (!b.full)
		reply_header(r, S("Set-Cookie"), buf_str(&b));
}

/* ---- session and language ---- */

void ctx_session(Ctx *c, int64_t *expired)
{
	Str token = req_cookie(c->req, S(SESSION_COOKIE)), cookie = req_cookie(c->req, S(LANG_COOKIE));
	*expired = 0;
	c->lang = lang_from_accept(req_header(c->req, S("Accept-Language")), LANG_NL);
	Lang chosen;
	if (lang_parse(cookie, &chosen))
		c->lang = chosen;
	if (!token.n)
		return;
	Session *s = ARENA_NEW(c->arena, Session);
	if (session_open(web_records(c->web), token, c->arena, s, expired) != OK)
		return;
	c->session = s;
	c->scope = &s->scope;
	c->lang = s->scope.lang;
}

/* ---- where a request comes from ---- */

bool local_path(Str path)
{
	if (!path.n || path.p[0] != '/' || path.n > 1000)
		return false;
	if (path.n > 1 && (path.p[1] == '/' || path.p[1] == '\\'))
		return false;
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] <= ' ' || path.p[i] == '\\' || path.p[i] == 127)
			return false;
	return true;
}

/* "http://host:port/x" → "host:port". */
static Str host_of(Str url)
{
	ptrdiff_t at = str_find(url, S("://"));
	Str rest = at < 0 ? url : str_from(url, (size_t)at + 3), host;
	str_cut(rest, '/', &host);
	return host;
}

bool same_site(const Request *r)
{
	Str site = req_header(r, S("Sec-Fetch-Site")), origin = req_header(r, S("Origin"));
	if (site.n && !str_eq(site, S("same-origin")) && !str_eq(site, S("none")))
		return false;
	return !origin.n || str_eq_nocase(host_of(origin), req_header(r, S("Host")));
}

/* ---- the message after a save ---- */

static Reply saved_with(Ctx *c, Str location, Msg what, Str undo)
{
	Str before = { 0 }, once = req_form(c->req, S("_once"));
	if (c->visit && once.n) {
		Err e = visit_once(c->visit, once, location, &before);
		if (e == ERR_CONFLICT && local_path(before)) {
			c->visit = NULL; /* nothing of it is written: the first time counts */
			return reply_redirect(c->arena, before);
		}
		if (e != OK && e != ERR_CONFLICT)
			return page_error(c, e);
	}
	Reply r = reply_redirect(c->arena, location);
	uint32_t category = c->page ? c->page->category : 0;
	Str value = arena_join(c->arena, message_names[what], arena_printf(c->arena, "~%x~", category),
	                       url_encode(c->arena, undo), STR_END);
	cookie_set(c, &r, S(FLASH_COOKIE), value, 60);
	r.no_store = true;
	return r;
}

Reply saved(Ctx *c, Str location, Msg what)
{
	return saved_with(c, location, what, S(""));
}
Reply saved_undo(Ctx *c, Str location, Msg what, Str undo)
{
	return saved_with(c, location, what, undo);
}

bool flash_take(Ctx *c, Flash *out)
{
	Str rest = req_cookie(c->req, S(FLASH_COOKIE)), name, bits;
	if (!rest.n || c->flash_shown)
		return false;
	c->flash_shown = true;
	rest = str_cut(rest, '~', &name);
	rest = str_cut(rest, '~', &bits);
	*out = (Flash){ .what = msg_by_name(name) };
	for (size_t i = 0; i < bits.n && i < 8; i++) {
		char d = bits.p[i];
		out->category = out->category << 4 | (uint32_t)(d <= '9' ? d - '0' : (d | 0x20) - 'a' + 10);
	}
	Str undo = url_decode(c->arena, rest, false);
	if (local_path(undo))
		out->undo = undo;
	return out->what != MSG_NONE;
}

/* ---- text that did not get through ---- */

/* Not worth keeping, or not to be kept anywhere. */
static bool never_kept(Str name)
{
	return !name.n || name.p[0] == '_' || str_starts(name, S("password"));
}

static Str kept_key(Ctx *c, Str path)
{
	return arena_join(c->arena, S("form:"), path, STR_END);
}

void kept_store(Ctx *c, int64_t account)
{
	size_t n;
	const Pair *p = req_form_all(c->req, &n);
	Buf b = buf_new(c->arena, 1024, 1024 * 1024);
	for (size_t i = 0; i < n; i++) {
		if (never_kept(p[i].name))
			continue;
		if (b.n)
			buf_byte(&b, '&');
		buf_add(&b, url_encode(c->arena, p[i].name));
		buf_byte(&b, '=');
		buf_add(&b, url_encode(c->arena, p[i].value));
	}
	if (!b.n || b.full)
		return;
	Err e = draft_put(web_records(c->web), account, kept_key(c, c->req->path), buf_str(&b));
	if (e != OK)
		log_warn("request=%.*s a form of account %lld could not be kept: %s", STR_ARG(c->req->id),
		         (long long)account, err_name(e).p);
}

void kept_take(Ctx *c)
{
	Str body;
	if (!c->session ||
	    draft_take(web_records(c->web), c->scope->account, kept_key(c, c->req->path), c->arena, &body) != OK)
		return;
	static const Pair form[] = { { S_INIT("Content-Type"), S_INIT("application/x-www-form-urlencoded") } };
	Request *r = ARENA_NEW(c->arena, Request);
	*r = (Request){ .arena = c->arena, .method = M_POST, .headers = form, .n_headers = 1, .body = body };
	c->kept = req_form_all(r, &c->n_kept);
	if (c->n_kept)
		c->notice = MSG_common_text_restored;
}

/* ---- reading a form ---- */

static size_t characters(Str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

Str form_text(Ctx *c, Errors *e, Str name, size_t max, Msg when_empty)
{
	Str v = str_trim(req_form(c->req, name));
	if (!v.n && when_empty != MSG_NONE)
		errors_add(e, name, when_empty);
	else if (characters(v) > max)
		errors_add1(e, name, MSG_form_too_long, arena_printf(c->arena, "%zu", max));
	return v;
}

int32_t form_int(Ctx *c, Str name, int32_t otherwise)
{
	int64_t v;
	if (!str_int(str_trim(req_form(c->req, name)), &v) || v < INT32_MIN || v > INT32_MAX)
		return otherwise;
	return (int32_t)v;
}

bool form_checked(Ctx *c, Str name, Str value)
{
	size_t n;
	const Pair *p = req_form_all(c->req, &n);
	for (size_t i = 0; i < n; i++)
		if (str_eq(p[i].name, name) && str_eq(p[i].value, value))
			return true;
	return false;
}
