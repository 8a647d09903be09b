/* GET /fhir/{type}?…, POST /fhir/{type}/_search and GET /fhir/Patient/{id}/{type}.
 * Source: https://hl7.org/fhir/R4/search.html */
#include "access/definitions.h"
#include "api/query.h"

/* base/Goal?name=a&_count=50&_cursor=… */
static Str page_link(Call *c, const Query *q, Str path, Str cursor)
{
	Buf b = buf_new(c->a, 256, 0);
	buf_add(&b, c->api->base);
	buf_add(&b, path);
	buf_add(&b, buf_str(&q->used));
	if (q->count_only)
		return buf_str(&b);
	buf_printf(&b, "%c_count=%zu", q->used.n ? '&' : '?', q->search.count);
	if (cursor.p) {
		BUF_LIT(&b, "&_cursor=");
		buf_add(&b, cursor);
	}
	return buf_str(&b);
}

static void write_link(JWriter *w, Str relation, Str url)
{
	jw_object(w);
	JW_STR(w, "relation", relation);
	JW_STR(w, "url", url);
	jw_end_object(w);
}

static void write_links(Call *c, JWriter *w, const Query *q, Str path, const SearchResult *r)
{
	JW_ARRAY(w, "link");
	write_link(w, S("self"), page_link(c, q, path, q->search.cursor));
	if (!q->count_only) {
		if (q->search.cursor.p)
			write_link(w, S("first"), page_link(c, q, path, STR_END));
		if (r->previous.p)
			write_link(w, S("previous"), page_link(c, q, path, r->previous));
		if (r->next.p && !q->last_page)
			write_link(w, S("next"), page_link(c, q, path, r->next));
	}
	jw_end_array(w);
}

static void write_mode(JWriter *w, Str mode)
{
	JW_OBJECT(w, "search");
	JW_STR(w, "mode", mode);
	jw_end_object(w);
}

/* _summary is for all; an element without a type before it is one of the matches. */
static Str trimmed(Call *c, const Query *q, const Rec *rec, bool included)
{
	Trim trim = q->trim;
	Str out;
	if (trim.n_elements && included) {
		Str *own = ARENA_ARRAY(c->a, Str, trim.n_elements), type = fhir_type_name(rec->type), head;
		trim.elements = own;
		trim.n_elements = 0;
		for (size_t i = 0; i < q->trim.n_elements; i++)
			if (str_cut(q->trim.elements[i], '.', &head).p && str_eq(head, type))
				own[trim.n_elements++] = q->trim.elements[i];
	}
	if (!trim.n_elements && (trim.summary == SUMMARY_FALSE || trim.summary == SUMMARY_COUNT))
		return rec->body;
	return summary_trim_text(&trim, rec->body, c->a, &out) == OK ? out : rec->body;
}

static void write_entries(Call *c, JWriter *w, const Query *q, const SearchResult *r)
{
	if (r->n == 0 && q->notes.count == 0)
		return;
	JW_ARRAY(w, "entry");
	for (size_t i = 0; i < r->n; i++) {
		const Rec *rec = &r->recs[i];
		Str type = fhir_type_name(rec->type);
		jw_object(w);
		JW_STR(w, "fullUrl", arena_join(c->a, c->api->base, S("/"), type, S("/"), rec->id, STR_END));
		JW_RAW(w, "resource", trimmed(c, q, rec, i >= r->n_matches));
		write_mode(w, i < r->n_matches ? S("match") : S("include"));
		jw_end_object(w);
	}
	if (q->notes.count) {
		jw_object(w);
		JW_RAW(w, "resource", outcome_json(&q->notes, c->a));
		write_mode(w, S("outcome"));
		jw_end_object(w);
	}
	jw_end_array(w);
}

static Reply answer(Call *c, Query *q, Str path, const SearchResult *r)
{
	Buf b = buf_new(c->a, 4096, 0);
	JWriter w = jw_new(&b);
	if (!r->all_included && r->n)
		outcome_add(&q->notes, SEV_WARNING, S("too-costly"), STR_END,
		            "Only the first %d included resources are here: ask for fewer matches with _count.",
		            SEARCH_INCLUDED_MAX);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Bundle"));
	JW_OBJECT(&w, "meta");
	JW_STR(&w, "lastUpdated", time_instant(c->a, time_now()));
	jw_end_object(&w);
	JW_STR(&w, "type", S("searchset"));
	if (r->has_total)
		JW_INT(&w, "total", (int64_t)r->total);
	write_links(c, &w, q, path, r);
	write_entries(c, &w, q, r);
	jw_end_object(&w);
	if (b.full)
		return reply_fail(c, ERR_TOO_LARGE, "The page is larger than 64 MiB: ask for less with _count.");
	return reply_fhir(c, 200, buf_str(&b));
}

/* What a search is about before its parameters say more. */
typedef struct Bounds {
	const FhirType *types;
	size_t n_types;
	Str person;              /* only in this dossier */
	const SearchCond *conds; /* one more for each type; NULL: none */
} Bounds;

static void add_bound(Call *c, SearchQuery *q, const SearchCond *one)
{
	SearchCond *list = ARENA_ARRAY(c->a, SearchCond, q->n_conds + 1);
	for (size_t i = 0; i < q->n_conds; i++)
		list[i] = q->conds[i];
	list[q->n_conds++] = *one;
	q->conds = list;
}

/* path: below the base, for the links. */
static Reply run_search(Call *c, Str path, Bounds in, const Pair *pairs, size_t n_pairs)
{
	Query q;
	SearchResult r;
	SearchContext context = { .base = c->api->base };
	if (query_parse_types(c->a, in.types, in.n_types, pairs, n_pairs, c->strict, &q) != OK)
		return reply_outcome(c, 400, &q.notes);
	q.search.person = in.person;
	q.search.context = &context;
	q.search.words = arena_join(c->a, path, q.search.words, STR_END);
	if (in.conds && in.n_types == 1)
		add_bound(c, &q.search, in.conds);
	for (size_t i = 0; in.conds && in.n_types > 1 && i < in.n_types; i++)
		add_bound(c, (SearchQuery *)&q.search.each[i], &in.conds[i]);
	SearchQuery asked = q.search;
	if (q.count_only)
		asked.count = 0;
	Err e = visit_find(c->visit, &asked, &r);
	if (e == OK && !r.n_matches && !(r.has_total && r.total))
		(void)definitions_search(&asked, c->a, &r);
	return e == OK ? answer(c, &q, path, &r) : reply_refused(c, e);
}

/* Of the address and of the form. */
static const Pair *all_pairs(Call *c, size_t *n)
{
	size_t n_query, n_form;
	const Pair *query = req_query_all(c->req, &n_query);
	const Pair *form = req_form_all(c->req, &n_form);
	Pair *all = ARENA_ARRAY(c->a, Pair, n_query + n_form + 1);
	for (size_t i = 0; i < n_query; i++)
		all[i] = query[i];
	for (size_t i = 0; i < n_form; i++)
		all[n_query + i] = form[i];
	*n = n_query + n_form;
	return all;
}

static Reply run_type(Call *c, const Pair *pairs, size_t n)
{
	Str path = arena_join(c->a, S("/"), c->type_name, STR_END);
	return run_search(c, path, (Bounds){ .types = &c->type, .n_types = 1 }, pairs, n);
}

static Reply handle(Call *c)
{
	size_t n;
	const Pair *pairs = req_query_all(c->req, &n);
	return run_type(c, pairs, n);
}

static Reply handle_post(Call *c)
{
	size_t n;
	const Pair *pairs = all_pairs(c, &n);
	return run_type(c, pairs, n);
}

/* ---- several types ---- */

/* _type=A,B of the pairs, or all; absent type names are noted by the caller. *n 0: something is no type. */
static FhirType *types_asked(Arena *a, const Pair *pairs, size_t n_pairs, Str *wrong, size_t *n)
{
	FhirType *list = ARENA_ARRAY(a, FhirType, FT_COUNT);
	TypeSet seen = { { 0 } };
	*n = 0;
	for (size_t i = 0; i < n_pairs; i++) {
		for (Str rest = str_eq(pairs[i].name, S("_type")) ? pairs[i].value : STR_END, one; rest.p;) {
			rest = str_cut(rest, ',', &one);
			FhirType t = fhir_type(str_trim(one));
			if (t == FT_NONE)
				*wrong = one;
			else if (!typeset_has(&seen, t))
				list[(*n)++] = t;
			typeset_add(&seen, t);
		}
	}
	for (FhirType t = FT_NONE + 1; t < FT_COUNT && typeset_empty(&seen); t++)
		list[(*n)++] = t;
	return list;
}

static Reply run_types(Call *c, Str path, const Pair *pairs, size_t n_pairs)
{
	size_t n;
	Str wrong = STR_END;
	FhirType *types = types_asked(c->a, pairs, n_pairs, &wrong, &n);
	if (wrong.p)
		return reply_fail(c, ERR_BAD_REQUEST,
		                  "Search parameter '_type': '%.*s' is not a FHIR R4 resource type.",
		                  STR_ARG(str_upto(wrong, 64)));
	return run_search(c, path, (Bounds){ .types = types, .n_types = n }, pairs, n_pairs);
}

static Reply handle_system(Call *c)
{
	size_t n;
	const Pair *pairs = req_query_all(c->req, &n);
	return run_types(c, S(""), pairs, n);
}

static Reply handle_system_post(Call *c)
{
	size_t n;
	const Pair *pairs = all_pairs(c, &n);
	return run_types(c, S(""), pairs, n);
}

/* ---- compartments ---- */

/* One of the parameters of the type points to the compartment's resource. */
static bool inside(Call *c, Compartment in, FhirType type, Str ref, SearchCond *out)
{
	size_t n;
	const SearchParam *const *params = compartment_params(in, type, c->a, &n);
	SearchCond *any = ARENA_ARRAY(c->a, SearchCond, n + 1);
	Str *value = ARENA_ARRAY(c->a, Str, 2);
	value[0] = ref;
	value[1] = c->id;
	for (size_t i = 0; i < n; i++) {
		bool own = str_eq(params[i]->code, S("_id"));
		any[i] =
		    (SearchCond){ .kind = COND_TERM,
			          .term = { .param = params[i], .values = own ? value + 1 : value, .n_values = 1 } };
	}
	*out = n == 1 ? any[0] : (SearchCond){ .kind = COND_ANY, .inner = any, .n_inner = n };
	return n > 0;
}

/* A dossier is all that is about the person; the other compartments are what the definition says. */
static Reply in_compartment(Call *c, const FhirType *types, size_t n_types, Str last)
{
	size_t n, kept = 0;
	FhirType around = fhir_type(c->around);
	Compartment in = compartment_of(around);
	const Pair *pairs = req_query_all(c->req, &n);
	Str path = arena_join(c->a, S("/"), c->around, S("/"), c->id, S("/"), last, STR_END);
	Str ref = arena_join(c->a, c->around, S("/"), c->id, STR_END);
	Rec rec;
	Relation relation;
	Err e = around == FT_PATIENT ? visit_relation(c->visit, c->id, &relation)
	                             : visit_read(c->visit, around, c->id, &rec);
	if (e != OK)
		return reply_fail(c, e == ERR_GONE ? ERR_NOT_FOUND : e, "There is no %.*s.", STR_ARG(ref));
	if (around == FT_PATIENT)
		return run_search(c, path, (Bounds){ .types = types, .n_types = n_types, .person = c->id }, pairs, n);
	FhirType *inner = ARENA_ARRAY(c->a, FhirType, n_types + 1);
	SearchCond *conds = ARENA_ARRAY(c->a, SearchCond, n_types + 1);
	for (size_t i = 0; i < n_types; i++) {
		inner[kept] = types[i];
		kept += inside(c, in, types[i], ref, &conds[kept]);
	}
	if (!kept)
		return reply_fail(c, ERR_NOT_FOUND, "%.*s is not in the compartment of %.*s.", STR_ARG(last),
		                  STR_ARG(c->around));
	return run_search(c, path, (Bounds){ .types = inner, .n_types = kept, .conds = conds }, pairs, n);
}

static Reply handle_compartment(Call *c)
{
	return in_compartment(c, &c->type, 1, c->type_name);
}

static Reply handle_compartment_all(Call *c)
{
	size_t n, n_pairs;
	Str wrong = STR_END;
	const Pair *pairs = req_query_all(c->req, &n_pairs);
	FhirType *types = types_asked(c->a, pairs, n_pairs, &wrong, &n);
	if (wrong.p)
		return reply_fail(c, ERR_BAD_REQUEST,
		                  "Search parameter '_type': '%.*s' is not a FHIR R4 resource type.",
		                  STR_ARG(str_upto(wrong, 64)));
	return in_compartment(c, types, n, S("*"));
}

const Operation operation_search = {
	.method = M_GET,
	.path = S_INIT("/fhir/{type}"),
	.route = S_INIT("GET /fhir/{type}"),
	.interaction = INT_SEARCH,
	.offered = true,
	.handle = handle,
	.summary = S_INIT("Search a type."),
};

const Operation operation_search_post = {
	.method = M_POST,
	.path = S_INIT("/fhir/{type}/_search"),
	.route = S_INIT("POST /fhir/{type}/_search"),
	.interaction = INT_SEARCH_POST,
	.offered = true,
	.handle = handle_post,
	.summary = S_INIT("Search a type, with the criteria in the body."),
};

const Operation operation_search_compartment = {
	.method = M_GET,
	.path = S_INIT("/fhir/{compartment}/{id}/{type}"),
	.route = S_INIT("GET /fhir/{compartment}/{id}/{type}"),
	.interaction = INT_SEARCH_COMPARTMENT,
	.offered = true,
	.handle = handle_compartment,
	.summary =
	    S_INIT("Find resources of a type around a patient, practitioner, related person, encounter or device."),
};

const Operation operation_search_compartment_all = {
	.method = M_GET,
	.path = S_INIT("/fhir/{compartment}/{id}/*"),
	.route = S_INIT("GET /fhir/{compartment}/{id}/*"),
	.interaction = INT_SEARCH_COMPARTMENT,
	.offered = true,
	.handle = handle_compartment_all,
	.summary = S_INIT("Find everything around a patient, practitioner, related person, encounter or device."),
};

const Operation operation_search_system = {
	.method = M_GET,
	.path = S_INIT("/fhir"),
	.route = S_INIT("GET /fhir"),
	.interaction = INT_SEARCH_SYSTEM,
	.offered = true,
	.handle = handle_system,
	.summary = S_INIT("Find resources of several types: _type=Goal,CarePlan."),
};

const Operation operation_search_system_get = {
	.method = M_GET,
	.path = S_INIT("/fhir/_search"),
	.route = S_INIT("GET /fhir/_search"),
	.interaction = INT_SEARCH_SYSTEM,
	.offered = true,
	.handle = handle_system,
	.summary = S_INIT("The same under another address."),
};

const Operation operation_search_system_post = {
	.method = M_POST,
	.path = S_INIT("/fhir/_search"),
	.route = S_INIT("POST /fhir/_search"),
	.interaction = INT_SEARCH_POST,
	.offered = true,
	.handle = handle_system_post,
	.summary = S_INIT("Find resources of several types, with the criteria in the body."),
};
