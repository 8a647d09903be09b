/* Ids that users see: a keyed permutation of the 64-bit rid in 13 lower-case base32 characters (Crockford's digits).
 * A Feistel network of four rounds with SipHash: nobody without the installation secret can tell from an id what stands
 * next to it, or make the id of a row that exists. */
#ifndef STORE_IDS_H
#define STORE_IDS_H

#include "base/str.h"

enum { ID_CHARS = 13 };
typedef struct IdKey {
	uint8_t bytes[16];
} IdKey;

uint64_t id_permute(const IdKey *k, uint64_t v);
uint64_t id_unpermute(const IdKey *k, uint64_t v);
/* 13 bytes, no NUL. */
void id_write(const IdKey *k, uint64_t rid, char out[ID_CHARS]);
/* The number that was written; false: the text is not 13 such characters. */
NODISCARD bool id_decode(const IdKey *k, Str text, uint64_t *out);
/* The same for a rid. false: the text is not 13 such characters, or no rid stands behind it. */
NODISCARD bool id_read(const IdKey *k, Str text, int64_t *rid);

#endif
