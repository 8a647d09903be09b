/* The log: full check against what the entries themselves say. */
#include <stdio.h>
#include <stdlib.h>

#include "store/heads.h"
#include "store/log.h"
#include "store/migrate.h"

typedef struct Audit {
	Db *d;
	StoreSay *say;
	void *ctx;
	int64_t *problems;
	Hasher *h;
	MerkleEdge edge;
	Heads heads;
	int64_t tiles;
} Audit;

static void problem(Audit *a, const char *what, int64_t at)
{
	char line[160];
	snprintf(line, sizeof line, "log: %s at entry %lld", what, (long long)at);
	a->say(a->ctx, line);
	++*a->problems;
}

/* A subtree became full: is its hash stored as it should be? */
static void check_tile(void *ctx, int level, int64_t n, const Hash *hash)
{
	Audit *a = ctx;
	Query *q = db_query(a->d, SQL("SELECT hash FROM log_tile WHERE level=?1 AND n=?2"));
	query_int(q, 1, level);
	query_int(q, 2, n);
	bool same = query_step(q) && str_eq(query_col_bytes(q, 0), str_n((const char *)hash->b, sizeof hash->b));
	if (query_end(q) != OK || !same)
		problem(a, "a stored subtree hash is missing or wrong", a->edge.size);
	a->tiles++;
}

/* false: the block cannot be read to its end. */
static bool check_block(Audit *a, int64_t count, Str entries, Str root)
{
	for (int64_t i = 0; i < count; i++) {
		LogEntry e = { .seq = a->edge.size };
		if (!slog_entry(&entries, &e)) {
			problem(a, "a block is damaged", e.seq);
			return false;
		}
		if (e.prev != (e.part ? heads_get(&a->heads, e.part) : -1))
			problem(a, "a back-link is wrong", e.seq);
		if (e.part)
			heads_set(&a->heads, e.part, e.seq);
		Hash leaf;
		merkle_leaf(a->h, e.part, e.prev, e.bytes, &leaf);
		merkle_append(a->h, &a->edge, &leaf, check_tile, a);
	}
	if (entries.n)
		problem(a, "a block has bytes too many", a->edge.size);
	Hash now;
	merkle_root(a->h, &a->edge, &now);
	if (!str_eq(root, str_n((const char *)now.b, sizeof now.b)))
		problem(a, "the root does not follow from the entries before", a->edge.size);
	return true;
}

static Err check_blocks(Audit *a)
{
	Query *q = db_query(a->d, SQL("SELECT first, count, entries, root FROM log_block ORDER BY first"));
	while (query_step(q)) {
		if (query_col_int(q, 0) != a->edge.size) {
			problem(a, "entries are missing", a->edge.size);
			break;
		}
		if (!check_block(a, query_col_int(q, 1), query_col_bytes(q, 2), query_col_bytes(q, 3)))
			break;
	}
	TRY(query_end(q));
	q = db_query(a->d, SQL("SELECT count(*) FROM log_tile"));
	int64_t stored = query_step(q) ? query_col_int(q, 0) : 0;
	TRY(query_end(q));
	if (stored != a->tiles)
		problem(a, "the number of stored subtree hashes is wrong", a->edge.size);
	return OK;
}

static bool same_part(void *ctx, const LogEntry *e)
{
	Part *part = ctx;
	if (e->part != *part)
		*part = -1;
	return false;
}

/* Heads on disk may lag behind for partitions with entries from `flushed` on; otherwise they are exact. */
static Err check_heads(Audit *a)
{
	int64_t flushed = 0;
	(void)meta_int(a->d, S("log_flushed"), &flushed);
	Head *all = heads_sorted(&a->heads);
	Err err = OK;
	for (size_t i = 0; i < a->heads.n && err == OK; i++) {
		Query *q = db_query(a->d, SQL("SELECT seq FROM log_head WHERE part=?1"));
		query_int(q, 1, all[i].part);
		int64_t seq = query_step(q) ? query_col_int(q, 0) : -1;
		err = query_end(q);
		Part part = all[i].part;
		bool lags = all[i].seq >= flushed && seq < all[i].seq;
		if (lags && seq >= 0 && err == OK)
			err = slog_each(a->d, seq, seq + 1, same_part, &part);
		if ((seq != all[i].seq && !lags) || part < 0)
			problem(a, "the last entry of a partition is not the one noted", all[i].seq);
	}
	free(all);
	Query *q = db_query(a->d, SQL("SELECT part, seq FROM log_head"));
	while (query_step(q))
		if (heads_get(&a->heads, query_col_int(q, 0)) < 0)
			problem(a, "a partition without entries has one noted", query_col_int(q, 1));
	Err e = query_end(q);
	return err != OK ? err : e;
}

Err slog_verify(Db *d, StoreSay *say, void *ctx, int64_t *size, int64_t *problems)
{
	Audit *a = calloc(1, sizeof *a);
	if (!a)
		return ERR_INTERNAL;
	*a = (Audit){ .d = d, .say = say, .ctx = ctx, .problems = problems, .h = hasher_new() };
	int64_t before = *problems;
	Err e = check_blocks(a);
	if (e == OK && *problems == before) /* links of a damaged log lead anywhere */
		e = check_heads(a);
	*size = a->edge.size;
	heads_free(&a->heads);
	hasher_free(a->h);
	free(a);
	return e;
}
