/* Reading for searches: the index in order of rows, many rows at once, which partitions there are. */
#include "store/private.h"

#include <stdlib.h>

/* Past every key: keys have at most 128 bytes. */
static const char past[] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";

/* A range that holds one key: [key, key NUL). */
static bool one_key(Str low, Str high)
{
	return high.p && high.n == low.n + 1 && high.p[low.n] == 0 && str_starts(high, low);
}

static Query *range_query(Db *db, bool one, bool back)
{
	if (one && back)
		return db_query(
		    db, SQL("SELECT rid FROM idx WHERE param=?1 AND key=?2 AND rid<?4 ORDER BY rid DESC LIMIT ?5"));
	if (one)
		return db_query(db,
		                SQL("SELECT rid FROM idx WHERE param=?1 AND key=?2 AND rid>?4 ORDER BY rid LIMIT ?5"));
	if (back)
		return db_query(db, SQL("SELECT DISTINCT rid FROM idx WHERE param=?1 AND key>=?2 AND key<?3 AND rid<?4"
		                        " ORDER BY rid DESC LIMIT ?5"));
	return db_query(db, SQL("SELECT DISTINCT rid FROM idx WHERE param=?1 AND key>=?2 AND key<?3 AND rid>?4"
	                        " ORDER BY rid LIMIT ?5"));
}

Err store_find_rids(Store *s, uint16_t param, Str low, Str high, Rid from, bool back, size_t limit, Arena *a, Rid **out,
                    size_t *n)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	bool one = one_key(low, high);
	Query *q = range_query(r.db, one, back);
	query_int(q, 1, param);
	query_blob(q, 2, low.p ? low : S(""));
	if (!one)
		query_blob(q, 3, high.p ? high : str_n(past, sizeof past - 1));
	query_int(q, 4, back && !from ? INT64_MAX : from);
	query_int(q, 5, (int64_t)limit);
	return take_rids(q, limit, a, out, n);
}

/* Right behind a key comes the key with a zero byte more. */
static Str behind(Arena *a, Str key)
{
	char *p = arena_raw(a, key.n + 1);
	if (key.n)
		memcpy(p, key.p, key.n);
	p[key.n] = 0;
	return str_n(p, key.n + 1);
}

Err store_keys(Store *s, uint16_t param, Str low, Str high, size_t limit, Arena *a, Str **out, size_t *n)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Str *keys = ARENA_ARRAY(a, Str, limit + 1);
	Str from = low.p ? low : S("");
	bool more = true;
	for (*n = 0; more && *n < limit;) {
		Query *q = db_query(
		    r.db, SQL("SELECT key FROM idx WHERE param=?1 AND key>=?2 AND key<?3 ORDER BY key LIMIT 1"));
		query_int(q, 1, param);
		query_blob(q, 2, from);
		query_blob(q, 3, high.p ? high : str_n(past, sizeof past - 1));
		more = query_step(q);
		if (more) {
			from = behind(a, query_col_bytes(q, 0));
			keys[(*n)++] = str_upto(from, from.n - 1);
		}
		TRY(query_end(q));
	}
	*out = keys;
	return OK;
}

uint64_t store_index_epoch(const Store *s, uint16_t param)
{
	if (s->read_only)
		return 1;
	uint64_t epoch = postings_epoch(s->postings, param);
	return postings_are_told(s->postings) ? 0 : epoch + 1;
}

Err store_rows_of(Store *s, uint16_t param, Str low, Str high, bool fresh, Arena *a, Rid **out, size_t *n, bool *all)
{
	PostingRange range = { param, low.p ? low : S(""), high.p ? high : str_n(past, sizeof past - 1) };
	/* What another process writes is not told here. */
	if (!fresh && !s->read_only && postings_get(s->postings, &range, a, out, n, all) &&
	    (*all || *n > STORE_ROWS_MOST)) {
		*n = *all ? *n : 0;
		return OK;
	}
	uint32_t epoch = postings_epoch(s->postings, param);
	size_t found, kept = 0;
	TRY(store_find(s, param, range.low, range.high, STORE_ROWS_MOST + 1, a, out, &found));
	Rid *rids = *out;
	*all = found <= STORE_ROWS_MOST;
	if (found && *all && !one_key(range.low, range.high))
		qsort(rids, found, sizeof *rids, rid_order);
	for (size_t i = 0; i < found && *all; i++)
		if (!kept || rids[i] != rids[kept - 1])
			rids[kept++] = rids[i];
	*n = *all ? kept : 0;
	if (!s->read_only)
		postings_put(s->postings, &range, epoch, rids, *all ? kept : found, *all);
	return OK;
}

Err store_count(Store *s, uint16_t param, Str low, Str high, size_t limit, size_t *n)
{
	PostingRange range = { param, low.p ? low : S(""), high.p ? high : str_n(past, sizeof past - 1) };
	uint32_t epoch = postings_epoch(s->postings, param);
	bool all;
	if (!s->read_only && postings_get(s->postings, &range, NULL, NULL, n, &all) && (all || *n >= limit)) {
		*n = *n < limit ? *n : limit;
		return OK;
	}
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Query *q = db_query(r.db, SQL("SELECT count(*) FROM (SELECT 1 FROM idx WHERE param=?1 AND key>=?2 AND key<?3"
	                              " LIMIT ?4)"));
	query_int(q, 1, param);
	query_blob(q, 2, range.low);
	query_blob(q, 3, range.high);
	query_int(q, 4, (int64_t)limit);
	*n = query_step(q) ? (size_t)query_col_int(q, 0) : 0;
	TRY(query_end(q));
	if (*n == limit && !s->read_only)
		postings_put(s->postings, &range, epoch, NULL, limit, false);
	return OK;
}

Err store_in_index(Store *s, uint16_t param, Str key, Rid from, Rid until, bool *has)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Query *q = db_query(r.db, SQL("SELECT 1 FROM idx WHERE param=?1 AND key=?2 AND rid>=?3 AND rid<?4 LIMIT 1"));
	query_int(q, 1, param);
	query_blob(q, 2, key);
	query_int(q, 3, from);
	query_int(q, 4, until);
	*has = query_step(q);
	return query_end(q);
}

Err store_get_rids(Store *s, const Rid *rids, size_t n, Arena *a, StoreRow **out, size_t *found)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	StoreRow *rows = ARENA_ARRAY(a, StoreRow, n + 1);
	*found = 0;
	for (size_t i = 0; i < n; i++) {
		Query *q =
		    db_query(r.db, SQL("SELECT rid, type, version, updated, op, id, body FROM res WHERE rid=?1"));
		query_int(q, 1, rids[i]);
		if (query_step(q))
			row_take(s, q, a, &rows[(*found)++]);
		TRY(query_end(q));
	}
	*out = rows;
	return OK;
}

Err store_scan_back(Store *s, Part part, const TypeSet *types, Rid before, size_t limit, Arena *a, StoreRow **out,
                    size_t *n)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Rid low = part << LOCAL_BITS, high = (part + 1) << LOCAL_BITS;
	StoreRow *rows = NULL;
	size_t found = 0, cap = 0;
	Query *q = db_query(r.db, SQL("SELECT rid, type, version, updated, op, id, body FROM res"
	                              " WHERE rid>?1 AND rid<?2 ORDER BY rid DESC"));
	query_int(q, 1, low);
	query_int(q, 2, before && before < high ? before : high);
	while (found < limit && query_step(q)) {
		FhirType type = (FhirType)query_col_int(q, 1);
		if (query_col_int(q, 4) == ROW_DELETE || (types && !typeset_has(types, type)))
			continue;
		if (found == cap) {
			size_t more = cap ? cap * 2 : 32;
			rows = arena_grow(a, rows, cap * sizeof *rows, more * sizeof *rows);
			cap = more;
		}
		row_take(s, q, a, &rows[found++]);
	}
	TRY(query_end(q));
	*out = rows;
	*n = found;
	return OK;
}

Err store_parts(Store *s, Part from, bool back, size_t limit, Part *out, size_t *n)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Part at = from;
	if (!back && at < PART_FIRST)
		at = PART_FIRST - 1;
	for (*n = 0; *n < limit; (*n)++) {
		Query *q = back ? db_query(r.db, SQL("SELECT rid FROM res WHERE rid<?1 ORDER BY rid DESC LIMIT 1"))
		                : db_query(r.db, SQL("SELECT rid FROM res WHERE rid>=?1 ORDER BY rid LIMIT 1"));
		query_int(q, 1, !back ? (at + 1) << LOCAL_BITS : at ? at << LOCAL_BITS : INT64_MAX);
		at = query_step(q) ? rid_part(query_col_int(q, 0)) : 0;
		TRY(query_end(q));
		if (at < PART_FIRST)
			break;
		out[*n] = at;
	}
	return OK;
}
