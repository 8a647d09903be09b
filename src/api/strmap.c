#include "api/strmap.h"

#include "base/random.h"

StrMap strmap_new(Arena *a)
{
	return (StrMap){ .arena = a };
}

static size_t slot_of(const StrMap *m, Str key)
{
	size_t i = (size_t)hash_str(key) & (m->cap - 1);
	while (m->keys[i].p && !str_eq(m->keys[i], key))
		i = (i + 1) & (m->cap - 1);
	return i;
}

static void grow(StrMap *m)
{
	StrMap bigger = { .arena = m->arena, .cap = m->cap ? m->cap * 2 : 64, .used = m->used };
	bigger.keys = ARENA_ARRAY(m->arena, Str, bigger.cap);
	bigger.values = ARENA_ARRAY(m->arena, Str, bigger.cap);
	for (size_t i = 0; i < m->cap; i++) {
		if (!m->keys[i].p)
			continue;
		size_t at = slot_of(&bigger, m->keys[i]);
		bigger.keys[at] = m->keys[i];
		bigger.values[at] = m->values[i];
	}
	*m = bigger;
}

void strmap_put(StrMap *m, Str key, Str value)
{
	if (!key.p)
		return;
	if (m->used * 2 >= m->cap)
		grow(m);
	size_t i = slot_of(m, key);
	if (!m->keys[i].p)
		m->used++;
	m->keys[i] = key;
	m->values[i] = value;
}

Str strmap_get(const StrMap *m, Str key)
{
	return m->cap && key.p ? m->values[slot_of(m, key)] : STR_END;
}
