/* The engine seam: connections and prepared statements. Only sqlite*.c knows the engine; all other files of this room
 * speak SQL in the subset that both engines share through these calls.
 *
 * A connection and its queries belong to one thread at a time. Out of memory ends the process. A statement that does
 * not compile is a bug and ends the process too. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "store/store.h"

typedef struct Db Db;
typedef struct Query Query;

typedef enum DbMode { DB_READ, DB_WRITE } DbMode;

/* Opens (DB_WRITE: makes when missing) DIR/samendoel.db. On failure *out is untouched and `why` says what is wrong. */
NODISCARD Err db_open(const char *path, DbMode mode, size_t cache_kib, Db **out, char *why, size_t why_n);
/* db_close(NULL) is harmless. */
void db_close(Db *d);

/* A prepared statement, ready for arguments. Compiled once per connection and literal. End it with query_end (or
 * AUTO_QUERY) before the same literal is asked for again. */
Query *db_query(Db *d, SqlText sql);
/* Arguments count from 1. Texts are taken by reference until query_end. An absent Str is NULL. */
void query_int(Query *q, int at, int64_t v);
void query_text(Query *q, int at, Str v);
void query_blob(Query *q, int at, Str v);
void query_null(Query *q, int at);
/* Next row: true. No more rows or an error: false; the error, if any, is returned by query_end. */
bool query_step(Query *q);
/* OK, ERR_CONFLICT (a constraint), ERR_BUSY or ERR_IO (the disk, a damaged file). Resets the statement. */
Err query_end(Query *q);
/* Columns count from 0. A Str lives until the next step or end. */
int64_t query_col_int(Query *q, int at);
Str query_col_bytes(Query *q, int at);
int query_col_kind(Query *q, int at); /* ARG_NULL … ARG_BLOB */
int query_cols(Query *q);
/* Steps a statement without rows and ends it. */
NODISCARD Err query_run(Query *q);
/* Rows changed by the last INSERT, UPDATE or DELETE of the connection. */
int64_t db_changed(Db *d);

static inline void query_auto_(Query **q)
{
	if (*q)
		(void)query_end(*q);
}
#define AUTO_QUERY __attribute__((cleanup(query_auto_))) Query

/* Statements without arguments, several with ; between them: for the schema. */
NODISCARD Err db_script(Db *d, const char *sql, char *why, size_t why_n);
/* Transactions of the writer. db_commit is durable when it returns OK. */
NODISCARD Err db_begin(Db *d);
NODISCARD Err db_commit(Db *d);
void db_rollback(Db *d);
NODISCARD Err db_savepoint(Db *d);
NODISCARD Err db_savepoint_keep(Db *d);
NODISCARD Err db_savepoint_undo(Db *d);
/* A read transaction: all reads until db_read_end see one state. */
NODISCARD Err db_read_begin(Db *d);
void db_read_end(Db *d);

/* Writer only: have enough committed pages gathered (`idle`: a few) to move them into the main file? And doing that. */
bool db_tend_due(const Db *d, bool idle);
void db_tend(Db *d);
/* Has this database a table of that name? */
bool db_has_table(Db *d, Str name);
/* The engine's own check of the whole file: one line per problem. Returns the number of problems. */
int64_t db_integrity(Db *d, StoreSay *say, void *ctx);
/* A consistent copy of the database behind d at the new path, synced. */
NODISCARD Err db_copy(Db *d, const char *path);
/* Was the last ERR_IO a disk without room? Then nothing is damaged: the transaction can be rolled back and writing
 * tried again. */
bool db_full(const Db *d);
/* The file may have at most so many pages. */
NODISCARD Err db_limit(Db *d, int pages);
/* What went wrong last, for log lines; never holds content. */
const char *db_error(Db *d);

#endif
