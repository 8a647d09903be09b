/* Giving out partitions and row numbers. Rows of a partition are numbered in order of arrival, so that they lie
 * together. */
#include <stdlib.h>

#include "base/log.h"
#include "store/private.h"

enum { IDLE_US = 120 * 1000 * 1000, KEYS_FIRST = 1024, KEYS_MAX = 1 << 20 };

typedef struct Next {
	Part part; /* 0: free */
	int64_t local;
	int64_t used_us;
} Next;

struct Keys {
	pthread_mutex_t lock;
	Part next_part;
	Next *slots;
	size_t cap, n;
};

static Next *slots_new(size_t cap)
{
	Next *s = calloc(cap, sizeof *s);
	if (!s)
		die("out of memory");
	return s;
}

Keys *keys_new(Part first_free)
{
	Keys *k = calloc(1, sizeof *k);
	if (!k)
		die("out of memory");
	pthread_mutex_init(&k->lock, NULL);
	k->next_part = first_free;
	k->cap = KEYS_FIRST;
	k->slots = slots_new(k->cap);
	return k;
}

void keys_free(Keys *k)
{
	if (!k)
		return;
	pthread_mutex_destroy(&k->lock);
	free(k->slots);
	free(k);
}

static Next *find(Next *slots, size_t cap, Part part)
{
	size_t at = (size_t)((uint64_t)part * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (cap - 1);
	while (slots[at].part && slots[at].part != part)
		at = (at + 1) & (cap - 1);
	return &slots[at];
}

/* Makes room: forgets what nobody used for two minutes (its rows are committed by then; if not, the primary key refuses
 * the second use), and grows when that leaves it more than a quarter full. Past KEYS_MAX all is forgotten but the last
 * second. */
static void make_room(Keys *k, int64_t now)
{
	int64_t keep_from = now - (k->cap >= KEYS_MAX ? 1000 * 1000 : IDLE_US);
	size_t live = 0;
	for (size_t i = 0; i < k->cap; i++)
		live += k->slots[i].part && k->slots[i].used_us >= keep_from;
	size_t cap = live * 4 > k->cap ? k->cap * 2 : k->cap;
	Next *slots = slots_new(cap);
	for (size_t i = 0; i < k->cap; i++)
		if (k->slots[i].part && k->slots[i].used_us >= keep_from)
			*find(slots, cap, k->slots[i].part) = k->slots[i];
	free(k->slots);
	k->slots = slots;
	k->cap = cap;
	k->n = live;
}

/* With the lock held: the slot of a partition, made with `local` when it is not there. */
static Next *slot(Keys *k, Part part, int64_t local)
{
	int64_t now = time_mono_us();
	Next *at = find(k->slots, k->cap, part);
	if (!at->part) {
		if (k->n * 2 >= k->cap) {
			make_room(k, now);
			at = find(k->slots, k->cap, part);
		}
		*at = (Next){ .part = part, .local = local };
		k->n++;
	}
	at->used_us = now;
	return at;
}

Part store_new_part(Store *s)
{
	Keys *k = s->keys;
	pthread_mutex_lock(&k->lock);
	Part part = k->next_part++;
	(void)slot(k, part, 1);
	pthread_mutex_unlock(&k->lock);
	return part;
}

static Err last_local(Store *s, Part part, int64_t *out)
{
	AUTO_SNAPSHOT r = { 0 };
	TRY(snapshot_take(s, &r));
	Query *q = db_query(r.db, SQL("SELECT rid FROM res WHERE rid >= ?1 AND rid < ?2 ORDER BY rid DESC LIMIT 1"));
	query_int(q, 1, part << LOCAL_BITS);
	query_int(q, 2, (part + 1) << LOCAL_BITS);
	*out = query_step(q) ? query_col_int(q, 0) & ((1 << LOCAL_BITS) - 1) : 0;
	return query_end(q);
}

Err store_new_rid(Store *s, Part part, Rid *out)
{
	Keys *k = s->keys;
	pthread_mutex_lock(&k->lock);
	bool known = find(k->slots, k->cap, part)->part != 0;
	pthread_mutex_unlock(&k->lock);
	int64_t last = 0;
	if (!known)
		TRY(last_local(s, part, &last));
	pthread_mutex_lock(&k->lock);
	/* Between the two locks another thread may have come first: then its count stands, it is higher. It may even
	 * have been forgotten in between; then the rows given are at risk only of being refused. */
	Next *next = slot(k, part, last + 1);
	int64_t local = next->local;
	if (local < 1 << LOCAL_BITS)
		next->local++;
	pthread_mutex_unlock(&k->lock);
	if (local >= 1 << LOCAL_BITS)
		return ERR_TOO_LARGE;
	*out = part << LOCAL_BITS | local;
	return OK;
}
