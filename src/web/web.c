#include "web/web.h"

#include "web/web_internal.h"

Err web_new(const WebOptions *o, Web **out, char *why, size_t why_n)
{
	Arena *a = arena_new();
	Web *w = ARENA_NEW(a, Web);
	*w = (Web){ .arena = a,
		    .records = o->records,
		    .base_url = arena_str(a, o->base_url),
		    .secure_cookie = o->secure_cookie,
		    .demo = o->demo,
		    .api_description = o->api_description };
	Err e = web_assets_load(w, arena_str(a, o->assets_dir), why, why_n);
	if (e != OK) {
		arena_free(a);
		return e;
	}
	*out = w;
	return OK;
}

void web_free(Web *w)
{
	if (w)
		arena_free(w->arena);
}

Records *web_records(const Web *w)
{
	return w->records;
}
bool web_demo(const Web *w)
{
	return w->demo;
}
bool web_secure(const Web *w)
{
	return w->secure_cookie;
}
Str web_base_url(const Web *w)
{
	return w->base_url;
}

bool web_wants_fhir_page(const Request *r)
{
	Str accept = req_header(r, S("Accept"));
	bool here = str_eq(r->path, S("/fhir")) || str_eq(r->path, S("/fhir/"));
	return here && (r->method == M_GET || r->method == M_HEAD) && !r->query.n && accept.n &&
	       http_accepts(accept, S("text/html")) && !http_accepts(accept, S("application/fhir+json"));
}

bool web_slow(const Web *w, const Request *r)
{
	PathParams p;
	const Page *page = route_match(r->path, &p);
	(void)w;
	return page && page->slow && (r->method == M_POST || !page->post);
}

Reply web_handle(Web *w, Request *r)
{
	if (str_eq(r->path, S("/favicon.ico")))
		return reply_redirect(r->arena, web_asset(w, S("favicon.svg")));
	Ctx *c = ARENA_NEW(r->arena, Ctx);
	c->web = w;
	c->req = r;
	c->arena = r->arena;
	Reply reply = web_route(c);
	reply.visit = c->visit;
	reply.on_fail = general_failure;
	reply.fail_arg = c;
	return reply;
}
