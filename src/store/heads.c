#include "store/heads.h"

#include <stdlib.h>

#include "base/log.h"

static size_t slot_of(const Heads *m, Part part)
{
	size_t at = (size_t)((uint64_t)part * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (m->cap - 1);
	while (m->slots[at].part && m->slots[at].part != part)
		at = (at + 1) & (m->cap - 1);
	return at;
}

int64_t heads_get(const Heads *m, Part part)
{
	if (!m->n)
		return -1;
	const Head *h = &m->slots[slot_of(m, part)];
	return h->part ? h->seq : -1;
}

static void grow(Heads *m)
{
	Heads bigger = { NULL, m->cap ? m->cap * 2 : 1024, m->n };
	bigger.slots = calloc(bigger.cap, sizeof *bigger.slots);
	if (!bigger.slots)
		die("out of memory");
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].part)
			bigger.slots[slot_of(&bigger, m->slots[i].part)] = m->slots[i];
	free(m->slots);
	*m = bigger;
}

void heads_set(Heads *m, Part part, int64_t seq)
{
	if (m->n * 2 >= m->cap)
		grow(m);
	Head *h = &m->slots[slot_of(m, part)];
	if (!h->part)
		m->n++;
	*h = (Head){ part, seq };
}

void heads_clear(Heads *m)
{
	if (m->cap > 8192)
		heads_free(m);
	else if (m->n)
		memset(m->slots, 0, m->cap * sizeof *m->slots);
	m->n = 0;
}

void heads_free(Heads *m)
{
	free(m->slots);
	*m = (Heads){ 0 };
}

static int by_part(const void *a, const void *b)
{
	Part x = ((const Head *)a)->part, y = ((const Head *)b)->part;
	return (x > y) - (x < y);
}

Head *heads_sorted(const Heads *m)
{
	Head *out = calloc(m->n + 1, sizeof *out);
	if (!out)
		die("out of memory");
	size_t n = 0;
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].part)
			out[n++] = m->slots[i];
	qsort(out, n, sizeof *out, by_part);
	return out;
}
