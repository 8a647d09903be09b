/* GET /fhir/{type}/{id}/_history: all versions, newest first. Of a type or of everything: not offered.
 * Source: https://hl7.org/fhir/R4/http.html#history */
#include "api/query.h"

enum { HISTORY_COUNT = 50, HISTORY_MAX = 1000 };

typedef struct Wanted {
	size_t count;
	int32_t before; /* versions below this one; 0: from the newest */
	Millis since;
} Wanted;

static bool wanted_parse(Call *c, Wanted *w)
{
	int64_t n;
	Moment m;
	Str count = req_query(c->req, S("_count"));
	Str before = req_query(c->req, S("_before"));
	Str since = req_query(c->req, S("_since"));
	*w = (Wanted){ .count = HISTORY_COUNT };
	if (count.n) {
		if (!str_int(count, &n) || n < 1)
			return false;
		w->count = (size_t)(n > HISTORY_MAX ? HISTORY_MAX : n);
	}
	if (before.n) {
		if (!str_int(before, &n) || n < 1 || n > INT32_MAX)
			return false;
		w->before = (int32_t)n;
	}
	if (since.n) {
		if (!time_parse_instant(since, &m))
			return false;
		w->since = m.from;
	}
	return true;
}

static void write_entry(Call *c, JWriter *w, const Rec *r)
{
	Str url = arena_printf(c->a, "%.*s/%.*s", STR_ARG(c->type_name), STR_ARG(r->id));
	jw_object(w);
	JW_STR(w, "fullUrl", arena_join(c->a, c->api->base, S("/"), url, STR_END));
	if (!r->deleted)
		JW_RAW(w, "resource", r->body);
	JW_OBJECT(w, "request");
	JW_STR(w, "method", r->deleted ? S("DELETE") : r->version == 1 ? S("POST") : S("PUT"));
	JW_STR(w, "url", !r->deleted && r->version == 1 ? c->type_name : url);
	jw_end_object(w);
	JW_OBJECT(w, "response");
	JW_STR(w, "status", r->deleted ? S("204") : r->version == 1 ? S("201") : S("200"));
	JW_STR(w, "etag", arena_printf(c->a, "W/\"%d\"", r->version));
	JW_STR(w, "lastModified", time_instant(c->a, r->updated));
	jw_end_object(w);
	jw_end_object(w);
}

static void write_links(Call *c, JWriter *w, const Wanted *want, int32_t next)
{
	Str path = arena_printf(c->a, "%.*s/%.*s/%.*s/_history?_count=%zu", STR_ARG(c->api->base),
	                        STR_ARG(c->type_name), STR_ARG(c->id), want->count);
	if (want->since)
		path = arena_join(c->a, path, S("&_since="), time_instant(c->a, want->since), STR_END);
	JW_ARRAY(w, "link");
	jw_object(w);
	JW_STR(w, "relation", S("self"));
	JW_STR(w, "url", want->before ? arena_printf(c->a, "%.*s&_before=%d", STR_ARG(path), want->before) : path);
	jw_end_object(w);
	if (next) {
		jw_object(w);
		JW_STR(w, "relation", S("next"));
		JW_STR(w, "url", arena_printf(c->a, "%.*s&_before=%d", STR_ARG(path), next));
		jw_end_object(w);
	}
	jw_end_array(w);
}

static Reply handle(Call *c)
{
	Wanted want;
	Rec *recs;
	size_t n;
	if (!wanted_parse(c, &want))
		return reply_fail(c, ERR_BAD_REQUEST, "_count must be a whole number from 1 and _since an instant.");
	Err e = visit_history(c->visit, c->type, c->id, want.before, want.count + 1, &recs, &n);
	if (e == OK && n == 0 && !want.before)
		e = ERR_NOT_FOUND;
	if (e != OK)
		return reply_refused(c, e);
	bool more = n > want.count;
	if (more)
		n--;
	Buf b = buf_new(c->a, 8192, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Bundle"));
	JW_STR(&w, "type", S("history"));
	while (n && recs[n - 1].updated < want.since) {
		n--;
		more = false;
	}
	write_links(c, &w, &want, more && n ? recs[n - 1].version : 0);
	if (n) {
		JW_ARRAY(&w, "entry");
		for (size_t i = 0; i < n; i++)
			write_entry(c, &w, &recs[i]);
		jw_end_array(&w);
	}
	jw_end_object(&w);
	if (b.full)
		return reply_fail(c, ERR_TOO_LARGE, "The page is larger than 64 MiB: ask for less with _count.");
	return reply_fhir(c, 200, buf_str(&b));
}

static Reply handle_not_offered(Call *c)
{
	return reply_fail(c, ERR_NOT_SUPPORTED,
	                  "Only the history of one resource is offered: /fhir/{type}/{id}/_history.");
}

const Operation operation_history = {
	.method = M_GET,
	.path = S_INIT("/fhir/{type}/{id}/_history"),
	.route = S_INIT("GET /fhir/{type}/{id}/_history"),
	.interaction = INT_HISTORY_INSTANCE,
	.offered = true,
	.handle = handle,
	.summary = S_INIT("All versions of a resource, newest first."),
};

const Operation operation_history_type = {
	.method = M_GET,
	.path = S_INIT("/fhir/{type}/_history"),
	.route = S_INIT("GET /fhir/{type}/_history"),
	.interaction = INT_HISTORY_TYPE,
	.handle = handle_not_offered,
	.summary = S_INIT("Changes to all resources of a type, newest first."),
};

const Operation operation_history_system = {
	.method = M_GET,
	.path = S_INIT("/fhir/_history"),
	.route = S_INIT("GET /fhir/_history"),
	.interaction = INT_HISTORY_SYSTEM,
	.handle = handle_not_offered,
	.summary = S_INIT("Changes to all resources, newest first."),
};
