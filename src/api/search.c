/* GET /fhir/{type}?…, POST /fhir/{type}/_search and GET /fhir/Patient/{id}/{type}.
 * Source: https://hl7.org/fhir/R4/search.html */
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
		JW_RAW(w, "resource", rec->body);
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

/* path: below the base, for the links. */
static Reply run_search(Call *c, Str path, Str person, const FhirType *types, size_t n_types, const Pair *pairs,
                        size_t n_pairs)
{
	Query q;
	SearchResult r;
	SearchContext context = { .base = c->api->base };
	if (query_parse_types(c->a, types, n_types, pairs, n_pairs, c->strict, &q) != OK)
		return reply_outcome(c, 400, &q.notes);
	q.search.person = person;
	q.search.context = &context;
	q.search.words = arena_join(c->a, path, q.search.words, STR_END);
	SearchQuery asked = q.search;
	if (q.count_only)
		asked.count = 0;
	Err e = visit_find(c->visit, &asked, &r);
	return e == OK ? answer(c, &q, path, &r) : reply_refused(c, e);
}

static Reply handle(Call *c)
{
	size_t n;
	const Pair *pairs = req_query_all(c->req, &n);
	return run_search(c, arena_join(c->a, S("/"), c->type_name, STR_END), STR_END, &c->type, 1, pairs, n);
}

static Reply handle_post(Call *c)
{
	size_t n_query, n_form;
	const Pair *query = req_query_all(c->req, &n_query);
	const Pair *form = req_form_all(c->req, &n_form);
	Pair *all = ARENA_ARRAY(c->a, Pair, n_query + n_form + 1);
	for (size_t i = 0; i < n_query; i++)
		all[i] = query[i];
	for (size_t i = 0; i < n_form; i++)
		all[n_query + i] = form[i];
	return run_search(c, arena_join(c->a, S("/"), c->type_name, STR_END), STR_END, &c->type, 1, all,
	                  n_query + n_form);
}

static Reply handle_person(Call *c)
{
	size_t n;
	Relation relation;
	const Pair *pairs = req_query_all(c->req, &n);
	Err e = visit_relation(c->visit, c->id, &relation);
	if (e != OK)
		return reply_fail(c, e, "There is no Patient/%.*s.", STR_ARG(c->id));
	return run_search(c, arena_join(c->a, S("/Patient/"), c->id, S("/"), c->type_name, STR_END), c->id, &c->type, 1,
	                  pairs, n);
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

const Operation operation_search_person = {
	.method = M_GET,
	.path = S_INIT("/fhir/Patient/{id}/{type}"),
	.route = S_INIT("GET /fhir/Patient/{id}/{type}"),
	.interaction = INT_SEARCH_COMPARTMENT,
	.offered = true,
	.handle = handle_person,
	.summary = S_INIT("Search a type inside the compartment of a person."),
};
