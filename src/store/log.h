/* The log: one append-only Merkle tree over all entries (RFC 9162).
 *
 * A leaf is: partition (8 bytes, big-endian) · 1 + seq of the previous entry about the same partition (8 bytes, 0:
 * none, and always 0 for partition 0) · the entry's bytes. Because the back-link is part of the leaf, the list of
 * entries about a person is a chain: given the newest one, nobody can leave out one in the middle.
 *
 * On disk: blocks of at most 64 entries (log_block), each with the root of the tree that ends with it; hashes of full
 * subtrees of 256, 65 536, … leaves (log_tile); the last entry of each partition (log_head), which lags behind: an
 * index row per entry would dirty a random page each, so heads gather in memory and go to disk in slices. The blocks
 * after `log_flushed` bring them back at start. */
#ifndef STORE_SLOG_H
#define STORE_SLOG_H

#include "store/db.h"
#include "store/merkle.h"

typedef struct Slog Slog;
typedef struct SlogItem {
	Part part;
	Str bytes;
} SlogItem;

/* Reads the heads that lag and, for writing, the tree's edge. A damaged log can be opened for reading only. */
NODISCARD Err slog_open(Db *d, bool writing, Slog **out);
void slog_free(Slog *l);

/* Writer thread, inside the transaction: adds entries, and moves a slice of gathered heads to disk. */
NODISCARD Err slog_append(Slog *l, Db *d, const SlogItem *items, size_t n);
/* Writer thread, after the commit: readers see the entries from now on. */
void slog_publish(Slog *l);
/* Writer thread, after a rollback of what was appended and not published: the tree and the heads are again what the
 * database holds. */
NODISCARD Err slog_undo(Slog *l, Db *d);
/* Writer thread, inside a transaction: all gathered heads to disk. */
NODISCARD Err slog_flush(Slog *l, Db *d);

/* Any thread. slog_follow reads what another process added (read-only stores). */
void slog_head(Slog *l, LogHead *out);
NODISCARD Err slog_follow(Slog *l, Db *d);
/* The highest partition an entry was about, 0 when none. */
NODISCARD Err slog_max_part(Slog *l, Db *d, Part *out);
NODISCARD Err slog_of_part(Slog *l, Db *d, Part part, int64_t before, size_t limit, Arena *a, LogEntry **out,
                           size_t *n);
NODISCARD Err slog_proof(Db *d, int64_t seq, int64_t size, uint8_t proof[64][32], size_t *n);

/* The edge of the tree of the first `size` entries. */
NODISCARD Err slog_edge(Db *d, Hasher *h, int64_t size, MerkleEdge *out);

/* Entries from..to-1 in order, to a callback that may stop by returning false. Bytes live during the call. ERR_IO when
 * an entry is missing or a block cannot be decoded. */
typedef bool SlogVisit(void *ctx, const LogEntry *e);
NODISCARD Err slog_each(Db *d, int64_t from, int64_t to, SlogVisit *visit, void *ctx);

/* Takes the next entry, whose seq is e->seq, from what is left of a block's bytes. false: damaged. */
bool slog_entry(Str *block, LogEntry *e);

/* Checks blocks, hashes, tiles, back-links and heads in the state that d's read transaction sees. Adds to *problems and
 * says each; *size is the number of entries. */
NODISCARD Err slog_verify(Db *d, StoreSay *say, void *ctx, int64_t *size, int64_t *problems);

#endif
