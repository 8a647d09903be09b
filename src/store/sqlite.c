/* SQLite: connections, statements, checkpoints. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "store/db.h"

/* Checkpoint after this many WAL pages under load: a short stall each time instead of a long one now and then. */
enum {
	TEND_PAGES = 256,
	TEND_IDLE_PAGES = 64,
	TEND_RESTART_PAGES = 12000,
	BUSY_MS = 5000,
	RESTART_MS = 250,
	SLOTS = 256
};

struct Query {
	sqlite3_stmt *st;
	Db *db;
	const char *sql; /* the literal: its address is the key */
	int rc;
};

struct Db {
	sqlite3 *h;
	Query slots[SLOTS]; /* open addressing by the literal's address */
	size_t n_slots;
	bool full; /* the last ERR_IO was one of room */
	/* writer: pages in the WAL; the length at which to move them next; the length up to which all are moved */
	int wal_pages, tend_at, tended;
};

static void engine_start(void)
{
	/* The statistics cost a global mutex in every allocation. Fails harmlessly when SQLite runs already. */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	if (sqlite3_initialize() != SQLITE_OK)
		die("SQLite could not start");
}

static Err err_of(int rc)
{
	switch (rc & 0xFF) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return OK;
	case SQLITE_CONSTRAINT:
		return ERR_CONFLICT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_NOMEM:
		die("out of memory");
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
		die("the store misused its engine (%d)", rc);
	default:
		return ERR_IO;
	}
}

static int count_wal(void *ctx, sqlite3 *h, const char *name, int pages)
{
	(void)h, (void)name;
	Db *d = ctx;
	if (pages < d->wal_pages) { /* it began anew */
		d->tend_at = TEND_PAGES;
		d->tended = 0;
	}
	d->wal_pages = pages;
	return SQLITE_OK;
}

static bool pragmas(Db *d, DbMode mode, size_t cache_kib)
{
	char sql[512];
	if (cache_kib == 0)
		cache_kib = mode == DB_WRITE ? 16 * 1024 : 24 * 1024;
	snprintf(sql, sizeof sql, "PRAGMA cache_size=-%zu; PRAGMA temp_store=MEMORY;%s", cache_kib,
	         mode == DB_WRITE ? "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	                            "PRAGMA wal_autocheckpoint=0; PRAGMA secure_delete=FAST;"
	                            "PRAGMA journal_size_limit=67108864;"
	                          : "");
	return sqlite3_exec(d->h, sql, NULL, NULL, NULL) == SQLITE_OK;
}

Err db_open(const char *path, DbMode mode, size_t cache_kib, Db **out, char *why, size_t why_n)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, engine_start);
	if (mode == DB_WRITE) { /* made by us so that nobody else may read it; its WAL inherits the mode */
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0) {
			snprintf(why, why_n, "%s: %s", path, strerror(errno));
			return ERR_IO;
		}
		close(fd);
	}
	Db *d = calloc(1, sizeof *d);
	if (!d)
		die("out of memory");
	int flags = SQLITE_OPEN_NOMUTEX | (mode == DB_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	int rc = sqlite3_open_v2(path, &d->h, flags, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_extended_result_codes(d->h, 1);
		sqlite3_busy_timeout(d->h, BUSY_MS);
		sqlite3_db_config(d->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		rc = pragmas(d, mode, cache_kib) ? SQLITE_OK : sqlite3_errcode(d->h);
	}
	/* Opening is lazy: read something, so that a file that is no database is found here. */
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(d->h, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		snprintf(why, why_n, "%s: %s", path, d->h ? sqlite3_errmsg(d->h) : sqlite3_errstr(rc));
		db_close(d);
		return ERR_IO;
	}
	d->tend_at = TEND_PAGES;
	if (mode == DB_WRITE)
		sqlite3_wal_hook(d->h, count_wal, d);
	*out = d;
	return OK;
}

void db_close(Db *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		sqlite3_finalize(d->slots[i].st);
	if (sqlite3_close(d->h) != SQLITE_OK)
		log_error("store: a connection did not close: %s", sqlite3_errmsg(d->h));
	free(d);
}

bool db_full(const Db *d)
{
	return d->full;
}

Err db_limit(Db *d, int pages)
{
	char sql[64];
	snprintf(sql, sizeof sql, "PRAGMA max_page_count=%d", pages);
	return err_of(sqlite3_exec(d->h, sql, NULL, NULL, NULL));
}

const char *db_error(Db *d)
{
	return sqlite3_errmsg(d->h);
}

Query *db_query(Db *d, SqlText sql)
{
	size_t at = ((uintptr_t)sql.z >> 3) * 0x9E3779B1u % SLOTS;
	while (d->slots[at].sql && d->slots[at].sql != sql.z)
		at = (at + 1) % SLOTS;
	Query *q = &d->slots[at];
	if (q->sql)
		return q;
	if (++d->n_slots > SLOTS * 3 / 4)
		die("the store has more statements than slots");
	int rc = sqlite3_prepare_v3(d->h, sql.z, -1, SQLITE_PREPARE_PERSISTENT, &q->st, NULL);
	if (rc != SQLITE_OK)
		die("the store cannot prepare a statement: %s: %s", sqlite3_errmsg(d->h), sql.z);
	q->sql = sql.z;
	q->db = d;
	return q;
}

void query_int(Query *q, int at, int64_t v)
{
	(void)err_of(sqlite3_bind_int64(q->st, at, v));
}

void query_text(Query *q, int at, Str v)
{
	(void)err_of(sqlite3_bind_text64(q->st, at, v.p, v.n, SQLITE_STATIC, SQLITE_UTF8));
}

void query_blob(Query *q, int at, Str v)
{
	(void)err_of(sqlite3_bind_blob64(q->st, at, v.p, v.n, SQLITE_STATIC));
}

void query_null(Query *q, int at)
{
	(void)err_of(sqlite3_bind_null(q->st, at));
}

bool query_step(Query *q)
{
	q->rc = sqlite3_step(q->st);
	return q->rc == SQLITE_ROW;
}

Err query_end(Query *q)
{
	Err e = err_of(q->rc);
	if (e == ERR_IO) {
		q->db->full = (q->rc & 0xFF) == SQLITE_FULL;
		if (!q->db->full) /* the writer says that, once */
			log_error("store: %s (%d)", sqlite3_errmsg(q->db->h), sqlite3_extended_errcode(q->db->h));
	}
	sqlite3_reset(q->st);
	q->rc = SQLITE_OK;
	return e;
}

Err query_run(Query *q)
{
	while (query_step(q))
		;
	return query_end(q);
}

int64_t query_col_int(Query *q, int at)
{
	return sqlite3_column_int64(q->st, at);
}

Str query_col_bytes(Query *q, int at)
{
	/* As a blob even when it is text: that spares the copy that adds a NUL. */
	const char *p = sqlite3_column_blob(q->st, at);
	return (Str){ p ? p : "", (size_t)sqlite3_column_bytes(q->st, at) };
}

int query_col_kind(Query *q, int at)
{
	switch (sqlite3_column_type(q->st, at)) {
	case SQLITE_INTEGER:
		return ARG_INT;
	case SQLITE_TEXT:
		return ARG_TEXT;
	case SQLITE_BLOB:
		return ARG_BLOB;
	default:
		return ARG_NULL;
	}
}

int query_cols(Query *q)
{
	return sqlite3_column_count(q->st);
}

int64_t db_changed(Db *d)
{
	return sqlite3_changes64(d->h);
}

Err db_script(Db *d, const char *sql, char *why, size_t why_n)
{
	int rc = sqlite3_exec(d->h, sql, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		snprintf(why, why_n, "%s", sqlite3_errmsg(d->h));
	return err_of(rc);
}

Err db_begin(Db *d)
{
	return query_run(db_query(d, SQL("BEGIN IMMEDIATE")));
}

Err db_commit(Db *d)
{
	return query_run(db_query(d, SQL("COMMIT")));
}

void db_rollback(Db *d)
{
	if (!sqlite3_get_autocommit(d->h) && query_run(db_query(d, SQL("ROLLBACK"))) != OK)
		die("the store cannot roll back: %s", sqlite3_errmsg(d->h));
}

Err db_savepoint(Db *d)
{
	return query_run(db_query(d, SQL("SAVEPOINT one")));
}

Err db_savepoint_keep(Db *d)
{
	return query_run(db_query(d, SQL("RELEASE one")));
}

Err db_savepoint_undo(Db *d)
{
	TRY(query_run(db_query(d, SQL("ROLLBACK TO one"))));
	return query_run(db_query(d, SQL("RELEASE one")));
}

Err db_read_begin(Db *d)
{
	return query_run(db_query(d, SQL("BEGIN")));
}

void db_read_end(Db *d)
{
	if (!sqlite3_get_autocommit(d->h) && query_run(db_query(d, SQL("COMMIT"))) != OK)
		log_warn("store: a read transaction did not end: %s", sqlite3_errmsg(d->h));
}

bool db_tend_due(const Db *d, bool idle)
{
	return idle ? d->wal_pages - d->tended >= TEND_IDLE_PAGES : d->wal_pages >= d->tend_at;
}

void db_tend(Db *d)
{
	/* PASSIVE never waits for readers; the next commit starts the WAL anew when nobody reads from it. When readers
	 * kept that from happening for long, RESTART waits for them, briefly: reads are short, and new ones no longer
	 * need the WAL. A backup is a long read; then the WAL grows, and this is tried again after as many pages. */
	bool restart = d->wal_pages >= TEND_RESTART_PAGES;
	int pages = 0, moved = 0;
	if (restart)
		sqlite3_busy_timeout(d->h, RESTART_MS);
	int rc = sqlite3_wal_checkpoint_v2(d->h, NULL, restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE,
	                                   &pages, &moved);
	if (restart)
		sqlite3_busy_timeout(d->h, BUSY_MS);
	/* Without room the pages stay in the WAL, from which they are read as well. */
	if (rc != SQLITE_OK && rc != SQLITE_BUSY && (rc & 0xFF) != SQLITE_FULL)
		die("the store cannot move its log into the main file: %s", sqlite3_errmsg(d->h));
	d->tend_at = d->wal_pages + TEND_PAGES;
	if (pages == moved)
		d->tended = d->wal_pages;
}

bool db_has_table(Db *d, Str name)
{
	Query *q = db_query(d, SQL("SELECT 1 FROM sqlite_schema WHERE type='table' AND name=?1"));
	query_text(q, 1, name);
	bool has = query_step(q);
	return query_end(q) == OK && has;
}

int64_t db_integrity(Db *d, StoreSay *say, void *ctx)
{
	int64_t problems = 0;
	Query *q = db_query(d, SQL("PRAGMA integrity_check(100)"));
	while (query_step(q)) {
		Str line = query_col_bytes(q, 0);
		if (str_eq(line, S("ok")))
			continue;
		char text[256];
		snprintf(text, sizeof text, "database file: %.*s", STR_ARG(str_upto(line, 200)));
		say(ctx, text);
		problems++;
	}
	if (query_end(q) != OK) {
		say(ctx, "database file: the check itself failed");
		problems++;
	}
	return problems;
}

static int sync_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int r = fsync(fd);
	close(fd);
	return r;
}

Err db_copy(Db *d, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? ERR_CONFLICT : ERR_IO;
	close(fd);
	sqlite3 *to = NULL;
	int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL);
	sqlite3_backup *b = rc == SQLITE_OK ? sqlite3_backup_init(to, "main", d->h, "main") : NULL;
	/* All pages in one step: one snapshot, which the writer does not disturb. */
	rc = b ? sqlite3_backup_step(b, -1) : SQLITE_ERROR;
	if (b && sqlite3_backup_finish(b) != SQLITE_OK)
		rc = SQLITE_IOERR;
	if (sqlite3_close(to) != SQLITE_OK)
		rc = SQLITE_IOERR;
	if (rc != SQLITE_DONE || sync_path(path) != 0) {
		unlink(path);
		return ERR_IO;
	}
	return OK;
}
