/* POST /fhir: a batch or a transaction.
 * Each entry runs as a request of its own through the same operations, with the visitor of the bundle.
 *   batch        entries in bundle order; every write is a visit of its own, durable before the next entry starts; the
 * reads share the visit of the reply. transaction  one visit: ids of new resources are reserved first, references
 * between entries are filled in, then the entries run in the order of the specification; when one fails nothing is
 * kept. Runs on the slow pool. Source: https://hl7.org/fhir/R4/http.html#transaction */
#include "api/bundle_run.h"

static void response_entry(Call *c, JWriter *w, const EntryAnswer *e)
{
	const Reply *r = &e->reply;
	bool outcome = r->status >= 400 || (c->prefer == RETURN_OUTCOME && e->write);
	jw_object(w);
	if (r->body.n && !outcome)
		JW_RAW(w, "resource", r->body);
	JW_OBJECT(w, "response");
	JW_STR(w, "status", arena_printf(c->a, "%d", r->status));
	for (size_t i = 0; i < r->n_headers; i++) {
		if (str_eq(r->headers[i].name, S("Location")))
			JW_STR(w, "location", r->headers[i].value);
		else if (str_eq(r->headers[i].name, S("ETag")))
			JW_STR(w, "etag", r->headers[i].value);
	}
	if (e->updated)
		JW_STR(w, "lastModified", time_instant(c->a, e->updated));
	if (r->body.n && outcome)
		JW_RAW(w, "outcome", r->body);
	jw_end_object(w);
	jw_end_object(w);
}

static Reply answer(Call *c, Str type, const EntryAnswer *answers, size_t n)
{
	Buf b = buf_new(c->a, 4096, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Bundle"));
	JW_STR(&w, "type", type);
	if (n) {
		JW_ARRAY(&w, "entry");
		for (size_t i = 0; i < n; i++)
			response_entry(c, &w, &answers[i]);
		jw_end_array(&w);
	}
	jw_end_object(&w);
	/* What was written stays written; the answers alone are too many to give. */
	if (b.full)
		return reply_fhir(c, 200,
		                  arena_printf(c->a, "{\"resourceType\":\"Bundle\",\"type\":\"%.*s\"}", STR_ARG(type)));
	return reply_fhir(c, 200, buf_str(&b));
}

static bool is_write(const Request *r)
{
	return r->method == M_PUT || r->method == M_DELETE || r->method == M_POST || r->method == M_PATCH;
}

/* A write of a batch is a visit of its own; when another request changed what its condition is about, it runs anew. */
static Reply run_write(Call *c, Request *r, Millis *updated)
{
	for (int attempt = 0;; attempt++) {
		Visit *v = visit_new(c->api->records, &c->session.scope, c->a);
		Reply reply = api_run_entry(c, r, v, STR_END, updated);
		if (reply.status == 503 && attempt < AGAIN_MAX)
			continue;
		if (reply.status >= 400)
			visit_drop_writes(v);
		Err e = visit_commit(v);
		if (e == OK)
			return reply;
		if (e != ERR_AGAIN || attempt == AGAIN_MAX)
			return reply.on_fail(reply.fail_arg, e);
	}
}

static Reply run_batch(Call *c, const BundleEntry *entries, size_t n)
{
	EntryAnswer *answers = ARENA_ARRAY(c->a, EntryAnswer, n + 1);
	for (size_t i = 0; i < n; i++) {
		Request *r = entry_request(c, &entries[i], json_raw(entries[i].resource));
		answers[i].write = is_write(r);
		if (answers[i].write)
			answers[i].reply = run_write(c, r, &answers[i].updated);
		else
			answers[i].reply = api_run_entry(c, r, c->visit, STR_END, &answers[i].updated);
	}
	return answer(c, S("batch-response"), answers, n);
}

/* A search of a transaction sees what it wrote: it is asked again after the commit. A read by id sees it anyway. */
static bool is_search(const BundleEntry *e)
{
	return (e->verb == VERB_GET || e->verb == VERB_HEAD) && (!e->id.p || e->query.p);
}

static bool looks_late(const Call *c, const BundleEntry *entries, size_t n)
{
	bool any = false;
	for (size_t i = 0; i < n; i++)
		any = any || is_search(&entries[i]);
	return any && visit_has_writes(c->visit);
}

static void look_again(Call *c, const BundleEntry *entries, size_t n, EntryAnswer *answers)
{
	c->visit = visit_new(c->api->records, &c->session.scope, c->a);
	for (size_t i = 0; i < n; i++) {
		if (!is_search(&entries[i]))
			continue;
		EntryAnswer now = { 0 };
		now.reply = api_run_entry(c, entry_request(c, &entries[i], S("")), c->visit, STR_END, &now.updated);
		if (now.reply.status < 400)
			answers[i] = now;
	}
}

/* With conditions in it the transaction is finished here, on this slow thread, so that it can run anew here too. */
static Reply run_transaction(Call *c, const BundleEntry *entries, size_t n)
{
	for (int attempt = 0;; attempt++) {
		EntryAnswer *answers;
		Outcome o = outcome_new(c->a);
		Err e = transaction_run(c, entries, n, &answers, &o);
		if (e != OK && (err_status(e) != 503 || attempt == AGAIN_MAX)) {
			visit_drop_writes(c->visit);
			return reply_outcome(c, err_status(e), &o);
		}
		if (e == OK) {
			bool late = looks_late(c, entries, n);
			e = late || visit_guarded(c->visit) ? visit_commit(c->visit) : OK;
			if (e == OK && late)
				look_again(c, entries, n, answers);
			if (e == OK)
				return answer(c, S("transaction-response"), answers, n);
			c->attempt = AGAIN_MAX;
			if (e != ERR_AGAIN || attempt == AGAIN_MAX)
				return finish_failed(c, e);
		}
		c->visit = visit_new(c->api->records, &c->session.scope, c->a);
	}
}

static Reply handle(Call *c)
{
	JVal bundle;
	Reply wrong;
	BundleEntry *entries;
	size_t n;
	Outcome o = outcome_new(c->a);
	if (c->in_bundle)
		return reply_fail(c, ERR_BAD_REQUEST, "A bundle cannot be an entry's request.");
	c->type_name = S("Bundle");
	c->type = FT_BUNDLE;
	if (!body_resource(c, &bundle, &wrong))
		return wrong;
	Err e = bundle_entries(bundle, c->a, &entries, &n, &o);
	if (e != OK)
		return reply_outcome(c, err_status(e), &o);
	if (json_str_is(JGET(bundle, "type"), S("batch")))
		return run_batch(c, entries, n);
	return run_transaction(c, entries, n);
}

const Operation operation_bundle = {
	.method = M_POST,
	.path = S_INIT("/fhir"),
	.route = S_INIT("POST /fhir"),
	.interaction = INT_BUNDLE,
	.offered = true,
	.handle = handle,
	.summary = S_INIT("Run a batch, or a transaction that happens as a whole or not at all."),
};
