/* Rows of index ranges in order, remembered until something of their parameter is written. What is asked again and
 * again (a worklist, a page of it, a search that puts two conditions together) is then read and sorted once.
 *
 * A parameter has an epoch, which goes up with every commit that wrote an entry of it, before that commit is
 * acknowledged and after `changes` of the store went up: who takes the epoch first and reads then, reads what is at
 * least as new. */
#include "store/private.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/random.h"

/* SLOTS a shard; what it holds together is at most SHARD_BYTES. FEW: fewer rows than this are as quickly read again.
 * EPOCHS: parameters that share one fall together. */
enum { SHARDS = 16, SLOTS = 256, SHARD_BYTES = 512 * 1024, FEW = 16, EPOCHS = 4096 };

typedef struct Posting {
	uint64_t hash;
	uint32_t epoch;
	uint32_t n; /* rows; or, without rows, how many entries there are at least */
	bool all;   /* its rows are here */
	uint16_t param, low_n, high_n;
	Rid rids[]; /* behind them the bytes of low and high */
} Posting;

typedef struct Shard {
	pthread_mutex_t lock;
	size_t bytes, hand;
	Posting *slots[SLOTS];
} Shard;

struct Postings {
	_Atomic uint32_t epochs[EPOCHS];
	_Atomic bool telling; /* the epochs of a commit are being raised */
	Shard shards[SHARDS];
};

Postings *postings_new(void)
{
	Postings *p = calloc(1, sizeof *p);
	if (!p)
		die("out of memory");
	for (size_t i = 0; i < SHARDS; i++)
		pthread_mutex_init(&p->shards[i].lock, NULL);
	return p;
}

void postings_free(Postings *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < SHARDS; i++) {
		for (size_t k = 0; k < SLOTS; k++)
			free(p->shards[i].slots[k]);
		pthread_mutex_destroy(&p->shards[i].lock);
	}
	free(p);
}

void postings_touch(Postings *p, uint16_t param)
{
	atomic_fetch_add_explicit(&p->epochs[param % EPOCHS], 1, memory_order_release);
}

void postings_telling(Postings *p, bool yes)
{
	atomic_store_explicit(&p->telling, yes, memory_order_release);
}

bool postings_are_told(const Postings *p)
{
	return atomic_load_explicit(&p->telling, memory_order_acquire);
}

void postings_touch_all(Postings *p)
{
	for (size_t i = 0; i < EPOCHS; i++)
		postings_touch(p, (uint16_t)i);
}

uint32_t postings_epoch(const Postings *p, uint16_t param)
{
	return atomic_load_explicit(&p->epochs[param % EPOCHS], memory_order_acquire);
}

/* ---- ranges ---- */

static uint64_t hash_of(const PostingRange *r)
{
	return hash_str(r->low) * UINT64_C(0x9e3779b97f4a7c15) ^ hash_str(r->high) ^ (uint64_t)r->param << 48;
}

static Shard *shard_of(Postings *p, uint64_t hash, Posting ***slot)
{
	Shard *s = &p->shards[hash % SHARDS];
	*slot = &s->slots[hash / SHARDS % SLOTS];
	return s;
}

static size_t kept_of(const Posting *x)
{
	return x->all ? x->n : 0;
}

static bool same_range(const Posting *x, const PostingRange *r)
{
	const char *text = (const char *)(x->rids + kept_of(x));
	return x->param == r->param && str_eq(str_n(text, x->low_n), r->low) &&
	       str_eq(str_n(text + x->low_n, x->high_n), r->high);
}

static size_t size_of(size_t n, const PostingRange *r)
{
	return sizeof(Posting) + n * sizeof(Rid) + r->low.n + r->high.n;
}

static size_t bytes_of(const Posting *x)
{
	return x ? sizeof *x + kept_of(x) * sizeof(Rid) + x->low_n + x->high_n : 0;
}

static void drop(Shard *s, Posting **slot)
{
	s->bytes -= bytes_of(*slot);
	free(*slot);
	*slot = NULL;
}

bool postings_get(Postings *p, const PostingRange *r, Arena *a, Rid **rids, size_t *n, bool *all)
{
	Posting **slot;
	uint64_t hash = hash_of(r);
	uint32_t epoch = postings_epoch(p, r->param);
	Shard *s = shard_of(p, hash, &slot);
	pthread_mutex_lock(&s->lock);
	const Posting *x = *slot;
	bool good = x && x->hash == hash && x->epoch == epoch && same_range(x, r);
	if (good) {
		*all = x->all;
		*n = x->n;
		if (a && x->all) {
			*rids = ARENA_ARRAY(a, Rid, x->n + 1);
			memcpy(*rids, x->rids, x->n * sizeof(Rid));
		}
	}
	pthread_mutex_unlock(&s->lock);
	return good;
}

void postings_put(Postings *p, const PostingRange *r, uint32_t epoch, const Rid *rids, size_t n, bool all)
{
	size_t kept = all ? n : 0, size = size_of(kept, r);
	if (all && n < FEW)
		return;
	Posting **slot, *x = malloc(size);
	if (!x)
		die("out of memory");
	uint64_t hash = hash_of(r);
	*x = (Posting){ .hash = hash,
		        .epoch = epoch,
		        .n = (uint32_t)n,
		        .all = all,
		        .param = r->param,
		        .low_n = (uint16_t)r->low.n,
		        .high_n = (uint16_t)r->high.n };
	if (kept)
		memcpy(x->rids, rids, kept * sizeof(Rid));
	char *text = (char *)(x->rids + kept);
	if (r->low.n)
		memcpy(text, r->low.p, r->low.n);
	if (r->high.n)
		memcpy(text + r->low.n, r->high.p, r->high.n);
	Shard *s = shard_of(p, hash, &slot);
	pthread_mutex_lock(&s->lock);
	drop(s, slot);
	while (s->bytes + size > SHARD_BYTES) {
		drop(s, &s->slots[s->hand]);
		s->hand = (s->hand + 1) % SLOTS;
	}
	*slot = x;
	s->bytes += size;
	pthread_mutex_unlock(&s->lock);
}
