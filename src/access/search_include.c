/* _include and _revinclude: what the matches refer to, and what refers to them; each resource once, only what the
 * visitor may see, noted as read. */
#include "access/search.h"

#include <stdlib.h>

#include "base/random.h"
#include "fhir/reference.h"

enum { SCAN_CHUNK = 500 };

/* What is on the page already. */
typedef struct Seen {
	Link link;
	Rid rid;
} Seen;

/* What is looked from in this round. */
typedef struct Source {
	Link link;
	struct Source *next;
	FhirType type;
	Str id;
	Part part;
} Source;

typedef struct Including {
	Search *s;
	Table seen;
	Table sources;
	Source *first_source;
	const SearchInclude *inc;
	Rec *list;
	size_t n, cap, n_matches;
	Rid *rids; /* that the sources of this round refer to */
	size_t n_rids, cap_rids;
	bool full;
} Including;

static bool seen_before(Including *x, Rid rid)
{
	for (Link *l = NULL; (l = table_find(&x->seen, (uint64_t)rid, l));)
		if (((Seen *)l)->rid == rid)
			return true;
	Seen *n = ARENA_NEW(x->s->v->arena, Seen);
	n->rid = rid;
	table_add(&x->seen, x->s->v->arena, &n->link, (uint64_t)rid);
	return false;
}

/* Adds a row when the visitor may see it. */
static Err add_row(Including *x, const StoreRow *row)
{
	Search *s = x->s;
	Person *p;
	Mark mark;
	if (row->op == ROW_DELETE)
		return OK;
	Err e = search_enter(s, rid_part(row->rid), &p);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	if (!visit_sees_in(s->v, p, row->type, row->body, &mark, s->scratch) || seen_before(x, row->rid))
		return OK;
	if (x->n - x->n_matches == SEARCH_INCLUDED_MAX) {
		x->full = true;
		return OK;
	}
	if (x->n == x->cap) {
		size_t cap = x->cap * 2 + 16;
		x->list = arena_grow(s->v->arena, x->list, x->cap * sizeof(Rec), cap * sizeof(Rec));
		x->cap = cap;
	}
	Rec *r = &x->list[x->n++];
	*r = rec_of(row, p, mark.category);
	r->id = arena_str(s->v->arena, row->id);
	r->body = arena_str(s->v->arena, row->body);
	if (p)
		visit_note(s->v, p, AUDIT_READ, BIT(mark.category), 1, r->type, r->id, r->version);
	return OK;
}

/* ---- forward ---- */

/* A canonical address: the definition of that address, by index. */
static Err canonical_rids(Including *x, Str url, FhirType target, Rid **out, size_t *n)
{
	Str plain;
	str_cut(url, '|', &plain);
	SearchTerm t = { .param = search_param(target, S("url")), .values = &plain, .n_values = 1 };
	KeyRange *r;
	size_t ranges;
	*n = 0;
	if (!t.param || !search_ranges(&t, NULL, x->s->scratch, &r, &ranges) || ranges != 1)
		return OK;
	x->s->cost.index_rows++;
	return store_find_rids(x->s->store, r->param, r->low, r->high, 0, false, 4, x->s->scratch, out, n);
}

static void add_rid(Including *x, Rid rid)
{
	if (x->n_rids == x->cap_rids) {
		size_t cap = x->cap_rids * 2 + 32;
		x->rids = arena_grow(x->s->v->arena, x->rids, x->cap_rids * sizeof(Rid), cap * sizeof(Rid));
		x->cap_rids = cap;
	}
	x->rids[x->n_rids++] = rid;
}

static void forward_ref(void *ctx, Str ref)
{
	Including *x = ctx;
	Reference r;
	Rid rid, *rids;
	size_t n;
	FhirType target = x->inc->target;
	if (!reference_parse(ref, &r))
		return;
	if (r.kind == REF_RELATIVE && ref_rid(x->s, ref, target, &rid) == OK)
		add_rid(x, rid);
	for (FhirType t = FT_NONE + 1; r.kind == REF_ABSOLUTE && x->inc->param && t < FT_COUNT; t++) {
		if (!typeset_has(&x->inc->param->targets, t) || (target != FT_NONE && t != target) ||
		    fhir_home(t) != HOME_DEFINITION || canonical_rids(x, ref, t, &rids, &n) != OK)
			continue;
		for (size_t i = 0; i < n; i++)
			add_rid(x, rids[i]);
	}
}

static Err forward(Including *x, const SearchInclude *inc, FhirType type, JVal json)
{
	size_t n;
	const SearchParam *const *all = search_params(type, &n);
	SearchInclude one = *inc;
	for (size_t i = 0; i < n; i++) {
		if (all[i]->kind != PARAM_REFERENCE || (inc->param && all[i] != inc->param))
			continue;
		one.param = all[i];
		x->inc = &one;
		refs_of(x->s, all[i], json, forward_ref, x);
	}
	return OK;
}

/* Reads what was gathered, in one go. */
static Err fetch(Including *x)
{
	StoreRow *rows;
	size_t kept = 0, found;
	if (x->n_rids)
		qsort(x->rids, x->n_rids, sizeof(Rid), rid_order);
	for (size_t i = 0; i < x->n_rids; i++)
		if (!kept || x->rids[i] != x->rids[kept - 1])
			x->rids[kept++] = x->rids[i];
	x->n_rids = 0;
	TRY(store_get_rids(x->s->store, x->rids, kept, x->s->scratch, &rows, &found));
	x->s->cost.rows += found;
	for (size_t i = 0; i < found && !x->full; i++)
		TRY(add_row(x, &rows[i]));
	return OK;
}

/* ---- backward ---- */

/* Does a resource refer to one of the sources of this round: to `to`, or, when that is absent, to any in its dossier.
 */
typedef struct Pointing {
	const Including *x;
	const SearchInclude *inc;
	const Rec *to;
	Part part;
	bool yes;
} Pointing;

static bool applies(const SearchInclude *inc, FhirType type)
{
	if (!inc->reverse)
		return inc->from == FT_NONE || inc->from == type;
	return (inc->target == FT_NONE || inc->target == type) &&
	       (!inc->param || typeset_empty(&inc->param->targets) || typeset_has(&inc->param->targets, type));
}

static uint64_t source_hash(FhirType type, Str id)
{
	return hash_str(id) ^ (uint64_t)type;
}

static bool source_there(const Pointing *p, const Reference *r)
{
	if (p->to)
		return r->type == p->to->type && str_eq(r->id, p->to->id);
	for (Link *l = NULL; (l = table_find(&p->x->sources, source_hash(r->type, r->id), l));) {
		const Source *s = (const Source *)l;
		if (s->type == r->type && s->part == p->part && str_eq(s->id, r->id))
			return applies(p->inc, s->type);
	}
	return false;
}

static void points(void *ctx, Str ref)
{
	Pointing *p = ctx;
	Reference r;
	p->yes = p->yes || (reference_parse(ref, &r) && r.kind == REF_RELATIVE && source_there(p, &r));
}

static bool refers(Including *x, Pointing *p, JVal json)
{
	size_t n;
	const SearchParam *const *all = search_params(p->inc->from, &n);
	p->yes = false;
	for (size_t i = 0; i < n && !p->yes; i++)
		if (all[i]->kind == PARAM_REFERENCE && (!p->inc->param || all[i] == p->inc->param))
			refs_of(x->s, all[i], json, points, p);
	return p->yes;
}

static Err backward_rows(Including *x, Pointing *p, const StoreRow *rows, size_t n)
{
	for (size_t i = 0; i < n && !x->full; i++) {
		const Json *doc;
		TRY(json_parse(x->s->scratch, rows[i].body, &doc, NULL));
		if (rows[i].op != ROW_DELETE && rows[i].type == p->inc->from && refers(x, p, json_root(doc)))
			TRY(add_row(x, &rows[i]));
	}
	return OK;
}

/* Has a memory of its own, forgotten with each chunk: that of the search lives as long as the round. */
static Err backward_scan(Including *x, Pointing *p, Part part)
{
	TypeSet only = { { 0 } };
	Arena *a = arena_new(), *keep = x->s->scratch;
	Err e = OK;
	typeset_add(&only, p->inc->from);
	x->s->scratch = a;
	for (Rid after = 0; e == OK && !x->full;) {
		StoreRow *rows;
		size_t n = 0;
		arena_reset(a);
		e = store_scan(x->s->store, part, &only, after, SCAN_CHUNK, a, &rows, &n);
		x->s->cost.rows += n;
		if (e == OK)
			e = backward_rows(x, p, rows, n);
		if (n < SCAN_CHUNK)
			break;
		after = rows[n - 1].rid;
	}
	x->s->scratch = keep;
	arena_free(a);
	return e;
}

static Err backward_index(Including *x, Pointing *p, const KeyRange *r)
{
	Search *s = x->s;
	for (Rid from = 0; !x->full;) {
		Rid *rids, *mine;
		StoreRow *rows;
		size_t n, kept = 0, found;
		TRY(store_find_rids(s->store, r->param, r->low, r->high, from, false, SCAN_CHUNK, s->scratch, &rids,
		                    &n));
		s->cost.index_rows += n;
		mine = ARENA_ARRAY(s->scratch, Rid, n + 1);
		for (size_t i = 0; i < n; i++) {
			bool yes = rid_part(rids[i]) < PART_FIRST;
			if (!yes)
				TRY(mine_has(s->v, &s->mine, rid_part(rids[i]), &s->cost, &yes));
			if (yes)
				mine[kept++] = rids[i];
		}
		TRY(store_get_rids(s->store, mine, kept, s->scratch, &rows, &found));
		s->cost.rows += found;
		TRY(backward_rows(x, p, rows, found));
		if (n < SCAN_CHUNK)
			return OK;
		from = rids[n - 1];
	}
	return OK;
}

/* Where may those be that refer to this one, which is outside dossiers or may be referred to from there: outside; or in
 * the visitor's dossiers, by index or one after the other. */
static Err backward(Including *x, const SearchInclude *inc, const Rec *to)
{
	Search *s = x->s;
	Pointing p = { .x = x, .inc = inc, .to = to };
	Str ref = arena_join(s->scratch, fhir_type_name(to->type), S("/"), to->id, STR_END);
	SearchTerm t = { .param = inc->param, .values = &ref, .n_values = 1 };
	Part *parts;
	KeyRange *r;
	size_t n;
	if (inc->param && search_ranges(&t, s->q->context, s->scratch, &r, &n) && n == 1)
		return backward_index(x, &p, r);
	if (fhir_home(inc->from) != HOME_PERSON)
		return backward_scan(x, &p, PART_SHARED);
	TRY(visit_parts(s->v, SEARCH_PARTS_MAX, &parts, &n));
	for (size_t i = 0; i < n && !x->full; i++)
		TRY(backward_scan(x, &p, parts[i]));
	return OK;
}

/* ---- rounds ---- */

static bool within(const SearchInclude *inc, Part part)
{
	return inc->reverse && fhir_home(inc->from) == HOME_PERSON && part >= PART_FIRST;
}

static void add_source(Including *x, const Rec *rec, Part part)
{
	Source *s = ARENA_NEW(x->s->v->arena, Source);
	*s = (Source){ .type = rec->type, .id = rec->id, .part = part };
	table_add(&x->sources, x->s->v->arena, &s->link, source_hash(rec->type, rec->id));
	s->next = x->first_source;
	x->first_source = s;
}

static Err one_source(Including *x, const Rec *rec, bool first)
{
	Search *s = x->s;
	const Json *doc;
	Rid rid;
	TRY(json_parse(s->scratch, rec->body, &doc, NULL));
	TRY(store_resolve(s->store, rec->type, rec->id, &rid));
	add_source(x, rec, rid_part(rid));
	for (size_t i = 0; i < s->q->n_includes && !x->full; i++) {
		const SearchInclude *inc = &s->q->includes[i];
		if ((!first && !inc->iterate) || !applies(inc, rec->type) || within(inc, rid_part(rid)))
			continue;
		if (inc->reverse)
			TRY(backward(x, inc, rec));
		else
			TRY(forward(x, inc, rec->type, json_root(doc)));
	}
	return OK;
}

static int by_part(const void *a, const void *b)
{
	const Part *p = a, *q = b;
	return *p < *q ? -1 : *p > *q;
}

/* What refers to the sources of this round in their own dossiers: each dossier is gone through once per include,
 * however many sources it has. */
static Err backward_within(Including *x, const SearchInclude *inc)
{
	Part *parts = ARENA_ARRAY(x->s->v->arena, Part, x->sources.n + 1);
	size_t n = 0;
	for (const Source *s = x->first_source; s; s = s->next)
		if (within(inc, s->part) && applies(inc, s->type))
			parts[n++] = s->part;
	if (n)
		qsort(parts, n, sizeof *parts, by_part);
	for (size_t i = 0; i < n && !x->full; i++) {
		Pointing p = { .x = x, .inc = inc, .part = parts[i] };
		if (!i || parts[i] != parts[i - 1])
			TRY(backward_scan(x, &p, parts[i]));
	}
	return OK;
}

static Err one_round(Including *x, size_t from, size_t to, bool first)
{
	const SearchQuery *q = x->s->q;
	x->sources = (Table){ 0 };
	x->first_source = NULL;
	for (; from < to && !x->full; from++) {
		Rec rec = x->list[from]; /* the list moves when it grows */
		TRY(one_source(x, &rec, first));
	}
	for (size_t i = 0; i < q->n_includes && !x->full; i++)
		if (first || q->includes[i].iterate)
			TRY(backward_within(x, &q->includes[i]));
	TRY(fetch(x));
	arena_reset(x->s->scratch);
	return OK;
}

Err search_include(Search *s, SearchResult *out)
{
	Including x = { .s = s, .list = out->recs, .n = out->n, .cap = out->n, .n_matches = out->n };
	for (size_t i = 0; i < out->n; i++) {
		Rid rid;
		if (store_resolve(s->store, out->recs[i].type, out->recs[i].id, &rid) == OK)
			(void)seen_before(&x, rid);
	}
	for (size_t round = 0, from = 0; round < SEARCH_ROUNDS && from < x.n && !x.full; round++) {
		size_t to = x.n;
		TRY(one_round(&x, from, to, round == 0));
		from = to;
	}
	out->recs = x.list;
	out->n = x.n;
	out->all_included = !x.full;
	return OK;
}
