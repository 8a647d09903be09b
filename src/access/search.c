/* Searching: inside a dossier by reading it, across dossiers by index, and the list of the user's persons. */
#include <assert.h>
#include <stdlib.h>

#include "access/visit.h"

enum { PERSONS_MAX = 1000, LIST_MAX = 5000, HITS_MAX = 20000, SCAN_MAX = 50000 };

/* ---- which persons ---- */

typedef struct Parts {
	Part *list;
	size_t n, cap, max;
	bool over;
} Parts;

static void parts_add(Parts *s, Arena *a, Part part)
{
	if (part < PART_FIRST || (s->n && s->list[s->n - 1] == part))
		return;
	if (s->n == s->max) {
		s->over = true;
		return;
	}
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 16;
		s->list = arena_grow(a, s->list, s->cap * sizeof *s->list, cap * sizeof *s->list);
		s->cap = cap;
	}
	s->list[s->n++] = part;
}

static int by_part(const void *a, const void *b)
{
	const Part *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static Err add_teams(Visit *v, Str ref, Parts *s)
{
	Str value = ref;
	KeyRange *range;
	size_t ranges;
	SearchTerm t = { .param = search_param(FT_CARETEAM, S("participant")), .values = &value, .n_values = 1 };
	Rid *rids;
	size_t n;
	if (!search_ranges(&t, NULL, v->arena, &range, &ranges))
		return OK;
	assert(ranges == 1);
	TRY(store_find(v->records->store, range->param, range->low, range->high, s->max * 2, v->arena, &rids, &n));
	for (size_t i = 0; i < n; i++)
		parts_add(s, v->arena, rid_part(rids[i]));
	s->over = s->over || n == s->max * 2;
	return OK;
}

static Err all_parts(Visit *v, Parts *s)
{
	enum { PAGE = 500 };
	for (Part after = 0;;) {
		StoreRow *rows;
		size_t n;
		TRY(store_patients(v->records->store, after, PAGE, v->arena, &rows, &n));
		for (size_t i = 0; i < n; i++)
			parts_add(s, v->arena, rid_part(rows[i].rid));
		if (n < PAGE || s->over)
			return OK;
		after = rid_part(rows[n - 1].rid);
	}
}

Err visit_parts(Visit *v, size_t max, Part **out, size_t *n)
{
	Parts s = { .max = max };
	if (v->who.role == ROLE_SYSTEM)
		TRY(all_parts(v, &s));
	for (size_t i = 0; i < v->who.n_refs && v->who.role != ROLE_ADMIN && v->who.role != ROLE_SYSTEM; i++) {
		Str ref = v->who.refs[i];
		Rid rid;
		if (str_starts(ref, S("Patient/")) &&
		    store_resolve(v->records->store, FT_PATIENT, str_from(ref, 8), &rid) == OK)
			parts_add(&s, v->arena, rid_part(rid));
		if (str_starts(ref, S("RelatedPerson/")) &&
		    store_resolve(v->records->store, FT_RELATEDPERSON, str_from(ref, 14), &rid) == OK)
			parts_add(&s, v->arena, rid_part(rid));
		TRY(add_teams(v, ref, &s));
	}
	if (s.over)
		return ERR_TOO_LARGE;
	if (s.n)
		qsort(s.list, s.n, sizeof *s.list, by_part);
	*n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (!i || s.list[i] != s.list[i - 1])
			s.list[(*n)++] = s.list[i];
	}
	*out = s.list;
	return OK;
}

/* ---- hits ---- */

typedef struct Hits {
	Rec *list;
	Person **persons; /* of each hit; NULL outside dossiers */
	size_t n, cap;
} Hits;

static void hits_add(Hits *h, Arena *a, Rec rec, Person *p)
{
	if (h->n == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : 32;
		h->list = arena_grow(a, h->list, h->cap * sizeof *h->list, cap * sizeof *h->list);
		h->persons = arena_grow(a, h->persons, h->cap * sizeof(Person *), cap * sizeof(Person *));
		h->cap = cap;
	}
	h->list[h->n] = rec;
	h->persons[h->n++] = p;
}

static Err consider(Visit *v, const SearchQuery *q, const StoreRow *row, Person *p, Hits *h)
{
	Mark mark;
	if (row->type != q->type || row->op == ROW_DELETE || !visit_sees(v, p, row->type, row->body, &mark))
		return OK;
	Rec rec = rec_of(row, p, mark.category);
	JVal json = rec_json(v, &rec);
	if (!json.node)
		return ERR_IO;
	for (size_t i = 0; i < q->n_terms; i++) {
		if (search_matches(&q->terms[i], q->context, json, v->arena) != MATCH_YES)
			return OK;
	}
	hits_add(h, v->arena, rec, p);
	return OK;
}

static Err scan(Visit *v, const SearchQuery *q, Part part, Person *p, Hits *h)
{
	TypeSet types = { { 0 } };
	StoreRow *rows;
	size_t n;
	typeset_add(&types, q->type);
	TRY(store_scan(v->records->store, part, &types, 0, SCAN_MAX, v->arena, &rows, &n));
	if (n == SCAN_MAX)
		return ERR_TOO_LARGE;
	for (size_t i = 0; i < n; i++)
		TRY(consider(v, q, &rows[i], p, h));
	return OK;
}

/* ---- the person that a query names ---- */

static Str patient_of(Str value)
{
	if (str_starts(value, S("Patient/")))
		value = str_from(value, 8);
	return str_chr(value, '/') < 0 ? value : STR_END;
}

/* The values of a term that names patients, or NULL. */
static const SearchTerm *names_patients(const SearchQuery *q)
{
	for (size_t i = 0; i < q->n_terms; i++) {
		const SearchTerm *t = &q->terms[i];
		if (!t->param || t->param->kind != PARAM_REFERENCE ||
		    (t->modifier.n && !str_eq(t->modifier, S("Patient"))))
			continue;
		bool patient = str_eq(t->param->code, S("patient")) || str_eq(t->modifier, S("Patient"));
		bool all = t->n_values > 0;
		for (size_t k = 0; k < t->n_values; k++)
			all = all && patient_of(t->values[k]).p && (patient || str_starts(t->values[k], S("Patient/")));
		if (all && (patient || str_eq(t->param->code, S("subject"))))
			return t;
	}
	return NULL;
}

/* The same patient twice, "a" or "Patient/a", is still one. */
static bool named_before(const SearchTerm *t, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (str_eq(patient_of(t->values[i]), patient_of(t->values[at])))
			return true;
	return false;
}

static Err in_person(Visit *v, const SearchQuery *q, Str id, Hits *h)
{
	Person *p;
	Err e = visit_person(v, id, &p);
	if (e == ERR_NOT_FOUND)
		return OK; /* nobody and someone unknown look the same: nothing is found */
	TRY(e);
	return scan(v, q, p->part, p, h);
}

/* ---- across by index ---- */

/* The ranges of the first term that an index answers, or NULL. */
static KeyRange *index_ranges(const SearchQuery *q, Arena *a, size_t *n)
{
	KeyRange *ranges;
	for (size_t i = 0; i < q->n_terms; i++)
		if (search_ranges(&q->terms[i], q->context, a, &ranges, n))
			return ranges;
	return NULL;
}

static int by_rid(const void *a, const void *b)
{
	const Rid *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static bool among(const Part *parts, size_t n, Part part)
{
	return n && bsearch(&part, parts, n, sizeof *parts, by_part);
}

/* parts NULL: every partition (the system, or what is shared). */
static Err by_index(Visit *v, const SearchQuery *q, const KeyRange *ranges, size_t n_ranges, const Part *parts,
                    size_t n_parts, Hits *h)
{
	Store *s = v->records->store;
	Rid *all = ARENA_ARRAY(v->arena, Rid, HITS_MAX);
	size_t n = 0;
	for (size_t k = 0; k < n_ranges; k++) {
		const KeyRange *r = &ranges[k];
		Rid *rids;
		size_t found;
		TRY(store_find(s, r->param, r->low, r->high, HITS_MAX, v->arena, &rids, &found));
		for (size_t i = 0; i < found; i++) {
			if (parts && !among(parts, n_parts, rid_part(rids[i])))
				continue;
			if (n == HITS_MAX)
				return ERR_TOO_LARGE;
			all[n++] = rids[i];
		}
		if (found == HITS_MAX)
			return ERR_TOO_LARGE;
	}
	qsort(all, n, sizeof *all, by_rid);
	for (size_t i = 0; i < n; i++) {
		StoreRow row;
		Person *p = NULL;
		if (i && all[i] == all[i - 1])
			continue;
		Part part = rid_part(all[i]);
		Err e = part >= PART_FIRST ? visit_part(v, part, &p) : OK;
		if (e == OK && !(part == PART_CLOSED && v->who.role != ROLE_SYSTEM))
			e = store_get_rid(s, all[i], v->arena, &row);
		else if (e == OK)
			e = ERR_NOT_FOUND;
		if (e == OK)
			e = consider(v, q, &row, p, h);
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
	}
	return OK;
}

static Err too_wide(Visit *v)
{
	outcome_add(&v->outcome, SEV_ERROR, S("too-costly"), STR_END,
	            "this search covers too much; name a patient or an identifier");
	return ERR_TOO_LARGE;
}

static Err across_persons(Visit *v, const SearchQuery *q, Hits *h)
{
	size_t n_ranges;
	const KeyRange *ranges = index_ranges(q, v->arena, &n_ranges);
	if (v->who.role == ROLE_SYSTEM) {
		Err e = ranges ? by_index(v, q, ranges, n_ranges, NULL, 0, h) : ERR_TOO_LARGE;
		return e == ERR_TOO_LARGE ? too_wide(v) : e;
	}
	Part *parts;
	size_t n;
	Err e = visit_parts(v, ranges ? LIST_MAX : PERSONS_MAX, &parts, &n);
	if (e == ERR_TOO_LARGE)
		return too_wide(v);
	TRY(e);
	if (ranges && n > 8) {
		e = by_index(v, q, ranges, n_ranges, parts, n, h);
		if (e != ERR_TOO_LARGE)
			return e;
		*h = (Hits){ 0 }; /* a common value among strangers: look at the user's own persons instead */
	}
	for (size_t i = 0; i < n; i++) {
		Person *p;
		e = visit_part(v, parts[i], &p);
		if (e == OK)
			e = scan(v, q, p->part, p, h);
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
	}
	return OK;
}

static Err shared(Visit *v, const SearchQuery *q, Hits *h)
{
	size_t n_ranges;
	const KeyRange *ranges = index_ranges(q, v->arena, &n_ranges);
	Err e = ranges ? by_index(v, q, ranges, n_ranges, NULL, 0, h) : scan(v, q, PART_SHARED, NULL, h);
	return e == ERR_TOO_LARGE ? too_wide(v) : e;
}

/* ---- answering ---- */

static int newest_first(const void *a, const void *b)
{
	const Rec *x = a, *y = b;
	if (x->updated != y->updated)
		return x->updated > y->updated ? -1 : 1;
	return str_cmp(x->id, y->id);
}

static void note_hits(Visit *v, const Hits *h, size_t from, size_t n)
{
	bool any = false;
	assert(!n || (h->list && h->persons));
	for (size_t i = from; i < from + n; i++) {
		const Rec *r = &h->list[i];
		if (!h->persons[i])
			continue;
		visit_note(v, h->persons[i], AUDIT_SEARCH, BIT(r->category), 1, r->type, r->id, r->version);
		any = true;
	}
	/* That someone searched over persons is known even when nothing was found. */
	if (!any)
		visit_note(v, NULL, AUDIT_SEARCH, 0, 0, FT_NONE, STR_END, 0);
}

Err visit_search(Visit *v, const SearchQuery *q, Rec **out, size_t *n, size_t *total)
{
	Hits h = { 0 };
	const SearchTerm *named = names_patients(q);
	bool personal = fhir_home(q->type) == HOME_PERSON, sorted = true;
	if (q->guard)
		TRY(visit_guard(v, q));
	if (q->person.p) {
		TRY(in_person(v, q, q->person, &h));
	} else if (!personal) {
		TRY(shared(v, q, &h));
		sorted = false;
	} else if (named) {
		for (size_t i = 0; i < named->n_values; i++)
			if (!named_before(named, i))
				TRY(in_person(v, q, patient_of(named->values[i]), &h));
		sorted = named->n_values == 1;
	} else {
		TRY(across_persons(v, q, &h));
		sorted = false;
	}
	/* One person: all hits have the same Person, so the two arrays stay in step. */
	if (sorted && h.n)
		qsort(h.list, h.n, sizeof *h.list, newest_first);
	*total = h.n;
	size_t from = q->offset < h.n ? q->offset : h.n;
	*n = h.n - from < q->count ? h.n - from : q->count;
	*out = h.list ? h.list + from : NULL;
	if (personal)
		note_hits(v, &h, from, *n);
	visit_keep_reads(v, *out, *n);
	return OK;
}
