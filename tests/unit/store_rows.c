/* Documents: create, read, update, delete, history, scans, the index, conflicts and batches. */
#include "store_test.h"

#include <pthread.h>
#include <sys/stat.h>

static void create_and_read(void **state)
{
	Fixture *f = *state;
	Part p = store_new_part(f->store);
	assert_true(p >= PART_FIRST);
	Rid rid = create(f->store, p, FT_PATIENT, S("one"), f->arena);
	assert_int_equal(rid_part(rid), p);
	char id[14];
	store_id_text(f->store, rid, id);
	assert_int_equal(strlen(id), 13);
	StoreRow r;
	assert_int_equal(store_get(f->store, FT_PATIENT, str_c(id), f->arena, &r), OK);
	assert_int_equal(r.rid, rid);
	assert_int_equal(r.version, 1);
	assert_int_equal(r.op, ROW_CREATE);
	assert_str(r.id, str_c(id));
	assert_str(r.body, make_row(f->store, rid, FT_PATIENT, 1, S("one"), f->arena).body);
	/* the same id under another type is nothing */
	assert_int_equal(store_get(f->store, FT_GOAL, str_c(id), f->arena, &r), ERR_NOT_FOUND);
	assert_int_equal(store_get(f->store, FT_PATIENT, S("0000000000000"), f->arena, &r), ERR_NOT_FOUND);
	assert_int_equal(store_get(f->store, FT_PATIENT, S("nobody"), f->arena, &r), ERR_NOT_FOUND);
	reopen(f);
	assert_int_equal(store_get(f->store, FT_PATIENT, str_c(id), f->arena, &r), OK);
	assert_int_equal(r.rid, rid);
	assert_true(store_new_part(f->store) > p);
	Rid next;
	assert_int_equal(store_new_rid(f->store, p, &next), OK);
	assert_int_equal(next, rid + 1);
}

static void update_history_delete(void **state)
{
	Fixture *f = *state;
	Store *s = f->store;
	Arena *a = f->arena;
	Part p = store_new_part(s);
	Rid rid = create(s, p, FT_GOAL, S("v1"), a);
	assert_int_equal(put_row(s, make_row(s, rid, FT_GOAL, 2, S("v2"), a), a), OK);
	assert_int_equal(put_row(s, make_row(s, rid, FT_GOAL, 2, S("again"), a), a), ERR_VERSION);
	assert_int_equal(put_row(s, make_row(s, rid, FT_GOAL, 4, S("ahead"), a), a), ERR_VERSION);
	assert_int_equal(put_row(s, make_row(s, rid, FT_GOAL, 1, S("twice"), a), a), ERR_VERSION);
	assert_int_equal(put_row(s, make_row(s, rid, FT_TASK, 3, S("type"), a), a), ERR_VERSION);
	StoreRow gone = make_row(s, rid, FT_GOAL, 3, S(""), a);
	gone.op = ROW_DELETE;
	gone.body = S("");
	assert_int_equal(put_row(s, gone, a), OK);

	StoreRow r, *list;
	size_t n;
	assert_int_equal(store_get_rid(s, rid, a, &r), OK);
	assert_int_equal(r.op, ROW_DELETE);
	assert_int_equal(r.version, 3);
	assert_int_equal(r.body.n, 0);
	assert_int_equal(store_get_version(s, rid, 1, a, &r), OK);
	assert_true(str_find(r.body, S("v1")) > 0);
	assert_int_equal(store_get_version(s, rid, 3, a, &r), OK);
	assert_int_equal(store_get_version(s, rid, 4, a, &r), ERR_NOT_FOUND);
	assert_int_equal(store_history(s, rid, 0, 10, a, &list, &n), OK);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(list[i].version, 3 - (int)i);
	assert_true(str_find(list[1].body, S("v2")) > 0);
	assert_int_equal(list[1].op, ROW_UPDATE);
	assert_int_equal(store_history(s, rid, 3, 1, a, &list, &n), OK);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].version, 2);

	Rid other = create(s, p, FT_TASK, S("t"), a);
	(void)create(s, p + 1, FT_TASK, S("elsewhere"), a);
	assert_int_equal(store_part_history(s, p, 0, 10, a, &list, &n), OK);
	assert_int_equal(n, 4);
	assert_int_equal(list[0].version, 3);
	assert_int_equal(list[3].version, 1);
	assert_int_equal(store_part_history(s, p, 1700000000002, 10, a, &list, &n), OK);
	assert_int_equal(n, 2);
	/* the deleted one is not in a scan */
	assert_int_equal(store_scan(s, p, NULL, 0, 10, a, &list, &n), OK);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].rid, other);
}

static void scan_and_patients(void **state)
{
	Fixture *f = *state;
	Store *s = f->store;
	Arena *a = f->arena;
	Rid patients[5];
	for (size_t i = 0; i < 5; i++) {
		Part p = store_new_part(s);
		patients[i] = create(s, p, FT_PATIENT, S("p"), a);
		for (int k = 0; k < 50; k++)
			(void)create(s, p, k % 2 ? FT_GOAL : FT_TASK, S("x"), a);
	}
	(void)create(s, PART_SHARED, FT_PRACTITIONER, S("x"), a);
	Part organisation = store_new_part(s);
	(void)create(s, organisation, FT_ORGANIZATION, S("x"), a);
	StoreRow *rows;
	size_t n;
	assert_int_equal(store_scan(s, rid_part(patients[2]), NULL, 0, 1000, a, &rows, &n), OK);
	assert_int_equal(n, 51);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(rows[i].rid, patients[2] + (Rid)i);
	TypeSet goals = { { 0 } };
	typeset_add(&goals, FT_GOAL);
	assert_int_equal(store_scan(s, rid_part(patients[2]), &goals, 0, 10, a, &rows, &n), OK);
	assert_int_equal(n, 10);
	assert_int_equal(rows[9].type, FT_GOAL);
	assert_int_equal(store_scan(s, rid_part(patients[2]), &goals, rows[9].rid, 100, a, &rows, &n), OK);
	assert_int_equal(n, 15);
	/* `after` from another partition does not reach outside this one */
	assert_int_equal(store_scan(s, rid_part(patients[2]), NULL, patients[0], 1000, a, &rows, &n), OK);
	assert_int_equal(n, 51);
	assert_int_equal(store_patients(s, 0, 3, a, &rows, &n), OK);
	assert_int_equal(n, 3);
	assert_int_equal(rows[2].rid, patients[2]);
	assert_int_equal(store_patients(s, rid_part(rows[2].rid), 10, a, &rows, &n), OK);
	assert_int_equal(n, 2);
	assert_int_equal(rows[1].rid, patients[4]);
}

static void aliases(void **state)
{
	Fixture *f = *state;
	Store *s = f->store;
	Arena *a = f->arena;
	Part p = store_new_part(s);
	Rid rid, second;
	assert_int_equal(store_new_rid(s, p, &rid), OK);
	assert_int_equal(store_new_rid(s, p, &second), OK);
	StoreRow r = make_row(s, rid, FT_PATIENT, 1, S("x"), a), got;
	char own[14];
	store_id_text(s, rid, own);
	r.id = S("urn-uuid-7");
	StoreTx *tx = store_tx(s, a);
	store_put(tx, &r);
	store_alias(tx, FT_PATIENT, r.id, rid);
	assert_int_equal(store_commit(tx), OK);
	assert_int_equal(store_get(s, FT_PATIENT, S("urn-uuid-7"), a, &got), OK);
	assert_str(got.id, S("urn-uuid-7"));
	assert_int_equal(store_get(s, FT_PATIENT, str_c(own), a, &got), ERR_NOT_FOUND);
	assert_int_equal(store_resolve(s, FT_GOAL, S("urn-uuid-7"), &rid), ERR_NOT_FOUND);
	/* taken: the whole transaction is refused */
	r = make_row(s, second, FT_PATIENT, 1, S("y"), a);
	tx = store_tx(s, a);
	store_put(tx, &r);
	store_log(tx, p, S("refused"));
	store_alias(tx, FT_PATIENT, S("urn-uuid-7"), second);
	assert_int_equal(store_commit(tx), ERR_CONFLICT);
	assert_int_equal(store_get_rid(s, second, a, &got), ERR_NOT_FOUND);
	LogHead head;
	assert_int_equal(store_log_head(s, &head), OK);
	assert_int_equal(head.size, 0);
	/* the same alias again is no conflict */
	tx = store_tx(s, a);
	store_alias(tx, FT_PATIENT, S("urn-uuid-7"), rid);
	assert_int_equal(store_commit(tx), OK);
}

/* A foreign id that looks like one of ours, and even is one of ours under another type. */
static void alias_like_own(void **state)
{
	Fixture *f = *state;
	Store *s = f->store;
	Arena *a = f->arena;
	Rid patient = create(s, store_new_part(s), FT_PATIENT, S("p"), a), goal;
	char id[14];
	store_id_text(s, patient, id);
	assert_int_equal(store_new_rid(s, rid_part(patient), &goal), OK);
	StoreRow r = make_row(s, goal, FT_GOAL, 1, S("g"), a), got;
	r.id = str_c(id);
	StoreTx *tx = store_tx(s, a);
	store_alias(tx, FT_GOAL, r.id, goal);
	store_put(tx, &r);
	assert_int_equal(store_commit(tx), OK);
	for (int round = 0; round < 2; round++, reopen(f), s = f->store) {
		assert_int_equal(store_get(s, FT_GOAL, str_c(id), a, &got), OK);
		assert_int_equal(got.rid, goal);
		assert_int_equal(store_get(s, FT_PATIENT, str_c(id), a, &got), OK);
		assert_int_equal(got.rid, patient);
	}
}

static void index_rows(void **state)
{
	Fixture *f = *state;
	Store *s = f->store;
	Arena *a = f->arena;
	StoreTx *tx = store_tx(s, a);
	for (Rid r = 1; r <= 20; r++)
		store_index(tx, true, 7, arena_printf(a, "key%02d", (int)(r / 2)), r);
	store_index(tx, true, 7, S("key03"), 6); /* twice is once */
	store_index(tx, true, 8, S("key03"), 99);
	store_index(tx, true, 7, str_n("\xff\x00\xff", 3), 100);
	assert_int_equal(store_commit(tx), OK);
	Rid *rids;
	size_t n;
	assert_int_equal(store_find(s, 7, S("key03"), S("key05"), 100, a, &rids, &n), OK);
	assert_int_equal(n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(rids[i], 6 + (Rid)i);
	assert_int_equal(store_find(s, 7, S("key03"), S("key05"), 3, a, &rids, &n), OK);
	assert_int_equal(n, 3);
	assert_int_equal(store_find(s, 7, S("key10"), (Str){ NULL, 0 }, 100, a, &rids, &n), OK);
	assert_int_equal(n, 2);
	tx = store_tx(s, a);
	store_index(tx, false, 7, S("key03"), 6);
	assert_int_equal(store_commit(tx), OK);
	assert_int_equal(store_find(s, 7, S("key03"), S("key04"), 100, a, &rids, &n), OK);
	assert_int_equal(n, 1);
	assert_int_equal(rids[0], 7);
	Str *keys;
	assert_int_equal(store_keys(s, 7, S("key03"), S("key06"), 100, a, &keys, &n), OK);
	assert_int_equal(n, 3);
	assert_true(str_eq(keys[0], S("key03")) && str_eq(keys[2], S("key05")));
	assert_int_equal(keys[1].p[keys[1].n], 0);
	assert_int_equal(store_keys(s, 7, (Str){ NULL, 0 }, (Str){ NULL, 0 }, 4, a, &keys, &n), OK);
	assert_int_equal(n, 4);
	assert_true(str_eq(keys[3], S("key03")));
	assert_int_equal(store_keys(s, 7, S("key09"), (Str){ NULL, 0 }, 100, a, &keys, &n), OK);
	assert_int_equal(n, 3); /* also one of bytes that are no text */
	assert_int_equal(store_keys(s, 9, S(""), (Str){ NULL, 0 }, 100, a, &keys, &n), OK);
	assert_int_equal(n, 0);
}

static void system_tables(void **state)
{
	Fixture *f = *state;
	Store *s = f->store;
	Arena *a = f->arena;
	SqlArg args[] = { ARG_S(S("derks")), ARG_S(S("Meneer Derks")), ARG_I(3) };
	StoreTx *tx = store_tx(s, a);
	store_exec(tx, SQL("INSERT INTO account(login, name, role, created) VALUES(?1, ?2, ?3, 0)"), args, 3, 1);
	assert_int_equal(store_commit(tx), OK);
	tx = store_tx(s, a);
	store_exec(tx, SQL("INSERT INTO account(login, name, role, created) VALUES(?1, ?2, ?3, 0)"), args, 3, 1);
	store_log(tx, 0, S("no"));
	assert_int_equal(store_commit(tx), ERR_CONFLICT);
	/* one row changes where none was expected: undone */
	tx = store_tx(s, a);
	store_exec(tx, SQL("UPDATE account SET role=9 WHERE login=?1"), args, 1, 0);
	assert_int_equal(store_commit(tx), ERR_CONFLICT);
	SqlRows rows;
	assert_int_equal(store_select(s, SQL("SELECT name, role, hash FROM account WHERE login=?1"), args, 1, a, &rows),
	                 OK);
	assert_int_equal(rows.n_rows, 1);
	assert_int_equal(rows.n_cols, 3);
	assert_str(rows.cells[0].s, S("Meneer Derks"));
	assert_int_equal(rows.cells[1].i, 3);
	assert_int_equal(rows.cells[2].kind, ARG_NULL);
}

/* A reader keeps its snapshot over commits of log entries alone; it must never show less than what was acknowledged. */
static void kept_snapshot(void **state)
{
	Fixture *f = *state;
	Rid rid;
	Part part = store_new_part(f->store);
	assert_int_equal(store_new_rid(f->store, part, &rid), OK);
	for (int32_t version = 1; version <= 3; version++) {
		StoreRow row, before;
		LogEntry *log;
		size_t n;
		StoreTx *tx = store_tx(f->store, f->arena);
		row = make_row(f->store, rid, FT_GOAL, version, S("x"), f->arena);
		store_put(tx, &row);
		assert_int_equal(store_commit(tx), OK);
		assert_int_equal(store_get_rid(f->store, rid, f->arena, &before), OK);
		assert_int_equal(before.version, version);
		tx = store_tx(f->store, f->arena);
		store_log(tx, part, S("looked"));
		assert_int_equal(store_commit(tx), OK);
		assert_int_equal(store_get_rid(f->store, rid, f->arena, &before), OK);
		assert_int_equal(store_log_of_part(f->store, part, INT64_MAX, 10, f->arena, &log, &n), OK);
		assert_int_equal(n, version);
		SqlRows rows;
		SqlArg args[] = { ARG_I(version), ARG_I(part), ARG_I(7) };
		tx = store_tx(f->store, f->arena);
		store_exec(tx, SQL("INSERT INTO seen(account, part, at) VALUES(?1, ?2, ?3)"), args, COUNT_OF(args), 1);
		assert_int_equal(store_commit(tx), OK);
		assert_int_equal(store_select(f->store, SQL("SELECT at FROM seen WHERE account=?1 AND part=?2"), args,
		                              2, f->arena, &rows),
		                 OK);
		assert_int_equal(rows.n_rows, 1);
	}
}

static void full_partition(void **state)
{
	Fixture *f = *state;
	Part p = store_new_part(f->store);
	StoreRow r = make_row(f->store, (p << LOCAL_BITS) + (1 << LOCAL_BITS) - 2, FT_GOAL, 1, S("x"), f->arena);
	assert_int_equal(put_row(f->store, r, f->arena), OK);
	reopen(f);
	Rid rid;
	assert_int_equal(store_new_rid(f->store, p, &rid), OK);
	assert_int_equal(rid_part(rid), p);
	assert_int_equal(store_new_rid(f->store, p, &rid), ERR_TOO_LARGE);
}

/* ---- many writers at once ---- */

enum { THREADS = 8, EACH = 60 };
typedef struct Work {
	Store *store;
	Part part;
	Rid shared;
	int won, lost;
} Work;

/* Each thread creates rows, and all fight over the versions of one row. */
static void *work(void *p)
{
	Work *w = p;
	Arena *a = arena_new();
	for (int i = 0; i < EACH; i++) {
		Rid rid;
		StoreRow at;
		if (store_new_rid(w->store, w->part, &rid) != OK || store_get_rid(w->store, w->shared, a, &at) != OK)
			die("a helper of the test failed");
		StoreTx *tx = store_tx(w->store, a);
		StoreRow created = make_row(w->store, rid, FT_TASK, 1, S("c"), a);
		StoreRow fight = make_row(w->store, w->shared, FT_GOAL, at.version + 1, S("f"), a);
		store_put(tx, &created); /* first, so that a lost fight has something to undo */
		store_put(tx, &fight);
		store_log(tx, w->part, arena_printf(a, "%lld", (long long)rid));
		Err e = store_commit(tx);
		w->won += e == OK;
		w->lost += e == ERR_VERSION;
		Err row = store_get_rid(w->store, rid, a, &at);
		if (row != (e == OK ? OK : ERR_NOT_FOUND))
			die("a transaction was kept by half");
		arena_reset(a);
	}
	arena_free(a);
	store_thread_end(w->store);
	return NULL;
}

static void batches(void **state)
{
	Fixture *f = *state;
	Work works[THREADS];
	pthread_t threads[THREADS];
	Part p = store_new_part(f->store);
	Rid shared = create(f->store, p, FT_GOAL, S("start"), f->arena);
	for (size_t i = 0; i < THREADS; i++) {
		works[i] = (Work){ f->store, p, shared, 0, 0 };
		pthread_create(&threads[i], NULL, work, &works[i]);
	}
	int won = 0, lost = 0;
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		won += works[i].won;
		lost += works[i].lost;
	}
	assert_int_equal(won + lost, THREADS * EACH);
	StoreRow r;
	assert_int_equal(store_get_rid(f->store, shared, f->arena, &r), OK);
	assert_int_equal(r.version, won + 1);
	LogHead head;
	assert_int_equal(store_log_head(f->store, &head), OK);
	assert_int_equal(head.size, won);
	StoreRow *rows;
	size_t n;
	assert_int_equal(store_scan(f->store, p, NULL, 0, 10000, f->arena, &rows, &n), OK);
	assert_int_equal(n, won + 1);
	StoreStats st;
	store_stats(f->store, &st);
	assert_true(st.transactions >= THREADS * EACH);
	assert_true(st.commits <= st.transactions);
}

/* Done callbacks come in the order of submission, and one refused transaction spoils no other in its batch. */
typedef struct Order {
	pthread_mutex_t lock;
	pthread_cond_t all;
	int next, wrong, refused;
} Order;
typedef struct Ticket {
	Order *order;
	int number;
} Ticket;

static void in_order(void *ctx, Err result)
{
	Ticket *t = ctx;
	pthread_mutex_lock(&t->order->lock);
	t->order->wrong += t->order->next++ != t->number;
	t->order->refused += result == ERR_VERSION;
	pthread_cond_signal(&t->order->all);
	pthread_mutex_unlock(&t->order->lock);
}

static void order_in_batch(void **state)
{
	Fixture *f = *state;
	Order order = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0 };
	Ticket tickets[300];
	Rid rid;
	Part p = store_new_part(f->store);
	assert_int_equal(store_new_rid(f->store, p, &rid), OK);
	/* versions 1, 2, 3 … of one row in one go; every tenth is submitted twice */
	int number = 0, version = 0;
	while (number < 300) {
		version++;
		for (int k = 0; k < (version % 10 ? 1 : 2) && number < 300; k++) {
			StoreRow r = make_row(f->store, rid, FT_GOAL, version, S("x"), f->arena);
			tickets[number] = (Ticket){ &order, number };
			StoreTx *tx = store_tx(f->store, f->arena);
			store_index(tx, true, 3, arena_printf(f->arena, "%d", number), rid);
			store_put(tx, &r);
			assert_int_equal(store_submit(tx, in_order, &tickets[number]), OK);
			number++;
		}
	}
	pthread_mutex_lock(&order.lock);
	while (order.next < 300)
		pthread_cond_wait(&order.all, &order.lock);
	pthread_mutex_unlock(&order.lock);
	assert_int_equal(order.wrong, 0);
	assert_true(order.refused > 20);
	StoreRow r;
	assert_int_equal(store_get_rid(f->store, rid, f->arena, &r), OK);
	assert_int_equal(r.version, 300 - order.refused);
	Rid *rids;
	size_t n;
	assert_int_equal(store_find(f->store, 3, S(""), S("a"), 1000, f->arena, &rids, &n), OK);
	assert_int_equal(n, 300 - order.refused);
}

/* ---- the WAL stays bounded while others read all the time ---- */

typedef struct Readers {
	Store *store;
	Part part;
	bool stop;
} Readers;

static void say_line(void *ctx, const char *line)
{
	(void)ctx;
	print_error("%s\n", line);
}

/* A full disk is no reason to stop: the write that found no room is undone as a whole, with its log entry; what fits is
 * written. */
static void full_disk(void **state)
{
	enum { BIG = 400 * 1000 };
	Fixture *f = *state;
	char why[256];
	Part part = store_new_part(f->store);
	Rid kept = create(f->store, part, FT_GOAL, S("before"), f->arena), lost;
	store_close(f->store);
	assert_int_equal(
	    store_open(&(StoreOptions){ .dir = str_c(f->dir), .max_pages = 60 }, &f->store, why, sizeof why), OK);
	char *big = malloc(BIG);
	memset(big, 'x', BIG);
	for (int i = 0; i < 3; i++) {
		StoreTx *tx = store_tx(f->store, f->arena);
		assert_int_equal(store_new_rid(f->store, part, &lost), OK);
		StoreRow small = make_row(f->store, lost, FT_GOAL, 1, S("lost"), f->arena), row = small;
		store_put(tx, &small);
		store_log(tx, part, S("lost"));
		assert_int_equal(store_new_rid(f->store, part, &row.rid), OK);
		row.id = STR_END;
		row.body = str_n(big, BIG);
		store_put(tx, &row);
		assert_int_equal(store_commit(tx), ERR_BUSY);
		/* Too large for the log only. */
		tx = store_tx(f->store, f->arena);
		store_put(tx, &small);
		store_log(tx, part, str_n(big, BIG));
		assert_int_equal(store_commit(tx), ERR_BUSY);
		StoreRow next = make_row(f->store, kept, FT_GOAL, i + 2, S("after"), f->arena);
		tx = store_tx(f->store, f->arena);
		store_put(tx, &next);
		store_log(tx, part, S("kept"));
		assert_int_equal(store_commit(tx), OK);
	}
	free(big);
	reopen(f);
	StoreRow row;
	assert_int_equal(store_get_rid(f->store, kept, f->arena, &row), OK);
	assert_int_equal(row.version, 4);
	assert_int_equal(store_get_rid(f->store, lost, f->arena, &row), ERR_NOT_FOUND);
	LogHead head;
	assert_int_equal(store_log_head(f->store, &head), OK);
	assert_int_equal(head.size, 3);
	StoreCheck c = { 0 };
	assert_int_equal(store_verify(f->store, NULL, say_line, NULL, &c), OK);
	assert_int_equal(c.problems, 0);
}

static void *read_on(void *p)
{
	Readers *r = p;
	Arena *a = arena_new();
	while (!__atomic_load_n(&r->stop, __ATOMIC_RELAXED)) {
		StoreRow *rows;
		size_t n;
		if (store_scan(r->store, r->part, NULL, 0, 40, a, &rows, &n) != OK)
			die("a scan failed");
		arena_reset(a);
	}
	arena_free(a);
	store_thread_end(r->store);
	return NULL;
}

static void bounded_wal(void **state)
{
	enum { READERS = 3, COMMITS = 350, EACH_TIME = 20, BIG = 50 * 1000 };
	Fixture *f = *state;
	Readers r = { f->store, store_new_part(f->store), false };
	pthread_t threads[READERS];
	char *big = malloc(BIG), wal[400];
	memset(big, 'x', BIG);
	snprintf(wal, sizeof wal, "%s/samendoel.db-wal", f->dir);
	for (size_t i = 0; i < READERS; i++)
		pthread_create(&threads[i], NULL, read_on, &r);
	int64_t worst = 0;
	for (int i = 0; i < COMMITS; i++) {
		struct stat st;
		StoreTx *tx = store_tx(f->store, f->arena);
		for (int k = 0; k < EACH_TIME; k++) {
			Rid rid;
			assert_int_equal(store_new_rid(f->store, i ? r.part + 1 : r.part, &rid), OK);
			StoreRow row = make_row(f->store, rid, FT_GOAL, 1, S("x"), f->arena);
			row.body = str_n(big, BIG);
			store_put(tx, &row);
		}
		assert_int_equal(store_commit(tx), OK);
		arena_reset(f->arena);
		assert_int_equal(stat(wal, &st), 0);
		worst = st.st_size > worst ? st.st_size : worst;
	}
	__atomic_store_n(&r.stop, true, __ATOMIC_RELAXED);
	for (size_t i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	free(big);
	assert_true(worst < 250 * 1000 * 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(create_and_read), TEST(update_history_delete), TEST(scan_and_patients),
		TEST(aliases),         TEST(alias_like_own),        TEST(index_rows),
		TEST(system_tables),   TEST(full_partition),        TEST(batches),
		TEST(order_in_batch),  TEST(bounded_wal),           TEST(full_disk),
		TEST(kept_snapshot),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
