/* Guards: has what a transaction looked at changed?
 *
 * Rows: the writer counts the changes of each (partition, type), and of each type, in an array of slots by hash. What
 * it counts for itself runs ahead; readers see it only after the commit and after `changes` of the store went up, so
 * that whoever reads a count finds in its next snapshot all that was counted.
 *
 * Range: the writer asks the index again, inside its own transaction, and compares rows and versions. */
#include <stdlib.h>

#include "base/log.h"
#include "store/private.h"

struct Guards {
	uint32_t told[GUARD_SLOTS]; /* atomic */
	uint32_t now[GUARD_SLOTS];  /* atomic; only the writer writes: counted before it can be read */
	uint32_t *put;              /* slots counted since the last publish */
	size_t n, cap;
};

Guards *guards_new(void)
{
	Guards *g = calloc(1, sizeof *g);
	if (!g)
		die("out of memory");
	return g;
}

void guards_free(Guards *g)
{
	if (!g)
		return;
	free(g->put);
	free(g);
}

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint32_t slot_of(Part part, FhirType type)
{
	return (uint32_t)(mix((uint64_t)part << 12 ^ (uint64_t)type) & (GUARD_SLOTS - 1));
}

static void count(Guards *g, uint32_t slot)
{
	if (g->n == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 256;
		g->put = realloc(g->put, g->cap * sizeof *g->put);
		if (!g->put)
			die("out of memory");
	}
	g->put[g->n++] = slot;
	__atomic_store_n(&g->now[slot], g->now[slot] + 1, __ATOMIC_RELEASE);
}

void guards_put(Guards *g, Rid rid, FhirType type)
{
	count(g, slot_of(rid_part(rid), type));
	count(g, slot_of(0, type));
}

size_t guards_mark(const Guards *g)
{
	return g->n;
}

void guards_undo(Guards *g, size_t mark)
{
	while (g->n > mark) {
		uint32_t slot = g->put[--g->n];
		__atomic_store_n(&g->now[slot], g->now[slot] - 1, __ATOMIC_RELEASE);
	}
}

void guards_publish(Guards *g)
{
	for (size_t i = 0; i < g->n; i++)
		__atomic_store_n(&g->told[g->put[i]], g->now[g->put[i]], __ATOMIC_RELEASE);
	g->n = 0;
}

void store_guard_rows(Store *s, Part part, FhirType type, StoreGuard *out)
{
	uint32_t slot = slot_of(part, type);
	*out = (StoreGuard){ .slot = slot, .seen = __atomic_load_n(&s->guards->told[slot], __ATOMIC_ACQUIRE) };
}

/* Which rows in which versions the range leads to. */
static Err digest(Db *d, uint16_t param, Str low, Str high, uint64_t *out, size_t *n)
{
	Query *q = high.p ? db_query(d, SQL("SELECT i.rid, r.version FROM idx i JOIN res r ON r.rid = i.rid"
	                                    " WHERE i.param=?1 AND i.key>=?2 AND i.key<?4 ORDER BY i.key, i.rid"
	                                    " LIMIT ?3"))
	                  : db_query(d, SQL("SELECT i.rid, r.version FROM idx i JOIN res r ON r.rid = i.rid"
	                                    " WHERE i.param=?1 AND i.key>=?2 ORDER BY i.key, i.rid LIMIT ?3"));
	query_int(q, 1, param);
	query_blob(q, 2, low.p ? low : S(""));
	query_int(q, 3, GUARD_RANGE_MAX + 1);
	if (high.p)
		query_blob(q, 4, high);
	*out = 0;
	for (*n = 0; query_step(q); ++*n)
		*out = mix(*out ^ mix((uint64_t)query_col_int(q, 0)) ^ (uint64_t)query_col_int(q, 1));
	return query_end(q);
}

Err store_guard_range(Store *s, uint16_t param, Str low, Str high, StoreGuard *out)
{
	AUTO_SNAPSHOT r = { 0 };
	StoreGuard g = { .range = true, .param = param, .low = low, .high = high };
	size_t n;
	TRY(snapshot_take(s, &r));
	TRY(digest(r.db, param, low, high, &g.digest, &n));
	if (n > GUARD_RANGE_MAX)
		return ERR_TOO_LARGE;
	*out = g;
	return OK;
}

static Err check_one(const Guards *all, Db *d, const StoreGuard *g)
{
	uint64_t is;
	size_t n;
	if (!g->range)
		return all->now[g->slot] == g->seen ? OK : ERR_AGAIN;
	TRY(digest(d, g->param, g->low, g->high, &is, &n));
	return is == g->digest ? OK : ERR_AGAIN;
}

Err guards_check(Store *s, Db *d, const StoreTx *tx)
{
	for (const GuardItem *i = tx->guards; i; i = i->next)
		TRY(check_one(s->guards, d, &i->guard));
	return OK;
}

Err store_guard_holds(Store *s, const StoreGuard *g, bool *holds)
{
	uint64_t is;
	size_t n;
	if (!g->range) {
		*holds = __atomic_load_n(&s->guards->now[g->slot], __ATOMIC_ACQUIRE) == g->seen;
		return OK;
	}
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	TRY(digest(r.db, g->param, g->low, g->high, &is, &n));
	*holds = is == g->digest;
	return OK;
}
