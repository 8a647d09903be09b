#include "fhir/bundle.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct Reading {
	Arena *arena;
	Outcome *out;
	bool transaction;
	bool ok;
} Reading;

__attribute__((format(printf, 5, 6))) static void refuse(Reading *r, size_t index, const char *member, Str code,
                                                         const char *fmt, ...)
{
	char text[400];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	r->ok = false;
	outcome_add(r->out, SEV_ERROR, code, arena_printf(r->out->arena, "Bundle.entry[%zu]%s", index, member), "%s",
	            text);
}

static bool read_verb(Str s, BundleVerb *out)
{
	static const Str names[] = {
		[VERB_GET] = S_INIT("GET"), [VERB_HEAD] = S_INIT("HEAD"),     [VERB_POST] = S_INIT("POST"),
		[VERB_PUT] = S_INIT("PUT"), [VERB_DELETE] = S_INIT("DELETE"), [VERB_PATCH] = S_INIT("PATCH")
	};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_eq(s, names[i])) {
			*out = (BundleVerb)i;
			return true;
		}
	return false;
}

/* Type, id and query from request.url; what is no such thing stays absent. */
static void read_url(BundleEntry *e)
{
	Str path, type, id;
	Str url = str_starts(e->url, S("/")) ? str_from(e->url, 1) : e->url;
	e->query = str_cut(url, '?', &path);
	Str rest = str_cut(path, '/', &type);
	e->type = fhir_type(type);
	if (e->type == FT_NONE || !rest.p)
		return;
	str_cut(rest, '/', &id);
	if (fhir_id_ok(id))
		e->id = id;
}

static bool needs_resource(BundleVerb v)
{
	switch (v) {
	case VERB_POST:
	case VERB_PUT:
	case VERB_PATCH:
		return true;
	case VERB_GET:
	case VERB_HEAD:
	case VERB_DELETE:
		break;
	}
	return false;
}

/* PUT, DELETE and PATCH name one resource: by id or by a query. */
static void check_named(Reading *r, const BundleEntry *e)
{
	if (e->type == FT_NONE || (!e->id.p && !e->query.n))
		refuse(r, e->index, ".request.url", S("value"), "'%.*s' would be Type/id or Type?query",
		       STR_ARG(str_upto(e->url, 100)));
}

static void check_resource(Reading *r, BundleEntry *e)
{
	Str name = JSTR(e->resource, "resourceType", r->arena);
	FhirType type = fhir_type(name);
	if (!json_is(e->resource, J_OBJECT) || type == FT_NONE) {
		refuse(r, e->index, ".resource", S("required"), "This request needs a resource of a known type");
		return;
	}
	if (e->verb == VERB_PATCH)
		return; /* the body is a patch: Binary or Parameters */
	bool operation = e->verb == VERB_POST && str_chr(e->url, '$') >= 0;
	if (!operation && e->type != type)
		refuse(r, e->index, ".request.url", S("value"), "'%.*s' is not the address of a %.*s",
		       STR_ARG(str_upto(e->url, 100)), STR_ARG(fhir_type_name(type)));
	Str id = JSTR(e->resource, "id", r->arena);
	if (e->verb == VERB_PUT && e->id.p && !str_eq(e->id, id))
		refuse(r, e->index, ".resource.id", S("value"), "The id would be '%.*s', as in request.url",
		       STR_ARG(e->id));
}

static void read_entry(Reading *r, JVal entry, BundleEntry *e)
{
	Arena *a = r->arena;
	JVal request = JGET(entry, "request");
	e->full_url = JSTR(entry, "fullUrl", a);
	e->resource = JGET(entry, "resource");
	e->url = JSTR(request, "url", a);
	e->if_match = JSTR(request, "ifMatch", a);
	e->if_none_match = JSTR(request, "ifNoneMatch", a);
	e->if_none_exist = JSTR(request, "ifNoneExist", a);
	e->if_modified_since = JSTR(request, "ifModifiedSince", a);
	if (!json_is(request, J_OBJECT) || !e->url.p) {
		refuse(r, e->index, ".request", S("required"),
		       "Every entry of a %s needs a request with method and url",
		       r->transaction ? "transaction" : "batch");
		return;
	}
	if (!read_verb(JSTR(request, "method", a), &e->verb)) {
		refuse(r, e->index, ".request.method", S("code-invalid"),
		       "The method would be GET, HEAD, POST, PUT, DELETE or PATCH");
		return;
	}
	read_url(e);
	if (e->verb == VERB_PUT || e->verb == VERB_DELETE || e->verb == VERB_PATCH)
		check_named(r, e);
	if (needs_resource(e->verb))
		check_resource(r, e);
}

/* --- the same resource twice
 * ---------------------------------------------------------------------------------------------- */
static bool changes(const BundleEntry *e)
{
	return e->id.p && (e->verb == VERB_PUT || e->verb == VERB_DELETE || e->verb == VERB_PATCH);
}

static int by_target(const void *a, const void *b)
{
	const BundleEntry *x = *(BundleEntry *const *)a, *y = *(BundleEntry *const *)b;
	int order = x->type != y->type ? (x->type < y->type ? -1 : 1) : str_cmp(x->id, y->id);
	return order ? order : x->index < y->index ? -1 : 1;
}

static int by_full_url(const void *a, const void *b)
{
	const BundleEntry *x = *(BundleEntry *const *)a, *y = *(BundleEntry *const *)b;
	int order = str_cmp(x->full_url, y->full_url);
	return order ? order : x->index < y->index ? -1 : 1;
}

static void check_twice(Reading *r, BundleEntry *entries, size_t n)
{
	BundleEntry **list = ARENA_ARRAY(r->arena, BundleEntry *, n + 1);
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		if (changes(&entries[i]))
			list[count++] = &entries[i];
	qsort(list, count, sizeof(BundleEntry *), by_target);
	for (size_t i = 1; i < count; i++)
		if (list[i]->type == list[i - 1]->type && str_eq(list[i]->id, list[i - 1]->id))
			refuse(r, list[i]->index, ".request.url", S("invariant"), "Entry %zu changes the same resource",
			       list[i - 1]->index);
	count = 0;
	for (size_t i = 0; i < n; i++)
		if (entries[i].full_url.n)
			list[count++] = &entries[i];
	qsort(list, count, sizeof(BundleEntry *), by_full_url);
	for (size_t i = 1; i < count; i++)
		if (str_eq(list[i]->full_url, list[i - 1]->full_url))
			refuse(r, list[i]->index, ".fullUrl", S("invariant"), "Entry %zu has the same fullUrl",
			       list[i - 1]->index);
}

Err bundle_entries(JVal bundle, Arena *a, BundleEntry **out, size_t *n, Outcome *o)
{
	Reading r = {
		.arena = a, .out = o, .transaction = json_str_is(JGET(bundle, "type"), S("transaction")), .ok = true
	};
	if (!json_str_is(JGET(bundle, "resourceType"), S("Bundle")) ||
	    (!r.transaction && !json_str_is(JGET(bundle, "type"), S("batch")))) {
		outcome_add(o, SEV_ERROR, S("value"), S("Bundle.type"),
		            "This would be a Bundle of type transaction or batch");
		return ERR_BAD_REQUEST;
	}
	JVal list = JGET(bundle, "entry");
	size_t count = json_count(list);
	if (list.node && !json_is(list, J_ARRAY)) {
		outcome_add(o, SEV_ERROR, S("structure"), S("Bundle.entry"),
		            "This element repeats: it would be an array");
		return ERR_BAD_REQUEST;
	}
	if (count > BUNDLE_MAX) {
		outcome_add(o, SEV_ERROR, S("too-long"), S("Bundle.entry"), "%zu entries; at most %d fit in one bundle",
		            count, BUNDLE_MAX);
		return ERR_TOO_LARGE;
	}
	BundleEntry *entries = ARENA_ARRAY(a, BundleEntry, count + 1);
	for (JIter it = json_iter(list); json_next(&it);) {
		entries[it.index].index = it.index;
		read_entry(&r, it.value, &entries[it.index]);
	}
	if (r.ok && r.transaction)
		check_twice(&r, entries, count);
	if (!r.ok)
		return ERR_BAD_REQUEST;
	*out = entries;
	*n = count;
	return OK;
}

static int rank(BundleVerb v)
{
	switch (v) {
	case VERB_DELETE:
		return 0;
	case VERB_POST:
		return 1;
	case VERB_PUT:
	case VERB_PATCH:
		return 2;
	case VERB_GET:
	case VERB_HEAD:
		return 3;
	}
	return 4;
}

static int by_rank(const void *a, const void *b)
{
	const BundleEntry *x = a, *y = b;
	int order = rank(x->verb) - rank(y->verb);
	return order ? order : x->index < y->index ? -1 : x->index > y->index;
}

void bundle_sort(BundleEntry *entries, size_t n)
{
	if (n)
		qsort(entries, n, sizeof *entries, by_rank);
}
