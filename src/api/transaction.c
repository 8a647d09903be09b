/* A transaction: ids first, then references, then the entries in the order of the specification. */
#include "api/bundle_run.h"
#include "api/query.h"
#include "api/strmap.h"

#include <sodium.h>

typedef struct Tx {
	Call *call;
	StrMap targets; /* fullUrl or conditional reference → "Type/id" */
	StrMap touched; /* "Type/id" that an entry updates, patches or deletes */
	Str *ids;       /* by entry index: reserved for a create; absent: none */
	Str *same; /* by entry index: "Type/id" of an earlier entry that makes what this one would make; absent: none */
	const BundleEntry *entries; /* in bundle order while ids are given */
	Str base;                   /* of the fullUrl of the entry being worked on: "https://host/fhir"; absent: none */
	Outcome *o;
	size_t entry; /* being worked on */
	Err err;      /* of a conditional reference */
} Tx;

static Method method_of_verb(BundleVerb v)
{
	switch (v) {
	case VERB_GET:
		return M_GET;
	case VERB_HEAD:
		return M_HEAD;
	case VERB_POST:
		return M_POST;
	case VERB_PUT:
		return M_PUT;
	case VERB_DELETE:
		return M_DELETE;
	case VERB_PATCH:
		return M_PATCH;
	}
	return M_OTHER;
}

static void add_pair(Pair *pairs, size_t *n, Str name, Str value)
{
	if (value.p)
		pairs[(*n)++] = (Pair){ name, value };
}

/* A patch comes as Parameters, or as a Binary that holds a patch of another kind. Gives its media type. */
static Str patch_body(const Call *c, const BundleEntry *e, Str body, Str *out)
{
	*out = body;
	if (!json_str_is(JGET(e->resource, "resourceType"), S("Binary")))
		return S("application/fhir+json");
	Str data = JSTR(e->resource, "data", c->a);
	uint8_t *bytes = arena_raw(c->a, data.n + 1);
	size_t n = 0;
	bool good = sodium_base642bin(bytes, data.n + 1, data.p, data.n, " \r\n", &n, NULL,
	                              sodium_base64_VARIANT_ORIGINAL) == 0;
	*out = good ? str_n((const char *)bytes, n) : S("");
	return JSTR(e->resource, "contentType", c->a);
}

Request *entry_request(const Call *c, const BundleEntry *e, Str body)
{
	static const Str prefer[] = { S_INIT("return=representation"), S_INIT("return=minimal"),
		                      S_INIT("return=OperationOutcome") };
	Request *r = ARENA_NEW(c->a, Request);
	Pair *headers = ARENA_ARRAY(c->a, Pair, 7);
	Moment since;
	Str url = e->url, path;
	if (str_starts(url, c->api->base))
		url = str_from(url, c->api->base.n);
	while (str_starts(url, S("/")))
		url = str_from(url, 1);
	r->arena = c->a;
	r->method = method_of_verb(e->verb);
	r->query = str_cut(url, '?', &path);
	r->path = arena_join(c->a, S("/fhir/"), url_decode(c->a, path, false), STR_END);
	r->body = r->method == M_POST || r->method == M_PUT ? body : S("");
	if (r->method == M_PATCH)
		add_pair(headers, &r->n_headers, S("Content-Type"), patch_body(c, e, body, &r->body));
	r->remote = c->req->remote;
	r->id = c->req->id;
	r->headers = headers;
	add_pair(headers, &r->n_headers, S("If-Match"), e->if_match);
	add_pair(headers, &r->n_headers, S("If-None-Match"), e->if_none_match);
	add_pair(headers, &r->n_headers, S("If-None-Exist"), e->if_none_exist);
	if (e->if_modified_since.n && time_parse_instant(e->if_modified_since, &since))
		add_pair(headers, &r->n_headers, S("If-Modified-Since"), http_date(c->a, since.from));
	add_pair(headers, &r->n_headers, S("Prefer"), prefer[c->prefer]);
	return r;
}

/* `about` and `why` make the sentence. */
static Err refuse(Tx *tx, Err e, Str about, Str why)
{
	Str where = arena_printf(tx->call->a, "Bundle.entry[%zu]", tx->entry);
	outcome_add(tx->o, SEV_ERROR, err_issue_type(e), where, "%.*s%.*s", STR_ARG(about), STR_ARG(why));
	return e;
}

static Str reference_to(Arena *a, FhirType type, Str id)
{
	return arena_join(a, fhir_type_name(type), S("/"), id, STR_END);
}

/* "https://host/fhir" of "https://host/fhir/Patient/1"; absent for another form. */
static Str base_of(Str full_url)
{
	Reference ref;
	if (!full_url.n || !reference_parse(full_url, &ref) || ref.kind != REF_ABSOLUTE || ref.type == FT_NONE)
		return STR_END;
	size_t tail = fhir_type_name(ref.type).n + ref.id.n + 2;
	return !ref.version.p && full_url.n > tail ? str_upto(full_url, full_url.n - tail) : STR_END;
}

/* ---- ids ---- */

/* Two entries must not change the same resource, also when one names it by criteria. */
static Err touch(Tx *tx, Str target)
{
	if (strmap_get(&tx->touched, target).p)
		return refuse(tx, ERR_BAD_REQUEST, target, S(" is changed by another entry too."));
	strmap_put(&tx->touched, target, S("1"));
	return OK;
}

/* Would the resource meet the criteria, as far as its own elements tell? */
static bool would_meet(Tx *tx, FhirType type, Str criteria, JVal resource)
{
	Query q;
	size_t n;
	Arena *a = tx->call->a;
	Pair *pairs = pairs_urlencoded(a, str_starts(criteria, S("?")) ? str_from(criteria, 1) : criteria, &n);
	if (query_parse(a, type, pairs, n, true, &q) != OK || !q.search.n_conds)
		return false;
	return query_of_one(q.search.conds, q.search.n_conds) &&
	       query_meets(q.search.conds, q.search.n_conds, q.search.context, resource, a);
}

/* Two conditional creates of the same thing in one transaction make one of it: the later gets what the earlier makes.
 */
static bool made_before(Tx *tx, const BundleEntry *e)
{
	for (size_t i = 0; i < e->index; i++) {
		const BundleEntry *other = &tx->entries[i];
		if (!tx->ids[i].p || other->type != e->type ||
		    !would_meet(tx, e->type, e->if_none_exist, other->resource))
			continue;
		Str target = reference_to(tx->call->a, e->type, tx->ids[i]);
		tx->same[e->index] = target;
		strmap_put(&tx->targets, e->full_url, target);
		return true;
	}
	return false;
}

/* A conditional request: the resource that is there already, if any. */
static Err find_existing(Tx *tx, const BundleEntry *e, Str criteria)
{
	Rec found;
	Str why = STR_END;
	Arena *a = tx->call->a;
	Err err = query_one(tx->call->visit, e->type, criteria, &found, &why);
	if (err != OK)
		return refuse(tx, err, S("Condition: "), why);
	if (!found.id.p)
		return OK;
	strmap_put(&tx->targets, e->full_url, reference_to(a, e->type, found.id));
	return e->verb == VERB_POST ? OK : touch(tx, reference_to(a, e->type, found.id));
}

static Str map_reference(void *ctx, Str text);

/* The id of the person an entry's resource will belong to. */
static Str person_of(Tx *tx, const BundleEntry *e)
{
	Reference ref;
	JVal resource = e->resource;
	Arena *a = tx->call->a;
	const Json *doc;
	/* References by our own address become relative ones first. */
	if (str_find(json_raw(resource), tx->call->api->base) >= 0 &&
	    json_parse(a, reference_rewrite(a, resource, map_reference, tx), &doc, NULL) == OK)
		resource = json_root(doc);
	Str text = e->type == FT_PATIENT ? STR_END : compartment_patient(resource, e->type, a);
	if (!text.p)
		return STR_END;
	Str mapped = map_reference(tx, text);
	if (mapped.p)
		text = mapped;
	return reference_parse(text, &ref) && ref.type == FT_PATIENT ? ref.id : STR_END;
}

static Err give_id(Tx *tx, const BundleEntry *e)
{
	Str id;
	Arena *a = tx->call->a;
	tx->entry = e->index;
	tx->base = base_of(e->full_url);
	if (e->verb == VERB_GET || e->verb == VERB_HEAD)
		return OK;
	if (e->verb != VERB_POST && e->id.p) {
		strmap_put(&tx->targets, e->full_url, reference_to(a, e->type, e->id));
		return touch(tx, reference_to(a, e->type, e->id));
	}
	Str criteria = e->verb == VERB_POST ? e->if_none_exist : e->query;
	if (criteria.p && e->verb == VERB_POST && made_before(tx, e))
		return OK;
	if (criteria.p)
		TRY(find_existing(tx, e, criteria));
	if (e->verb != VERB_POST || strmap_get(&tx->targets, e->full_url).p || e->type == FT_NONE)
		return OK;
	Err err = visit_reserve(tx->call->visit, e->type, person_of(tx, e), &id);
	if (err != OK)
		return refuse(tx, err, S(""), S("The person this resource belongs to is not there."));
	if (tx->err != OK)
		return tx->err;
	tx->ids[e->index] = id;
	strmap_put(&tx->targets, e->full_url, reference_to(a, e->type, id));
	return OK;
}

static Err give_ids(Tx *tx, const BundleEntry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (entries[i].type == FT_PATIENT)
			TRY(give_id(tx, &entries[i]));
	for (size_t i = 0; i < n; i++)
		if (entries[i].type != FT_PATIENT)
			TRY(give_id(tx, &entries[i]));
	return OK;
}

/* ---- references ---- */

static Str resolve_conditional(Tx *tx, Str text, const Reference *ref)
{
	Rec found;
	Str why = STR_END;
	Arena *a = tx->call->a;
	Err e = query_one(tx->call->visit, ref->type, ref->query, &found, &why);
	if (e == OK && !found.id.p) {
		e = ERR_VERSION;
		why = S("nothing meets the condition.");
	}
	if (e != OK) {
		tx->err = refuse(tx, e, S("Conditional reference: "), why);
		return STR_END;
	}
	Str target = reference_to(a, ref->type, found.id);
	strmap_put(&tx->targets, arena_str(a, text), target);
	return target;
}

/* A relative reference means the entry whose fullUrl has the same base as that of its own entry; a version is looked
 * past. */
static Str by_full_url(Tx *tx, Str text, const Reference *ref)
{
	Arena *a = tx->call->a;
	if (ref->version.p)
		text = str_upto(text, text.n - ref->version.n - sizeof("/_history/") + 1);
	if (ref->kind == REF_RELATIVE && tx->base.p)
		text = arena_join(a, tx->base, S("/"), text, STR_END);
	else if (ref->kind != REF_ABSOLUTE)
		return STR_END;
	return strmap_get(&tx->targets, text);
}

static Str map_reference(void *ctx, Str text)
{
	Tx *tx = ctx;
	Reference ref;
	Str target = strmap_get(&tx->targets, text);
	if (target.p || tx->err != OK)
		return target;
	if (!reference_parse(text, &ref))
		return STR_END;
	target = by_full_url(tx, text, &ref);
	if (target.p)
		return target;
	if (ref.kind == REF_CONDITIONAL)
		return resolve_conditional(tx, text, &ref);
	Str base = tx->call->api->base;
	bool ours = ref.kind == REF_ABSOLUTE && ref.type != FT_NONE && str_starts(text, base);
	return ours ? str_from(text, base.n + 1) : STR_END;
}

/* ---- running ---- */

/* The issues of an entry's answer, each with the place in the bundle before it. */
static Err entry_failed(Tx *tx, const Reply *r)
{
	const Json *doc;
	Arena *a = tx->call->a;
	Str where = arena_printf(a, "Bundle.entry[%zu]", tx->entry);
	if (json_parse(a, r->body, &doc, NULL) != OK)
		return refuse(tx, ERR_INTERNAL, S(""), S("The entry failed."));
	for (JIter it = json_iter(JGET(json_root(doc), "issue")); json_next(&it);) {
		Str details = json_str(json_path(it.value, "details", "text", NULL), a);
		Str path = json_str(json_at(JGET(it.value, "expression"), 0), a);
		ptrdiff_t dot = path.p ? str_chr(path, '.') : -1;
		if (!details.p)
			details = JSTR(it.value, "diagnostics", a);
		if (path.n)
			path = arena_join(a, where, S(".resource"), dot >= 0 ? str_from(path, (size_t)dot) : S(""),
			                  STR_END);
		outcome_add(tx->o, SEV_ERROR, JSTR(it.value, "code", a), path.n ? path : where, "%.*s",
		            STR_ARG(details));
	}
	for (int e = OK; e <= ERR_IO; e++)
		if (err_status((Err)e) == r->status)
			return (Err)e;
	return ERR_INTERNAL;
}

static Err run_entry(Tx *tx, const BundleEntry *e, EntryAnswer *out)
{
	Str body = S("");
	Call *c = tx->call;
	tx->entry = e->index;
	tx->base = base_of(e->full_url);
	if (tx->same[e->index].p) {
		BundleEntry look = { .index = e->index, .verb = VERB_GET, .url = tx->same[e->index] };
		out->reply = api_run_entry(c, entry_request(c, &look, S("")), c->visit, STR_END, &out->updated);
		return out->reply.status >= 400 ? entry_failed(tx, &out->reply) : OK;
	}
	if (e->resource.node && (e->verb == VERB_POST || e->verb == VERB_PUT || e->verb == VERB_PATCH)) {
		body = reference_rewrite(c->a, e->resource, map_reference, tx);
		if (tx->err != OK)
			return tx->err;
	}
	out->write = e->verb != VERB_GET && e->verb != VERB_HEAD;
	out->reply = api_run_entry(c, entry_request(c, e, body), c->visit, tx->ids[e->index], &out->updated);
	return out->reply.status >= 400 ? entry_failed(tx, &out->reply) : OK;
}

Err transaction_run(Call *c, const BundleEntry *entries, size_t n, EntryAnswer **out, Outcome *o)
{
	Tx tx = { .call = c,
		  .targets = strmap_new(c->a),
		  .touched = strmap_new(c->a),
		  .ids = ARENA_ARRAY(c->a, Str, n + 1),
		  .same = ARENA_ARRAY(c->a, Str, n + 1),
		  .entries = entries,
		  .o = o };
	*out = ARENA_ARRAY(c->a, EntryAnswer, n + 1);
	TRY(give_ids(&tx, entries, n));
	BundleEntry *sorted = ARENA_ARRAY(c->a, BundleEntry, n + 1);
	if (n)
		memcpy(sorted, entries, n * sizeof *sorted);
	bundle_sort(sorted, n);
	for (size_t i = 0; i < n; i++)
		TRY(run_entry(&tx, &sorted[i], &(*out)[sorted[i].index]));
	return OK;
}
