/* Marks of rows: a table without locks. An entry is two words, the second tied to the row by the first; a reader that
 * meets half of one entry and half of another finds no row it asked for. */
#include "access/cache.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"

enum { SLOTS = 1 << 17, PRIVATE = 1 << 8, VERSION_AT = 16 };

typedef struct Slot {
	_Atomic uint64_t key, value; /* key: mixed rid ^ mixed value */
} Slot;
struct MarkCache {
	Slot slots[SLOTS];
};

MarkCache *marks_new(void)
{
	/* Zero pages: memory is taken only for what is used. */
	MarkCache *c = calloc(1, sizeof *c);
	if (!c)
		die("out of memory");
	return c;
}

void marks_free(MarkCache *c)
{
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

/* Neighbours of a dossier lie side by side. */
static size_t slot_of(Rid rid)
{
	return ((size_t)mix((uint64_t)rid >> 6) << 6 | ((size_t)rid & 63)) % SLOTS;
}

bool marks_get(const MarkCache *c, Rid rid, int32_t version, Mark *out)
{
	const Slot *s = &c->slots[slot_of(rid)];
	uint64_t value = atomic_load_explicit(&s->value, memory_order_relaxed);
	uint64_t key = atomic_load_explicit(&s->key, memory_order_relaxed);
	if (key != (mix((uint64_t)rid) ^ mix(value)) || value >> VERSION_AT != (uint64_t)version)
		return false;
	*out = (Mark){ (Category)(value & 0xff), (value & PRIVATE) != 0 };
	return true;
}

void marks_put(MarkCache *c, Rid rid, int32_t version, Mark m)
{
	Slot *s = &c->slots[slot_of(rid)];
	uint64_t value = (uint64_t)version << VERSION_AT | (m.private ? PRIVATE : 0) | (uint64_t)m.category;
	atomic_store_explicit(&s->value, value, memory_order_relaxed);
	atomic_store_explicit(&s->key, mix((uint64_t)rid) ^ mix(value), memory_order_relaxed);
}
