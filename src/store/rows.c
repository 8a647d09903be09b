/* Reading documents, the index and system tables. Each function is one statement on this thread's read connection. */
#include <endian.h>
#include <sodium.h>

#include "store/private.h"

int64_t row_sum(const Store *s, const StoreRow *row)
{
	/* in one byte order, so that a store can move to another machine */
	uint64_t in[6] = { 0,
		           htole64((uint64_t)row->rid),
		           htole64((uint64_t)row->type),
		           htole64((uint64_t)row->version),
		           htole64((uint64_t)row->updated),
		           htole64((uint64_t)row->op) };
	uint64_t out;
	crypto_shorthash((uint8_t *)&in[0], (const uint8_t *)row->body.p, row->body.n, s->sum_key);
	crypto_shorthash((uint8_t *)&out, (const uint8_t *)in, sizeof in, s->sum_key);
	return (int64_t)le64toh(out);
}

void store_id_text(const Store *s, Rid rid, char out[14])
{
	id_write(&s->id_key, (uint64_t)rid, out);
	out[ID_CHARS] = 0;
}

/* No rid has this bit, so that a place never reads as an id, nor the other way round. */
#define PLACE_BIT (UINT64_C(1) << 62)

void store_place_text(const Store *s, Rid rid, char out[14])
{
	id_write(&s->id_key, (uint64_t)rid | PLACE_BIT, out);
	out[ID_CHARS] = 0;
}

bool store_place_read(const Store *s, Str text, Rid *out)
{
	uint64_t v;
	if (!id_decode(&s->id_key, text, &v) || v >> 62 != 1)
		return false;
	*out = (Rid)(v & ~PLACE_BIT);
	return true;
}

Str store_dir(const Store *s)
{
	return str_c(s->dir);
}

/* Columns rid, type, version, updated, op, id, body. */
void row_take(const Store *s, Query *q, Arena *a, StoreRow *out)
{
	out->rid = query_col_int(q, 0);
	out->type = (FhirType)query_col_int(q, 1);
	out->version = (int32_t)query_col_int(q, 2);
	out->updated = query_col_int(q, 3);
	out->op = (RowOp)query_col_int(q, 4);
	if (query_col_kind(q, 5) == ARG_NULL) {
		char *id = arena_raw(a, ID_CHARS + 1);
		store_id_text(s, out->rid, id);
		out->id = str_n(id, ID_CHARS);
	} else {
		out->id = arena_str(a, query_col_bytes(q, 5));
	}
	out->body = arena_str(a, query_col_bytes(q, 6));
}

typedef struct RowList {
	StoreRow *rows;
	size_t n, cap;
} RowList;

static StoreRow *list_add(RowList *l, Arena *a)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 32;
		l->rows = arena_grow(a, l->rows, l->cap * sizeof *l->rows, cap * sizeof *l->rows);
		l->cap = cap;
	}
	return &l->rows[l->n++];
}

static Err take_rows(const Store *s, Query *q, size_t limit, Arena *a, StoreRow **out, size_t *n)
{
	RowList list = { 0 };
	while (list.n < limit && query_step(q))
		row_take(s, q, a, list_add(&list, a));
	TRY(query_end(q));
	*out = list.rows;
	*n = list.n;
	return OK;
}

static Err alias_of(Store *s, FhirType type, Str id, Rid *out)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Query *q = db_query(r.db, SQL("SELECT rid FROM alias WHERE type=?1 AND id=?2"));
	query_int(q, 1, (int64_t)type);
	query_text(q, 2, id);
	bool found = query_step(q);
	Rid rid = found ? query_col_int(q, 0) : 0;
	TRY(query_end(q));
	if (!found)
		return ERR_NOT_FOUND;
	*out = rid;
	return OK;
}

Err store_resolve(Store *s, FhirType type, Str id, Rid *out)
{
	if (!id.p)
		return ERR_NOT_FOUND;
	Rid rid;
	if (!id_read(&s->id_key, id, &rid))
		return alias_of(s, type, id, out);
	if (__atomic_load_n(&s->id_like_alias, __ATOMIC_ACQUIRE)) {
		Err e = alias_of(s, type, id, out);
		if (e != ERR_NOT_FOUND)
			return e;
	}
	*out = rid;
	return OK;
}

static Err one_row(const Store *s, Query *q, Arena *a, StoreRow *out)
{
	StoreRow row;
	bool found = query_step(q);
	if (found)
		row_take(s, q, a, &row);
	TRY(query_end(q));
	if (!found)
		return ERR_NOT_FOUND;
	*out = row;
	return OK;
}

Err store_get_rid(Store *s, Rid rid, Arena *a, StoreRow *out)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Query *q = db_query(r.db, SQL("SELECT rid, type, version, updated, op, id, body FROM res WHERE rid=?1"));
	query_int(q, 1, rid);
	return one_row(s, q, a, out);
}

Err store_get(Store *s, FhirType type, Str id, Arena *a, StoreRow *out)
{
	Rid rid;
	StoreRow row;
	TRY(store_resolve(s, type, id, &rid));
	TRY(store_get_rid(s, rid, a, &row));
	/* An id made from the number of a row that goes by a foreign id is nobody's id. */
	if (row.type != type || !str_eq(row.id, id))
		return ERR_NOT_FOUND;
	*out = row;
	return OK;
}

#define HIST_COLUMNS \
	"SELECT h.rid, h.type, h.version, h.updated, h.op, r.id, h.body FROM hist h JOIN res r ON r.rid = h.rid "
#define RES_COLUMNS "SELECT r.rid, r.type, r.version, r.updated, r.op, r.id, r.body FROM res r "

Err store_get_version(Store *s, Rid rid, int32_t version, Arena *a, StoreRow *out)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Query *q = db_query(r.db, SQL(RES_COLUMNS "WHERE r.rid=?1 AND r.version=?2 UNION ALL " HIST_COLUMNS
	                                          "WHERE h.rid=?1 AND h.version=?2"));
	query_int(q, 1, rid);
	query_int(q, 2, version);
	return one_row(s, q, a, out);
}

Err store_history(Store *s, Rid rid, int32_t before, size_t limit, Arena *a, StoreRow **out, size_t *n)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Query *q = db_query(r.db, SQL(RES_COLUMNS "WHERE r.rid=?1 AND r.version<?2 UNION ALL " HIST_COLUMNS
	                                          "WHERE h.rid=?1 AND h.version<?2 ORDER BY 3 DESC LIMIT ?3"));
	query_int(q, 1, rid);
	query_int(q, 2, before ? before : INT32_MAX);
	query_int(q, 3, (int64_t)limit);
	return take_rows(s, q, limit, a, out, n);
}

Err store_part_history(Store *s, Part part, Millis since, size_t limit, Arena *a, StoreRow **out, size_t *n)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Query *q =
	    db_query(r.db, SQL(RES_COLUMNS "WHERE r.rid>=?1 AND r.rid<?2 AND r.updated>=?3 UNION ALL " HIST_COLUMNS
	                                   "WHERE h.rid>=?1 AND h.rid<?2 AND h.updated>=?3"
	                                   " ORDER BY 4 DESC, 1 DESC, 3 DESC LIMIT ?4"));
	query_int(q, 1, part << LOCAL_BITS);
	query_int(q, 2, (part + 1) << LOCAL_BITS);
	query_int(q, 3, since);
	query_int(q, 4, (int64_t)limit);
	return take_rows(s, q, limit, a, out, n);
}

Err store_part_versions(Store *s, Part part, FhirType type, const StorePlace *before, size_t limit, Arena *a,
                        StoreRow **out, size_t *n)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
#define BEHIND(t) \
	" AND (" t ".updated<?5 OR (" t ".updated=?5 AND (" t ".rid<?6 OR (" t ".rid=?6 AND " t ".version<?7))))"
	Query *q = db_query(r.db, SQL(RES_COLUMNS "WHERE r.rid>=?1 AND r.rid<?2 AND r.type=?3" BEHIND(
	                              "r") " UNION ALL " HIST_COLUMNS
	                                   "WHERE h.rid>=?1 AND h.rid<?2 AND h.type=?3" BEHIND(
	                                       "h") " ORDER BY 4 DESC, 1 DESC, 3 DESC LIMIT ?4"));
#undef BEHIND
	query_int(q, 1, part << LOCAL_BITS);
	query_int(q, 2, (part + 1) << LOCAL_BITS);
	query_int(q, 3, (int64_t)type);
	query_int(q, 4, (int64_t)limit);
	query_int(q, 5, before ? before->updated : INT64_MAX);
	query_int(q, 6, before ? before->rid : 0);
	query_int(q, 7, before ? before->version : 0);
	return take_rows(s, q, limit, a, out, n);
}

Err store_scan(Store *s, Part part, const TypeSet *types, Rid after, size_t limit, Arena *a, StoreRow **out, size_t *n)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Rid low = part << LOCAL_BITS;
	Query *q = db_query(r.db, SQL("SELECT rid, type, version, updated, op, id, body FROM res"
	                              " WHERE rid>?1 AND rid<?2 ORDER BY rid"));
	query_int(q, 1, after > low ? after : low);
	query_int(q, 2, (part + 1) << LOCAL_BITS);
	RowList list = { 0 };
	while (list.n < limit && query_step(q)) {
		int64_t type = query_col_int(q, 1);
		if (query_col_int(q, 4) == ROW_DELETE || (types && !typeset_has(types, (FhirType)type)))
			continue;
		row_take(s, q, a, list_add(&list, a));
	}
	TRY(query_end(q));
	*out = list.rows;
	*n = list.n;
	return OK;
}

Err store_each(Store *s, Part part, Rid after, StoreEach *fn, void *ctx)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Rid low = part << LOCAL_BITS;
	Query *q = db_query(r.db, SQL("SELECT rid, type, version, updated, op, id, body FROM res"
	                              " WHERE rid>?1 AND rid<?2 ORDER BY rid"));
	query_int(q, 1, after > low ? after : low);
	query_int(q, 2, (part + 1) << LOCAL_BITS);
	bool more = true;
	while (more && query_step(q)) {
		StoreRow row = { .rid = query_col_int(q, 0),
			         .type = (FhirType)query_col_int(q, 1),
			         .version = (int32_t)query_col_int(q, 2),
			         .updated = query_col_int(q, 3),
			         .op = (RowOp)query_col_int(q, 4) };
		if (query_col_kind(q, 5) != ARG_NULL)
			row.id = query_col_bytes(q, 5);
		row.body = query_col_bytes(q, 6);
		more = fn(ctx, &row);
	}
	return query_end(q);
}

Err take_rids(Query *q, size_t limit, Arena *a, Rid **out, size_t *n)
{
	size_t found = 0, cap = 0;
	Rid *rids = NULL;
	while (query_step(q)) {
		if (found == cap) {
			size_t more = cap ? cap * 2 : limit < 32 ? limit : 32;
			rids = arena_grow(a, rids, cap * sizeof *rids, more * sizeof *rids);
			cap = more;
		}
		rids[found++] = query_col_int(q, 0);
	}
	TRY(query_end(q));
	*out = rids;
	*n = found;
	return OK;
}

Err store_find(Store *s, uint16_t param, Str low, Str high, size_t limit, Arena *a, Rid **out, size_t *n)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Query *q =
	    high.p
	        ? db_query(r.db,
	                   SQL("SELECT rid FROM idx WHERE param=?1 AND key>=?2 AND key<?3 ORDER BY key, rid LIMIT ?4"))
	        : db_query(r.db, SQL("SELECT rid FROM idx WHERE param=?1 AND key>=?2 ORDER BY key, rid LIMIT ?4"));
	query_int(q, 1, param);
	query_blob(q, 2, low.p ? low : S(""));
	if (high.p)
		query_blob(q, 3, high);
	query_int(q, 4, (int64_t)limit);
	return take_rids(q, limit, a, out, n);
}

Err store_patients(Store *s, Part after, size_t limit, Arena *a, StoreRow **out, size_t *n)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Part part = after < PART_FIRST - 1 ? PART_FIRST - 1 : after;
	RowList list = { 0 };
	while (list.n < limit) {
		Query *q = db_query(r.db, SQL("SELECT rid, type, version, updated, op, id, body FROM res"
		                              " WHERE rid>=?1 ORDER BY rid LIMIT 1"));
		query_int(q, 1, (part + 1) << LOCAL_BITS);
		bool found = query_step(q);
		if (found) {
			part = rid_part(query_col_int(q, 0));
			if (query_col_int(q, 1) == FT_PATIENT && query_col_int(q, 4) != ROW_DELETE)
				row_take(s, q, a, list_add(&list, a));
		}
		TRY(query_end(q));
		if (!found)
			break;
	}
	*out = list.rows;
	*n = list.n;
	return OK;
}

void bind_args(Query *q, const SqlArg *args, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int at = (int)i + 1;
		switch (args[i].kind) {
		case ARG_NULL:
			query_null(q, at);
			break;
		case ARG_INT:
			query_int(q, at, args[i].i);
			break;
		case ARG_TEXT:
			query_text(q, at, args[i].s);
			break;
		case ARG_BLOB:
			query_blob(q, at, args[i].s);
			break;
		}
	}
}

static SqlArg take_cell(Query *q, int at, Arena *a)
{
	switch (query_col_kind(q, at)) {
	case ARG_INT:
		return ARG_I(query_col_int(q, at));
	case ARG_TEXT:
		return ARG_S(arena_str(a, query_col_bytes(q, at)));
	case ARG_BLOB:
		return ARG_B(arena_str(a, query_col_bytes(q, at)));
	default:
		return (SqlArg){ .kind = ARG_NULL };
	}
}

Err store_select(Store *s, SqlText sql, const SqlArg *args, size_t n, Arena *a, SqlRows *out)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Query *q = db_query(r.db, sql);
	bind_args(q, args, n);
	SqlRows rows = { .n_cols = (size_t)query_cols(q) };
	size_t cap = 0;
	while (query_step(q)) {
		if (rows.n_rows == cap) {
			size_t more = cap ? cap * 2 : 4, row = rows.n_cols * sizeof *rows.cells;
			rows.cells = arena_grow(a, rows.cells, cap * row, more * row);
			cap = more;
		}
		SqlArg *cells = &rows.cells[rows.n_rows++ * rows.n_cols];
		for (size_t c = 0; c < rows.n_cols; c++)
			cells[c] = take_cell(q, (int)c, a);
	}
	TRY(query_end(q));
	*out = rows;
	return OK;
}

/* ---- the log ---- */

/* A read-only store looks at what the writing process added since. */
static Err log_db(Store *s, Db **out)
{
	TRY(store_reader(s, out));
	return s->read_only ? slog_follow(s->slog, *out) : OK;
}

Err store_log_head(Store *s, LogHead *out)
{
	if (s->read_only) {
		Db *d;
		TRY(log_db(s, &d));
	}
	slog_head(s->slog, out);
	return OK;
}

Err store_log_of_part(Store *s, Part part, int64_t before, size_t limit, Arena *a, LogEntry **out, size_t *n)
{
	Db *d;
	TRY(log_db(s, &d));
	return slog_of_part(s->slog, d, part, before, limit, a, out, n);
}

typedef struct EntryList {
	Arena *a;
	LogEntry *list;
	size_t n, cap;
} EntryList;

static bool take_entry(void *ctx, const LogEntry *e)
{
	EntryList *l = ctx;
	LogEntry *at = &l->list[l->n++];
	*at = *e;
	at->bytes = arena_str(l->a, e->bytes);
	return l->n < l->cap;
}

Err store_log_from(Store *s, int64_t seq, size_t limit, Arena *a, LogEntry **out, size_t *n)
{
	Db *d;
	LogHead head;
	TRY(store_log_head(s, &head));
	TRY(store_reader(s, &d));
	if (seq < 0)
		seq = 0;
	EntryList l = { .a = a };
	if (seq < head.size && limit > 0) {
		l.cap = (size_t)(head.size - seq) < limit ? (size_t)(head.size - seq) : limit;
		l.list = ARENA_ARRAY(a, LogEntry, l.cap);
		TRY(slog_each(d, seq, seq + (int64_t)l.cap, take_entry, &l));
	}
	*out = l.list;
	*n = l.n;
	return OK;
}

Err store_log_proof(Store *s, int64_t seq, int64_t size, uint8_t proof[64][32], size_t *n)
{
	Db *d;
	LogHead head;
	TRY(store_log_head(s, &head));
	TRY(store_reader(s, &d));
	if (seq < 0 || seq >= size || size > head.size)
		return ERR_NOT_FOUND;
	return slog_proof(d, seq, size, proof, n);
}
