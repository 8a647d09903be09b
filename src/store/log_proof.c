/* The log: hashes of subtrees from the disk, and inclusion proofs. */
#include <stdlib.h>

#include "store/log.h"

typedef struct LeafSink {
	Hasher *h;
	Hash *at;
	size_t n;
} LeafSink;

static bool take_leaf(void *ctx, const LogEntry *e)
{
	LeafSink *s = ctx;
	merkle_leaf(s->h, e->part, e->prev, e->bytes, &s->at[s->n++]);
	return true;
}

static Err tiles(Db *d, int level, int64_t first, size_t n, Hash *at)
{
	Query *q = db_query(d, SQL("SELECT n, hash FROM log_tile WHERE level=?1 AND n>=?2 AND n<?3 ORDER BY n"));
	query_int(q, 1, level);
	query_int(q, 2, first);
	query_int(q, 3, first + (int64_t)n);
	size_t found = 0;
	while (found < n && query_step(q)) {
		Str hash = query_col_bytes(q, 1);
		if (query_col_int(q, 0) != first + (int64_t)found || hash.n != sizeof at->b)
			break;
		memcpy(at[found++].b, hash.p, sizeof at->b);
	}
	Err e = query_end(q);
	return e == OK && found < n ? ERR_IO : e;
}

/* The full subtree of 2^j leaves with number n at its level: from at most 128 stored hashes or leaves. */
static Err subtree(Db *d, Hasher *h, int j, int64_t n, Hash *out)
{
	Hash at[128];
	size_t count = (size_t)1 << (j % 8);
	if (j < 8) {
		LeafSink sink = { h, at, 0 };
		TRY(slog_each(d, n << j, (n + 1) << j, take_leaf, &sink));
	} else {
		TRY(tiles(d, j / 8, n << (j % 8), count, at));
	}
	merkle_fold(h, at, count);
	*out = at[0];
	return OK;
}

Err slog_edge(Db *d, Hasher *h, int64_t size, MerkleEdge *out)
{
	for (int j = 0; j < 63; j++)
		if (size >> j & 1)
			TRY(subtree(d, h, j, (size >> j) - 1, &out->at[j]));
	out->size = size;
	return OK;
}

/* MTH(D[from:to]) where from is a multiple of a power of two ≥ to - from. */
static Err range_hash(Db *d, Hasher *h, int64_t from, int64_t to, Hash *out)
{
	bool any = false;
	for (int j = 0; j < 63; j++) { /* from the right: the smallest subtree first */
		if (!((to - from) >> j & 1))
			continue;
		int64_t n = ((from >> j) + ((to - from) >> j)) - 1;
		Hash left;
		TRY(subtree(d, h, j, n, &left));
		if (any)
			merkle_node(h, &left, out, out);
		else
			*out = left;
		any = true;
	}
	return OK;
}

static Err path(Db *d, Hasher *h, int64_t seq, int64_t size, uint8_t proof[64][32], size_t *n)
{
	int64_t from = 0, to = size;
	size_t count = 0;
	Hash side[64];
	while (to - from > 1) {
		int64_t half = 1;
		while (half * 2 < to - from)
			half *= 2;
		bool left = seq < from + half;
		TRY(left ? range_hash(d, h, from + half, to, &side[count])
		         : range_hash(d, h, from, from + half, &side[count]));
		count++;
		if (left)
			to = from + half;
		else
			from += half;
	}
	for (size_t i = 0; i < count; i++)
		memcpy(proof[i], side[count - 1 - i].b, 32);
	*n = count;
	return OK;
}

Err slog_proof(Db *d, int64_t seq, int64_t size, uint8_t proof[64][32], size_t *n)
{
	Hasher *h = hasher_new();
	Err e = path(d, h, seq, size, proof, n);
	hasher_free(h);
	return e;
}
