/* Does a resource meet what was asked: terms by its own content, chains by what it refers to, _has by what refers to
 * it. Both ways only through what the visitor may see. */
#include "access/search.h"

#include "access/definitions.h"

#include "base/random.h"
#include "fhir/reference.h"

enum { SCAN_CHUNK = 500, FIND_CHUNK = 256 };

typedef struct KinRow {
	struct KinRow *next;
	Candidate c;
} KinRow;

/* What is known already: of a chain about a row, or of _has about a reference. */
typedef struct Memo {
	Link link;
	const SearchCond *cond;
	Rid rid;
	Str ref;
	bool yes;
} Memo;

/* ---- references ---- */

typedef struct Refs {
	void (*fn)(void *ctx, Str ref);
	void *ctx;
	Str base;
} Refs;

static void ref_value(void *ctx, const SearchValue *v)
{
	Refs *r = ctx;
	Str text = v->reference;
	if (!text.p)
		return;
	if (r->base.n && str_starts(text, r->base) && text.n > r->base.n + 1 && text.p[r->base.n] == '/')
		text = str_from(text, r->base.n + 1);
	r->fn(r->ctx, text);
}

void refs_of(const Search *s, const SearchParam *p, JVal resource, void (*fn)(void *ctx, Str ref), void *ctx)
{
	Refs r = { fn, ctx, s->q->context ? s->q->context->base : STR_END };
	search_extract(p, resource, s->scratch, ref_value, &r);
}

Err ref_rid(const Search *s, Str ref, FhirType type, Rid *out)
{
	Reference r;
	if (!reference_parse(ref, &r) || r.kind != REF_RELATIVE || (type != FT_NONE && r.type != type))
		return ERR_NOT_FOUND;
	return store_resolve(s->store, r.type, r.id, out);
}

Err search_enter(Search *s, Part part, Person **p)
{
	*p = NULL;
	if (part == PART_SHARED || (part == PART_CLOSED && s->v->who.role == ROLE_SYSTEM))
		return OK;
	if (part == PART_OWN && s->own)
		return OK;
	if (part < PART_FIRST)
		return ERR_NOT_FOUND;
	s->cost.relations++;
	return visit_part(s->v, part, p);
}

/* The resource behind a row, when the visitor sees it. c->json absent: not. Lives in `a`. */
static Err look(Search *s, const StoreRow *row, Arena *a, Candidate *c)
{
	Person *p;
	Mark mark;
	const Json *doc;
	*c = (Candidate){ .type = row->type, .rid = row->rid, .id = row->id };
	if (row->op == ROW_DELETE)
		return OK;
	Err e = search_enter(s, rid_part(row->rid), &p);
	if (e == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	if (!visit_sees_in(s->v, p, row->type, row->body, &mark, a))
		return OK;
	TRY(json_parse(a, row->body, &doc, NULL));
	c->json = json_root(doc);
	return OK;
}

/* ---- memory of answers ---- */

static uint64_t memo_hash(const SearchCond *cond, Rid rid, Str ref)
{
	uint64_t x = (uint64_t)(uintptr_t)cond ^ (uint64_t)rid * UINT64_C(0x9e3779b97f4a7c15);
	return (x ^ x >> 31) + (ref.n ? hash_str(ref) : 0);
}

static Memo *memo_find(const Table *t, const SearchCond *cond, Rid rid, Str ref)
{
	for (Link *l = NULL; (l = table_find(t, memo_hash(cond, rid, ref), l));) {
		Memo *m = (Memo *)l;
		if (m->cond == cond && m->rid == rid && str_eq(m->ref, ref))
			return m;
	}
	return NULL;
}

static void memo_add(Arena *a, Table *t, const SearchCond *cond, Rid rid, Str ref, bool yes)
{
	Memo *m = ARENA_NEW(a, Memo);
	*m = (Memo){ .cond = cond, .rid = rid, .ref = arena_str(a, ref), .yes = yes };
	table_add(t, a, &m->link, memo_hash(cond, rid, ref));
}

/* ---- chains ---- */

typedef struct Following {
	Search *s;
	const SearchCond *cond;
	bool yes;
	Err err;
} Following;

static Err follow(Search *s, const SearchCond *cond, Str ref, bool *yes)
{
	Rid rid;
	StoreRow row;
	Candidate c;
	*yes = false;
	Err e = ref_rid(s, ref, cond->type, &rid);
	if (e == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	Memo *m = memo_find(&s->memo, cond, rid, STR_END);
	if (m) {
		*yes = m->yes;
		return OK;
	}
	e = store_get_rid(s->store, rid, s->scratch, &row);
	s->cost.rows++;
	if (e == OK && row.type == cond->type)
		e = look(s, &row, s->scratch, &c);
	if (e == OK && row.type == cond->type && c.json.node)
		e = conds_meet(s, cond->inner, cond->n_inner, &c, yes);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	memo_add(s->v->arena, &s->memo, cond, rid, STR_END, *yes);
	return OK;
}

static void follow_one(void *ctx, Str ref)
{
	Following *f = ctx;
	if (!f->yes && f->err == OK)
		f->err = follow(f->s, f->cond, ref, &f->yes);
}

static Err chain_meets(Search *s, const SearchCond *cond, const Candidate *c, bool *yes)
{
	Following f = { .s = s, .cond = cond };
	refs_of(s, cond->term.param, c->json, follow_one, &f);
	*yes = f.yes;
	return f.err;
}

/* ---- _has ---- */

typedef struct Naming {
	const Candidate *what;
	Search *s;
	bool yes;
} Naming;

static void names_it(void *ctx, Str ref)
{
	Naming *n = ctx;
	Reference r;
	n->yes = n->yes || (reference_parse(ref, &r) && r.kind == REF_RELATIVE && r.type == n->what->type &&
	                    str_eq(r.id, n->what->id));
}

/* Does the resource `from` refer to `what`, and meet the inner conditions? */
static Err refers(Search *s, const SearchCond *cond, const Candidate *from, const Candidate *what, bool *yes)
{
	Naming n = { .what = what, .s = s };
	refs_of(s, cond->term.param, from->json, names_it, &n);
	*yes = n.yes;
	return n.yes ? conds_meet(s, cond->inner, cond->n_inner, from, yes) : OK;
}

typedef struct Noting {
	const SearchCond *cond;
	Table *table;
	Arena *arena;
} Noting;

/* Whatever version of it is meant. */
static void note_ref(void *ctx, Str ref)
{
	Noting *n = ctx;
	Reference r;
	if (!reference_parse(ref, &r) || r.kind != REF_RELATIVE)
		return;
	ref = str_upto(ref, fhir_type_name(r.type).n + 1 + r.id.n);
	if (!memo_find(n->table, n->cond, 0, ref))
		memo_add(n->arena, n->table, n->cond, 0, ref, true);
}

/* The visible resources of a type in one dossier, parsed, kept while this dossier is looked at. */
static Err kin_load(Search *s, Part part, FhirType type)
{
	Kin *k = &s->kin;
	if (!k->arena)
		k->arena = arena_new();
	if (k->part != part) {
		arena_reset(k->arena);
		*k = (Kin){ .part = part, .arena = k->arena };
	}
	if (typeset_has(&k->loaded, type))
		return OK;
	typeset_add(&k->loaded, type);
	TypeSet only = { { 0 } };
	typeset_add(&only, type);
	for (Rid after = 0;;) {
		StoreRow *rows;
		size_t n;
		TRY(store_scan(s->store, part, &only, after, SCAN_CHUNK, k->arena, &rows, &n));
		s->cost.rows += n;
		for (size_t i = 0; i < n; i++) {
			KinRow *r = ARENA_NEW(k->arena, KinRow);
			TRY(look(s, &rows[i], k->arena, &r->c));
			if (!r->c.json.node)
				continue;
			r->next = k->rows;
			k->rows = r;
		}
		if (n < SCAN_CHUNK)
			return OK;
		after = rows[n - 1].rid;
	}
}

/* What those of the dossier that meet the inner conditions refer to: once, however many candidates there are and
 * however deep it is asked. */
static Err kin_note(Search *s, const SearchCond *cond)
{
	Kin *k = &s->kin;
	Noting noting = { cond, &k->noted, k->arena };
	memo_add(k->arena, &k->noted, cond, 1, STR_END, true);
	for (const KinRow *r = k->rows; r; r = r->next) {
		bool yes = false;
		if (r->c.type == cond->type)
			TRY(conds_meet(s, cond->inner, cond->n_inner, &r->c, &yes));
		if (yes)
			refs_of(s, cond->term.param, r->c.json, note_ref, &noting);
	}
	return OK;
}

static Err has_kin(Search *s, const SearchCond *cond, const Candidate *c, Str ref, bool *yes)
{
	Kin keep = s->kin;
	bool other = keep.busy && keep.part != rid_part(c->rid);
	if (other)
		s->kin = (Kin){ 0 };
	Err e = kin_load(s, rid_part(c->rid), cond->type);
	s->kin.busy++;
	if (e == OK && !memo_find(&s->kin.noted, cond, 1, STR_END))
		e = kin_note(s, cond);
	s->kin.busy--;
	*yes = e == OK && memo_find(&s->kin.noted, cond, 0, ref);
	if (other) {
		arena_free(s->kin.arena);
		s->kin = keep;
	}
	return e;
}

static Err has_by_index(Search *s, const SearchCond *cond, const KeyRange *range, const Candidate *c, bool *yes)
{
	for (Rid from = 0; !*yes;) {
		Rid *rids;
		size_t n;
		TRY(store_find_rids(s->store, range->param, range->low, range->high, from, false, FIND_CHUNK,
		                    s->scratch, &rids, &n));
		s->cost.index_rows += n;
		for (size_t i = 0; i < n && !*yes; i++) {
			bool mine = rid_part(rids[i]) < PART_FIRST;
			StoreRow row;
			Candidate other;
			if (!mine)
				TRY(mine_has(s->v, &s->mine, rid_part(rids[i]), &s->cost, &mine));
			if (!mine || store_get_rid(s->store, rids[i], s->scratch, &row) != OK)
				continue;
			s->cost.rows++;
			TRY(look(s, &row, s->scratch, &other));
			if (other.json.node)
				TRY(refers(s, cond, &other, c, yes));
		}
		if (n < FIND_CHUNK)
			return OK;
		from = rids[n - 1];
	}
	return OK;
}

/* One partition's resources that meet the inner conditions: everything they refer to is noted. */
static Err note_part(Search *s, const SearchCond *cond, Part part)
{
	TypeSet only = { { 0 } };
	Noting noting = { cond, &s->referred, s->v->arena };
	Arena *a = arena_new(), *keep = s->scratch;
	Err e = OK;
	typeset_add(&only, cond->type);
	s->scratch = a;
	s->cost.dossiers++;
	for (Rid after = 0; e == OK;) {
		StoreRow *rows;
		size_t n = 0;
		arena_reset(a);
		e = store_scan(s->store, part, &only, after, SCAN_CHUNK, a, &rows, &n);
		s->cost.rows += n;
		for (size_t i = 0; i < n && e == OK; i++) {
			Candidate c;
			bool yes = false;
			e = look(s, &rows[i], a, &c);
			if (e == OK && c.json.node)
				e = conds_meet(s, cond->inner, cond->n_inner, &c, &yes);
			if (yes)
				refs_of(s, cond->term.param, c.json, note_ref, &noting);
		}
		if (n < SCAN_CHUNK)
			break;
		after = rows[n - 1].rid;
	}
	s->scratch = keep;
	arena_free(a);
	return e;
}

/* All that is referred to, once for the whole search; then the candidate is looked up in it. */
static Err has_noted(Search *s, const SearchCond *cond, const Candidate *c, bool *yes)
{
	if (!memo_find(&s->referred, cond, 1, STR_END)) {
		memo_add(s->v->arena, &s->referred, cond, 1, STR_END, true);
		if (fhir_home(cond->type) != HOME_PERSON) {
			TRY(note_part(s, cond, PART_SHARED));
		} else {
			Part *parts;
			size_t n;
			TRY(visit_parts(s->v, SEARCH_PARTS_MAX, &parts, &n));
			for (size_t i = 0; i < n; i++)
				TRY(note_part(s, cond, parts[i]));
		}
	}
	Str ref = arena_join(s->scratch, fhir_type_name(c->type), S("/"), c->id, STR_END);
	*yes = memo_find(&s->referred, cond, 0, ref);
	return OK;
}

static Err has_meets(Search *s, const SearchCond *cond, const Candidate *c, bool *yes)
{
	bool within = rid_part(c->rid) >= PART_FIRST && fhir_home(cond->type) == HOME_PERSON;
	Str ref = arena_join(s->scratch, fhir_type_name(c->type), S("/"), c->id, STR_END);
	SearchTerm t = { .param = cond->term.param, .values = &ref, .n_values = 1 };
	KeyRange *range;
	size_t n;
	if (within)
		return has_kin(s, cond, c, ref, yes);
	if (search_ranges(&t, s->q->context, s->scratch, &range, &n) && n == 1)
		return has_by_index(s, cond, range, c, yes);
	return has_noted(s, cond, c, yes);
}

/* ---- all kinds ---- */

static void list_entry(Search *s, const SearchCond *cond, JVal list)
{
	for (JIter it = json_each(JGET(list, "entry")); json_next(&it);) {
		Str ref = json_str(json_path(it.value, "item", "reference", NULL), s->scratch);
		if (ref.n && !json_bool(JGET(it.value, "deleted"), false) && !memo_find(&s->referred, cond, 0, ref))
			memo_add(s->v->arena, &s->referred, cond, 0, ref, true);
	}
}

/* Reads the lists once. */
static Err list_load(Search *s, const SearchCond *cond)
{
	memo_add(s->v->arena, &s->referred, cond, 1, STR_END, true);
	for (size_t i = 0; i < cond->term.n_values; i++) {
		StoreRow row;
		Candidate c;
		Err e = store_get(s->store, FT_LIST, cond->term.values[i], s->scratch, &row);
		if (e == OK)
			e = look(s, &row, s->scratch, &c);
		if (e == OK && c.json.node)
			list_entry(s, cond, c.json);
		if (e != OK && e != ERR_NOT_FOUND)
			return e;
	}
	return OK;
}

static Err in_list(Search *s, const SearchCond *cond, const Candidate *c, bool *yes)
{
	if (!memo_find(&s->referred, cond, 1, STR_END))
		TRY(list_load(s, cond));
	*yes =
	    memo_find(&s->referred, cond, 0, arena_join(s->scratch, fhir_type_name(c->type), S("/"), c->id, STR_END));
	return OK;
}

static Err any_meets(Search *s, const SearchCond *cond, const Candidate *c, bool *yes)
{
	for (size_t i = 0; i < cond->n_inner && !*yes; i++)
		TRY(conds_meet(s, &cond->inner[i], 1, c, yes));
	return OK;
}

static Err cond_meets(Search *s, const SearchCond *cond, const Candidate *c, bool *yes)
{
	*yes = false;
	switch (cond->kind) {
	case COND_TERM:
		*yes = search_matches(&cond->term, s->q->context, c->json, s->scratch) == MATCH_YES;
		return OK;
	case COND_CHAIN:
		return chain_meets(s, cond, c, yes);
	case COND_HAS:
		return has_meets(s, cond, c, yes);
	case COND_LIST:
		return in_list(s, cond, c, yes);
	case COND_ALL:
		return conds_meet(s, cond->inner, cond->n_inner, c, yes);
	case COND_ANY:
		return any_meets(s, cond, c, yes);
	case COND_NOT:
		TRY(conds_meet(s, cond->inner, cond->n_inner, c, yes));
		*yes = !*yes;
		return OK;
	}
	return ERR_INTERNAL;
}

Err conds_meet(Search *s, const SearchCond *conds, size_t n, const Candidate *c, bool *yes)
{
	/* What is cheap first. */
	*yes = true;
	for (size_t i = 0; i < n && *yes; i++)
		if (conds[i].kind == COND_TERM)
			TRY(cond_meets(s, &conds[i], c, yes));
	for (size_t i = 0; i < n && *yes; i++)
		if (conds[i].kind != COND_TERM)
			TRY(cond_meets(s, &conds[i], c, yes));
	return OK;
}

/* ---- value sets that a search names ---- */

static Err term_known(Visit *v, const SearchTerm *t)
{
	JVal found;
	if (!str_eq(t->modifier, S("in")) && !str_eq(t->modifier, S("not-in")))
		return OK;
	for (size_t i = 0; i < t->n_values; i++) {
		Str url = t->values[i];
		if (str_starts(url, S("ValueSet/")) ||
		    definitions_find(v->records, FT_VALUESET, url, STR_END, v->arena, &found))
			continue;
		outcome_add(&v->outcome, SEV_ERROR, S("not-found"), STR_END, "The value set '%.*s' is not known here.",
		            STR_ARG(str_upto(url, 200)));
		return ERR_BAD_REQUEST;
	}
	return OK;
}

Err search_sets_known(Visit *v, const SearchCond *conds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (conds[i].kind == COND_TERM)
			TRY(term_known(v, &conds[i].term));
		TRY(search_sets_known(v, conds[i].inner, conds[i].n_inner));
	}
	return OK;
}
