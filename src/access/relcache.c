/* Relations by (account, dossier): SHARDS locks, each with sets of WAYS entries; the oldest of a set makes room. An
 * entry is good while its dossier's epoch is the one it was read under. Epochs are shared by dossiers that hash alike:
 * too many entries fall then, never too few. */
#include "access/cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/random.h"

enum { SHARDS = 16, SETS = 1024, WAYS = 4, EPOCHS = 65536, LIFE_MS = 60000 };

typedef struct Entry {
	int64_t account;
	Part part; /* 0: free */
	uint64_t epoch;
	Millis from, until, since_m, until_m;
	uint32_t read, write;
	uint8_t kind, coordinator, secrecy;
	uint8_t person_n, role_n, member_n;
	Str rule; /* a literal */
	char person[64], role[104], member[104];
} Entry;

typedef struct Shard {
	pthread_mutex_t lock;
	Entry sets[SETS][WAYS];
} Shard;

struct RelCache {
	_Atomic uint32_t all;
	_Atomic uint32_t epochs[EPOCHS];
	Shard shards[SHARDS];
};

RelCache *relcache_new(void)
{
	/* Zero pages: memory is taken only for what is used. */
	RelCache *c = calloc(1, sizeof *c);
	if (!c)
		die("out of memory");
	for (size_t i = 0; i < SHARDS; i++)
		pthread_mutex_init(&c->shards[i].lock, NULL);
	return c;
}

void relcache_free(RelCache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < SHARDS; i++)
		pthread_mutex_destroy(&c->shards[i].lock);
	free(c);
}

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	x ^= x >> 33;
	x *= UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ x >> 33;
}

uint64_t relcache_epoch(RelCache *c, Part part)
{
	uint64_t all = atomic_load_explicit(&c->all, memory_order_acquire);
	return all << 32 | atomic_load_explicit(&c->epochs[mix((uint64_t)part) % EPOCHS], memory_order_acquire);
}

void relcache_drop(RelCache *c, Part part)
{
	atomic_fetch_add_explicit(&c->epochs[mix((uint64_t)part) % EPOCHS], 1, memory_order_acq_rel);
}

void relcache_drop_all(RelCache *c)
{
	atomic_fetch_add_explicit(&c->all, 1, memory_order_acq_rel);
}

static Entry *set_of(RelCache *c, int64_t account, Part part, Shard **shard)
{
	uint64_t h = mix((uint64_t)account * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)part);
	*shard = &c->shards[h % SHARDS];
	return (*shard)->sets[h / SHARDS % SETS];
}

bool relcache_get(RelCache *c, int64_t account, Part part, Millis now, Arena *a, Relation *rel, Str *person)
{
	Shard *shard;
	Entry *set = set_of(c, account, part, &shard);
	uint64_t epoch = relcache_epoch(c, part);
	Entry *e = NULL;
	pthread_mutex_lock(&shard->lock);
	for (size_t i = 0; i < WAYS && !e; i++) {
		if (set[i].part == part && set[i].account == account)
			e = &set[i];
	}
	bool good = e && e->epoch == epoch && e->from <= now && now < e->until;
	if (good) {
		*rel = (Relation){ .kind = (RelationKind)e->kind,
			           .read = e->read,
			           .write = e->write,
			           .coordinator = e->coordinator,
			           .secrecy = e->secrecy,
			           .since = e->since_m,
			           .until = e->until_m,
			           .rule = e->rule };
		rel->role_text = arena_str(a, str_n(e->role, e->role_n));
		rel->member = arena_str(a, str_n(e->member, e->member_n));
		*person = arena_str(a, str_n(e->person, e->person_n));
	}
	pthread_mutex_unlock(&shard->lock);
	return good;
}

/* As much of s as fits, not through a character. */
static uint8_t keep(char *out, size_t cap, Str s)
{
	size_t n = s.n < cap ? s.n : cap;
	while (n < s.n && n && ((uint8_t)s.p[n] & 0xC0) == 0x80)
		n--;
	if (n)
		memcpy(out, s.p, n);
	return (uint8_t)n;
}

void relcache_put(RelCache *c, int64_t account, Part part, uint64_t epoch, const Relation *rel, Str person, Millis now,
                  Millis until)
{
	Shard *shard;
	Entry *set = set_of(c, account, part, &shard);
	if (person.n > sizeof set->person || rel->member.n > sizeof set->member)
		return;
	Entry *e = &set[0];
	pthread_mutex_lock(&shard->lock);
	for (size_t i = 1; i < WAYS; i++) {
		if (set[i].from < e->from)
			e = &set[i];
	}
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].part == part && set[i].account == account)
			e = &set[i];
	}
	*e = (Entry){ .account = account,
		      .part = part,
		      .epoch = epoch,
		      .from = now,
		      .since_m = rel->since,
		      .until_m = rel->until,
		      .read = rel->read,
		      .write = rel->write,
		      .kind = (uint8_t)rel->kind,
		      .coordinator = rel->coordinator,
		      .secrecy = rel->secrecy,
		      .rule = rel->rule };
	e->until = until < now + LIFE_MS ? until : now + LIFE_MS;
	e->person_n = keep(e->person, sizeof e->person, person);
	e->role_n = keep(e->role, sizeof e->role, rel->role_text);
	e->member_n = keep(e->member, sizeof e->member, rel->member);
	pthread_mutex_unlock(&shard->lock);
}
