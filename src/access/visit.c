/* A visit: persons and their relation, what was noted, and the finish in one transaction. */
#include "access/visit.h"

#include <stdatomic.h>

#include "base/log.h"
#include "base/random.h"
#include "fhir/reference.h"

/* ---- table ---- */

void table_add(Table *t, Arena *a, Link *l, uint64_t hash)
{
	if (t->n >= t->cap) {
		size_t cap = t->cap ? t->cap * 4 : 16;
		Link **slots = ARENA_ARRAY(a, Link *, cap);
		for (size_t i = 0; i < t->cap; i++) {
			for (Link *x = t->slots[i], *next; x; x = next) {
				next = x->next;
				x->next = slots[x->hash & (cap - 1)];
				slots[x->hash & (cap - 1)] = x;
			}
		}
		t->slots = slots;
		t->cap = cap;
	}
	l->hash = hash;
	l->next = t->slots[hash & (t->cap - 1)];
	t->slots[hash & (t->cap - 1)] = l;
	t->n++;
}

Link *table_find(const Table *t, uint64_t hash, const Link *after)
{
	if (!t->cap)
		return NULL;
	Link *l = after ? after->next : t->slots[hash & (t->cap - 1)];
	while (l && l->hash != hash)
		l = l->next;
	return l;
}

/* ---- making ---- */

Visit *visit_new(Records *r, const Scope *who, Arena *a)
{
	Visit *v = ARENA_NEW(a, Visit);
	v->records = r;
	v->who = *who;
	v->arena = a;
	v->outcome = outcome_new(a);
	v->now = time_now();
	v->pending_end = &v->first_pending;
	v->note_end = &v->first_note;
	v->extra_end = &v->first_extra;
	return v;
}

const Scope *visit_scope(const Visit *v)
{
	return &v->who;
}

Arena *visit_arena(const Visit *v)
{
	return v->arena;
}

Records *visit_records(const Visit *v)
{
	return v->records;
}

Outcome *visit_outcome(Visit *v)
{
	return &v->outcome;
}

void visit_reason(Visit *v, Str reason)
{
	v->reason = arena_str(v->arena, reason);
}

JVal rec_json(Visit *v, Rec *rec)
{
	const Json *doc;
	if (!rec->json.node && rec->body.n && json_parse(v->arena, rec->body, &doc, NULL) == OK)
		rec->json = json_root(doc);
	return rec->json;
}

bool visit_has_writes(const Visit *v)
{
	return v->has_writes;
}

/* ---- who writes ---- */

/* Visits that write, by the second of their `now`. Of the process, not of the Records: a visit that is never finished
 * ends with its arena, which may live longer than they do. */
static _Atomic int32_t writing[WRITING_SECONDS];

static void write_over(void *arg)
{
	Visit *v = arg;
	if (v->writing)
		atomic_fetch_sub(v->writing, 1);
	v->writing = NULL;
}

void visit_writes(Visit *v)
{
	if (v->has_writes)
		return;
	v->has_writes = true;
	Millis now = time_now();
	v->now = now > v->now ? now : v->now;
	v->writing = &writing[(uint64_t)(v->now / 1000) % WRITING_SECONDS];
	atomic_fetch_add(v->writing, 1);
	arena_defer(v->arena, write_over, v); /* also when it is never finished */
}

static bool is_write_note(const AuditNote *n)
{
	return n->action == AUDIT_CREATE || n->action == AUDIT_UPDATE || n->action == AUDIT_DELETE ||
	       (n->rel && n->rel->kind == REL_NEW);
}

void visit_drop_writes(Visit *v)
{
	AuditNote *n = v->first_note;
	v->has_writes = false;
	v->first_pending = NULL;
	v->pending_end = &v->first_pending;
	v->pendings = (Table){ 0 };
	v->first_extra = NULL;
	v->extra_end = &v->first_extra;
	v->once_key = STR_END;
	v->guards = NULL;
	v->note_end = &v->first_note;
	for (; n; n = n->next) {
		if (is_write_note(n))
			continue;
		*v->note_end = n;
		v->note_end = &n->next;
	}
	*v->note_end = NULL;
}

bool records_settled(Millis at)
{
	/* Of the last minute but what will be counted there next. */
	for (int64_t second = at / 1000 - WRITING_SECONDS + SETTLE_MS / 1000 + 2; second <= at / 1000; second++)
		if (atomic_load(&writing[(uint64_t)second % WRITING_SECONDS]))
			return false;
	return true;
}

/* ---- persons ---- */

static uint64_t part_hash(Part part)
{
	uint64_t x = (uint64_t)part * UINT64_C(0x9e3779b97f4a7c15);
	return x ^ x >> 29;
}

static Person *person_of(Visit *v, Part part)
{
	if (v->last && v->last->part == part)
		return v->last;
	for (Link *l = NULL; (l = table_find(&v->persons, part_hash(part), l));) {
		Person *p = (Person *)l;
		if (p->part == part)
			return p;
	}
	return NULL;
}

static Person *person_add(Visit *v, Part part, Str id, const Relation *rel)
{
	Person *p = ARENA_NEW(v->arena, Person);
	p->part = part;
	p->id = id;
	p->rel = *rel;
	table_add(&v->persons, v->arena, &p->link, part_hash(part));
	v->last = p;
	return p;
}

Err visit_part(Visit *v, Part part, Person **out)
{
	Person *p = person_of(v, part);
	if (!p) {
		Relation rel;
		Str id = STR_END;
		RelCache *c = v->records->relations;
		if (v->who.role == ROLE_ADMIN || part < PART_FIRST)
			return ERR_NOT_FOUND;
		/* The system has a key of its own, and what has no account is never kept. */
		int64_t key = v->who.role == ROLE_SYSTEM ? -1 : v->who.account;
		uint64_t epoch = relcache_epoch(c, part);
		if (!key || !relcache_get(c, key, part, v->now, v->arena, &rel, &id)) {
			Millis until;
			TRY(gate_decide(v, part, NULL, &rel, &id, &until));
			if (key && !v->passing)
				relcache_put(c, key, part, epoch, &rel, id, v->now, until);
		}
		p = person_add(v, part, id, &rel);
	}
	v->last = p;
	if (p->rel.kind == REL_NONE)
		return ERR_NOT_FOUND;
	*out = p;
	return OK;
}

bool visit_part_known(Visit *v, Part part, bool *yes)
{
	Person *p = person_of(v, part);
	int64_t key = v->who.role == ROLE_SYSTEM ? -1 : v->who.account;
	if (!p && key) {
		Relation rel;
		Str id;
		if (relcache_get(v->records->relations, key, part, v->now, v->arena, &rel, &id))
			p = person_add(v, part, id, &rel);
	}
	if (p)
		*yes = p->rel.kind != REL_NONE;
	return p;
}

Err visit_person(Visit *v, Str id, Person **out)
{
	Pending *w = pending_find(v, FT_PATIENT, id);
	if (w && w->person) {
		*out = w->person;
		return OK;
	}
	Rid rid;
	Person *p;
	TRY(store_resolve(v->records->store, FT_PATIENT, id, &rid));
	TRY(visit_part(v, rid_part(rid), &p));
	/* The id of another resource stands for the same partition; it is no person. */
	if (!str_eq(p->id, id))
		return ERR_NOT_FOUND;
	*out = p;
	return OK;
}

Person *visit_new_person(Visit *v, Part part, Str id)
{
	Facts f = facts_new(&v->who, v->now);
	f.fresh = true;
	Relation rel;
	rules_decide(&f, &rel);
	return person_add(v, part, id, &rel);
}

Err visit_relation(Visit *v, Str person, Relation *out)
{
	Person *p;
	TRY(visit_person(v, person, &p));
	*out = p->rel;
	return OK;
}

bool mark_seen(Visit *v, const Person *p, Mark mark, Str body)
{
	if (!p || p->rel.kind == REL_SYSTEM)
		return true;
	if (!(p->rel.read & BIT(mark.category)))
		return false;
	const Json *doc;
	return !mark.private || (json_parse(v->arena, body, &doc, NULL) == OK &&
	                         names_author(json_root(doc), v->who.refs, v->who.n_refs));
}

bool visit_sees_in(Visit *v, const Person *p, FhirType type, Str body, Mark *mark, Arena *a)
{
	*mark = mark_of_body(type, body, a);
	return mark_seen(v, p, *mark, body);
}

bool visit_sees(Visit *v, const Person *p, FhirType type, Str body, Mark *mark)
{
	*mark = mark_of_body(type, body, v->arena);
	return mark_seen(v, p, *mark, body);
}

Err visit_sees_row(Visit *v, const Person *p, const StoreRow *row, Mark *mark, bool *sees)
{
	Str body = row->body;
	if (row->op == ROW_DELETE && row->version > 1) {
		StoreRow before;
		TRY(store_get_version(v->records->store, row->rid, row->version - 1, v->arena, &before));
		body = before.body;
	}
	*sees = visit_sees(v, p, row->type, body, mark);
	return OK;
}

Rec rec_of(const StoreRow *row, const Person *p, Category c)
{
	return (Rec){ .type = row->type,
		      .id = row->id,
		      .version = row->version,
		      .updated = row->updated,
		      .deleted = row->op == ROW_DELETE,
		      .body = row->body,
		      .person = p ? p->id : STR_END,
		      .category = c };
}

/* ---- pendings, reads, notes ---- */

static uint64_t key_hash(FhirType type, Str id)
{
	return hash_str(id) ^ (uint64_t)type;
}

Pending *pending_find(const Visit *v, FhirType type, Str id)
{
	if (!v->pendings.n)
		return NULL;
	for (Link *l = NULL; (l = table_find(&v->pendings, key_hash(type, id), l));) {
		Pending *p = (Pending *)l;
		if (p->type == type && str_eq(p->id, id))
			return p;
	}
	return NULL;
}

Pending *pending_add(Visit *v, FhirType type, Str id, Rid rid, Person *person)
{
	Pending *p = ARENA_NEW(v->arena, Pending);
	p->type = type;
	p->id = id;
	p->rid = rid;
	p->person = person;
	table_add(&v->pendings, v->arena, &p->link, key_hash(type, id));
	*v->pending_end = p;
	v->pending_end = &p->next;
	return p;
}

void visit_keep_reads(Visit *v, const Rec *recs, size_t n)
{
	ReadSet *s = ARENA_NEW(v->arena, ReadSet);
	*s = (ReadSet){ v->reads, recs, n };
	v->reads = s;
}

void visit_note(Visit *v, Person *p, AuditAction action, uint32_t categories, uint32_t n, FhirType type, Str id,
                int32_t version)
{
	AuditNote **at = p ? &p->notes[action] : &v->shared[action], *note = *at;
	if (!note) {
		note = ARENA_NEW(v->arena, AuditNote);
		*note = (AuditNote){ .part = p ? p->part : 0,
			             .action = action,
			             .rel = p ? &p->rel : NULL,
			             .type = type,
			             .id = id,
			             .version = version };
		*v->note_end = note;
		v->note_end = &note->next;
		*at = note;
	} else if (type == FT_NONE || note->type != type || !str_eq(note->id, id) || note->version != version) {
		note->type = FT_NONE;
		note->id = STR_END;
		note->version = 0;
	} else {
		n = 0; /* the same once more */
	}
	note->categories |= categories;
	note->count += n;
}

/* ---- finish ---- */

static void index_changes(StoreTx *tx, Visit *v, const Pending *p)
{
	size_t n_old = 0, n_new = 0;
	IndexEntry *old = NULL, *fresh = NULL;
	const Json *doc;
	if (p->old_body.n && json_parse(v->arena, p->old_body, &doc, NULL) == OK)
		old = search_index(json_root(doc), p->type, v->arena, &n_old);
	if (p->op != ROW_DELETE)
		fresh = search_index(p->json, p->type, v->arena, &n_new);
	/* Both are sorted by parameter, then key. */
	for (size_t i = 0, k = 0; i < n_old || k < n_new;) {
		int c = i >= n_old ? 1 : k >= n_new ? -1 : (int)old[i].param - (int)fresh[k].param;
		if (!c)
			c = str_cmp(old[i].key, fresh[k].key);
		if (c < 0)
			store_index(tx, false, old[i].param, old[i].key, p->rid);
		else if (c > 0)
			store_index(tx, true, fresh[k].param, fresh[k].key, p->rid);
		i += c <= 0;
		k += c >= 0;
	}
}

static void put(StoreTx *tx, Visit *v, const Pending *p)
{
	if (!p->version)
		return;
	StoreRow row = { .rid = p->rid,
		         .type = p->type,
		         .version = p->version,
		         .updated = p->updated,
		         .op = p->op,
		         .id = p->id,
		         .body = p->op == ROW_DELETE ? S("") : p->body };
	if (p->foreign_id && p->version == 1)
		store_alias(tx, p->type, p->id, p->rid);
	store_put(tx, &row);
	index_changes(tx, v, p);
}

void visit_exec(Visit *v, SqlText sql, const SqlArg *args, size_t n, int expect)
{
	Extra *x = ARENA_NEW(v->arena, Extra);
	*x = (Extra){ .sql = sql, .args = args, .n = n, .expect = expect };
	*v->extra_end = x;
	v->extra_end = &x->next;
}

static StoreTx *gather(Visit *v)
{
	StoreTx *tx = store_tx(v->records->store, v->arena);
	if (v->has_writes)
		visit_guards_to(v, tx);
	for (const Pending *p = v->first_pending; p; p = p->next)
		put(tx, v, p);
	for (const AuditNote *n = v->first_note; n; n = n->next)
		store_log(tx, n->part, audit_encode(v->arena, n, &v->who, v->reason, v->now));
	for (const Extra *x = v->first_extra; x; x = x->next)
		store_exec(tx, x->sql, x->args, x->n, x->expect);
	if (v->seen_part) {
		SqlArg args[] = { ARG_I(v->who.account), ARG_I(v->seen_part), ARG_I(v->seen_at) };
		store_exec(tx,
		           SQL("INSERT INTO seen(account, part, at) VALUES(?1, ?2, ?3)"
		               " ON CONFLICT(account, part) DO UPDATE SET at=excluded.at"),
		           args, COUNT_OF(args), -1);
	}
	if (v->once_key.p) {
		SqlArg args[] = { ARG_I(v->who.account), ARG_S(v->once_key), ARG_I(v->now), ARG_S(v->once_location) };
		store_exec(tx,
		           SQL("INSERT INTO idem(account, key, at, status, location) VALUES(?1, ?2, ?3, 0, ?4)"
		               " ON CONFLICT(account, key) DO NOTHING"),
		           args, COUNT_OF(args), 1);
	}
	return tx;
}

static void committed(Visit *v, Err result)
{
	for (const Pending *p = v->first_pending; p; p = p->next) {
		if (p->version && gate_type(p->type))
			relcache_drop(v->records->relations, rid_part(p->rid));
		if (p->version)
			definitions_changed(v->records, p->type);
	}
	subscriptions_committed(v, result == OK);
	write_over(v);
}

static void finished(void *ctx, Err result)
{
	Visit *v = ctx;
	/* A refused or unknown end too: dropping is harmless. */
	committed(v, result);
	v->done(v->done_ctx, result);
}

static bool nothing_to_do(const Visit *v)
{
	return !v->first_note && !v->has_writes && !v->seen_part && !v->once_key.p && !v->first_extra;
}

void visit_finish(Visit *v, VisitDone *done, void *ctx)
{
	if (v->finished || nothing_to_do(v) || v->records->read_only) {
		Err e = v->records->read_only && !nothing_to_do(v) ? ERR_BUSY : OK;
		done(ctx, v->finished ? OK : e);
		return;
	}
	v->finished = true;
	v->done = done;
	v->done_ctx = ctx;
	Err e = store_submit(gather(v), finished, v);
	if (e != OK)
		done(ctx, e);
}

Err visit_commit(Visit *v)
{
	if (v->finished || nothing_to_do(v))
		return OK;
	if (v->records->read_only)
		return ERR_BUSY;
	v->finished = true;
	Err e = store_commit(gather(v));
	committed(v, e);
	return e;
}
