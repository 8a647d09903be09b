/* From a request to its operation: path, formats, who comes, handler. */
#include "api/bulk.h"
#include "api/metadata.h"
#include "api/openapi.h"

#include <stdio.h>

#include "base/log.h"
#include "base/random.h"

#define FHIR_PATH "/fhir"

static uint32_t random_number(void)
{
	uint32_t n;
	random_bytes(&n, sizeof n);
	return n;
}

Err api_new(Records *records, Str base_url, Api **out)
{
	Arena *a = arena_new();
	Api *api = ARENA_NEW(a, Api);
	api->arena = a;
	api->records = records;
	while (str_ends(base_url, S("/")))
		base_url.n--;
	api->base = arena_join(a, base_url, S(FHIR_PATH), STR_END);
	api->metadata = capability_statement(api, a);
	api->openapi = openapi_document(api, a);
	api->notifier = (Notifier){ .records = records, .base = api->base, .dice = random_number };
	api->streams = streams_new();
	if (records) /* none: to describe the face only */
		records_check_subscriptions(records, subscription_check, &api->notifier.allowed);
	api->bulk = records ? bulk_open(records, api->base) : NULL; /* none: for what the face says about itself */
	*out = api;
	return OK;
}

void api_free(Api *api)
{
	if (!api)
		return;
	bulk_close(api->bulk);
	if (api->records)
		records_check_subscriptions(api->records, NULL, NULL);
	streams_free(api->streams);
	arena_free(api->arena);
}

Err api_notify_to(Api *api, Str prefixes, char *why, size_t why_n)
{
	Str wrong = STR_END;
	if (endpoint_rules(api->arena, arena_str(api->arena, prefixes), &api->notifier.allowed, &wrong))
		return OK;
	snprintf(why, why_n, "notifications cannot go to '%.*s': expected http(s)://host[:port][/path]",
	         STR_ARG(wrong));
	return ERR_BAD_REQUEST;
}

const Notifier *api_notifier(const Api *api)
{
	return &api->notifier;
}

Streams *api_streams(const Api *api)
{
	return api->streams;
}

static Str path_below(Str path)
{
	return str_from(path, sizeof(FHIR_PATH) - 1);
}

/* /_history and /Goal/_history: they may walk long. */
static bool walks_history(Str rest)
{
	Str type;
	if (str_eq(rest, S("/_history")))
		return true;
	rest = str_cut(str_from(rest, 1), '/', &type);
	return str_eq(rest, S("_history")) && type.n;
}

bool api_slow(const Api *api, const Request *r)
{
	(void)api;
	Str rest = path_below(r->path);
	if (r->method == M_GET && rest.n && walks_history(rest))
		return true;
	return r->method == M_POST && (rest.n == 0 || str_eq(rest, S("/")));
}

/* ---- which operation ---- */

/* Does `path` fit the pattern? Fills type, id and version of the call. */
static bool path_fits(Call *c, Str pattern, Str path)
{
	while (pattern.p && path.p) {
		Str want, have;
		pattern = str_cut(pattern, '/', &want);
		path = str_cut(path, '/', &have);
		if (str_eq(want, S("{type}"))) {
			c->type = fhir_type(have);
			c->type_name = have;
			if (c->type == FT_NONE)
				return false;
		} else if (str_eq(want, S("{compartment}"))) {
			if (compartment_of(fhir_type(have)) == COMPARTMENT_COUNT)
				return false;
			c->around = have;
		} else if (str_eq(want, S("{id}"))) {
			if (!fhir_id_ok(have))
				return false;
			c->id = have;
		} else if (str_eq(want, S("{version}"))) {
			c->version = have;
		} else if (!str_eq(want, have)) {
			return false;
		}
	}
	return !pattern.p && !path.p;
}

static bool needs_query(Interaction i)
{
	return i == INT_UPDATE_CONDITIONAL || i == INT_DELETE_CONDITIONAL || i == INT_PATCH_CONDITIONAL ||
	       i == INT_SEARCH_SYSTEM;
}

Err api_match(Call *c)
{
	Method method = c->req->method == M_HEAD ? M_GET : c->req->method;
	Str path = c->req->path;
	bool found_path = false;
	if (path.n > 1 && str_ends(path, S("/")))
		path.n--;
	for (size_t i = 0; i < operations_count; i++) {
		const Operation *op = operations[i];
		if (op->method != method && found_path)
			continue;
		Call probe = *c;
		if (!path_fits(&probe, op->path, path))
			continue;
		if (needs_query(op->interaction) && c->req->query.n == 0)
			continue;
		found_path = true;
		if (op->method != method)
			continue;
		c->type = probe.type;
		c->type_name = probe.type_name;
		c->id = probe.id;
		c->version = probe.version;
		c->around = probe.around;
		c->op = op;
		return OK;
	}
	return found_path ? ERR_METHOD : ERR_NOT_FOUND;
}

/* ---- formats ---- */

static bool says_json(Str type)
{
	Str head;
	str_cut(type, ';', &head);
	head = str_trim(head);
	return str_eq_nocase(head, S("application/fhir+json")) || str_eq_nocase(head, S("application/json")) ||
	       str_eq_nocase(head, S("json")) || str_eq_nocase(head, S("application/fhir json")) ||
	       str_eq_nocase(head, S("text/json"));
}

static bool says_ndjson(Str type)
{
	Str head;
	str_cut(type, ';', &head);
	head = str_trim(head);
	return str_eq_nocase(head, S("application/fhir+ndjson")) || str_eq_nocase(head, S("application/ndjson"));
}

static Err accept_ok(Call *c)
{
	Str format = c->req->query.n ? req_query(c->req, S("_format")) : STR_END;
	if (format.n)
		return says_json(format) ? OK : ERR_NOT_ACCEPTABLE;
	Str accept = req_header(c->req, S("Accept"));
	if (!accept.n || http_accepts(accept, S("application/fhir+json")) ||
	    http_accepts(accept, S("application/json")) || http_accepts(accept, S("*/*")) ||
	    http_accepts(accept, S("application/*")) || (c->op->gives.p && http_accepts(accept, c->op->gives)))
		return OK;
	if (c->op->ndjson &&
	    (http_accepts(accept, S("application/fhir+ndjson")) || http_accepts(accept, S("application/ndjson"))))
		return OK;
	return ERR_NOT_ACCEPTABLE;
}

static bool is_patch(Interaction i)
{
	return i == INT_PATCH || i == INT_PATCH_CONDITIONAL;
}

/* What a body may be, for a refusal. */
static const char *content_taken(Interaction i)
{
	if (i == INT_SEARCH_POST)
		return "application/x-www-form-urlencoded";
	return is_patch(i) ? "application/json-patch+json, or application/fhir+json with a Parameters resource,"
	                   : "application/fhir+json";
}

static Err content_ok(const Call *c)
{
	Str type = req_header(c->req, S("Content-Type"));
	if (!c->req->body.n || !type.n)
		return OK;
	Str head;
	str_cut(type, ';', &head);
	if (c->op->interaction == INT_SEARCH_POST)
		return str_eq_nocase(str_trim(head), S("application/x-www-form-urlencoded")) ? OK : ERR_MEDIA_TYPE;
	if (is_patch(c->op->interaction) && str_eq_nocase(str_trim(head), S("application/json-patch+json")))
		return OK;
	return says_json(type) || (c->op->ndjson && says_ndjson(type)) ? OK : ERR_MEDIA_TYPE;
}

static void read_preferences(Call *c)
{
	if (c->req->query.n)
		c->pretty = str_eq(req_query(c->req, S("_pretty")), S("true"));
	Str prefer = req_header(c->req, S("Prefer"));
	while (prefer.p) {
		Str one;
		ptrdiff_t semi = str_chr(prefer, ';');
		prefer = str_cut(
		    prefer, semi >= 0 && (str_chr(prefer, ',') < 0 || semi < str_chr(prefer, ',')) ? ';' : ',', &one);
		one = str_trim(one);
		if (str_eq(one, S("return=minimal")))
			c->prefer = RETURN_MINIMAL;
		else if (str_eq(one, S("return=OperationOutcome")))
			c->prefer = RETURN_OUTCOME;
		else if (str_eq(one, S("handling=strict")))
			c->strict = true;
		else if (str_eq(one, S("respond-async")))
			c->async = true;
	}
}

/* ---- who comes ---- */

static Err sign_in_with(Call *c, Str token, bool cookie)
{
	int64_t expired = 0;
	Method m = c->req->method;
	TRY(session_open(c->api->records, token, c->a, &c->session, &expired));
	if (!cookie) {
		c->session.scope.api = true;
		return OK;
	}
	if (c->session.must_change)
		return ERR_FORBIDDEN;
	bool reads = m == M_GET || m == M_HEAD || c->op->interaction == INT_SEARCH_POST;
	return reads || csrf_ok(&c->session, req_header(c->req, S("X-CSRF-Token"))) ? OK : ERR_FORBIDDEN;
}

static Err who_comes(Call *c)
{
	Str header = req_header(c->req, S("Authorization"));
	Str cookie = req_cookie(c->req, S("samendoel_session"));
	if (header.n > 7 && str_eq_nocase(str_upto(header, 7), S("Bearer ")))
		return sign_in_with(c, str_trim(str_from(header, 7)), false);
	if (header.n)
		return ERR_SIGN_IN;
	return cookie.n ? sign_in_with(c, cookie, true) : ERR_SIGN_IN;
}

static Reply refuse_stranger(Call *c, Err e)
{
	if (e == ERR_FORBIDDEN && c->session.must_change)
		return reply_fail(c, e, "This account must choose a new password first.");
	if (e == ERR_FORBIDDEN)
		return reply_fail(c, e, "A write with a session cookie needs the header X-CSRF-Token.");
	if (e != ERR_SIGN_IN)
		return reply_fail(c, e, "Signing in is not possible now.");
	Reply r = reply_fail(c, ERR_SIGN_IN, "Sign in first: send 'Authorization: Bearer <token>'.");
	reply_header(&r, S("WWW-Authenticate"), S("Bearer realm=\"samendoel\""));
	return r;
}

/* ---- running ---- */

/* What the table has at this address. */
static Str methods_here(const Call *c)
{
	static const Method all[] = { M_GET, M_POST, M_PUT, M_PATCH, M_DELETE };
	Buf b = buf_new(c->a, 64, 0);
	for (size_t m = 0; m < COUNT_OF(all); m++) {
		Request probe = *c->req;
		Call call = *c;
		probe.method = all[m];
		call.req = &probe;
		if (api_match(&call) != OK || !call.op->offered)
			continue;
		buf_add(&b, b.n ? S(", ") : S(""));
		buf_add(&b, method_name(all[m]));
		buf_add(&b, all[m] == M_GET ? S(", HEAD") : S(""));
	}
	return buf_str(&b);
}

static Reply refuse_path(Call *c, Err e)
{
	if (e == ERR_METHOD) {
		Reply r =
		    reply_fail(c, e, "%.*s is not possible at this address.", STR_ARG(method_name(c->req->method)));
		reply_header(&r, S("Allow"), methods_here(c));
		return r;
	}
	Str type;
	str_cut(str_from(path_below(c->req->path), 1), '/', &type);
	if (type.n && type.n <= 64 && type.p[0] >= 'A' && type.p[0] <= 'Z' && fhir_type(type) == FT_NONE)
		return reply_fail(c, ERR_NOT_FOUND, "'%.*s' is not a FHIR R4 resource type.", STR_ARG(type));
	return reply_fail(c, ERR_NOT_FOUND, "There is nothing at this address.");
}

static Reply run(Call *c)
{
	Err e = api_match(c);
	if (e != OK)
		return refuse_path(c, e);
	if (accept_ok(c) != OK)
		return reply_fail(c, ERR_NOT_ACCEPTABLE, "Only JSON is given: application/fhir+json.");
	if (content_ok(c) != OK)
		return reply_fail(c, ERR_MEDIA_TYPE, "Only %s is taken here.", content_taken(c->op->interaction));
	read_preferences(c);
	if (!c->op->open && !c->in_bundle) {
		e = who_comes(c);
		if (e != OK)
			return refuse_stranger(c, e);
		c->session.scope.route = c->op->route;
		c->visit = visit_new(c->api->records, &c->session.scope, c->a);
	}
	return c->op->handle(c);
}

/* The client's own request id comes back, when it is short and plain. */
static void echo_request_id(Reply *reply, const Request *r)
{
	Str id = req_header(r, S("X-Request-Id"));
	if (!id.n || id.n > 128)
		return;
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] <= ' ' || id.p[i] > '~')
			return;
	reply_header(reply, S("X-Request-Id"), id);
}

static Reply handle(Api *api, Request *r, int attempt)
{
	Call *c = ARENA_NEW(r->arena, Call);
	c->api = api;
	c->req = r;
	c->a = r->arena;
	c->attempt = attempt;
	Reply reply = run(c);
	echo_request_id(&reply, r);
	return reply;
}

Reply api_handle(Api *api, Request *r)
{
	return handle(api, r, 0);
}

Reply api_again(const Call *c)
{
	return handle(c->api, c->req, c->attempt + 1);
}

Reply api_run_entry(const Call *parent, Request *r, Visit *visit, Str reserved_id, Millis *updated)
{
	Call *c = ARENA_NEW(r->arena, Call);
	c->api = parent->api;
	c->req = r;
	c->a = r->arena;
	c->session = parent->session;
	c->visit = visit;
	c->in_bundle = true;
	c->reserved_id = reserved_id;
	Reply reply = run(c);
	*updated = c->updated;
	return reply;
}
