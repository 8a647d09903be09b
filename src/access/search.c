/* Searching: candidates from the plan, checked one by one; order, pages, totals, and what is noted. */
#include "access/search.h"

#include <assert.h>
#include <stdlib.h>

#include "access/definitions.h"

enum { BATCH_LEAST = 4, BATCH_MOST = 200, SCAN_CHUNK = 500, INDEX_WORK_MAX = 5000000 };

/* A match. The body is kept only when it is known that it will be sent. */
typedef struct Hit {
	Rid rid;
	Rec rec;
	Person *person;
	Str *keys; /* one per sort: bytes in order, with their direction in them */
} Hit;

/* What is gathered in one walk through the stream. */
typedef struct Take {
	Hit *hits;
	size_t n, cap;
	size_t count; /* all matches, also beyond `most` */
	size_t most;  /* stop after so many; 0: all */
	bool keep;    /* hits, or only their number */
	bool bodies;
} Take;

static Err too_costly(Search *s, const char *what, size_t limit)
{
	outcome_add(&s->v->outcome, SEV_ERROR, S("too-costly"), STR_END,
	            "This search covers too much (%s: %zu at most); name a patient, an identifier or another narrower "
	            "condition.",
	            what, limit);
	return ERR_TOO_LARGE;
}

/* ---- one candidate ---- */

static const Alt *alt_of(const Search *s, FhirType type)
{
	for (size_t i = 0; i < s->n_alts; i++)
		if (s->alts[i].type == type)
			return &s->alts[i];
	return NULL;
}

/* Bytes that compare the other way round when `down`. */
static Str directed(Arena *a, Str key, bool down)
{
	char *p = arena_raw(a, key.n + 1);
	for (size_t i = 0; i < key.n; i++)
		p[i] = (char)(down ? ~key.p[i] : key.p[i]);
	p[key.n] = (char)(down ? 0xff : 0); /* a shorter one is before, or behind, a longer one */
	return str_n(p, key.n + 1);
}

static Str updated_key(Arena *a, Millis updated, bool down)
{
	char p[8];
	for (int i = 0; i < 8; i++)
		p[i] = (char)((uint64_t)updated >> (56 - 8 * i));
	return directed(a, str_n(p, 8), down);
}

static Str *sort_keys(Search *s, const StoreRow *row, JVal json)
{
	Arena *a = s->v->arena;
	Str *keys = ARENA_ARRAY(a, Str, s->n_sort);
	for (size_t i = 0; i < s->n_sort; i++) {
		Str code = s->sort[i].code;
		bool down = s->sort[i].down;
		if (str_eq(code, S("_lastUpdated")))
			keys[i] = updated_key(a, row->updated, down);
		else if (str_eq(code, S("_id")))
			keys[i] = directed(a, row->id, down);
		else
			keys[i] = search_sort_key(search_param(row->type, code), json, down, a);
	}
	return keys;
}

static void take_hit(Search *s, Take *t, const StoreRow *row, Person *p, Category category, JVal json)
{
	Arena *a = s->v->arena;
	t->count++;
	if (!t->keep)
		return;
	if (t->n == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 16;
		t->hits = arena_grow(a, t->hits, t->cap * sizeof *t->hits, cap * sizeof *t->hits);
		t->cap = cap;
	}
	Hit *h = &t->hits[t->n++];
	*h = (Hit){ .rid = row->rid, .rec = rec_of(row, p, category), .person = p };
	h->rec.id = arena_str(a, row->id);
	h->rec.body = t->bodies ? arena_str(a, row->body) : STR_END;
	if (s->n_sort)
		h->keys = sort_keys(s, row, json);
}

static Err consider(Search *s, const StoreRow *row, Person *p, Take *t)
{
	Mark mark;
	const Json *doc;
	const Alt *alt = alt_of(s, row->type);
	if (!alt || row->op == ROW_DELETE || !visit_sees_in(s->v, p, row->type, row->body, &mark, s->scratch))
		return OK;
	if (s->looked++ == SEARCH_WORK_MAX)
		return too_costly(s, "resources looked at", SEARCH_WORK_MAX);
	Candidate c = { .type = row->type, .rid = row->rid, .id = row->id };
	bool yes = true;
	if (alt->n || s->n_sort) {
		TRY(json_parse(s->scratch, row->body, &doc, NULL));
		c.json = json_root(doc);
		TRY(conds_meet(s, alt->conds, alt->n, &c, &yes));
	}
	if (yes)
		take_hit(s, t, row, p, mark.category, c.json);
	return OK;
}

static bool full(const Take *t)
{
	return t->most && t->count >= t->most;
}

/* ---- walking ---- */

/* May a row of this partition be the visitor's at all? Cheap. */
static Err perhaps(Search *s, Part part, bool *yes)
{
	*yes = part < PART_FIRST;
	return *yes || visit_part_known(s->v, part, yes) ? OK : mine_has(s->v, &s->mine, part, &s->cost, yes);
}

static Err walk_part(Search *s, Part part, Take *t)
{
	Person *p;
	bool mine, back = s->stream.back;
	TRY(perhaps(s, part, &mine));
	Err e = mine ? search_enter(s, part, &p) : ERR_NOT_FOUND;
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	Rid at = rid_part(s->stream.beyond) == part ? s->stream.beyond : 0;
	s->cost.dossiers += part >= PART_FIRST;
	for (;;) {
		StoreRow *rows;
		size_t n;
		arena_reset(s->scratch);
		TRY((back ? store_scan_back : store_scan)(s->store, part, &s->types, at, SCAN_CHUNK, s->scratch, &rows,
		                                          &n));
		s->cost.rows += n;
		for (size_t i = 0; i < n && !full(t); i++)
			TRY(consider(s, &rows[i], p, t));
		if (n < SCAN_CHUNK || full(t))
			return OK;
		at = rows[n - 1].rid;
	}
}

static Err walk_parts(Search *s, Take *t)
{
	while (!full(t)) {
		Rid rid;
		TRY(stream_next(s->v, &s->stream, &s->cost, &rid));
		if (!rid)
			return OK;
		TRY(walk_part(s, rid_part(rid), t));
	}
	return OK;
}

/* The next candidate that is in all streams: whichever lags behind leaps to where another one is. */
static Err next_common(Search *s, Rid *out)
{
	Rid rid, at;
	TRY(stream_next(s->v, &s->stream, &s->cost, &rid));
	for (size_t i = 0; rid && i < s->n_also;) {
		if (s->cost.index_rows > INDEX_WORK_MAX)
			return too_costly(s, "entries of the index read", INDEX_WORK_MAX);
		TRY(stream_seek(s->v, &s->also[i], rid, &s->cost, &at));
		if (at == rid) {
			i++;
			continue;
		}
		if (at)
			TRY(stream_seek(s->v, &s->stream, at, &s->cost, &at));
		if (at)
			TRY(stream_next(s->v, &s->stream, &s->cost, &at));
		rid = at;
		i = 0;
	}
	*out = rid;
	return OK;
}

/* The next rows that are worth reading. */
static Err next_batch(Search *s, const Take *t, Rid *rids, size_t *n)
{
	size_t want = t->most ? t->most - t->count : BATCH_MOST;
	if (want < BATCH_LEAST)
		want = BATCH_LEAST;
	for (*n = 0; *n < want && *n < BATCH_MOST;) {
		bool yes;
		Rid rid;
		TRY(next_common(s, &rid));
		if (!rid)
			return OK;
		TRY(perhaps(s, rid_part(rid), &yes));
		if (yes)
			rids[(*n)++] = rid;
	}
	return OK;
}

static Err walk_rows(Search *s, Take *t)
{
	Rid rids[BATCH_MOST];
	size_t n, found;
	for (;;) {
		StoreRow *rows;
		TRY(next_batch(s, t, rids, &n));
		if (!n)
			return OK;
		arena_reset(s->scratch);
		TRY(store_get_rids(s->store, rids, n, s->scratch, &rows, &found));
		s->cost.rows += found;
		for (size_t i = 0; i < found; i++) {
			Person *p;
			Err e = search_enter(s, rid_part(rows[i].rid), &p);
			if (e == OK)
				e = consider(s, &rows[i], p, t);
			if (e != OK && e != ERR_NOT_FOUND)
				return e;
			if (full(t))
				return OK;
		}
	}
}

static Err walk(Search *s, Rid beyond, bool back, Take *t)
{
	stream_start(&s->stream, beyond, back);
	for (size_t i = 0; i < s->n_also; i++)
		stream_start(&s->also[i], beyond, back);
	Err e = s->stream.parts ? walk_parts(s, t) : walk_rows(s, t);
	arena_reset(s->scratch);
	return e;
}

/* ---- order ---- */

static int compare_keys(size_t n, const Str *a, const Str *b)
{
	int c = 0;
	for (size_t i = 0; i < n && !c; i++)
		c = str_cmp(a[i], b[i]);
	return c;
}

static int compare_hits(const void *a, const void *b, void *ctx)
{
	const Hit *x = a, *y = b;
	const Search *s = ctx;
	int c = compare_keys(s->n_sort, x->keys, y->keys);
	return c ? c : x->rid < y->rid ? -1 : x->rid > y->rid;
}

static bool beyond(const Search *s, const Hit *h, const Place *at)
{
	int c = compare_keys(s->n_sort, h->keys, at->keys);
	c = c ? c : h->rid < at->rid ? -1 : h->rid > at->rid;
	return at->back ? c < 0 : c > 0;
}

/* ---- pages ---- */

typedef struct Page {
	Hit *hits;
	size_t n;
	bool before, after; /* there is more on that side */
} Page;

/* Of all matches in order: those beyond the place. */
static void cut_page(const Search *s, Take *t, const Place *at, size_t count, Page *out)
{
	size_t from = 0, to = t->n;
	while (at && !at->back && from < t->n && !beyond(s, &t->hits[from], at))
		from++;
	while (at && at->back && to > 0 && !beyond(s, &t->hits[to - 1], at))
		to--;
	if (at && at->back)
		from = to > count ? to - count : 0;
	else
		to = t->n - from < count ? t->n : from + count;
	*out =
	    (Page){ .hits = t->hits ? t->hits + from : NULL, .n = to - from, .before = from > 0, .after = to < t->n };
}

static void reverse(Hit *h, size_t n)
{
	for (size_t i = 0; i + 1 < n - i; i++) {
		Hit x = h[i];
		h[i] = h[n - 1 - i];
		h[n - 1 - i] = x;
	}
}

static Err sorted_page(Search *s, const Place *at, SearchResult *out, Page *page)
{
	Take t = { .keep = s->q->count > 0, .most = SEARCH_SORTED_MAX + 1 };
	t.bodies = s->stream.parts && s->stream.n_list <= 1 && !s->stream.n_lanes && !s->stream.all;
	TRY(walk(s, 0, false, &t));
	if (full(&t))
		return too_costly(s, "sorted matches", SEARCH_SORTED_MAX);
	if (t.n)
		qsort_r(t.hits, t.n, sizeof *t.hits, compare_hits, s);
	cut_page(s, &t, at, s->q->count, page);
	out->has_total = s->q->total != TOTAL_NONE;
	out->total = t.count;
	if (t.bodies)
		return OK;
	/* The page's bodies; what changed meanwhile is asked again. */
	Rid *rids = ARENA_ARRAY(s->v->arena, Rid, page->n + 1);
	Take again = { .keep = true, .bodies = true };
	StoreRow *rows;
	size_t found;
	for (size_t i = 0; i < page->n; i++)
		rids[i] = page->hits[i].rid;
	TRY(store_get_rids(s->store, rids, page->n, s->scratch, &rows, &found));
	assert(!page->n || page->hits);
	for (size_t i = 0, k = 0; i < found && k < page->n; i++, k++) {
		while (k + 1 < page->n && page->hits[k].rid != rows[i].rid)
			k++;
		TRY(consider(s, &rows[i], page->hits[k].person, &again));
	}
	page->hits = again.hits;
	page->n = again.n;
	return OK;
}

static Err count_all(Search *s, size_t most, SearchResult *out)
{
	Take t = { .most = most };
	TRY(walk(s, 0, false, &t));
	out->has_total = true;
	out->total = t.count;
	return OK;
}

static Err streamed_page(Search *s, const Place *at, SearchResult *out, Page *page)
{
	Take t = { .keep = true, .bodies = true, .most = s->q->count + 1 };
	TotalMode mode = s->q->total;
	if (s->q->count)
		TRY(walk(s, at ? at->rid : 0, at && at->back, &t));
	bool more = t.n > s->q->count;
	page->n = more ? s->q->count : t.n;
	page->hits = t.hits;
	page->before = at && (!at->back || more);
	page->after = at && at->back ? true : more;
	if (at && at->back)
		reverse(page->hits, page->n);
	if (s->q->count && !at && !more && mode != TOTAL_NONE) {
		out->has_total = true;
		out->total = t.n;
	} else if (mode == TOTAL_ACCURATE || mode == TOTAL_ESTIMATE) {
		TRY(count_all(s, mode == TOTAL_ESTIMATE ? SEARCH_COUNTED : 0, out));
	}
	return OK;
}

/* ---- opening and answering ---- */

/* A copy whose values are read once for all that will be compared. */
static SearchCond *prepared(const Search *s, const SearchCond *conds, size_t n)
{
	SearchCond *list = ARENA_ARRAY(s->v->arena, SearchCond, n + 1);
	for (size_t i = 0; i < n; i++) {
		list[i] = conds[i];
		if (conds[i].kind == COND_TERM)
			search_prepare(&list[i].term, s->q->context, s->v->arena);
		else if (conds[i].n_inner)
			list[i].inner = prepared(s, conds[i].inner, conds[i].n_inner);
	}
	return list;
}

static const SearchCond *all_conds(const Search *s, const SearchQuery *q)
{
	SearchCond *list = ARENA_ARRAY(s->v->arena, SearchCond, q->n_terms + q->n_conds + 1);
	for (size_t i = 0; i < q->n_terms; i++)
		list[i] = (SearchCond){ .kind = COND_TERM, .term = q->terms[i] };
	for (size_t i = 0; i < q->n_conds; i++)
		list[q->n_terms + i] = q->conds[i];
	return prepared(s, list, q->n_terms + q->n_conds);
}

static void open_alts(Search *s, const SearchQuery *q)
{
	Arena *a = s->v->arena;
	s->n_alts = q->type == FT_NONE ? q->n_each : 1;
	s->alts = ARENA_ARRAY(a, Alt, s->n_alts + 1);
	for (size_t i = 0; i < s->n_alts; i++) {
		const SearchQuery *one = q->type == FT_NONE ? &q->each[i] : q;
		s->alts[i] = (Alt){ one->type, all_conds(s, one), one->n_terms + one->n_conds };
		typeset_add(&s->types, one->type);
		if (fhir_home(one->type) == HOME_PERSON)
			s->personal = true;
		else
			s->shared = true;
	}
}

/* Inside the dossier of one patient the newest comes first. */
static void open_sort(Search *s, const SearchQuery *q)
{
	static const SearchSort newest = { S_INIT("_lastUpdated"), true };
	const SearchTerm *named = s->n_alts == 1 && s->personal ? names_patients(s->alts) : NULL;
	s->sort = q->sort;
	s->n_sort = q->n_sort;
	if (!s->n_sort && (q->person.p || (named && named->n_values == 1))) {
		s->sort = &newest;
		s->n_sort = 1;
	}
}

static void note_hits(Visit *v, const Page *page)
{
	bool any = false;
	for (size_t i = 0; i < page->n; i++) {
		const Hit *h = &page->hits[i];
		if (!h->person)
			continue;
		visit_note(v, h->person, AUDIT_SEARCH, BIT(h->rec.category), 1, h->rec.type, h->rec.id, h->rec.version);
		any = true;
	}
	/* That someone searched over persons is known even when nothing was found. */
	if (!any)
		visit_note(v, NULL, AUDIT_SEARCH, 0, 0, FT_NONE, STR_END, 0);
}

static Str place_of(Search *s, const Hit *h, bool back)
{
	Place at = { .back = back, .rid = h->rid, .keys = h->keys, .n = s->n_sort };
	return cursor_write(s, &at);
}

static Err answer(Search *s, const Page *page, SearchResult *out)
{
	out->recs = ARENA_ARRAY(s->v->arena, Rec, page->n + 1);
	for (size_t i = 0; i < page->n; i++)
		out->recs[i] = page->hits[i].rec;
	out->n = out->n_matches = page->n;
	out->all_included = true;
	if (page->n && page->before)
		out->previous = place_of(s, &page->hits[0], true);
	if (page->n && page->after)
		out->next = place_of(s, &page->hits[page->n - 1], false);
	if (s->personal)
		note_hits(s->v, page);
	if (s->q->n_includes && page->n)
		TRY(search_include(s, out));
	visit_keep_reads(s->v, out->recs, out->n);
	return OK;
}

static void guard_inner(Visit *v, const SearchCond *conds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (conds[i].kind == COND_CHAIN || conds[i].kind == COND_HAS)
			visit_guard_type(v, conds[i].type);
		if (conds[i].kind == COND_LIST)
			visit_guard_type(v, FT_LIST);
		guard_inner(v, conds[i].inner, conds[i].n_inner);
	}
}

/* What is going to be written depends on what this search finds. */
static Err guard(Search *s)
{
	for (size_t i = 0; i < s->n_alts && s->q->guard; i++) {
		const Alt *alt = &s->alts[i];
		SearchTerm *terms = ARENA_ARRAY(s->v->arena, SearchTerm, alt->n + 1);
		SearchQuery q = { .type = alt->type, .person = s->q->person, .terms = terms, .context = s->q->context };
		for (size_t k = 0; k < alt->n; k++)
			if (alt->conds[k].kind == COND_TERM)
				terms[q.n_terms++] = alt->conds[k].term;
		TRY(visit_guard(s->v, &q));
		guard_inner(s->v, alt->conds, alt->n);
	}
	return OK;
}

static Err find(Search *s, SearchResult *out)
{
	Place place;
	Page page = { 0 };
	const Place *at = NULL;
	if (s->q->cursor.p) {
		if (cursor_read(s, s->q->cursor, &place) != OK) {
			outcome_add(&s->v->outcome, SEV_ERROR, S("invalid"), STR_END,
			            "This page belongs to another search: follow the links of a Bundle as they are.");
			return ERR_BAD_REQUEST;
		}
		at = &place;
	}
	TRY(guard(s));
	TRY(search_plan(s));
	TRY((s->n_sort ? sorted_page : streamed_page)(s, at, out, &page));
	return answer(s, &page, out);
}

/* What the caller left open in the context: the terminology of these records, the time of the visit. */
static SearchContext context_of(Visit *v, const SearchContext *given)
{
	SearchContext c = given ? *given : (SearchContext){ 0 };
	if (!c.value_set_has && !c.subsumes) {
		c.value_set_has = definitions_member;
		c.subsumes = definitions_subsumes;
		c.arg = v->records;
	}
	if (!c.now)
		c.now = v->now;
	return c;
}

Err visit_find(Visit *v, const SearchQuery *asked, SearchResult *out)
{
	int64_t from = time_mono_us();
	SearchContext context = context_of(v, asked->context);
	SearchQuery full = *asked;
	const SearchQuery *q = &full;
	full.context = &context;
	Search s = { .v = v, .q = q, .store = v->records->store, .scratch = arena_new() };
	*out = (SearchResult){ 0 };
	s.plan = buf_new(v->arena, q->explain ? 256 : 0, 8192);
	open_alts(&s, q);
	open_sort(&s, q);
	Err e = OK;
	for (size_t i = 0; i < s.n_alts && e == OK; i++)
		e = search_sets_known(v, s.alts[i].conds, s.alts[i].n);
	if (e == OK)
		e = find(&s, out);
	arena_free(s.scratch);
	arena_free(s.kin.arena);
	s.cost.us = time_mono_us() - from;
	s.cost.matched = out->n_matches;
	out->cost = s.cost;
	out->plan = buf_str(&s.plan);
	return e;
}

Err visit_search(Visit *v, const SearchQuery *q, Rec **out, size_t *n, size_t *total)
{
	SearchResult r;
	TRY(visit_find(v, q, &r));
	*out = r.recs;
	*n = r.n_matches;
	*total = r.total;
	return OK;
}
