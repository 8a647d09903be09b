/* History of a type or of everything: versions across dossiers, newest first. */
#include <stdlib.h>

#include "access/search.h"
#include "access/visit.h"

enum { FEW_PARTS = 64, WALK_STEP = 512, WALK_MOST = 1000000, SLACK_MS = 3600 * 1000 };

/* A resource that was met: may the visitor see it as it is now, and from when on did a later version replace the one
 * met before. */
typedef struct Met {
	Link link; /* by rid */
	Rid rid;
	Person *person;
	bool sees;
} Met;

typedef struct History {
	Visit *v;
	const HistoryQuery *q;
	Table met;
	Rec *recs;
	size_t n;
	uint32_t seen;
} History;

static Err met_of(History *h, const StoreRow *row, Met **out)
{
	Visit *v = h->v;
	for (Link *l = NULL; (l = table_find(&h->met, (uint64_t)row->rid, l));) {
		*out = (Met *)l;
		if ((*out)->rid == row->rid)
			return OK;
	}
	StoreRow now;
	Mark mark;
	Met *m = ARENA_NEW(v->arena, Met);
	m->rid = row->rid;
	Err e = rid_part(row->rid) == PART_OWN ? subscription_enter(v, row->rid)
	                                       : visit_enter(v, rid_part(row->rid), &m->person);
	if (e == OK)
		e = store_get_rid(v->records->store, row->rid, v->arena, &now);
	if (e == OK)
		e = visit_sees_row(v, m->person, &now, &mark, &m->sees);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	table_add(&h->met, v->arena, &m->link, (uint64_t)row->rid);
	*out = m;
	return OK;
}

/* Was it the current version at some time in [from, until)? */
static Err in_time(History *h, const StoreRow *row, bool *yes)
{
	StoreRow next;
	const HistoryQuery *q = h->q;
	*yes = row->updated >= q->since;
	if (!q->until || !*yes)
		return OK;
	*yes = row->updated < q->until;
	if (!*yes || row->updated >= q->from)
		return OK;
	Err e = store_get_version(h->v->records->store, row->rid, row->version + 1, h->v->arena, &next);
	*yes = e == ERR_NOT_FOUND || next.updated > q->from;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* Takes the version when it is asked for and seen. */
static Err consider(History *h, const StoreRow *row)
{
	Met *m;
	Mark mark;
	bool yes;
	TRY(in_time(h, row, &yes));
	if (!yes)
		return OK;
	TRY(met_of(h, row, &m));
	if (!m->sees)
		return OK;
	TRY(visit_sees_row(h->v, m->person, row, &mark, &yes));
	if (!yes)
		return OK;
	h->recs[h->n] = rec_of(row, m->person, mark.category);
	visit_released(h->v, m->person, &h->recs[h->n++]);
	return OK;
}

/* ---- along the order of changes ---- */

/* Positions go out like ids: under the permutation, because how far they lie apart tells what others write. */
static Str position_text(Visit *v, int64_t seq)
{
	char text[14];
	store_id_text(v->records->store, seq, text);
	return arena_str(v->arena, str_c(text));
}

static int by_part(const void *a, const void *b)
{
	const Part *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* parts NULL: the system, which sees all. */
static Err walk(History *h, const Part *parts, size_t n_parts, Str *next)
{
	Visit *v = h->v;
	Store *s = v->records->store;
	int64_t at = INT64_MAX;
	if (h->q->cursor.n && store_resolve(s, FT_NONE, h->q->cursor, &at) != OK)
		return ERR_BAD_REQUEST;
	for (size_t walked = 0; walked < WALK_MOST; walked += WALK_STEP) {
		StoreChange *list;
		size_t n;
		TRY(store_changes_back(s, at, h->q->type, WALK_STEP, v->arena, &list, &n));
		for (size_t i = 0; i < n; i++) {
			StoreRow row;
			Part part = list[i].part;
			bool near = part < PART_FIRST || !parts ||
			            (n_parts && bsearch(&part, parts, n_parts, sizeof *parts, by_part));
			if (near && h->n == h->q->count) {
				*next = position_text(v, at);
				return OK;
			}
			at = list[i].seq;
			if (!near)
				continue;
			TRY(store_get_version(s, list[i].rid, list[i].version, v->arena, &row));
			/* Time stamps are a little out of order: a long transaction has an old one. */
			if (row.updated < h->q->since - SLACK_MS)
				return OK;
			TRY(consider(h, &row));
		}
		if (n < WALK_STEP)
			return OK;
	}
	*next = position_text(v, at);
	return OK;
}

/* ---- a type in few dossiers ---- */

static int newest_first(const void *a, const void *b)
{
	const StoreRow *x = a, *y = b;
	if (x->updated != y->updated)
		return x->updated > y->updated ? -1 : 1;
	if (x->rid != y->rid)
		return x->rid > y->rid ? -1 : 1;
	return x->version > y->version ? -1 : x->version < y->version;
}

/* "id/version": the version that the page before ended with. */
static Err place_of(History *h, StorePlace *out)
{
	Str id;
	StoreRow row, old;
	Person *p;
	Mark mark;
	int64_t version;
	Str rest = str_cut(h->q->cursor, '/', &id);
	if (!str_int(rest, &version) || version < 1 || version > INT32_MAX ||
	    visit_row(h->v, h->q->type, id, &row, &p, &mark) != OK ||
	    store_get_version(h->v->records->store, row.rid, (int32_t)version, h->v->arena, &old) != OK)
		return ERR_BAD_REQUEST;
	*out = (StorePlace){ old.updated, old.rid, old.version };
	return OK;
}

static Err read_parts(History *h, const Part *parts, size_t n_parts, Str *next)
{
	enum { STEP = 64 };
	Visit *v = h->v;
	StorePlace at = { 0 };
	bool begun = h->q->cursor.n > 0;
	if (begun)
		TRY(place_of(h, &at));
	for (;;) {
		size_t n = 0;
		bool more = false;
		StoreRow *all = ARENA_ARRAY(v->arena, StoreRow, n_parts * STEP + 1);
		for (size_t i = 0; i < n_parts; i++) {
			StoreRow *rows;
			size_t found;
			TRY(store_part_versions(v->records->store, parts[i], h->q->type, begun ? &at : NULL, STEP,
			                        v->arena, &rows, &found));
			if (found)
				memcpy(all + n, rows, found * sizeof *rows);
			n += found;
			more = more || found == STEP;
		}
		qsort(all, n, sizeof *all, newest_first);
		for (size_t i = 0; i < n && (!more || i < STEP); i++) {
			if (h->n == h->q->count) {
				const Rec *last = &h->recs[h->n - 1];
				*next = arena_printf(v->arena, "%.*s/%d", STR_ARG(last->id), last->version);
				return OK;
			}
			if (all[i].updated < h->q->since)
				return OK;
			TRY(consider(h, &all[i]));
			at = (StorePlace){ all[i].updated, all[i].rid, all[i].version };
			begun = true;
		}
		if (!more)
			return OK;
	}
}

Err visit_history_across(Visit *v, const HistoryQuery *q, Rec **out, size_t *n, Str *next)
{
	History h = { .v = v, .q = q, .recs = ARENA_ARRAY(v->arena, Rec, q->count + 1) };
	Part *parts = NULL;
	size_t n_parts = 0;
	*next = STR_END;
	bool system = v->who.role == ROLE_SYSTEM;
	bool personal = q->type == FT_NONE || fhir_home(q->type) == HOME_PERSON;
	if (personal && !system) {
		static Part none;
		TRY(visit_parts(v, SEARCH_PARTS_MAX, &parts, &n_parts));
		parts = parts ? parts : &none;
	}
	if (q->type != FT_NONE && personal && !system && n_parts <= FEW_PARTS)
		TRY(read_parts(&h, parts, n_parts, next));
	else
		TRY(walk(&h, parts, n_parts, next));
	/* That someone asked over persons is known even when nothing was found. */
	if (personal && !h.n)
		visit_note(v, NULL, AUDIT_SEARCH, 0, 0, FT_NONE, STR_END, 0);
	*out = h.recs;
	*n = h.n;
	return OK;
}
