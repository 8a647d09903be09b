/* The log: appending and reading. */
#include "store/log.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "store/heads.h"
#include "store/migrate.h"

enum { BLOCK = 64, HEADS_MAX = 25000, HEADS_SLICE = 512 };

struct Slog {
	pthread_mutex_t lock; /* over the published part */
	int64_t size;
	Hash root;
	Heads current; /* heads not on disk yet */
	Heads frozen;  /* the same, older, on their way to disk */
	/* writer thread only */
	Hasher *hasher;
	MerkleEdge edge;
	Heads batch; /* heads of entries not committed yet */
	Hash batch_root;
	Head *slice; /* frozen, sorted */
	size_t slice_at, slice_n;
	int64_t frozen_to; /* frozen and disk cover the entries before this one */
	bool slice_done;   /* the open transaction holds the last of the slices */
	uint8_t *block;
	size_t block_cap;
};

/* ---- blocks ---- */

static size_t varint_put(uint8_t *at, uint64_t v)
{
	size_t n = 0;
	for (; v >= 128; v >>= 7)
		at[n++] = (uint8_t)(v | 128);
	at[n++] = (uint8_t)v;
	return n;
}

/* false: runs past the end. */
static bool varint_get(Str *s, uint64_t *out)
{
	uint64_t v = 0;
	for (unsigned shift = 0, i = 0; i < s->n && shift < 64; shift += 7, i++) {
		uint8_t c = (uint8_t)s->p[i];
		v |= (uint64_t)(c & 127) << shift;
		if (c < 128) {
			*s = str_from(*s, i + 1);
			*out = v;
			return true;
		}
	}
	return false;
}

bool slog_entry(Str *block, LogEntry *e)
{
	uint64_t part, back, n;
	if (!varint_get(block, &part) || !varint_get(block, &back) || !varint_get(block, &n) || n > block->n ||
	    back > (uint64_t)e->seq)
		return false;
	e->part = (Part)part;
	e->prev = back ? e->seq - (int64_t)back : -1;
	e->bytes = str_upto(*block, (size_t)n);
	*block = str_from(*block, (size_t)n);
	return true;
}

Err slog_each(Db *d, int64_t from, int64_t to, SlogVisit *visit, void *ctx)
{
	Query *q =
	    db_query(d, SQL("SELECT first, count, entries FROM log_block WHERE first >="
	                    " (SELECT max(first) FROM log_block WHERE first <= ?1) AND first < ?2 ORDER BY first"));
	query_int(q, 1, from);
	query_int(q, 2, to);
	LogEntry e = { .seq = from };
	bool going = true, damaged = false;
	while (going && e.seq < to && query_step(q)) {
		int64_t first = query_col_int(q, 0), end = first + query_col_int(q, 1);
		Str block = query_col_bytes(q, 2);
		if (first > e.seq || end <= e.seq) {
			damaged = true;
			break;
		}
		LogEntry at = { .seq = first };
		for (; at.seq < end && at.seq < to && going; at.seq++) {
			if (!slog_entry(&block, &at)) {
				damaged = true;
				going = false;
			} else if (at.seq >= from) {
				going = visit(ctx, &at);
			}
		}
		e.seq = at.seq;
	}
	Err err = query_end(q);
	if (err != OK)
		return err;
	return damaged || (going && e.seq < to) ? ERR_IO : OK;
}

/* ---- opening ---- */

static bool take_head(void *ctx, const LogEntry *e)
{
	if (e->part)
		heads_set(ctx, e->part, e->seq);
	return true;
}

static Err disk_head(Db *d, int64_t *size, Hash *root)
{
	AUTO_QUERY *q = db_query(d, SQL("SELECT first + count, root FROM log_block ORDER BY first DESC LIMIT 1"));
	if (!query_step(q))
		return OK;
	Str r = query_col_bytes(q, 1);
	if (r.n != sizeof root->b)
		return ERR_IO;
	*size = query_col_int(q, 0);
	memcpy(root->b, r.p, sizeof root->b);
	return OK;
}

static Err read_state(Slog *l, Db *d, bool writing)
{
	int64_t flushed = 0;
	(void)meta_int(d, S("log_flushed"), &flushed);
	TRY(disk_head(d, &l->size, &l->root));
	Err e = flushed < l->size ? slog_each(d, flushed, l->size, take_head, &l->current) : OK;
	if (writing)
		return e != OK ? e : slog_edge(d, l->hasher, l->size, &l->edge);
	if (e != OK)
		log_warn("store: the log has gaps; verify says where");
	return OK;
}

Err slog_open(Db *d, bool writing, Slog **out)
{
	Slog *l = calloc(1, sizeof *l);
	if (!l)
		die("out of memory");
	pthread_mutex_init(&l->lock, NULL);
	l->hasher = hasher_new();
	merkle_root(l->hasher, &l->edge, &l->root);
	Err e = read_state(l, d, writing);
	if (e != OK) {
		slog_free(l);
		return e;
	}
	*out = l;
	return OK;
}

void slog_free(Slog *l)
{
	if (!l)
		return;
	heads_free(&l->current);
	heads_free(&l->frozen);
	heads_free(&l->batch);
	hasher_free(l->hasher);
	free(l->slice);
	free(l->block);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

Err slog_follow(Slog *l, Db *d)
{
	pthread_mutex_lock(&l->lock);
	int64_t from = l->size;
	Err e = disk_head(d, &l->size, &l->root);
	if (e == OK && from < l->size)
		e = slog_each(d, from, l->size, take_head, &l->current);
	pthread_mutex_unlock(&l->lock);
	return e;
}

/* ---- heads ---- */

static Err head_on_disk(Db *d, Part part, int64_t *out)
{
	Query *q = db_query(d, SQL("SELECT seq FROM log_head WHERE part=?1"));
	query_int(q, 1, part);
	*out = query_step(q) ? query_col_int(q, 0) : -1;
	return query_end(q);
}

/* Called by the writer: it alone changes the maps, so it reads them without the lock. */
static Err head_for_append(Slog *l, Db *d, Part part, int64_t *out)
{
	*out = -1;
	if (!part)
		return OK;
	*out = heads_get(&l->batch, part);
	if (*out < 0)
		*out = heads_get(&l->current, part);
	if (*out < 0)
		*out = heads_get(&l->frozen, part);
	return *out < 0 ? head_on_disk(d, part, out) : OK;
}

static Err put_head(Db *d, const Head *h)
{
	Query *q = db_query(
	    d, SQL("INSERT INTO log_head(part, seq) VALUES(?1, ?2) ON CONFLICT(part) DO UPDATE SET seq=excluded.seq"));
	query_int(q, 1, h->part);
	query_int(q, 2, h->seq);
	return query_run(q);
}

static Err flush_slice(Slog *l, Db *d)
{
	if (!l->slice || l->slice_done)
		return OK;
	for (size_t i = 0; i < HEADS_SLICE && l->slice_at < l->slice_n; i++)
		TRY(put_head(d, &l->slice[l->slice_at++]));
	if (l->slice_at < l->slice_n)
		return OK;
	l->slice_done = true;
	return meta_set_int(d, S("log_flushed"), l->frozen_to);
}

Err slog_flush(Slog *l, Db *d)
{
	while (l->slice && !l->slice_done)
		TRY(flush_slice(l, d));
	Head *all = heads_sorted(&l->current);
	Err e = OK;
	for (size_t i = 0; i < l->current.n && e == OK; i++)
		e = put_head(d, &all[i]);
	free(all);
	return e == OK ? meta_set_int(d, S("log_flushed"), l->size) : e;
}

/* ---- appending ---- */

typedef struct TileSink {
	Db *d;
	Err e;
} TileSink;

static void put_tile(void *ctx, int level, int64_t n, const Hash *hash)
{
	TileSink *t = ctx;
	if (t->e != OK)
		return;
	Query *q = db_query(t->d, SQL("INSERT INTO log_tile(level, n, hash) VALUES(?1, ?2, ?3)"));
	query_int(q, 1, level);
	query_int(q, 2, n);
	query_blob(q, 3, str_n((const char *)hash->b, sizeof hash->b));
	t->e = query_run(q);
}

static void block_room(Slog *l, size_t n)
{
	if (n <= l->block_cap)
		return;
	free(l->block);
	l->block_cap = n * 2;
	l->block = malloc(l->block_cap);
	if (!l->block)
		die("out of memory");
}

static Err append_block(Slog *l, Db *d, const SlogItem *items, size_t n)
{
	size_t room = n * 30, used = 0;
	for (size_t i = 0; i < n; i++)
		room += items[i].bytes.n;
	block_room(l, room);
	TileSink sink = { d, OK };
	int64_t first = l->edge.size;
	for (size_t i = 0; i < n; i++) {
		int64_t seq = l->edge.size, prev;
		TRY(head_for_append(l, d, items[i].part, &prev));
		used += varint_put(l->block + used, (uint64_t)items[i].part);
		used += varint_put(l->block + used, prev < 0 ? 0 : (uint64_t)(seq - prev));
		used += varint_put(l->block + used, items[i].bytes.n);
		memcpy(l->block + used, items[i].bytes.p, items[i].bytes.n);
		used += items[i].bytes.n;
		Hash leaf;
		merkle_leaf(l->hasher, items[i].part, prev, items[i].bytes, &leaf);
		merkle_append(l->hasher, &l->edge, &leaf, put_tile, &sink);
		if (items[i].part)
			heads_set(&l->batch, items[i].part, seq);
	}
	TRY(sink.e);
	merkle_root(l->hasher, &l->edge, &l->batch_root);
	Query *q = db_query(d, SQL("INSERT INTO log_block(first, count, entries, root) VALUES(?1, ?2, ?3, ?4)"));
	query_int(q, 1, first);
	query_int(q, 2, (int64_t)n);
	query_blob(q, 3, str_n((const char *)l->block, used));
	query_blob(q, 4, str_n((const char *)l->batch_root.b, sizeof l->batch_root.b));
	return query_run(q);
}

Err slog_append(Slog *l, Db *d, const SlogItem *items, size_t n)
{
	for (size_t at = 0; at < n; at += BLOCK)
		TRY(append_block(l, d, items + at, n - at < BLOCK ? n - at : BLOCK));
	return n ? flush_slice(l, d) : OK;
}

void slog_publish(Slog *l)
{
	if (l->edge.size == l->size)
		return;
	pthread_mutex_lock(&l->lock);
	l->size = l->edge.size;
	l->root = l->batch_root;
	for (size_t i = 0; i < l->batch.cap; i++)
		if (l->batch.slots[i].part)
			heads_set(&l->current, l->batch.slots[i].part, l->batch.slots[i].seq);
	if (l->slice_done) {
		heads_clear(&l->frozen);
		free(l->slice);
		l->slice = NULL;
		l->slice_done = false;
	}
	if (!l->slice && l->current.n >= HEADS_MAX) {
		l->frozen = l->current;
		l->current = (Heads){ 0 };
		l->frozen_to = l->size;
		l->slice = heads_sorted(&l->frozen);
		l->slice_at = 0;
		l->slice_n = l->frozen.n;
	}
	pthread_mutex_unlock(&l->lock);
	heads_clear(&l->batch);
}

Err slog_undo(Slog *l, Db *d)
{
	heads_clear(&l->batch);
	l->slice_at = 0; /* writing a head twice is harmless */
	l->slice_done = false;
	return slog_edge(d, l->hasher, l->size, &l->edge);
}

/* ---- reading ---- */

void slog_head(Slog *l, LogHead *out)
{
	pthread_mutex_lock(&l->lock);
	out->size = l->size;
	memcpy(out->root, l->root.b, sizeof out->root);
	pthread_mutex_unlock(&l->lock);
}

Err slog_max_part(Slog *l, Db *d, Part *out)
{
	Query *q = db_query(d, SQL("SELECT max(part) FROM log_head"));
	Part max = query_step(q) ? query_col_int(q, 0) : 0;
	TRY(query_end(q));
	pthread_mutex_lock(&l->lock);
	const Heads *maps[] = { &l->current, &l->frozen };
	for (size_t m = 0; m < COUNT_OF(maps); m++)
		for (size_t i = 0; i < maps[m]->cap; i++)
			if (maps[m]->slots[i].part > max)
				max = maps[m]->slots[i].part;
	pthread_mutex_unlock(&l->lock);
	*out = max;
	return OK;
}

typedef struct OneEntry {
	LogEntry e;
	Arena *a; /* NULL: only the links are wanted */
} OneEntry;

static bool take_one(void *ctx, const LogEntry *e)
{
	OneEntry *one = ctx;
	one->e = *e;
	one->e.bytes = one->a ? arena_str(one->a, e->bytes) : (Str){ NULL, 0 };
	return false;
}

/* Where to begin so that entries ≥ before are skipped cheaply: if `before` is an entry of the partition, right behind
 * it. */
static Err start_of_walk(Slog *l, Db *d, Part part, int64_t before, int64_t *out)
{
	pthread_mutex_lock(&l->lock);
	int64_t size = l->size, seq = heads_get(&l->current, part);
	if (seq < 0)
		seq = heads_get(&l->frozen, part);
	pthread_mutex_unlock(&l->lock);
	if (before >= 0 && before < size) {
		OneEntry one = { .a = NULL };
		TRY(slog_each(d, before, before + 1, take_one, &one));
		if (one.e.part == part) {
			*out = one.e.prev;
			return OK;
		}
	}
	*out = seq;
	return seq < 0 ? head_on_disk(d, part, out) : OK;
}

Err slog_of_part(Slog *l, Db *d, Part part, int64_t before, size_t limit, Arena *a, LogEntry **out, size_t *n)
{
	int64_t seq = -1;
	if (part)
		TRY(start_of_walk(l, d, part, before, &seq));
	size_t cap = 0, found = 0;
	LogEntry *list = NULL;
	while (seq >= 0 && found < limit) {
		OneEntry one = { .a = seq < before ? a : NULL };
		TRY(slog_each(d, seq, seq + 1, take_one, &one));
		if (one.e.part != part)
			return ERR_IO; /* a damaged link */
		if (seq < before) {
			if (found == cap) {
				size_t more = cap ? cap * 2 : 16;
				list = arena_grow(a, list, cap * sizeof *list, more * sizeof *list);
				cap = more;
			}
			list[found++] = one.e;
		}
		seq = one.e.prev;
	}
	*out = list;
	*n = found;
	return OK;
}
