/* What a conditional write depends on.
 *
 * All terms of a search must match, so whatever it finds has a key in the index range of each term that has one. The
 * first such term with few rows is the guard, whatever way the search itself takes: two requests about different
 * identifiers never meet. Without such a term it is the resources of the type: in the dossier, in the shared
 * partition, or everywhere. */
#include "access/visit.h"

enum { RANGES_MAX = 32 };

typedef struct Guard {
	struct Guard *next;
	StoreGuard guard;
} Guard;

static void keep(Visit *v, const StoreGuard *g)
{
	Guard *item = ARENA_NEW(v->arena, Guard);
	*item = (Guard){ v->guards, *g };
	v->guards = item;
}

static void guard_rows(Visit *v, Part part, FhirType type)
{
	StoreGuard g;
	store_guard_rows(v->records->store, part, type, &g);
	keep(v, &g);
}

void visit_guard_type(Visit *v, FhirType type)
{
	guard_rows(v, 0, type);
}

/* *done false: this term has no ranges, or too many rows. */
static Err guard_term(Visit *v, const SearchQuery *q, const SearchTerm *t, bool *done)
{
	StoreGuard list[RANGES_MAX];
	KeyRange *ranges;
	size_t n;
	*done = false;
	if (!search_ranges(t, q->context, v->arena, &ranges, &n) || n > RANGES_MAX)
		return OK;
	for (size_t i = 0; i < n; i++) {
		const KeyRange *r = &ranges[i];
		Err e = store_guard_range(v->records->store, r->param, r->low, r->high, &list[i]);
		if (e != OK)
			return e == ERR_TOO_LARGE ? OK : e;
	}
	for (size_t i = 0; i < n; i++)
		keep(v, &list[i]);
	*done = true;
	return OK;
}

/* The dossier that a search is about, or 0. */
static Part part_of(Visit *v, const SearchQuery *q)
{
	Rid rid;
	if (fhir_home(q->type) != HOME_PERSON)
		return PART_SHARED;
	if (q->person.p && store_resolve(v->records->store, FT_PATIENT, q->person, &rid) == OK)
		return rid_part(rid);
	for (size_t i = 0; i < q->n_terms; i++) {
		const SearchTerm *t = &q->terms[i];
		bool subject =
		    t->param && (str_eq(t->param->code, S("patient")) || str_eq(t->param->code, S("subject")));
		if (!subject || t->modifier.n || t->n_values != 1)
			continue;
		Str id = t->values[0];
		if (str_starts(id, S("Patient/")))
			id = str_from(id, 8);
		if (store_resolve(v->records->store, FT_PATIENT, id, &rid) == OK && rid_part(rid) >= PART_FIRST)
			return rid_part(rid);
	}
	return 0;
}

Err visit_guard(Visit *v, const SearchQuery *q)
{
	for (size_t i = 0; i < q->n_terms; i++) {
		bool done;
		TRY(guard_term(v, q, &q->terms[i], &done));
		if (done)
			return OK;
	}
	guard_rows(v, part_of(v, q), q->type);
	return OK;
}

bool visit_guarded(const Visit *v)
{
	return v->has_writes && v->guards;
}

Err visit_settled(Visit *v)
{
	for (const Guard *g = v->guards; g; g = g->next) {
		bool holds;
		TRY(store_guard_holds(v->records->store, &g->guard, &holds));
		if (!holds)
			return ERR_AGAIN;
	}
	return OK;
}

void visit_guards_to(const Visit *v, StoreTx *tx)
{
	for (const Guard *g = v->guards; g; g = g->next)
		store_guard(tx, &g->guard);
}
