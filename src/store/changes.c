/* Reading the order of changes, forwards and backwards. */
#include "store/private.h"

static Err take_changes(Query *q, size_t limit, Arena *a, StoreChange **out, size_t *n)
{
	size_t found = 0, cap = 0;
	StoreChange *list = NULL;
	while (found < limit && query_step(q)) {
		if (found == cap) {
			size_t more = cap ? cap * 2 : 64;
			list = arena_grow(a, list, cap * sizeof *list, more * sizeof *list);
			cap = more;
		}
		Rid rid = query_col_int(q, 1);
		list[found++] = (StoreChange){ .seq = query_col_int(q, 0),
			                       .rid = rid,
			                       .version = (int32_t)query_col_int(q, 2),
			                       .type = (FhirType)query_col_int(q, 3),
			                       .part = rid_part(rid) };
	}
	TRY(query_end(q));
	*out = list;
	*n = found;
	return OK;
}

static Err changes(Store *s, SqlText all, SqlText typed, int64_t from, FhirType type, size_t limit, Arena *a,
                   StoreChange **out, size_t *n)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Query *q = db_query(r.db, type == FT_NONE ? all : typed);
	query_int(q, 1, from);
	query_int(q, 2, (int64_t)limit);
	if (type != FT_NONE)
		query_int(q, 3, (int64_t)type);
	return take_changes(q, limit, a, out, n);
}

Err store_changes(Store *s, int64_t after, FhirType type, size_t limit, Arena *a, StoreChange **out, size_t *n)
{
	return changes(s, SQL("SELECT seq, rid, version, type FROM change WHERE seq>?1 ORDER BY seq LIMIT ?2"),
	               SQL("SELECT seq, rid, version, type FROM change WHERE type=?3 AND seq>?1 ORDER BY seq LIMIT ?2"),
	               after, type, limit, a, out, n);
}

Err store_changes_back(Store *s, int64_t before, FhirType type, size_t limit, Arena *a, StoreChange **out, size_t *n)
{
	return changes(
	    s, SQL("SELECT seq, rid, version, type FROM change WHERE seq<?1 ORDER BY seq DESC LIMIT ?2"),
	    SQL("SELECT seq, rid, version, type FROM change WHERE type=?3 AND seq<?1 ORDER BY seq DESC LIMIT ?2"),
	    before, type, limit, a, out, n);
}

Err store_last_change(Store *s, int64_t *seq)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Query *q = db_query(r.db, SQL("SELECT seq FROM change ORDER BY seq DESC LIMIT 1"));
	int64_t last = query_step(q) ? query_col_int(q, 0) : 0;
	TRY(query_end(q));
	*seq = last;
	return OK;
}
