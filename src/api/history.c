/* GET /fhir/{type}/{id}/_history, /fhir/{type}/_history and /fhir/_history: versions, newest first.
 * Source: https://hl7.org/fhir/R4/http.html#history */
#include "api/query.h"

enum { HISTORY_COUNT = 50, HISTORY_MAX = 1000 };

typedef struct Wanted {
	size_t count;
	Str before; /* where the page before ended: a version, or the door's cursor; absent: from the newest */
	Millis since;
	Moment at; /* versions that were current at some time in it */
	bool has_at;
} Wanted;

static bool wanted_parse(Call *c, Wanted *w)
{
	int64_t n;
	Moment m;
	Str count = req_query(c->req, S("_count"));
	Str since = req_query(c->req, S("_since"));
	Str at = req_query(c->req, S("_at"));
	*w = (Wanted){ .count = HISTORY_COUNT, .before = req_query(c->req, S("_before")) };
	if (count.n) {
		if (!str_int(count, &n) || n < 1)
			return false;
		w->count = (size_t)(n > HISTORY_MAX ? HISTORY_MAX : n);
	}
	if (since.n) {
		if (!time_parse_instant(since, &m))
			return false;
		w->since = m.from;
	}
	w->has_at = at.n > 0;
	return !w->has_at || time_parse_datetime(at, &w->at);
}

static Reply refuse_wanted(Call *c)
{
	return reply_fail(
	    c, ERR_BAD_REQUEST,
	    "_count would be a whole number from 1, _since an instant, _at a date or time, and _before what a "
	    "link gave.");
}

static void write_entry(Call *c, JWriter *w, const Rec *r)
{
	Str type = fhir_type_name(r->type), url = arena_join(c->a, type, S("/"), r->id, STR_END);
	jw_object(w);
	JW_STR(w, "fullUrl", arena_join(c->a, c->api->base, S("/"), url, STR_END));
	if (!r->deleted)
		JW_RAW(w, "resource", r->body);
	JW_OBJECT(w, "request");
	JW_STR(w, "method", r->deleted ? S("DELETE") : r->version == 1 ? S("POST") : S("PUT"));
	JW_STR(w, "url", !r->deleted && r->version == 1 ? type : url);
	jw_end_object(w);
	JW_OBJECT(w, "response");
	JW_STR(w, "status", r->deleted ? S("204") : r->version == 1 ? S("201") : S("200"));
	JW_STR(w, "etag", arena_printf(c->a, "W/\"%d\"", r->version));
	JW_STR(w, "lastModified", time_instant(c->a, r->updated));
	jw_end_object(w);
	jw_end_object(w);
}

static void write_link(JWriter *w, Str relation, Str path, Str before)
{
	jw_object(w);
	JW_STR(w, "relation", relation);
	JW_STR(w, "url", before.n ? arena_join(w->out->arena, path, S("&_before="), before, STR_END) : path);
	jw_end_object(w);
}

/* next absent: the last page. */
static Reply answer(Call *c, const Wanted *want, const Rec *recs, size_t n, Str next)
{
	Buf b = buf_new(c->a, 8192, 0);
	JWriter w = jw_new(&b);
	Str path = arena_join(c->a, c->api->base, str_from(c->req->path, 5), STR_END);
	path = arena_printf(c->a, "%.*s?_count=%zu", STR_ARG(path), want->count);
	if (want->since)
		path = arena_join(c->a, path, S("&_since="), time_instant(c->a, want->since), STR_END);
	if (want->has_at)
		path = arena_join(c->a, path, S("&_at="), url_encode(c->a, req_query(c->req, S("_at"))), STR_END);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Bundle"));
	JW_STR(&w, "type", S("history"));
	JW_ARRAY(&w, "link");
	write_link(&w, S("self"), path, want->before);
	if (next.n)
		write_link(&w, S("next"), path, next);
	jw_end_array(&w);
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

/* Of versions that follow each other, newest first: was the i-th current in the asked time? */
static bool current_in(const Wanted *want, const Rec *recs, size_t i)
{
	if (!want->has_at)
		return true;
	return recs[i].updated < want->at.until && (i == 0 || recs[i - 1].updated > want->at.from);
}

static Reply handle(Call *c)
{
	Wanted want;
	Rec *recs;
	size_t n, kept = 0;
	int64_t before = 0;
	if (!wanted_parse(c, &want) ||
	    (want.before.n && (!str_int(want.before, &before) || before < 1 || before >= INT32_MAX)))
		return refuse_wanted(c);
	/* The version before the page is read along: until when it was current says when the next one began. */
	size_t extra = before > 0;
	Err e = visit_history(c->visit, c->type, c->id, (int32_t)(before + (before > 0)), want.count + 1 + extra, &recs,
	                      &n);
	if (e == OK && n == 0 && !before)
		e = ERR_NOT_FOUND;
	if (e != OK)
		return reply_refused(c, e);
	extra = extra && n && recs[0].version == before;
	bool more = n > want.count + extra;
	n -= more;
	Str next = more && n ? arena_printf(c->a, "%d", recs[n - 1].version) : STR_END;
	Rec *page = ARENA_ARRAY(c->a, Rec, n + 1);
	for (size_t i = extra; i < n; i++) {
		if (recs[i].updated < want.since)
			next = STR_END;
		else if (current_in(&want, recs, i))
			page[kept++] = recs[i];
	}
	return answer(c, &want, page, kept, next);
}

static Reply handle_across(Call *c)
{
	Wanted want;
	Rec *recs;
	size_t n;
	Str next;
	if (!wanted_parse(c, &want))
		return refuse_wanted(c);
	HistoryQuery q = { .type = c->type, .since = want.since, .count = want.count, .cursor = want.before };
	if (want.has_at) {
		q.from = want.at.from;
		q.until = want.at.until;
	}
	Err e = visit_history_across(c->visit, &q, &recs, &n, &next);
	if (e == ERR_BAD_REQUEST)
		return refuse_wanted(c);
	return e == OK ? answer(c, &want, recs, n, next) : reply_refused(c, e);
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
	.offered = true,
	.handle = handle_across,
	.summary = S_INIT("Changes to all resources of a type, newest first."),
};

const Operation operation_history_system = {
	.method = M_GET,
	.path = S_INIT("/fhir/_history"),
	.route = S_INIT("GET /fhir/_history"),
	.interaction = INT_HISTORY_SYSTEM,
	.offered = true,
	.handle = handle_across,
	.summary = S_INIT("Changes to all resources, newest first."),
};
