/* What the files of this room share. */
#ifndef STORE_PRIVATE_H
#define STORE_PRIVATE_H

#include <pthread.h>

#include "store/db.h"
#include "store/ids.h"
#include "store/log.h"

#define STORE_FILE "samendoel.db"

typedef struct Reader Reader;
typedef struct Writer Writer;
typedef struct Keys Keys;

typedef struct Guards Guards;
typedef struct Postings Postings;

struct Store {
	char *dir, *file;
	bool read_only;
	size_t cache_kib;
	int max_pages;
	int lock_fd; /* -1: read-only */
	IdKey id_key;
	uint8_t sum_key[16], purpose_key[32];
	bool id_like_alias; /* atomic: some foreign id could also be one of ours, so the alias table has the first word
	                     */
	pthread_key_t reader_key;
	pthread_mutex_t readers_lock;
	Reader *readers;
	uint64_t changes;     /* atomic: goes up with each batch that changed more than the log */
	bool short_snapshots; /* atomic */
	Keys *keys;
	Slog *slog;
	Guards *guards;
	Postings *postings;
	Writer *writer;
};

/* This thread's read connection, for the log: what it reads is as new as the statement. */
NODISCARD Err store_reader(Store *s, Db **out);

/* The same connection for everything but the log, inside a snapshot that is kept from one read to the next until a
 * transaction changes something: entries of the log, which every reader causes, change nothing that is read here. A
 * commit is acknowledged after `changes` went up, so whoever was told of a change sees it. Starting a snapshot for each
 * read would cost the connection its cached pages after every commit.
 *
 *   AUTO_SNAPSHOT r = { 0 };  TRY(snapshot_take(s, &r));  … r.db …
 *
 * No other call of this room between taking and the end of the block. */
typedef struct Snapshot {
	Reader *reader;
	Db *db;
} Snapshot;
NODISCARD Err snapshot_take(Store *s, Snapshot *out);
void snapshot_give(Snapshot *r);
#define AUTO_SNAPSHOT __attribute__((cleanup(snapshot_give))) Snapshot
/* Writer: from now on snapshots end with the read that took them, also those that are open (false); or are kept (true).
 */
void snapshots_keep(Store *s, bool keep);

/* Checksum over all columns of a row's version. */
int64_t row_sum(const Store *s, const StoreRow *row);
/* A row of a statement with the columns rid, type, version, updated, op, id, body. */
void row_take(const Store *s, Query *q, Arena *a, StoreRow *out);
/* All rids of a query of one column, at most `limit`, and its end. */
NODISCARD Err take_rids(Query *q, size_t limit, Arena *a, Rid **out, size_t *n);

/* ---- transactions ---- */
typedef enum OpKind { OP_PUT, OP_ALIAS, OP_INDEX_ADD, OP_INDEX_REMOVE, OP_EXEC } OpKind;
typedef struct Op {
	struct Op *next;
	OpKind kind;
	union {
		struct {
			StoreRow row;
			int64_t sum;
			bool own_id;
		} put;
		struct {
			FhirType type;
			Str id;
			Rid rid;
		} alias;
		struct {
			uint16_t param;
			Str key;
			Rid rid;
		} index;
		struct {
			SqlText sql;
			const SqlArg *args;
			size_t n;
			int expect;
		} exec;
	};
} Op;
typedef struct LogItem {
	struct LogItem *next;
	SlogItem item;
} LogItem;
typedef struct GuardItem {
	struct GuardItem *next;
	StoreGuard guard;
} GuardItem;
struct StoreTx {
	Store *store;
	Arena *arena;
	GuardItem *guards;
	Op *first, **end;
	LogItem *log_first, **log_end;
	size_t n_ops, n_log;
	StoreDone *done;
	void *ctx;
	Err result;
};

/* Binds arguments ?1 … ?n. */
void bind_args(Query *q, const SqlArg *args, size_t n);

/* ---- parts with a thread or a lock of their own ---- */
NODISCARD Err writer_start(Store *s, Db *d, Writer **out);
/* Waits for submitted work, ends the thread, leaves the heads of the log on disk. The
 * connection stays open and is returned. */
Db *writer_stop(Writer *w);
void writer_stats(Writer *w, StoreStats *out);

/* Guards: what follows is for the writer only, in the order of its work. A row was put; is what the transaction looked
 * at unchanged (OK, ERR_AGAIN)? How many rows were put since the last end, and forgetting those from the n-th on; all
 * is committed and may be told, or all is undone. */
Guards *guards_new(void);
void guards_free(Guards *g);
void guards_put(Guards *g, Rid rid, FhirType type);
NODISCARD Err guards_check(Store *s, Db *d, const StoreTx *tx);
size_t guards_mark(const Guards *g);
void guards_undo(Guards *g, size_t mark);
void guards_publish(Guards *g);

/* Rows of ranges that were read before (postings.c). */
typedef struct PostingRange {
	uint16_t param;
	Str low, high;
} PostingRange;
Postings *postings_new(void);
void postings_free(Postings *p);
/* Writer: entries of this parameter were committed. */
void postings_touch(Postings *p, uint16_t param);
void postings_touch_all(Postings *p);
void postings_telling(Postings *p, bool yes);
bool postings_are_told(const Postings *p);
/* To be taken before the rows are read that are put. */
uint32_t postings_epoch(const Postings *p, uint16_t param);
/* all false: it is only known that there are n entries at least. */
void postings_put(Postings *p, const PostingRange *r, uint32_t epoch, const Rid *rids, size_t n, bool all);
/* false: not known, or not any more. all false: n entries at least, and no rows. a absent: only how many. */
bool postings_get(Postings *p, const PostingRange *r, Arena *a, Rid **rids, size_t *n, bool *all);

/* first_free: the lowest partition number nobody has. */
Keys *keys_new(Part first_free);
void keys_free(Keys *k);

#endif
