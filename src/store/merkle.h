/* RFC 9162 Merkle tree hashing (SHA-256; 0x00 before a leaf, 0x01 before a node) and the right edge of a growing tree.
 */
#ifndef STORE_MERKLE_H
#define STORE_MERKLE_H

#include "store/store.h"

typedef struct Hash {
	uint8_t b[32];
} Hash;

/* A hashing context; one thread at a time. */
typedef struct Hasher Hasher;
Hasher *hasher_new(void);
void hasher_free(Hasher *h);

void merkle_leaf(Hasher *h, Part part, int64_t prev, Str bytes, Hash *out);
/* out may be l or r. */
void merkle_node(Hasher *h, const Hash *l, const Hash *r, Hash *out);
/* Folds 2^k hashes into one, in place: the result is at[0]. */
void merkle_fold(Hasher *h, Hash *at, size_t n);

/* at[j] is the full subtree of 2^j leaves when bit j of size is set: what an append and the root need. */
typedef struct MerkleEdge {
	int64_t size;
	Hash at[63];
} MerkleEdge;
/* Called for each subtree of 256^level leaves that an append completes. */
typedef void MerkleFull(void *ctx, int level, int64_t n, const Hash *hash);
void merkle_append(Hasher *h, MerkleEdge *e, const Hash *leaf, MerkleFull *full, void *ctx);
void merkle_root(Hasher *h, const MerkleEdge *e, Hash *out);

#endif
