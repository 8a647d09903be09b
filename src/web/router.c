/* From a path to a page, and what must hold before its handler runs. */
#include "web/web_internal.h"

#include <assert.h>
#include <pthread.h>

static bool segment_id(Str s)
{
	if (!s.n || s.n > 64)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char x = s.p[i];
		if (!((x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || (x >= '0' && x <= '9') || x == '-' ||
		      x == '.'))
			return false;
	}
	return true;
}

bool route_fits(Str pattern, Str path, PathParams *out)
{
	PathParams p = { 0 };
	while (pattern.p && path.p) {
		Str want, have;
		pattern = str_cut(pattern, '/', &want);
		path = str_cut(path, '/', &have);
		if (want.n && want.p[0] == '{') {
			Str *slot = str_eq(want, S("{person}")) ? &p.person : str_eq(want, S("{id}")) ? &p.id : &p.id2;
			if (!segment_id(have))
				return false;
			*slot = have;
		} else if (!str_eq(want, have)) {
			return false;
		}
	}
	if (pattern.p || path.p)
		return false;
	*out = p;
	return true;
}

static int braces(Str pattern)
{
	int n = 0;
	for (size_t i = 0; i < pattern.n; i++)
		n += pattern.p[i] == '{';
	return n;
}

/* What tells most patterns apart without reading them from the start: all begin with "/persoon/{person}". */
typedef struct Shape {
	size_t slashes;
	Str last; /* the last segment; absent: braces */
} Shape;

enum { SHAPES_MAX = 256 };
static Shape shapes[SHAPES_MAX];
static pthread_once_t shapes_once = PTHREAD_ONCE_INIT;

static Shape shape_of(Str path)
{
	Shape s = { 0 };
	size_t from = 0;
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '/') {
			s.slashes++;
			from = i + 1;
		}
	}
	s.last = str_from(path, from);
	return s;
}

static void make_shapes(void)
{
	assert(pages_count <= SHAPES_MAX);
	for (size_t i = 0; i < pages_count; i++) {
		shapes[i] = shape_of(pages[i]->path);
		if (str_ends(shapes[i].last, S("}")))
			shapes[i].last = STR_END;
	}
}

const Page *route_match(Str path, PathParams *out)
{
	/* The pattern with the fewest braces wins: "/personen/nieuw" before "/personen/{id}". */
	const Page *best = NULL;
	pthread_once(&shapes_once, make_shapes);
	Shape have = shape_of(path);
	for (size_t i = 0; i < pages_count; i++) {
		PathParams p;
		if (shapes[i].slashes != have.slashes || (shapes[i].last.p && !str_eq(shapes[i].last, have.last)) ||
		    !route_fits(pages[i]->path, path, &p) || (best && braces(best->path) <= braces(pages[i]->path)))
			continue;
		best = pages[i];
		*out = p;
	}
	return best;
}

Str route_label(Arena *a, Method m, Str pattern)
{
	Buf b = buf_new(a, 64, 0);
	buf_add(&b, method_name(m));
	BUF_LIT(&b, " ");
	size_t at = b.n;
	for (Str part; pattern.p;) {
		pattern = str_cut(pattern, '/', &part);
		if (!part.n || part.p[0] == '{')
			continue;
		buf_byte(&b, '/');
		buf_add(&b, part);
	}
	if (b.n == at)
		buf_byte(&b, '/');
	return buf_str(&b);
}

/* Not signed in: text that was sent is kept for the account whose session ran out, and the page waits behind the
 * sign-in. */
static Reply ask_sign_in(Ctx *c, int64_t expired)
{
	bool post = ctx_is_post(c), kept = post && expired && c->page->get;
	if (kept)
		kept_store(c, expired);
	Str back = c->req->path;
	if (!post && c->req->query.n)
		back = arena_join(c->arena, back, S("?"), c->req->query, STR_END);
	else if (kept)
		back = arena_join(c->arena, back, S("?tekst=1"), STR_END);
	if (!c->page->get)
		back = S("/");
	Str to = arena_join(c->arena, S("/aanmelden?terug="), url_encode(c->arena, back),
	                    expired ? S("&verlopen=1") : S(""), STR_END);
	return reply_redirect(c->arena, str_eq(back, S("/")) && !expired ? S("/aanmelden") : to);
}

static Err need_met(Ctx *c)
{
	switch (c->page->need) {
	case NEED_NOBODY:
	case NEED_ACCOUNT:
		return OK;
	case NEED_CARE:
		return c->scope->role == ROLE_ADMIN ? ERR_FORBIDDEN : OK;
	case NEED_ADMIN:
		return c->scope->role == ROLE_ADMIN ? OK : ERR_FORBIDDEN;
	case NEED_PERSON:
		break;
	}
	TRY(visit_relation(c->visit, c->person, &c->relation));
	uint32_t may = c->page->edits ? c->relation.read & c->relation.write : c->relation.read;
	return (may & c->page->category) == c->page->category ? OK : ERR_FORBIDDEN;
}

/* Has this very form been through before? Then its answer was a redirect: give it again. */
static bool done_before(Ctx *c, Reply *out)
{
	Str once = req_form(c->req, S("_once")), before = { 0 };
	if (!once.n || !c->scope)
		return false;
	Visit *probe = visit_new(web_records(c->web), c->scope, c->arena);
	if (visit_once(probe, once, S("/"), &before) != ERR_CONFLICT || !local_path(before))
		return false;
	*out = reply_redirect(c->arena, before);
	return true;
}

static Reply run_post(Ctx *c)
{
	Reply again;
	if (!same_site(c->req))
		return page_error(c, ERR_FORBIDDEN);
	if (c->session && !csrf_ok(c->session, req_form(c->req, S("_csrf"))))
		return page_error(c, ERR_BAD_REQUEST);
	if (done_before(c, &again))
		return again;
	return c->page->post(c);
}

static void label_visit(Ctx *c)
{
	Scope *s = ARENA_NEW(c->arena, Scope);
	*s = *c->scope;
	s->route = route_label(c->arena, c->req->method, c->page->path);
	c->scope = s;
	c->visit = visit_new(web_records(c->web), s, c->arena);
}

/* A password that was given out must be changed before anything else. */
static bool allowed_before_change(Str path)
{
	return str_eq(path, S("/wachtwoord")) || str_eq(path, S("/afmelden")) || str_eq(path, S("/taal"));
}

Reply web_route(Ctx *c)
{
	PathParams p = { 0 };
	int64_t expired;
	bool post = ctx_is_post(c);
	ctx_session(c, &expired);
	c->page = route_match(c->req->path, &p);
	if (!c->page)
		return error_page(c, ERR_NOT_FOUND);
	if (!(post ? c->page->post : c->page->get) || (!post && c->req->method != M_GET && c->req->method != M_HEAD))
		return error_page(c, ERR_METHOD);
	if (!c->session && c->page->need != NEED_NOBODY)
		return ask_sign_in(c, expired);
	if (c->session) {
		if (c->session->must_change && !allowed_before_change(c->req->path))
			return reply_redirect(c->arena, S("/wachtwoord"));
		label_visit(c);
	}
	c->person = p.person;
	c->id = p.id;
	c->id2 = p.id2;
	Err e = need_met(c);
	if (e != OK) {
		/* No relation: the page of an address that does not exist, to the letter. */
		if (e == ERR_NOT_FOUND)
			c->person = (Str){ 0 };
		return error_page(c, e);
	}
	if (post)
		return run_post(c);
	if (req_query(c->req, S("tekst")).n)
		kept_take(c);
	return c->page->get(c);
}
