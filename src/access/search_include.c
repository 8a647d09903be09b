/* _include and _revinclude: what the matches refer to, and what refers to them; each resource once, only what the
 * visitor may see, noted as read. */
#include "access/search.h"

#include <stdlib.h>

#include "fhir/reference.h"

enum { SCAN_CHUNK = 500 };

/* What is on the page already. */
typedef struct Seen {
	Link link;
	Rid rid;
} Seen;

typedef struct Including {
	Search *s;
	Table seen;
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

static int by_rid(const void *a, const void *b)
{
	const Rid *p = a, *q = b;
	return *p < *q ? -1 : *p > *q;
}

/* Reads what was gathered, in one go. */
static Err fetch(Including *x)
{
	StoreRow *rows;
	size_t kept = 0, found;
	if (x->n_rids)
		qsort(x->rids, x->n_rids, sizeof(Rid), by_rid);
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

typedef struct Pointing {
	Str id;
	FhirType type;
	bool yes;
} Pointing;

static void points(void *ctx, Str ref)
{
	Pointing *p = ctx;
	Reference r;
	p->yes =
	    p->yes || (reference_parse(ref, &r) && r.kind == REF_RELATIVE && r.type == p->type && str_eq(r.id, p->id));
}

static bool refers_by(Including *x, const SearchInclude *inc, FhirType from, JVal json, const Rec *to)
{
	size_t n;
	Pointing p = { .id = to->id, .type = to->type };
	const SearchParam *const *all = search_params(from, &n);
	for (size_t i = 0; i < n && !p.yes; i++)
		if (all[i]->kind == PARAM_REFERENCE && (!inc->param || all[i] == inc->param))
			refs_of(x->s, all[i], json, points, &p);
	return p.yes;
}

static Err backward_rows(Including *x, const SearchInclude *inc, const Rec *to, const StoreRow *rows, size_t n)
{
	for (size_t i = 0; i < n && !x->full; i++) {
		const Json *doc;
		TRY(json_parse(x->s->scratch, rows[i].body, &doc, NULL));
		if (rows[i].op != ROW_DELETE && rows[i].type == inc->from &&
		    refers_by(x, inc, inc->from, json_root(doc), to))
			TRY(add_row(x, &rows[i]));
	}
	return OK;
}

static Err backward_scan(Including *x, const SearchInclude *inc, const Rec *to, Part part)
{
	TypeSet only = { { 0 } };
	typeset_add(&only, inc->from);
	for (Rid after = 0; !x->full;) {
		StoreRow *rows;
		size_t n;
		TRY(store_scan(x->s->store, part, &only, after, SCAN_CHUNK, x->s->scratch, &rows, &n));
		x->s->cost.rows += n;
		TRY(backward_rows(x, inc, to, rows, n));
		if (n < SCAN_CHUNK)
			return OK;
		after = rows[n - 1].rid;
	}
	return OK;
}

static Err backward_index(Including *x, const SearchInclude *inc, const Rec *to, const KeyRange *r)
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
		TRY(backward_rows(x, inc, to, rows, found));
		if (n < SCAN_CHUNK)
			return OK;
		from = rids[n - 1];
	}
	return OK;
}

/* Where may those be that refer to this one: in its dossier; outside dossiers; and, when it is outside itself, in the
 * visitor's dossiers, by index or one after the other. */
static Err backward(Including *x, const SearchInclude *inc, const Rec *to, Part part)
{
	Search *s = x->s;
	bool personal = fhir_home(inc->from) == HOME_PERSON;
	Str ref = arena_join(s->scratch, fhir_type_name(to->type), S("/"), to->id, STR_END);
	SearchTerm t = { .param = inc->param, .values = &ref, .n_values = 1 };
	KeyRange *r;
	size_t n;
	if (personal && part >= PART_FIRST)
		return backward_scan(x, inc, to, part);
	if (inc->param && search_ranges(&t, s->q->context, s->scratch, &r, &n) && n == 1)
		return backward_index(x, inc, to, r);
	if (!personal)
		return backward_scan(x, inc, to, PART_SHARED);
	Part *parts;
	TRY(visit_parts(s->v, SEARCH_PARTS_MAX, &parts, &n));
	for (size_t i = 0; i < n && !x->full; i++)
		TRY(backward_scan(x, inc, to, parts[i]));
	return OK;
}

/* ---- rounds ---- */

static bool applies(const SearchInclude *inc, FhirType type)
{
	if (!inc->reverse)
		return inc->from == FT_NONE || inc->from == type;
	return (inc->target == FT_NONE || inc->target == type) &&
	       (!inc->param || typeset_empty(&inc->param->targets) || typeset_has(&inc->param->targets, type));
}

static Err one_source(Including *x, const Rec *rec, bool first)
{
	Search *s = x->s;
	const Json *doc;
	Rid rid;
	TRY(json_parse(s->scratch, rec->body, &doc, NULL));
	TRY(store_resolve(s->store, rec->type, rec->id, &rid));
	for (size_t i = 0; i < s->q->n_includes && !x->full; i++) {
		const SearchInclude *inc = &s->q->includes[i];
		if ((!first && !inc->iterate) || !applies(inc, rec->type))
			continue;
		if (inc->reverse)
			TRY(backward(x, inc, rec, rid_part(rid)));
		else
			TRY(forward(x, inc, rec->type, json_root(doc)));
	}
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
		for (; from < to && !x.full; from++) {
			Rec rec = x.list[from]; /* the list moves when it grows */
			TRY(one_source(&x, &rec, round == 0));
		}
		TRY(fetch(&x));
		arena_reset(s->scratch);
	}
	out->recs = x.list;
	out->n = x.n;
	out->all_included = !x.full;
	return OK;
}
