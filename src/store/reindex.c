/* Making the index anew, when what is indexed has changed since the store was written. */
#include "base/log.h"
#include "fhir/search.h"
#include "store/private.h"

enum { CHUNK = 2000 };

static Err noted_set(Store *s, Arena *a, int64_t *set)
{
	SqlRows rows;
	TRY(store_select(s, SQL("SELECT num FROM meta WHERE name='index_set'"), NULL, 0, a, &rows));
	*set = rows.n_rows ? rows.cells[0].i : 0;
	return OK;
}

/* Current rows beyond `after`, not deleted. */
static Err rows_from(Store *s, Rid after, Arena *a, StoreRow *rows, size_t *n)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Query *q = db_query(r.db, SQL("SELECT rid, type, version, updated, op, id, body FROM res"
	                              " WHERE rid>?1 AND op<>?2 ORDER BY rid LIMIT ?3"));
	query_int(q, 1, after);
	query_int(q, 2, ROW_DELETE);
	query_int(q, 3, CHUNK);
	for (*n = 0; query_step(q); (*n)++)
		row_take(s, q, a, &rows[*n]);
	return query_end(q);
}

static Err chunk(Store *s, StoreExpect *expect, Rid *after, bool *end, Arena *a)
{
	StoreRow *rows = ARENA_ARRAY(a, StoreRow, CHUNK);
	StoreTx *tx = store_tx(s, a);
	size_t n;
	TRY(rows_from(s, *after, a, rows, &n));
	for (size_t i = 0; i < n; i++) {
		size_t n_entries;
		const IndexEntry *list = expect(rows[i].type, rows[i].body, a, &n_entries);
		for (size_t k = 0; k < n_entries; k++)
			store_index(tx, true, list[k].param, list[k].key, rows[i].rid);
	}
	*end = n < CHUNK;
	if (n)
		*after = rows[n - 1].rid;
	return n ? store_commit(tx) : OK;
}

static Err empty(Store *s, Arena *a)
{
	StoreTx *tx = store_tx(s, a);
	store_exec(tx, SQL("DELETE FROM meta WHERE name='index_set'"), NULL, 0, -1);
	store_exec(tx, SQL("DELETE FROM idx"), NULL, 0, -1);
	TRY(store_commit(tx));
	postings_touch_all(s->postings);
	return OK;
}

static Err note(Store *s, Arena *a, int64_t set)
{
	StoreTx *tx = store_tx(s, a);
	SqlArg args[] = { ARG_I(set) };
	store_exec(tx,
	           SQL("INSERT INTO meta(name, num) VALUES('index_set', ?1)"
	               " ON CONFLICT(name) DO UPDATE SET num=excluded.num"),
	           args, 1, -1);
	return store_commit(tx);
}

static Err all(Store *s, StoreExpect *expect, Arena *a)
{
	Rid after = 0;
	size_t chunks = 0;
	for (bool end = false; !end; chunks++) {
		arena_reset(a);
		TRY(chunk(s, expect, &after, &end, a));
		if (chunks == 50)
			log_info("what is indexed has changed: making the index anew, this can take some minutes");
	}
	return OK;
}

Err store_index_is(Store *s, int64_t set, bool *is)
{
	Arena *a = arena_new();
	int64_t noted = 0;
	Err e = noted_set(s, a, &noted);
	*is = e == OK && noted == set;
	arena_free(a);
	return e;
}

Err store_index_set(Store *s, int64_t set, StoreExpect *expect)
{
	Arena *a = arena_new();
	int64_t noted = 0;
	Err e = noted_set(s, a, &noted);
	bool due = e == OK && noted != set;
	if (due)
		e = empty(s, a);
	if (due && e == OK)
		e = all(s, expect, a);
	if (due && e == OK) {
		arena_reset(a);
		e = note(s, a, set);
	}
	arena_free(a);
	return e;
}
