/* GET /fhir/{type}?…, POST /fhir/{type}/_search and GET /fhir/Patient/{id}/{type}.
 * Source: https://hl7.org/fhir/R4/search.html */
#include "api/query.h"

/* base/Goal?name=a&_count=50&_offset=100 */
static Str page_link(Call *c, const Query *q, Str path, size_t offset)
{
	Buf b = buf_new(c->a, 256, 0);
	buf_add(&b, c->api->base);
	buf_add(&b, path);
	buf_add(&b, buf_str(&q->used));
	if (q->count_only)
		return buf_str(&b);
	buf_printf(&b, "%c_count=%zu", q->used.n ? '&' : '?', q->search.count);
	if (offset)
		buf_printf(&b, "&_offset=%zu", offset);
	return buf_str(&b);
}

static void write_link(JWriter *w, Str relation, Str url)
{
	jw_object(w);
	JW_STR(w, "relation", relation);
	JW_STR(w, "url", url);
	jw_end_object(w);
}

static void write_links(Call *c, JWriter *w, const Query *q, Str path, size_t total)
{
	size_t at = q->search.offset, count = q->search.count;
	JW_ARRAY(w, "link");
	write_link(w, S("self"), page_link(c, q, path, at));
	if (!q->count_only) {
		if (at > 0) {
			write_link(w, S("first"), page_link(c, q, path, 0));
			write_link(w, S("previous"), page_link(c, q, path, at > count ? at - count : 0));
		}
		if (at + count < total)
			write_link(w, S("next"), page_link(c, q, path, at + count));
	}
	jw_end_array(w);
}

static void write_entries(Call *c, JWriter *w, const Query *q, const Rec *recs, size_t n)
{
	if (n == 0 && q->notes.count == 0)
		return;
	JW_ARRAY(w, "entry");
	for (size_t i = 0; i < n; i++) {
		Str type = fhir_type_name(recs[i].type);
		jw_object(w);
		JW_STR(w, "fullUrl",
		       arena_printf(c->a, "%.*s/%.*s/%.*s", STR_ARG(c->api->base), STR_ARG(type), STR_ARG(recs[i].id)));
		JW_RAW(w, "resource", recs[i].body);
		JW_OBJECT(w, "search");
		JW_STR(w, "mode", S("match"));
		jw_end_object(w);
		jw_end_object(w);
	}
	if (q->notes.count) {
		jw_object(w);
		JW_RAW(w, "resource", outcome_json(&q->notes, c->a));
		JW_OBJECT(w, "search");
		JW_STR(w, "mode", S("outcome"));
		jw_end_object(w);
		jw_end_object(w);
	}
	jw_end_array(w);
}

static Reply answer(Call *c, const Query *q, Str path, const Rec *recs, size_t n, size_t total)
{
	Buf b = buf_new(c->a, 4096, 0);
	JWriter w = jw_new(&b);
	jw_object(&w);
	JW_STR(&w, "resourceType", S("Bundle"));
	JW_OBJECT(&w, "meta");
	JW_STR(&w, "lastUpdated", time_instant(c->a, time_now()));
	jw_end_object(&w);
	JW_STR(&w, "type", S("searchset"));
	if (!q->no_total || q->count_only)
		JW_INT(&w, "total", (int64_t)total);
	write_links(c, &w, q, path, total);
	write_entries(c, &w, q, recs, n);
	jw_end_object(&w);
	if (b.full)
		return reply_fail(c, ERR_TOO_LARGE, "The page is larger than 64 MiB: ask for less with _count.");
	return reply_fhir(c, 200, buf_str(&b));
}

static Reply run_search(Call *c, Str path, Str person, const Pair *pairs, size_t n_pairs)
{
	Query q;
	Rec *recs = NULL;
	size_t n = 0, total = 0;
	if (query_parse(c->a, c->type, pairs, n_pairs, c->strict, &q) != OK)
		return reply_outcome(c, 400, &q.notes);
	q.search.person = person;
	size_t count = q.search.count;
	if (q.count_only)
		q.search.count = 0;
	Err e = visit_search(c->visit, &q.search, &recs, &n, &total);
	q.search.count = count;
	return e == OK ? answer(c, &q, path, recs, q.count_only ? 0 : n, total) : reply_refused(c, e);
}

static Reply handle(Call *c)
{
	size_t n;
	const Pair *pairs = req_query_all(c->req, &n);
	return run_search(c, arena_join(c->a, S("/"), c->type_name, STR_END), STR_END, pairs, n);
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
	return run_search(c, arena_join(c->a, S("/"), c->type_name, STR_END), STR_END, all, n_query + n_form);
}

static Reply handle_person(Call *c)
{
	size_t n;
	Relation relation;
	const Pair *pairs = req_query_all(c->req, &n);
	Err e = visit_relation(c->visit, c->id, &relation);
	if (e != OK)
		return reply_fail(c, e, "There is no Patient/%.*s.", STR_ARG(c->id));
	return run_search(c, arena_join(c->a, S("/Patient/"), c->id, S("/"), c->type_name, STR_END), c->id, pairs, n);
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
