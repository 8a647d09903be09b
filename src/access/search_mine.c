/* Which dossiers may be the visitor's: through a care team, or because the visitor is in them. */
#include <assert.h>
#include <stdlib.h>

#include "access/search.h"

enum { WIDE_MS = 60000 };

static int by_part(const void *a, const void *b)
{
	const Part *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* The key of a reference in CareTeam.participant. */
static bool team_range(Visit *v, Str ref, KeyRange *out)
{
	Str value = ref;
	KeyRange *range;
	size_t n;
	SearchTerm t = { .param = search_param(FT_CARETEAM, S("participant")), .values = &value, .n_values = 1 };
	if (!search_ranges(&t, NULL, v->arena, &range, &n))
		return false;
	assert(n == 1);
	*out = range[0];
	return true;
}

Err mine_open(Visit *v, Mine *m)
{
	size_t n = v->who.n_refs;
	*m = (Mine){ .all = v->who.role == ROLE_SYSTEM };
	if (m->all || v->who.role == ROLE_ADMIN || !n)
		return OK;
	m->fixed = ARENA_ARRAY(v->arena, Part, n);
	m->ranges = ARENA_ARRAY(v->arena, KeyRange, n);
	for (size_t i = 0; i < n; i++) {
		Str ref = v->who.refs[i], type;
		Str id = str_cut(ref, '/', &type);
		FhirType t = fhir_type(type);
		Rid rid;
		Err e = t == FT_PATIENT || t == FT_RELATEDPERSON ? store_resolve(v->records->store, t, id, &rid)
		                                                 : ERR_NOT_FOUND;
		if (e == OK && rid_part(rid) >= PART_FIRST)
			m->fixed[m->n_fixed++] = rid_part(rid);
		else if (e != OK && e != ERR_NOT_FOUND)
			return e;
		m->n_ranges += team_range(v, ref, &m->ranges[m->n_ranges]);
	}
	qsort(m->fixed, m->n_fixed, sizeof *m->fixed, by_part);
	return OK;
}

Err mine_list(Visit *v, Mine *m, SearchCost *cost)
{
	Records *records = v->records;
	size_t slot = (size_t)v->who.account % WIDE_SLOTS;
	if (m->listed || m->all)
		return OK;
	m->listed = true;
	if (v->who.account && records->wide[slot] == v->who.account && records->wide_until[slot] > v->now)
		return OK;
	Part *list = ARENA_ARRAY(v->arena, Part, m->n_fixed + (MINE_FEW + 1) * m->n_ranges + 1);
	size_t n = 0, kept = 0;
	for (size_t i = 0; i < m->n_fixed; i++)
		list[n++] = m->fixed[i];
	for (size_t i = 0; i < m->n_ranges; i++) {
		const KeyRange *r = &m->ranges[i];
		Rid *rids;
		size_t found;
		TRY(store_find_rids(v->records->store, r->param, r->low, r->high, 0, false, MINE_FEW + 1, v->arena,
		                    &rids, &found));
		cost->index_rows += found;
		if (found > MINE_FEW) {
			records->wide[slot] = v->who.account;
			records->wide_until[slot] = v->now + WIDE_MS;
			return OK;
		}
		for (size_t k = 0; k < found; k++)
			list[n++] = rid_part(rids[k]);
	}
	qsort(list, n, sizeof *list, by_part);
	for (size_t i = 0; i < n; i++)
		if (list[i] >= PART_FIRST && (!kept || list[i] != list[kept - 1]))
			list[kept++] = list[i];
	m->list = list;
	m->n_list = kept;
	return OK;
}

static bool among(const Part *list, size_t n, Part part)
{
	return n && bsearch(&part, list, n, sizeof *list, by_part);
}

Err mine_has(Visit *v, Mine *m, Part part, SearchCost *cost, bool *has)
{
	*has = m->all || among(m->fixed, m->n_fixed, part) || (m->list && among(m->list, m->n_list, part));
	for (size_t i = 0; i < m->n_ranges && !m->list && !*has; i++) {
		cost->index_rows++;
		TRY(store_in_index(v->records->store, m->ranges[i].param, m->ranges[i].low, part << LOCAL_BITS,
		                   (part + 1) << LOCAL_BITS, has));
	}
	return OK;
}

/* ---- for others in this room ---- */

Err visit_parts(Visit *v, size_t max, Part **out, size_t *n)
{
	Mine m;
	SearchCost cost = { 0 };
	TRY(mine_open(v, &m));
	Stream s = { .parts = true, .all = m.all };
	Part *list = NULL;
	size_t cap = 0;
	Rid *fixed = ARENA_ARRAY(v->arena, Rid, m.n_fixed + 1);
	for (size_t i = 0; i < m.n_fixed; i++)
		fixed[i] = m.fixed[i] << LOCAL_BITS;
	s.list = fixed;
	s.n_list = m.n_fixed;
	s.lanes = ARENA_ARRAY(v->arena, Lane, m.n_ranges + 1);
	for (; s.n_lanes < m.n_ranges; s.n_lanes++)
		s.lanes[s.n_lanes].range = m.ranges[s.n_lanes];
	stream_start(&s, 0, false);
	for (*n = 0;;) {
		Rid rid;
		TRY(stream_next(v, &s, &cost, &rid));
		if (!rid)
			break;
		if (rid_part(rid) < PART_FIRST)
			continue;
		if (*n == max)
			return ERR_TOO_LARGE;
		if (*n == cap) {
			size_t more = cap ? cap * 2 : 64;
			list = arena_grow(v->arena, list, cap * sizeof *list, more * sizeof *list);
			cap = more;
		}
		list[(*n)++] = rid_part(rid);
	}
	*out = list;
	return OK;
}
