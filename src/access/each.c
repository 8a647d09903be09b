/* Reading much: whole dossiers row by row, as stored, for $everything and bulk export. */
#include "access/visit.h"

typedef struct Each {
	Visit *v;
	const EachQuery *q;
	Person *person; /* NULL: shared */
	VisitEach *fn;
	void *ctx;
	StoreRow *deleted; /* looked at when the scan is over: their visibility needs another read */
	size_t n_deleted, cap_deleted;
	uint32_t categories, taken;
	FhirType type; /* of what was taken, when it is one */
	char id[65];
	size_t id_n;
	int32_t version;
	bool stopped;
	Arena *scratch; /* NULL: not needed yet */
} Each;

/* The id of a row whose id the server made stands in its text. */
static Str id_in_body(FhirType type, Str body)
{
	Str rest = str_from(body, sizeof("{\"resourceType\":\"\",\"id\":\"") - 1 + fhir_type_name(type).n);
	ptrdiff_t end = str_chr(rest, '"');
	return end < 0 ? S("") : str_upto(rest, (size_t)end);
}

static void take(Each *e, const Rec *rec)
{
	e->categories |= BIT(rec->category);
	if (e->taken++ || rec->id.n >= sizeof e->id)
		return;
	e->type = rec->type;
	e->version = rec->version;
	e->id_n = rec->id.n;
	memcpy(e->id, rec->id.p, rec->id.n);
}

static bool offer(Each *e, const StoreRow *row, Category c)
{
	Rec rec = rec_of(row, e->person, c);
	switch (e->fn(e->ctx, &rec, row->rid)) {
	case EACH_TAKE:
		take(e, &rec);
		break;
	case EACH_LEAVE:
		break;
	case EACH_STOP:
		e->stopped = true;
		break;
	}
	return !e->stopped;
}

static void keep_deleted(Each *e, const StoreRow *row)
{
	Arena *a = e->v->arena;
	if (e->n_deleted == e->cap_deleted) {
		size_t cap = e->cap_deleted ? e->cap_deleted * 2 : 16;
		e->deleted = arena_grow(a, e->deleted, e->cap_deleted * sizeof *row, cap * sizeof *row);
		e->cap_deleted = cap;
	}
	StoreRow *kept = &e->deleted[e->n_deleted++];
	*kept = *row;
	kept->body = S("");
	if (row->id.p) {
		kept->id = arena_str(a, row->id);
		return;
	}
	char text[14];
	store_id_text(e->v->records->store, row->rid, text);
	kept->id = arena_str(a, str_c(text));
}

static Mark mark_of_row(Each *e, const StoreRow *row)
{
	Mark m;
	MarkCache *c = e->v->records->marks;
	if (marks_get(c, row->rid, row->version, &m))
		return m;
	if (!e->scratch)
		e->scratch = arena_new();
	m = mark_of_body(row->type, row->body, e->scratch);
	arena_reset(e->scratch);
	marks_put(c, row->rid, row->version, m);
	return m;
}

static bool one_row(void *ctx, const StoreRow *row)
{
	Each *e = ctx;
	Mark mark = { CAT_IDENTITY, false };
	if (e->q->types && !typeset_has(e->q->types, row->type))
		return true;
	if (row->op == ROW_DELETE) {
		if (e->q->deleted_too)
			keep_deleted(e, row);
		return true;
	}
	if (e->person) {
		mark = mark_of_row(e, row);
		if (!mark_seen(e->v, e->person, mark, row->body))
			return true;
	}
	StoreRow named = *row;
	if (!row->id.p)
		named.id = id_in_body(row->type, row->body);
	return offer(e, &named, mark.category);
}

static Err deleted_rows(Each *e)
{
	for (size_t i = 0; i < e->n_deleted && !e->stopped; i++) {
		Mark mark;
		bool sees;
		TRY(visit_sees_row(e->v, e->person, &e->deleted[i], &mark, &sees));
		if (sees)
			offer(e, &e->deleted[i], mark.category);
	}
	return OK;
}

Err visit_each(Visit *v, const EachQuery *q, VisitEach *fn, void *ctx)
{
	Each e = { .v = v, .q = q, .fn = fn, .ctx = ctx };
	v->passing = q->passing;
	if (q->dossier != PART_SHARED)
		TRY(visit_part(v, q->dossier, &e.person));
	Err err = store_each(v->records->store, q->dossier, q->after, one_row, &e);
	arena_free(e.scratch);
	TRY(err);
	TRY(deleted_rows(&e));
	if (e.person && e.taken) {
		bool one = e.taken == 1;
		visit_note(v, e.person, q->action, e.categories, e.taken, one ? e.type : FT_NONE,
		           one ? arena_str(v->arena, str_n(e.id, e.id_n)) : STR_END, one ? e.version : 0);
	}
	return OK;
}

Err visit_as_of(Visit *v, int64_t place, Millis at, AuditAction action, Rec *out)
{
	enum { PAGE = 20 };
	Person *p = NULL;
	StoreRow now, *rows;
	Mark mark;
	bool sees;
	size_t n;
	if (rid_part(place) != PART_SHARED)
		TRY(visit_part(v, rid_part(place), &p));
	TRY(store_get_rid(v->records->store, place, v->arena, &now));
	TRY(visit_sees_row(v, p, &now, &mark, &sees));
	for (int32_t before = 0; sees;) {
		TRY(store_history(v->records->store, place, before, PAGE, v->arena, &rows, &n));
		for (size_t i = 0; i < n; i++) {
			if (rows[i].updated > at)
				continue;
			TRY(visit_sees_row(v, p, &rows[i], &mark, &sees));
			if (!sees || rows[i].op == ROW_DELETE)
				return ERR_NOT_FOUND;
			*out = rec_of(&rows[i], p, mark.category);
			if (p)
				visit_note(v, p, action, BIT(mark.category), 1, out->type, out->id, out->version);
			return OK;
		}
		if (n < PAGE)
			break;
		before = rows[n - 1].version;
	}
	return ERR_NOT_FOUND;
}

Err visit_dossiers(Visit *v, size_t max, int64_t **out, size_t *n)
{
	return visit_parts(v, max, out, n);
}

Err visit_dossier_number(Visit *v, Str person, int64_t *out)
{
	Person *p;
	TRY(visit_person(v, person, &p));
	*out = p->part;
	return OK;
}

Str visit_place_text(Visit *v, int64_t place)
{
	char text[14];
	store_place_text(v->records->store, place, text);
	return arena_str(v->arena, str_c(text));
}

Err visit_place_read(Visit *v, Str text, int64_t *place)
{
	return store_place_read(v->records->store, text, place) ? OK : ERR_BAD_REQUEST;
}

int64_t dossier_of_place(int64_t place)
{
	return rid_part(place);
}
