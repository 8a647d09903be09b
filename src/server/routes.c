/* Which part of the product a path belongs to, and the few paths that the server answers itself. */
#include "server/internal.h"

static bool under(Str path, Str root)
{
	return str_starts(path, root) && (path.n == root.n || path.p[root.n] == '/');
}

Route route_of(Str path)
{
	if (str_starts(path, S("/static/")))
		return ROUTE_STATIC;
	if (str_eq(path, S("/health")) || str_eq(path, S("/ready")) || str_eq(path, S("/metrics")))
		return ROUTE_SYSTEM;
	return under(path, S("/fhir")) ? ROUTE_FHIR : ROUTE_WEB;
}

/* Metrics tell how busy a service is: for this machine only, unless they were opened. A forwarded request comes from
 * elsewhere. */
static bool may_see_metrics(const Exchange *x)
{
	const Request *r = &x->req;
	if (x->server->o.metrics_open)
		return true;
	if (req_header(r, S("X-Forwarded-For")).p || req_header(r, S("Forwarded")).p)
		return false;
	return str_starts(r->remote, S("127.")) || str_eq(r->remote, S("::1")) ||
	       str_starts(r->remote, S("::ffff:127."));
}

static Reply metrics(Exchange *x)
{
	if (!may_see_metrics(x))
		return reply_plain(x->arena, 404);
	Buf b = buf_new(x->arena, 16384, 0);
	metrics_render(x->server, &b);
	return reply_new(x->arena, 200, S("text/plain; version=0.0.4; charset=utf-8"), buf_str(&b));
}

static Reply ready(Exchange *x)
{
	Server *s = x->server;
	bool yes = !atomic_load(&s->draining) && (!s->h.ready || s->h.ready(s->h.ctx));
	Reply r =
	    yes ? reply_new(x->arena, 200, S("text/plain; charset=utf-8"), S("ready\n")) : reply_plain(x->arena, 503);
	if (!yes)
		reply_header(&r, S("Retry-After"), S("1"));
	return r;
}

Reply route_own(Exchange *x)
{
	Request *q = &x->req;
	Reply r;
	if (q->method != M_GET && q->method != M_HEAD) {
		r = reply_plain(x->arena, 405);
		reply_header(&r, S("Allow"), S("GET, HEAD"));
		return r;
	}
	if (x->route == ROUTE_STATIC)
		return assets_reply(&x->server->assets, q);
	if (str_eq(q->path, S("/health")))
		r = reply_new(x->arena, 200, S("text/plain; charset=utf-8"), S("ok\n"));
	else
		r = str_eq(q->path, S("/ready")) ? ready(x) : metrics(x);
	r.no_store = true;
	return r;
}
