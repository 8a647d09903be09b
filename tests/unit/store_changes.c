/* The order of changes, guards, and the step that fills the order for a store from before it. */
#include "store_test.h"

#include <pthread.h>
#include <sqlite3.h>

#include "store/migrate.h"

static void one_row_per_version_in_order(void **state)
{
	Fixture *f = *state;
	Part part = store_new_part(f->store);
	int64_t last = -1;
	assert_int_equal(store_last_change(f->store, &last), OK);
	assert_int_equal(last, 0);
	Rid goal = create(f->store, part, FT_GOAL, S("a"), f->arena);
	Rid task = create(f->store, part, FT_TASK, S("b"), f->arena);
	assert_int_equal(put_row(f->store, make_row(f->store, goal, FT_GOAL, 2, S("c"), f->arena), f->arena), OK);
	/* what is refused leaves nothing */
	assert_int_equal(put_row(f->store, make_row(f->store, goal, FT_GOAL, 2, S("d"), f->arena), f->arena),
	                 ERR_VERSION);
	StoreChange *list;
	size_t n;
	assert_int_equal(store_changes(f->store, 0, FT_NONE, 10, f->arena, &list, &n), OK);
	assert_int_equal(n, 3);
	assert_true(list[0].rid == goal && list[0].version == 1 && list[0].type == FT_GOAL && list[0].part == part);
	assert_true(list[1].rid == task && list[1].type == FT_TASK);
	assert_true(list[2].rid == goal && list[2].version == 2);
	assert_int_equal(store_last_change(f->store, &last), OK);
	assert_int_equal(last, list[2].seq);
	int64_t first = list[0].seq;
	assert_int_equal(store_changes(f->store, first, FT_GOAL, 10, f->arena, &list, &n), OK);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].version, 2);
	assert_int_equal(store_changes_back(f->store, INT64_MAX, FT_NONE, 2, f->arena, &list, &n), OK);
	assert_int_equal(n, 2);
	assert_true(list[0].seq == last && list[1].rid == task);
	assert_int_equal(store_changes_back(f->store, last, FT_GOAL, 9, f->arena, &list, &n), OK);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].seq, first);
}

/* As a store was before the step: without the table. */
static void the_past_is_put_in_order(void **state)
{
	Fixture *f = *state;
	Part part = store_new_part(f->store);
	Rid late = create(f->store, part, FT_GOAL, S("a"), f->arena), early;
	assert_int_equal(store_new_rid(f->store, part, &early), OK);
	StoreRow r = make_row(f->store, early, FT_TASK, 1, S("b"), f->arena);
	r.updated -= 1000;
	assert_int_equal(put_row(f->store, r, f->arena), OK);
	assert_int_equal(put_row(f->store, make_row(f->store, late, FT_GOAL, 2, S("c"), f->arena), f->arena), OK);
	store_close(f->store);
	char path[400], *error = NULL;
	snprintf(path, sizeof path, "%s/samendoel.db", f->dir);
	sqlite3 *h;
	assert_int_equal(sqlite3_open(path, &h), SQLITE_OK);
	sqlite3_exec(
	    h,
	    "DROP TABLE change; DROP TABLE subscription; DROP TABLE event; UPDATE meta SET num=2 WHERE name='schema'",
	    NULL, NULL, &error);
	assert_null(error);
	assert_int_equal(sqlite3_close(h), SQLITE_OK);
	f->store = open_dir(f->dir, false);
	StoreChange *list;
	size_t n;
	assert_int_equal(store_changes(f->store, 0, FT_NONE, 10, f->arena, &list, &n), OK);
	assert_int_equal(n, 3);
	assert_true(list[0].rid == early && list[0].version == 1);
	assert_true(list[1].rid == late && list[1].version == 1);
	assert_true(list[2].rid == late && list[2].version == 2);
}

static StoreTx *writing(Fixture *f, Part part, FhirType type, const StoreGuard *g)
{
	Rid rid = 0;
	assert_int_equal(store_new_rid(f->store, part, &rid), OK);
	StoreRow r = make_row(f->store, rid, type, 1, S("x"), f->arena);
	StoreTx *tx = store_tx(f->store, f->arena);
	store_guard(tx, g);
	store_put(tx, &r);
	return tx;
}

static void rows_of_a_type_in_a_dossier(void **state)
{
	Fixture *f = *state;
	Part part = store_new_part(f->store), other = store_new_part(f->store);
	StoreGuard here, all, tasks;
	store_guard_rows(f->store, part, FT_GOAL, &here);
	store_guard_rows(f->store, 0, FT_GOAL, &all);
	store_guard_rows(f->store, part, FT_TASK, &tasks);
	create(f->store, other, FT_GOAL, S("a"), f->arena);
	assert_int_equal(store_commit(writing(f, other, FT_LIST, &here)), OK);
	assert_int_equal(store_commit(writing(f, other, FT_LIST, &all)), ERR_AGAIN);
	create(f->store, part, FT_GOAL, S("b"), f->arena);
	assert_int_equal(store_commit(writing(f, other, FT_LIST, &here)), ERR_AGAIN);
	assert_int_equal(store_commit(writing(f, other, FT_LIST, &tasks)), OK);
	store_guard_rows(f->store, part, FT_GOAL, &here);
	assert_int_equal(store_commit(writing(f, part, FT_GOAL, &here)), OK);
}

static void rows_of_an_index_range(void **state)
{
	Fixture *f = *state;
	Part part = store_new_part(f->store);
	StoreGuard a, b;
	Rid rid;
	assert_int_equal(store_guard_range(f->store, 7, S("a"), S("a1"), &a), OK);
	assert_int_equal(store_guard_range(f->store, 7, S("b"), STR_END, &b), OK);
	assert_int_equal(store_new_rid(f->store, part, &rid), OK);
	StoreRow r = make_row(f->store, rid, FT_GOAL, 1, S("x"), f->arena);
	StoreTx *tx = writing(f, part, FT_TASK, &a);
	store_put(tx, &r);
	store_index(tx, true, 7, S("a"), rid);
	assert_int_equal(store_commit(tx), OK);
	assert_int_equal(store_commit(writing(f, part, FT_TASK, &a)), ERR_AGAIN);
	assert_int_equal(store_commit(writing(f, part, FT_TASK, &b)), OK);
	/* the same rows in other versions are another answer */
	assert_int_equal(store_guard_range(f->store, 7, S("a"), S("a1"), &a), OK);
	assert_int_equal(put_row(f->store, make_row(f->store, rid, FT_GOAL, 2, S("y"), f->arena), f->arena), OK);
	assert_int_equal(store_commit(writing(f, part, FT_TASK, &a)), ERR_AGAIN);
}

static void a_range_of_many_rows(void **state)
{
	Fixture *f = *state;
	Part part = store_new_part(f->store);
	StoreTx *tx = store_tx(f->store, f->arena);
	StoreGuard g;
	for (int i = 0; i <= GUARD_RANGE_MAX; i++) {
		Rid rid;
		assert_int_equal(store_new_rid(f->store, part, &rid), OK);
		StoreRow *r = ARENA_NEW(f->arena, StoreRow);
		*r = make_row(f->store, rid, FT_GOAL, 1, S("x"), f->arena);
		store_put(tx, r);
		store_index(tx, true, 7, S("k"), rid);
	}
	assert_int_equal(store_commit(tx), OK);
	assert_int_equal(store_guard_range(f->store, 7, S("k"), S("l"), &g), ERR_TOO_LARGE);
}

/* ---- many at once ---- */

enum { THREADS = 8, ROUNDS = 60, KEYS = 5 };

typedef struct Racer {
	Store *store;
	Part part;
	pthread_t thread;
	int made, again;
} Racer;

/* Makes a row under each key that has none: look, then write what was not there. */
static void make_missing(Racer *r, Arena *a, Str key)
{
	for (;;) {
		StoreGuard g;
		Rid *found, rid;
		size_t n;
		arena_reset(a);
		assert_int_equal(store_guard_range(r->store, 9, key, arena_join(a, key, S("!"), STR_END), &g), OK);
		assert_int_equal(store_find(r->store, 9, g.low, g.high, 9, a, &found, &n), OK);
		assert_true(n <= 1);
		if (n)
			return;
		assert_int_equal(store_new_rid(r->store, r->part, &rid), OK);
		StoreRow row = make_row(r->store, rid, FT_GOAL, 1, key, a);
		StoreTx *tx = store_tx(r->store, a);
		store_guard(tx, &g);
		store_put(tx, &row);
		store_index(tx, true, 9, key, rid);
		Err e = store_commit(tx);
		if (e == OK) {
			r->made++;
			return;
		}
		assert_int_equal(e, ERR_AGAIN);
		r->again++;
	}
}

static void *race(void *arg)
{
	Racer *r = arg;
	Arena *a = arena_new();
	char key[32];
	for (int i = 0; i < ROUNDS; i++) {
		for (int k = 0; k < KEYS; k++) {
			snprintf(key, sizeof key, "round%d-%d", i, k);
			make_missing(r, a, str_c(key));
		}
	}
	arena_free(a);
	store_thread_end(r->store);
	return NULL;
}

static void one_of_many_wins(void **state)
{
	Fixture *f = *state;
	Racer all[THREADS];
	int made = 0, again = 0;
	for (int i = 0; i < THREADS; i++) {
		all[i] = (Racer){ .store = f->store, .part = store_new_part(f->store) };
		assert_int_equal(pthread_create(&all[i].thread, NULL, race, &all[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(all[i].thread, NULL);
		made += all[i].made;
		again += all[i].again;
	}
	Rid *found;
	size_t n;
	assert_int_equal(store_find(f->store, 9, S(""), STR_END, 100000, f->arena, &found, &n), OK);
	assert_int_equal(n, ROUNDS * KEYS);
	assert_int_equal(made, ROUNDS * KEYS);
	print_message("%d rows by %d threads, %d times anew\n", made, THREADS, again);
}

int main(void)
{
	log_level(LOG_ERROR + 1);
	const struct CMUnitTest tests[] = {
		TEST(one_row_per_version_in_order), TEST(the_past_is_put_in_order), TEST(rows_of_a_type_in_a_dossier),
		TEST(rows_of_an_index_range),       TEST(a_range_of_many_rows),     TEST(one_of_many_wins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
