/* Store: versioned documents in partitions, an index across partitions, system tables and one append-only Merkle log.
 * Only the access room may include this. Engines: SQLite (store/sqlite.c); PostgreSQL later behind the same header.
 *
 * Row key: rid = partition << 24 | local. Rows are clustered by rid, so a partition is one range read. The id that
 * users see is the rid under a keyed permutation (13 characters), so that a read by id is one look-up and ids tell
 * nothing; ids that others chose are in the alias table.
 *
 * Threads: every function may be called from any thread. Each thread that reads gets its own read connection, made at
 * first use and closed by store_thread_end (or at store_close). One writer thread batches all submitted transactions
 * into one commit (group commit). A failing fsync or commit ends the process. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"
#include "base/time.h"
#include "fhir/types.h"

typedef struct Store Store;
typedef int64_t Part; /* partition number, 1 … 2^38 */
typedef int64_t Rid;  /* part << 24 | local */
/* PART_OWN: what belongs to an account and to no person: subscriptions. */
enum { PART_SHARED = 1, PART_CLOSED = 2, PART_OWN = 3, PART_FIRST = 16, LOCAL_BITS = 24 };
static inline Part rid_part(Rid r)
{
	return r >> LOCAL_BITS;
}
/* For qsort and bsearch over Rids: upwards. */
static inline int rid_order(const void *a, const void *b)
{
	const Rid *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

typedef struct StoreOptions {
	Str dir;          /* --data DIR: holds samendoel.db and its WAL; made (0700) when missing */
	bool read_only;   /* no writer thread; fails when there is no store */
	bool must_be_new; /* fails when a store exists */
	size_t cache_kib; /* page cache per connection; 0: 24 MiB readers, 16 MiB writer */
	int max_pages;    /* of 8 KiB in the file, as if the disk were no larger; 0: what fits on the disk */
} StoreOptions;

NODISCARD Err store_open(const StoreOptions *o, Store **out, char *why, size_t why_n);
/* Waits for submitted work, checkpoints, closes. store_close(NULL) is harmless. */
void store_close(Store *s);
void store_thread_end(Store *s);
/* This thread goes through much and comes back to little: its read connection keeps 2 MiB of pages. */
void store_thread_light(Store *s);

/* ---- documents ---- */
typedef enum RowOp { ROW_CREATE = 1, ROW_UPDATE, ROW_DELETE } RowOp;
typedef struct StoreRow {
	Rid rid;
	FhirType type;
	int32_t version; /* from 1 */
	Millis updated;
	RowOp op; /* of this version; ROW_DELETE: body is empty */
	Str id;   /* as users see it */
	Str body; /* the JSON text that is sent, with id and meta.versionId, meta.lastUpdated */
} StoreRow;

/* Type and id → rid, through the permutation or the alias table. ERR_NOT_FOUND. Does not look at the row. */
NODISCARD Err store_resolve(Store *s, FhirType type, Str id, Rid *out);
/* Current version; a deleted resource gives OK with op ROW_DELETE. ERR_NOT_FOUND when it never was. */
NODISCARD Err store_get(Store *s, FhirType type, Str id, Arena *a, StoreRow *out);
NODISCARD Err store_get_rid(Store *s, Rid rid, Arena *a, StoreRow *out);
NODISCARD Err store_get_version(Store *s, Rid rid, int32_t version, Arena *a, StoreRow *out);
/* Versions, newest first, at most `limit`, below version `before` (0: from the newest). */
NODISCARD Err store_history(Store *s, Rid rid, int32_t before, size_t limit, Arena *a, StoreRow **out, size_t *n);
/* Versions of a whole partition with updated ≥ since, newest first, at most `limit`. */
NODISCARD Err store_part_history(Store *s, Part part, Millis since, size_t limit, Arena *a, StoreRow **out, size_t *n);
/* The place of one version in the history of a partition. */
typedef struct StorePlace {
	Millis updated;
	Rid rid;
	int32_t version;
} StorePlace;
/* Versions of one type in a partition, newest first (by updated, rid, version), at most `limit`; before: only those
 * behind that place; NULL: from the newest. */
NODISCARD Err store_part_versions(Store *s, Part part, FhirType type, const StorePlace *before, size_t limit, Arena *a,
                                  StoreRow **out, size_t *n);
/* The current, not deleted resources of a partition whose type is in `types` (NULL: all), in rid order, from rid >
 * after. */
NODISCARD Err store_scan(Store *s, Part part, const TypeSet *types, Rid after, size_t limit, Arena *a, StoreRow **out,
                         size_t *n);
/* All rows of a partition from rid > after, deleted ones too, in rid order, without copying: body, and id where others
 * chose it (else it is absent), are the engine's memory and gone when fn returns. False from fn ends it. fn calls
 * nothing of this room but the two below. */
typedef bool StoreEach(void *ctx, const StoreRow *row);
NODISCARD Err store_each(Store *s, Part part, Rid after, StoreEach *fn, void *ctx);
/* The id text of a rid that the server made (13 bytes + NUL into out). */
void store_id_text(const Store *s, Rid rid, char out[14]);
/* A place in the order of rows as text for links: no id of anything, and tells as little. False: no such text. */
void store_place_text(const Store *s, Rid rid, char out[14]);
NODISCARD bool store_place_read(const Store *s, Str text, Rid *out);
/* The folder that the store lies in; lives as long as the store. */
Str store_dir(const Store *s);

/* ---- the order of changes ---- */
/* One per version. The numbers grow in order of commit and never again lie below one that was seen, but may leave gaps:
 * everything after the last one handled misses nothing and repeats nothing. Not for outsiders: how far apart two
 * numbers are tells how much others write. */
typedef struct StoreChange {
	int64_t seq; /* from 1 */
	Rid rid;
	int32_t version;
	FhirType type;
	Part part;
} StoreChange;
/* The changes with seq > after, oldest first, at most `limit`; of one type, or of all (FT_NONE). */
NODISCARD Err store_changes(Store *s, int64_t after, FhirType type, size_t limit, Arena *a, StoreChange **out,
                            size_t *n);
/* Those with seq < before (INT64_MAX: from the end), newest first. */
NODISCARD Err store_changes_back(Store *s, int64_t before, FhirType type, size_t limit, Arena *a, StoreChange **out,
                                 size_t *n);
/* The number of the newest change; 0: none yet. */
NODISCARD Err store_last_change(Store *s, int64_t *seq);

/* ---- index across partitions ---- */
/* rids in key range [low, high) of a parameter, ordered by (key, rid), at most `limit`.
 * An absent `high`: to the end of the parameter. */
NODISCARD Err store_find(Store *s, uint16_t param, Str low, Str high, size_t limit, Arena *a, Rid **out, size_t *n);
/* The same in order of rids, each once, beyond `from` (not included; 0: from the end where it begins), upwards or, with
 * `back`, downwards. Fast at any `from` when the range holds one key; else the whole range is gone through. */
NODISCARD Err store_find_rids(Store *s, uint16_t param, Str low, Str high, Rid from, bool back, size_t limit, Arena *a,
                              Rid **out, size_t *n);
/* The keys of a range, each once, in order, at most `limit`: a step of the index per key, however many rows it has. A
 * zero byte follows each, so that [key, key with it) is the range of this key. */
NODISCARD Err store_keys(Store *s, uint16_t param, Str low, Str high, size_t limit, Arena *a, Str **out, size_t *n);
/* All rows of a range in order of rids, each once, when it has at most STORE_ROWS_MOST entries; else *all is false.
 * What was read is remembered until something of the parameter is written, and may be older than what else this thread
 * reads when a commit is under way; with `fresh` it is read now: for who compares both. */
enum { STORE_ROWS_MOST = 4096 };
NODISCARD Err store_rows_of(Store *s, uint16_t param, Str low, Str high, bool fresh, Arena *a, Rid **out, size_t *n,
                            bool *all);
/* A number that is another one as soon as entries of the parameter were written that can be read; 0: that is happening
 * just now. What was read before and after is of one state when it was the same all the time and not 0. */
uint64_t store_index_epoch(const Store *s, uint16_t param);
/* How many entries a range has, counted up to `limit`. */
NODISCARD Err store_count(Store *s, uint16_t param, Str low, Str high, size_t limit, size_t *n);
/* Has this key an entry with from ≤ rid < until? */
NODISCARD Err store_in_index(Store *s, uint16_t param, Str key, Rid from, Rid until, bool *has);
/* The current versions of many rows, in the order asked; those that never were are left out. */
NODISCARD Err store_get_rids(Store *s, const Rid *rids, size_t n, Arena *a, StoreRow **out, size_t *found);
/* As store_scan, downwards: rid < before (0: from the end of the partition). */
NODISCARD Err store_scan_back(Store *s, Part part, const TypeSet *types, Rid before, size_t limit, Arena *a,
                              StoreRow **out, size_t *n);
/* The partitions of dossiers beyond `from` (0: from the end where it begins), in order, upwards or downwards. */
NODISCARD Err store_parts(Store *s, Part from, bool back, size_t limit, Part *out, size_t *n);
/* A key of this installation for one purpose: the same after a restart, in a backup, and on no other installation. */
void store_key(const Store *s, Str purpose, uint8_t out[32]);
/* All current rids of a type outside dossiers (shared partition), or patients by partition: see store_patients. */
/* The first row (the Patient) of each partition with part > after, at most `limit`. */
NODISCARD Err store_patients(Store *s, Part after, size_t limit, Arena *a, StoreRow **out, size_t *n);

/* ---- writing ---- */
/* A new partition's number; never given twice. */
Part store_new_part(Store *s);
/* A new row's key in a partition; never given twice. ERR_TOO_LARGE when the partition is full. */
NODISCARD Err store_new_rid(Store *s, Part part, Rid *out);

typedef struct StoreTx StoreTx; /* lives in its arena; used once */
StoreTx *store_tx(Store *s, Arena *a);
/* Add one version: version 1 creates; n > 1 replaces current version n-1, else the transaction fails with ERR_VERSION
 * and nothing of it is kept. The id is that of version 1: later ones cannot change it; absent: the one the server
 * makes. Put what is most likely to fail first: a transaction that fails at its first change costs the others nothing.
 * Strings are copied by reference: they must live until the transaction is done. */
void store_put(StoreTx *tx, const StoreRow *row);
/* A foreign id for a rid; fails with ERR_CONFLICT when (type, id) is taken by another rid. */
void store_alias(StoreTx *tx, FhirType type, Str id, Rid rid);
void store_index(StoreTx *tx, bool add, uint16_t param, Str key, Rid rid);
/* Append an entry to the log, as part of the transaction; `part` 0 when it is about no partition. */
void store_log(StoreTx *tx, Part part, Str entry);

/* ---- guards: a write that depends on what was looked at ----
 * Take the guard before looking, look, and give it to the transaction that writes because of what was seen: when that
 * changed meanwhile, the transaction fails with ERR_AGAIN before it has done anything, and whoever made it looks anew.
 * Only changes committed before the transaction, in the writer's order, count. */
typedef struct StoreGuard {
	bool range;
	uint32_t slot, seen; /* rows */
	uint16_t param;      /* range */
	Str low, high;
	uint64_t digest;
} StoreGuard;
enum { GUARD_RANGE_MAX = 256, GUARD_SLOTS = 1 << 16 };
/* The rows of a type in a partition; part 0: in all. They are counted in a fixed array of slots: a collision costs one
 * ERR_AGAIN that was not needed. */
void store_guard_rows(Store *s, Part part, FhirType type, StoreGuard *out);
/* The rows that a key range of the index leads to, with their versions: exact. low and high must live as long as the
 * transaction. ERR_TOO_LARGE above GUARD_RANGE_MAX rows. */
NODISCARD Err store_guard_range(Store *s, uint16_t param, Str low, Str high, StoreGuard *out);
void store_guard(StoreTx *tx, const StoreGuard *g);
/* Has nothing changed up to now? Then all that was read since the guard was taken is of one moment. */
NODISCARD Err store_guard_holds(Store *s, const StoreGuard *g, bool *holds);

/* A statement on a system table (accounts, sessions, …): a literal in the subset both engines share, with ?1 ?2 … */
typedef struct SqlText {
	const char *z;
} SqlText;
#define SQL(lit) ((SqlText){ "" lit "" })
typedef struct SqlArg {
	enum { ARG_NULL, ARG_INT, ARG_TEXT, ARG_BLOB } kind;
	int64_t i;
	Str s;
} SqlArg;
#define ARG_I(v) ((SqlArg){ ARG_INT, (v), { NULL, 0 } })
#define ARG_S(v) ((SqlArg){ ARG_TEXT, 0, (v) })
#define ARG_B(v) ((SqlArg){ ARG_BLOB, 0, (v) })
/* Changes rows; when `expect` ≥ 0 and the number of changed rows differs, the transaction fails with ERR_CONFLICT. */
void store_exec(StoreTx *tx, SqlText sql, const SqlArg *args, size_t n, int expect);
/* Rows of a SELECT; cells are copied into a. cells[r * n_cols + c]. */
typedef struct SqlRows {
	size_t n_rows, n_cols;
	SqlArg *cells;
} SqlRows;
NODISCARD Err store_select(Store *s, SqlText sql, const SqlArg *args, size_t n, Arena *a, SqlRows *out);

typedef void StoreDone(void *ctx, Err result);
/* Hand over to the writer; done is called on the writer thread once the commit is durable (or refused). The arena must
 * not be touched until then. ERR_BUSY at once (done not called) when the queue is full. */
NODISCARD Err store_submit(StoreTx *tx, StoreDone *done, void *ctx);
/* Submit and wait. */
NODISCARD Err store_commit(StoreTx *tx);

/* ---- the log: RFC 9162 Merkle tree over entries; see store/log.h ---- */
typedef struct LogHead {
	int64_t size;
	uint8_t root[32];
} LogHead;
typedef struct LogEntry {
	int64_t seq; /* from 0 */
	Part part;
	int64_t prev; /* seq of the entry before about the same partition; -1: none, or part 0 */
	Str bytes;
} LogEntry;
NODISCARD Err store_log_head(Store *s, LogHead *out);
/* The newest entries about a partition with seq < before (INT64_MAX: from the end), newest first. */
NODISCARD Err store_log_of_part(Store *s, Part part, int64_t before, size_t limit, Arena *a, LogEntry **out, size_t *n);
/* Entries in order from seq on. */
NODISCARD Err store_log_from(Store *s, int64_t seq, size_t limit, Arena *a, LogEntry **out, size_t *n);
/* Inclusion proof of entry seq in the tree of `size` entries: hashes from the leaf up, *n ≤ 64. */
NODISCARD Err store_log_proof(Store *s, int64_t seq, int64_t size, uint8_t proof[64][32], size_t *n);
/* The leaf hash of an entry; and whether a proof leads from a leaf to a root. Neither needs a store. */
void store_log_leaf(const LogEntry *e, uint8_t out[32]);
NODISCARD bool store_log_check(const uint8_t leaf[32], int64_t seq, int64_t size, uint8_t (*proof)[32], size_t n,
                               const uint8_t root[32]);

/* ---- care for the store ---- */
typedef struct StoreCheck {
	int64_t resources, versions, index_rows, log_entries;
	int64_t problems;
} StoreCheck;
/* Full check: engine's own, rows parse as the type and version they claim, every version once in the order of
 * changes, index complete (through `expect`, which
 * yields the entries a body should have; NULL: skip), log hashes and root. Each problem is one line through `say`. */
typedef void StoreSay(void *ctx, const char *line);
typedef void *StoreExpect(FhirType type, Str body, Arena *a, size_t *n); /* returns IndexEntry[] (fhir/search.h) */
NODISCARD Err store_verify(Store *s, StoreExpect *expect, StoreSay *say, void *ctx, StoreCheck *out);
/* `set` is a number for what is indexed and in which form. When the index in the store is of another set it is made
 * anew from all rows (about a minute per two million) and the number is noted; call it before anything is searched. */
NODISCARD Err store_index_set(Store *s, int64_t set, StoreExpect *expect);
/* Is the index that of this set? It is not in a store that was written by another version and not opened since. */
NODISCARD Err store_index_is(Store *s, int64_t set, bool *is);
/* Online copy into a new directory, consistent, readable as a store. ERR_CONFLICT when `dir` holds one. */
NODISCARD Err store_backup(Store *s, Str dir);
/* Copy of a backup into an empty directory, checked. */
NODISCARD Err store_restore(Str from, Str to, char *why, size_t why_n);

typedef struct StoreStats {
	int64_t commits, transactions, queue_now, queue_max;
	int64_t apply_us_total;  /* the writer's time in statements, */
	int64_t commit_us_total; /* in commits (fsync included), */
	int64_t tend_us_total;   /* and in moving pages from the WAL to the main file */
	int64_t tend_us_max;
	int64_t db_bytes;
} StoreStats;
void store_stats(Store *s, StoreStats *out);

#endif
