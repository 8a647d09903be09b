/* Rows of index ranges that are remembered: what is found is always what is there. */
#include "store_test.h"

#include "store/private.h"

#include <pthread.h>
#include <stdatomic.h>

enum { PARAM = 7 };

static void change(Store *s, Arena *a, bool add, Str key, Rid rid)
{
	StoreTx *tx = store_tx(s, a);
	store_index(tx, add, PARAM, key, rid);
	assert_int_equal(store_commit(tx), OK);
}

static size_t rows_of(Store *s, Arena *a, Str low, Str high, Rid **rids, bool *all)
{
	size_t n;
	assert_int_equal(store_rows_of(s, PARAM, low, high, false, a, rids, &n, all), OK);
	for (size_t i = 1; i < n; i++)
		assert_true((*rids)[i - 1] < (*rids)[i]);
	return n;
}

static void fill(Store *s, Arena *a, size_t keys, size_t rows)
{
	StoreTx *tx = store_tx(s, a);
	for (size_t k = 0; k < keys; k++)
		for (size_t i = 0; i < rows; i++)
			store_index(tx, true, PARAM, arena_printf(a, "k%05zu", k), (Rid)(1000 * (rows - i) + k % 10));
	assert_int_equal(store_commit(tx), OK);
}

static void in_order_and_once(void **state)
{
	Fixture *f = *state;
	Store *s = f->store;
	Arena *a = f->arena;
	Rid *rids;
	bool all;
	fill(s, a, 30, 40);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(rows_of(s, a, S("k"), S("l"), &rids, &all), 400); /* ten rids have three keys each */
		assert_true(all);
		assert_int_equal(rids[0], 1000);
		assert_int_equal(rows_of(s, a, S("k00003"), str_n("k00003\0", 7), &rids, &all), 40);
		assert_int_equal(rids[0], 1003);
		assert_int_equal(rows_of(s, a, S("x"), S("y"), &rids, &all), 0);
		assert_true(all);
	}
}

static void writes_are_seen(void **state)
{
	Fixture *f = *state;
	Store *s = f->store;
	Arena *a = f->arena;
	Rid *rids;
	size_t n;
	bool all;
	fill(s, a, 1, 40);
	for (Rid r = 1; r <= 50; r++) {
		assert_int_equal(rows_of(s, a, S("k"), S("l"), &rids, &all), 40 + r - 1);
		change(s, a, true, S("k00000"), r);
		assert_int_equal(rows_of(s, a, S("k"), S("l"), &rids, &all), 40 + r);
		assert_int_equal(rids[r - 1], r);
		assert_int_equal(store_count(s, PARAM, S("k"), S("l"), 1000, &n), OK);
		assert_int_equal(n, 40 + r);
	}
	for (Rid r = 1; r <= 50; r++) {
		change(s, a, false, S("k00000"), r);
		assert_int_equal(rows_of(s, a, S("k"), S("l"), &rids, &all), 90 - r);
	}
}

static void many_are_not_kept(void **state)
{
	Fixture *f = *state;
	Store *s = f->store;
	Arena *a = f->arena;
	Rid *rids;
	size_t n;
	bool all;
	fill(s, a, 10, 500);
	assert_int_equal(store_count(s, PARAM, S("k"), S("l"), 128, &n), OK);
	assert_int_equal(n, 128);
	assert_int_equal(rows_of(s, a, S("k"), S("l"), &rids, &all), 0);
	assert_false(all);
	/* What is known of a part of the count is no answer to a larger one. */
	assert_int_equal(store_count(s, PARAM, S("k"), S("l"), 1000, &n), OK);
	assert_int_equal(n, 1000);
	assert_int_equal(store_count(s, PARAM, S("k"), S("l"), 100000, &n), OK);
	assert_int_equal(n, 5000);
	assert_int_equal(rows_of(s, a, S("k"), S("l"), &rids, &all), 0);
	assert_false(all);
	assert_int_equal(store_count(s, PARAM, S("k00001"), S("k00002"), 128, &n), OK);
	assert_int_equal(n, 128);
	assert_int_equal(rows_of(s, a, S("k00001"), S("k00002"), &rids, &all), 500);
	assert_true(all);
	assert_int_equal(store_count(s, PARAM, S("k00001"), S("k00002"), 128, &n), OK);
	assert_int_equal(n, 128);
	assert_int_equal(store_count(s, PARAM, S("k00001"), S("k00002"), 1000, &n), OK);
	assert_int_equal(n, 500);
}

/* More ranges than there is room for. */
static void old_ones_make_room(void **state)
{
	Fixture *f = *state;
	Store *s = f->store;
	Rid *rids;
	bool all;
	fill(s, f->arena, 8000, 20);
	for (int round = 0; round < 2; round++)
		for (size_t k = 0; k < 8000; k++) {
			char key[8], last[8];
			snprintf(key, sizeof key, "k%05zu", k);
			snprintf(last, sizeof last, "k%05zu", k + 500);
			arena_reset(f->arena);
			assert_int_equal(rows_of(s, f->arena, str_c(key), str_n(key, 7), &rids, &all), 20);
			assert_int_equal(rids[0], 1000 + k % 10);
			if (k % 400 == 0 && k < 7000)
				assert_int_equal(rows_of(s, f->arena, str_c(key), str_c(last), &rids, &all), 0);
		}
}

/* Nobody tells a store that only reads what another one writes. */
static void another_process_writes(void **state)
{
	Fixture *f = *state;
	Arena *a = f->arena;
	Rid *rids;
	bool all;
	fill(f->store, a, 1, 40);
	Store *other = open_dir(f->dir, true);
	assert_int_equal(rows_of(other, a, S("k"), S("l"), &rids, &all), 40);
	change(f->store, a, true, S("k00000"), 1);
	assert_int_equal(rows_of(other, a, S("k"), S("l"), &rids, &all), 41);
	store_close(other);
}

/* Who asks for what is there now is not told what is remembered. */
static void fresh_is_read(void **state)
{
	Fixture *f = *state;
	Store *s = f->store;
	Arena *a = f->arena;
	Rid *rids, other[40];
	size_t n;
	bool all;
	fill(s, a, 1, 40);
	for (Rid r = 0; r < 40; r++)
		other[r] = 7000000 + r;
	PostingRange range = { PARAM, S("k"), S("l") };
	postings_put(s->postings, &range, postings_epoch(s->postings, PARAM), other, 40, true);
	assert_int_equal(rows_of(s, a, S("k"), S("l"), &rids, &all), 40);
	assert_int_equal(rids[0], 7000000);
	assert_int_equal(store_rows_of(s, PARAM, S("k"), S("l"), true, a, &rids, &n, &all), OK);
	assert_int_equal(n, 40);
	assert_int_equal(rids[0], 1000);
	assert_int_equal(rows_of(s, a, S("k"), S("l"), &rids, &all), 40); /* and it is remembered */
	assert_int_equal(rids[0], 1000);
}

typedef struct Race {
	Store *store;
	_Atomic size_t written; /* acknowledged */
	_Atomic bool over;
	_Atomic size_t looks, wrong;
} Race;

/* A reader never finds less than what was acknowledged before it asked. */
static void *look(void *p)
{
	Race *r = p;
	Arena *a = arena_new();
	while (!r->over) {
		Rid *rids;
		size_t n, before = r->written;
		bool all;
		arena_reset(a);
		if (store_rows_of(r->store, PARAM, S("k"), S("l"), false, a, &rids, &n, &all) != OK || n < before)
			r->wrong++;
		r->looks++;
	}
	store_thread_end(r->store);
	arena_free(a);
	return NULL;
}

static void readers_beside_a_writer(void **state)
{
	enum { READERS = 4, WRITES = 1500 };
	Fixture *f = *state;
	Race r = { .store = f->store };
	pthread_t threads[READERS];
	for (size_t i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look, &r), 0);
	for (size_t i = 0; i < WRITES; i++) {
		arena_reset(f->arena);
		change(f->store, f->arena, true, S("k00000"), (Rid)(i + 1));
		r.written = i + 1;
	}
	r.over = true;
	for (size_t i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(r.wrong, 0);
	assert_true(r.looks > WRITES / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(in_order_and_once),       TEST(writes_are_seen),    TEST(many_are_not_kept),
		TEST(fresh_is_read),           TEST(old_ones_make_room), TEST(another_process_writes),
		TEST(readers_beside_a_writer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
