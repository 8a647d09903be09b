/* Candidates in the order of rows, upwards or downwards, merged from several places; read as they are needed. */
#include "access/search.h"

#include <stdlib.h>

/* Rows of a lane that are read at once: a few after a leap or when there are many lanes, then more and more.
 * LANES_MOST: keys that are walked side by side. GATHER_FEW: fewer rows than this are gathered at once. RELIST_MOST:
 * times that keys are listed again while others write. */
enum {
	CHUNK_LEAP = 4,
	CHUNK_FIRST = 32,
	CHUNK_MOST = 4096,
	LANES_MANY = 4,
	LANES_MOST = 32,
	GATHER_FEW = 127,
	RELIST_MOST = 8
};

/* For a stream of parts all rows of the first partition may still be beyond. */
static Rid bound(const Stream *s)
{
	if (!s->beyond || !s->parts)
		return s->beyond;
	Part part = rid_part(s->beyond);
	return s->back ? (part + 1) << LOCAL_BITS : (part << LOCAL_BITS) - 1;
}

static void lanes_from(Stream *s, Rid from)
{
	size_t chunk = s->n_lanes > LANES_MANY ? CHUNK_LEAP : CHUNK_FIRST;
	for (size_t i = 0; i < s->n_lanes; i++)
		s->lanes[i] = (Lane){ .range = s->lanes[i].range, .last = from, .chunk = chunk };
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
	lanes_from(s, from);
	s->past = 0;
	s->ahead = true;
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

/* ---- keys ---- */

static bool one_key(const KeyRange *r)
{
	return r->high.n == r->low.n + 1 && str_starts(r->high, r->low) && r->high.p[r->low.n] == 0;
}

/* The keys that the ranges have; *n more than LANES_MOST when they are too many. */
static Err keys_of(Visit *v, const KeyRange *ranges, size_t n_ranges, SearchCost *cost, KeyRange *out, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < n_ranges && *n <= LANES_MOST; i++) {
		const KeyRange *r = &ranges[i];
		Str *keys;
		size_t found;
		if (one_key(r)) {
			out[(*n)++] = *r;
			continue;
		}
		TRY(store_keys(v->records->store, r->param, r->low, r->high, LANES_MOST + 1 - *n, v->arena, &keys,
		               &found));
		for (size_t k = 0; k < found; k++)
			out[(*n)++] = (KeyRange){ r->param, keys[k], str_n(keys[k].p, keys[k].n + 1) };
		cost->index_rows += found;
	}
	return OK;
}

static void walk_ranges(Visit *v, const KeyRange *ranges, size_t n, Stream *out)
{
	out->n_lanes = 0;
	out->lanes = ARENA_ARRAY(v->arena, Lane, n + 1);
	for (; out->n_lanes < n; out->n_lanes++)
		out->lanes[out->n_lanes].range = ranges[out->n_lanes];
}

/* Of all ranges; 0: is changing just now. */
static uint64_t stamp_of(const Visit *v, const KeyRange *ranges, size_t n)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t epoch = store_index_epoch(v->records->store, ranges[i].param);
		if (!epoch)
			return 0;
		sum += epoch;
	}
	return sum;
}

/* Lists the keys as they are now; the lanes begin where the stream is. */
static Err relist(Visit *v, Stream *s, SearchCost *cost)
{
	KeyRange *keys = ARENA_ARRAY(v->arena, KeyRange, LANES_MOST + 2);
	size_t n;
	s->stamp = stamp_of(v, s->source, s->n_source);
	TRY(keys_of(v, s->source, s->n_source, cost, keys, &n));
	if (n <= LANES_MOST)
		walk_ranges(v, keys, n, s);
	else
		walk_ranges(v, s->source, s->n_source, s);
	lanes_from(s, s->past ? s->past : bound(s));
	return OK;
}

/* Every lane has its next row. A row whose key was changed meanwhile may be in another lane, which is past it, or in
 * none: then the keys are listed again. */
static Err fill_lanes(Visit *v, Stream *s, SearchCost *cost)
{
	for (int tries = 0;; tries++) {
		for (size_t i = 0; i < s->n_lanes; i++) {
			Lane *l = &s->lanes[i];
			s->ahead = s->ahead || (!l->end && l->at >= l->n);
			TRY(lane_fill(v, s, l, cost));
		}
		if (!s->source || !s->ahead)
			return OK;
		s->ahead = false;
		if (tries == RELIST_MOST || (s->stamp && s->stamp == stamp_of(v, s->source, s->n_source)))
			return OK;
		TRY(relist(v, s, cost));
		s->ahead = true;
	}
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

/* ---- leaping ---- */

/* The first of rids[from..n) at or beyond `to`, in the direction of the stream. Mostly it is near. */
static size_t leap(const Rid *rids, size_t from, size_t n, Rid to, bool back)
{
	size_t end = from;
	for (size_t step = 1; end < n && (back ? rids[end] > to : rids[end] < to); step *= 2) {
		from = end + 1;
		end += step;
	}
	end = end < n ? end : n;
	while (from < end) {
		size_t mid = from + (end - from) / 2;
		if (back ? rids[mid] > to : rids[mid] < to)
			from = mid + 1;
		else
			end = mid;
	}
	return from;
}

static void leap_list(Stream *s, Rid to)
{
	if (!s->back) {
		s->at = leap(s->list, s->at, s->n_list, to, false);
		return;
	}
	/* What is left is list[0..at). */
	size_t low = s->at;
	for (size_t step = 1; low > 0 && s->list[low - 1] > to; step *= 2) {
		s->at = low - 1;
		low = low > step ? low - step : 0;
	}
	while (low < s->at) {
		size_t mid = low + (s->at - low) / 2;
		if (s->list[mid] <= to)
			low = mid + 1;
		else
			s->at = mid;
	}
}

static void leap_lane(const Stream *s, Lane *l, Rid to)
{
	if (l->at < l->n && before(s, l->rids[l->at], to))
		l->at = leap(l->rids, l->at, l->n, to, s->back);
	Rid edge = s->back ? to + 1 : to - 1;
	if (l->at < l->n || l->end || !edge || (l->last && !before(s, l->last, edge)))
		return;
	l->last = edge;
	l->chunk = CHUNK_LEAP;
}

Err stream_seek(Visit *v, Stream *s, Rid to, SearchCost *cost, Rid *out)
{
	Rid edge = s->back ? to + 1 : to - 1;
	if (!s->past || before(s, s->past, edge))
		s->past = edge;
	leap_list(s, to);
	*out = list_head(s);
	for (size_t i = 0; i < s->n_lanes; i++)
		leap_lane(s, &s->lanes[i], to);
	TRY(fill_lanes(v, s, cost));
	for (size_t i = 0; i < s->n_lanes; i++) {
		const Lane *l = &s->lanes[i];
		if (l->at < l->n && before(s, l->rids[l->at], *out))
			*out = l->rids[l->at];
	}
	return OK;
}

Err stream_next(Visit *v, Stream *s, SearchCost *cost, Rid *out)
{
	Rid best = list_head(s);
	TRY(fill_lanes(v, s, cost));
	for (size_t i = 0; i < s->n_lanes; i++) {
		const Lane *l = &s->lanes[i];
		if (l->at < l->n && before(s, l->rids[l->at], best))
			best = l->rids[l->at];
	}
	TRY(all_fill(v, s));
	if (s->at_all < s->n_all && before(s, s->all_parts[s->at_all] << LOCAL_BITS, best))
		best = s->all_parts[s->at_all] << LOCAL_BITS;
	*out = best;
	if (!best)
		return OK;
	s->past = !s->parts ? best : s->back ? rid_part(best) << LOCAL_BITS : ((rid_part(best) + 1) << LOCAL_BITS) - 1;
	for (Rid head; (head = list_head(s)) && same(s, head, best);)
		s->at = s->back ? s->at - 1 : s->at + 1;
	for (size_t i = 0; i < s->n_lanes; i++) {
		Lane *l = &s->lanes[i];
		while (l->at < l->n && same(s, l->rids[l->at], best)) {
			l->at++;
			s->ahead = s->ahead || l->at == l->n;
			TRY(lane_fill(v, s, l, cost));
		}
	}
	if (s->at_all < s->n_all && s->all_parts[s->at_all] == rid_part(best))
		s->at_all++;
	return OK;
}

/* ---- streams of ranges ---- */

/* All rows at once; *all false when they are too many. */
static Err gather(Search *s, const KeyRange *ranges, size_t n_ranges, Stream *out, bool *all)
{
	Rid *list = NULL;
	size_t n = 0, several = 0;
	*all = true;
	for (size_t i = 0; i < n_ranges && *all; i++) {
		const KeyRange *r = &ranges[i];
		Rid *rids;
		size_t found;
		/* What is going to be written must not rest on less than what the guard saw. */
		TRY(store_rows_of(s->store, r->param, r->low, r->high, s->q->guard, s->v->arena, &rids, &found, all));
		s->cost.index_rows += found;
		*all = *all && n + found <= STORE_ROWS_MOST;
		if (!*all || !found)
			continue;
		if (!n) {
			list = rids;
		} else {
			list = arena_grow(s->v->arena, list, n * sizeof *list, (n + found) * sizeof *list);
			memcpy(list + n, rids, found * sizeof *rids);
		}
		n += found;
		several++;
	}
	if (!*all)
		return OK;
	if (several > 1)
		qsort(list, n, sizeof *list, rid_order);
	out->list = list;
	out->n_list = n;
	return OK;
}

/* The rows of one key lie in order, and are read as they are needed: keys are walked side by side when they are few.
 * Of many keys the rows are gathered and sorted, when these are few. What is left is sorted by the store, again and
 * again. */
Err stream_of(Search *s, const KeyRange *ranges, size_t n_ranges, size_t estimate, bool whole, Stream *out)
{
	size_t single = 0, n = 0;
	bool all = false;
	for (size_t i = 0; i < n_ranges; i++)
		single += one_key(&ranges[i]);
	out->ordered = true;
	if (whole || (single < n_ranges && estimate <= GATHER_FEW))
		TRY(gather(s, ranges, n_ranges, out, &all));
	if (all)
		return OK;
	KeyRange *keys = ARENA_ARRAY(s->v->arena, KeyRange, LANES_MOST + 2);
	out->stamp = stamp_of(s->v, ranges, n_ranges);
	TRY(keys_of(s->v, ranges, n_ranges, &s->cost, keys, &n));
	if (n <= LANES_MOST) {
		walk_ranges(s->v, keys, n, out);
		out->source = single == n_ranges ? NULL : ranges;
		out->n_source = n_ranges;
		return OK;
	}
	if (!whole)
		TRY(gather(s, ranges, n_ranges, out, &all));
	if (all)
		return OK;
	out->ordered = single == n_ranges;
	walk_ranges(s->v, ranges, n_ranges, out);
	return OK;
}
