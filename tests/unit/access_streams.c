/* Streams of candidates: what they give is what a plain look at all rows gives, in whatever way the ranges are read. */
#include "access/search.h"
#include "access_help.h"

enum { PARAM = 60001, PARAMS = 3, ROWS = 6000, ROUNDS = 4, TRIES = 150 };

static unsigned chance = 12345;
static unsigned any(unsigned n)
{
	chance = chance * 1103515245u + 12345u;
	return (chance >> 8) % n;
}

/* The keys of each row: number + 1; 0: none. A row may have two in one parameter. */
static uint8_t keys[PARAMS][ROWS][2];
static const unsigned n_keys[PARAMS] = { 3, 20, 100 };

static Rid rid_of(size_t i)
{
	return (Rid)i * 3 + 1;
}

static Str key_text(Arena *a, unsigned k)
{
	return arena_printf(a, "k%03u", k);
}

static void write_round(World *w, Store *store, unsigned rare)
{
	StoreTx *tx = store_tx(store, w->a);
	for (size_t p = 0; p < PARAMS; p++)
		for (size_t i = 0; i < ROWS; i++) {
			for (size_t j = 0; j < 2; j++)
				if (keys[p][i][j])
					store_index(tx, false, (uint16_t)(PARAM + p),
					            key_text(w->a, keys[p][i][j] - 1u), rid_of(i));
			bool has = any(rare) < (p == 0 ? rare / 2 : 1);
			keys[p][i][0] = has ? (uint8_t)(1 + any(n_keys[p])) : 0;
			keys[p][i][1] = has && any(3) == 0 ? (uint8_t)(1 + any(n_keys[p])) : 0;
			for (size_t j = 0; j < 2; j++)
				if (keys[p][i][j])
					store_index(tx, true, (uint16_t)(PARAM + p), key_text(w->a, keys[p][i][j] - 1u),
					            rid_of(i));
		}
	must(store_commit(tx));
}

/* Some ranges of a parameter, of one key or of several, also overlapping; and the rows in them. */
static KeyRange *some_ranges(Arena *a, size_t p, size_t *n, bool *want)
{
	*n = 1 + any(4);
	KeyRange *list = ARENA_ARRAY(a, KeyRange, *n);
	memset(want, 0, ROWS * sizeof *want);
	for (size_t i = 0; i < *n; i++) {
		unsigned low = any(n_keys[p] + 2), high = any(3) ? low + 1 : low + 1 + any(n_keys[p]);
		Str from = key_text(a, low), until = key_text(a, high);
		if (high == low + 1)
			until = arena_join(a, from, str_n("", 1), STR_END);
		list[i] = (KeyRange){ (uint16_t)(PARAM + p), from, until };
		for (size_t k = 0; k < ROWS; k++)
			for (size_t j = 0; j < 2; j++)
				want[k] = want[k] || (keys[p][k][j] > low && keys[p][k][j] <= high);
	}
	return list;
}

typedef struct Trial {
	Search s;
	Stream streams[PARAMS];
	size_t n;
	bool want[PARAMS][ROWS];
} Trial;

/* As next_common does. */
static Rid next_of(Trial *t)
{
	Rid rid, at;
	must(stream_next(t->s.v, &t->streams[0], &t->s.cost, &rid));
	for (size_t i = 1; rid && i < t->n;) {
		must(stream_seek(t->s.v, &t->streams[i], rid, &t->s.cost, &at));
		if (at == rid) {
			i++;
			continue;
		}
		if (at)
			must(stream_seek(t->s.v, &t->streams[0], at, &t->s.cost, &at));
		if (at)
			must(stream_next(t->s.v, &t->streams[0], &t->s.cost, &at));
		rid = at;
		i = 1;
	}
	return rid;
}

static Rid expected_next(const Trial *t, Rid beyond, bool back, size_t *at)
{
	while (back ? *at > 0 : *at < ROWS) {
		size_t k = back ? --*at : (*at)++;
		bool all = !beyond || (back ? rid_of(k) < beyond : rid_of(k) > beyond);
		for (size_t i = 0; i < t->n && all; i++)
			all = t->want[i][k];
		if (all)
			return rid_of(k);
	}
	return 0;
}

static void one_walk(Trial *t)
{
	bool back = any(2);
	Rid beyond = any(3) ? (Rid)any(ROWS * 3 + 5) : 0, rid;
	size_t at = back ? ROWS : 0, most = any(2) ? 20 : ROWS;
	for (size_t i = 0; i < t->n; i++)
		stream_start(&t->streams[i], beyond, back);
	for (size_t got = 0; got < most; got++) {
		rid = next_of(t);
		assert_int_equal(rid, expected_next(t, beyond, back, &at));
		if (!rid)
			return;
	}
}

static void as_by_hand(void **state)
{
	static Trial t;
	static const unsigned rare[ROUNDS] = { 2, 10, 100, 400 };
	World *w = *state;
	Scope who = scope_system(S("test"));
	Store *store = visit(w, &who)->records->store;
	for (size_t round = 0; round < ROUNDS; round++) {
		write_round(w, store, rare[round]);
		for (int i = 0; i < TRIES; i++) {
			Arena *a = arena_new();
			SearchQuery q = { .guard = any(4) == 0 };
			size_t first = any(PARAMS);
			t = (Trial){ .n = 1 + any(PARAMS) };
			t.s = (Search){ .v = visit_new(w->r, &who, a), .q = &q, .store = store, .scratch = a };
			for (size_t k = 0; k < t.n; k++) {
				size_t n;
				KeyRange *r = some_ranges(a, (first + k) % PARAMS, &n, t.want[k]);
				must(stream_of(&t.s, r, n, any(3) ? 100 : 10000, t.n > 1 || any(2), &t.streams[k]));
			}
			for (int k = 0; k < 3; k++)
				one_walk(&t);
			arena_free(a);
		}
	}
}

/* A row whose key becomes another one of the same range is found, whenever that happens. */
static void moved_meanwhile(void **state)
{
	static const char *const to[] = { "k0", "k1", "k2", "k3" };
	World *w = *state;
	Scope who = scope_system(S("test"));
	Visit *v = visit(w, &who);
	Store *store = v->records->store;
	StoreTx *tx = store_tx(store, w->a);
	for (Rid i = 1; i <= 5000; i++)
		store_index(tx, true, PARAM, i % 2 ? S("k1") : S("k3"), i);
	must(store_commit(tx));
	SearchQuery q = { 0 };
	Search s = { .v = v, .q = &q, .store = store, .scratch = w->a };
	KeyRange r = { PARAM, S("k"), S("l") };
	must(stream_of(&s, &r, 1, 10000, false, &s.stream));
	for (int back = 0; back < 2; back++) {
		Rid rid = 1, expected = back ? 5000 : 1;
		stream_start(&s.stream, 0, back);
		for (size_t n = 0; rid; n++, expected += back ? -1 : 1) {
			must(stream_next(v, &s.stream, &s.cost, &rid));
			assert_int_equal(rid, n == 5000 ? 0 : expected);
			if (n % 7 || !rid)
				continue;
			/* One that comes soon, one that comes late and one that was there. */
			Rid which[] = { expected + (back ? -3 : 3), back ? 5 : 4996, expected };
			tx = store_tx(store, w->a);
			for (size_t i = 0; i < COUNT_OF(which); i++) {
				if (which[i] < 1 || which[i] > 5000)
					continue;
				for (size_t k = 0; k < COUNT_OF(to); k++)
					store_index(tx, false, PARAM, str_c(to[k]), which[i]);
				store_index(tx, true, PARAM, str_c(to[any(COUNT_OF(to))]), which[i]);
			}
			must(store_commit(tx));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(as_by_hand, world_open, world_close),
		cmocka_unit_test_setup_teardown(moved_meanwhile, world_open, world_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
