/* Reading: by id, versions, a whole dossier, what changed. */
#include "access/visit.h"

Err visit_enter(Visit *v, Part part, Person **person)
{
	*person = NULL;
	if (part == PART_SHARED)
		return OK;
	if (part == PART_CLOSED)
		return v->who.role == ROLE_SYSTEM ? OK : ERR_NOT_FOUND;
	return visit_part(v, part, person);
}

Err visit_row(Visit *v, FhirType type, Str id, StoreRow *row, Person **person, Mark *mark)
{
	Store *s = v->records->store;
	Rid rid;
	bool sees;
	TRY(store_resolve(s, type, id, &rid));
	*person = NULL;
	if (rid_part(rid) == PART_OWN)
		TRY(subscription_enter(v, rid));
	else
		TRY(visit_enter(v, rid_part(rid), person));
	TRY(store_get_rid(s, rid, v->arena, row));
	if (row->type != type || !str_eq(row->id, id))
		return ERR_NOT_FOUND;
	TRY(visit_sees_row(v, *person, row, mark, &sees));
	return sees ? OK : ERR_NOT_FOUND;
}

static Err read_pending(Visit *v, const Pending *w, Rec *out)
{
	if (w->op == ROW_DELETE)
		return ERR_GONE;
	*out = (Rec){ .type = w->type,
		      .id = w->id,
		      .version = w->version,
		      .updated = w->updated,
		      .body = w->body,
		      .person = w->person ? w->person->id : STR_END,
		      .category = w->category };
	visit_note(v, w->person, AUDIT_READ, BIT(w->category), 1, w->type, w->id, w->version);
	return OK;
}

void visit_released(Visit *v, Person *p, const Rec *rec)
{
	if (p)
		visit_note(v, p, AUDIT_READ, BIT(rec->category), 1, rec->type, rec->id, rec->version);
}

Err visit_read(Visit *v, FhirType type, Str id, Rec *out)
{
	const Pending *w = pending_find(v, type, id);
	if (w && w->version)
		return read_pending(v, w, out);
	StoreRow row;
	Person *p;
	Mark mark;
	TRY(visit_row(v, type, id, &row, &p, &mark));
	if (row.op == ROW_DELETE) {
		Rec gone = rec_of(&row, p, mark.category);
		visit_released(v, p, &gone);
		return ERR_GONE;
	}
	*out = rec_of(&row, p, mark.category);
	visit_released(v, p, out);
	Rec *kept = arena_raw(v->arena, sizeof *kept);
	*kept = *out;
	visit_keep_reads(v, kept, 1);
	return OK;
}

/* A version is seen when the resource as it is now is seen, and the version itself too: what was hidden later is hidden
 * in its past as well. */
Err visit_vread(Visit *v, FhirType type, Str id, int32_t version, Rec *out)
{
	StoreRow now, row;
	Person *p;
	Mark mark;
	bool sees;
	TRY(visit_row(v, type, id, &now, &p, &mark));
	TRY(store_get_version(v->records->store, now.rid, version, v->arena, &row));
	TRY(visit_sees_row(v, p, &row, &mark, &sees));
	if (!sees)
		return ERR_NOT_FOUND;
	Rec rec = rec_of(&row, p, mark.category);
	visit_released(v, p, &rec);
	if (rec.deleted)
		return ERR_GONE;
	*out = rec;
	return OK;
}

Err visit_history(Visit *v, FhirType type, Str id, int32_t before, size_t limit, Rec **out, size_t *n)
{
	StoreRow now, *rows;
	Person *p;
	Mark mark;
	size_t count, kept = 0;
	TRY(visit_row(v, type, id, &now, &p, &mark));
	TRY(store_history(v->records->store, now.rid, before, limit, v->arena, &rows, &count));
	Rec *recs = ARENA_ARRAY(v->arena, Rec, count + 1);
	for (size_t i = 0; i < count; i++) {
		bool sees;
		TRY(visit_sees_row(v, p, &rows[i], &mark, &sees));
		if (!sees)
			continue;
		recs[kept] = rec_of(&rows[i], p, mark.category);
		visit_released(v, p, &recs[kept++]);
	}
	*out = recs;
	*n = kept;
	return OK;
}

enum { DOSSIER_MAX = 100000 };

Err visit_dossier(Visit *v, Str person, const TypeSet *types, Rec **out, size_t *n)
{
	Person *p;
	StoreRow *rows;
	size_t count, kept = 0;
	uint32_t seen = 0;
	TRY(visit_person(v, person, &p));
	TRY(store_scan(v->records->store, p->part, types, 0, DOSSIER_MAX, v->arena, &rows, &count));
	if (count == DOSSIER_MAX)
		return ERR_TOO_LARGE;
	Rec *recs = ARENA_ARRAY(v->arena, Rec, count + 1);
	for (size_t i = 0; i < count; i++) {
		Mark mark;
		if (!visit_sees(v, p, rows[i].type, rows[i].body, &mark))
			continue;
		recs[kept] = rec_of(&rows[i], p, mark.category);
		if (!rec_json(v, &recs[kept]).node)
			return ERR_IO; /* a stored body always parses */
		seen |= BIT(mark.category);
		kept++;
	}
	if (kept)
		visit_note(v, p, AUDIT_READ, seen, (uint32_t)kept, kept == 1 ? recs[0].type : FT_NONE,
		           kept == 1 ? recs[0].id : STR_END, kept == 1 ? recs[0].version : 0);
	visit_keep_reads(v, recs, kept);
	*out = recs;
	*n = kept;
	return OK;
}

/* Rows come newest first, up to now: the first row of a resource is the resource as it is now. */
typedef struct Current {
	Link link;
	Rid rid;
	bool sees;
} Current;

static Err current_sees(Visit *v, Table *t, const StoreRow *row, bool sees, bool *out)
{
	for (Link *l = NULL; (l = table_find(t, (uint64_t)row->rid, l));) {
		*out = ((Current *)l)->sees;
		return OK;
	}
	Current *c = ARENA_NEW(v->arena, Current);
	c->rid = row->rid;
	c->sees = sees;
	table_add(t, v->arena, &c->link, (uint64_t)row->rid);
	*out = sees;
	return OK;
}

Err visit_changes(Visit *v, Str person, Millis since, size_t limit, Rec **out, size_t *n)
{
	Person *p;
	StoreRow *rows;
	Table current = { 0 };
	size_t count, kept = 0;
	TRY(visit_person(v, person, &p));
	TRY(store_part_history(v->records->store, p->part, since, limit, v->arena, &rows, &count));
	Rec *recs = ARENA_ARRAY(v->arena, Rec, count + 1);
	uint32_t seen = 0;
	for (size_t i = 0; i < count; i++) {
		Mark mark;
		bool sees, now;
		TRY(visit_sees_row(v, p, &rows[i], &mark, &sees));
		TRY(current_sees(v, &current, &rows[i], sees, &now));
		if (!sees || !now)
			continue;
		recs[kept++] = rec_of(&rows[i], p, mark.category);
		seen |= BIT(mark.category);
	}
	if (kept)
		visit_note(v, p, AUDIT_READ, seen, (uint32_t)kept, FT_NONE, STR_END, 0);
	*out = recs;
	*n = kept;
	return OK;
}

Err visit_last_seen(Visit *v, Str person, Millis *at)
{
	Person *p;
	SqlRows rows;
	TRY(visit_person(v, person, &p));
	SqlArg args[] = { ARG_I(v->who.account), ARG_I(p->part) };
	TRY(store_select(v->records->store, SQL("SELECT at FROM seen WHERE account=?1 AND part=?2"), args,
	                 COUNT_OF(args), v->arena, &rows));
	*at = rows.n_rows ? rows.cells[0].i : 0;
	return OK;
}

void visit_mark_seen(Visit *v, Str person, Millis at)
{
	Person *p;
	if (v->who.role == ROLE_SYSTEM || visit_person(v, person, &p) != OK)
		return;
	v->seen_part = p->part;
	v->seen_at = at;
}

/* ---- for jobs of the system ---- */

Err visit_all_persons(Visit *v, Str after, size_t limit, Str **ids, size_t *n)
{
	if (v->who.role != ROLE_SYSTEM)
		return ERR_FORBIDDEN;
	Rid rid = 0;
	StoreRow *rows;
	if (after.n)
		TRY(store_resolve(v->records->store, FT_PATIENT, after, &rid));
	TRY(store_patients(v->records->store, rid_part(rid), limit, v->arena, &rows, n));
	Str *list = ARENA_ARRAY(v->arena, Str, *n + 1);
	for (size_t i = 0; i < *n; i++)
		list[i] = rows[i].id;
	*ids = list;
	return OK;
}

Err visit_all_shared(Visit *v, int64_t after, size_t limit, Rec **out, size_t *n, int64_t *next)
{
	if (v->who.role != ROLE_SYSTEM)
		return ERR_FORBIDDEN;
	StoreRow *rows = NULL;
	Part part = after ? rid_part(after) : PART_SHARED;
	size_t count = 0;
	TRY(store_scan(v->records->store, part, NULL, after, limit, v->arena, &rows, &count));
	if (!count && part == PART_SHARED)
		TRY(store_scan(v->records->store, PART_CLOSED, NULL, 0, limit, v->arena, &rows, &count));
	Rec *recs = ARENA_ARRAY(v->arena, Rec, count + 1);
	for (size_t i = 0; i < count; i++)
		recs[i] = rec_of(&rows[i], NULL, mark_of_body(rows[i].type, rows[i].body, v->arena).category);
	if (count && rid_part(rows[0].rid) == PART_CLOSED)
		visit_note(v, NULL, AUDIT_READ, 0, (uint32_t)count, FT_NONE, STR_END, 0);
	*out = recs;
	*n = count;
	*next = count ? rows[count - 1].rid : 0;
	return OK;
}
