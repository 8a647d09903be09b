/* Candidates in the order of rows, upwards or downwards, merged from several places; read as they are needed. */
#include "access/search.h"

enum { CHUNK_FIRST = 32, CHUNK_MOST = 4096 };

/* For a stream of parts all rows of the first partition may still be beyond. */
static Rid bound(const Stream *s)
{
	if (!s->beyond || !s->parts)
		return s->beyond;
	Part part = rid_part(s->beyond);
	return s->back ? (part + 1) << LOCAL_BITS : (part << LOCAL_BITS) - 1;
}

void stream_start(Stream *s, Rid beyond, bool back)
{
	s->beyond = beyond;
	s->back = back;
	Rid from = bound(s);
	s->at = back ? s->n_list : 0;
	while (from && !back && s->at < s->n_list && s->list[s->at] <= from)
		s->at++;
	while (from && back && s->at > 0 && s->list[s->at - 1] >= from)
		s->at--;
	for (size_t i = 0; i < s->n_lanes; i++)
		s->lanes[i] = (Lane){ .range = s->lanes[i].range, .last = from, .chunk = CHUNK_FIRST };
	s->last_all = !from ? 0 : back ? rid_part(from) : rid_part(from + 1) - 1;
	s->n_all = s->at_all = 0;
	s->end_all = !s->all;
}

static Err lane_fill(Visit *v, const Stream *s, Lane *l, SearchCost *cost)
{
	if (l->end || l->at < l->n)
		return OK;
	TRY(store_find_rids(v->records->store, l->range.param, l->range.low, l->range.high, l->last, s->back, l->chunk,
	                    v->arena, &l->rids, &l->n));
	cost->index_rows += l->n;
	l->at = 0;
	l->end = l->n < l->chunk;
	l->last = l->n ? l->rids[l->n - 1] : l->last;
	if (l->chunk < CHUNK_MOST)
		l->chunk *= 4;
	return OK;
}

static Err all_fill(Visit *v, Stream *s)
{
	if (s->end_all || s->at_all < s->n_all)
		return OK;
	TRY(store_parts(v->records->store, s->last_all, s->back, COUNT_OF(s->all_parts), s->all_parts, &s->n_all));
	s->at_all = 0;
	s->end_all = s->n_all < COUNT_OF(s->all_parts);
	if (s->n_all)
		s->last_all = s->all_parts[s->n_all - 1];
	return OK;
}

/* Is a earlier in the direction of the stream? 0 is no candidate. */
static bool before(const Stream *s, Rid a, Rid b)
{
	return a && (!b || (s->back ? a > b : a < b));
}

/* One candidate and everything that is the same is gone past. */
static bool same(const Stream *s, Rid a, Rid b)
{
	return s->parts ? rid_part(a) == rid_part(b) : a == b;
}

static Rid list_head(const Stream *s)
{
	if (s->back)
		return s->at > 0 ? s->list[s->at - 1] : 0;
	return s->at < s->n_list ? s->list[s->at] : 0;
}

Err stream_next(Visit *v, Stream *s, SearchCost *cost, Rid *out)
{
	Rid best = list_head(s);
	for (size_t i = 0; i < s->n_lanes; i++) {
		Lane *l = &s->lanes[i];
		TRY(lane_fill(v, s, l, cost));
		if (l->at < l->n && before(s, l->rids[l->at], best))
			best = l->rids[l->at];
	}
	TRY(all_fill(v, s));
	if (s->at_all < s->n_all && before(s, s->all_parts[s->at_all] << LOCAL_BITS, best))
		best = s->all_parts[s->at_all] << LOCAL_BITS;
	*out = best;
	if (!best)
		return OK;
	for (Rid head; (head = list_head(s)) && same(s, head, best);)
		s->at = s->back ? s->at - 1 : s->at + 1;
	for (size_t i = 0; i < s->n_lanes; i++) {
		Lane *l = &s->lanes[i];
		while (l->at < l->n && same(s, l->rids[l->at], best)) {
			l->at++;
			TRY(lane_fill(v, s, l, cost));
		}
	}
	if (s->at_all < s->n_all && s->all_parts[s->at_all] == rid_part(best))
		s->at_all++;
	return OK;
}
