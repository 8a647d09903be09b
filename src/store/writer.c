/* The writer: a bounded queue, one thread, one commit for all that waits.
 *
 * A batch first runs without savepoints. A transaction that fails at its first change has done nothing, so the batch
 * goes on; one that fails later spoils the batch, which is then rolled back and run again with a savepoint around each
 * transaction of more than one change. Failures past the first change are rare (the version check usually comes first),
 * savepoints are not free. Running twice is harmless: a transaction is data. */
#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "store/migrate.h"
#include "store/private.h"

enum { QUEUE_MAX = 4096, BATCH_OPS = 20000, TEND_IDLE_US = 200 * 1000 };

struct Writer {
	Store *store;
	Db *db;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	StoreTx *queue[QUEUE_MAX];
	size_t head, n;
	bool stopping;
	StoreStats stats;
	/* writer thread only */
	StoreTx *batch[QUEUE_MAX];
	bool no_room; /* the last batch found the disk full */
	SlogItem *log;
	size_t log_n, log_cap;
};

/* ---- building a transaction ---- */

StoreTx *store_tx(Store *s, Arena *a)
{
	StoreTx *tx = ARENA_NEW(a, StoreTx);
	tx->store = s;
	tx->arena = a;
	tx->end = &tx->first;
	tx->log_end = &tx->log_first;
	return tx;
}

static Op *add_op(StoreTx *tx, OpKind kind)
{
	Op *op = ARENA_NEW(tx->arena, Op);
	op->kind = kind;
	*tx->end = op;
	tx->end = &op->next;
	tx->n_ops++;
	return op;
}

void store_put(StoreTx *tx, const StoreRow *row)
{
	assert(row->version >= 1 && row->rid > 0 && row->type != FT_NONE);
	Op *op = add_op(tx, OP_PUT);
	char own[ID_CHARS];
	id_write(&tx->store->id_key, (uint64_t)row->rid, own);
	op->put.row = *row;
	if (!row->body.p || row->op == ROW_DELETE)
		op->put.row.body = S("");
	op->put.own_id = !row->id.p || str_eq(row->id, str_n(own, ID_CHARS));
	op->put.sum = row_sum(tx->store, &op->put.row);
}

void store_alias(StoreTx *tx, FhirType type, Str id, Rid rid)
{
	Op *op = add_op(tx, OP_ALIAS);
	op->alias.type = type;
	op->alias.id = id;
	op->alias.rid = rid;
}

void store_index(StoreTx *tx, bool add, uint16_t param, Str key, Rid rid)
{
	Op *op = add_op(tx, add ? OP_INDEX_ADD : OP_INDEX_REMOVE);
	op->index.param = param;
	op->index.key = key;
	op->index.rid = rid;
}

void store_log(StoreTx *tx, Part part, Str entry)
{
	LogItem *item = ARENA_NEW(tx->arena, LogItem);
	item->item = (SlogItem){ part, entry };
	*tx->log_end = item;
	tx->log_end = &item->next;
	tx->n_log++;
}

void store_guard(StoreTx *tx, const StoreGuard *g)
{
	GuardItem *item = ARENA_NEW(tx->arena, GuardItem);
	*item = (GuardItem){ tx->guards, *g };
	tx->guards = item;
}

void store_exec(StoreTx *tx, SqlText sql, const SqlArg *args, size_t n, int expect)
{
	SqlArg *copy = ARENA_ARRAY(tx->arena, SqlArg, n + 1);
	if (n)
		memcpy(copy, args, n * sizeof *copy);
	Op *op = add_op(tx, OP_EXEC);
	op->exec.sql = sql;
	op->exec.args = copy;
	op->exec.n = n;
	op->exec.expect = expect;
}

/* ---- applying ---- */

static Err apply_create(Db *d, const Op *op)
{
	const StoreRow *r = &op->put.row;
	Query *q = db_query(d, SQL("INSERT INTO res(rid, type, version, updated, op, sum, id, body)"
	                           " VALUES(?1, ?2, 1, ?3, ?4, ?5, ?6, ?7)"));
	query_int(q, 1, r->rid);
	query_int(q, 2, (int64_t)r->type);
	query_int(q, 3, r->updated);
	query_int(q, 4, (int64_t)r->op);
	query_int(q, 5, op->put.sum);
	query_text(q, 6, op->put.own_id ? (Str){ NULL, 0 } : r->id);
	query_text(q, 7, r->body);
	Err e = query_run(q);
	return e == ERR_CONFLICT ? ERR_VERSION : e;
}

static Err apply_replace(Db *d, const Op *op)
{
	const StoreRow *r = &op->put.row;
	Query *q = db_query(d, SQL("INSERT INTO hist(rid, type, version, updated, op, sum, body)"
	                           " SELECT rid, type, version, updated, op, sum, body FROM res"
	                           " WHERE rid=?1 AND version=?2 AND type=?3"));
	query_int(q, 1, r->rid);
	query_int(q, 2, r->version - 1);
	query_int(q, 3, (int64_t)r->type);
	TRY(query_run(q));
	if (db_changed(d) != 1)
		return ERR_VERSION;
	q = db_query(d, SQL("UPDATE res SET version=?2, updated=?3, op=?4, sum=?5, body=?6 WHERE rid=?1"));
	query_int(q, 1, r->rid);
	query_int(q, 2, r->version);
	query_int(q, 3, r->updated);
	query_int(q, 4, (int64_t)r->op);
	query_int(q, 5, op->put.sum);
	query_text(q, 6, r->body);
	return query_run(q);
}

static Err apply_put(Store *s, Db *d, const Op *op)
{
	const StoreRow *r = &op->put.row;
	TRY(r->version == 1 ? apply_create(d, op) : apply_replace(d, op));
	guards_put(s->guards, r->rid, r->type);
	Query *q = db_query(d, SQL("INSERT INTO change(rid, version, type) VALUES(?1, ?2, ?3)"));
	query_int(q, 1, r->rid);
	query_int(q, 2, r->version);
	query_int(q, 3, (int64_t)r->type);
	return query_run(q);
}

static Err apply_alias(Store *s, Db *d, const Op *op)
{
	Query *q =
	    db_query(d, SQL("INSERT INTO alias(type, id, rid) VALUES(?1, ?2, ?3) ON CONFLICT(type, id) DO NOTHING"));
	query_int(q, 1, (int64_t)op->alias.type);
	query_text(q, 2, op->alias.id);
	query_int(q, 3, op->alias.rid);
	TRY(query_run(q));
	if (db_changed(d) == 1) {
		Rid looks_like;
		if (!id_read(&s->id_key, op->alias.id, &looks_like))
			return OK;
		TRY(meta_set_int(d, S("id_like_alias"), 1));
		__atomic_store_n(&s->id_like_alias, true, __ATOMIC_RELEASE);
		return OK;
	}
	AUTO_QUERY *has = db_query(d, SQL("SELECT rid FROM alias WHERE type=?1 AND id=?2"));
	query_int(has, 1, (int64_t)op->alias.type);
	query_text(has, 2, op->alias.id);
	return query_step(has) && query_col_int(has, 0) == op->alias.rid ? OK : ERR_CONFLICT;
}

static Err apply_index(Db *d, const Op *op, bool add)
{
	Query *q = add ? db_query(d, SQL("INSERT INTO idx(param, key, rid) VALUES(?1, ?2, ?3)"
	                                 " ON CONFLICT(param, key, rid) DO NOTHING"))
	               : db_query(d, SQL("DELETE FROM idx WHERE param=?1 AND key=?2 AND rid=?3"));
	query_int(q, 1, op->index.param);
	query_blob(q, 2, op->index.key.p ? op->index.key : S(""));
	query_int(q, 3, op->index.rid);
	return query_run(q);
}

static Err apply_exec(Db *d, const Op *op)
{
	Query *q = db_query(d, op->exec.sql);
	bind_args(q, op->exec.args, op->exec.n);
	TRY(query_run(q));
	return op->exec.expect >= 0 && db_changed(d) != op->exec.expect ? ERR_CONFLICT : OK;
}

static Err apply_op(Store *s, Db *d, const Op *op)
{
	switch (op->kind) {
	case OP_PUT:
		return apply_put(s, d, op);
	case OP_ALIAS:
		return apply_alias(s, d, op);
	case OP_INDEX_ADD:
		return apply_index(d, op, true);
	case OP_INDEX_REMOVE:
		return apply_index(d, op, false);
	case OP_EXEC:
		return apply_exec(d, op);
	}
	return ERR_INTERNAL;
}

/* A write failed. Without room on the disk nothing is damaged: the batch is undone and everyone is told to come back
 * later. After anything else nobody knows what is on the disk: the process ends, and its restart reads what is. */
static Err write_failed(Writer *w, Err e)
{
	if (e != ERR_IO || !db_full(w->db))
		die("the store cannot write: %s", db_error(w->db));
	if (!w->no_room)
		log_error("the store cannot write: the disk is full; requests get 503 until there is room");
	w->no_room = true;
	return ERR_IO;
}

/* *clean: nothing of a failed transaction stayed behind. */
static Err apply_tx(Writer *w, StoreTx *tx, bool *clean)
{
	*clean = true;
	Err seen = guards_check(w->store, w->db, tx);
	if (seen != OK)
		return seen == ERR_IO ? write_failed(w, seen) : seen;
	for (const Op *op = tx->first; op; op = op->next) {
		Err e = apply_op(w->store, w->db, op);
		if (e == ERR_IO)
			return write_failed(w, e);
		if (e != OK) {
			/* A statement with an expectation that did not hold has changed something else. */
			*clean = op == tx->first && op->kind != OP_EXEC;
			return e;
		}
	}
	return OK;
}

static void collect_log(Writer *w, const StoreTx *tx)
{
	if (w->log_n + tx->n_log > w->log_cap) {
		w->log_cap = (w->log_n + tx->n_log) * 2;
		w->log = realloc(w->log, w->log_cap * sizeof *w->log);
		if (!w->log)
			die("out of memory");
	}
	for (const LogItem *i = tx->log_first; i; i = i->next)
		w->log[w->log_n++] = i->item;
}

/* ERR_CONFLICT: a transaction failed half-way; the whole must run again, carefully. ERR_IO: no room. */
static Err apply_batch(Writer *w, size_t n, bool careful)
{
	w->log_n = 0;
	for (size_t i = 0; i < n; i++) {
		StoreTx *tx = w->batch[i];
		bool guard = careful && tx->n_ops > 0 && (tx->n_ops > 1 || tx->first->kind == OP_EXEC);
		bool clean;
		size_t mark = guards_mark(w->store->guards);
		Err e = guard ? db_savepoint(w->db) : OK;
		if (e != OK)
			return write_failed(w, e);
		tx->result = apply_tx(w, tx, &clean);
		if (tx->result == ERR_IO)
			return ERR_IO;
		if (guard)
			e = tx->result == OK ? db_savepoint_keep(w->db) : db_savepoint_undo(w->db);
		if (e != OK)
			return write_failed(w, e);
		if (tx->result == OK) {
			collect_log(w, tx);
			continue;
		}
		guards_undo(w->store->guards, mark);
		if (!clean && !guard)
			return ERR_CONFLICT;
	}
	return OK;
}

static Err begin_batch(Writer *w, size_t n)
{
	Err e = db_begin(w->db);
	if (e == ERR_IO) {
		(void)write_failed(w, e);
		e = ERR_BUSY;
	}
	/* Another program holds the file, against the rules. */
	for (size_t i = 0; e != OK && i < n; i++)
		w->batch[i]->result = e;
	return e;
}

/* No room: nothing of the batch is kept. */
static void undo_batch(Writer *w, size_t n)
{
	db_rollback(w->db);
	guards_undo(w->store->guards, 0);
	if (slog_undo(w->store->slog, w->db) != OK)
		die("the store cannot read its log: %s", db_error(w->db));
	for (size_t i = 0; i < n; i++)
		w->batch[i]->result = ERR_BUSY;
}

/* The batch and its log entries, not committed yet. ERR_BUSY: the results are set, there is nothing to commit. */
static Err write_batch(Writer *w, size_t n)
{
	TRY(begin_batch(w, n));
	Err e = apply_batch(w, n, false);
	if (e == ERR_CONFLICT) {
		db_rollback(w->db);
		guards_undo(w->store->guards, 0);
		TRY(begin_batch(w, n));
		e = apply_batch(w, n, true);
	}
	if (e != OK || !w->log_n)
		return e;
	e = slog_append(w->store->slog, w->db, w->log, w->log_n);
	return e == OK ? OK : write_failed(w, e);
}

static void touch_index(Writer *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (const Op *op = w->batch[i]->first; op; op = op->next)
			if (op->kind == OP_INDEX_ADD || op->kind == OP_INDEX_REMOVE)
				postings_touch(w->store->postings, op->index.param);
}

/* What readers keep is renewed, before anybody hears of the commit. */
static void tell_readers(Writer *w, size_t n)
{
	bool changed = false;
	for (size_t i = 0; i < n; i++)
		changed = changed || w->batch[i]->n_ops;
	if (!changed)
		return;
	/* Before and after: nobody reads the new rows under the epochs of the old ones. */
	postings_telling(w->store->postings, true);
	touch_index(w, n);
	__atomic_add_fetch(&w->store->changes, 1, __ATOMIC_RELEASE);
	touch_index(w, n);
	postings_telling(w->store->postings, false);
}

static void run_batch(Writer *w, size_t n)
{
	int64_t start = time_mono_us();
	Err e = write_batch(w, n);
	if (e == ERR_BUSY)
		return;
	int64_t before = time_mono_us();
	if (e == OK && (e = db_commit(w->db)) != OK)
		e = write_failed(w, e);
	if (e != OK) {
		undo_batch(w, n);
		return;
	}
	if (w->no_room)
		log_info("the store can write again");
	w->no_room = false;
	slog_publish(w->store->slog);
	tell_readers(w, n);
	guards_publish(w->store->guards);
	int64_t took = time_mono_us() - before;
	pthread_mutex_lock(&w->lock);
	w->stats.commits++;
	w->stats.transactions += (int64_t)n;
	w->stats.apply_us_total += before - start;
	w->stats.commit_us_total += took;
	pthread_mutex_unlock(&w->lock);
}

/* ---- the thread ---- */

static void tend(Writer *w, bool idle)
{
	int64_t start = time_mono_us();
	if (!db_tend_due(w->db, idle))
		return;
	/* The WAL can begin anew only when nobody reads from it. */
	snapshots_keep(w->store, false);
	db_tend(w->db);
	snapshots_keep(w->store, true);
	int64_t took = time_mono_us() - start;
	pthread_mutex_lock(&w->lock);
	w->stats.tend_us_total += took;
	if (took > w->stats.tend_us_max)
		w->stats.tend_us_max = took;
	pthread_mutex_unlock(&w->lock);
}

/* With the lock held: waits for work; the WAL is tended in quiet moments. */
static void wait_for_work(Writer *w)
{
	bool tended = false;
	while (w->n == 0 && !w->stopping) {
		if (tended) {
			pthread_cond_wait(&w->work, &w->lock);
			continue;
		}
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += TEND_IDLE_US * 1000;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		if (pthread_cond_timedwait(&w->work, &w->lock, &until) == 0 || w->n)
			continue;
		pthread_mutex_unlock(&w->lock);
		tend(w, true);
		pthread_mutex_lock(&w->lock);
		tended = true;
	}
}

static size_t take_batch(Writer *w)
{
	size_t n = 0;
	pthread_mutex_lock(&w->lock);
	wait_for_work(w);
	for (size_t ops = 0; w->n && ops < BATCH_OPS; w->n--) {
		StoreTx *tx = w->queue[w->head];
		w->head = (w->head + 1) % QUEUE_MAX;
		w->batch[n++] = tx;
		ops += tx->n_ops + tx->n_log;
	}
	pthread_mutex_unlock(&w->lock);
	return n;
}

static void *writer_main(void *p)
{
	Writer *w = p;
	for (size_t n; (n = take_batch(w)) > 0;) {
		run_batch(w, n);
		for (size_t i = 0; i < n; i++) {
			StoreTx *tx = w->batch[i];
			tx->done(tx->ctx, tx->result); /* tx may be gone after this */
		}
		tend(w, false);
	}
	return NULL;
}

Err writer_start(Store *s, Db *d, Writer **out)
{
	Writer *w = calloc(1, sizeof *w);
	if (!w)
		die("out of memory");
	w->store = s;
	w->db = d;
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->work, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&w->lock, NULL);
	*out = w;
	if (pthread_create(&w->thread, NULL, writer_main, w) != 0)
		die("the writer thread did not start");
	return OK;
}

static void flush_heads(Writer *w)
{
	Err e = db_begin(w->db);
	if (e == OK)
		e = slog_flush(w->store->slog, w->db);
	if (e == OK)
		e = db_commit(w->db);
	if (e == OK)
		return;
	/* Without room the next start finds them in the log. */
	(void)write_failed(w, e);
	db_rollback(w->db);
}

Db *writer_stop(Writer *w)
{
	if (!w)
		return NULL;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	flush_heads(w);
	Db *d = w->db;
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->lock);
	free(w->log);
	free(w);
	return d;
}

void writer_stats(Writer *w, StoreStats *out)
{
	pthread_mutex_lock(&w->lock);
	*out = w->stats;
	out->queue_now = (int64_t)w->n;
	pthread_mutex_unlock(&w->lock);
}

Err store_submit(StoreTx *tx, StoreDone *done, void *ctx)
{
	Writer *w = tx->store->writer;
	if (!w)
		return ERR_NOT_SUPPORTED;
	tx->done = done;
	tx->ctx = ctx;
	pthread_mutex_lock(&w->lock);
	bool room = w->n < QUEUE_MAX && !w->stopping;
	if (room) {
		w->queue[(w->head + w->n) % QUEUE_MAX] = tx;
		if (w->n++ == 0)
			pthread_cond_signal(&w->work);
		if ((int64_t)w->n > w->stats.queue_max)
			w->stats.queue_max = (int64_t)w->n;
	}
	pthread_mutex_unlock(&w->lock);
	return room ? OK : ERR_BUSY;
}

typedef struct Waiter {
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool finished;
	Err result;
} Waiter;

static void wake(void *ctx, Err result)
{
	Waiter *w = ctx;
	pthread_mutex_lock(&w->lock);
	w->result = result;
	w->finished = true;
	pthread_cond_signal(&w->done);
	pthread_mutex_unlock(&w->lock);
}

Err store_commit(StoreTx *tx)
{
	/* The writer would wait for itself. */
	assert(!tx->store->writer || !pthread_equal(pthread_self(), tx->store->writer->thread));
	Waiter w = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, OK };
	TRY(store_submit(tx, wake, &w));
	pthread_mutex_lock(&w.lock);
	while (!w.finished)
		pthread_cond_wait(&w.done, &w.lock);
	pthread_mutex_unlock(&w.lock);
	pthread_mutex_destroy(&w.lock);
	pthread_cond_destroy(&w.done);
	return w.result;
}
