#include "api/query.h"

void query_use(Query *q, const Pair *p)
{
	buf_byte(&q->used, q->used.n ? '&' : '?');
	buf_add(&q->used, url_encode(q->used.arena, p->name));
	buf_byte(&q->used, '=');
	buf_add(&q->used, url_encode(q->used.arena, p->value));
}

void query_refuse(Query *q, Str name, const char *why)
{
	name = str_upto(name, 64);
	outcome_add(&q->notes, SEV_ERROR, S("invalid"), STR_END, "Search parameter '%.*s': %s.", STR_ARG(name), why);
}

void query_ignore(Query *q, Str name)
{
	name = str_upto(name, 64);
	outcome_add(&q->notes, q->strict ? SEV_ERROR : SEV_WARNING, S("not-supported"), STR_END,
	            "Search parameter '%.*s' is not supported here%s.", STR_ARG(name),
	            q->strict ? "" : "; it was left out");
}

/* ---- the parameters that steer the answer; false: it is a condition ---- */

static bool number_in(Str value, int64_t max, size_t *out)
{
	int64_t n;
	if (!str_int(value, &n) || n < 0)
		return false;
	*out = (size_t)(n > max ? max : n);
	return true;
}

static void read_count(Query *q, const Pair *p)
{
	if (!number_in(p->value, QUERY_COUNT_MAX, &q->search.count))
		query_refuse(q, p->name, "expected a whole number from 0");
	else if (q->search.count == 0)
		q->count_only = true;
}

static void read_total(Query *q, const Pair *p)
{
	if (str_eq(p->value, S("none")))
		q->search.total = TOTAL_NONE;
	else if (str_eq(p->value, S("accurate")))
		q->search.total = TOTAL_ACCURATE;
	else if (str_eq(p->value, S("estimate")))
		q->search.total = TOTAL_ESTIMATE;
	else
		query_refuse(q, p->name, "expected none, estimate or accurate");
	query_use(q, p);
}

static void read_summary(Query *q, const Pair *p)
{
	if (!summary_parse(p->value, &q->trim.summary)) {
		query_refuse(q, p->name, "expected true, text, data, count or false");
		return;
	}
	if (q->trim.summary == SUMMARY_COUNT)
		q->count_only = true;
	if (q->trim.summary != SUMMARY_FALSE)
		query_use(q, p);
}

/* "name", or "Patient.name" for resources of that type only. */
static bool element_known(const FhirType *types, size_t n_types, Str one)
{
	Str head;
	Str rest = str_cut(one, '.', &head);
	FhirType named = rest.p ? fhir_type(head) : FT_NONE;
	if (named != FT_NONE)
		return summary_element_ok(named, rest);
	for (size_t i = 0; i < n_types; i++)
		if (summary_element_ok(types[i], one))
			return true;
	return false;
}

static void read_elements(Arena *a, Query *q, const FhirType *types, size_t n_types, const Pair *p)
{
	Str *list = ARENA_ARRAY(a, Str, QUERY_ELEMENTS_MAX);
	size_t n = 0;
	Buf used = buf_new(a, p->value.n + 1, 0);
	for (Str rest = p->value, one; rest.p;) {
		rest = str_cut(rest, ',', &one);
		one = str_trim(one);
		if (!element_known(types, n_types, one)) {
			query_ignore(q, arena_join(a, S("_elements="), str_upto(one, 40), STR_END));
			continue;
		}
		if (n == QUERY_ELEMENTS_MAX) {
			query_refuse(q, p->name, "at most 100 elements");
			return;
		}
		if (n)
			buf_byte(&used, ',');
		buf_add(&used, one);
		list[n++] = one;
	}
	if (!n)
		return;
	q->trim.elements = list;
	q->trim.n_elements = n;
	query_use(q, &(Pair){ p->name, buf_str(&used) });
}

static void read_most(Query *q, const Pair *p)
{
	size_t n;
	if (!number_in(p->value, INT32_MAX, &n) || n == 0) {
		query_refuse(q, p->name, "expected a whole number from 1");
		return;
	}
	q->most = (int64_t)n;
	query_use(q, p);
}

static void refuse_contained(Query *q, const Pair *p)
{
	if (!str_eq(p->value, S("false")))
		query_refuse(q, p->name, "contained resources are not searched by themselves");
}

static bool steers(Arena *a, Query *q, const FhirType *types, size_t n_types, const Pair *p)
{
	Str name;
	str_cut(p->name, ':', &name);
	if (str_eq(p->name, S("_format")) || str_eq(p->name, S("_pretty")) || str_eq(p->name, S("_type")))
		return true;
	if (str_eq(p->name, S("_count")))
		read_count(q, p);
	else if (str_eq(p->name, S("_cursor")))
		q->search.cursor = p->value.n ? p->value : STR_END;
	else if (str_eq(p->name, S("_total")))
		read_total(q, p);
	else if (str_eq(p->name, S("_summary")))
		read_summary(q, p);
	else if (str_eq(p->name, S("_elements")))
		read_elements(a, q, types, n_types, p);
	else if (str_eq(p->name, S("_maxresults")))
		read_most(q, p);
	else if (str_eq(p->name, S("_contained")) || str_eq(p->name, S("_containedType")))
		refuse_contained(q, p);
	else if (str_eq(p->name, S("_sort")))
		query_sort(a, q, types, n_types, p);
	else if (str_eq(name, S("_include")) || str_eq(name, S("_revinclude")))
		query_include(a, q, p);
	else
		return false;
	return true;
}

/* ---- conditions ---- */

/* On every type; what one of them does not have, none of them is asked. */
static void add_cond(Arena *a, Query *q, SearchQuery *each, const FhirType *types, size_t n_types, const Pair *p)
{
	SearchCond *made = ARENA_ARRAY(a, SearchCond, n_types + 1);
	if (!p->value.n)
		return;
	if (str_find(p->name, S(":$")) >= 0) {
		query_refuse(q, p->name, "this modifier is not supported");
		return;
	}
	if (each[0].n_conds == QUERY_TERMS_MAX) {
		query_refuse(q, p->name, "more than 50 parameters in one search");
		return;
	}
	for (size_t i = 0; i < n_types; i++)
		if (!query_cond(a, q, types[i], p->name, p->value, &made[i]))
			return;
	for (size_t i = 0; i < n_types; i++) {
		SearchCond *list = (SearchCond *)each[i].conds;
		list[each[i].n_conds++] = made[i];
	}
	query_use(q, p);
}

static void finish(Query *q)
{
	if (q->trim.summary == SUMMARY_TEXT && q->search.n_includes)
		query_refuse(q, S("_summary"), "text cannot be asked together with _include or _revinclude");
	if (q->count_only)
		q->search.total = q->search.total == TOTAL_ESTIMATE ? TOTAL_ESTIMATE : TOTAL_ACCURATE;
	if (q->most >= 0 && (int64_t)q->search.count >= q->most) {
		q->search.count = (size_t)q->most;
		q->last_page = true;
	}
	q->search.words = buf_str(&q->used);
}

Err query_parse_types(Arena *a, const FhirType *types, size_t n_types, const Pair *pairs, size_t n, bool strict,
                      Query *out)
{
	*out = (Query){ .used = buf_new(a, 256, 0), .notes = outcome_new(a), .strict = strict, .most = -1 };
	SearchQuery *each = ARENA_ARRAY(a, SearchQuery, n_types + 1);
	for (size_t i = 0; i < n_types; i++)
		each[i] = (SearchQuery){ .type = types[i], .conds = ARENA_ARRAY(a, SearchCond, QUERY_TERMS_MAX) };
	out->search = (SearchQuery){ .count = QUERY_COUNT, .total = TOTAL_CHEAP };
	for (size_t i = 0; i < n; i++)
		if (!steers(a, out, types, n_types, &pairs[i]))
			add_cond(a, out, each, types, n_types, &pairs[i]);
	out->search.each = each;
	out->search.n_each = n_types;
	if (n_types == 1) {
		out->search.type = types[0];
		out->search.conds = each[0].conds;
		out->search.n_conds = each[0].n_conds;
	}
	finish(out);
	return out->notes.errors ? ERR_BAD_REQUEST : OK;
}

Err query_parse(Arena *a, FhirType type, const Pair *pairs, size_t n, bool strict, Query *out)
{
	return query_parse_types(a, &type, 1, pairs, n, strict, out);
}

/* ---- one resource ---- */

bool query_of_one(const SearchCond *conds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		switch (conds[i].kind) {
		case COND_TERM:
			break;
		case COND_ALL:
		case COND_ANY:
		case COND_NOT:
			if (!query_of_one(conds[i].inner, conds[i].n_inner))
				return false;
			break;
		case COND_CHAIN:
		case COND_HAS:
		case COND_LIST:
			return false;
		}
	}
	return true;
}

static bool meets(const SearchCond *cond, const SearchContext *c, JVal resource, Arena *a)
{
	switch (cond->kind) {
	case COND_TERM:
		return search_matches(&cond->term, c, resource, a) == MATCH_YES;
	case COND_ALL:
		return query_meets(cond->inner, cond->n_inner, c, resource, a);
	case COND_NOT:
		return !query_meets(cond->inner, cond->n_inner, c, resource, a);
	case COND_ANY:
		for (size_t i = 0; i < cond->n_inner; i++)
			if (meets(&cond->inner[i], c, resource, a))
				return true;
		return false;
	case COND_CHAIN:
	case COND_HAS:
	case COND_LIST:
		break;
	}
	return false;
}

bool query_meets(const SearchCond *conds, size_t n, const SearchContext *c, JVal resource, Arena *a)
{
	for (size_t i = 0; i < n; i++)
		if (!meets(&conds[i], c, resource, a))
			return false;
	return true;
}

/* ---- conditional interactions ---- */

Err query_one(Visit *v, FhirType type, Str query, Rec *found, Str *why)
{
	Arena *a = visit_arena(v);
	Query q;
	Rec *recs;
	size_t n, total;
	if (str_starts(query, S("?")))
		query = str_from(query, 1);
	Pair *pairs = pairs_urlencoded(a, query, &n);
	Err e = query_parse(a, type, pairs, n, true, &q);
	if (e != OK) {
		*why = q.notes.issues[0].details;
		return e;
	}
	if (!q.search.n_conds) {
		*why = S("a condition needs at least one search parameter.");
		return ERR_BAD_REQUEST;
	}
	*found = (Rec){ 0 };
	q.search.cursor = STR_END;
	q.search.includes = NULL;
	q.search.n_includes = 0;
	q.search.count = 2;
	q.search.total = TOTAL_NONE;
	q.search.guard = true;
	e = visit_search(v, &q.search, &recs, &n, &total);
	if (e != OK) {
		*why = S("the condition could not be looked up.");
		return e;
	}
	/* Two that were never there together, or none where there was always one: reads are not of one moment. */
	if (n != 1)
		TRY(visit_settled(v));
	if (n > 1) {
		*why = S("more than one resource meets the condition.");
		return ERR_VERSION;
	}
	if (n == 1)
		*found = recs[0];
	return OK;
}

Reply reply_condition(Call *c, Err e, const char *about, Str why)
{
	return e == ERR_AGAIN ? finish_failed(c, e) : reply_fail(c, e, "%s%.*s", about, STR_ARG(why));
}
