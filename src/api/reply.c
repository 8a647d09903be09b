/* Replies of the FHIR face: headers, outcomes, what Prefer asks. */
#include "api/call.h"
#include "fhir/summary.h"

#include <stdarg.h>
#include <stdio.h>

#define FHIR_JSON "application/fhir+json; charset=utf-8"

/* ---- pretty printing ---- */

static void indent(Buf *b, unsigned depth)
{
	buf_byte(b, '\n');
	for (unsigned i = 0; i < depth; i++)
		BUF_LIT(b, "  ");
}

static void pretty(Buf *b, JVal v, unsigned depth)
{
	bool object = json_is(v, J_OBJECT);
	if ((!object && !json_is(v, J_ARRAY)) || json_count(v) == 0) {
		buf_add(b, json_raw(v));
		return;
	}
	buf_byte(b, object ? '{' : '[');
	for (JIter it = json_iter(v); json_next(&it);) {
		if (it.index)
			buf_byte(b, ',');
		indent(b, depth + 1);
		if (object) {
			buf_byte(b, '"');
			buf_add(b, it.key);
			BUF_LIT(b, "\": ");
		}
		pretty(b, it.value, depth + 1);
	}
	indent(b, depth);
	buf_byte(b, object ? '}' : ']');
}

Str json_pretty(Arena *a, JVal v)
{
	Buf b = buf_new(a, 4096, 0);
	pretty(&b, v, 0);
	buf_byte(&b, '\n');
	return b.full ? json_raw(v) : buf_str(&b);
}

static Str prettied(Call *c, Str body)
{
	const Json *doc;
	return json_parse(c->a, body, &doc, NULL) == OK ? json_pretty(c->a, json_root(doc)) : body;
}

/* ---- replies ---- */

Reply finish_failed(void *arg, Err e)
{
	Call *c = arg;
	c->visit = NULL;
	switch (e) {
	case ERR_VERSION:
		if (c->relative && c->attempt < AGAIN_MAX && !c->in_bundle)
			return api_again(c);
		return reply_fail(
		    c, e, "Someone else changed this resource first: read it again, then send your change again.");
	case ERR_CONFLICT:
		if (str_eq(str_trim(req_header(c->req, S("If-None-Match"))), S("*")))
			e = ERR_VERSION;
		return reply_fail(c, e, "Another request made the same resource at the same time.");
	case ERR_AGAIN:
		if (c->attempt < AGAIN_MAX && !c->in_bundle)
			return api_again(c);
		return reply_fail(c, e, "Others keep changing what the condition is about: try again in a moment.");
	case ERR_BUSY:
		return reply_fail(c, e, "Too busy now: try again in a moment.");
	case OK:
	case ERR_SYNTAX:
	case ERR_BAD_REQUEST:
	case ERR_INVALID:
	case ERR_SIGN_IN:
	case ERR_FORBIDDEN:
	case ERR_NOT_FOUND:
	case ERR_METHOD:
	case ERR_NOT_ACCEPTABLE:
	case ERR_GONE:
	case ERR_TOO_LARGE:
	case ERR_MEDIA_TYPE:
	case ERR_TOO_MANY:
	case ERR_INTERNAL:
	case ERR_NOT_SUPPORTED:
	case ERR_IO:
		return reply_fail(c, e, "The request could not be finished; nothing was written.");
	}
	return reply_fail(c, ERR_INTERNAL, "The request could not be finished; nothing was written.");
}

Reply reply_fhir(Call *c, int status, Str body)
{
	if (c->pretty && body.n)
		body = prettied(c, body);
	Reply r = reply_new(c->a, status, body.p ? S(FHIR_JSON) : STR_END, body);
	r.no_store = true;
	r.visit = c->visit;
	if (c->visit) {
		r.on_fail = finish_failed;
		r.fail_arg = c;
	}
	return r;
}

Reply reply_outcome(Call *c, int status, const Outcome *o)
{
	if (c->visit && !c->in_bundle && visit_has_writes(c->visit))
		visit_drop_writes(c->visit);
	Reply r = reply_fhir(c, status, outcome_json(o, c->a));
	if (status == 503)
		reply_header(&r, S("Retry-After"), S("1"));
	return r;
}

Reply reply_fail(Call *c, Err e, const char *fmt, ...)
{
	char text[400];
	va_list args;
	Outcome o = outcome_new(c->a);
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	outcome_err(&o, e, "%s", text);
	return reply_outcome(c, err_status(e), &o);
}

static Reply refused_plainly(Call *c, Err e)
{
	switch (e) {
	case ERR_NOT_FOUND:
		if (!c->id.p)
			return reply_fail(c, e, "Something this resource refers to or belongs to is not there.");
		return reply_fail(c, e, "There is no %.*s/%.*s.", STR_ARG(c->type_name), STR_ARG(c->id));
	case ERR_GONE:
		return reply_fail(c, e, "%.*s/%.*s was deleted.", STR_ARG(c->type_name), STR_ARG(c->id));
	case ERR_VERSION:
		return reply_fail(c, e, "There is a newer version than the one in If-Match: read it again first.");
	case ERR_FORBIDDEN:
		return reply_fail(c, e, "You may not do this.");
	case ERR_CONFLICT:
		return reply_fail(c, e, "A resource with this id is there already.");
	case ERR_TOO_LARGE:
		return reply_fail(c, e, "This is larger than can be kept.");
	case ERR_BUSY:
	case ERR_AGAIN:
		return reply_fail(c, e, "Too busy now: try again in a moment.");
	case OK:
	case ERR_SYNTAX:
	case ERR_BAD_REQUEST:
	case ERR_INVALID:
	case ERR_SIGN_IN:
	case ERR_METHOD:
	case ERR_NOT_ACCEPTABLE:
	case ERR_MEDIA_TYPE:
	case ERR_TOO_MANY:
	case ERR_INTERNAL:
	case ERR_NOT_SUPPORTED:
	case ERR_IO:
		break;
	}
	return reply_fail(c, e, "The request could not be done (%.*s).", STR_ARG(err_name(e)));
}

/* What a conditional request found was changed or deleted before it could say so itself. */
static bool overtaken(const Call *c, Err e)
{
	bool by_criteria = c->op->interaction == INT_UPDATE_CONDITIONAL || c->op->interaction == INT_PATCH_CONDITIONAL;
	return c->relative && (e == ERR_VERSION || (e == ERR_GONE && by_criteria));
}

Reply reply_refused(Call *c, Err e)
{
	if (overtaken(c, e))
		return finish_failed(c, ERR_AGAIN);
	const Outcome *o = c->visit ? visit_outcome(c->visit) : NULL;
	/* An unknown person in the content is a fault of the content, not of the address. */
	if (o && o->errors && e != ERR_GONE)
		return reply_outcome(c, err_status(e == ERR_NOT_FOUND ? ERR_INVALID : e), o);
	return refused_plainly(c, e);
}

void reply_version(Call *c, Reply *r, int32_t version, Millis updated)
{
	c->updated = updated;
	Buf etag = buf_new(r->arena, 16, 0);
	BUF_LIT(&etag, "W/\"");
	buf_int(&etag, version);
	buf_byte(&etag, '"');
	reply_header(r, S("ETag"), buf_str(&etag));
	reply_header(r, S("Last-Modified"), http_date(r->arena, updated));
}

Reply reply_written(Call *c, int status, FhirType type, Str id)
{
	Rec rec;
	Str body = STR_END;
	Err e = visit_written(c->visit, type, id, &rec);
	if (e == ERR_NOT_FOUND) /* the same content as before: no new version */
		e = visit_read(c->visit, type, id, &rec);
	if (e != OK)
		return reply_refused(c, e);
	if (c->prefer == RETURN_REPRESENTATION)
		body = rec.body;
	if (c->prefer == RETURN_OUTCOME) {
		Outcome o = outcome_new(c->a);
		outcome_add(&o, SEV_INFORMATION, S("informational"), STR_END, "Version %d is kept.", rec.version);
		body = outcome_json(&o, c->a);
	}
	Reply r = reply_fhir(c, status, body);
	reply_version(c, &r, rec.version, rec.updated);
	Str name = fhir_type_name(type);
	reply_header(&r, status == 201 ? S("Location") : S("Content-Location"),
	             arena_printf(c->a, "%.*s/%.*s/%.*s/_history/%d", STR_ARG(c->api->base), STR_ARG(name),
	                          STR_ARG(rec.id), rec.version));
	return r;
}

/* ---- conditions ---- */

bool etag_version(Str etag, int32_t *version)
{
	int64_t n;
	etag = str_trim(etag);
	if (str_starts(etag, S("W/")))
		etag = str_from(etag, 2);
	if (etag.n < 3 || etag.p[0] != '"' || etag.p[etag.n - 1] != '"')
		return false;
	if (!str_int(str_n(etag.p + 1, etag.n - 2), &n) || n < 1 || n > INT32_MAX)
		return false;
	*version = (int32_t)n;
	return true;
}

Err if_match(const Request *r, int32_t *version)
{
	Str header = req_header(r, S("If-Match"));
	*version = 0;
	if (!header.p || str_eq(str_trim(header), S("*")))
		return OK;
	return etag_version(header, version) ? OK : ERR_BAD_REQUEST;
}

/* If-None-Match decides when it is there, else If-Modified-Since: in whole seconds, as Last-Modified is. */
static bool none_match(const Call *c, const Rec *rec)
{
	Str list = req_header(c->req, S("If-None-Match"));
	int32_t version;
	Millis since;
	if (!list.p && http_date_read(req_header(c->req, S("If-Modified-Since")), &since))
		return rec->updated / 1000 > since / 1000;
	while (list.p) {
		Str one;
		list = str_cut(list, ',', &one);
		if (str_eq(str_trim(one), S("*")) || (etag_version(one, &version) && version == rec->version))
			return false;
	}
	return true;
}

/* The body, or what _summary or _elements ask of it. What they do not understand is left out of account. */
static Str asked_part(Call *c, const Rec *rec)
{
	Trim trim = { .summary = SUMMARY_FALSE };
	Str part = rec->body;
	if (!c->req->query.n)
		return part;
	Str elements = req_query(c->req, S("_elements"));
	if (!summary_parse(req_query(c->req, S("_summary")), &trim.summary))
		trim.summary = SUMMARY_FALSE;
	Str *names = ARENA_ARRAY(c->a, Str, elements.n + 1);
	while (elements.n) {
		Str one;
		elements = str_cut(elements, ',', &one);
		if (summary_element_ok(rec->type, str_trim(one)))
			names[trim.n_elements++] = str_trim(one);
	}
	trim.elements = names;
	bool whole = !trim.n_elements && (trim.summary == SUMMARY_FALSE || trim.summary == SUMMARY_COUNT);
	return whole || summary_trim_text(&trim, rec->body, c->a, &part) != OK ? rec->body : part;
}

Reply reply_record(Call *c, const Rec *rec)
{
	Reply r = none_match(c, rec) ? reply_fhir(c, 200, asked_part(c, rec)) : reply_fhir(c, 304, STR_END);
	reply_version(c, &r, rec->version, rec->updated);
	return r;
}

bool body_resource(Call *c, JVal *resource, Reply *out)
{
	const Json *doc;
	JError where = { 0 };
	Outcome o = outcome_new(c->a);
	Err e = json_parse(c->a, c->req->body, &doc, &where);
	if (e == ERR_SYNTAX) {
		outcome_json_error(&o, &where);
		*out = reply_outcome(c, 400, &o);
		return false;
	}
	if (e != OK) {
		*out = reply_fail(c, e, "The body is too large: at most %d MiB of JSON.", JSON_MAX / 1024 / 1024);
		return false;
	}
	*resource = json_root(doc);
	Str type = JSTR(*resource, "resourceType", c->a);
	if (str_eq(type, c->type_name))
		return true;
	outcome_add(&o, SEV_ERROR, S("structure"), S("resourceType"),
	            "The address is for %.*s, the resource is %s%.*s.", STR_ARG(c->type_name),
	            type.n ? "" : "without resourceType", STR_ARG(str_upto(type, 64)));
	*out = reply_outcome(c, 400, &o);
	return false;
}
