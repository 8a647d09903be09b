/* Searching what is built in: by url or id, when nothing stored meets the search. */
#include "access/definitions.h"

enum { FOUND_MAX = 100 };

typedef struct Look {
	const SearchQuery *q;
	Arena *a;
	Rec *recs;
	size_t n;
} Look;

/* The terms of a query that asks for nothing else; NULL when it does. */
static const SearchTerm *terms_of(const SearchQuery *q, Arena *a, size_t *n)
{
	SearchTerm *list = ARENA_ARRAY(a, SearchTerm, q->n_terms + q->n_conds + 1);
	*n = 0;
	for (size_t i = 0; i < q->n_terms; i++)
		list[(*n)++] = q->terms[i];
	for (size_t i = 0; i < q->n_conds; i++) {
		if (q->conds[i].kind != COND_TERM)
			return NULL;
		list[(*n)++] = q->conds[i].term;
	}
	return list;
}

static void consider(Look *l, const SearchTerm *terms, size_t n, Str id)
{
	Rec rec;
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->recs[i].id, id))
			return;
	if (l->n == FOUND_MAX || !definitions_builtin(l->q->type, id, l->a, &rec))
		return;
	for (size_t i = 0; i < n; i++)
		if (search_matches(&terms[i], l->q->context, rec.json, l->a) != MATCH_YES)
			return;
	l->recs[l->n++] = rec;
}

bool definitions_search(const SearchQuery *q, Arena *a, SearchResult *out)
{
	size_t n;
	if (q->person.p || q->cursor.p || q->type == FT_NONE || fhir_home(q->type) != HOME_DEFINITION)
		return false;
	Look l = { .q = q, .a = a, .recs = ARENA_ARRAY(a, Rec, FOUND_MAX) };
	const SearchTerm *terms = terms_of(q, a, &n);
	for (size_t i = 0; terms && i < n; i++) {
		bool by_url = str_eq(terms[i].param->code, S("url")), by_id = str_eq(terms[i].param->code, S("_id"));
		if (terms[i].modifier.n || (!by_url && !by_id))
			continue;
		for (size_t k = 0; k < terms[i].n_values; k++) {
			Builtin b;
			Str version, url = term_canonical(terms[i].values[k], &version);
			if (by_id)
				consider(&l, terms, n, terms[i].values[k]);
			else if (builtin_find(q->type, url, version, &b))
				consider(&l, terms, n, b.id);
		}
	}
	if (!l.n)
		return false;
	size_t shown = l.n < q->count ? l.n : q->count;
	*out = (SearchResult){ .recs = l.recs,
		               .n = shown,
		               .n_matches = shown,
		               .has_total = q->total != TOTAL_NONE,
		               .all_included = true,
		               .total = l.n };
	return true;
}
